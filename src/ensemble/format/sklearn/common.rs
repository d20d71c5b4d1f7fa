//! What all estimators have: features, a version, labels of classes.

use super::super::python::Place;
use crate::ensemble::builder::{MAX_FEATURES, MAX_OUTPUTS, within};
use crate::ensemble::{Facts, Feature, FeatureKind, ModelError};

/// The inputs of an estimator.
pub(super) struct Inputs {
    pub(super) features: Vec<Feature>,
    /// False if the names were made up.
    pub(super) named: bool,
}

/// Names and number of the features.
pub(super) fn inputs(model: &Place<'_, '_>) -> Result<Inputs, ModelError> {
    let n = model.get("n_features_in_")?.count()?;
    within("features", n, MAX_FEATURES)?;
    let names = match model.find("feature_names_in_") {
        Some(stored) => {
            let names = stored.labels("features", MAX_FEATURES)?;
            if names.len() != n {
                let key = "feature_names_in_".to_owned();
                return Err(ModelError::Length { key, got: names.len(), expected: n });
            }
            Some(names)
        }
        None => None,
    };
    let named = names.is_some();
    let names = names.unwrap_or_else(|| vec![None; n]).into_iter().enumerate();
    let feature = |(f, name): (usize, Option<String>)| Feature {
        name: name.unwrap_or_else(|| format!("f{f}")),
        kind: FeatureKind::Numeric,
    };
    Ok(Inputs { features: names.map(feature).collect(), named })
}

/// Labels of the classes, of which there is at least one.
pub(super) fn classes(model: &Place<'_, '_>) -> Result<Vec<String>, ModelError> {
    let stored = model.get("classes_")?;
    let several = model.find("n_outputs_").is_some_and(|n| n.count().is_ok_and(|n| n > 1));
    if several {
        return Err(ModelError::Estimator {
            class: format!("{} with several outputs", model.class()),
            remedy: "Train one classifier per output.",
        });
    }
    let labels = stored.labels("classes", MAX_OUTPUTS)?;
    if labels.is_empty() {
        return Err(stored.wrong("it is empty"));
    }
    Ok(labels.into_iter().map(Option::unwrap_or_default).collect())
}

/// Names of the outputs of a classifier and the margin's name, for a margin called `what`. Two classes have one output,
/// that of the second: the other is its mirror image.
pub(super) fn outputs(classes: &[String], what: &str) -> (Vec<String>, String) {
    match classes {
        [_, second] if second == "1" || second == "True" => (vec![what.to_owned()], what.to_owned()),
        [_, second] => (vec![format!("{what} of {second}")], format!("{what} of {second}")),
        several => (several.iter().map(|label| format!("class {label}")).collect(), what.to_owned()),
    }
}

/// The facts of an estimator.
pub(super) fn facts(model: &Place<'_, '_>, booster: &str, cover: &str, n_trees: usize) -> Facts {
    let version =
        model.find("_sklearn_version").and_then(|v| v.text().map(str::to_owned)).unwrap_or_default();
    let minor = version.match_indices('.').nth(1).map_or(version.as_str(), |(end, _)| &version[..end]);
    Facts {
        library: "scikit-learn".into(),
        tested: super::TESTED.contains(&minor),
        version: version.chars().take(40).collect(),
        format: format!("scikit-learn {}", model.heap.format),
        booster: booster.into(),
        base_score: String::new(),
        cover: cover.into(),
        n_trees_stored: n_trees as u32,
        best_iteration: None,
        ..Facts::default()
    }
}

/// What cover counts in plain trees.
pub(super) const WEIGHTED_ROWS: &str = "weighted training rows";

/// The smallest threshold t′ with x < t′ exactly where x ≤ t. Infinity, which divides present values from missing ones,
/// becomes the largest number.
pub(super) fn at_most(threshold: f64) -> f64 {
    match threshold.next_up() {
        f64::INFINITY => f64::MAX,
        next => next,
    }
}
