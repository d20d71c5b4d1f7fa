//! What was not measured, and what was never measured in training.

use super::{Finding, Look, Severity, Topic, some};
use crate::dataset::quality;
use crate::ids::FeatureId;
use crate::math::Order as _;
use crate::study::SplitRole;
use crate::study::text::{count, list, of, percent};

/// Share of the patients from which on a block restricts conclusions.
const LARGE_BLOCK: f64 = 0.05;
/// Share of the values from which on the ones outside the range are more than the edge of it.
const OFTEN: f64 = 0.05;
/// Blocks that are reported one by one.
const MAX_BLOCKS: usize = 3;
/// Training patients from which on their range says something.
const MIN_TRAINING: usize = 20;

pub(super) fn inspect(look: &Look<'_>, found: &mut Vec<Finding>) {
    blocks(look, found);
    gaps(look, found);
    range(look, found);
}

fn blocks(look: &Look<'_>, found: &mut Vec<Finding>) {
    let study = look.study;
    let mut feature_of = vec![None; study.data.columns().len()];
    for (f, column) in study.binding.columns().enumerate() {
        feature_of[column] = Some(FeatureId::of(f));
    }
    let columns: Vec<usize> = (0..feature_of.len()).filter(|&c| feature_of[c].is_some()).collect();
    let rows: Vec<usize> = look.rows.iter().map(|row| row.index()).collect();
    for block in quality::missing_blocks(&study.data, &columns, &rows).into_iter().take(MAX_BLOCKS) {
        let n = block.rows.len();
        let names: Vec<&str> =
            block.columns().iter().filter_map(|&c| feature_of[c]).map(|f| look.label(f)).collect();
        let large = n as f64 >= LARGE_BLOCK * rows.len() as f64;
        found.push(Finding::new(
            if large { Severity::High } else { Severity::Medium },
            Topic::Missing,
            format!("{} {} lack the same {} measurements.", count(n), look.patients(), count(names.len())),
            format!(
                "{} are empty together, so a missing value may tell how a patient was enrolled. \
                 Filter these patients and compare.",
                some(&names, 4),
            ),
        ));
    }
}

fn gaps(look: &Look<'_>, found: &mut Vec<Finding>) {
    let mut has_gap = vec![false; look.rows.len()];
    let mut cells = 0;
    for column in look.study.binding.columns().map(|c| &look.study.data.columns()[c]) {
        for (gap, row) in has_gap.iter_mut().zip(look.rows) {
            let missing = column.is_missing(row.index());
            *gap |= missing;
            cells += usize::from(missing);
        }
    }
    let with_gap = has_gap.into_iter().filter(|&gap| gap).count();
    let n_cells = look.rows.len() * look.study.n_features();
    if n_cells == 0 {
        return;
    }
    if cells == 0 {
        let detail = format!("All {} are filled.", of(n_cells, "value", "values"));
        found.push(Finding::new(Severity::Pass, Topic::Missing, "No value is missing.", detail));
        return;
    }
    found.push(Finding::new(
        Severity::Low,
        Topic::Missing,
        format!("{} of {} {} have a gap.", count(with_gap), count(look.rows.len()), look.patients()),
        format!(
            "{} of {} values are missing ({}); the trees send a missing value its own way and nothing is filled in. \
             Read the lane of missing values beside each plot.",
            count(cells),
            count(n_cells),
            percent(cells as f64 / n_cells as f64),
        ),
    ));
}

fn range(look: &Look<'_>, found: &mut Vec<Finding>) {
    let training = look.training();
    let others: Vec<_> =
        look.rows.iter().copied().filter(|&row| look.part(row) != SplitRole::Train).collect();
    if training.len() < MIN_TRAINING || others.is_empty() {
        return;
    }
    let mut patients = vec![false; others.len()];
    let mut outside: Vec<(usize, &str)> = Vec::new();
    for feature in look.features().filter(|&f| look.is_numeric(f)) {
        let seen = look.values(feature, &training);
        // min and max pass over NaN.
        let (low, high) = seen
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)));
        let mut n = 0;
        for (patient, &row) in patients.iter_mut().zip(&others) {
            let x = look.study.value(feature, row);
            if x < low || x > high {
                *patient = true;
                n += 1;
            }
        }
        if n > 0 {
            outside.push((n, look.label(feature)));
        }
    }
    let n_cells: usize = outside.iter().map(|(n, _)| n).sum();
    let n_patients = patients.iter().filter(|&&outside| outside).count();
    if n_cells == 0 {
        found.push(Finding::new(
            Severity::Pass,
            Topic::Range,
            "All values lie within the training range.",
            format!(
                "{} {} against {} training patients.",
                count(others.len()),
                look.patients(),
                count(training.len())
            ),
        ));
        return;
    }
    outside.order_by_key(|(n, _)| std::cmp::Reverse(*n));
    let most: Vec<String> = outside.iter().take(3).map(|(n, name)| format!("{name} {n}")).collect();
    // With many biomarkers and few patients, some values at the edge are to be expected.
    let often = n_cells as f64 > OFTEN * (others.len() * look.study.n_features()) as f64;
    found.push(Finding::new(
        if often { Severity::Medium } else { Severity::Low },
        Topic::Range,
        format!("{} outside the training range.", of(n_cells, "value lies", "values lie")),
        format!(
            "In {} of {} patients; most in {}. A tree treats them like the nearest value it has seen: \
             read these patients one by one.",
            count(n_patients),
            count(others.len()),
            list(&most),
        ),
    ));
}
