//! Model files that were damaged: each is refused in words or is a model that works; none panics.

use crate::reference::folder;
use clarimark::ensemble;
use clarimark::explain::Flow;
use clarimark::math::Rng;
use std::fs;

/// Pieces that make JSON of a model mean something else.
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
    "-Infinity",
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
    "\\u0000",
];

fn mutated(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..1 + rng.below(3) {
        let at = rng.below(out.len() as u32) as usize;
        match rng.below(6) {
            0 => out[at] = rng.below(256) as u8,
            1 => out.truncate(at.max(1)),
            2 => {
                let end = (at + rng.below(40) as usize).min(out.len());
                let piece = out[at..end].to_vec();
                let to = rng.below(out.len() as u32) as usize;
                out.splice(to..to, piece);
            }
            3 => {
                let end = (at + 1 + rng.below(12) as usize).min(out.len());
                out.drain(at..end);
            }
            _ => {
                // Replaces a whole number, so that the file mostly stays JSON.
                let digit = |b: &u8| b.is_ascii_digit() || *b == b'-' || *b == b'.';
                let Some(start) = out[at..].iter().position(digit).map(|i| at + i) else { continue };
                let end = out[start..].iter().position(|b| !digit(b)).map_or(out.len(), |i| start + i);
                let piece = PIECES[rng.below(PIECES.len() as u32) as usize];
                out.splice(start..end, piece.bytes());
            }
        }
        if out.is_empty() {
            break;
        }
    }
    out
}

#[test]
fn damaged_files_never_panic() {
    let mut rng = Rng::new(20_261_122);
    let mut n_read = 0;
    for name in [
        "broken/ok",
        "xgboost-3.4.1/categorical_partition",
        "xgboost-3.4.1/vector_leaf",
        "xgboost-1.7.6/dart",
        "xgboost-3.4.1/dart",
    ] {
        let bytes = fs::read(folder().join(format!("{name}.model.json"))).unwrap();
        for _ in 0..600 {
            let Ok(parsed) = ensemble::read(&mutated(&bytes, &mut rng)) else { continue };
            n_read += 1;
            let model = parsed.value;
            let rows: Vec<f64> = (0..3 * model.n_features().min(1000))
                .map(|_| [f64::NAN, 0.0, 3.0, -1e30, 1e300][rng.below(5) as usize])
                .collect();
            if model.n_features() > 1000 {
                continue;
            }
            let margins = model.margins(&rows);
            model.predictions(&margins);
            model.summary();
            if let Ok(flow) = Flow::new(&model) {
                let explained = flow.explain(&rows);
                let size = margins.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
                let leaves = explained.values.iter().fold(size, |m, x| m.max(x.abs()));
                let worst = explained.additivity_errors().into_iter().fold(0.0, f64::max);
                assert!(worst <= 1e-9 * leaves || !leaves.is_finite(), "{name}: {worst} of {leaves}");
            }
        }
    }
    assert!(n_read > 100, "only {n_read} of the damaged files could be read");
}
