//! The overview's plots: what was measured, whether the numbers add up, how well the model does.

use super::{Figure, compact};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{additivity as add_chart, interval as interval_chart, missingness as miss_chart};
use crate::plot::number::percent;
use crate::session::{Analysis, CohortChoice, ViewState};
use crate::study::SplitRole;

/// Biomarkers of the missingness strip.
const STRIPS: usize = 18;

/// Which values were measured, one column per explained patient.
pub fn missingness(a: &Analysis, width: f64) -> Figure {
    let patients: Vec<RowId> = super::drawn(a).into_iter().map(|i| a.rows[i]).collect();
    let train = if a.cohort == CohortChoice::Role(SplitRole::Train) {
        Vec::new()
    } else {
        a.study.rows_of(SplitRole::Train)
    };
    let features: Vec<FeatureId> = a.insight.order.iter().copied().take(STRIPS).collect();
    let share = |f: FeatureId, rows: &[RowId]| {
        let n = rows.iter().filter(|&&r| a.study.value(f, r).is_nan()).count();
        if n == 0 { "0".to_string() } else { percent(n as f64 / rows.len() as f64) }
    };
    let missing: Vec<Vec<bool>> =
        features.iter().map(|&f| patients.iter().map(|&r| a.study.value(f, r).is_nan()).collect()).collect();
    let mut heads = vec![a.cohort.word()];
    if !train.is_empty() {
        heads.push("train");
    }
    let id = |row: Option<&RowId>| row.map_or_else(String::new, |&r| a.study.patient_id(r));
    let columns = format!("One column per patient, {} to {}", id(patients.first()), id(patients.last()));
    let spec = miss_chart::Spec {
        width,
        compact: compact(width),
        rows: features
            .iter()
            .zip(&missing)
            .map(|(&f, missing)| miss_chart::Row {
                feature: f,
                name: a.study.label(f),
                missing,
                shares: [a.rows.as_slice(), &train]
                    .iter()
                    .filter(|rows| !rows.is_empty())
                    .map(|rows| share(f, rows))
                    .collect(),
            })
            .collect(),
        patients: &patients,
        columns: &columns,
        heads: &heads,
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
            label: &p.part,
            estimate: p.value.estimate,
            interval: Some([p.value.low, p.value.high]),
            strong: p.part == "Test" || p.part == "External",
            cluster: None,
        })
        .collect();
    let measure = a.performance.first().map_or("", |p| p.measure.as_str());
    let title = format!("{measure} with 95 % bootstrap interval");
    let least = rows.iter().filter_map(|r| r.interval).map(|i| i[0]).fold(0.5, f64::min);
    let start = if least < 0.5 { (least * 10.0).floor() / 10.0 } else { 0.5 };
    let spec = interval_chart::Spec {
        width,
        title: &title,
        rows,
        domain: [start, 1.0],
        reference: (measure != "R²").then_some(0.5),
        marks: interval_chart::Marks::Points,
        decimals: 3,
    };
    Figure { scene: interval_chart::draw(&spec), table: interval_chart::table(&spec) }
}

/// The five most important biomarkers, as in the ranked view.
pub fn top_biomarkers(a: &Analysis, width: f64) -> Figure {
    let now = ViewState { top: 5, feature: None, ..ViewState::default() };
    let features = super::shown_features(a, &now);
    super::ranked(a, Default::default(), &features, None, [width, 0.0])
}
