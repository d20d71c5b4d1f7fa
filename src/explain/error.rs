//! Why there are no SHAP values.

/// Why SHAP values cannot be computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExplainError {
    /// Path-dependent SHAP needs cover.
    #[error("the model file stores no cover, so path-dependent SHAP values are not defined")]
    NoCover,
    /// Interventional SHAP needs something to compare with.
    #[error("the background has no row, so there is nothing to compare with")]
    NoBackground,
    /// A scale that the model does not have.
    #[error("the model gives no probability for each output by itself, but {what}")]
    NoProbability {
        /// What its numbers mean.
        what: String,
    },
    /// Interaction matrices that would take more memory than is given to them.
    #[error(
        "the interactions of {n_rows} patients are {n_features} × {n_features} numbers each, more than are computed"
    )]
    TooManyPairs {
        /// Rows asked for.
        n_rows: usize,
        /// Features of the model.
        n_features: usize,
    },
    /// One row alone would take more memory than a browser gives.
    #[error(
        "the attributions of one patient are {n_features} features × {n_outputs} outputs, more than are computed"
    )]
    TooWide {
        /// Features of the model.
        n_features: usize,
        /// Outputs of the model.
        n_outputs: usize,
    },
}

/// Most numbers that one row's attributions may take: 128 MB, so that a block of rows stays within a browser's memory.
pub(super) const MAX_PER_ROW: usize = 1 << 24;

impl ExplainError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ExplainError::NoCover => {
                "Train and save the model with a newer version of the library, which stores the cover of each node."
            }
            ExplainError::NoBackground => "Give a table with at least one row.",
            ExplainError::NoProbability { .. } => "Explain the margin, or use a model of a yes-or-no outcome.",
            ExplainError::TooManyPairs { .. } => "Ask for fewer patients.",
            ExplainError::TooWide { .. } => "Train one model per output, or on fewer features.",
        }
        .to_owned()
    }
}
