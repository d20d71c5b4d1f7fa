//! Tables that are no text: Excel workbooks and Parquet files, each turned into the CSV text that says the
//! same and read as that, so that types, missing values and limits are those of CSV tables. The command reads them.
//!
//! - Numbers keep their bits: they are written in the shortest form that reads back to the same 64-bit float; 32-bit
//!   floats are widened first.
//! - Null and NaN are missing. Truth values are 1 and 0. Dictionaries are their texts. Dates and times are ISO 8601.
//! - Columns of lists, structures and the like are left out with a warning.
//!
//! Arrow and Feather files are refused by name: their reader (arrow-ipc 60) allocates whatever a damaged file claims, which
//! ends the program.

mod columnar;
mod excel;

use super::{DataError, Dataset, csv};
use crate::Parsed;
use crate::dataset::error::Cap;
use std::panic::AssertUnwindSafe;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Excel,
    Parquet,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3, 4, ..] => Some(Kind::Excel),
            [b'P', b'A', b'R', b'1', ..] => Some(Kind::Parquet),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Excel => "Excel workbook",
            Kind::Parquet => "Parquet file",
        }
    }
}

/// Reads a table of any supported format, decided by its content.
///
/// # Errors
/// [`DataError`]; of a workbook, rows are counted without empty ones.
pub fn read(bytes: &[u8]) -> Result<Parsed<Dataset>, DataError> {
    let Some(kind) = Kind::of(bytes) else { return csv::read(bytes, csv::Options::default()) };
    if bytes.len() > Cap::File.limit() {
        return Err(DataError::TooLarge { cap: Cap::File, row: None });
    }
    // The readers of these formats are not made for files of strangers: what stops them is damage, not a bug of ours.
    let converted = quietly(|| match kind {
        Kind::Excel => excel::to_csv(bytes),
        Kind::Parquet => columnar::parquet_to_csv(bytes),
    });
    let Text { out, warnings, .. } = match converted {
        Some(Ok(text)) => text,
        Some(Err(Problem::Table(error))) => return Err(error),
        Some(Err(Problem::Damaged(problem))) => return Err(damaged(kind, &problem)),
        None => return Err(damaged(kind, "its reader gave up on it")),
    };
    let options = csv::Options { delimiter: Some(b','), decimal_comma: Some(false), header: Some(true) };
    let mut parsed = csv::read(&out, options)?;
    parsed.warnings.splice(0..0, warnings);
    Ok(parsed)
}

fn damaged(kind: Kind, problem: &str) -> DataError {
    let problem: String = problem.split_whitespace().collect::<Vec<_>>().join(" ");
    DataError::Damaged { kind: kind.name(), problem: problem.chars().take(200).collect() }
}

thread_local! {
    static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// What `work` returns, or None if it panics, of which nobody is told.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                tell(info);
            }
        }));
    });
    QUIET.set(true);
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result.ok()
}

/// Why there is no text.
enum Problem {
    Table(DataError),
    Damaged(String),
}

impl Problem {
    fn of(error: impl std::fmt::Display) -> Self {
        Problem::Damaged(error.to_string())
    }
}

/// CSV text under way.
#[derive(Default)]
struct Text {
    out: Vec<u8>,
    first_in_row: bool,
    rows: usize,
    warnings: Vec<String>,
}

impl Text {
    fn new() -> Self {
        Text { first_in_row: true, ..Text::default() }
    }

    /// One cell: a text in quotation marks, or nothing for what is missing.
    fn cell(&mut self, text: Option<&str>) {
        self.separate();
        if let Some(text) = text {
            self.out.push(b'"');
            for byte in text.bytes() {
                if byte == b'"' {
                    self.out.push(b'"');
                }
                self.out.push(byte);
            }
            self.out.push(b'"');
        }
    }

    fn separate(&mut self) {
        if !self.first_in_row {
            self.out.push(b',');
        }
        self.first_in_row = false;
    }

    fn end_row(&mut self) -> Result<(), Problem> {
        self.out.push(b'\n');
        self.first_in_row = true;
        self.rows += 1;
        let too_large = |cap| Problem::Table(DataError::TooLarge { cap, row: Some(self.rows) });
        if self.out.len() > Cap::File.limit() {
            return Err(too_large(Cap::File));
        }
        if self.rows > Cap::Rows.limit() + 1 {
            return Err(too_large(Cap::Rows));
        }
        Ok(())
    }
}

/// A number as text; None where it is missing. Large ones have an exponent: without, they would look like the digits of an
/// identifier, which are a text.
fn number(x: f64) -> Option<String> {
    match x.abs() {
        size if size.is_nan() => None,
        size if size.is_finite() && !(1e-5..1e15).contains(&size) && size != 0.0 => Some(format!("{x:e}")),
        _ => Some(x.to_string()),
    }
}

/// A date, and a time of day unless it is midnight, from seconds since 1970 and their billionths.
fn date_time(seconds: i64, nanoseconds: u32) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to year, month and day: Hinnant, chrono-compatible low-level date algorithms.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{day:02}");
    if second == 0 && nanoseconds == 0 {
        return date;
    }
    let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => format!("{date}T{h:02}:{m:02}:{s:02}"),
        fraction => format!("{date}T{h:02}:{m:02}:{s:02}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (-86_400, "1969-12-31"),
            (-62_135_596_800, "0001-01-01"),
            (1_700_000_000, "2023-11-14T22:13:20"),
        ] {
            assert_eq!(date_time(seconds, 0), expected);
        }
        assert_eq!(date_time(0, 250_000_000), "1970-01-01T00:00:00.25");
    }

    #[test]
    fn damage_is_one_error_and_a_panic_is_damage() {
        for start in [&b"PK\x03\x04"[..], b"PAR1"] {
            let error = read(&[start, b"nothing of the kind, and more of it"].concat()).unwrap_err();
            assert!(matches!(error, DataError::Damaged { .. }), "{error}");
            assert!(!error.to_string().contains('\n') && !error.hint().is_empty());
        }
        assert_eq!(quietly(|| -> u8 { panic!("unseen") }), None);
        assert_eq!(quietly(|| 3), Some(3));
    }
}
