//! One table in every format that tables are read from, as pandas' and Excel's libraries write it: `tests/reference/tables`.

use crate::reference::folder;
use clarimark::dataset::{DataError, Dataset, Values, convert};
use std::fs;
use std::io::{Cursor, Write};

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

/// A workbook with this sheet and these shared texts.
fn workbook(sheet: &str, texts: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(cells: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
    )
}

#[test]
fn workbooks_that_would_fill_the_memory_are_refused() {
    let texts = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0"/>"#;
    let cell = |at: &str, v: &str| format!(r#"<c r="{at}" t="str"><v>{v}</v></c>"#);
    let row = |r: u32, cells: &[String]| format!(r#"<row r="{r}">{}</row>"#, cells.concat());
    // Far apart, but few: a dense range of them would have 17 billion cells.
    let far =
        sheet(&(row(1, &[cell("A1", "a"), cell("C1", "b")]) + &row(1_048_576, &[cell("A1048576", "1")])));
    let table = convert::read(&workbook(&far, texts)).unwrap().value;
    assert_eq!((table.n_rows(), table.columns().len()), (1, 2), "a column without name and cells is none");
    let wide = sheet(&(row(1, &[cell("A1", "a")]) + &row(2, &[cell("XFD2", "1")])));
    let error = convert::read(&workbook(&wide, texts)).unwrap_err();
    assert!(error.to_string().contains("16384 cells, the header has 1"), "{error}");
    let left = sheet(&(row(1, &[cell("B1", "a")]) + &row(2, &[cell("A2", "1")])));
    let error = convert::read(&workbook(&left, texts)).unwrap_err();
    assert!(error.to_string().contains("row 2 of the sheet has a cell left of the header"), "{error}");
    // A count that its reader would take for a capacity.
    let claims = texts.replace("\"0\"", "\"4294967295\" uniqueCount=\"4294967295\"");
    let error = convert::read(&workbook(&left, &claims)).unwrap_err();
    assert!(error.to_string().contains("more texts than it has bytes"), "{error}");
    let bomb = sheet(&" ".repeat(64 << 20));
    let error = convert::read(&workbook(&bomb, texts)).unwrap_err();
    assert!(matches!(error, DataError::TooLarge { .. }), "{error}");
    let empty = convert::read(&workbook(&sheet(""), texts)).unwrap_err();
    assert_eq!(empty, DataError::Empty);
}

#[test]
fn feather_of_the_first_version_is_refused_by_name() {
    let bytes = fs::read(folder().join("tables/version1.feather")).unwrap();
    let error = convert::read(&bytes).unwrap_err();
    assert!(error.to_string().contains("Feather's first version"), "{error}");
}

/// A file with one number replaced wherever these eight bytes are.
fn claiming(name: &str, before: i64, after: i64) -> Vec<u8> {
    let mut bytes = fs::read(folder().join("tables").join(name)).unwrap();
    let found: Vec<usize> =
        (0..bytes.len() - 8).filter(|&i| bytes[i..i + 8] == before.to_le_bytes()).collect();
    assert!(!found.is_empty(), "{name}: {before}");
    for i in found {
        bytes[i..i + 8].copy_from_slice(&after.to_le_bytes());
    }
    bytes
}

#[test]
fn what_arrow_files_claim_is_measured() {
    // Each batch has 17 rows or 25, whose 64-bit columns take 136 or 200 bytes.
    for (name, before, after, words) in [
        ("uncompressed.feather", 136, 1 << 40, "more bytes than the file has"),
        ("uncompressed.feather", 136, -8, "more bytes than the file has"),
        ("uncompressed.feather", 17, 1 << 40, "more than 5,000,000 rows"),
        ("uncompressed.feather", 17, -1, "more than 5,000,000 rows"),
        // In front of each packed buffer is its size.
        ("lz4.feather", 136, 1 << 40, "unpacks to far more"),
        ("lz4.feather", 136, -2, "impossible size"),
        ("stream.arrow", 200, 1 << 40, "more bytes than the file has"),
        ("stream.arrow", 25, 1 << 40, "more than 5,000,000 rows"),
    ] {
        let error = convert::read(&claiming(name, before, after)).unwrap_err();
        assert!(error.to_string().contains(words), "{name}, {after} for {before}: {error}");
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
