//! Reading: patterns of a sheet's rows, and the lines of the tables that they point to.

use super::codes::{Column, ROWS, Sheet, load, store};
use super::number::Number;
use super::plan::{Plan, Side, Step};
use crate::explain::simd::Simd;

/// Patterns per level of the path and sheet.
pub(in crate::explain) type Patterns = Vec<Column>;

/// Calls `read` with the number of each unit, that of the sheet, the bits that a pattern has for the path, and the patterns
/// of the sheet's rows. What belongs to a unit is asked for by all sheets in turn, while it is near the processor.
#[inline(always)]
pub(in crate::explain) fn each_unit<S: Simd>(
    simd: S,
    plan: &Plan,
    sheets: &[Sheet],
    patterns: &mut Patterns,
    mut read: impl FnMut(usize, usize, u16, &Column),
) {
    let n = sheets.len();
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
                for ((sheet, from), to) in sheets.iter().zip(above).zip(below) {
                    let (mut bits, left) = (load(simd, from), test.left(simd, &sheet.codes));
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
                // The codes of all sheets are waited for together.
                for ((sheet, above), own) in
                    sheets.iter().zip(&patterns[level as usize * n..]).zip(own.iter_mut())
                {
                    let mut bits = load(simd, above);
                    for (t, test) in now.iter().enumerate() {
                        let bit = simd.splat_bits(1 << (usize::from(n_path) + t));
                        for (bits, left) in bits.iter_mut().zip(test.left(simd, &sheet.codes)) {
                            *bits = simd.or_bits(*bits, simd.and_bits(left, bit));
                        }
                    }
                    store(simd, bits, own);
                }
                for (s, pattern) in own.iter().enumerate() {
                    read(unit, s, n_path, pattern);
                }
                (unit, tests) = (unit + 1, rest);
            }
        }
    }
}

/// Adds to the sums of `columns` what the lines that the patterns point to say of them. A line has as many vectors as
/// it takes for one number per column.
#[inline(always)]
pub(in crate::explain) fn add_lines<N: Number, S: Simd>(
    simd: S,
    lines: &[N::Vector],
    columns: &[u32],
    pattern: &Column,
    sums: &mut [N::Column],
) {
    let pattern: &[u16; ROWS] = bytemuck::cast_ref(pattern);
    match columns.len() / N::LANES {
        0 => {}
        1 => N::add::<S, 1>(simd, lines, columns, pattern, sums),
        2 => N::add::<S, 2>(simd, lines, columns, pattern, sums),
        3 => N::add::<S, 3>(simd, lines, columns, pattern, sums),
        4 => N::add::<S, 4>(simd, lines, columns, pattern, sums),
        5 => N::add::<S, 5>(simd, lines, columns, pattern, sums),
        6 => N::add::<S, 6>(simd, lines, columns, pattern, sums),
        width => add_wide::<N, S>(simd, lines, width, columns, pattern, sums),
    }
}

/// Lines of any width, a vector at a time.
#[inline(always)]
fn add_wide<N: Number, S: Simd>(
    simd: S,
    lines: &[N::Vector],
    width: usize,
    columns: &[u32],
    pattern: &[u16; ROWS],
    sums: &mut [N::Column],
) {
    let mut narrow = vec![N::Vector::default(); lines.len() / width];
    for (v, columns) in columns.chunks_exact(N::LANES).enumerate() {
        narrow.iter_mut().zip(lines.iter().skip(v).step_by(width)).for_each(|(to, from)| *to = *from);
        N::add::<S, 1>(simd, &narrow, columns, pattern, sums);
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
