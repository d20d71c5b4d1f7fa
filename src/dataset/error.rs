//! What can be wrong with a table.

/// Why a table cannot be read, where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Columns of different length.
    #[error("column {column} has {got} cells, expected {expected}")]
    Lengths {
        /// Its name.
        column: String,
        /// Rows of the table.
        expected: usize,
        /// Its cells.
        got: usize,
    },
}

impl DataError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        String::new()
    }
}
