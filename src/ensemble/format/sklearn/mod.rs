//! scikit-learn's tree ensembles, 1.0 to 1.9, as records of Python objects.
//!
//! Written from the library's source and checked against its predictions. What an estimator's numbers mean is decided by
//! its class; where versions differ, by what is there: a tree has a missing-value flag since 1.3, fractions in its leaves
//! instead of counts since 1.3, losses live in `sklearn._loss` since 1.4.

mod boosting;
mod calibrated;
mod common;
mod forest;
mod histogram;
mod isolation;
mod survival;
mod tree;

use super::super::{Ensemble, ModelError};
use super::python::{Place, Value};
use crate::Parsed;

/// Versions (major.minor) that the reference cases cover.
const TESTED: &[&str] = &["1.0", "1.2", "1.9"];

/// The ensemble of the estimator that a file is about; of a survival forest, S(t) at these times or, without any, the risk
/// score.
///
/// # Errors
/// [`ModelError::Estimator`] for what is no tree ensemble, [`ModelError`].
pub(super) fn read(model: &Place<'_, '_>, survival_at: &[f64]) -> Result<Parsed<Ensemble>, ModelError> {
    let class = model.class();
    let name = class.rsplit('.').next().unwrap_or_default();
    let known = ["sklearn.", "sksurv."].iter().any(|package| class.starts_with(package));
    if !matches!(model.value(), Value::Object(_)) || !known {
        return Err(refused(&class));
    }
    match name {
        "RandomSurvivalForest" | "ExtraSurvivalTrees" => survival::read(model, name, true, survival_at),
        "SurvivalTree" | "ExtraSurvivalTree" => survival::read(model, name, false, survival_at),
        "DecisionTreeClassifier" | "ExtraTreeClassifier" => forest::classifier(model, name, false),
        "RandomForestClassifier" | "ExtraTreesClassifier" => forest::classifier(model, name, true),
        "DecisionTreeRegressor" | "ExtraTreeRegressor" => forest::regressor(model, name, false),
        "RandomForestRegressor" | "ExtraTreesRegressor" => forest::regressor(model, name, true),
        "GradientBoostingClassifier" => boosting::classifier(model),
        "GradientBoostingRegressor" => boosting::regressor(model),
        "HistGradientBoostingClassifier" => histogram::classifier(model),
        "HistGradientBoostingRegressor" => histogram::regressor(model),
        "CalibratedClassifierCV" => calibrated::classifier(model, |model| read(model, &[])),
        "IsolationForest" => isolation::read(model),
        _ => Err(refused(&class)),
    }
}

/// Says what it is instead, and what to save.
fn refused(class: &str) -> ModelError {
    let remedy = match class.rsplit('.').next().unwrap_or_default() {
        "Pipeline" => {
            "Save its last step alone, e.g. skops.io.dump(pipeline[-1], \"model.skops\"), and apply the steps before it \
             to the table."
        }
        "GridSearchCV" | "RandomizedSearchCV" | "HalvingGridSearchCV" | "HalvingRandomSearchCV" => {
            "Save the model that it found: skops.io.dump(search.best_estimator_, \"model.skops\")."
        }
        "OneVsRestClassifier"
        | "OneVsOneClassifier"
        | "MultiOutputClassifier"
        | "MultiOutputRegressor"
        | "ClassifierChain"
        | "RegressorChain" => "Save each of its estimators_ as a file of its own.",
        _ if class.starts_with("sksurv.") => {
            "Of scikit-survival, RandomSurvivalForest, ExtraSurvivalTrees and their trees are read; boosted hazards are \
             read from XGBoost (survival:cox, survival:aft)."
        }
        "a dict" | "a list" | "a tuple" => "Save the estimator alone, without the collection around it.",
        _ => {
            "Tree ensembles are read: decision trees, random forests, extra trees, (histogram) gradient boosting and \
             isolation forests of scikit-learn, survival forests of scikit-survival, saved by skops, joblib or pickle."
        }
    };
    ModelError::Estimator { class: class.chars().take(120).collect(), remedy }
}
