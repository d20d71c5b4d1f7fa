//! Other models on the patients of a kept analysis.

use super::Picked;
use super::run::Explainer;
use crate::ensemble::{self, Ensemble, ReadOptions, Scale};
use crate::evaluate;
use crate::explain::summary;
use crate::figure::OtherModel;
use crate::ids::RowId;
use crate::session::{Analysis, Method, Notice};
use crate::study::{Outcome, bind_with};

/// Reads a model, binds it to the analysis's table by name, and explains the analysis's patients as they were explained.
///
/// # Errors
/// One sentence that names the file.
pub(super) fn other_model(a: &Analysis, file: &Picked) -> Result<OtherModel, String> {
    let refused = |why: String| format!("{} is left out: {why}", file.name);
    let parsed = ensemble::read_with(&file.bytes, &a.study.model.options)
        .map_err(|e| refused(format!("{e}. {}", e.hint())))?;
    let (model, mut warnings) = (parsed.value, parsed.warnings);
    let summary = model.summary();
    let (study, output) = (&a.study, a.insight.output);
    if summary.outputs.len() != study.model.outputs.len() {
        return Err(refused(format!(
            "it has {} outputs, the open model {}.",
            summary.outputs.len(),
            study.model.outputs.len()
        )));
    }
    let bound = bind_with(&summary, &study.data, &study.manifest)
        .map_err(|e| refused(format!("{e}. {}", e.hint())))?;
    warnings.extend(bound.warnings);
    if summary.scale.margin != study.model.scale.margin {
        warnings.push(format!(
            "it explains {}, the open model {}.",
            summary.scale.margin, study.model.scale.margin
        ));
    }
    let matrix = bound.value.matrix(&study.data, &a.rows);
    let background = match a.method {
        Method::PathDependent => Vec::new(),
        Method::Interventional(against) => bound.value.matrix(&study.data, &against.rows(study)),
    };
    let explained = Explainer::new(&model, a.rows.len(), &background)
        .map_err(|e| refused(format!("{e}. {}", e.hint())))?
        .explain(&matrix);
    let categorical: Vec<bool> = summary.features.iter().map(|f| f.categorical).collect();
    let found = summary::importance(&explained.matrix(output), &matrix, &categorical, 0, 0);

    let n = study.n_features();
    let (mut importance, mut direction) = (vec![0.0; n], vec![f64::NAN; n]);
    let mut strangers = 0;
    for (feature, i) in summary.features.iter().zip(&found) {
        match study.model.features.iter().position(|f| f.name == feature.name) {
            Some(f) => {
                importance[f] = i.mean_abs;
                direction[f] = i.direction.unwrap_or(f64::NAN);
            }
            None => strangers += usize::from(i.mean_abs > 0.0),
        }
    }
    if strangers > 0 {
        warnings.push(format!("{strangers} of its biomarkers are not in the open model and are left out."));
    }
    let margin: Vec<f64> = (0..a.rows.len()).map(|i| explained.margin(i, output)).collect();
    let performance = if summary.outputs.len() == 1 { performance(a, &margin, &summary.scale) } else { None };
    Ok(OtherModel { name: file.name.clone(), importance, direction, performance, warnings })
}

/// The open model, from its file.
///
/// # Errors
/// What the person is to be told.
pub(super) fn model(bytes: &[u8], options: &ReadOptions) -> Result<Ensemble, Notice> {
    if bytes.is_empty() {
        return Err(Notice::error(
            "The model file is no longer in memory",
            "What was computed still stands; this needs the model itself.",
            "Choose the model file and the table again.",
        ));
    }
    let read = ensemble::read_with(bytes, options);
    Ok(read.map_err(|e| Notice::error("The model cannot be used", e.to_string(), e.hint()))?.value)
}

/// SHAP values of the analysis's patients and output by another method, `[row][feature]`.
///
/// # Errors
/// What the person is to be told.
pub(super) fn by_method(a: &Analysis, bytes: &[u8], method: Method) -> Result<Vec<f64>, Notice> {
    let model = model(bytes, &a.study.model.options)?;
    let matrix = |rows: &[RowId]| a.study.binding.matrix(&a.study.data, rows);
    let background = match method {
        Method::PathDependent => Vec::new(),
        Method::Interventional(against) => matrix(&against.rows(&a.study)),
    };
    let explainer = Explainer::new(&model, a.rows.len(), &background)
        .map_err(|e| Notice::error("This model cannot be explained so", e.to_string(), e.hint()))?;
    Ok(explainer.explain(&matrix(&a.rows)).matrix(a.insight.output))
}

/// The open model's own, likewise.
pub(super) fn own_performance(a: &Analysis) -> Option<f64> {
    let margin: Vec<f64> = a.rows.iter().map(|&r| a.margin(r)).collect();
    let single = a.attributions.n_outputs == 1;
    single.then(|| performance(a, &margin, &a.study.model.scale)).flatten().map(|p| p.1)
}

/// Harrell's C or the area under the ROC curve on the explained patients.
fn performance(a: &Analysis, margin: &[f64], scale: &Scale) -> Option<(&'static str, f64)> {
    let sign = if scale.is_of_survival() { -1.0 } else { 1.0 };
    let rows = || a.rows.iter().zip(margin).map(|(r, m)| (r.index(), sign * m));
    match a.study.outcome() {
        Outcome::Survival { time, event, .. } => {
            let known: Vec<(f64, bool, f64)> =
                rows().filter_map(|(r, m)| Some((time[r], event[r]?, m)).filter(|k| !k.0.is_nan())).collect();
            let times: Vec<f64> = known.iter().map(|k| k.0).collect();
            let events: Vec<bool> = known.iter().map(|k| k.1).collect();
            let risk: Vec<f64> = known.iter().map(|k| k.2).collect();
            Some(("C-index", evaluate::concordance(&times, &events, &risk)?))
        }
        Outcome::Binary { labels, .. } => {
            let (label, score): (Vec<bool>, Vec<f64>) =
                rows().filter_map(|(r, m)| Some((labels[r]?, m))).unzip();
            Some(("AUC", evaluate::auc(&label, &score)?))
        }
        Outcome::None | Outcome::Continuous(_) => None,
    }
}
