//! Numbers of two widths, in vectors.
//!
//! A line of a table holds a row's numbers of a few columns side by side, the sums hold a column's numbers of many rows
//! side by side: as many lines as a vector has lanes are turned into as many columns, in registers.

use super::codes::ROWS;
use crate::explain::flow::Channels;
use crate::explain::simd::Simd;
use wide::{f32x4, f64x2};

/// f64 or f32.
pub(in crate::explain) trait Number: Copy + Default + bytemuck::Pod {
    type Vector: Copy + Default + bytemuck::Pod + Send + Sync;
    /// One number per row of a part.
    type Part: Copy + Default + std::fmt::Debug;
    const LANES: usize;

    fn of(value: f64) -> Self;

    /// Adds the lines that `line` knows for the patterns of each part: one vector, a number for each of `columns`, of which
    /// there are as many as lanes, all different.
    fn add<'l, S: Simd, M: Copy>(
        simd: S,
        line: impl Fn(M) -> &'l Self::Vector,
        columns: &[u32],
        patterns: &[[M; ROWS]],
        sums: &mut Sums<Self>,
    );
}

/// Numbers of one column in one part of a sheet.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(in crate::explain) struct Part<V, const N: usize>([V; N]);

impl<V: Default + Copy, const N: usize> Default for Part<V, N> {
    fn default() -> Self {
        Part([V::default(); N])
    }
}

/// φ of a sheet's rows, `[used feature][output][part]`.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Sums<N: Number> {
    n_parts: usize,
    /// After the columns asked for, those that take what lines are padded with.
    parts: Vec<N::Part>,
}

impl<N: Number> Sums<N> {
    pub(in crate::explain) fn new(n_columns: usize, n_parts: usize) -> Self {
        Sums { n_parts, parts: vec![N::Part::default(); (n_columns + N::LANES - 1) * n_parts] }
    }

    /// Bytes that a column takes per part.
    pub(in crate::explain) const BYTES: usize = size_of::<N::Part>();
}

impl Sums<f64> {
    /// Adds to the sum of one row.
    pub(in crate::explain) fn add(&mut self, row: usize, column: usize, value: f64) {
        let Part(vectors) = &mut self.parts[column * self.n_parts + row / ROWS];
        vectors[row % ROWS / 2].as_mut_array()[row % 2] += value;
    }

    /// Adds the sums of f32 and clears them.
    pub(in crate::explain) fn take(&mut self, other: &mut Sums<f32>) {
        for (Part(own), other) in self.parts.iter_mut().zip(&mut other.parts) {
            for (own, other) in own.as_chunks_mut::<2>().0.iter_mut().zip(&other.0) {
                let [a, b, c, d] = other.to_array().map(f64::from);
                own[0] += f64x2::new([a, b]);
                own[1] += f64x2::new([c, d]);
            }
            *other = Part::default();
        }
    }

    /// Adds all to φ laid out `[row][feature][output]`.
    pub(in crate::explain) fn add_to(
        &self,
        channels: &Channels,
        row_width: usize,
        n_outputs: usize,
        values: &mut [f64],
    ) {
        for (p, rows) in values.chunks_mut((ROWS * row_width).max(1)).enumerate() {
            let columns = self.parts.chunks_exact(self.n_parts * n_outputs);
            for (feature, columns) in channels.used().iter().zip(columns) {
                for (k, Part(vectors)) in columns.iter().skip(p).step_by(self.n_parts).enumerate() {
                    let to = rows.iter_mut().skip(feature.index() * n_outputs + k).step_by(row_width);
                    to.zip(bytemuck::cast_slice::<_, f64>(vectors)).for_each(|(to, sum)| *to += sum);
                }
            }
        }
    }
}

macro_rules! number {
    ($number:ty, $vector:ty, $lanes:literal, $columns:ident, $add:ident) => {
        impl Number for $number {
            type Vector = $vector;
            type Part = Part<$vector, { ROWS / $lanes }>;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $number
            }

            #[inline(always)]
            fn add<'l, S: Simd, M: Copy>(
                simd: S,
                line: impl Fn(M) -> &'l $vector,
                columns: &[u32],
                patterns: &[[M; ROWS]],
                sums: &mut Sums<Self>,
            ) {
                let n = sums.n_parts;
                let Some(columns) = columns.first_chunk::<$lanes>() else { return };
                let of_column = columns.map(|c| c as usize * n..(c as usize + 1) * n);
                let Ok(mut sums) = sums.parts.get_disjoint_mut(of_column) else { return };
                for (p, patterns) in patterns.iter().enumerate() {
                    let mut to = sums.each_mut().map(|sums| sums[p].0.as_chunks_mut::<2>().0);
                    // Two vectors of rows at a time.
                    for (g, of_rows) in patterns.as_chunks::<{ 2 * $lanes }>().0.iter().enumerate() {
                        for (to, rows) in to.iter_mut().zip(simd.$columns(of_rows.map(&line))) {
                            simd.$add(&mut to[g], rows);
                        }
                    }
                }
            }
        }
    };
}
number!(f64, f64x2, 2, exact_columns, add_exact);
number!(f32, f32x4, 4, narrow_columns, add_narrow);
