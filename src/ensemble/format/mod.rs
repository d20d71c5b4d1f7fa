//! One loader per file format, chosen by content, never by the file's name.

mod bare_words;
mod json_path;
mod onnx;
mod python;
mod sklearn;
mod sniff;
mod xgboost;
mod zlib;

use super::builder::within;
use super::{Ensemble, ModelError, ReadOptions};
use crate::Parsed;

/// Largest model file.
pub const MAX_FILE_BYTES: usize = 512 << 20;

/// See [`super::read_with`].
///
/// # Errors
/// See [`ModelError`].
pub fn read(bytes: &[u8], options: ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    within("bytes", bytes.len(), MAX_FILE_BYTES)?;
    let unpacked = zlib::unpacked(bytes)?;
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    match sniff::sniff(bytes)? {
        sniff::Format::XgboostJson(json) => xgboost::read_json(&json, options),
        sniff::Format::Onnx => onnx::read(bytes),
        sniff::Format::Pickle => {
            let (heap, root) = python::pickle::read(bytes)?;
            sklearn::read(&heap, root)
        }
        sniff::Format::Zip => {
            let (heap, root) = python::skops::read(bytes)?;
            sklearn::read(&heap, root)
        }
    }
}
