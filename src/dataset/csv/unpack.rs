//! gzip around a table.

use crate::dataset::error::{Cap, DataError};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// Largest unpacked size of a byte of the file: tables shrink to a tenth, those of zeros to a hundredth.
const MAX_RATIO: usize = 200;
/// What a small file may unpack to whatever its ratio, bytes.
const FREE: usize = 16 << 20;

/// The content of a gzip file; anything else as it is.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DataError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let limit = bytes.len().saturating_mul(MAX_RATIO).clamp(FREE, Cap::File.limit());
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes).take(limit as u64 + 1).read_to_end(&mut out).map_err(|error| {
        let problem = format!("after {} bytes of its content: {error}", out.len());
        DataError::Damaged { kind: "gzip file", problem }
    })?;
    if out.len() > limit {
        return Err(DataError::Inflates { limit_mb: limit >> 20 });
    }
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::super::{Options, read};
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_packed_table_is_the_table() {
        let text = b"a;b\n1,5;x\n2,5;y\n";
        assert_eq!(read(&gzipped(text), Options::default()), read(text, Options::default()));
    }

    #[test]
    fn bombs_and_damage_are_refused() {
        let error = unpacked(&gzipped(&vec![b','; 40 << 20])).unwrap_err();
        assert!(matches!(error, DataError::Inflates { limit_mb: 16 }), "{error}");
        let whole = gzipped(b"a,b\n1,2\n");
        for end in 2..whole.len() {
            let error = unpacked(&whole[..end]).unwrap_err();
            assert!(matches!(error, DataError::Damaged { .. }) && !error.hint().is_empty(), "{end}");
        }
        let twice = read(&gzipped(&whole), Options::default());
        assert!(matches!(twice, Err(DataError::NotATable(_))), "{twice:?}");
    }
}
