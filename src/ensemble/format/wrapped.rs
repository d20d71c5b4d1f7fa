//! Python objects around a model: scikit-learn's own estimators, and the wrappers of XGBoost and LightGBM, whose boosters
//! carry the library's own format.

use super::python::{Heap, Id, Place, Value};
use super::{lightgbm, sklearn, xgboost};
use crate::Parsed;
use crate::ensemble::{Ensemble, ModelError, ReadOptions};

/// The ensemble in the object that a file is about.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(heap: &Heap<'_>, root: Id, options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    let model = Place::root(heap, root);
    let class = model.class();
    let package = class.split('.').next().unwrap_or_default();
    let is_object = matches!(model.value(), Value::Object(_));
    match package {
        "xgboost" | "lightgbm" if is_object => {
            let booster = match class.rsplit('.').next() {
                Some("Booster") => model.clone(),
                _ => model.get("_Booster")?,
            };
            if package == "xgboost" {
                of_xgboost(&model, &booster, options)
            } else {
                of_lightgbm(&booster, options)
            }
        }
        _ => sklearn::read(&model, &options.survival_at),
    }
}

/// `Booster.handle` holds the bytes of `XGBoosterSerializeToBuffer`: the model and the configuration of its training.
fn of_xgboost(
    model: &Place<'_, '_>,
    booster: &Place<'_, '_>,
    options: &ReadOptions,
) -> Result<Parsed<Ensemble>, ModelError> {
    let handle = booster.get("handle")?;
    let bytes = handle.bytes().ok_or_else(|| handle.wrong("it does not hold bytes"))?;
    let mut parsed = xgboost::read_serialized(bytes, options)?;
    // The wrapper can take a number for missing; the booster does not know of it.
    if let Some(missing) = model.find("missing").and_then(|m| m.number().ok()).filter(|m| !m.is_nan()) {
        parsed.warnings.push(format!(
            "This model takes the number {missing} for missing, which the booster inside does not know: leave those \
             cells of the table empty."
        ));
    }
    Ok(parsed)
}

/// `Booster._handle` holds the text of the model, `best_iteration` the number of rounds that it predicts with if training
/// stopped early (−1 or 0 otherwise).
fn of_lightgbm(booster: &Place<'_, '_>, options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    let text = match booster.find("_handle") {
        Some(handle) => handle,
        // Before 4.0.
        None => booster.get("handle")?,
    };
    let bytes = text.text().ok_or_else(|| text.wrong("it is not the text of a model"))?;
    let best = booster.find("best_iteration").and_then(|best| best.count().ok());
    lightgbm::read_text_up_to(bytes.as_bytes(), best.filter(|_| !options.use_all_trees))
}
