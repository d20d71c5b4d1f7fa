//! From text to records: csv-core's state machine, with buffers that cannot outgrow the caps.

use crate::dataset::error::{Cap, DataError};
use csv_core::{ReadRecordResult, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};

/// Where the text comes from.
pub(super) trait Source {
    /// From the start of the record under way on, as far as it is there.
    fn bytes(&self) -> &[u8];
    /// Brings more of it, for a record that is this row; false at the end.
    fn more(&mut self, row: usize) -> Result<bool, DataError>;
    /// Checks that the first `n` bytes, a record, are text.
    fn check(&self, n: usize) -> Result<(), DataError>;
    /// Gives up the first `n` bytes.
    fn forget(&mut self, n: usize);
}

/// The bytes of a text that is there as a whole.
impl Source for &[u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
    fn more(&mut self, _: usize) -> Result<bool, DataError> {
        Ok(false)
    }
    fn check(&self, _: usize) -> Result<(), DataError> {
        Ok(())
    }
    fn forget(&mut self, n: usize) {
        *self = self.get(n..).unwrap_or_default();
    }
}

/// The records of a text, one after the other; blank lines are skipped.
pub(super) struct Records<S> {
    core: csv_core::Reader,
    source: S,
    delimiter: u8,
    /// Records that were returned.
    n: usize,
    /// Last byte of the record before.
    before: Option<u8>,
    /// Blank lines between records.
    pub(super) n_blank: usize,
    /// Bytes and cells of the record that was read last.
    n_bytes: usize,
    n_ends: usize,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// One record: its cells without quotation marks, end to end.
pub(super) struct Record<'r> {
    cells: &'r str,
    ends: &'r [usize],
    /// 1-based number among the records; the header is 1.
    pub(super) row: usize,
}

impl Record<'_> {
    /// True if a cell holds a line break.
    pub(super) fn several_lines(&self) -> bool {
        self.cells.contains(['\n', '\r'])
    }

    /// Number of cells, at least 1.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Cells in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends).map(|(start, &end)| self.cells.get(start..end).unwrap_or_default())
    }

    /// One cell; empty if there is none.
    pub(super) fn get(&self, i: usize) -> &str {
        let start = i.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(i).and_then(|&end| self.cells.get(start..end)).unwrap_or_default()
    }
}

impl<'a> Records<&'a [u8]> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Records::of(text.as_bytes(), delimiter)
    }
}

impl<S: Source> Records<S> {
    pub(super) fn of(source: S, delimiter: u8) -> Self {
        Records {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            source,
            delimiter,
            n: 0,
            before: None,
            n_blank: 0,
            n_bytes: 0,
            n_ends: 0,
            cells: vec![0; 4096],
            // One more than the cap, so that a record that is too wide is noticed and not stored.
            ends: vec![0; Cap::Columns.limit() + 2],
        }
    }

    /// The next record, or None after the last.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, DataError> {
        Ok(if self.advance()? { Some(self.record()?) } else { None })
    }

    /// The record that was read last.
    pub(super) fn record(&self) -> Result<Record<'_>, DataError> {
        // Only whole ASCII characters were taken out of valid text, so what is left is valid too.
        let cells = std::str::from_utf8(&self.cells[..self.n_bytes])
            .map_err(|_| DataError::NotUtf8 { byte: 0, line: self.n })?;
        Ok(Record { cells, ends: &self.ends[..self.n_ends], row: self.n })
    }

    /// True if the record that was read last has so many cells and the first of them begins with a visible character.
    pub(super) fn is_plain(&self, n: usize) -> bool {
        self.n_ends == n && self.ends[0] > 0 && self.cells[0].is_ascii_graphic()
    }

    /// Passes a record of `n` cells, of which the first begins with a visible character, if that is to be seen without the
    /// state machine: its whole line is there and has no quotation mark. False leaves all as it was.
    pub(super) fn pass_plain(&mut self, n: usize) -> Result<bool, DataError> {
        let bytes = self.source.bytes();
        // The line feed of a `\r\n` that ends the record before.
        let from = usize::from(self.before == Some(b'\r') && bytes.first() == Some(&b'\n'));
        let bytes = &bytes[from..];
        let Some(end) = memchr(b'\n', bytes) else { return Ok(false) };
        let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
        let visible = line.first().is_some_and(|b| b.is_ascii_graphic() && *b != self.delimiter);
        let plain = visible
            && line.len() <= Cap::Cell.limit()
            && memchr2(b'"', b'\r', line).is_none()
            && memchr_iter(self.delimiter, line).count() + 1 == n;
        if plain {
            self.source.check(from + end + 1)?;
            self.source.forget(from + end + 1);
            self.before = Some(b'\n');
            self.n += 1;
        }
        Ok(plain)
    }

    /// Reads a record; false after the last.
    pub(super) fn advance(&mut self) -> Result<bool, DataError> {
        let row = self.n + 1;
        let (mut n_read, mut n_bytes, mut n_ends, mut ended) = (0, 0, 0, false);
        loop {
            // An empty input tells the state machine that the text ends here.
            if !ended && n_read == self.source.bytes().len() {
                ended = !self.source.more(row)?;
            }
            let input = &self.source.bytes()[n_read..];
            let (result, n_in, n_out, n_end) =
                self.core.read_record(input, &mut self.cells[n_bytes..], &mut self.ends[n_ends..]);
            n_read += n_in;
            n_bytes += n_out;
            n_ends += n_end;
            let open = n_bytes - self.ends[..n_ends].last().copied().unwrap_or(0);
            if open > Cap::Cell.limit() {
                // What never ends may be no text at all. Not that a character is cut here.
                if let Err(none @ (DataError::NotATable(_) | DataError::Utf16 { .. })) =
                    self.source.check(n_read)
                {
                    return Err(none);
                }
                return Err(DataError::TooLarge { cap: Cap::Cell, row: Some(row) });
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    let more = self.cells.len();
                    self.cells.try_reserve(more).map_err(|_| DataError::OutOfMemory { row })?;
                    self.cells.resize(2 * more, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(DataError::TooLarge { cap: Cap::Columns, row: Some(row) });
                }
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::Record => break,
            }
        }
        self.source.check(n_read)?;
        let raw = &self.source.bytes()[..n_read];
        // A record before the end was ended by its line.
        if ended && ends_inside_quotes(raw, self.delimiter) {
            return Err(DataError::UnclosedQuote { row });
        }
        self.n_blank += blank_lines(raw, self.before.as_ref());
        self.before = raw.last().copied();
        self.source.forget(n_read);
        self.n = row;
        (self.n_bytes, self.n_ends) = (n_bytes, n_ends);
        let ends = &self.ends[..n_ends];
        if n_bytes > Cap::Cell.limit() && longest(ends) > Cap::Cell.limit() {
            return Err(DataError::TooLarge { cap: Cap::Cell, row: Some(row) });
        }
        if ends.len() > Cap::Columns.limit() {
            return Err(DataError::TooLarge { cap: Cap::Columns, row: Some(row) });
        }
        Ok(true)
    }
}

fn longest(ends: &[usize]) -> usize {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| end - start).max().unwrap_or(0)
}

/// Blank lines before a record; the line feed of a `\r\n` that ends the record before is none.
fn blank_lines(raw: &[u8], before: Option<&u8>) -> usize {
    let raw = if before == Some(&b'\r') { raw.strip_prefix(b"\n").unwrap_or(raw) } else { raw };
    let n = raw.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    (0..n).filter(|&i| raw[i] == b'\n' || raw.get(i + 1) != Some(&b'\n')).count()
}

/// True if a quotation mark is open at the end of `raw`, by the rules of csv-core.
fn ends_inside_quotes(raw: &[u8], delimiter: u8) -> bool {
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let mut at = At::Start;
    for &b in raw {
        at = match (at, b) {
            (At::Start, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::Closed,
            (At::Closed, b'"') => At::Quoted,
            (At::Quoted, _) => At::Quoted,
            (_, b'\r' | b'\n') => At::Start,
            (_, b) if b == delimiter => At::Start,
            _ => At::Plain,
        };
    }
    matches!(at, At::Quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<(Vec<Vec<String>>, usize), DataError> {
        let mut records = Records::new(text, b',');
        let mut out = Vec::new();
        while let Some(record) = records.next()? {
            out.push(record.iter().map(str::to_owned).collect());
        }
        Ok((out, records.n_blank))
    }

    #[test]
    fn quotes_line_ends_and_blank_lines() {
        let check = |text: &str, expect: &[&[&str]], blank: usize| {
            let (records, n_blank) = all(text).unwrap();
            assert_eq!(records, expect, "{text:?}");
            assert_eq!(n_blank, blank, "{text:?}");
        };
        check("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]], 0);
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]], 0);
        check("a,b\r1,2", &[&["a", "b"], &["1", "2"]], 0);
        check("a\n\n1\n\n\n2\n\n\n", &[&["a"], &["1"], &["2"]], 3);
        check("a\r\n\r\n1\r\n\r\n\r\n2\r\n\r\n", &[&["a"], &["1"], &["2"]], 3);
        check("\"a,\n\"\"x\"\"\",b\n\"\",é\n", &[&["a,\n\"x\"", "b"], &["", "é"]], 0);
    }

    #[test]
    fn what_is_passed_is_what_would_be_read() {
        let text = "a,b\r\n1,2\r\n\"x\",3\n,4\n5,6\n\n7,8\n9\n10,\"1\n1\"\r12,13\n14,15\r\n16,17";
        let cells = |record: Option<Record<'_>>| -> Option<Vec<String>> {
            record.map(|r| r.iter().map(str::to_owned).collect())
        };
        let mut passed = Vec::new();
        let (mut passing, mut reading) = (Records::new(text, b','), Records::new(text, b','));
        loop {
            let plain = passing.pass_plain(2).unwrap();
            let read = cells(reading.next().unwrap());
            if plain {
                passed.push(read.unwrap().join(","));
            } else {
                assert_eq!(cells(passing.next().unwrap()), read);
                if read.is_none() {
                    break;
                }
            }
            assert_eq!(passing.n, reading.n);
        }
        assert_eq!(passed, ["a,b", "1,2", "5,6", "12,13", "14,15"]);
        assert_eq!(passing.n_blank, reading.n_blank);
    }

    #[test]
    fn an_open_quote_is_an_error_wherever_it_swallows_rows() {
        let check = |text: &str, expect: Option<usize>| {
            let got = all(text).err();
            assert_eq!(got, expect.map(|row| DataError::UnclosedQuote { row }), "{text:?}");
        };
        check("a,b\n1,\"x\n2,y\n", Some(2));
        check("a,b\n1,\"x\"\"\n", Some(2));
        check("\"a", Some(1));
        check("a,b\n1,\"x\"\n", None);
        check("a,b\n1,5\" pipe", None);
        check("a,b\n1,\"\"", None);
    }

    #[test]
    fn caps_hold() {
        let wide = ",".repeat(Cap::Columns.limit());
        assert_eq!(all(&wide), Err(DataError::TooLarge { cap: Cap::Columns, row: Some(1) }));
        assert!(all(&wide[1..]).is_ok());
        let long = "x".repeat(Cap::Cell.limit());
        assert!(all(&long).is_ok());
        let expect = Err(DataError::TooLarge { cap: Cap::Cell, row: Some(2) });
        assert_eq!(all(&format!("a\n{long}x\n")), expect);
        assert_eq!(all(&format!("a\n{long}{long}{long}\n")), expect);
    }
}
