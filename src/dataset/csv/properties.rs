//! What holds for every table, and for everything that is none.

use super::cell::{self, MISSING_WORDS};
use super::*;
use crate::dataset::Values;
use proptest::prelude::*;

fn options() -> impl Strategy<Value = Options> {
    let delimiter = prop::option::of(prop::sample::select(b",;\t|".to_vec()));
    (delimiter, any::<Option<bool>>(), any::<Option<bool>>())
        .prop_map(|(delimiter, decimal_comma, header)| Options { delimiter, decimal_comma, header })
}

/// A column as it is written: cells, None where missing.
#[derive(Clone, Debug)]
enum Written {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

impl Written {
    fn cell(&self, row: usize) -> Option<String> {
        match self {
            // Whole numbers of more digits than an f64 holds would be identifiers; an exponent says they are not.
            Written::Numbers(x) => x[row].map(|x| format!("{x:e}")),
            Written::Texts(texts) => texts[row].clone(),
        }
    }
}

/// A text that is neither a number nor a word for missing, without white space around it.
fn text() -> impl Strategy<Value = String> {
    // NUL bytes are what tells a binary file.
    "[^\\x00]{1,12}"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("says something", |text| !text.is_empty() && !MISSING_WORDS.contains(&text.as_str()))
}

fn written(n_rows: usize) -> impl Strategy<Value = Written> {
    let number = prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL;
    let numbers = prop::collection::vec(prop::option::weighted(0.8, number), n_rows);
    let texts = prop::collection::vec(prop::option::weighted(0.8, text()), n_rows);
    prop_oneof![
        numbers.prop_map(Written::Numbers),
        // One cell that is surely no number makes it a column of texts.
        texts.prop_map(|mut texts| {
            texts[0] = Some("t".into());
            Written::Texts(texts)
        }),
    ]
}

fn table() -> impl Strategy<Value = Vec<Written>> {
    (1usize..12).prop_flat_map(|n_rows| prop::collection::vec(written(n_rows), 1..6))
}

/// The table as `csv` writes it, behind a column of ids.
fn bytes(columns: &[Written], delimiter: u8) -> Vec<u8> {
    let n_rows = match &columns[0] {
        Written::Numbers(x) => x.len(),
        Written::Texts(texts) => texts.len(),
    };
    let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let names = (0..columns.len()).map(|i| format!("c, {i}"));
    writer.write_record(std::iter::once("id".to_owned()).chain(names)).unwrap();
    for row in 0..n_rows {
        let cells = columns.iter().map(|column| column.cell(row).unwrap_or_default());
        writer.write_record(std::iter::once(format!("P{row}")).chain(cells)).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Characters that mean something in a table.
fn table_like() -> impl Strategy<Value = String> {
    let pieces = [
        ",", ";", "\t", "|", "\"", "\"\"", "\n", "\r\n", "\r", " ", "a", "1", "0", "-", ".", "1.5", "1,5",
        "NA", "é", "\u{feff}", "x", "007", "1,234", "sep=;", "{", "<html",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|pieces| pieces.concat())
}

/// A read table keeps its promises.
fn check(read: Result<Parsed<Dataset>, DataError>) {
    match read {
        Ok(table) => {
            assert!(table.value.n_rows() > 0 && !table.value.columns().is_empty());
            for column in table.value.columns() {
                assert!(!column.name.is_empty());
                if let Values::Levels { codes, levels } = &column.values {
                    assert!(
                        codes.iter().all(|&c| c == crate::dataset::MISSING || (c as usize) < levels.len())
                    );
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty() && error.hint().ends_with('.')),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(
        columns in table(),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
    ) {
        let told = Options { delimiter: Some(delimiter), ..Options::default() };
        let got = read(&bytes(&columns, delimiter), told).unwrap().value;
        prop_assert_eq!(got.columns().len(), columns.len() + 1);
        for (column, expect) in got.columns()[1..].iter().zip(&columns) {
            match (&column.values, expect) {
                (Values::Numbers(x), Written::Numbers(expect)) => {
                    for (x, expect) in x.iter().zip(expect) {
                        prop_assert!(expect.map_or(x.is_nan(), |expect| expect == *x), "{x} {expect:?}");
                    }
                }
                (Values::Levels { .. }, Written::Texts(expect)) => {
                    for (row, expect) in expect.iter().enumerate() {
                        prop_assert_eq!(&column.text(row), expect);
                    }
                }
                (values, expect) => prop_assert!(false, "{values:?} is not {expect:?}"),
            }
        }
    }

    #[test]
    fn any_bytes_end_in_a_table_or_an_error(bytes: Vec<u8>, options in options()) {
        check(read(&bytes, options));
    }

    #[test]
    fn anything_like_a_table_ends_in_a_table_or_an_error(text in table_like(), options in options()) {
        check(read(text.as_bytes(), options));
    }

    #[test]
    fn a_damaged_table_ends_in_a_table_or_an_error(
        columns in table(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
        options in options(),
    ) {
        let mut bytes = bytes(&columns, b',');
        for (at, byte, kind) in damage {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at.max(1)),
            }
        }
        check(read(&bytes, options));
    }

    #[test]
    fn a_number_is_the_nearest_f64(x in prop::num::f64::NORMAL, digits in 0usize..20) {
        let text = format!("{x:.digits$e}");
        prop_assert_eq!(cell::number(&text), text.parse().ok().filter(|x: &f64| x.is_finite()));
    }
}
