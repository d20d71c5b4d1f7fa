//! Numbers of two widths, in vectors.
//!
//! A line of a table holds a row's numbers side by side, the sums hold a feature's numbers of many rows side by side:
//! as many lines as a vector has lanes are turned into as many columns, in registers.

use super::codes::ROWS;
use crate::explain::simd::Simd;
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
    fn add<S: Simd, const W: usize>(
        simd: S,
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
    ($number:ty, $vector:ty, $lanes:literal, $columns:ident, $add:ident) => {
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
            fn add<S: Simd, const W: usize>(
                simd: S,
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
                        for (column, rows) in columns[v].iter().zip(simd.$columns(line.map(|line| &line[v])))
                        {
                            let (sums, _) = sums[*column as usize].0.as_chunks_mut::<2>();
                            simd.$add(&mut sums[g], rows);
                        }
                    }
                }
            }
        }
    };
}
number!(f64, f64x2, 2, exact_columns, add_exact);
number!(f32, f32x4, 4, narrow_columns, add_narrow);
