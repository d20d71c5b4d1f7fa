//! PMML files with one tree, a sum or average of trees, or sums of trees that a last model joins to probabilities, as
//! boosted classifiers are written. Splits compare a number with a threshold or ask for levels of a category.
//!
//! Standard: <https://dmg.org/pmml/v4-4-1/TreeModel.html>. Everything else that could change what the trees see or give
//! (fields that are computed, other chains of models, other predicates) is refused by name; elements for people are
//! skipped.

mod chain;
mod document;
mod elements;
mod splits;

use crate::Parsed;
use crate::ensemble::builder::{MAX_OUTPUTS, within};
use crate::ensemble::error::quoted;
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, ModelError, Objective, TreeSpec,
};
use document::{Document, Method};

const REMEDY: &str = "Open the model as its own library saved it: scikit-learn .skops or .joblib, XGBoost .json or .ubj, \
                      LightGBM .txt.";

/// Exporters and versions that the reference cases cover.
const TESTED: &[(&str, &str)] = &[
    ("Nyoka", "5.0."),
    ("Nyoka", "5.5."),
    ("SkLearn2PMML package", "0.110."),
    ("SkLearn2PMML package", "0.133."),
];

/// Reads a PMML file.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let document = elements::read(text)?;
    let fields = &document.fields;
    let target = document.target.as_deref();
    let classes: Vec<String> =
        match (document.classification, fields.iter().find(|f| Some(f.name.as_str()) == target)) {
            (true, Some(field)) if field.values.len() >= 2 => field.values.clone(),
            (true, _) => return Err(damaged(0, "the classes of the target are not listed")),
            (false, _) => Vec::new(),
        };
    let mut columns = vec![None; fields.len()];
    let mut features = Vec::new();
    for (column, field) in columns.iter_mut().zip(fields).filter(|(_, f)| f.active) {
        *column = Some(features.len());
        let kind = match field.continuous {
            true => FeatureKind::Numeric,
            false if field.values.is_empty() => {
                return Err(refused(&format!(
                    "the categorical field {}, whose levels are not listed",
                    quoted(&field.name)
                )));
            }
            false => FeatureKind::Categorical { levels: Some(field.values.clone()) },
        };
        features.push(Feature { name: field.name.clone(), kind });
    }
    let cast = match document.compares {
        [true, true] => return Err(refused("values of 32 and of 64 bits side by side")),
        [false, true] => Cast::F32,
        _ => Cast::None,
    };

    // What each part feeds: by itself one output or all classes of a forest, or in a chain what the last model says.
    let joined = match &document.last {
        Some(last) => chain::joined(&document, last, &classes)?,
        None => chain::alone(&document, &classes)?,
    };
    let n_outputs = joined.n_outputs;
    within("outputs", n_outputs, MAX_OUTPUTS)?;
    // The leaves of a forest hold all classes at once.
    let of_leaves: &[String] = if document.last.is_some() { &[] } else { &classes };
    let scale = joined.scale(&classes);
    let outputs = match n_outputs {
        1 => vec![scale.margin.clone()],
        _ => classes.iter().map(|class| format!("class {class}")).collect(),
    };
    let mut specs = Vec::new();
    let mut base = vec![0.0; n_outputs];
    let (mut all_covered, mut refuses_missing) = (true, false);
    for (number, fed) in joined.outputs.iter().enumerate() {
        let part = &document.parts[fed.part];
        let weight = match part.method {
            Method::Sum => part.factor,
            Method::Average => part.factor / part.trees.len().max(1) as f64,
        };
        base[number] = fed.intercept + fed.coefficient * part.constant;
        for tree in &part.trees {
            let read = splits::tree(tree, &columns, of_leaves)?;
            all_covered &= read.spec.cover.is_some();
            refuses_missing |= read.refuses_missing;
            let output = (joined.outputs.len() == n_outputs).then_some(number as i64);
            specs.push(TreeSpec { weight: weight * fed.coefficient, output, ..read.spec });
        }
    }
    if joined.outputs.len() < n_outputs {
        base = vec![base[0]; n_outputs];
    }
    let further = document.parts.iter().flat_map(|part| &part.outputs);
    let further =
        further.filter(|output| output.expression.starts_with("(Apply")).map(|output| quoted(&output.name));
    let further: Vec<String> = if document.last.is_none() { further.take(3).collect() } else { Vec::new() };
    let mut builder = Builder::new(features, true, outputs)?;
    let n_trees = specs.len();
    for spec in specs {
        builder.add(spec)?;
    }
    let Document { exporter, version, .. } = document;
    let facts = Facts {
        library: format!("PMML by {exporter}"),
        tested: TESTED.iter().any(|(name, known)| exporter == *name && version.starts_with(known)),
        version,
        format: "PMML".into(),
        booster: if n_trees == 1 { "TreeModel".into() } else { "MiningModel".into() },
        base_score: base.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
        cover: if all_covered {
            "recordCount of each node"
        } else {
            "none: not every node has a recordCount"
        }
        .into(),
        n_trees_stored: n_trees as u32,
        best_iteration: None,
        refuses_missing,
        ..Facts::default()
    };
    let name = if classes.is_empty() { "regression" } else { "classification" };
    let value = builder.finish(base, cast, Objective { name: name.into(), scale }, facts)?;
    let mut warnings = Vec::new();
    if !further.is_empty() {
        warnings.push(format!(
            "The file computes further outputs from the prediction ({}): shown and explained is the prediction itself.",
            further.join(", ")
        ));
    }
    if !all_covered {
        warnings.push(
            "Not every node says how many training rows it saw (recordCount): predictions are shown, but an explanation \
             needs background rows."
                .to_owned(),
        );
    }
    if refuses_missing {
        warnings.push(
            "By this file a patient without a value that a split asks for gets no prediction: a table that lacks a value \
             which the model uses is refused."
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
