//! The files that are damaged.

use clarimark::ensemble;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longer files are read once per mutant, which takes long.
const MOST_BYTES: usize = 24_000;

/// Which part of the program reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Model,
    Table,
    Manifest,
    Calibration,
}

/// Files of one kind.
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) reader: Reader,
    /// True if a checksum covers the content.
    pub(crate) packed: bool,
    pub(crate) files: Vec<Vec<u8>>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every file two levels below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
        .flat_map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    paths.sort();
    paths
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::default()).read_to_end(&mut packed).unwrap();
    packed
}

/// Committed files of every kind that are not too long to be read many times.
pub(crate) fn kinds() -> Vec<Kind> {
    let mut kinds = models();
    kinds.extend(tables());
    kinds.extend(converted());
    let calibrations = fs::read_dir(root().join("tests/reference/calibration"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    kinds.push(Kind {
        name: "calibration table".into(),
        reader: Reader::Calibration,
        packed: false,
        files: calibrations,
    });
    let manifests = files_below(&root().join("public/studies"))
        .into_iter()
        .filter(|path| path.ends_with("study.json"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    kinds.push(Kind {
        name: "study manifest".into(),
        reader: Reader::Manifest,
        packed: false,
        files: manifests,
    });
    kinds
}

/// Endings of files that are packed otherwise than by gzip.
const WRAPPERS: [&str; 3] = ["bz2", "xz", "lzma"];

fn models() -> Vec<Kind> {
    let mut formats: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let paths = files_below(&root().join("tests/reference"));
    let is_model =
        |path: &&PathBuf| path.to_str().is_some_and(|p| p.contains(".model.") || p.contains(".also."));
    for path in paths.iter().filter(is_model) {
        let bytes = fs::read(path).unwrap();
        let Ok(parsed) = ensemble::read(&bytes) else { continue };
        let format = parsed.value.summary().format;
        if let Some(wrapper) = path.extension().and_then(|e| e.to_str()).filter(|e| WRAPPERS.contains(e)) {
            formats.entry(format!("{wrapper} of {format}")).or_default().push(bytes);
            continue;
        }
        let list = formats.entry(format.clone()).or_default();
        if bytes.len() < MOST_BYTES {
            list.push(bytes.clone());
        }
        if list.len() == 1 {
            formats.entry(format!("gzip of {format}")).or_default().push(gzip(&bytes));
        }
    }
    let kind = |(name, files): (String, Vec<Vec<u8>>)| {
        let packed = name.starts_with("gzip") || WRAPPERS.iter().any(|wrapper| name.starts_with(wrapper));
        Kind { name, reader: Reader::Model, packed, files }
    };
    formats.into_iter().map(kind).filter(|kind| !kind.files.is_empty()).collect()
}

/// Tables that are no text. Their content is packed, or so tight that most damage shows.
fn converted() -> Vec<Kind> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/reference/tables"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let kind = |name: &str, endings: &[&str]| {
        let is_one =
            |path: &&PathBuf| path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending));
        let files = paths.iter().filter(is_one).map(|path| fs::read(path).unwrap()).collect();
        Kind { name: name.into(), reader: Reader::Table, packed: true, files }
    };
    vec![kind("Excel", &["xlsx"]), kind("Parquet", &["parquet"]), kind("Arrow", &["feather", "arrow"])]
}

fn tables() -> Vec<Kind> {
    let is_table = |path: &PathBuf| path.extension().is_some_and(|e| e == "csv" || e == "tsv");
    let mut files: Vec<Vec<u8>> = files_below(&root().join("tests/reference"))
        .into_iter()
        .filter(is_table)
        .filter(|path| path.to_str().is_some_and(|p| p.contains("broken")))
        .map(|path| fs::read(path).unwrap())
        .collect();
    // The beginnings of real tables.
    for path in files_below(&root().join("public/studies")).into_iter().filter(is_table) {
        let text = fs::read(path).unwrap();
        let lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').take(60).collect();
        files.push(lines.concat());
    }
    files.retain(|file| (1..MOST_BYTES).contains(&file.len()));
    vec![Kind { name: "CSV table".into(), reader: Reader::Table, packed: false, files }]
}
