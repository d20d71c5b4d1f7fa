//! Two patients: who is near whom, and which biomarkers make the difference of their predictions.

use super::{Case, Figure, LevelNames, compact};
use crate::ensemble::Link;
use crate::ids::{FeatureId, RowId};
use crate::math::{Order as _, squared_distance};
use crate::plot::chart::{Table, waterfall as chart};
use crate::plot::number::{fixed, signed};
use crate::session::{Analysis, ViewState};

/// Biomarkers listed one by one.
const TOP: usize = 12;

/// Patients whose prediction lies on one side of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    /// The line, margin units.
    pub at: f64,
    /// What it is, e.g. `a probability of 0.5`.
    pub name: String,
}

impl Sides {
    /// Even odds for a yes or no, else the reference.
    pub fn of(a: &Analysis) -> Sides {
        if matches!(a.study.model.scale.link, Link::Logistic | Link::LogisticOfTwice) {
            return Sides { at: 0.0, name: format!("a {} of 0.5", a.study.model.scale.prediction) };
        }
        Sides { at: a.base_value(), name: format!("the reference, {}", signed(a.base_value(), 2)) }
    }

    fn above(&self, margin: f64) -> bool {
        margin >= self.at
    }
}

/// The patient nearest in attribution space whose prediction is on the other side, with the distance (margin units).
pub fn nearest_on_other_side(a: &Analysis, case: &Case) -> Option<(RowId, f64)> {
    let sides = Sides::of(a);
    let side = sides.above(case.margin);
    nearest_to(a, case, |r| sides.above(a.margin(r)) != side)
}

/// The patient nearest in attribution space, with the distance (margin units).
pub fn nearest_patient(a: &Analysis, case: &Case) -> Option<(RowId, f64)> {
    nearest_to(a, case, |_| true)
}

fn nearest_to(a: &Analysis, case: &Case, fits: impl Fn(RowId) -> bool) -> Option<(RowId, f64)> {
    let mut best: Option<(RowId, f64)> = None;
    let mut phi = vec![0.0; case.phi.len()];
    for (i, &row) in a.rows.iter().enumerate().filter(|(_, r)| **r != case.patient && fits(**r)) {
        phi.iter_mut().enumerate().for_each(|(f, phi)| *phi = a.phi(i, FeatureId::of(f)));
        let distance = squared_distance(&phi, &case.phi).sqrt();
        if best.is_none_or(|(_, d)| distance < d) {
            best = Some((row, distance));
        }
    }
    best
}

/// The explained patient with this id, however it is written.
pub fn patient_by_id(a: &Analysis, id: &str) -> Option<RowId> {
    let id = id.trim().to_lowercase();
    a.rows.iter().copied().find(|r| a.study.patient_id(*r).to_lowercase() == id)
}

/// How one patient's prediction becomes the other's: differences of SHAP values, largest first.
pub fn difference(a: &Analysis, now: &ViewState, first: &Case, second: &Case, width: f64) -> Figure {
    let names = LevelNames::of(&a.study);
    let ids = [first, second].map(|c| a.study.patient_id(c.patient));
    let used: Vec<FeatureId> =
        a.insight.order.iter().copied().filter(|f| a.study.model.features[f.index()].n_splits > 0).collect();
    let text = |c: &Case, f: FeatureId| c.text(a, names.kind(f), f).unwrap_or_else(|| "missing".into());
    let both: Vec<String> =
        used.iter().map(|&f| format!("{} → {}", text(first, f), text(second, f))).collect();
    let rows: Vec<chart::Row> = used
        .iter()
        .zip(&both)
        .map(|(&f, both)| chart::Row {
            feature: f,
            name: a.study.label(f),
            unit: "",
            measured: Some(both),
            phi: second.phi[f.index()] - first.phi[f.index()],
            changed: false,
            outside: None,
            position: chart::Position::None,
        })
        .collect();
    let spec = chart::Spec {
        width,
        compact: compact(width),
        patient: &ids[1],
        rows,
        top: TOP,
        start: first.margin,
        start_label: &ids[0],
        end: second.margin,
        end_label: &ids[1],
        scale: &a.study.model.scale.margin,
        n_cohort: a.rows.len(),
        focused: now.feature,
    };
    let mut scene = chart::draw(&spec);
    scene.title = format!("How the prediction for {} becomes that for {}", ids[0], ids[1]);
    Figure { scene, table: side_by_side(a, &used, [first, second], &ids) }
}

/// Values and SHAP values of both, by the size of the difference.
fn side_by_side(a: &Analysis, used: &[FeatureId], cases: [&Case; 2], ids: &[String; 2]) -> Table {
    let names = LevelNames::of(&a.study);
    let mut order = used.to_vec();
    let difference = |f: FeatureId| cases[1].phi[f.index()] - cases[0].phi[f.index()];
    order.order_by(|x, y| difference(*y).abs().total_cmp(&difference(*x).abs()));
    let mut header = vec!["Biomarker".to_string(), "Unit".into()];
    for id in ids {
        header.extend([format!("{id} value"), format!("{id} SHAP")]);
    }
    header.push("Difference".into());
    let row = |f: FeatureId| {
        let mut row = vec![a.study.label(f).to_string(), a.study.unit(f).to_string()];
        for case in cases {
            row.push(case.text(a, names.kind(f), f).unwrap_or_else(|| "missing".into()));
            row.push(signed(case.phi[f.index()], 4));
        }
        row.push(signed(difference(f), 4));
        row
    };
    Table { header, rows: order.into_iter().map(row).collect() }
}

/// `PBC075: +3.95, distance 0.74`.
pub fn distance_said(a: &Analysis, found: (RowId, f64)) -> String {
    let (row, distance) = found;
    format!("{} at {}, distance {}", a.study.patient_id(row), signed(a.margin(row), 2), fixed(distance, 2))
}
