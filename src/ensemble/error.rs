//! What can be wrong with a model file.

/// Why a model cannot be read, where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
}

impl ModelError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        String::new()
    }
}
