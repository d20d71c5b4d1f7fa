//! Small models and tables for the tests of this room.

use super::{Manifest, Parts, Study};
use crate::dataset::{Dataset, csv};
use crate::ensemble::{FeatureSummary, Link, ReadOptions, Scale, Summary};

/// A model with these features. `name` is numeric, `name:cat` categorical without level names,
/// `name:a|b` categorical with levels a and b.
pub(super) fn model(objective: &str, features: &[&str]) -> Summary {
    let features = features.iter().map(|spec| {
        let (name, levels) =
            spec.split_once(':').map_or((*spec, None), |(name, levels)| (name, Some(levels)));
        FeatureSummary {
            name: name.to_owned(),
            categorical: levels.is_some(),
            levels: levels.filter(|l| *l != "cat").map(|l| l.split('|').map(str::to_owned).collect()),
            n_splits: 1,
            thresholds: Vec::new(),
            threshold_splits: Vec::new(),
        }
    });
    Summary {
        library: "XGBoost".into(),
        version: "3.4.1".into(),
        tested: true,
        format: "XGBoost JSON".into(),
        objective: objective.into(),
        booster: "gbtree".into(),
        scale: Scale {
            link: Link::Exp,
            margin: "log hazard ratio".into(),
            prediction: "hazard ratio".into(),
            higher: "risk".into(),
        },
        outputs: vec!["hazard".into()],
        n_trees: 10,
        n_trees_stored: 10,
        best_iteration: None,
        n_splits: 10,
        n_leaves: 20,
        max_depth: 1,
        base_score: "0.5".into(),
        base_margin: vec![0.0],
        base_values: Some(vec![0.0]),
        cover: "sum of hessians".into(),
        named: true,
        refuses_missing: false,
        options: ReadOptions::default(),
        survival_quartiles: Vec::new(),
        calibration: None,
        features: features.collect(),
    }
}

/// A model that stores no names and calls its features `f0`, `f1`, ….
pub(super) fn nameless(n_features: usize) -> Summary {
    let names: Vec<String> = (0..n_features).map(|i| format!("f{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Summary { named: false, ..model("reg:squarederror", &names) }
}

/// The table of a CSV text.
pub(super) fn table(text: &str) -> Dataset {
    csv::read(text.as_bytes(), csv::Options::default()).unwrap().value
}

/// A model and a table, bound.
pub(super) fn study(model: Summary, text: &str, manifest: Manifest) -> Study {
    Study::join(model, table(text), Parts { manifest, ..Parts::default() }).unwrap()
}
