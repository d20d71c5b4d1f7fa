//! What can be wrong between a model and a table.

/// Why a model and a table do not fit together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StudyError {
    /// Features without a column.
    #[error("{} of the model's features have no column", .missing.len())]
    MissingColumns {
        /// Their names.
        missing: Vec<String>,
        /// Columns that no feature uses.
        unused: Vec<String>,
    },
}

impl StudyError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        String::new()
    }
}
