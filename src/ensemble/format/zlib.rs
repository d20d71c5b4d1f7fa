//! zlib or gzip around a file, as `joblib.dump(…, compress=…)` writes it.

use super::MAX_FILE_BYTES;
use crate::ensemble::ModelError;
use crate::ensemble::builder::within;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// How much larger than the file its contents may be, beside [`FREE_BYTES`].
const MAX_RATIO: usize = 200;
const FREE_BYTES: usize = 16 << 20;

/// What is inside; None if the file is not wrapped.
///
/// # Errors
/// [`ModelError::Damaged`], [`ModelError::Limit`].
pub(super) fn unpacked(bytes: &[u8]) -> Result<Option<Vec<u8>>, ModelError> {
    let limit = bytes.len().saturating_mul(MAX_RATIO).saturating_add(FREE_BYTES).min(MAX_FILE_BYTES);
    let mut out = Vec::new();
    // One byte more than allowed tells a file that ends there from one that goes on.
    let limited = limit as u64 + 1;
    let read = match bytes {
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => ZlibDecoder::new(bytes).take(limited).read_to_end(&mut out),
        [0x1F, 0x8B, ..] => MultiGzDecoder::new(bytes).take(limited).read_to_end(&mut out),
        _ => return Ok(None),
    };
    read.map_err(|e| ModelError::Damaged {
        format: "compressed",
        place: format!("after {} bytes of its inside", out.len()),
        problem: e.to_string(),
    })?;
    within("unpacked bytes", out.len(), limit)?;
    Ok(Some(out))
}
