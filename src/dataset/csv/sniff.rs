//! Which delimiter a text uses.

use super::records::Records;
use crate::dataset::error::{Cap, DataError};

/// Delimiters that are tried, the most common first.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records that are looked at.
pub(super) const SAMPLE: usize = 50;

/// The delimiter of a text: the one that cuts its first records, quotation marks respected, into equally many cells,
/// and into the most. Where none does, the one that does so most often.
pub(super) fn delimiter(text: &str) -> u8 {
    let mut best = (Score::default(), DELIMITERS[0]);
    for candidate in DELIMITERS {
        let score = Score::of(text, candidate);
        // Strictly better: a tie keeps the more common delimiter.
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// True if every candidate finds more records than are looked at, so that what follows changes nothing.
pub(super) fn has_sample(text: &str) -> bool {
    let enough = |delimiter| {
        let mut records = Records::new(text, delimiter);
        (0..=SAMPLE).all(|_| matches!(records.next(), Ok(Some(_))))
    };
    DELIMITERS.into_iter().all(enough)
}

/// The line `sep=;` that Excel writes and hides, and the text after it.
pub(super) fn declared(text: &str) -> Option<(u8, &str)> {
    let rest = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP="))?;
    let delimiter = *rest.as_bytes().first().filter(|b| DELIMITERS.contains(b))?;
    let rest = &rest[1..];
    ["\r\n", "\n", "\r"].iter().find_map(|end| rest.strip_prefix(end)).map(|rest| (delimiter, rest))
}

/// How well a delimiter explains the first records; compared field by field.
#[derive(Default, PartialEq, PartialOrd)]
struct Score {
    /// True if there is more than one column.
    splits: bool,
    /// Share of the records with as many cells as the header.
    agreement: f64,
    n_columns: usize,
}

impl Score {
    fn of(text: &str, delimiter: u8) -> Score {
        let mut records = Records::new(text, delimiter);
        let mut lengths = Vec::with_capacity(SAMPLE);
        while lengths.len() < SAMPLE {
            match records.next() {
                Ok(Some(record)) => lengths.push(record.len()),
                Err(DataError::TooLarge { cap: Cap::Columns, .. }) => {
                    // Too wide, but cut: the delimiter is right, and reading with it says what is wrong.
                    lengths.push(Cap::Columns.limit() + 1);
                    break;
                }
                // A text that cannot be cut further (an open quote) is judged by what came before.
                Ok(None) | Err(_) => break,
            }
        }
        let n_columns = lengths.first().copied().unwrap_or(0);
        let agreeing = lengths.iter().filter(|&&n| n == n_columns).count();
        let agreement = agreeing as f64 / lengths.len().max(1) as f64;
        Score { splits: n_columns > 1, agreement, n_columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consistent_delimiter_wins() {
        let check = |text: &str, expect: u8| {
            assert_eq!(char::from(delimiter(text)), char::from(expect), "{text:?}");
        };
        check("a,b\n1,2\n", b',');
        check("a;b\n1,5;2,5\n", b';');
        check("a\tb\n1\t2\n", b'\t');
        check("a|b\n1|2\n", b'|');
        check("x\n1\n", b',');
        check("", b',');
        // Names with a delimiter in them, as probes have, do not repeat below the header.
        check("id,ABL1|1636_at,ABL1|39730_at,X|1\nA,1,2,3\nB,4,5,6\n", b',');
        check("id;note\n1;\"a,b\"\n2;\"c,d\"\n", b';');
        check("name\tdose (mg, daily)\nA\t1\nB\t2\n", b'\t');
        // Every row has both: more columns win.
        check("a;b;c\n1,0;2,0;3,0\n", b';');
        // A ragged row does not turn the table into one column.
        check("a,b\n1,2\n1,2,3\n1,2\n", b',');
    }

    #[test]
    fn a_declared_delimiter_is_read() {
        assert_eq!(declared("sep=;\r\na;b\n"), Some((b';', "a;b\n")));
        assert_eq!(declared("sep=x\na;b\n"), None);
        assert_eq!(declared("september,b\n"), None);
    }
}
