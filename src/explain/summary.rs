//! What is read off a block of SHAP values: importance with intervals, direction, ranks, who is explained alike.
//!
//! Intervals cover the choice of patients only. They say nothing of how the model would change if it were fitted
//! again.

mod groups;
mod neighbours;
mod partners;
mod stream;

pub use groups::group_sums;
pub use neighbours::{Neighbour, nearest};
pub use partners::{Partner, approximate_partners};
pub use stream::{FeatureStream, Mass, PLACES, Stream, Values};

use crate::math::{self, Rng};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis};

/// Global importance of one feature over a cohort.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Importance {
    /// Feature index in the model.
    pub feature: u32,
    /// Mean |φ| over the cohort, margin units.
    pub mean_abs: f64,
    /// 95 % percentile bootstrap interval over patients.
    pub interval: [f64; 2],
    /// Rank by `mean_abs`, 1-based; ties in model order.
    pub rank: u32,
    /// 95 % interval of the rank over the same resamples.
    pub rank_interval: [u32; 2],
    /// Share of the sum of all mean |φ|, 0..1.
    pub share: f64,
    /// Spearman correlation of value and φ; None for categorical features or where one side is constant.
    pub direction: Option<f64>,
    /// Missing values in the cohort.
    pub n_missing: u32,
    /// Smallest and largest φ.
    pub range: [f64; 2],
}

/// Importance of every feature, in model order. Number of features = length of `categorical`.
///
/// `phi` and `values` are row-major `[row][feature]`; `categorical[f]` switches direction off. The same patients are
/// drawn for every feature, so ranks compare like with like. Without resamples or patients the intervals are the
/// estimates. Cost: rows × features that are ever used × `n_resamples`; see [`resamples_within_a_second`].
pub fn importance(
    phi: &[f64],
    values: &[f64],
    categorical: &[bool],
    n_resamples: usize,
    seed: u64,
) -> Vec<Importance> {
    let n_features = categorical.len();
    let Some((phi, values)) = matrix(phi, n_features).zip(matrix(values, n_features)) else {
        return Vec::new();
    };
    let means: Vec<f64> = phi.columns().into_iter().map(mean_abs).collect();
    let rank = ranks_descending(&means);
    let total: f64 = means.iter().sum();
    let mut out: Vec<Importance> = (0..n_features)
        .map(|f| {
            let (x, y) = (values.column(f).to_vec(), phi.column(f).to_vec());
            Importance {
                feature: f as u32,
                mean_abs: means[f],
                interval: [means[f]; 2],
                rank: rank[f],
                rank_interval: [rank[f]; 2],
                share: if total > 0.0 { means[f] / total } else { 0.0 },
                direction: if categorical[f] { None } else { math::spearman(&x, &y) },
                n_missing: x.iter().filter(|v| v.is_nan()).count() as u32,
                range: range(&y),
            }
        })
        .collect();
    // Features that no tree uses have φ = 0 in every resample; with thousands of features most are like that.
    let used: Vec<usize> = (0..n_features).filter(|&f| means[f] > 0.0).collect();
    if n_resamples > 0 {
        // Rows must lie in one piece each, or the sums below cannot be vectorised.
        let rows = phi.select(Axis(1), &used).mapv_into(f64::abs).as_standard_layout().into_owned();
        let mut replicates = Replicates::new(&rows, n_resamples, seed);
        for (i, &f) in used.iter().enumerate() {
            out[f].interval = middle(replicates.means.row_mut(i));
            out[f].rank_interval = middle_ranks(replicates.ranks.row_mut(i));
        }
    }
    out
}

/// A number of resamples, 200 to 2,000, that keeps [`importance`] near one second on one core.
pub fn resamples_within_a_second(n_rows: usize, n_features: usize) -> usize {
    (1_000_000_000 / (n_rows * n_features).max(1)).clamp(200, 2_000)
}

/// A mean and its 95 % interval; NaN without values.
pub type Mean = [f64; 3];

/// The mean of each column in each set of rows, `[set][column]`, with percentile bootstrap intervals over the rows; of
/// two sets also second less first, the sets resampled independently. Sets have one number of columns.
pub fn compare_means(sets: &[Array2<f64>], n_resamples: usize, seed: u64) -> (Vec<Vec<Mean>>, Vec<Mean>) {
    let estimates: Vec<Vec<f64>> = sets
        .iter()
        .map(|rows| rows.columns().into_iter().map(|c| c.sum() / c.len() as f64).collect())
        .collect();
    let replicates: Vec<Array2<f64>> = (sets.iter().zip(seed..))
        .map(|(rows, seed)| match rows.nrows() {
            0 => Array2::from_elem((rows.ncols(), n_resamples), f64::NAN),
            _ => Replicates::new(rows, n_resamples, seed).means,
        })
        .collect();
    let with_interval = |estimate: f64, replicates: ArrayView1<'_, f64>| {
        let [low, high] =
            if estimate.is_nan() { [estimate; 2] } else { middle(replicates.to_owned().view_mut()) };
        [estimate, low, high]
    };
    let of_set = |(means, replicates): (&Vec<f64>, &Array2<f64>)| {
        means.iter().zip(replicates.rows()).map(|(mean, r)| with_interval(*mean, r)).collect()
    };
    let differences = match (estimates.as_slice(), replicates.as_slice()) {
        ([a, b], [ra, rb]) => {
            let both = rb - ra;
            a.iter().zip(b).zip(both.rows()).map(|((a, b), r)| with_interval(b - a, r)).collect()
        }
        _ => Vec::new(),
    };
    (estimates.iter().zip(&replicates).map(of_set).collect(), differences)
}

/// A row-major slice as `[row][feature]`; None without features or if the length does not fit.
fn matrix(data: &[f64], n_features: usize) -> Option<ArrayView2<'_, f64>> {
    let n_rows = data.len().checked_div(n_features)?;
    ArrayView2::from_shape((n_rows, n_features), data).ok()
}

fn mean_abs(column: ArrayView1<'_, f64>) -> f64 {
    column.iter().map(|v| v.abs()).sum::<f64>() / column.len().max(1) as f64
}

fn range(x: &[f64]) -> [f64; 2] {
    match x {
        [] => [0.0; 2],
        _ => x.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &v| [low.min(v), high.max(v)]),
    }
}

/// What each resample of the patients says, `[column][resample]`.
struct Replicates {
    means: Array2<f64>,
    ranks: Array2<u32>,
}

impl Replicates {
    /// Resamples are taken eight at a time, so that each patient's row is read once for all eight.
    fn new(rows: &Array2<f64>, n_resamples: usize, seed: u64) -> Self {
        const BLOCK: usize = 8;
        let (n, n_columns) = rows.dim();
        let mut rng = Rng::new(seed);
        let mut counts = vec![vec![0; n]; BLOCK];
        let mut sums = Array2::zeros((BLOCK, n_columns));
        let (mut means, mut ranks) =
            (Array2::zeros((n_columns, n_resamples)), Array2::zeros((n_columns, n_resamples)));
        let blocks =
            means.axis_chunks_iter_mut(Axis(1), BLOCK).zip(ranks.axis_chunks_iter_mut(Axis(1), BLOCK));
        for (mut means, mut ranks) in blocks {
            counts.iter_mut().for_each(|c| rng.resample(c));
            sums.fill(0.0);
            for (i, row) in rows.rows().into_iter().enumerate() {
                for (mut sum, drawn) in sums.rows_mut().into_iter().zip(&counts) {
                    if drawn[i] > 0 {
                        sum.scaled_add(f64::from(drawn[i]), &row);
                    }
                }
            }
            for (r, sum) in sums.rows().into_iter().enumerate().take(means.ncols()) {
                let mean = &sum / n as f64;
                ranks.column_mut(r).assign(&Array1::from(ranks_descending(&mean.to_vec())));
                means.column_mut(r).assign(&mean);
            }
        }
        Replicates { means, ranks }
    }
}

/// 1 for the largest; ties in order of position.
fn ranks_descending(x: &[f64]) -> Vec<u32> {
    let mut order: Vec<(f64, usize)> = x.iter().enumerate().map(|(i, v)| (-v, i)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0; x.len()];
    for (position, (_, i)) in order.into_iter().enumerate() {
        ranks[i] = position as u32 + 1;
    }
    ranks
}

/// 95 % of the entries, which it sorts.
fn middle(mut x: ArrayViewMut1<'_, f64>) -> [f64; 2] {
    let x = x.as_slice_mut().unwrap_or_default();
    crate::math::sort(x);
    [math::quantile_sorted(x, 0.025), math::quantile_sorted(x, 0.975)]
}

/// Like [`middle`], rounded outwards to ranks that occurred.
fn middle_ranks(mut x: ArrayViewMut1<'_, u32>) -> [u32; 2] {
    let x = x.as_slice_mut().unwrap_or_default();
    x.sort_unstable();
    let last = x.len().saturating_sub(1) as f64;
    [x[(0.025 * last).floor() as usize], x[(0.975 * last).ceil() as usize]]
}

#[cfg(test)]
mod tests;
