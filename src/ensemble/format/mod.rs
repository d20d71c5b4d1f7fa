//! One loader per file format, chosen by content, never by the file's name.

mod bare_words;
mod catboost;
pub mod generic;
mod json_path;
mod lightgbm;
mod nested;
mod onnx;
mod pmml;
mod python;
mod sklearn;
mod sniff;
mod treelite;
mod ubjson;
mod unpack;
mod wrapped;
mod xgboost;

pub use unpack::{is_packed_tightly, unpacked_tightly};

use super::builder::within;
use super::{Ensemble, ModelError, ReadOptions};
use crate::Parsed;

/// Largest model file.
pub const MAX_FILE_BYTES: usize = 512 << 20;

/// See [`super::read_with`].
///
/// # Errors
/// See [`ModelError`].
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    let mut parsed = read_any(bytes, options)?;
    let facts = &mut parsed.value.facts;
    if !options.survival_at.is_empty() && facts.survival_quartiles.is_empty() {
        return Err(ModelError::NoSurvival {
            what: format!("this {} model is no survival forest", facts.format),
        });
    }
    facts.options = options.clone();
    Ok(parsed)
}

fn read_any(bytes: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    within("bytes", bytes.len(), MAX_FILE_BYTES)?;
    // In the page it has been unpacked by then.
    #[cfg(not(target_family = "wasm"))]
    let unpacked = unpack::unpacked_tightly(bytes)?;
    #[cfg(not(target_family = "wasm"))]
    let bytes = &*unpacked;
    let bytes = unpack::unpacked(bytes)?;
    match sniff::sniff(&bytes)? {
        sniff::Format::XgboostJson(json) => xgboost::read_json(&json, options),
        sniff::Format::XgboostUbjson(bytes) => xgboost::read_ubjson(bytes, options),
        sniff::Format::CatboostJson(json) => catboost::read_json(&json),
        sniff::Format::CatboostBinary(bytes) => catboost::read_cbm(bytes),
        sniff::Format::GenericJson(json) => generic::read(&json),
        sniff::Format::TreeliteJson(json) => treelite::read(&json),
        sniff::Format::LightgbmText(text) => lightgbm::read_text(text),
        sniff::Format::LightgbmJson(json) => lightgbm::read_dump(&json),
        sniff::Format::Onnx => onnx::read(&bytes),
        sniff::Format::Pickle => {
            let (heap, root) = python::pickle::read(&bytes)?;
            wrapped::read(&heap, root, options)
        }
        sniff::Format::Pmml(text) => pmml::read(text),
        sniff::Format::Zip => {
            let (heap, root) = python::skops::read(&bytes)?;
            wrapped::read(&heap, root, options)
        }
    }
}
