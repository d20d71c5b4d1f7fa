//! From bytes to text: other kinds of file are named, encodings checked.

use crate::dataset::error::{Cap, DataError, Look};

/// The text of a table without its byte-order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str, DataError> {
    if bytes.len() > Cap::File.limit() {
        return Err(DataError::TooLarge { cap: Cap::File, row: None });
    }
    let skipped = look(bytes)?;
    let bytes = &bytes[skipped..];
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        return Err(nul(bytes, at, skipped));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let line = 1 + bytes[..at].iter().filter(|&&b| b == b'\n').count();
        DataError::NotUtf8 { byte: skipped + at, line }
    })?;
    if text.trim_start().is_empty() {
        return Err(DataError::Empty);
    }
    look_at_words(text).map(|()| text)
}

/// Refuses other kinds of file by their first bytes; the length of the byte-order mark.
pub(super) fn look(bytes: &[u8]) -> Result<usize, DataError> {
    if let Some(look) = magic(bytes) {
        return Err(DataError::NotATable(look));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(DataError::Utf16 { byte: 0 });
    }
    Ok(if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 })
}

/// Refuses other kinds of text by how they begin.
pub(super) fn look_at_words(text: &str) -> Result<(), DataError> {
    document(text.trim_start()).map_or(Ok(()), |look| Err(DataError::NotATable(look)))
}

/// Binary kinds, by their first bytes.
fn magic(bytes: &[u8]) -> Option<Look> {
    const XLS: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];
    let kinds: [(&[u8], Look); 6] = [
        (b"PK\x03\x04", Look::Zip),
        (&[0x1f, 0x8b], Look::Gzip),
        (b"PAR1", Look::Parquet),
        (b"ARROW1\0", Look::Arrow),
        (XLS, Look::Xls),
        (b"{L\0\0\0\0", Look::UbJson),
    ];
    kinds.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, look)| look)
}

/// Text kinds that are not tables, by how they begin.
fn document(start: &str) -> Option<Look> {
    let lower: String = start.chars().take(64).collect::<String>().to_ascii_lowercase();
    let after = |open: &str| lower.strip_prefix(open).map(str::trim_start);
    if ["<!doctype", "<html", "<head", "<?xml"].iter().any(|tag| lower.starts_with(tag)) {
        Some(Look::Html)
    } else if after("{").is_some_and(|rest| rest.starts_with(['"', '}']))
        || after("[").is_some_and(|rest| rest.starts_with(['{', '[']))
    {
        Some(Look::Json)
    } else if start.starts_with("tree\n") || start.starts_with("tree\r\n") {
        Some(Look::LightGbm)
    } else {
        None
    }
}

/// NUL bytes in every second place are UTF-16 without a mark; anywhere else they are not text.
pub(super) fn nul(bytes: &[u8], at: usize, skipped: usize) -> DataError {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).all(|&b| b == 0);
    if head.len() >= 4 && (zeros(0) != zeros(1)) {
        DataError::Utf16 { byte: skipped + at }
    } else {
        DataError::NotATable(Look::Binary { byte: skipped + at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named() {
        let check = |bytes: &[u8], expect: Result<&str, DataError>| assert_eq!(text(bytes), expect);
        check(b"", Err(DataError::Empty));
        check(b" \r\n\n", Err(DataError::Empty));
        check(b"\xef\xbb\xbf", Err(DataError::Empty));
        check(b"\xef\xbb\xbfa,b", Ok("a,b"));
        check(b"\n<!DOCTYPE html><html>", Err(DataError::NotATable(Look::Html)));
        check(b"{\n  \"learner\": {}}", Err(DataError::NotATable(Look::Json)));
        check(b"[{\"a\":1}]", Err(DataError::NotATable(Look::Json)));
        check(b"{L\0\0\0\0\0\0\0\x07learner", Err(DataError::NotATable(Look::UbJson)));
        check(b"tree\nversion=v4\n", Err(DataError::NotATable(Look::LightGbm)));
        check(b"PK\x03\x04rest", Err(DataError::NotATable(Look::Zip)));
        check(b"\x1f\x8b\x08", Err(DataError::NotATable(Look::Gzip)));
        check(b"\xff\xfea\0,\0", Err(DataError::Utf16 { byte: 0 }));
        check(b"a\0,\0b\0\n\0", Err(DataError::Utf16 { byte: 1 }));
        check(b"a,b\n1,\0\n", Err(DataError::NotATable(Look::Binary { byte: 6 })));
        check(b"name\nM\xfcller\n", Err(DataError::NotUtf8 { byte: 6, line: 2 }));
        check(b"{a},b\n1,2\n", Ok("{a},b\n1,2\n"));
    }
}
