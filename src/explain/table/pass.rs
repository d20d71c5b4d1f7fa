//! Reading: patterns of a sheet's rows, and the lines of the tables that they point to.

use super::codes::{Column, ROWS, Sheet, VECTORS, splat};
use super::number::Number;
use super::plan::{Plan, Side, Step};
use wide::i16x8;

/// Patterns per level of the path and sheet.
pub(in crate::explain) type Patterns = Vec<Column>;

/// Calls `read` with the number of each unit, that of the sheet and the patterns of its rows. What belongs to a unit is
/// asked for by all sheets in turn, while it is near the processor.
#[inline(always)]
pub(in crate::explain) fn each_unit(
    plan: &Plan,
    sheets: &[Sheet],
    patterns: &mut Patterns,
    mut read: impl FnMut(usize, usize, &Column),
) {
    let n = sheets.len();
    if patterns.len() < (plan.n_levels + 1) * n {
        patterns.resize((plan.n_levels + 1) * n, [i16x8::ZERO; VECTORS]);
    }
    patterns[..n].fill([i16x8::ZERO; VECTORS]);
    for step in &plan.steps {
        match *step {
            Step::Edge { level, test, side, bit, new } => {
                let (above, below) = patterns[level as usize * n..].split_at_mut(n);
                let bit = splat(bit);
                for ((sheet, from), to) in sheets.iter().zip(above).zip(below) {
                    test.each(&sheet.codes, |v, left| {
                        let along = if side == Side::Left { left } else { !left };
                        to[v] = if new { from[v] | (along & bit) } else { from[v] & (along | !bit) };
                    });
                }
            }
            Step::Unit { level, unit } => {
                let of = &plan.units[unit as usize];
                for (s, (sheet, above)) in sheets.iter().zip(&patterns[level as usize * n..]).enumerate() {
                    let mut pattern = *above;
                    for (t, test) in of.tests.iter().enumerate() {
                        let bit = splat(1 << (of.n_path + t));
                        test.each(&sheet.codes, |v, left| pattern[v] |= left & bit);
                    }
                    read(unit as usize, s, &pattern);
                }
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
    pattern: &Column,
    sums: &mut [N::Column],
) {
    let pattern: &[u16; ROWS] = bytemuck::cast_ref(pattern);
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

/// Notes the leaf that rows reach in a unit, its first being number `first`: a row is in the unit if it followed the whole
/// path, which it does in one unit of a tree.
#[inline(always)]
pub(super) fn note_leaves(first: u16, n_path: usize, pattern: &Column, reached: &mut Column) {
    let (path, first) = (splat(((1u32 << n_path) - 1) as i16), splat(first.cast_signed()));
    for (reached, &of) in reached.iter_mut().zip(pattern) {
        *reached |= (of & path).simd_eq(path) & (first + (of >> n_path as i32));
    }
}
