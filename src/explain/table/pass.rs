//! Reading: patterns of a sheet's rows, and the lines of the tables that they point to.

use super::codes::{Column, ROWS, Sheet, VECTORS, splat};
use super::number::Number;
use super::plan::{Plan, Side, Step};
use wide::i16x8;

/// Patterns per level of the path.
pub(in crate::explain) type Patterns = Vec<Column>;

/// Calls `read` with the number of each unit and the patterns of the sheet's rows.
#[inline(always)]
pub(in crate::explain) fn each_unit(
    plan: &Plan,
    sheet: &Sheet,
    patterns: &mut Patterns,
    mut read: impl FnMut(usize, &[u16; ROWS]),
) {
    if patterns.len() < plan.n_levels + 1 {
        patterns.resize(plan.n_levels + 1, [i16x8::ZERO; VECTORS]);
    }
    for step in &plan.steps {
        match *step {
            Step::Edge { level, test, side, bit, new } => {
                let Some([from, to]) =
                    patterns.get_mut(level as usize..).and_then(<[Column]>::first_chunk_mut)
                else {
                    continue;
                };
                let bit = splat(bit);
                test.each(&sheet.codes, |v, left| {
                    let along = if side == Side::Left { left } else { !left };
                    to[v] = if new { from[v] | (along & bit) } else { from[v] & (along | !bit) };
                });
            }
            Step::Unit { level, unit } => {
                let of = &plan.units[unit as usize];
                let mut pattern = patterns[level as usize];
                for (t, test) in of.tests.iter().enumerate() {
                    let bit = splat(1 << (of.n_path + t));
                    test.each(&sheet.codes, |v, left| pattern[v] |= left & bit);
                }
                read(unit as usize, bytemuck::cast_ref(&pattern));
            }
        }
    }
}

/// Adds to the sums of `columns` what the lines that the patterns point to say of them. A line has as many vectors as
/// it takes for one number per column.
#[inline(always)]
pub(in crate::explain) fn add_lines<N: Number>(
    lines: &[N::Vector],
    columns: &[u32],
    pattern: &[u16; ROWS],
    sums: &mut [N::Column],
) {
    let add = match columns.len() / N::LANES {
        0 => return,
        1 => N::add::<1>,
        2 => N::add::<2>,
        3 => N::add::<3>,
        4 => N::add::<4>,
        5 => N::add::<5>,
        6 => N::add::<6>,
        width => return add_wide::<N>(lines, width, columns, pattern, sums),
    };
    add(lines, columns, pattern, sums);
}

/// Lines of any width, a vector at a time.
fn add_wide<N: Number>(
    lines: &[N::Vector],
    width: usize,
    columns: &[u32],
    pattern: &[u16; ROWS],
    sums: &mut [N::Column],
) {
    let mut narrow = vec![N::Vector::default(); lines.len() / width];
    for (v, columns) in columns.chunks_exact(N::LANES).enumerate() {
        narrow.iter_mut().zip(lines.iter().skip(v).step_by(width)).for_each(|(to, from)| *to = *from);
        N::add::<1>(&narrow, columns, pattern, sums);
    }
}

/// Adds the weighted values of the leaves that rows reach: a row is in the unit if it followed the whole path. `values`
/// are laid out `[decisions in the unit][output the tree feeds]`, `margins` `[row][output]`.
#[inline(always)]
pub(in crate::explain) fn add_leaves(
    values: &[f64],
    n_path: usize,
    n_entries: usize,
    pattern: &[u16; ROWS],
    margins: &mut [f64],
    n_outputs: usize,
) {
    let path = splat(((1u32 << n_path) - 1) as i16);
    let pattern_vectors: &Column = bytemuck::cast_ref(pattern);
    for (v, &of) in pattern_vectors.iter().enumerate() {
        let mut rows = (of & path).simd_eq(path).to_bitmask();
        while rows != 0 {
            let row = 8 * v + rows.trailing_zeros() as usize;
            rows &= rows - 1;
            let first = (usize::from(pattern[row]) >> n_path) * n_entries;
            let Some(margins) = margins.get_mut(row * n_outputs..) else { break };
            for (margin, value) in margins.iter_mut().zip(&values[first..first + n_entries]) {
                *margin += value;
            }
        }
    }
}
