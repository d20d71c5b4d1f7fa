//! Prediction from a validated ensemble: margins by walking the trees, predictions by the objective's link.
//!
//! A walk waits for memory at every node, so several rows walk down a tree side by side, or a single row down several
//! trees. Each row's margin is still the sum over the trees in their order, whatever rows are beside it.

use super::tree::{NO_THRESHOLD, Tree, ZERO};
use super::{Cast, Ensemble, Link};
use crate::math;

/// Walks side by side.
const ABREAST: usize = 8;

impl Cast {
    /// The value as the trees compare it.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Cast::F32 => f64::from(value as f32),
            Cast::None => value,
        }
    }
}

impl Tree {
    /// Pre-order numbers of the leaves that rows end in.
    #[allow(
        clippy::needless_range_loop,
        reason = "iterators over two arrays stay calls where code is kept small"
    )]
    fn leaves<const N: usize>(&self, rows: [&[f64]; N], cast: impl Fn(f64) -> f64) -> [usize; N] {
        let mut at = [0; N];
        if self.n_nodes() == 1 {
            return at;
        }
        let plain = self.sets.is_empty() && self.zero_missing.is_empty();
        loop {
            let mut moved = 0;
            for k in 0..N {
                let i = at[k];
                let hop = &self.hops[i];
                let value = cast(rows[k][hop.feature as usize]);
                let mut left = (value < hop.threshold) | (value.is_nan() & hop.default_left());
                let right = hop.right();
                if !plain && right != i && !value.is_nan() {
                    left = self.goes_left(i, value, left);
                }
                let next = if left { i + 1 } else { right };
                moved |= next ^ i;
                at[k] = next;
            }
            if moved == 0 {
                return at;
            }
        }
    }

    /// The next node of a walk; the same one at a leaf.
    fn next(&self, i: usize, row: &[f64], cast: Cast) -> usize {
        let hop = &self.hops[i];
        let value = cast.apply(row[hop.feature as usize]);
        let mut left = (value < hop.threshold) | (value.is_nan() & hop.default_left());
        let right = hop.right();
        let plain = self.sets.is_empty() && self.zero_missing.is_empty();
        if !plain && right != i && !value.is_nan() {
            left = self.goes_left(i, value, left);
        }
        if left { i + 1 } else { right }
    }

    /// Where a present value goes in a tree whose splits are not all plain comparisons, given what a comparison says.
    fn goes_left(&self, i: usize, value: f64, below: bool) -> bool {
        if self.hops[i].threshold == NO_THRESHOLD {
            !self.sets[self.entry[i] as usize].contains(value)
        } else if value.abs() <= ZERO && self.zero_missing.get(i) == Some(&true) {
            self.hops[i].default_left()
        } else {
            below
        }
    }

    /// Adds this tree's weighted leaf of each row to the outputs it feeds, `[row][output]`.
    fn add_margins<const N: usize>(&self, rows: [&[f64]; N], cast: Cast, out: &mut [f64], n_outputs: usize) {
        let leaves = match cast {
            Cast::F32 => self.leaves(rows, |value| f64::from(value as f32)),
            Cast::None => self.leaves(rows, |value| value),
        };
        for (leaf, out) in leaves.into_iter().zip(out.chunks_exact_mut(n_outputs)) {
            self.add_leaf(leaf, out);
        }
    }

    /// Adds a weighted leaf to the outputs that this tree feeds.
    fn add_leaf(&self, leaf: usize, out: &mut [f64]) {
        let first = self.entry[leaf] as usize;
        match self.output {
            Some(k) => out[k.index()] += self.weight * self.values[first],
            None => {
                for (sum, value) in out.iter_mut().zip(&self.values[first..first + self.width]) {
                    *sum += self.weight * value;
                }
            }
        }
    }
}

/// Pre-order numbers of the leaves that a row ends in, one per tree.
fn leaves_of_one<const N: usize>(trees: &[Tree; N], row: &[f64], cast: Cast) -> [usize; N] {
    let mut at = [0; N];
    loop {
        let mut moved = 0;
        for (tree, at) in trees.iter().zip(&mut at) {
            // A tree of one leaf asks for no feature.
            if tree.n_nodes() > 1 {
                let next = tree.next(*at, row, cast);
                moved |= next ^ *at;
                *at = next;
            }
        }
        if moved == 0 {
            return at;
        }
    }
}

impl Ensemble {
    /// Margin of one row (`[feature]`, NaN = missing) into `out` (`[output]`): f64 sums in tree order.
    ///
    /// # Panics
    /// If a slice is shorter than the model's features or outputs.
    pub fn margin(&self, row: &[f64], out: &mut [f64]) {
        self.margin_of(&row[..self.n_features()], out);
    }

    /// Margins of rows laid out `[row][feature]`, as `[row][output]`.
    pub fn margins(&self, rows: &[f64]) -> Vec<f64> {
        let (n_features, n_outputs) = (self.n_features(), self.n_outputs());
        let mut out = vec![0.0; rows.len() / n_features.max(1) * n_outputs];
        let rows: Vec<&[f64]> = rows.chunks_exact(n_features.max(1)).collect();
        let (blocks, rest) = rows.as_chunks::<ABREAST>();
        let (out_blocks, out_rest) = out.split_at_mut(blocks.len() * ABREAST * n_outputs);
        for (&rows, out) in blocks.iter().zip(out_blocks.chunks_exact_mut(ABREAST * n_outputs)) {
            self.margins_of(rows, out);
        }
        for (&row, out) in rest.iter().zip(out_rest.chunks_exact_mut(n_outputs)) {
            self.margin_of(row, out);
        }
        out
    }

    /// Predictions of margins laid out `[row][output]`, in the same layout.
    pub fn predictions(&self, margins: &[f64]) -> Vec<f64> {
        let mut out = margins.to_vec();
        for row in out.chunks_exact_mut(self.n_outputs()) {
            self.objective.scale.link.apply(row);
        }
        out
    }

    fn margin_of(&self, row: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.base_margin);
        let (blocks, rest) = self.trees.as_chunks::<ABREAST>();
        for trees in blocks {
            for (tree, leaf) in trees.iter().zip(leaves_of_one(trees, row, self.cast)) {
                tree.add_leaf(leaf, out);
            }
        }
        for tree in rest {
            tree.add_margins([row], self.cast, out, self.n_outputs());
        }
    }

    fn margins_of<const N: usize>(&self, rows: [&[f64]; N], out: &mut [f64]) {
        let n_outputs = self.n_outputs();
        for out in out.chunks_exact_mut(n_outputs) {
            out.copy_from_slice(&self.base_margin);
        }
        for tree in self.trees.iter() {
            tree.add_margins(rows, self.cast, out, n_outputs);
        }
    }
}

impl Link {
    /// Turns the margins of one row into predictions, in place.
    pub fn apply(self, row: &mut [f64]) {
        let each: fn(f64) -> f64 = match self {
            Link::Identity => return,
            Link::Softmax => return softmax(row),
            Link::Logistic => math::sigmoid,
            Link::LogisticOfTwice => |m| math::sigmoid(2.0 * m),
            Link::Exp => math::exp,
            Link::Step => |m| if m > 0.0 { 1.0 } else { 0.0 },
            Link::SignedSquare => |m| m * m.abs(),
            Link::Softplus => |m| m.max(0.0) + math::ln_1p(math::exp(-m.abs())),
        };
        for m in row {
            *m = each(*m);
        }
    }
}

/// e^m / Σ e^m, shifted by the largest margin so that nothing overflows.
fn softmax(row: &mut [f64]) {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for m in row.iter_mut() {
        *m = math::exp(*m - top);
    }
    let sum: f64 = row.iter().sum();
    for m in row {
        *m /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_do_not_overflow() {
        let mut row = [1000.0, 1000.0 - math::ln(2.0)];
        Link::Softmax.apply(&mut row);
        assert!((row[0] - 2.0 / 3.0).abs() < 1e-12 && (row[1] - 1.0 / 3.0).abs() < 1e-12, "{row:?}");
        let mut row = [-800.0, 0.0, 800.0];
        Link::Logistic.apply(&mut row);
        assert_eq!(row, [0.0, 0.5, 1.0]);
        let mut row = [-1.0, 0.0, 1.0];
        Link::Step.apply(&mut row);
        assert_eq!(row, [0.0, 0.0, 1.0]);
    }
}
