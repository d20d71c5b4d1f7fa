//! A patient with other values: which can be chosen, and what the model would give along one of them.

use super::{Case, Figure, LevelNames, TrainingRanges, effect_along, words};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Kind, curve as chart};
use crate::plot::number::{plain, signed};
use crate::plot::scale::extent;
use crate::session::{Analysis, Edits};

/// Steps between the lowest and the highest observed value along a curve.
const STEPS: usize = 60;

/// The values that a feature may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Any number; from the lowest to the highest that any patient of the table has.
    Number([f64; 2]),
    /// One of these levels, by code.
    Levels(Vec<String>),
}

/// What may be chosen for a feature.
pub fn choice(a: &Analysis, feature: FeatureId) -> Choice {
    let names = LevelNames::of(&a.study);
    match names.kind(feature) {
        Kind::Levels { names, .. } => Choice::Levels(names.to_vec()),
        Kind::Number => {
            Choice::Number(extent(a.study.rows().map(|r| a.study.value(feature, r))).unwrap_or([0.0, 1.0]))
        }
    }
}

/// The values along a curve, ascending: evenly through the observed range, with the measured and the present one.
pub fn along(choice: &Choice, own: &[f64]) -> Vec<f64> {
    match choice {
        Choice::Levels(names) => (0..names.len()).map(|code| code as f64).collect(),
        Choice::Number([low, high]) => {
            let step = (high - low) / STEPS as f64;
            let mut all: Vec<f64> = (0..=STEPS).map(|i| low + step * i as f64).collect();
            all.extend(own.iter().filter(|v| v.is_finite()));
            crate::math::sort(&mut all);
            all.dedup();
            all
        }
    }
}

/// The outcome along one feature, all else as it is now; the present value is marked.
pub fn what_if_curve(
    a: &Analysis,
    case: &Case,
    feature: FeatureId,
    points: &[[f64; 2]],
    ranges: &TrainingRanges,
    size: [f64; 2],
) -> Figure {
    if !case.fits(a) {
        return Figure::default();
    }
    let names = LevelNames::of(&a.study);
    let (id, label) = (a.study.patient_id(case.patient), a.study.label(feature));
    let Some(x) = extent(points.iter().map(|p| p[0])) else { return Figure::default() };
    let Some([low, high]) = extent(points.iter().map(|p| p[1]).chain([case.margin])) else {
        return Figure::default();
    };
    let pad = ((high - low) * 0.08).max(1e-3 * high.abs().max(1e-3));
    let value = case.values[feature.index()];
    let marker = if value.is_nan() { None } else { Some([value, case.margin]) };
    let says = signed(case.margin, 2);
    let (axis, line) = match names.kind(feature) {
        Kind::Levels { names, .. } => {
            let codes: Vec<String> = names.iter().enumerate().map(|(i, n)| format!("{i} {n}")).collect();
            (codes.join(", "), "by level")
        }
        Kind::Number => (words::with_unit(label, a.study.unit(feature)), "if only this value changed"),
    };
    let axis = if line == "by level" { axis } else { format!("{label} {}", unit_in_brackets(a, feature)) };
    // The range of the training patients, where it is known: beyond it the curve stays flat for want of splits.
    let reference = ranges
        .range(feature)
        .map(|[from, to]| [from.max(x[0]), to.min(x[1])].map(|v| [v, low - pad * 0.6]).to_vec())
        .unwrap_or_default();
    let title = format!("{} of {id} along {label}", a.study.model.scale.margin);
    let description = format!(
        "What the model gives if only {label} were different, from {} to {}; now {says}.",
        plain(x[0]),
        plain(x[1])
    );
    let spec = chart::Spec {
        width: size[0],
        height: size[1],
        title: &title,
        description: &description,
        axes: [axis.trim_end(), &words::capitalised(&a.study.model.scale.margin)],
        domain: [x, [low - pad, high + pad]],
        reference,
        lines: vec![chart::Line { name: line, points: stairs(points), band: Vec::new(), strong: true }],
        points: Vec::new(),
        marker: marker.map(|at| (at, says.as_str())),
    };
    let mut table = chart::table(&chart::Spec {
        lines: vec![chart::Line { name: line, points: points.to_vec(), band: Vec::new(), strong: true }],
        ..spec.clone()
    });
    table.header.truncate(3);
    table.rows.iter_mut().for_each(|r| r.truncate(3));
    Figure { scene: chart::draw(&spec), table }
}

fn unit_in_brackets(a: &Analysis, feature: FeatureId) -> String {
    let unit = words::range_with_unit("", a.study.unit(feature));
    if unit.trim().is_empty() { String::new() } else { format!("[{}]", unit.trim()) }
}

/// Between two values the model jumps somewhere: the line changes level in the middle.
fn stairs(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut out = Vec::with_capacity(3 * points.len());
    for pair in points.windows(2) {
        let [[x0, y0], [x1, y1]] = [pair[0], pair[1]];
        out.push([x0, y0]);
        if y0 != y1 {
            let middle = (x0 + x1) / 2.0;
            out.extend([[middle, y0], [middle, y1]]);
        }
    }
    out.extend(points.last());
    out
}

/// What became of a patient: `+3.52 → +2.71, rank 5 → 10 of 145`.
pub fn outcome_of_change(a: &Analysis, case: &Case) -> String {
    let (before, after) = (a.margin(case.patient), case.margin);
    let rank = |margin: f64, own: bool| {
        let above = a.rows.iter().filter(|&&r| (own || r != case.patient) && a.margin(r) > margin).count();
        above + 1
    };
    format!(
        "{} → {}, rank {} → {} of {}",
        signed(before, 2),
        signed(after, 2),
        rank(before, true),
        rank(after, false),
        a.rows.len()
    )
}

/// A changed value as a chip says it: `Bilirubin 17.4 → 3 mg/dL`.
pub fn change(a: &Analysis, edits: &Edits, patient: RowId, feature: FeatureId) -> String {
    let names = LevelNames::of(&a.study);
    let kind = names.kind(feature);
    let measured = a.study.value_text(feature, patient).unwrap_or_else(|| "missing".into());
    let now = kind.text(edits.value(&a.study, patient, feature));
    let unit =
        if kind == Kind::Number { words::range_with_unit("", a.study.unit(feature)) } else { String::new() };
    format!("{} {measured} → {now}{unit}", a.study.label(feature))
}

/// Biomarkers that the smallest change may use: the most important.
const CHANGEABLE: usize = 30;

/// What the smallest change of a patient may use: the values at equal shares of the explained patients, or every level.
pub fn flip_choices(a: &Analysis) -> Vec<(FeatureId, Vec<f64>)> {
    let used = a.insight.order.iter().copied().filter(|&f| a.importance(f).mean_abs > 0.0);
    used.take(CHANGEABLE).map(|f| (f, effect_along(a, f))).collect()
}
