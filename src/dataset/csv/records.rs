//! From text to records: csv-core's state machine, with buffers that cannot outgrow the caps.

use crate::dataset::error::{Cap, DataError};
use csv_core::{ReadRecordResult, ReaderBuilder};

/// The records of a text, one after the other; blank lines are skipped.
pub(super) struct Records<'a> {
    core: csv_core::Reader,
    text: &'a str,
    delimiter: u8,
    /// Bytes of `text` that were read.
    read: usize,
    /// Records that were returned.
    n: usize,
    /// Blank lines between records.
    pub(super) n_blank: usize,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// One record: its cells without quotation marks, end to end.
pub(super) struct Record<'r> {
    cells: &'r str,
    ends: &'r [usize],
    /// 1-based number among the records; the header is 1.
    pub(super) row: usize,
    /// True if a cell holds a line break.
    pub(super) several_lines: bool,
}

impl Record<'_> {
    /// Number of cells, at least 1.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Cells in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends).map(|(start, &end)| self.cells.get(start..end).unwrap_or_default())
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Records {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            text,
            delimiter,
            read: 0,
            n: 0,
            n_blank: 0,
            cells: vec![0; 4096],
            // One more than the cap, so that a record that is too wide is noticed and not stored.
            ends: vec![0; Cap::Columns.limit() + 2],
        }
    }

    /// The next record, or None after the last.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, DataError> {
        let row = self.n + 1;
        let start = self.read;
        let (mut n_bytes, mut n_ends) = (0, 0);
        loop {
            let input = &self.text.as_bytes()[self.read..];
            let (result, n_in, n_out, n_end) =
                self.core.read_record(input, &mut self.cells[n_bytes..], &mut self.ends[n_ends..]);
            self.read += n_in;
            n_bytes += n_out;
            n_ends += n_end;
            let open = n_bytes - self.ends[..n_ends].last().copied().unwrap_or(0);
            if open > Cap::Cell.limit() {
                return Err(DataError::TooLarge { cap: Cap::Cell, row: Some(row) });
            }
            match result {
                // An empty input tells the state machine that the text ends here.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    let more = self.cells.len();
                    self.cells.try_reserve(more).map_err(|_| DataError::OutOfMemory { row })?;
                    self.cells.resize(2 * more, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(DataError::TooLarge { cap: Cap::Columns, row: Some(row) });
                }
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => break,
            }
        }
        let raw = &self.text.as_bytes()[start..self.read];
        if self.read == self.text.len() && ends_inside_quotes(raw, self.delimiter) {
            return Err(DataError::UnclosedQuote { row });
        }
        self.n_blank += blank_lines(raw, self.text.as_bytes()[..start].last());
        self.n = row;
        let cells = &self.cells[..n_bytes];
        let ends = &self.ends[..n_ends];
        if n_bytes > Cap::Cell.limit() && longest(ends) > Cap::Cell.limit() {
            return Err(DataError::TooLarge { cap: Cap::Cell, row: Some(row) });
        }
        if ends.len() > Cap::Columns.limit() {
            return Err(DataError::TooLarge { cap: Cap::Columns, row: Some(row) });
        }
        // Only whole ASCII characters were taken out of valid text, so what is left is valid too.
        let cells = std::str::from_utf8(cells).map_err(|_| DataError::NotUtf8 { byte: start, line: row })?;
        Ok(Some(Record { cells, ends, row, several_lines: cells.contains(['\n', '\r']) }))
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
