//! Numbers of two widths, in vectors.
//!
//! A line of a table holds a row's numbers side by side, the sums hold a feature's numbers of many rows side by side:
//! as many lines as a vector has lanes are turned into as many columns, in registers.

use super::codes::ROWS;
use wide::{f32x4, f64x2};

/// f64 or f32.
pub(in crate::explain) trait Number: Copy + Default + bytemuck::Pod {
    type Vector: Copy + Default + bytemuck::Pod + Send + Sync;
    /// One number per row of a sheet.
    type Column: Copy + Default;
    const LANES: usize;

    fn of(value: f64) -> Self;
    fn get(column: &Self::Column, row: usize) -> f64;

    /// Adds the lines that the patterns point to. A line has `W` vectors, which go to as many columns each as there are
    /// lanes.
    fn add<const W: usize>(
        lines: &[Self::Vector],
        columns: &[u32],
        pattern: &[u16; ROWS],
        sums: &mut [Self::Column],
    );
}

/// The sums of one feature and output.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(in crate::explain) struct Sums<V, const N: usize>([V; N]);

impl<V: Default + Copy, const N: usize> Default for Sums<V, N> {
    fn default() -> Self {
        Sums([V::default(); N])
    }
}

/// Sums of f64.
pub(in crate::explain) type Exact = Sums<f64x2, { ROWS / 2 }>;
/// Sums of f32.
pub(in crate::explain) type Narrow = Sums<f32x4, { ROWS / 4 }>;

impl Exact {
    /// Adds to the sum of one row.
    pub(in crate::explain) fn add(&mut self, row: usize, value: f64) {
        self.0[row / 2].as_mut_array()[row % 2] += value;
    }

    /// Adds the sums of f32 and clears them.
    pub(super) fn take(&mut self, other: &mut Narrow) {
        for (own, other) in self.0.as_chunks_mut::<2>().0.iter_mut().zip(&other.0) {
            let [a, b, c, d] = other.to_array().map(f64::from);
            own[0] += f64x2::new([a, b]);
            own[1] += f64x2::new([c, d]);
        }
        *other = Sums::default();
    }
}

macro_rules! number {
    ($number:ty, $vector:ty, $lanes:literal, $transpose:ident) => {
        impl Number for $number {
            type Vector = $vector;
            type Column = Sums<$vector, { ROWS / $lanes }>;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $number
            }

            #[inline(always)]
            fn get(column: &Self::Column, row: usize) -> f64 {
                column.0[row / $lanes].as_array()[row % $lanes].into()
            }

            #[inline(always)]
            fn add<const W: usize>(
                lines: &[$vector],
                columns: &[u32],
                pattern: &[u16; ROWS],
                sums: &mut [Self::Column],
            ) {
                let (lines, columns) = (lines.as_chunks::<W>().0, columns.as_chunks::<$lanes>().0);
                let Some(columns) = columns.first_chunk::<W>() else { return };
                // Two vectors of rows at a time, so that a column is looked up half as often.
                let (pairs, _) = pattern.as_chunks::<{ 2 * $lanes }>();
                for (g, pair) in pairs.iter().enumerate() {
                    let line = pair.map(|m| &lines[m as usize]);
                    for v in 0..W {
                        let [one, two] = $transpose(line.map(|line| line[v]));
                        for lane in 0..$lanes {
                            let sums = &mut sums[columns[v][lane] as usize].0;
                            sums[2 * g] += one[lane];
                            sums[2 * g + 1] += two[lane];
                        }
                    }
                }
            }
        }
    };
}
number!(f64, f64x2, 2, turn_f64);
number!(f32, f32x4, 4, turn_f32);

/// Lines of two vectors of rows as the columns of each.
#[inline(always)]
fn turn_f64([a, b, c, d]: [f64x2; 4]) -> [[f64x2; 2]; 2] {
    [transpose_two([a, b]), transpose_two([c, d])]
}

#[inline(always)]
fn turn_f32([a, b, c, d, e, f, g, h]: [f32x4; 8]) -> [[f32x4; 4]; 2] {
    [transpose_four([a, b, c, d]), transpose_four([e, f, g, h])]
}

#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_two([a, b]: [f64x2; 2]) -> [f64x2; 2] {
    use core::arch::wasm32::i64x2_shuffle;
    let (a, b) = (bytemuck::cast(a), bytemuck::cast(b));
    [bytemuck::cast(i64x2_shuffle::<0, 2>(a, b)), bytemuck::cast(i64x2_shuffle::<1, 3>(a, b))]
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn transpose_two([a, b]: [f64x2; 2]) -> [f64x2; 2] {
    let ([a_0, a_1], [b_0, b_1]) = (a.to_array(), b.to_array());
    [f64x2::new([a_0, b_0]), f64x2::new([a_1, b_1])]
}

#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_four(lines: [f32x4; 4]) -> [f32x4; 4] {
    use core::arch::wasm32::i32x4_shuffle;
    let [a, b, c, d] = lines.map(bytemuck::cast);
    let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (cd_low, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        bytemuck::cast(i32x4_shuffle::<0, 1, 4, 5>(ab_low, cd_low)),
        bytemuck::cast(i32x4_shuffle::<2, 3, 6, 7>(ab_low, cd_low)),
        bytemuck::cast(i32x4_shuffle::<0, 1, 4, 5>(ab_high, cd_high)),
        bytemuck::cast(i32x4_shuffle::<2, 3, 6, 7>(ab_high, cd_high)),
    ]
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn transpose_four(lines: [f32x4; 4]) -> [f32x4; 4] {
    f32x4::transpose(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_columns() {
        let turned = transpose_two([f64x2::new([0.0, 1.0]), f64x2::new([2.0, 3.0])]);
        assert_eq!(turned.map(|v| v.to_array()), [[0.0, 2.0], [1.0, 3.0]]);
        let line = |i: usize| f32x4::new([0, 1, 2, 3].map(|j| (4 * i + j) as f32));
        let turned = transpose_four([line(0), line(1), line(2), line(3)]);
        assert_eq!(turned[1].to_array(), [1.0, 5.0, 9.0, 13.0]);
        assert_eq!(turned[2].to_array(), [2.0, 6.0, 10.0, 14.0]);
    }
}
