//! `CalibratedClassifierCV` around one tree ensemble: its margin is explained, the calibration is kept beside it.

use super::super::python::Place;
use crate::Parsed;
use crate::ensemble::{Calibration, CalibrationError, Ensemble, ModelError};

/// A calibrated classifier; `read` reads the estimator inside.
pub(super) fn classifier(
    model: &Place<'_, '_>,
    read: impl Fn(&Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError>,
) -> Result<Parsed<Ensemble>, ModelError> {
    let pairs = model.get("calibrated_classifiers_")?.items_whole("calibrated classifiers", 1000)?;
    let [pair] = pairs.as_slice() else {
        return Err(ModelError::Estimator {
            class: format!("a CalibratedClassifierCV that averages {} calibrated models", pairs.len()),
            remedy: "An average of calibrated models has no one margin: calibrate with ensemble=False, which keeps one.",
        });
    };
    // `base_estimator` before 1.2.
    let estimator = match pair.find("estimator") {
        Some(estimator) => estimator,
        None => pair.get("base_estimator")?,
    };
    let frozen = estimator.class() == "sklearn.frozen._frozen.FrozenEstimator";
    let estimator = if frozen { estimator.get("estimator")? } else { estimator };
    let class = estimator.class();
    if class.ends_with(".CalibratedClassifierCV") {
        return Err(ModelError::Estimator { class, remedy: "Calibrate the tree ensemble itself, once." });
    }
    let Parsed { value, mut warnings } = read(&estimator)?;
    let calibrators = pair.get("calibrators")?;
    let several = ModelError::Estimator {
        class: "a CalibratedClassifierCV with several classes".to_owned(),
        remedy: "Save the tree ensemble that it calibrates: several calibrated classes share one sum, so none can be \
                 explained alone.",
    };
    if value.n_outputs() != 1 {
        return Err(several);
    }
    let [calibrator] = &calibrators.items_whole("calibrators", 4096)?[..] else { return Err(several) };
    let class = calibrator.class();
    let calibration = match class.rsplit('.').next().unwrap_or_default() {
        "_SigmoidCalibration" => {
            Calibration::platt(calibrator.get("a_")?.number()?, calibrator.get("b_")?.number()?)
        }
        "IsotonicRegression" => {
            let (x, y) =
                (calibrator.get("X_thresholds_")?.numbers()?, calibrator.get("y_thresholds_")?.numbers()?);
            if x.len() != y.len() {
                return Err(calibrator.wrong("it has more margins than values, or fewer"));
            }
            Calibration::isotonic(x.into_iter().zip(y).collect())
        }
        other => return Err(calibrator.wrong(&format!("{other} is no calibration that is known"))),
    };
    let calibration = calibration.map_err(|e: CalibrationError| calibrator.wrong(&e.to_string()))?;
    warnings.push(format!(
        "This model is calibrated ({}): what is explained is the {} before calibration, to which contributions add up; \
         the calibrated probability follows from it.",
        calibration.name(),
        value.objective().scale.margin
    ));
    Ok(Parsed { value: value.with_calibration(calibration), warnings })
}
