//! What each column of the table is for.

mod check;
mod outcome;
mod propose;
mod words;

pub use check::{RoleProblem, check_roles};
pub use propose::propose_roles;

pub(super) use outcome::{competing, event_value, labels, outcome};
pub(super) use propose::{beside_the_model, columns_left, id_column, repeats};

use super::{SplitRole, Study};
use crate::dataset::{Column, Values};
use crate::ids::{FeatureId, RowId};
use words::split_word;

pub(super) use words::id_likeness;

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ColumnRole {
    /// Names the patient.
    Id,
    /// Feeds this feature.
    Feature(FeatureId),
    /// Follow-up time.
    OutcomeTime,
    /// 1 if the event was seen.
    OutcomeEvent,
    /// Two levels.
    OutcomeBinary,
    /// A quantity.
    OutcomeContinuous,
    /// Train, validation, test or external.
    Split,
    /// Not in the model, worth filtering and colouring by.
    Covariate,
    /// Not used.
    Ignored,
}

/// The part of one patient.
pub(super) fn split_role(study: &Study, row: RowId) -> SplitRole {
    let Some(column) = study.column_with(ColumnRole::Split) else { return SplitRole::Unknown };
    study.data.columns()[column]
        .text(row.index())
        .and_then(|text| split_word(&text))
        .unwrap_or(SplitRole::Unknown)
}

/// The part of every patient.
pub(super) fn split_roles(study: &Study) -> Vec<SplitRole> {
    let Some(column) = study.column_with(ColumnRole::Split) else {
        return vec![SplitRole::Unknown; study.n_rows()];
    };
    match &study.data.columns()[column] {
        Column { values: Values::Levels { codes, levels }, .. } => {
            let roles: Vec<Option<SplitRole>> = levels.iter().map(|text| split_word(text)).collect();
            let role =
                |code: &u32| roles.get(*code as usize).copied().flatten().unwrap_or(SplitRole::Unknown);
            codes.iter().map(role).collect()
        }
        Column { .. } => vec![SplitRole::Unknown; study.n_rows()],
    }
}

#[cfg(test)]
mod tests;
