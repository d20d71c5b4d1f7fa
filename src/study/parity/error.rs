//! Why predictions cannot be compared.

use crate::dataset::DataError;
use crate::study::text::{count, list};

/// Why predictions cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParityError {
    /// The file is no table.
    #[error(transparent)]
    Table(#[from] DataError),
    /// No column can be the predictions, or several.
    #[error("{}", match .columns.as_slice() {
        [] => "no column of the table holds numbers that could be predictions".to_owned(),
        columns => format!("any of these columns could be the predictions: {}", list(columns)),
    })]
    WhichColumn {
        /// Columns of numbers.
        columns: Vec<String>,
        /// Outputs of the model.
        n_outputs: usize,
    },
    /// No ids, and another number of rows.
    #[error("the table has no patient ids and {} rows, the study has {} patients", count(*.theirs), count(*.ours))]
    RowCount {
        /// Rows of the table.
        theirs: usize,
        /// Rows of the study.
        ours: usize,
    },
    /// No id in common.
    #[error("none of the {} ids in column {column} is a patient of the study, beginning with {first}", count(*.n))]
    NoCommonId {
        /// Column of ids.
        column: String,
        /// Ids in it.
        n: usize,
        /// The first.
        first: String,
    },
    /// Only missing values.
    #[error("no patient has both a prediction in the table and one computed here")]
    Nothing,
}

impl ParityError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ParityError::Table(error) => error.hint(),
            ParityError::WhichColumn { n_outputs: 1, .. } => "Call the column margin or prediction.".into(),
            ParityError::WhichColumn { n_outputs, .. } => format!(
                "Give one column per output, {n_outputs} in all, in the model's order, called margin_0 or prediction_0 \
                 and so on."
            ),
            ParityError::RowCount { .. } => "Add the column of patient ids to the predictions.".into(),
            ParityError::NoCommonId { .. } => "Use the ids of the study's table.".into(),
            ParityError::Nothing => "Fill in the predictions and compute first.".into(),
        }
    }
}
