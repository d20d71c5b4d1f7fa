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
                for v in 0..VECTORS {
                    let left = test.left(&sheet.codes, v);
                    let along = if side == Side::Left { left } else { !left };
                    to[v] = if new { from[v] | (along & bit) } else { from[v] & (along | !bit) };
                }
            }
            Step::Unit { level, unit } => {
                let of = &plan.units[unit as usize];
                let mut pattern = patterns[level as usize];
                for (t, test) in of.tests.iter().enumerate() {
                    let bit = splat(1 << (of.n_path + t));
                    for (v, pattern) in pattern.iter_mut().enumerate() {
                        *pattern |= test.left(&sheet.codes, v) & bit;
                    }
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
    let width = columns.len() / N::LANES;
    for (group, pattern) in pattern.chunks_exact(N::LANES).enumerate() {
        N::add(lines, width, pattern, columns, group, sums);
    }
}
