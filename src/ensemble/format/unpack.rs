//! Compressed wrappers around a model: inflated within limits, then looked at again.

use super::{MAX_FILE_BYTES, ModelError};
use crate::ensemble::builder::within;
use bzip2::read::MultiBzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use lzma_rust2::{LzmaReader, XzReader};
use std::borrow::Cow;
use std::io::Read;

/// Largest inflated size per byte of the file. A model in JSON shrinks to a tenth; a bomb to a thousandth.
const MAX_RATIO: usize = 200;
/// What a small file may inflate to whatever its ratio.
const FREE: usize = 1 << 20;
/// Wrappers inside wrappers.
const MAX_WRAPPERS: usize = 3;

/// What an xz or lzma file may ask for to look back at, in KiB, beside as much as its content may take: the most that `xz`
/// itself asks for below its last preset.
const LOOK_BACK: usize = 34 << 10;

/// The content of a gzip or zlib file (joblib's `compress`); anything else as it is.
///
/// # Errors
/// [`ModelError::Damaged`] for a damaged archive, [`ModelError::Limit`] for one that grows too large.
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

/// True for a bzip2, xz or lzma file, which few models are: in the page a program of its own unpacks it, so that nobody else
/// loads what that takes.
pub fn is_packed_tightly(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'B', b'Z', b'h', b'1'..=b'9', ..] | [0xFD, b'7', b'z', b'X', b'Z', 0, ..] | [0x5D, 0, 0, ..]
    )
}

/// The content of a bzip2, xz or lzma file; anything else as it is.
///
/// # Errors
/// [`ModelError::Damaged`] for a damaged archive, [`ModelError::Limit`] for one that grows too large.
pub fn unpacked_tightly(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ModelError> {
    let mut content = Cow::Borrowed(bytes);
    for _ in 0..MAX_WRAPPERS {
        content = Cow::Owned(match *content {
            [b'B', ..] if is_packed_tightly(&content) => inflated(&content, "bzip2", MultiBzDecoder::new)?,
            [0xFD, ..] if is_packed_tightly(&content) => {
                inflated(&content, "xz", |bytes| XzReader::new_mem_limit(bytes, true, look_back(bytes)))?
            }
            [0x5D, ..] if is_packed_tightly(&content) => {
                match LzmaReader::new_mem_limit(&*content, look_back(&content), None) {
                    Ok(decoder) => inflated(&content, "lzma", |_| decoder)?,
                    Err(error) => return Err(damaged("lzma", 0, &error)),
                }
            }
            _ => break,
        });
    }
    Ok(content)
}

fn look_back(bytes: &[u8]) -> u32 {
    u32::try_from(LOOK_BACK + bytes.len() / (1 << 10) * 8).unwrap_or(u32::MAX)
}

fn damaged(name: &str, after: usize, error: &std::io::Error) -> ModelError {
    ModelError::Damaged {
        format: "compressed",
        place: format!("after {after} bytes of its content"),
        problem: format!("the {name} stream is damaged ({error})"),
    }
}

fn inflated<'a, D: Read>(
    bytes: &'a [u8],
    name: &str,
    decoder: impl FnOnce(&'a [u8]) -> D,
) -> Result<Vec<u8>, ModelError> {
    let limit = bytes.len().saturating_mul(MAX_RATIO).clamp(FREE, MAX_FILE_BYTES);
    let mut out = Vec::new();
    let read = decoder(bytes).take(limit as u64 + 1).read_to_end(&mut out);
    read.map_err(|error| damaged(name, out.len(), &error))?;
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
