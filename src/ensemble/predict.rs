//! Prediction from a validated ensemble: margins by walking the trees, predictions by the objective's link.

use super::tree::{Test, Tree};
use super::{Cast, Ensemble, Link};
use crate::math;

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
    /// Pre-order number of the leaf that a cast row ends in.
    fn leaf(&self, row: &[f64]) -> usize {
        let mut i = 0;
        loop {
            let left = match &self.test[i] {
                Test::Leaf => return i,
                Test::Below(threshold) => {
                    let value = row[self.feature[i] as usize];
                    (value < *threshold) | (value.is_nan() & self.default_left[i])
                }
                Test::NotIn(set) => {
                    let value = row[self.feature[i] as usize];
                    if value.is_nan() { self.default_left[i] } else { !set.contains(value) }
                }
            };
            i = if left { i + 1 } else { self.right[i] as usize };
        }
    }

    /// Adds this tree's weighted leaf to the outputs it feeds.
    fn add_margin(&self, row: &[f64], out: &mut [f64]) {
        let first = self.right[self.leaf(row)] as usize;
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

impl Ensemble {
    /// Margin of one row (`[feature]`, NaN = missing) into `out` (`[output]`): f64 sums in tree order.
    ///
    /// # Panics
    /// If a slice is shorter than the model's features or outputs.
    pub fn margin(&self, row: &[f64], out: &mut [f64]) {
        let cast: Vec<f64> = row.iter().map(|&x| self.cast.apply(x)).collect();
        self.margin_of_cast(&cast, out);
    }

    /// Margins of rows laid out `[row][feature]`, as `[row][output]`.
    pub fn margins(&self, rows: &[f64]) -> Vec<f64> {
        let n_features = self.n_features().max(1);
        let mut out = vec![0.0; rows.len() / n_features * self.n_outputs()];
        let mut cast = vec![0.0; n_features];
        for (row, out) in rows.chunks_exact(n_features).zip(out.chunks_exact_mut(self.n_outputs())) {
            for (to, &from) in cast.iter_mut().zip(row) {
                *to = self.cast.apply(from);
            }
            self.margin_of_cast(&cast, out);
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

    fn margin_of_cast(&self, row: &[f64], out: &mut [f64]) {
        let out = &mut out[..self.n_outputs()];
        out.copy_from_slice(&self.base_margin);
        for tree in self.trees.iter() {
            tree.add_margin(row, out);
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
            Link::Exp => math::exp,
            Link::Step => |m| if m > 0.0 { 1.0 } else { 0.0 },
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
