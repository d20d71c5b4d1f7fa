//! One patient: the sum that makes the prediction, and patients explained alike.

use super::{Case, Figure, LevelNames, TrainingRanges, compact, words};
use crate::ensemble::Link;
use crate::explain::summary::nearest as nearest_rows;
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::plot::chart::{Kind, decision as decision_chart, force as force_chart, waterfall as chart};
use crate::plot::number::{fixed, signed};
use crate::session::{Analysis, Method, ViewState};

/// Biomarkers listed one by one.
const TOP: usize = 18;
const TOP_COMPACT: usize = 11;

/// What is measured of one biomarker: the patient's value as text, the cohort's values, patients per level, the unit.
type MeasuredCells = (Option<String>, Vec<f64>, Vec<usize>, String);

/// Features that some tree splits on, most important first: only what the model uses can contribute.
fn used(a: &Analysis) -> Vec<FeatureId> {
    a.insight.order.iter().copied().filter(|f| a.study.model.features[f.index()].n_splits > 0).collect()
}

/// The waterfall of one patient.
pub fn waterfall(a: &Analysis, now: &ViewState, case: &Case, ranges: &TrainingRanges, width: f64) -> Figure {
    let all: Vec<usize> = super::drawn(a);
    let names = LevelNames::of(&a.study);
    // The strips of what is summed as others are not drawn.
    let used = used(a);
    let top = if compact(width) { TOP_COMPACT } else { TOP };
    let mut by_effect = used.clone();
    let phi = |f: FeatureId| case.phi[f.index()];
    by_effect.order_by(|x, y| phi(*y).abs().total_cmp(&phi(*x).abs()));
    let detailed: Vec<FeatureId> = by_effect.iter().take(top + 1).copied().collect();
    let cells: Vec<MeasuredCells> = used
        .iter()
        .map(|&f| {
            if !detailed.contains(&f) {
                return (None, Vec::new(), Vec::new(), String::new());
            }
            let cohort = super::values(a, f, &all);
            let counts = match names.kind(f) {
                Kind::Levels { names, .. } => {
                    let mut counts = vec![0; names.len()];
                    for v in cohort.iter().filter(|v| !v.is_nan()) {
                        if let Some(n) = counts.get_mut(*v as usize) {
                            *n += 1;
                        }
                    }
                    counts
                }
                Kind::Number => Vec::new(),
            };
            // A unit that only lists the values would repeat what the value says.
            let unit = a.study.unit(f);
            let unit =
                if words::range_with_unit("", unit).is_empty() || !counts.is_empty() { "" } else { unit };
            (case.text(a, names.kind(f), f), cohort, counts, unit.to_string())
        })
        .collect();
    let rows = used
        .iter()
        .zip(&cells)
        .map(|(&f, (measured, cohort, counts, unit))| {
            let value = case.values[f.index()];
            let position = if value.is_nan() {
                let others = a.importance(f).n_missing as usize;
                let itself = usize::from(!case.changed.contains(&f));
                chart::Position::Missing { others: others.saturating_sub(itself) }
            } else if counts.is_empty() {
                chart::Position::Number { value, cohort }
            } else {
                chart::Position::Level { level: value as usize, counts }
            };
            chart::Row {
                feature: f,
                name: a.study.label(f),
                unit,
                measured: measured.as_deref(),
                phi: phi(f),
                changed: case.changed.contains(&f),
                outside: ranges.outside(f, value),
                position,
            }
        })
        .collect();
    let id = a.study.patient_id(case.patient);
    let spec = chart::Spec {
        width,
        compact: compact(width),
        patient: &id,
        rows,
        top,
        start: a.base_value(),
        start_label: match a.method {
            Method::PathDependent => "Reference: expected by the cover of the trees",
            Method::Interventional(_) => "Reference: mean of the background patients",
        },
        end: case.margin,
        end_label: if case.changed.is_empty() { "This patient" } else { "With changed values" },
        scale: &a.study.model.scale.margin,
        n_cohort: a.rows.len(),
        focused: now.feature,
    };
    Figure { scene: chart::draw(&spec), table: chart::table(&spec) }
}

/// The forces on one patient's prediction.
pub fn force(a: &Analysis, now: &ViewState, case: &Case, width: f64) -> Figure {
    let names = LevelNames::of(&a.study);
    let rows = used(a)
        .into_iter()
        .map(|f| force_chart::Row {
            feature: f,
            name: a.study.label(f),
            measured: case
                .text(a, names.kind(f), f)
                .map_or_else(|| "missing".into(), |v| words::with_unit(&v, a.study.unit(f))),
            phi: case.phi[f.index()],
        })
        .collect();
    let id = a.study.patient_id(case.patient);
    let spec = force_chart::Spec {
        width,
        patient: &id,
        rows,
        start: a.base_value(),
        end: case.margin,
        scale: &a.study.model.scale.margin,
        focused: now.feature,
    };
    Figure { scene: force_chart::draw(&spec), table: force_chart::table(&spec) }
}

/// Paths drawn beside the patient's own.
const PATHS: usize = 300;

/// The path of one patient's prediction among those of the selected patients; as measured and a second patient stand
/// out, too.
pub fn decision(a: &Analysis, now: &ViewState, case: &Case, passes: Option<&[bool]>, width: f64) -> Figure {
    let names = LevelNames::of(&a.study);
    let used = used(a);
    let top = if compact(width) { TOP_COMPACT } else { TOP };
    let shown = if used.len() <= top + 1 { used.len() } else { top };
    let measured: Vec<String> = used[..shown]
        .iter()
        .map(|&f| case.text(a, names.kind(f), f).unwrap_or_else(|| "missing".into()))
        .collect();
    let rows = used[..shown]
        .iter()
        .zip(&measured)
        .map(|(&f, measured)| decision_chart::Row { feature: f, name: a.study.label(f), measured })
        .collect();
    let chosen: Vec<usize> = (0..a.rows.len())
        .filter(|&i| passes.is_none_or(|p| p.get(i) == Some(&true)) && a.rows[i] != case.patient)
        .collect();
    let context = chosen.iter().copied().step_by(chosen.len().div_ceil(PATHS).max(1));
    let mut drawn: Vec<(usize, decision_chart::Look)> =
        context.map(|i| (i, decision_chart::Look::Context)).collect();
    let beside = now.second.filter(|s| *s != case.patient).and_then(|s| a.position(s));
    drawn.extend(beside.map(|i| (i, decision_chart::Look::Beside)));
    if !case.changed.is_empty() {
        drawn.extend(a.position(case.patient).map(|i| (i, decision_chart::Look::Beside)));
    }
    let ids: Vec<String> = drawn.iter().map(|(i, _)| a.study.patient_id(a.rows[*i])).collect();
    let own = a.study.patient_id(case.patient);
    let line = |patient, id, phi: &dyn Fn(FeatureId) -> f64, look| decision_chart::Line {
        patient,
        id,
        phi: used[..shown].iter().map(|&f| phi(f)).collect(),
        rest: used[shown..].iter().map(|&f| phi(f)).sum(),
        look,
    };
    let mut lines: Vec<decision_chart::Line> = drawn
        .iter()
        .zip(&ids)
        .map(|(&(i, look), id)| line(a.rows[i], id.as_str(), &|f| a.phi(i, f), look))
        .collect();
    lines.push(line(case.patient, own.as_str(), &|f| case.phi[f.index()], decision_chart::Look::Focus));
    let spec = decision_chart::Spec {
        width,
        compact: compact(width),
        rows,
        n_others: used.len() - shown,
        start: a.base_value(),
        lines,
        scale: &a.study.model.scale.margin,
        focused: now.feature,
    };
    Figure { scene: decision_chart::draw(&spec), table: decision_chart::table(&spec) }
}

/// One biomarker's part in a prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Which.
    pub feature: FeatureId,
    /// Name and value as words, e.g. `Bilirubin 17.4 mg/dL`.
    pub text: String,
    /// φ, margin units.
    pub phi: f64,
    /// True if the value is missing.
    pub missing: bool,
}

/// Contributions of one patient, largest first.
pub fn contributions(a: &Analysis, patient: RowId) -> Vec<Contribution> {
    let Some(i) = a.position(patient) else { return Vec::new() };
    let mut out: Vec<Contribution> = a
        .insight
        .order
        .iter()
        .map(|&f| (f, a.phi(i, f)))
        .filter(|(_, phi)| *phi != 0.0)
        .map(|(feature, phi)| {
            let value = a.study.value_text(feature, patient);
            let text = match &value {
                Some(v) => {
                    format!("{} {}", a.study.label(feature), words::with_unit(v, a.study.unit(feature)))
                }
                None => format!("{} missing", a.study.label(feature)),
            };
            Contribution { feature, text, phi, missing: value.is_none() }
        })
        .collect();
    out.order_by(|x, y| y.phi.abs().total_cmp(&x.phi.abs()));
    out
}

/// What the model says of a patient, in one or two plain sentences.
pub fn sentence(a: &Analysis, patient: RowId) -> String {
    let scale = &a.study.model.scale;
    let margin = a.margin(patient);
    let id = a.study.patient_id(patient);
    let rank = a.rank(patient);
    let prediction = a.prediction(patient);
    let relative = match scale.link {
        Link::Exp => {
            let factor = crate::math::exp(margin - a.base_value());
            let factor = if factor >= 10.0 { fixed(factor, 0) } else { fixed(factor, 1) };
            format!(", {factor} times the {} of the reference", scale.prediction)
        }
        Link::Logistic | Link::LogisticOfTwice | Link::Softmax => {
            format!(", a {} of {}", scale.prediction, fixed(prediction, 2))
        }
        Link::Identity | Link::Step | Link::SignedSquare | Link::Softplus => String::new(),
    };
    let relative = match a.calibrated(margin) {
        Some(p) => format!("{relative}, calibrated {p}"),
        None => relative,
    };
    let all = contributions(a, patient);
    let list = |sign: f64, n: usize| -> Vec<String> {
        all.iter()
            .filter(|c| c.phi * sign > 0.0)
            .take(n)
            .map(|c| format!("{} ({})", words::within(&c.text), signed(c.phi, 2)))
            .collect()
    };
    let (up, down) = (list(1.0, 3), list(-1.0, if margin < a.base_value() { 3 } else { 1 }));
    let mut out = format!(
        "The model gives {id} a {} of {}{relative}, {} of {} patients. ",
        scale.margin,
        signed(margin, 2),
        words::ordinal_from_top(rank),
        a.rows.len()
    );
    let mut effects = String::new();
    let verb = |n: usize, one: &'static str, many: &'static str| if n == 1 { one } else { many };
    if !up.is_empty() {
        effects += &format!("{} {} it most", words::list(&up), verb(up.len(), "raises", "raise"));
    }
    if !down.is_empty() {
        if !up.is_empty() {
            effects += "; ";
        }
        effects += &format!("{} {} it most", words::list(&down), verb(down.len(), "lowers", "lower"));
    }
    if !effects.is_empty() {
        out += &format!("{}.", words::capitalised(&effects));
    }
    out
}

/// Patients nearest in attribution space, with their distance (margin units), nearest first.
pub fn nearest(a: &Analysis, patient: RowId, k: usize) -> Vec<(RowId, f64)> {
    let Some(i) = a.position(patient) else { return Vec::new() };
    nearest_rows(&a.attributions.matrix(a.insight.output), a.study.n_features(), i, k)
        .into_iter()
        .map(|n| (a.rows[n.row as usize], n.distance))
        .collect()
}
