//! PMML files with one tree, or a sum or average of trees, whose splits compare a number with a threshold.
//!
//! Standard: <https://dmg.org/pmml/v4-4-1/TreeModel.html>. Everything that could change what the trees see or give
//! (derived fields, chains of models, other predicates) is refused by name; elements for people are skipped.

mod document;
mod splits;

use crate::Parsed;
use crate::ensemble::builder::{MAX_OUTPUTS, within};
use crate::ensemble::error::quoted;
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, Link, ModelError, Objective, Scale, TreeSpec,
};
use document::{Document, Method};

const REMEDY: &str = "Open the model as its own library saved it: scikit-learn .skops or .joblib, XGBoost .json or .ubj, \
                      LightGBM .txt.";

/// Exporters and versions that the reference cases cover.
const TESTED: &[(&str, &str)] = &[("Nyoka", "5.5.")];

/// Reads a PMML file.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let Document { exporter, version, fields, target, trees, method, constant, factor, classification } =
        document::read(text)?;
    let target = target.as_deref();
    let classes: Vec<String> = match (classification, fields.iter().find(|f| Some(f.name.as_str()) == target))
    {
        (true, Some(field)) if field.values.len() >= 2 => field.values.clone(),
        (true, _) => return Err(damaged(0, "the classes of the target are not listed")),
        (false, _) => Vec::new(),
    };
    let inputs: Vec<_> = fields.iter().filter(|f| f.active).collect();
    if let Some(field) = inputs.iter().find(|f| !f.continuous) {
        return Err(refused(&format!("the categorical field {}", quoted(&field.name))));
    }
    // Of doubles nothing is lost; of floats the value is rounded first.
    let cast = if inputs.iter().all(|f| f.float) { Cast::F32 } else { Cast::None };
    let features: Vec<Feature> =
        inputs.iter().map(|f| Feature { name: f.name.clone(), kind: FeatureKind::Numeric }).collect();

    let n_outputs = if classes.len() > 2 { classes.len() } else { 1 };
    within("outputs", n_outputs, MAX_OUTPUTS)?;
    let (what, outputs) = match classes.as_slice() {
        [] => ("prediction".to_owned(), vec!["prediction".to_owned()]),
        [_, second] => (format!("probability of {second}"), vec![format!("probability of {second}")]),
        several => ("probability".to_owned(), several.iter().map(|c| format!("class {c}")).collect()),
    };
    let weight = match method {
        Method::Sum => factor,
        Method::Average => factor / trees.len().max(1) as f64,
    };
    if classification && trees.len() > 1 && method == Method::Sum {
        return Err(refused("a sum of classifiers"));
    }
    let n_trees = trees.len();
    let numbers = features.iter().enumerate().map(|(f, feature)| (feature.name.as_str(), f)).collect();
    let mut specs = Vec::with_capacity(n_trees);
    let (mut all_covered, mut knows_missing) = (true, true);
    for tree in &trees {
        let spec = splits::tree(tree, &numbers, &classes)?;
        all_covered &= spec.cover.is_some();
        knows_missing &= tree.default_child || tree.nodes.len() == 1;
        specs.push(TreeSpec { weight, output: (n_outputs == 1).then_some(0), ..spec });
    }
    let mut builder = Builder::new(features, true, outputs)?;
    for spec in specs {
        builder.add(spec)?;
    }
    let facts = Facts {
        library: format!("PMML by {exporter}"),
        tested: TESTED.iter().any(|(name, known)| exporter == *name && version.starts_with(known)),
        version,
        format: "PMML".into(),
        booster: if n_trees == 1 { "TreeModel".into() } else { "MiningModel".into() },
        base_score: constant.to_string(),
        cover: "recordCount of each node".into(),
        n_trees_stored: n_trees as u32,
        best_iteration: None,
        ..Facts::default()
    };
    let name = if classification { "classification" } else { "regression" };
    let scale =
        Scale::new(Link::Identity, &what, &what, if classification { "probability" } else { "prediction" });
    let value =
        builder.finish(vec![constant; n_outputs], cast, Objective { name: name.into(), scale }, facts)?;
    let mut warnings = Vec::new();
    if !all_covered {
        warnings.push(
            "Not every node says how many training rows it saw (recordCount): predictions are shown, but an explanation \
             needs background rows."
                .to_owned(),
        );
    }
    if !knows_missing {
        warnings.push(
            "The file does not say where missing values go: where a value is missing, every split sends it to the side of \
             larger values."
                .to_owned(),
        );
    }
    Ok(Parsed { value, warnings })
}

fn damaged(at: usize, problem: impl Into<String>) -> ModelError {
    // What the parser says may quote any length of the file.
    let problem: String = problem.into().split_whitespace().collect::<Vec<_>>().join(" ");
    let problem = match problem.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &problem[..end]),
        None => problem,
    };
    ModelError::Damaged { format: "PMML", place: format!("byte {at}"), problem }
}

fn refused(what: &str) -> ModelError {
    ModelError::Estimator { class: format!("a PMML model with {what}"), remedy: REMEDY }
}
