//! The author's own predictions against the ones computed here.

mod error;
mod matching;

pub use error::ParityError;

use super::Study;
use super::findings::{Finding, Severity, Topic};
use super::text::{count, list, number, of};
use crate::Parsed;
use crate::dataset::{Column, Dataset, Values};
use crate::ids::RowId;
use crate::math::Order as _;
use matching::{Matched, is_plain, match_rows, read, value_columns};

/// Largest difference, relative to the larger of 1 and the value, that f32 sums of the training library explain.
pub const TOLERANCE: f64 = 1e-5;

/// Patients that are listed as worst.
const N_WORST: usize = 5;

/// The scale on which predictions were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParityScale {
    /// Raw sums of the trees.
    Margin,
    /// Margins through the model's link.
    Prediction,
}

/// One patient's value, theirs and ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The patient.
    pub row: RowId,
    /// In the author's table.
    pub theirs: f64,
    /// Computed here.
    pub ours: f64,
}

/// What a comparison shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Parity {
    /// Patients compared.
    pub n: usize,
    /// Scale on which the numbers agree best.
    pub scale: ParityScale,
    /// Columns of the author's table that were compared, one per output.
    pub columns: Vec<String>,
    /// True if rows were matched by their order, not by id.
    pub by_order: bool,
    /// Largest |theirs − ours|.
    pub max_difference: f64,
    /// Largest |theirs − ours| / max(1, |ours|).
    pub max_relative: f64,
    /// The largest differences, at most five.
    pub worst: Vec<Pair>,
    /// Ids of the author's table that the study has not.
    pub unmatched: Vec<String>,
}

impl Parity {
    /// True if rounding explains every difference, see [`TOLERANCE`].
    pub fn agrees(&self) -> bool {
        self.max_relative <= TOLERANCE
    }
}

/// Compares a table of the author's predictions with the margins of every row of the study, `[row][output]`
/// (NaN where not computed). The table has one column `margin` or `prediction` (one per output), or a single column of
/// numbers, and the patients' ids or as many rows as the study. Both scales are tried.
///
/// # Errors
/// [`ParityError`] where nothing can be matched.
pub fn compare(study: &Study, margins: &[f64], bytes: &[u8]) -> Result<Parsed<Parity>, ParityError> {
    let n_outputs = study.model.outputs.len().max(1);
    let table = read(bytes)?;
    let Matched { rows, id_column, unmatched, mut warnings } = match_rows(study, &table)?;
    let groups = value_columns(&table, id_column, n_outputs)?;
    // Columns called margin and prediction must all agree; of columns that are guessed, one must.
    let plain = |columns: &[usize]| columns.iter().all(|&i| is_plain(&table.columns()[i].name));
    let all_count = groups.iter().any(|(columns, _)| plain(columns));
    let mut best: Option<(Parity, Option<ParityScale>)> = None;
    for (columns, said) in groups.into_iter().filter(|(columns, _)| !all_count || plain(columns)) {
        let scales = [ParityScale::Margin, ParityScale::Prediction];
        let compared = scales.map(|scale| compare_columns(study, margins, &table, &rows, &columns, scale));
        let closest = compared.into_iter().flatten().min_by(|a, b| a.max_relative.total_cmp(&b.max_relative));
        let Some(parity) = closest else { continue };
        let first = |(best, _): &(Parity, _)| (parity.max_relative > best.max_relative) == all_count;
        if best.as_ref().is_none_or(first) {
            best = Some((parity, said));
        }
    }
    let (mut parity, said) = best.ok_or(ParityError::Nothing)?;
    if let Some(said) = said.filter(|said| *said != parity.scale) {
        let word = |scale| if scale == ParityScale::Margin { "margins" } else { "predictions" };
        warnings.push(format!("“{}” holds {}, not {}.", parity.columns[0], word(parity.scale), word(said)));
    }
    if !unmatched.is_empty() {
        warnings.push(format!(
            "{} of the table not in the study: {}.",
            of(unmatched.len(), "id", "ids"),
            list(&unmatched)
        ));
    }
    parity.by_order = id_column.is_none();
    parity.unmatched = unmatched;
    Ok(Parsed { value: parity, warnings })
}

/// [`compare`] as a finding.
///
/// # Errors
/// As [`compare`].
pub fn parity_finding(study: &Study, margins: &[f64], bytes: &[u8]) -> Result<Finding, ParityError> {
    let Parsed { value: parity, warnings } = compare(study, margins, bytes)?;
    let scale = match parity.scale {
        ParityScale::Margin => &study.model.scale.margin,
        ParityScale::Prediction => &study.model.scale.prediction,
    };
    let compared = format!(
        "{} of {} compared by {} on the {scale}; largest difference {} ({} relative)",
        count(parity.n),
        of(study.n_rows(), "patient", "patients"),
        if parity.by_order { "row order" } else { "id" },
        number(parity.max_difference, 2),
        number(parity.max_relative, 2),
    );
    let mut detail = match parity.worst.first().filter(|_| !parity.agrees()) {
        None => format!("{compared}."),
        Some(worst) => format!(
            "{compared}, {}: {} in the table, {} here. Check that model and table belong together.",
            study.patient_id(worst.row),
            number(worst.theirs, 4),
            number(worst.ours, 4),
        ),
    };
    for warning in warnings {
        detail.push(' ');
        detail.push_str(&warning);
    }
    let (severity, title) = match parity.agrees() {
        true => (Severity::Pass, "Predictions agree with yours."),
        false => (Severity::High, "Predictions differ from yours."),
    };
    Ok(Finding::new(severity, Topic::Exactness, title, detail))
}

/// One group of columns on one scale; None if no patient can be compared.
fn compare_columns(
    study: &Study,
    margins: &[f64],
    table: &Dataset,
    rows: &[Option<RowId>],
    columns: &[usize],
    scale: ParityScale,
) -> Option<Parity> {
    let k = columns.len();
    let mut pairs: Vec<(f64, Pair)> = Vec::new();
    let mut max_relative = 0.0f64;
    for (theirs_row, row) in rows.iter().enumerate() {
        let Some((row, margins)) =
            row.and_then(|row| Some((row, margins.get(row.index() * k..(row.index() + 1) * k)?)))
        else {
            continue;
        };
        let mut ours = margins.to_vec();
        if scale == ParityScale::Prediction {
            study.model.scale.link.apply(&mut ours);
        }
        let mut worst: Option<(f64, Pair)> = None;
        for (&column, &ours) in columns.iter().zip(&ours) {
            let theirs = cell(&table.columns()[column], theirs_row);
            let difference = (theirs - ours).abs();
            if difference.is_nan() {
                continue;
            }
            max_relative = max_relative.max(difference / ours.abs().max(1.0));
            if worst.is_none_or(|(most, _)| difference > most) {
                worst = Some((difference, Pair { row, theirs, ours }));
            }
        }
        pairs.extend(worst);
    }
    pairs.order_by(|a, b| b.0.total_cmp(&a.0));
    Some(Parity {
        n: pairs.len(),
        scale,
        columns: columns.iter().map(|&i| table.columns()[i].name.clone()).collect(),
        by_order: false,
        max_difference: pairs.first()?.0,
        max_relative,
        worst: pairs.iter().take(N_WORST).map(|(_, pair)| *pair).collect(),
        unmatched: Vec::new(),
    })
}

fn cell(column: &Column, row: usize) -> f64 {
    match &column.values {
        Values::Numbers(x) => x.get(row).copied().unwrap_or(f64::NAN),
        Values::Levels { .. } => f64::NAN,
    }
}

#[cfg(test)]
mod tests;
