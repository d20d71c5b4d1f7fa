//! How a file is damaged.

use clarimark::math::Rng;
use std::io::{Cursor, Read, Write};

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
    // Some committed files only begin like an archive.
    let Ok(mut old) = zip::ZipArchive::new(Cursor::new(bytes)) else { return mutated(bytes, rng) };
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let main = old.index_for_name("schema.json").or_else(|| old.index_for_name("xl/worksheets/sheet1.xml"));
    let schema = main.filter(|_| rng.below(2) == 0);
    let hit = schema.unwrap_or_else(|| rng.below(old.len() as u32) as usize);
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

/// A damaged copy of a file; of archives, most are damaged inside.
pub(crate) fn mutated_file(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    if bytes.starts_with(b"PK") && rng.below(4) > 0 {
        mutated_inside(bytes, rng)
    } else {
        mutated(bytes, rng)
    }
}
