//! One loader per file format, chosen by content.

use super::{Ensemble, ModelError};
use crate::Parsed;

/// See [`super::read`].
///
/// # Errors
/// See [`ModelError`].
pub fn read(_bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    Err(ModelError::Empty)
}
