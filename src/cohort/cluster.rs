//! Clusters of attributions, with silhouettes.

use super::{
    Clusters,
    cloud::Cloud,
    division::{ClusterKind, Division},
    lloyd::Effort,
    silhouette,
};
use crate::ids::RowId;
use crate::math::Order as _;
use crate::math::{Rng, mean};
use ndarray::Axis;

/// Largest k that is compared.
const MAX_COMPARED: usize = 7;
/// Patients beyond which silhouettes are computed on a sample of this size: they cost n².
pub const SAMPLE: usize = 2_000;

/// Clusters the rows of a row-major `[row][feature]` matrix into `k` groups (k-means++, seeded, best of 20 starts,
/// of 100 where the matrix is small), ordered by mean `margin`, lowest first.
///
/// Up to [`SAMPLE`] patients every silhouette is exact; beyond, a seeded sample of that size stands for all, and
/// numbers of clusters other than `k` are compared on the sample alone.
pub fn kmeans(matrix: &[f64], n_features: usize, k: usize, margin: &[f64], seed: u64) -> Clusters {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    cluster(Cloud::new(matrix, n_features, 0..n_rows), by_means(k), margin, seed)
}

fn by_means(k: usize) -> Division {
    Division { kind: ClusterKind::Means, k: k as u32 }
}

/// [`kmeans`] by any division. Silhouettes are those of patients in clusters, and other numbers of clusters are compared
/// only where the number is a choice.
pub fn divided(matrix: &[f64], n_features: usize, division: Division, margin: &[f64], seed: u64) -> Clusters {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    cluster(Cloud::new(matrix, n_features, 0..n_rows), division, margin, seed)
}

/// [`kmeans`] of some of the rows; `labels[i]` belongs to `rows[i]`. `margin` has one entry per row of the matrix.
pub fn kmeans_of(
    matrix: &[f64],
    n_features: usize,
    rows: &[RowId],
    k: usize,
    margin: &[f64],
    seed: u64,
) -> Clusters {
    let margin: Vec<f64> = rows.iter().map(|r| margin[r.index()]).collect();
    cluster(Cloud::new(matrix, n_features, rows.iter().map(|r| r.index())), by_means(k), &margin, seed)
}

impl Clusters {
    /// The number of clusters with the largest mean silhouette. A proposal: the largest may still be small.
    pub fn best_k(&self) -> Option<usize> {
        let best = |best: Option<(usize, f64)>, (i, &s): (usize, &f64)| match best {
            Some((_, largest)) if largest >= s => best,
            _ => Some((i + 2, s)),
        };
        self.silhouette_by_k.iter().enumerate().fold(None, best).map(|(k, _)| k)
    }

    /// Mean silhouette over the patients it was computed on; per cluster if one is given. None without any.
    pub fn mean_silhouette(&self, cluster: Option<u32>) -> Option<f64> {
        let of_cluster =
            |(s, c): (&f64, &u32)| (!s.is_nan() && cluster.is_none_or(|want| want == *c)).then_some(*s);
        let mut widths: Vec<f64> = self.silhouette.iter().zip(&self.labels).filter_map(of_cluster).collect();
        // Sorted, so that the order of patients does not decide the last bit.
        crate::math::sort(&mut widths);
        (!widths.is_empty()).then(|| mean(&widths))
    }
}

fn cluster(cloud: Cloud, division: Division, margin: &[f64], seed: u64) -> Clusters {
    let points = cloud.points.view();
    let space = division.kind.space(&cloud.points);
    let found = division.of(space.view(), Effort::Shown, seed);
    let k = found.k;
    let by_point: Vec<f64> = cloud.origin.iter().map(|&row| margin[row]).collect();
    let labels = ordered_by_mean(&found.labels, k, &by_point);

    let mut sample = Rng::new(seed).sample(points.nrows(), SAMPLE);
    sample.retain(|&i| (labels[i] as usize) < k);
    let sampled = points.select(Axis(0), &sample);
    let space = space.select(Axis(0), &sample);
    let own: Vec<u32> = sample.iter().map(|&i| labels[i]).collect();
    let most = match division.kind {
        ClusterKind::Means | ClusterKind::Mixture => MAX_COMPARED.min(sample.len().saturating_sub(1)),
        ClusterKind::Density => 0,
    };
    // A silhouette needs at least one pair of patients that share a cluster.
    let compared: Vec<Vec<u32>> = (2..=most)
        .map(|other| {
            (other, Division { k: other as u32, ..division }.of(space.view(), Effort::Compared, seed))
        })
        .take_while(|(other, found)| found.k == *other)
        .map(|(other, found)| if other == k { own.clone() } else { found.labels })
        .collect();
    let mut labelings: Vec<&[u32]> = compared.iter().map(Vec::as_slice).collect();
    labelings.push(&own);
    let mut widths = silhouette::widths(sampled.view(), &labelings);
    let own_widths = widths.pop().unwrap_or_default();

    let mut silhouette = vec![f64::NAN; points.nrows()];
    sample.iter().zip(own_widths).for_each(|(&i, width)| silhouette[i] = width);
    Clusters {
        kind: division.kind,
        k,
        n_out: labels.iter().filter(|l| **l as usize == k).count(),
        labels: cloud.restore(&labels, 0),
        silhouette: if k < 2 { Vec::new() } else { cloud.restore(&silhouette, f64::NAN) },
        silhouette_by_k: widths.iter().map(|w| mean(w)).collect(),
        silhouette_n: if k < 2 { 0 } else { sample.len() },
        stability: Vec::new(),
    }
}

/// The same partition, numbered by the mean of `value` in each cluster, lowest first; label `k` stays.
fn ordered_by_mean(labels: &[u32], k: usize, value: &[f64]) -> Vec<u32> {
    let (mut sums, mut sizes) = (vec![0.0; k + 1], vec![0.0; k + 1]);
    for (&label, v) in labels.iter().zip(value) {
        sums[label as usize] += v;
        sizes[label as usize] += 1.0;
    }
    let mut order: Vec<usize> = (0..k).collect();
    order.order_by(|&a, &b| (sums[a] / sizes[a]).total_cmp(&(sums[b] / sizes[b])));
    let mut number = vec![k as u32; k + 1];
    order.iter().enumerate().for_each(|(n, &c)| number[c] = n as u32);
    labels.iter().map(|&c| number[c as usize]).collect()
}

#[cfg(test)]
mod tests;
