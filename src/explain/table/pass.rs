//! Reading: patterns of a sheet's rows, and the lines of the tables that they point to.

use super::codes::{Column, ROWS, Sheet, VECTORS};
use super::plan::{Plan, Side, Step, Unit};
use wide::{f64x2, i16x8};

/// φ of one feature and output for the rows of a sheet.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(in crate::explain) struct Sums(pub(in crate::explain) [f64; ROWS]);

impl Default for Sums {
    fn default() -> Self {
        Sums([0.0; ROWS])
    }
}

/// Patterns per level of the path.
pub(in crate::explain) type Patterns = Vec<Column>;

/// Calls `read` with each unit and the patterns of the sheet's rows.
#[inline(always)]
pub(in crate::explain) fn each_unit(
    plan: &Plan,
    sheet: &Sheet,
    patterns: &mut Patterns,
    mut read: impl FnMut(usize, &Unit, &[u16; ROWS]),
) {
    if patterns.len() < plan.n_levels + 1 {
        patterns.resize(plan.n_levels + 1, [i16x8::ZERO; VECTORS]);
    }
    for step in &plan.steps {
        match *step {
            Step::Edge { level, test, side, bit, new } => {
                let level = level as usize;
                let bit = i16x8::splat(bit);
                let Some([from, to]) = patterns.get_mut(level..).and_then(<[Column]>::first_chunk_mut) else {
                    continue;
                };
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
                    let bit = i16x8::splat(1 << (of.n_path + t));
                    for (v, pattern) in pattern.iter_mut().enumerate() {
                        *pattern |= test.left(&sheet.codes, v) & bit;
                    }
                }
                read(unit as usize, of, bytemuck::cast_ref(&pattern));
            }
        }
    }
}

/// Adds the lines that the patterns point to. A line holds one number per column, `columns.len()` in all.
#[inline(always)]
pub(in crate::explain) fn add_lines(
    table: &[f64],
    columns: &[u32],
    pattern: &[u16; ROWS],
    sums: &mut [Sums],
) {
    let width = columns.len();
    for (r, pattern) in pattern.as_chunks::<4>().0.iter().enumerate() {
        let [a, b, c, d] = pattern.map(|m| &table[m as usize * width..][..width]);
        for (i, &column) in columns.iter().enumerate() {
            let sums = &mut sums[column as usize].0.as_chunks_mut::<4>().0[r];
            let [one, two] =
                [pair(sums[0], sums[1]) + pair(a[i], b[i]), pair(sums[2], sums[3]) + pair(c[i], d[i])];
            let ([s_0, s_1], [s_2, s_3]) = (one.to_array(), two.to_array());
            *sums = [s_0, s_1, s_2, s_3];
        }
    }
}

#[inline(always)]
fn pair(a: f64, b: f64) -> f64x2 {
    f64x2::new([a, b])
}
