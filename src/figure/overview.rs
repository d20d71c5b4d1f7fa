//! The overview's plots: what was measured, whether the numbers add up, how well the model does.

use super::{Figure, compact};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{additivity as add_chart, interval as interval_chart, missingness as miss_chart};
use crate::session::{Analysis, ViewState};
use crate::study::SplitRole;

/// Biomarkers of the missingness strip.
const STRIPS: usize = 18;

/// Which values were measured, one column per explained patient.
pub fn missingness(a: &Analysis, width: f64) -> Figure {
    let patients: Vec<RowId> = super::drawn(a).into_iter().map(|i| a.rows[i]).collect();
    let train = a.study.rows_of(SplitRole::Train);
    let features: Vec<FeatureId> = a.insight.order.iter().copied().take(STRIPS).collect();
    let share = |f: FeatureId, rows: &[RowId]| {
        rows.iter().filter(|&&r| a.study.value(f, r).is_nan()).count() as f64 / rows.len().max(1) as f64
    };
    let measured: Vec<Vec<bool>> = features
        .iter()
        .map(|&f| patients.iter().map(|&r| !a.study.value(f, r).is_nan()).collect())
        .collect();
    let spec = miss_chart::Spec {
        width,
        compact: compact(width),
        rows: features
            .iter()
            .zip(&measured)
            .map(|(&f, measured)| miss_chart::Row {
                feature: f,
                name: a.study.label(f),
                measured,
                share: share(f, &a.rows),
                share_train: (!train.is_empty()).then(|| share(f, &train)),
            })
            .collect(),
        patients: &patients,
        cohort: a.cohort.word(),
    };
    Figure { scene: miss_chart::draw(&spec), table: miss_chart::table(&spec) }
}

/// |Σ φ + base − margin| per patient.
pub fn additivity(a: &Analysis, width: f64) -> Figure {
    let positions = super::drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let errors: Vec<f64> = positions.iter().map(|&i| a.additivity[i]).collect();
    let spec = add_chart::Spec { width, patients: &patients, errors: &errors, tolerance: a.tolerance() };
    Figure { scene: add_chart::draw(&spec), table: add_chart::table(&spec, |row| a.study.patient_id(row)) }
}

/// Discrimination per split role with its interval.
pub fn performance(a: &Analysis, width: f64) -> Figure {
    let rows: Vec<interval_chart::Row> = a
        .performance
        .iter()
        .map(|p| interval_chart::Row {
            name: &p.part,
            estimate: p.value.estimate,
            interval: [p.value.low, p.value.high],
            strong: p.part == "Test" || p.part == "External",
        })
        .collect();
    let measure = a.performance.first().map_or("", |p| p.measure.as_str());
    let spec = interval_chart::Spec { width, measure, rows };
    Figure { scene: interval_chart::draw(&spec), table: interval_chart::table(&spec) }
}

/// The five most important biomarkers, as in the ranked view.
pub fn top_biomarkers(a: &Analysis, width: f64) -> Figure {
    let now = ViewState { top: 5, feature: None, ..ViewState::default() };
    let features = super::shown_features(a, &now);
    super::ranked(a, &now, &features, None, width)
}
