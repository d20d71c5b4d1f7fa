//! Model files that were damaged: each is refused in words or is a model that works; none panics.
//!
//! Every committed model is damaged anew from a seed. `CLARIMARK_MUTATIONS` sets how many per format; a run of many
//! is best made with limits from outside, such as `ulimit -v`.

use crate::reference::folder;
use clarimark::ensemble::{self, Node, Tree};
use clarimark::explain::Flow;
use clarimark::math::Rng;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

/// Mutants per format where nobody says otherwise.
const DEFAULT_MUTATIONS: usize = 400;

/// Pieces that make the text of a model mean something else, numbers first.
const PIECES: &[&str] = &[
    "-1",
    "0",
    "1",
    "2147483647",
    "-2147483648",
    "1e308",
    "1e-308",
    "9223372036854775807",
    "16777216",
    "0.5",
    "NaN",
    "nan",
    "-Infinity",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"0\"",
    "\"99999999999\"",
    ",",
    "]",
    "}",
    "[",
    "{",
    "=",
    "\n",
    " ",
    "\\u0000",
];

/// How many of them are numbers.
const N_NUMBERS: usize = 10;

/// Numbers that a binary file should not have where it has a count, an offset or an index.
const NUMBERS: &[u64] = &[
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    1 << 40,
    1 << 63,
    u64::MAX,
];

fn mutated(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    // Most changes but those of numbers make a text ill-formed, and are less telling.
    let kinds = if bytes.is_ascii() { 20 } else { 8 };
    for _ in 0..1 + rng.below(3) {
        if out.is_empty() {
            break;
        }
        let at = rng.below(out.len() as u32) as usize;
        match rng.below(kinds) {
            0 => out[at] = rng.below(256) as u8,
            1 => out[at] ^= 1 << rng.below(8),
            2 if rng.below(3) == 0 => out.truncate(at),
            2 | 3 => {
                let end = (at + rng.below(40) as usize).min(out.len());
                let piece = out[at..end].to_vec();
                let to = rng.below(out.len() as u32) as usize;
                out.splice(to..to, piece);
            }
            4 => {
                let end = (at + 1 + rng.below(12) as usize).min(out.len());
                out.drain(at..end);
            }
            5 => {
                // Overwrites a number of a binary file, in either order of bytes.
                let size = 1usize << rng.below(4);
                let number = NUMBERS[rng.below(NUMBERS.len() as u32) as usize];
                let little = &number.to_le_bytes()[..size];
                let end = (at + size).min(out.len());
                if rng.below(2) == 0 {
                    out.splice(at..end, little.iter().copied());
                } else {
                    out.splice(at..end, little.iter().rev().copied());
                }
            }
            _ => {
                // Replaces a number of a text, so that the file mostly stays well-formed.
                let digit = |b: &u8| b.is_ascii_digit() || *b == b'-' || *b == b'.';
                let Some(start) = out[at..].iter().position(digit).map(|i| at + i) else { continue };
                let end = out[start..].iter().position(|b| !digit(b)).map_or(out.len(), |i| start + i);
                let pieces = if rng.below(8) == 0 { PIECES } else { &PIECES[..N_NUMBERS] };
                let piece = pieces[rng.below(pieces.len() as u32) as usize];
                out.splice(start..end, piece.bytes());
            }
        }
    }
    out
}

/// The same archive with one of its files mutated and all check sums right.
fn mutated_inside(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let schema = old.index_for_name("schema.json").unwrap();
    let hit = if rng.below(2) == 0 { schema } else { rng.below(old.len() as u32) as usize };
    for i in 0..old.len() {
        let mut file = old.by_index(i).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        new.start_file(file.name().unwrap(), stored).unwrap();
        new.write_all(&if i == hit { mutated(&content, rng) } else { content }).unwrap();
    }
    new.finish().unwrap().into_inner()
}

/// Committed models of every format that are not too long to be read many times.
fn models() -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut formats: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut paths: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.file_name().unwrap().to_str().unwrap().starts_with('.'))
        .flat_map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.to_str().is_some_and(|p| p.contains(".model.")))
        .collect();
    paths.sort();
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let Ok(parsed) = ensemble::read(&bytes) else { continue };
        let format = parsed.value.summary().format;
        let list = formats.entry(format.clone()).or_default();
        if bytes.len() < 24_000 {
            list.push(bytes.clone());
        }
        if list.len() == 1 {
            let mut packed = Vec::new();
            let mut encoder = flate2::read::GzEncoder::new(bytes.as_slice(), flate2::Compression::default());
            std::io::Read::read_to_end(&mut encoder, &mut packed).unwrap();
            formats.entry(format!("gzip of {format}")).or_default().push(packed);
        }
    }
    formats
}

/// Size of the largest leaf value, weighted.
fn largest_leaf(tree: &Tree) -> f64 {
    let values = (0..tree.n_nodes()).flat_map(|i| match tree.node(i) {
        Node::Leaf { values } => values,
        Node::Internal { .. } => &[],
    });
    values.fold(0.0, |m: f64, x| m.max((tree.weight() * x).abs()))
}

/// Uses a model as a study would. Explaining takes far longer than reading, so few are explained.
fn use_model(model: &ensemble::Ensemble, rng: &mut Rng, format: &str, explain: bool) {
    if model.n_features() > 1000 || model.n_outputs() > 100 {
        return;
    }
    let rows: Vec<f64> = (0..3 * model.n_features())
        .map(|_| [f64::NAN, 0.0, 3.0, -1e30, 1e300][rng.below(5) as usize])
        .collect();
    let margins = model.margins(&rows);
    model.predictions(&margins);
    model.summary();
    if explain && let Ok(flow) = Flow::new(model) {
        let explained = flow.explain(&rows);
        // Huge leaves may cancel, in a margin as in a sum of attributions.
        let size: f64 = model.trees().iter().map(largest_leaf).sum::<f64>();
        let size = explained.base_values.iter().chain(&margins).fold(size, |m, x| m.max(x.abs()));
        let worst = explained.additivity_errors().into_iter().fold(0.0, f64::max);
        assert!(worst <= 1e-9 * size.max(1.0) || !size.is_finite(), "{format}: {worst} of {size}");
    }
}

#[test]
fn damaged_files_never_panic() {
    let n_mutations = std::env::var("CLARIMARK_MUTATIONS").map_or(DEFAULT_MUTATIONS, |n| n.parse().unwrap());
    let formats = models();
    assert!(formats.len() >= 25, "{:?}", formats.keys());
    for (format, models) in &formats {
        let mut rng = Rng::new(20_261_122);
        let (mut n_read, mut slowest) = (0, Duration::ZERO);
        for i in 0..n_mutations {
            let model = &models[i % models.len()];
            let inside = model.starts_with(b"PK") && rng.below(4) > 0;
            let bytes = if inside { mutated_inside(model, &mut rng) } else { mutated(model, &mut rng) };
            let start = Instant::now();
            let read = std::panic::catch_unwind(|| ensemble::read(&bytes));
            slowest = slowest.max(start.elapsed());
            let read = read.unwrap_or_else(|_| {
                let path = std::env::temp_dir().join("clarimark-panicked.model");
                fs::write(&path, &bytes).unwrap();
                panic!("{format}: mutant {i} panicked; it is in {}", path.display());
            });
            match read {
                Ok(parsed) => {
                    n_read += 1;
                    use_model(&parsed.value, &mut rng, format, n_read % 8 == 1);
                }
                Err(e) => {
                    assert!(!e.to_string().is_empty() && e.to_string().len() < 1000 && !e.hint().is_empty())
                }
            }
        }
        println!(
            "{format}: {n_mutations} mutants of {} files, {n_read} still read, slowest {slowest:?}",
            models.len()
        );
        if !format.starts_with("gzip") {
            assert!(n_read > n_mutations / 100, "{format}: only {n_read} of the mutants could be read");
        }
    }
}
