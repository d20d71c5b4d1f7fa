//! Gaussian mixtures by expectation and maximisation (Dempster, Laird & Rubin 1977), full covariances, as scikit-learn
//! has them, and Schwarz's criterion for their number.
//!
//! Written here because linfa-clustering 0.8 is bound to ndarray 0.16 and would bring a second ndarray into the page.

use super::embed::spectrum;
use super::lloyd::{self, Effort};
use crate::math::{exp, ln};
use ndarray::{Array2, ArrayView2};

/// Steps after which a fit is taken as it is.
const MAX_STEPS: usize = 2_000;
/// Principal components that mixtures are fitted in, at most: a covariance has the square of their number.
const MAX_DIMENSIONS: usize = 5;
/// Share of the variance that they hold, unless there are more than that.
const HELD: f64 = 0.9;
/// Variances are kept above this share of the mean variance.
const LEAST_VARIANCE: f64 = 1e-4;
/// ln 2π.
const LN_2_PI: f64 = 1.837_877_066_409_345_3;

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Share of each component, 0..1.
    pub weights: Vec<f64>,
    /// `[component][dimension]`.
    pub means: Vec<Vec<f64>>,
    /// Likeliest component of each row.
    pub labels: Vec<u32>,
    /// Log-likelihood of the rows, natural logarithm.
    pub log_likelihood: f64,
    /// Schwarz's criterion: −2 log-likelihood + parameters × ln rows. Lower is better.
    pub bic: f64,
}

/// Fits `k` components to the rows of a row-major matrix of `d` columns, from the parameters of a first partition
/// `start` (component per row). `least` is added to every variance; the fit ends where a step raises the mean
/// log-likelihood by less than `tolerance`. None without rows or components.
pub fn mixture(
    matrix: &[f64],
    d: usize,
    start: &[u32],
    k: usize,
    least: f64,
    tolerance: f64,
) -> Option<Mixture> {
    let n = start.len();
    if n == 0 || k == 0 || d == 0 || matrix.len() != n * d {
        return None;
    }
    let mut share = vec![0.0; n * k];
    for (i, &c) in start.iter().enumerate() {
        share[i * k + (c as usize).min(k - 1)] = 1.0;
    }
    let mut components = maximise(matrix, d, &share, k, least);
    let mut before = f64::NEG_INFINITY;
    let mut likelihood = expect(matrix, d, &components, &mut share);
    for _ in 0..MAX_STEPS {
        if (likelihood - before).abs() < tolerance * n as f64 {
            break;
        }
        components = maximise(matrix, d, &share, k, least);
        before = likelihood;
        likelihood = expect(matrix, d, &components, &mut share);
    }
    let likeliest = |row: &[f64]| {
        let better = |best: usize, c: usize| if row[c] > row[best] { c } else { best };
        (1..k).fold(0, better) as u32
    };
    let parameters = (k - 1 + k * d + k * d * (d + 1) / 2) as f64;
    Some(Mixture {
        labels: share.chunks_exact(k).map(likeliest).collect(),
        log_likelihood: likelihood,
        bic: parameters * ln(n as f64) - 2.0 * likelihood,
        weights: components.iter().map(|c| c.weight).collect(),
        means: components.into_iter().map(|c| c.mean).collect(),
    })
}

struct Component {
    weight: f64,
    mean: Vec<f64>,
    /// Cholesky's factor of the covariance, lower triangle, row by row.
    factor: Vec<f64>,
}

/// The components that fit best what share of each row they have.
fn maximise(matrix: &[f64], d: usize, share: &[f64], k: usize, least: f64) -> Vec<Component> {
    let n = matrix.len() / d;
    let of = |c: usize| {
        let weights = || (0..n).map(move |i| share[i * k + c]);
        // As scikit-learn: a component that has nobody stays finite.
        let size = weights().sum::<f64>() + 10.0 * f64::EPSILON;
        let mut mean = vec![0.0; d];
        for (w, row) in weights().zip(matrix.chunks_exact(d)) {
            mean.iter_mut().zip(row).for_each(|(m, x)| *m += w * x);
        }
        mean.iter_mut().for_each(|m| *m /= size);
        let mut covariance = vec![0.0; d * d];
        for (w, row) in weights().zip(matrix.chunks_exact(d)) {
            for a in 0..d {
                for b in 0..=a {
                    covariance[a * d + b] += w * (row[a] - mean[a]) * (row[b] - mean[b]);
                }
            }
        }
        covariance.iter_mut().for_each(|v| *v /= size);
        (0..d).for_each(|a| covariance[a * d + a] += least);
        Component { weight: size / n as f64, mean, factor: factor(covariance, d, least) }
    };
    let mut components: Vec<Component> = (0..k).map(of).collect();
    let total: f64 = components.iter().map(|c| c.weight).sum();
    components.iter_mut().for_each(|c| c.weight /= total);
    components
}

/// Cholesky's factor, in place; a pivot that rounding took below `least` is `least`.
fn factor(mut a: Vec<f64>, d: usize, least: f64) -> Vec<f64> {
    for i in 0..d {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|t| a[i * d + t] * a[j * d + t]).sum();
            let rest = a[i * d + j] - dot;
            a[i * d + j] =
                if i == j { rest.max(least).max(f64::MIN_POSITIVE).sqrt() } else { rest / a[j * d + j] };
        }
    }
    a
}

/// Writes the share that each component has in each row and gives the log-likelihood of all rows.
fn expect(matrix: &[f64], d: usize, components: &[Component], share: &mut [f64]) -> f64 {
    let k = components.len();
    let heads: Vec<f64> = components
        .iter()
        .map(|c| {
            let half_determinant: f64 = (0..d).map(|a| ln(c.factor[a * d + a])).sum();
            ln(c.weight) - half_determinant - LN_2_PI * d as f64 / 2.0
        })
        .collect();
    let mut solved = vec![0.0; d];
    let mut total = 0.0;
    for (row, share) in matrix.chunks_exact(d).zip(share.chunks_exact_mut(k)) {
        for ((component, head), out) in components.iter().zip(&heads).zip(share.iter_mut()) {
            let mut squared = 0.0;
            for a in 0..d {
                let known: f64 = (0..a).map(|b| component.factor[a * d + b] * solved[b]).sum();
                solved[a] = (row[a] - component.mean[a] - known) / component.factor[a * d + a];
                squared += solved[a] * solved[a];
            }
            *out = head - squared / 2.0;
        }
        let largest = share.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = share.iter().map(|v| exp(v - largest)).sum();
        let norm = largest + ln(sum);
        share.iter_mut().for_each(|v| *v = exp(*v - norm));
        total += norm;
    }
    total
}

/// Where mixtures are fitted: the first principal components, as many as hold nine tenths of the variance, five at most.
pub(super) fn space(points: &Array2<f64>) -> Array2<f64> {
    let found = spectrum(points, MAX_DIMENSIONS);
    let mut held = 0.0;
    let enough = found.shares.iter().position(|share| {
        held += share;
        held >= HELD
    });
    let d = enough.map_or(found.components.len(), |i| i + 1).min(found.components.len());
    Array2::from_shape_fn((points.nrows(), d), |(i, c)| found.components[c].scores[i])
}

/// The mixture of `k` components that starts from k-means, in [`space`]. None where nothing varies.
pub(super) fn fitted(scores: ArrayView2<'_, f64>, k: usize, effort: Effort, seed: u64) -> Option<Mixture> {
    let (n, d) = scores.dim();
    let scores = scores.as_standard_layout();
    let matrix = scores.as_slice()?;
    let variance = matrix.iter().map(|v| v * v).sum::<f64>() / (n * d).max(1) as f64;
    let start = lloyd::partition(scores.view(), k, effort, seed);
    let tolerance = if matches!(effort, Effort::Shown) { 1e-8 } else { 1e-5 };
    mixture(matrix, d, &start.labels, start.centres.nrows(), LEAST_VARIANCE * variance, tolerance)
}

/// Schwarz's criterion for mixtures of 1 to `most` components; empty where nothing varies.
pub fn bic_by_k(matrix: &[f64], n_features: usize, most: usize, seed: u64) -> Vec<f64> {
    let n = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = super::cloud::Cloud::new(matrix, n_features, 0..n);
    let scores = space(&cloud.points);
    let fits = (1..=most.min(n)).map_while(|k| fitted(scores.view(), k, Effort::Compared, seed));
    fits.map(|m| m.bic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    fn three(n: usize) -> Vec<f64> {
        let mut rng = Rng::new(5);
        (0..n).flat_map(|i| [f64::from((i % 3) as u32) * 6.0, 0.0].map(|c| c + rng.normal())).collect()
    }

    #[test]
    fn three_groups_are_told_apart_and_counted() {
        let bic = bic_by_k(&three(120), 2, 6, 0);
        let best = (0..6).min_by(|&a, &b| bic[a].total_cmp(&bic[b]));
        assert_eq!(best, Some(2), "{bic:?}");
    }

    #[test]
    fn one_component_is_the_normal_distribution() {
        let x = [1.0, 2.0, 4.0, 5.0];
        let found = mixture(&x, 1, &[0; 4], 1, 0.0, 1e-9).unwrap();
        // Mean 3, variance 2.5.
        let by_hand = -2.0 * (LN_2_PI + ln(2.5)) - (4.0 + 1.0 + 1.0 + 4.0) / 5.0;
        assert!((found.log_likelihood - by_hand).abs() < 1e-12);
        assert!((found.bic - (2.0 * ln(4.0) - 2.0 * by_hand)).abs() < 1e-12);
        assert!((found.means[0][0] - 3.0).abs() < 1e-12 && found.labels == [0; 4]);
    }

    #[test]
    fn nobody_and_nothing_that_varies() {
        assert_eq!(mixture(&[], 2, &[], 2, 1e-6, 1e-6), None);
        assert!(bic_by_k(&[1.0; 12], 3, 4, 0).is_empty());
        assert!(bic_by_k(&[], 3, 4, 0).is_empty());
    }
}
