//! What one column holds.

use crate::dataset::{Column, MISSING, Values};
use crate::math::quantile_sorted;
use serde::{Deserialize, Serialize};

/// Distinct numbers up to which a histogram has one bar per number.
const FEW_NUMBERS: usize = 10;

/// What the cells of a column are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Range {
    /// Nothing but missing cells.
    Empty,
    /// Numbers.
    Numbers {
        /// Smallest.
        min: f64,
        /// First quartile, median, third quartile.
        quartiles: [f64; 3],
        /// Largest.
        max: f64,
        /// True if every number is whole.
        whole: bool,
    },
    /// Texts.
    Levels {
        /// Cells per level, in the order of the column's levels.
        counts: Vec<u32>,
    },
}

/// The facts of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Cells in all.
    pub n_rows: usize,
    /// Missing cells.
    pub n_missing: usize,
    /// Distinct values; missing does not count.
    pub n_unique: usize,
    /// What they are.
    pub range: Range,
    /// Cells per bin, see [`histogram`].
    pub histogram: Vec<u32>,
}

impl Profile {
    /// True if every cell that is not missing says the same.
    pub fn is_constant(&self) -> bool {
        self.n_unique <= 1
    }
}

/// Looks at one column; `n_bins` as in [`histogram`].
pub fn profile(column: &Column, n_bins: usize) -> Profile {
    let n_rows = column.len();
    match &column.values {
        Values::Numbers(x) => {
            let mut sorted: Vec<f64> = x.iter().filter(|x| !x.is_nan()).map(|x| x + 0.0).collect();
            crate::math::sort(&mut sorted);
            let n_unique = sorted.chunk_by(|a, b| a == b).count();
            let range = match (sorted.first(), sorted.last()) {
                (Some(&min), Some(&max)) => Range::Numbers {
                    min,
                    quartiles: [0.25, 0.5, 0.75].map(|p| quantile_sorted(&sorted, p)),
                    max,
                    whole: sorted.iter().all(|x| *x == x.trunc()),
                },
                _ => Range::Empty,
            };
            let histogram = bins(&sorted, n_unique, n_bins);
            Profile { n_rows, n_missing: n_rows - sorted.len(), n_unique, range, histogram }
        }
        Values::Levels { codes, levels } => {
            let mut counts = vec![0u32; levels.len()];
            for &code in codes.iter().filter(|&&code| code != MISSING) {
                if let Some(count) = counts.get_mut(code as usize) {
                    *count += 1;
                }
            }
            let n_unique = counts.iter().filter(|&&n| n > 0).count();
            let present: usize = counts.iter().map(|&n| n as usize).sum();
            let histogram = if n_unique <= n_bins { counts.clone() } else { Vec::new() };
            let range = if n_unique == 0 { Range::Empty } else { Range::Levels { counts } };
            Profile { n_rows, n_missing: n_rows - present, n_unique, range, histogram }
        }
    }
}

/// Cells per bin. At most ten distinct numbers: one bin each, ascending. More: `n_bins` bins of equal width from the
/// smallest to the largest, each without its upper end but the last. Texts: one bin per level, and none at all if
/// there are more than `n_bins`.
pub fn histogram(column: &Column, n_bins: usize) -> Vec<u32> {
    profile(column, n_bins).histogram
}

fn bins(sorted: &[f64], n_unique: usize, n_bins: usize) -> Vec<u32> {
    if n_unique <= FEW_NUMBERS.min(n_bins) {
        return sorted.chunk_by(|a, b| a == b).map(|same| same.len() as u32).collect();
    }
    let mut counts = vec![0u32; n_bins];
    if let (Some(min), Some(max), Some(last)) = (sorted.first(), sorted.last(), n_bins.checked_sub(1)) {
        for x in sorted {
            // Halved, so that the width of the widest range is finite.
            let share = (x / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0);
            counts[((share * n_bins as f64) as usize).min(last)] += 1;
        }
    }
    counts
}
