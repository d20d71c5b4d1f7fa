//! Which column feeds which feature, and how a level text becomes the code the trees know.

use super::StudyError;
use crate::Parsed;
use crate::dataset::Dataset;
use crate::ensemble::Summary;
use crate::ids::{FeatureId, RowId};

/// The binding of a table to a model's features.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Binding {}

/// Binds by name; a model that stores no names is bound by position, with a warning.
///
/// # Errors
/// Missing, ambiguous or unusable columns, each named; a text where a number is needed, an unseen level: with row.
pub fn bind(_model: &Summary, _data: &Dataset) -> Result<Parsed<Binding>, StudyError> {
    Ok(Parsed::clean(Binding {}))
}

impl Binding {
    /// Column that feeds a feature.
    pub fn column(&self, _feature: FeatureId) -> usize {
        0
    }
    /// The model's input: number or level code, NaN if missing.
    pub fn value(&self, _data: &Dataset, _feature: FeatureId, _row: RowId) -> f64 {
        f64::NAN
    }
    /// The cell as a person reads it: at most 4 significant digits, or the level; None if missing.
    pub fn text(&self, _data: &Dataset, _feature: FeatureId, _row: RowId) -> Option<String> {
        None
    }
    /// Model inputs of these rows, row-major `[row][feature]`.
    pub fn matrix(&self, _data: &Dataset, _rows: &[RowId]) -> Vec<f64> {
        Vec::new()
    }
}
