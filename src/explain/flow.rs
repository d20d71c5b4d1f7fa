//! FLOW: Gauss–Legendre tree SHAP as a probability flow.

use super::Attributions;
use crate::ensemble::Ensemble;

/// Why SHAP values cannot be computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExplainError {
    /// Path-dependent SHAP needs cover.
    #[error("the model file stores no cover, so path-dependent SHAP values are not defined")]
    NoCover,
}

/// A model prepared for explaining rows.
#[derive(Clone, Debug)]
pub struct Flow {}

impl Flow {
    /// Prepares a model.
    ///
    /// # Errors
    /// [`ExplainError::NoCover`].
    pub fn new(_model: &Ensemble) -> Result<Self, ExplainError> {
        Ok(Flow {})
    }
    /// Explains rows given row-major `[row][feature]` model inputs (NaN = missing).
    pub fn explain(&self, _rows: &[f64]) -> Attributions {
        Attributions::default()
    }
}
