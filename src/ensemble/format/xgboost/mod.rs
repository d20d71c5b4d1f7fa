//! XGBoost model files, 1.7 to 3.4.
//!
//! Written from the library's source and checked against its predictions. What differs between versions:
//!
//! * the base score is one number, or from 3.1 a string that holds a list;
//! * dart weights lie beside the trees, or before 3.3 outside a wrapped `gbtree`;
//! * the trees of a round are counted by `iteration_indptr`, or before 2.0 by `num_parallel_tree × outputs`;
//! * vector leaves lie in `leaf_weights` with cover, or before 3.2 in `base_weights` without.

mod json;
mod levels;
mod objective;
mod rounds;
mod trees;

use super::super::error::quoted;
use super::super::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, ModelError, Objective, ReadOptions,
};
use super::json_path::{json_error, shortened};
use super::ubjson;
use crate::Parsed;
use std::str::FromStr;

/// Versions (major, minor) that the reference cases cover.
const TESTED: &[(u32, u32)] = &[(1, 7), (2, 1), (3, 0), (3, 1), (3, 2), (3, 4)];

const PARAM: &str = "learner.learner_model_param";
const MODEL: &str = "learner.gradient_booster.model";

/// Reads the JSON form.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read_json(text: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    match serde_json::from_slice(text) {
        Ok(file) => ensemble(file, "XGBoost JSON", options),
        Err(error) => Err(refusal(text, &error)),
    }
}

/// Reads the UBJSON form.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read_ubjson(bytes: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    let error = match ubjson::from_slice(bytes) {
        Ok(file) => return ensemble(file, "XGBoost UBJSON", options),
        Err(error) => error,
    };
    match ubjson::from_slice(bytes) {
        Ok(json::Outline { learner }) => other_booster(learner),
        Err(_) => None,
    }
    .map_or_else(
        || Err(ModelError::Binary { at: error.at, key: error.key(), problem: shortened(&error.problem) }),
        Err,
    )
}

/// Reads what a pickled booster keeps: the model beside the configuration of its training.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read_serialized(bytes: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    match ubjson::from_slice(bytes) {
        Ok(json::Serialized { model }) => ensemble(model, "XGBoost UBJSON in a Python object", options),
        Err(e) => Err(ModelError::Binary { at: e.at, key: e.key(), problem: shortened(&e.problem) }),
    }
}

/// What is wrong with a file that cannot be read.
fn refusal(text: &[u8], error: &serde_json::Error) -> ModelError {
    match serde_json::from_slice(text) {
        Ok(json::Outline { learner }) => other_booster(learner),
        Err(_) => None,
    }
    .unwrap_or_else(|| json_error(text, error))
}

/// Says so if the booster has no trees.
fn other_booster(learner: json::OutlineLearner) -> Option<ModelError> {
    let name = learner.gradient_booster.name;
    (!trees::BOOSTERS.contains(&name.as_str())).then(|| trees::unknown_booster(&name))
}

fn ensemble(file: json::File, format: &str, options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    let json::File { version, learner } = file;
    let short = (version.first().copied().unwrap_or(0), version.get(1).copied().unwrap_or(0));
    let mut warnings = Vec::new();
    let param = &learner.learner_model_param;
    let booster = learner.gradient_booster.name.clone();
    let (mut model, weights) = trees::of_booster(learner.gradient_booster)?;

    let n_classes: usize = count(PARAM, "num_class", param.num_class.as_deref())?;
    let n_targets: usize = count(PARAM, "num_target", param.num_target.as_deref())?;
    let n_outputs = n_classes.max(n_targets).max(1);
    let n_features: usize = count(PARAM, "num_feature", Some(&param.num_feature))?;
    super::within("features", n_features, super::super::builder::MAX_FEATURES)?;
    super::within("outputs", n_outputs, super::super::builder::MAX_OUTPUTS)?;

    let name = learner.objective.name;
    let known = objective::known(&name);
    if !known.recognised {
        warnings.push(format!(
            "The objective {} is not known; its margin is explained as it is, and the base score is taken as a margin.",
            quoted(&name)
        ));
    }
    if name == "reg:expectileerror" && n_outputs > 1 {
        let problem = "with several alphas couples its outputs, so they cannot be explained one by one";
        return Err(ModelError::Objective { name, problem });
    }
    if name == "reg:quantileerror" && n_outputs > 1 {
        warnings.push(
            "XGBoost 3.4 sorts the quantiles it predicts for a row; here each keeps its place.".to_owned(),
        );
    }
    let base_margin = base_scores(&param.base_score, n_outputs)?
        .into_iter()
        .map(|score| known.stored.margin(score))
        .collect::<Result<Vec<f64>, ModelError>>()?;

    let n_stored = model.trees.len();
    let kept = rounds::kept(&model, &learner.attributes, n_outputs, options, &mut warnings)?;
    let features = features(
        n_features,
        &learner.feature_names,
        &learner.feature_types,
        model.cats.take(),
        short,
        &mut warnings,
    )?;
    let outputs = match (n_outputs, n_classes > 1) {
        (1, _) => vec![known.scale.margin.clone()],
        (n, true) => (0..n).map(|k| format!("class {k}")).collect(),
        (n, false) => (0..n).map(|k| format!("target {k}")).collect(),
    };
    let mut builder = Builder::new(features, !learner.feature_names.is_empty(), outputs)?;
    trees::add(&mut builder, model, weights.as_deref(), kept.n_trees, n_outputs)?;

    let facts = Facts {
        library: "XGBoost".into(),
        version: version.iter().map(u32::to_string).collect::<Vec<_>>().join("."),
        tested: TESTED.contains(&short),
        format: format.into(),
        booster: if weights.is_some() { "dart".into() } else { booster },
        base_score: param.base_score.clone(),
        cover: "sum of hessians".into(),
        n_trees_stored: n_stored as u32,
        best_iteration: kept.best_iteration,
        ..Facts::default()
    };
    let objective = Objective { name, scale: known.scale };
    let value = builder.finish(base_margin, Cast::F32, objective, facts)?;
    if !value.has_cover() {
        warnings
            .push("The file stores no cover, so its predictions can be shown but not explained.".to_owned());
    }
    Ok(Parsed { value, warnings })
}

/// `5E-1`, or `[4.7E-1,2E-1]` from 3.1: one for all outputs, or one each.
fn base_scores(text: &str, n_outputs: usize) -> Result<Vec<f32>, ModelError> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let scores: Vec<f32> =
        bare.split(',').map(|s| number(PARAM, "base_score", s)).collect::<Result<_, _>>()?;
    match scores.len() {
        n if n == n_outputs => Ok(scores),
        1 => Ok(vec![scores[0]; n_outputs]),
        got => Err(ModelError::Length { key: format!("{PARAM}.base_score"), got, expected: n_outputs }),
    }
}

fn features(
    n_features: usize,
    names: &[String],
    types: &[String],
    cats: Option<json::Cats>,
    version: (u32, u32),
    warnings: &mut Vec<String>,
) -> Result<Vec<Feature>, ModelError> {
    if !names.is_empty() && names.len() != n_features {
        let key = "learner.feature_names".to_owned();
        return Err(ModelError::Length { key, got: names.len(), expected: n_features });
    }
    let mut encodings = cats.map_or_else(Vec::new, |c| c.enc).into_iter();
    (0..n_features)
        .map(|f| {
            let levels = match encodings.next() {
                Some(encoding) => levels::of_feature(f, encoding, version, warnings)?,
                None => None,
            };
            let categorical = levels.is_some() || types.get(f).is_some_and(|t| t == "c");
            Ok(Feature {
                name: names.get(f).cloned().unwrap_or_else(|| format!("f{f}")),
                kind: if categorical { FeatureKind::Categorical { levels } } else { FeatureKind::Numeric },
            })
        })
        .collect()
}

/// A count that XGBoost writes as a string; absent means 0.
fn count(parent: &str, name: &str, text: Option<&str>) -> Result<usize, ModelError> {
    text.map_or(Ok(0), |text| number(parent, name, text))
}

/// A number that XGBoost writes as a string.
fn number<T: FromStr>(parent: &str, name: &str, text: &str) -> Result<T, ModelError> {
    text.trim().parse().map_err(|_| ModelError::Value {
        key: format!("{parent}.{name}"),
        got: quoted(text),
        expected: "a number",
    })
}
