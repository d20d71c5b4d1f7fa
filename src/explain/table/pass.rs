//! Reading: patterns of a sheet's rows, and the lines of the tables that they point to.

use super::codes::{Column, ROWS, Sheet, load, store};
use super::number::{Number, Sums};
use super::plan::{Plan, Side, Step};
use crate::explain::simd::Simd;
use wide::u8x16;

/// Patterns of a unit's rows, and those of each level of the path.
pub(in crate::explain) type Patterns = Vec<Column>;

/// Calls `read` with the number of each unit, the bits that a pattern has for the path, and the patterns of the sheet's
/// rows, a column per part.
#[inline(always)]
pub(in crate::explain) fn each_unit<S: Simd>(
    simd: S,
    plan: &Plan,
    sheet: &Sheet,
    patterns: &mut Patterns,
    mut read: impl FnMut(usize, u16, &[Column]),
) {
    let n = sheet.n_parts;
    if patterns.len() < (plan.n_levels + 2) * n {
        patterns.resize((plan.n_levels + 2) * n, Column::default());
    }
    // Those of a unit, before those of the levels.
    let (own, patterns) = patterns.split_at_mut(n);
    patterns[..n].fill(Column::default());
    let (mut unit, mut tests) = (0, plan.tests.as_slice());
    for step in &plan.steps {
        match *step {
            Step::Edge { level, test, side, bit, new } => {
                let (above, below) = patterns[level as usize * n..].split_at_mut(n);
                let bit = simd.splat_bits(bit);
                for ((codes, from), to) in sheet.channel(test.channel).iter().zip(above).zip(below) {
                    let (mut bits, left) = (load(simd, from), test.left(simd, codes));
                    for (bits, left) in bits.iter_mut().zip(left) {
                        // Rows that follow the edge have the bit from now on, or keep it.
                        *bits = match (new, side) {
                            (true, Side::Left) => simd.or_bits(*bits, simd.and_bits(left, bit)),
                            (true, Side::Right) => simd.or_bits(*bits, simd.without_bits(bit, left)),
                            (false, Side::Left) => simd.without_bits(*bits, simd.without_bits(bit, left)),
                            (false, Side::Right) => simd.without_bits(*bits, simd.and_bits(left, bit)),
                        };
                    }
                    store(simd, bits, to);
                }
            }
            Step::Unit { level, n_path, n_tests } => {
                let (now, rest) = tests.split_at(n_tests.into());
                let above = &patterns[level as usize * n..];
                for (part, (above, own)) in above.iter().zip(own.iter_mut()).enumerate() {
                    let mut bits = load(simd, above);
                    for (t, test) in now.iter().enumerate() {
                        let bit = simd.splat_bits(1 << (usize::from(n_path) + t));
                        let left = test.left(simd, &sheet.channel(test.channel)[part]);
                        for (bits, left) in bits.iter_mut().zip(left) {
                            *bits = simd.or_bits(*bits, simd.and_bits(left, bit));
                        }
                    }
                    store(simd, bits, own);
                }
                read(unit, n_path, own);
                (unit, tests) = (unit + 1, rest);
            }
        }
    }
}

/// Patterns of a part as bytes, for units of few bits.
pub(super) type Bytes = [u8x16; ROWS / 16];

/// Adds to the sums of `columns` what the lines that the patterns point to say of them. `lines` begin with the unit's:
/// `[vector of columns][pattern]`.
#[inline(always)]
pub(super) fn add_lines<N: Number, S: Simd>(
    simd: S,
    lines: &[N::Vector],
    n_bits: usize,
    columns: &[u32],
    patterns: &[Column],
    bytes: &mut [Bytes],
    sums: &mut Sums<N>,
) {
    // What a byte points to among 256 lines needs no look at where they end: the next unit's are never pointed to.
    const OF_BYTE: usize = 1 << u8::BITS;
    let short = n_bits <= u8::BITS as usize;
    if short {
        for (bytes, pattern) in bytes.iter_mut().zip(patterns) {
            let (pairs, _) = pattern.as_chunks::<2>();
            bytes.iter_mut().zip(pairs).for_each(|(to, [a, b])| *to = u8x16::narrow_i16x8(*a, *b));
        }
    }
    for (v, columns) in columns.chunks_exact(N::LANES).enumerate() {
        let lines = &lines[v << n_bits..];
        match lines.first_chunk::<OF_BYTE>() {
            Some(lines) if short => {
                let patterns: &[[u8; ROWS]] = bytemuck::cast_slice(&bytes[..patterns.len()]);
                N::add(simd, |m: u8| &lines[usize::from(m)], columns, patterns, sums);
            }
            _ => {
                let patterns: &[[u16; ROWS]] = bytemuck::cast_slice(patterns);
                N::add(simd, |m: u16| &lines[usize::from(m)], columns, patterns, sums);
            }
        }
    }
}

/// Notes the leaf that rows reach in a unit, its first being number `first`: a row is in the unit if it followed the whole
/// path, which it does in one unit of a tree.
#[inline(always)]
pub(super) fn note_leaves<S: Simd>(simd: S, first: u16, n_path: u16, pattern: &Column, reached: &mut Column) {
    let path = simd.splat_bits(((1u32 << n_path) - 1) as i16);
    let first = simd.splat_bits(first.cast_signed());
    let (of, mut all) = (load(simd, pattern), load(simd, reached));
    for (reached, of) in all.iter_mut().zip(of) {
        let (here, leaf) = (simd.same_bits(simd.and_bits(of, path), path), simd.shift_bits(of, n_path));
        *reached = simd.or_bits(*reached, simd.and_bits(here, simd.add_bits(first, leaf)));
    }
    store(simd, all, reached);
}
