//! The inputs as small whole numbers: where a value lies among the thresholds that a channel is compared with.
//!
//! `x < t` is decided by `code(x) ≤ index(t)`, with `code(x)` the number of the channel's thresholds that are not above
//! x. Missing values and level sets were turned into ±∞ by [`Channels`], so that this one comparison decides every
//! split. Eight rows are compared at a time.

use super::plan::Plan;
use crate::ensemble::{Ensemble, Node, Tree};
use crate::explain::flow::{Block, CATEGORICAL, Channels, ROWS as BLOCK};
use crate::explain::simd::Simd;
use wide::i16x8;

/// Rows in a part of a sheet.
pub(in crate::explain) const ROWS: usize = 64;
/// Vectors that make up a column of a part.
pub(super) const VECTORS: usize = ROWS / 8;

/// One small number per row of a part: a code, a mask, or a pattern of bits.
pub(in crate::explain) type Column = [i16x8; VECTORS];

/// Parts of a column that are taken at once, of 16 rows each.
pub(super) const QUARTERS: usize = ROWS / 16;

#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, column: &Column) -> [S::Bits; QUARTERS] {
    let (pairs, _) = column.as_chunks::<2>();
    std::array::from_fn(|q| simd.load_bits(&pairs[q]))
}

#[inline(always)]
pub(super) fn store<S: Simd>(simd: S, quarters: [S::Bits; QUARTERS], column: &mut Column) {
    let (pairs, _) = column.as_chunks_mut::<2>();
    pairs.iter_mut().zip(quarters).for_each(|(pair, bits)| *pair = simd.store_bits(bits));
}

/// A test: left iff the code of the channel is below `bound`.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Test {
    pub(super) channel: u32,
    bound: i16,
}

impl Test {
    /// All ones for the rows that go left.
    #[inline(always)]
    pub(super) fn left<S: Simd>(self, simd: S, codes: &Column) -> [S::Bits; QUARTERS] {
        let (codes, bound) = (load(simd, codes), simd.splat_bits(self.bound));
        codes.map(|codes| simd.above_bits(bound, codes))
    }
}

/// Channels with their thresholds.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Codes {
    channels: Channels,
    /// Of each numeric channel, ascending and distinct.
    thresholds: Vec<Vec<f64>>,
}

impl Codes {
    /// None if some channel has more thresholds than the codes can tell apart.
    pub(in crate::explain) fn new(model: &Ensemble, channels: Channels) -> Option<Self> {
        let mut thresholds = vec![Vec::new(); channels.n_numeric()];
        for tree in model.trees() {
            // Categorical splits have channels of their own, after the numeric ones.
            for (channel, threshold) in (0..tree.n_nodes()).filter_map(|i| channels.test(&tree.node(i), 0)) {
                if let Some(of_channel) = thresholds.get_mut(channel as usize) {
                    of_channel.push(threshold);
                }
            }
        }
        for of_channel in &mut thresholds {
            crate::math::sort(of_channel);
            of_channel.dedup();
        }
        let fits = thresholds.iter().all(|t| t.len() < i16::MAX as usize);
        fits.then_some(Codes { channels, thresholds })
    }

    pub(in crate::explain) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The test of an internal node. `nth` counts the categorical splits of the tree before it.
    pub(super) fn test(&self, node: &Node<'_>, nth: usize) -> Option<Test> {
        let (channel, threshold) = self.channels.test(node, nth)?;
        let of_channel = self.thresholds.get(channel as usize);
        let index = of_channel.map_or(0, |thresholds| thresholds.partition_point(|&t| t < threshold));
        Some(Test { channel, bound: index as i16 + 1 })
    }

    /// Rows laid out `[row][feature]` as a sheet, without the categorical channels.
    pub(in crate::explain) fn sheet(&self, rows: &[f64], n_features: usize) -> Sheet {
        let mut blocks = vec![Block::default(); self.channels.len()];
        let mut sheet = Sheet::new(self.channels.len(), rows.len() / n_features.max(1));
        for (b, rows) in rows.chunks((BLOCK * n_features).max(1)).enumerate() {
            self.channels.fill(rows, &mut blocks);
            for (c, thresholds) in self.thresholds.iter().enumerate() {
                sheet.set(c, b, &blocks[c], |x| thresholds.partition_point(|&t| t <= x) as i16);
            }
        }
        sheet
    }

    /// Writes the channels of a tree's categorical splits, given the sheet's rows.
    pub(in crate::explain) fn fill_categorical(
        &self,
        tree: &Tree,
        plan: &Plan,
        rows: &[f64],
        n_features: usize,
        sheet: &mut Sheet,
    ) {
        let nodes = &plan.categorical;
        if nodes.is_empty() {
            return;
        }
        let n_numeric = self.channels.n_numeric();
        let mut blocks = vec![Block::default(); self.channels.len()];
        for (b, rows) in rows.chunks(BLOCK * n_features).enumerate() {
            self.channels.fill_categorical(tree, nodes, rows, &mut blocks);
            for nth in 0..nodes.len() {
                sheet.set(n_numeric + nth, b, &blocks[n_numeric + nth], |x| i16::from(x >= CATEGORICAL));
            }
        }
    }
}

/// The codes of rows that tables are read for together, `[channel][part]`.
///
/// Long columns are read and written one after the other, which processors foresee, and a unit's table that was fetched
/// answers for many rows.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Sheet {
    codes: Vec<Column>,
    pub(in crate::explain) n_rows: usize,
    pub(in crate::explain) n_parts: usize,
}

impl Sheet {
    fn new(n_channels: usize, n_rows: usize) -> Self {
        let n_parts = n_rows.div_ceil(ROWS);
        Sheet { codes: vec![[i16x8::ZERO; VECTORS]; n_channels * n_parts], n_rows, n_parts }
    }

    /// Codes of a channel, one column per part.
    #[inline(always)]
    pub(super) fn channel(&self, channel: u32) -> &[Column] {
        &self.codes[channel as usize * self.n_parts..][..self.n_parts]
    }

    /// Codes of one block of rows in one channel.
    fn set(&mut self, channel: usize, block: usize, values: &Block, code: impl Fn(f64) -> i16) {
        let (part, vector) = (block / VECTORS, block % VECTORS);
        let codes = self.codes[channel * self.n_parts + part][vector].as_mut_array();
        for (r, c) in codes.iter_mut().enumerate() {
            *c = code(values.get(r));
        }
    }
}
