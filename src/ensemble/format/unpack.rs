//! Compressed wrappers around a model: inflated within limits, then looked at again.

use super::{MAX_FILE_BYTES, ModelError};
use crate::ensemble::builder::within;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::Read;

/// Largest inflated size per byte of the file. A model in JSON shrinks to a tenth; a bomb to a thousandth.
const MAX_RATIO: usize = 200;
/// What a small file may inflate to whatever its ratio.
const FREE: usize = 1 << 20;
/// Wrappers inside wrappers.
const MAX_WRAPPERS: usize = 3;

/// The content of a gzip or zlib file (joblib's `compress`); anything else as it is.
///
/// # Errors
/// [`ModelError::Binary`] for a damaged archive, [`ModelError::Limit`] for one that grows too large.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ModelError> {
    let mut content = Cow::Borrowed(bytes);
    for _ in 0..MAX_WRAPPERS {
        content = Cow::Owned(match *content {
            [0x1F, 0x8B, ..] => inflated(&content, "gzip", MultiGzDecoder::new)?,
            [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => inflated(&content, "zlib", ZlibDecoder::new)?,
            _ => break,
        });
    }
    Ok(content)
}

fn inflated<'a, D: Read>(
    bytes: &'a [u8],
    name: &str,
    decoder: impl FnOnce(&'a [u8]) -> D,
) -> Result<Vec<u8>, ModelError> {
    let limit = bytes.len().saturating_mul(MAX_RATIO).clamp(FREE, MAX_FILE_BYTES);
    let mut out = Vec::new();
    decoder(bytes).take(limit as u64 + 1).read_to_end(&mut out).map_err(|error| ModelError::Damaged {
        format: "compressed",
        place: format!("after {} bytes of its content", out.len()),
        problem: format!("the {name} stream is damaged ({error})"),
    })?;
    within("bytes when inflated", out.len(), limit)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_packed_comes_out() {
        let text = b"tree\nversion=v4\n";
        assert!(matches!(unpacked(text), Ok(Cow::Borrowed(t)) if t == text));
        assert_eq!(*unpacked(&gzipped(text)).unwrap(), *text);
        assert_eq!(*unpacked(&gzipped(&gzipped(text))).unwrap(), *text);
        let two = [gzipped(b"tr"), gzipped(b"ee")].concat();
        assert_eq!(*unpacked(&two).unwrap(), *b"tree");
    }

    #[test]
    fn bombs_and_damage_are_refused() {
        let bomb = gzipped(&vec![0; 8 << 20]);
        assert!(matches!(unpacked(&bomb), Err(ModelError::Limit { .. })), "{}", bomb.len());
        let whole = gzipped(b"tree\nversion=v4\n");
        for end in 2..whole.len() {
            assert!(matches!(unpacked(&whole[..end]), Err(ModelError::Damaged { .. })), "{end}");
        }
    }
}
