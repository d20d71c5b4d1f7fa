//! A table that comes row by row, of which no more is kept than a row and what was read ahead.
//!
//! The delimiter is settled by the same look at the first records as that of a whole table; nothing else is settled by
//! looking ahead, so that what a row says does not depend on the rows behind it. Errors are those of a whole table, and
//! come when their row does.

use super::records::{Record, Records, Source};
use super::table::is_white;
use super::{decode, header, sniff};
use crate::dataset::error::{Cap, DataError};
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};

/// Bytes that are asked for at a time.
const BLOCK: usize = 1 << 16;
/// Most bytes that are read ahead to settle the delimiter.
const AHEAD: usize = 32 << 20;

/// A table under way.
pub struct Stream<'r> {
    records: Records<Bytes<'r>>,
    delimiter: u8,
    names: Vec<String>,
    warnings: Vec<String>,
    n_white: usize,
    n_empty: usize,
}

/// One row.
pub struct Row<'r> {
    /// Rows without any cell that came just before it. They are part of the table if a row follows that is not.
    pub n_empty_before: usize,
    record: Record<'r>,
}

impl Row<'_> {
    /// The cell of a column, without white space around it.
    pub fn cell(&self, column: usize) -> &str {
        self.record.get(column).trim()
    }
}

impl<'r> Stream<'r> {
    /// Reads the header, or takes `names` for it, written as a first line would be. gzip is taken off.
    ///
    /// # Errors
    /// As [`super::read`]; a table without rows is none if its header was given.
    pub fn open(input: impl Read + 'r, names: Option<&str>) -> Result<Self, DataError> {
        let mut bytes = Bytes::open(input, names)?;
        let delimiter = bytes.delimiter()?;
        let mut records = Records::of(bytes, delimiter);
        let mut warnings = Vec::new();
        let mut names = match records.next()? {
            None => return Err(DataError::Empty),
            Some(first) => header::names(&first, &mut warnings)?,
        };
        for i in 0..names.len() {
            if names[i].is_empty() {
                let mut name = header::nameless(i + 1);
                while names.contains(&name) {
                    name.push('*');
                }
                names[i] = name;
            }
        }
        Ok(Stream { records, delimiter, names, warnings, n_white: 0, n_empty: 0 })
    }

    /// Column names; a column without one is called `column 1`, `column 2`, ….
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What cuts a row into cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The next row with any cell in it; None after the last.
    ///
    /// # Errors
    /// [`DataError`] with the row in the stream, the header being row 1.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, DataError> {
        match self.advance()? {
            None => Ok(None),
            Some(n_empty_before) => Ok(Some(Row { n_empty_before, record: self.records.record()? })),
        }
    }

    /// Goes on to the next row with any cell in it without looking at its cells: the rows without any before it; None
    /// after the last.
    ///
    /// # Errors
    /// As [`Stream::next_row`].
    pub fn pass_row(&mut self) -> Result<Option<usize>, DataError> {
        if self.records.pass_plain(self.names.len())? {
            return Ok(Some(std::mem::take(&mut self.n_empty)));
        }
        self.advance()
    }

    /// Reads the next row with any cell in it.
    fn advance(&mut self) -> Result<Option<usize>, DataError> {
        let expected = self.names.len();
        while self.records.advance()? {
            if self.records.is_plain(expected) || self.is_row(expected)? {
                return Ok(Some(std::mem::take(&mut self.n_empty)));
            }
        }
        Ok(None)
    }

    /// True if the record that was read last is a row with any cell in it; others are counted.
    fn is_row(&mut self, expected: usize) -> Result<bool, DataError> {
        let record = self.records.record()?;
        if record.len() != expected {
            if is_white(&record) {
                self.n_white += 1;
                return Ok(false);
            }
            let (row, got, several_lines) = (record.row, record.len(), record.several_lines());
            return Err(DataError::Ragged { row, expected, got, several_lines });
        }
        // A table of one column may end in missing values.
        let used = expected < 2 || record.iter().any(|cell| !cell.trim().is_empty());
        self.n_empty += usize::from(!used);
        Ok(used)
    }

    /// One sentence for each thing that deserves a look, once the stream has ended.
    pub fn warnings(self) -> Vec<String> {
        let mut warnings = self.warnings;
        let n_blank = self.records.n_blank + self.n_white;
        if n_blank > 0 {
            let (lines, them) = if n_blank == 1 { ("line was", "it") } else { ("lines were", "them") };
            warnings.push(format!("{n_blank} blank {lines} skipped; row numbers do not count {them}."));
        }
        if self.n_empty > 0 {
            let rows = if self.n_empty == 1 { "row" } else { "rows" };
            warnings.push(format!("{} empty {rows} at the end left out.", self.n_empty));
        }
        warnings
    }
}

/// Bytes that were read and not given up yet.
struct Bytes<'r> {
    input: Box<dyn Read + 'r>,
    kind: &'static str,
    buffer: Vec<u8>,
    /// Where in `buffer` the record under way starts.
    start: usize,
    /// Bytes given up before, without those of a header that was given.
    offset: usize,
    /// Line breaks among them.
    n_lines: usize,
}

impl<'r> Bytes<'r> {
    fn open(input: impl Read + 'r, names: Option<&str>) -> Result<Self, DataError> {
        let mut input: Box<dyn Read + 'r> = Box::new(input);
        let mut kind = "stream";
        let mut head = head(&mut input, kind)?;
        if head.starts_with(&[0x1f, 0x8b]) {
            kind = "gzip file";
            input = Box::new(MultiGzDecoder::new(Cursor::new(head).chain(input)));
            head = self::head(&mut input, kind)?;
        }
        let mark = decode::look(&head)?;
        let mut buffer = names.map(|names| format!("{names}\n").into_bytes()).unwrap_or_default();
        let given = buffer.len();
        buffer.extend_from_slice(&head[mark..]);
        let mut bytes = Bytes { input, kind, buffer, start: 0, offset: mark, n_lines: 0 };
        // Enough for the first words.
        while bytes.buffer.len() < given + 256 && bytes.more(1)? {}
        decode::look_at_words(&String::from_utf8_lossy(&bytes.buffer[given..]))?;
        bytes.offset = bytes.offset.wrapping_sub(given);
        Ok(bytes)
    }

    /// Settles the delimiter by the first records.
    fn delimiter(&mut self) -> Result<u8, DataError> {
        loop {
            let text = self.sound();
            let n_lines = text.bytes().filter(|b| matches!(b, b'\n' | b'\r')).count();
            let enough = n_lines > sniff::SAMPLE && sniff::has_sample(text);
            if enough || self.buffer.len() > AHEAD || !self.more(1)? {
                break;
            }
        }
        let text = self.sound();
        Ok(match sniff::declared(text) {
            None => sniff::delimiter(text),
            Some((delimiter, rest)) => {
                let n = text.len() - rest.len();
                self.forget(n);
                delimiter
            }
        })
    }

    /// What was read, up to the first byte that is no text.
    fn sound(&self) -> &str {
        let bytes = self.bytes();
        let n = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len);
        std::str::from_utf8(&bytes[..n]).unwrap_or_default()
    }
}

impl Source for Bytes<'_> {
    fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn more(&mut self, row: usize) -> Result<bool, DataError> {
        self.buffer.drain(..std::mem::take(&mut self.start));
        let had = self.buffer.len();
        if had > Cap::File.limit() {
            return Err(DataError::TooLarge { cap: Cap::File, row: Some(row) });
        }
        self.buffer.try_reserve(BLOCK).map_err(|_| DataError::OutOfMemory { row })?;
        self.buffer.resize(had + BLOCK, 0);
        let n = read(&mut self.input, &mut self.buffer[had..]);
        self.buffer.truncate(had + n.as_ref().copied().unwrap_or(0));
        match n {
            Ok(n) => Ok(n > 0),
            Err(error) => Err(failed(self.kind, &error)),
        }
    }

    fn check(&self, n: usize) -> Result<(), DataError> {
        let raw = &self.bytes()[..n];
        if let Some(at) = raw.iter().position(|&b| b == 0) {
            return Err(decode::nul(raw, at, self.offset));
        }
        std::str::from_utf8(raw).map(|_| ()).map_err(|e| {
            let at = e.valid_up_to();
            let line = 1 + self.n_lines + n_lines(&raw[..at]);
            DataError::NotUtf8 { byte: self.offset.wrapping_add(at), line }
        })
    }

    fn forget(&mut self, n: usize) {
        self.n_lines += n_lines(&self.bytes()[..n]);
        self.offset = self.offset.wrapping_add(n);
        self.start += n;
    }
}

fn n_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b == b'\n').count()
}

fn failed(kind: &'static str, error: &io::Error) -> DataError {
    DataError::Damaged { kind, problem: error.to_string() }
}

/// As `read`, however often it is interrupted.
fn read(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// The first bytes, as many as tell a kind of file.
fn head(input: &mut impl Read, kind: &'static str) -> Result<Vec<u8>, DataError> {
    let mut head = Vec::new();
    input.take(8).read_to_end(&mut head).map_err(|error| failed(kind, &error))?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::csv::{self, Options};
    use proptest::prelude::*;

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(into.len());
            let (now, later) = self.0.split_at(n);
            into[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    type Cells = (Vec<String>, Vec<Vec<String>>, Vec<String>);

    fn streamed(bytes: &[u8], drop: usize, names: Option<&str>) -> Result<Cells, DataError> {
        let mut stream = Stream::open(Drops(bytes, drop), names)?;
        let names = stream.names().to_vec();
        let mut rows = Vec::new();
        while let Some(row) = stream.next_row()? {
            rows.extend((0..row.n_empty_before).map(|_| vec![String::new(); names.len()]));
            rows.push((0..names.len()).map(|i| row.cell(i).to_owned()).collect());
        }
        Ok((names, rows, stream.warnings()))
    }

    #[test]
    fn rows_come_as_they_are_written() {
        let check = |text: &str, expect: &[&[&str]]| {
            for drop in [1, 3, 1000] {
                let (names, rows, _) = streamed(text.as_bytes(), drop, None).unwrap();
                assert_eq!(names, expect[0], "{text:?}");
                assert_eq!(rows, expect[1..], "{text:?}");
            }
        };
        check("a,b\n1,\" x,\n\"\"y\"\"\"\n\n3,é\n", &[&["a", "b"], &["1", "x,\n\"y\""], &["3", "é"]]);
        check("\u{feff}a;b\r\n1,5;2\r\n", &[&["a", "b"], &["1,5", "2"]]);
        check("sep=;\na;b\n1;2", &[&["a", "b"], &["1", "2"]]);
        check(",b\n1,\n,\n,\n2,\n,\n", &[&["column 1", "b"], &["1", ""], &["", ""], &["", ""], &["2", ""]]);
        let (names, rows, _) = streamed(b"1,2\n3,4\n", 1, Some("a,b")).unwrap();
        assert_eq!((names, rows.len()), (vec!["a".to_owned(), "b".to_owned()], 2));
        assert!(streamed(b"", 1, Some("a,b")).unwrap().1.is_empty());
    }

    #[test]
    fn what_is_wrong_is_what_is_wrong_with_a_whole_table() {
        for bytes in [
            &b""[..],
            b"\n\n",
            b"a,b\n1,2\n3\n",
            b"a,b\n1,2\n3,\"x\n4,5\n",
            b"a,a\n1,2\n",
            b"1,2\n3,4\n",
            b"name\nok\nM\xfcller\n",
            b"\xef\xbb\xbfname\nM\xfcller\n",
            b"a,b\n1,\0\n",
            b"\xff\xfea\0,\0",
            b"a\0,\0b\0\n\0",
            b"PK\x03\x04 and more",
            b"PAR1 and more",
            b"\n  <!DOCTYPE html><html>",
            b"{\"learner\": 1}",
        ] {
            let expect = csv::read(bytes, Options::default()).unwrap_err();
            for drop in [1, 7, 1000] {
                assert_eq!(streamed(bytes, drop, None).unwrap_err(), expect, "{bytes:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "([a-c\",;\n\r .0-9é]|\r\n){0,200}", drop in 1..40usize) {
            let whole = streamed(text.as_bytes(), usize::MAX, None);
            prop_assert_eq!(&streamed(text.as_bytes(), drop, None), &whole);
            // Where a whole table is read, so are its rows.
            if let Ok(table) = csv::read(text.as_bytes(), Options::default()) {
                prop_assert_eq!(whole.unwrap().1.len(), table.value.n_rows());
            }
        }
    }
}
