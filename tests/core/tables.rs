//! One table in every format that tables are read from, as pandas' and Excel's libraries write it: `tests/reference/tables`.

use crate::reference::folder;
use clarimark::dataset::{Dataset, Values, convert};
use serde::Deserialize;
use std::fs;

fn read(name: &str) -> (Dataset, Vec<String>) {
    let bytes = fs::read(folder().join("tables").join(name)).unwrap();
    let parsed = convert::read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    (parsed.value, parsed.warnings)
}

/// The cells of a table; numbers have this many digits, of which 17 tell all apart.
fn cells(table: &Dataset, digits: usize) -> Vec<(String, Vec<Option<String>>)> {
    let column = |c: &clarimark::dataset::Column| {
        let cell = |row: usize| match &c.values {
            Values::Numbers(x) => (!x[row].is_nan()).then(|| format!("{:.*e}", digits - 1, x[row])),
            Values::Levels { .. } => c.text(row),
        };
        (c.name.clone(), (0..c.len()).map(cell).collect())
    };
    table.columns().iter().map(column).collect()
}

#[test]
fn every_format_holds_the_same_table() {
    let (plain, _) = read("plain.csv");
    assert_eq!((plain.n_rows(), plain.columns().len()), (60, 10));
    let numbers =
        |t: &Dataset| t.columns().iter().map(|c| matches!(c.values, Values::Numbers(_))).collect::<Vec<_>>();
    assert_eq!(numbers(&plain), [false, true, true, true, true, true, false, false, false, false]);
    let names =
        fs::read_dir(folder().join("tables")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| name != "plain.csv" && !name.starts_with("version1")).collect();
    names.sort();
    let n_of = |ending: &str| names.iter().filter(|name| name.ends_with(ending)).count();
    let n_each = [".xlsx", ".parquet", ".feather", ".arrow"].map(n_of);
    assert_eq!(n_each, [1, 8, 4, 4], "{names:?}");
    for name in names {
        let (table, warnings) = read(&name);
        // openpyxl writes 16 digits of a number, where 17 would be needed.
        let digits = if name.ends_with(".xlsx") { 13 } else { 17 };
        let (got, expected) = (cells(&table, digits), cells(&plain, digits));
        for (got, expected) in got.iter().zip(&expected) {
            assert_eq!(got, expected, "{name}");
        }
        assert_eq!(got.len(), expected.len(), "{name}");
        let left_out = warnings.iter().any(|w| w.contains("left out") && w.contains("“list”"));
        assert_eq!(left_out, name == "with_list.parquet", "{name}: {warnings:?}");
        let first = warnings.iter().any(|w| w.contains("2 sheets; the first, “Patients”"));
        assert_eq!(first, name == "book.xlsx", "{name}: {warnings:?}");
    }
}

#[derive(Deserialize)]
struct Broken {
    file: String,
    why: String,
    says: Option<String>,
    shape: Option<(usize, usize)>,
}

#[test]
fn broken_tables_are_refused_in_words() {
    let place = folder().join("broken-tables");
    let cases: Vec<Broken> = serde_json::from_slice(&fs::read(place.join("cases.json")).unwrap()).unwrap();
    assert!(cases.len() >= 26);
    for Broken { file, why, says, shape } in cases {
        match convert::read(&fs::read(place.join(&file)).unwrap()) {
            Ok(parsed) => {
                let table = parsed.value;
                assert_eq!(Some((table.n_rows(), table.columns().len())), shape, "{file}: {why}");
            }
            Err(error) => {
                let says = says.unwrap_or_else(|| panic!("{file}, {why}: {error}"));
                assert!(error.to_string().contains(&says), "{file}, {why}: {error} should contain {says}");
                assert!(!error.hint().is_empty() && !error.to_string().contains('\n'), "{file}: {error}");
            }
        }
    }
}

#[test]
fn files_cut_off_are_refused_in_words() {
    for name in [
        "snappy.parquet",
        "zstd.parquet",
        "polars.parquet",
        "book.xlsx",
        "lz4.feather",
        "zstd.feather",
        "uncompressed.feather",
        "polars.arrow",
        "stream.arrow",
    ] {
        let bytes = fs::read(folder().join("tables").join(name)).unwrap();
        for end in (8..bytes.len()).step_by(bytes.len() / 23) {
            let error = convert::read(&bytes[..end]).unwrap_err();
            assert!(!error.hint().is_empty() && !error.to_string().contains('\n'), "{name}: {error}");
        }
    }
}
