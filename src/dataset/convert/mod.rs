//! Tables that are no text: Excel workbooks, Parquet, Arrow and Feather files, each turned into the CSV text that says
//! the same and read as that, so that types, missing values and limits are those of CSV tables. The command and a program
//! of the page that is loaded for them link the readers.
//!
//! - Numbers keep their bits: they are written in the shortest form that reads back to the same 64-bit float; 32-bit
//!   floats are widened first.
//! - Null and NaN are missing. Truth values are 1 and 0. Dictionaries are their texts. Dates and times are ISO 8601.
//! - Columns of lists, structures and the like are left out with a warning.

mod arrow;
mod columnar;
mod excel;
mod parquet;

use super::{DataError, Dataset, csv};
use crate::Parsed;
use crate::dataset::error::Cap;
use std::panic::AssertUnwindSafe;

/// What a table that is no text is, by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A zip archive; most likely a workbook.
    Excel,
    /// Parquet.
    Parquet,
    /// Arrow's file format, which is Feather's second version.
    Arrow,
    /// Arrow's stream format.
    ArrowStream,
    /// Feather's first version.
    Feather1,
}

impl Kind {
    /// By the first bytes; None for text and what nobody knows.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts: [(&[u8], Kind); 5] = [
            (b"PK\x03\x04", Kind::Excel),
            (b"PAR1", Kind::Parquet),
            (b"ARROW1\0\0", Kind::Arrow),
            (&[0xff; 4], Kind::ArrowStream),
            (b"FEA1", Kind::Feather1),
        ];
        starts.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Excel => "Excel workbook",
            Kind::Parquet => "Parquet file",
            Kind::Arrow => "Arrow or Feather file",
            Kind::ArrowStream => "Arrow stream",
            Kind::Feather1 => "Feather file",
        }
    }
}

/// True for an archive with a workbook inside: its list of contents, at its end, is not packed.
pub fn has_workbook(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(1 << 16)..];
    Kind::of(bytes) == Some(Kind::Excel) && end.windows(15).any(|name| name == b"xl/workbook.xml")
}

/// Reads a table of any supported format, decided by its content.
///
/// # Errors
/// [`DataError`]; of a workbook, rows are counted without empty ones.
pub fn read(bytes: &[u8]) -> Result<Parsed<Dataset>, DataError> {
    let Some(kind) = Kind::of(bytes) else { return csv::read(bytes, csv::Options::default()) };
    let Parsed { value: text, warnings } = to_csv(kind, bytes)?;
    let mut parsed = read_converted(&text)?;
    parsed.warnings.splice(0..0, warnings);
    Ok(parsed)
}

/// Reads the text that [`to_csv`] has made.
///
/// # Errors
/// [`DataError`].
pub fn read_converted(text: &[u8]) -> Result<Parsed<Dataset>, DataError> {
    csv::read(text, csv::Options { delimiter: Some(b','), decimal_comma: Some(false), header: Some(true) })
}

/// The CSV text that says the same as a table of another kind.
///
/// # Errors
/// [`DataError::Damaged`] names the kind and what is wrong; [`DataError::TooLarge`].
pub fn to_csv(kind: Kind, bytes: &[u8]) -> Result<Parsed<Vec<u8>>, DataError> {
    if bytes.len() > Cap::File.limit() {
        return Err(DataError::TooLarge { cap: Cap::File, row: None });
    }
    // The readers of these formats are not made for files of strangers: what stops them is damage, not a bug of ours.
    let converted = quietly(|| match kind {
        Kind::Excel => excel::to_csv(bytes),
        Kind::Parquet => parquet::to_csv(bytes),
        Kind::Arrow => arrow::file_to_csv(bytes),
        Kind::ArrowStream => arrow::stream_to_csv(bytes),
        Kind::Feather1 => {
            Err(Problem::Damaged("it is of Feather's first version, which nobody writes any more".into()))
        }
    });
    match converted {
        Some(Ok(Text { out, warnings, .. })) => Ok(Parsed { value: out, warnings }),
        Some(Err(Problem::Table(error))) => Err(error),
        Some(Err(Problem::Damaged(problem))) => Err(damaged(kind, &problem)),
        None => Err(gave_up(kind)),
    }
}

/// What there is to say when a reader has ended without an answer.
pub fn gave_up(kind: Kind) -> DataError {
    damaged(kind, "its reader gave up on it")
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
            let start = self.out.len();
            // Each byte may be a quotation mark, which is written twice.
            self.out.resize(start + 2 * text.len(), 0);
            let (_, _, written) = csv_core::quote(text.as_bytes(), &mut self.out[start..], b'"', b'\\', true);
            self.out.truncate(start + written);
            self.out.push(b'"');
        }
    }

    /// One cell that needs no quotation marks.
    fn number(&mut self, text: &str) {
        self.separate();
        self.out.extend_from_slice(text.as_bytes());
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
    fn quotation_marks_in_texts_are_doubled() {
        let mut text = Text::new();
        for cell in [Some("a"), Some("\"b\" \"\""), None, Some(""), Some("c,\nü")] {
            text.cell(cell);
        }
        text.number("1.5");
        assert!(text.end_row().is_ok());
        assert_eq!(String::from_utf8_lossy(&text.out), "\"a\",\"\"\"b\"\" \"\"\"\"\",,\"\",\"c,\nü\",1.5\n");
    }

    #[test]
    fn damage_is_one_error_and_a_panic_is_damage() {
        for start in [&b"PK\x03\x04"[..], b"PAR1", b"ARROW1\0\0", &[0xff; 4], b"FEA1"] {
            let error = read(&[start, b"nothing of the kind, and more of it"].concat()).unwrap_err();
            assert!(matches!(error, DataError::Damaged { .. }), "{error}");
            assert!(!error.to_string().contains('\n') && !error.hint().is_empty());
        }
        let gave_up = gave_up(Kind::Parquet);
        assert!(gave_up.to_string().starts_with("the Parquet file cannot be read"), "{gave_up}");
        assert_eq!(quietly(|| -> u8 { panic!("unseen") }), None);
        assert_eq!(quietly(|| 3), Some(3));
    }
}
