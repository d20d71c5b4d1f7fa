//! Are there clusters at all? "No evidence" is an answer.
//!
//! k-means cuts any cloud into parts. What its parts are worth shows next to clouds that have none: the same
//! attributions with every biomarker's values dealt to the patients anew, which keeps each biomarker as it is and breaks
//! what they do together, and one normal cloud with the same principal variances. Clusters are evident if they are
//! further apart than in nearly all clouds of both kinds.

use super::cloud::Cloud;
use super::lloyd::{self, Effort};
use super::silhouette;
use crate::math::{Rng, ln, mean};
use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Patients compared; of more, a seeded sample.
const SAMPLE: usize = 400;
/// Clouds of each kind, at most.
const N_CLOUDS: usize = 99;
/// Clouds at least as clustered after which more would not change the answer.
const ENOUGH: usize = 5;
/// Share of clouds from which on the clusters are no surprise.
const SURPRISING: f64 = 0.01;
/// Reference clouds of the gap statistic.
const N_REFERENCES: usize = 20;

/// What the comparison with clouds without clusters says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reality {
    /// The number of clusters with the largest mean silhouette among those asked for.
    pub k: usize,
    /// That silhouette, on the patients compared.
    pub silhouette: f64,
    /// Mean of the largest silhouettes of the dealt clouds.
    pub dealt: f64,
    /// Mean of the largest silhouettes of the normal clouds.
    pub normal: f64,
    /// Share of dealt clouds at least as clustered (sequential Monte Carlo, Besag & Clifford 1991).
    pub p_dealt: f64,
    /// Share of normal clouds at least as clustered.
    pub p_normal: f64,
    /// Patients compared.
    pub n: usize,
}

impl Reality {
    /// True if the clusters are further apart than in all but 1 % of the clouds of both kinds.
    pub fn evident(&self) -> bool {
        self.p_dealt.max(self.p_normal) <= SURPRISING
    }
}

/// Compares the best of `ks` clusters with those of clouds without any. None with fewer than three different patients or
/// where nothing varies. A single biomarker is its own dealt cloud: its bins are never evident.
pub fn reality(matrix: &[f64], n_features: usize, ks: RangeInclusive<usize>, seed: u64) -> Option<Reality> {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = Cloud::new(matrix, n_features, 0..n_rows);
    let mut rng = Rng::new(seed);
    let points = cloud.points.select(Axis(0), &rng.sample(n_rows, SAMPLE));
    let (k, seen) = best(&points, &ks, seed)?;
    let spreads = principal_spreads(&points)?;
    let mut against = |draw: &dyn Fn(&mut Rng) -> Array2<f64>| {
        let (mut at_least, mut values) = (0, Vec::new());
        while values.len() < N_CLOUDS && at_least < ENOUGH {
            let value = best(&draw(&mut rng), &ks, seed).map_or(0.0, |b| b.1);
            at_least += usize::from(value >= seen);
            values.push(value);
        }
        let p = if at_least == ENOUGH {
            at_least as f64 / values.len() as f64
        } else {
            (at_least + 1) as f64 / (values.len() + 1) as f64
        };
        (mean(&values), p)
    };
    let (dealt, p_dealt) = against(&|rng| deal(&points, rng));
    let (normal, p_normal) = against(&|rng| {
        Array2::from_shape_fn((points.nrows(), spreads.len()), |(_, c)| spreads[c] * rng.normal())
    });
    Some(Reality { k, silhouette: seen, dealt, normal, p_dealt, p_normal, n: points.nrows() })
}

/// The k with the largest mean silhouette.
fn best(points: &Array2<f64>, ks: &RangeInclusive<usize>, seed: u64) -> Option<(usize, f64)> {
    let labelings: Vec<(usize, Vec<u32>)> = ks
        .clone()
        .filter(|&k| k >= 2 && k < points.nrows())
        .map(|k| (k, lloyd::partition(points.view(), k, Effort::Resampled, seed)))
        .filter(|(k, found)| found.centres.nrows() == *k)
        .map(|(k, found)| (k, found.labels))
        .collect();
    let labels: Vec<&[u32]> = labelings.iter().map(|l| l.1.as_slice()).collect();
    let widths = silhouette::widths(points.view(), &labels);
    let larger = |best: Option<(usize, f64)>, (k, s): (usize, f64)| match best {
        Some((_, most)) if most >= s => best,
        _ => Some((k, s)),
    };
    labelings.iter().map(|l| l.0).zip(widths.iter().map(|w| mean(w))).fold(None, larger)
}

/// Every column's values in an order of its own.
fn deal(points: &Array2<f64>, rng: &mut Rng) -> Array2<f64> {
    let mut out = points.clone();
    for mut column in out.columns_mut() {
        for i in (1..column.len()).rev() {
            column.swap(i, rng.below(i as u32 + 1) as usize);
        }
    }
    out
}

/// Standard deviations along the principal axes, smaller side of the matrix.
fn principal_spreads(points: &Array2<f64>) -> Option<Vec<f64>> {
    let centred = points - &points.mean_axis(Axis(0))?;
    let rows = if centred.ncols() <= centred.nrows() {
        centred.t().as_standard_layout().into_owned()
    } else {
        centred
    };
    let n = rows.nrows();
    let gram = DMatrix::from_fn(n, n, |i, j| rows.row(i).dot(&rows.row(j)));
    let freedom = (points.nrows() as f64 - 1.0).max(1.0);
    let eigen = SymmetricEigen::try_new(gram, f64::EPSILON, 0)?.eigenvalues;
    Some(eigen.iter().map(|v| (v.max(0.0) / freedom).sqrt()).collect())
}

/// The gap statistic (Tibshirani, Walther & Hastie 2001).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Gap(k) for k = 1, 2, …: how much tighter than in uniform clouds, log scale.
    pub gap: Vec<f64>,
    /// Standard error of each.
    pub error: Vec<f64>,
}

impl Gap {
    /// The smallest k with Gap(k) ≥ Gap(k + 1) − s(k + 1); 1 = no clusters. None if the largest k is still not enough.
    pub fn k(&self) -> Option<usize> {
        (1..self.gap.len()).find(|&k| self.gap[k - 1] >= self.gap[k] - self.error[k])
    }
}

/// Gap statistics for 1..=`max_k` clusters against clouds that are uniform over the box of the principal axes. None
/// where nothing varies.
pub fn gap(matrix: &[f64], n_features: usize, max_k: usize, seed: u64) -> Option<Gap> {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = Cloud::new(matrix, n_features, 0..n_rows);
    let mut rng = Rng::new(seed);
    let points = cloud.points.select(Axis(0), &rng.sample(n_rows, SAMPLE));
    let centred = &points - &points.mean_axis(Axis(0))?;
    if points.nrows() < 3 || points.ncols() == 0 {
        return None;
    }
    let aligned = principal_scores(&centred)?;
    let ends: Vec<[f64; 2]> = aligned
        .columns()
        .into_iter()
        .map(|c| c.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |e, v| [e[0].min(*v), e[1].max(*v)]))
        .collect();
    let tightness = |points: &Array2<f64>| -> Vec<f64> {
        let inertia = |k| lloyd::partition(points.view(), k, Effort::Resampled, seed).inertia;
        (1..=max_k.min(points.nrows() - 1)).map(|k| ln(inertia(k).max(f64::MIN_POSITIVE))).collect()
    };
    let seen = tightness(&aligned);
    let references: Vec<Vec<f64>> = (0..N_REFERENCES)
        .map(|_| {
            let uniform = |rng: &mut Rng, e: [f64; 2]| e[0] + (e[1] - e[0]) * rng.uniform();
            let drawn = Array2::from_shape_fn(aligned.dim(), |(_, c)| uniform(&mut rng, ends[c]));
            tightness(&drawn)
        })
        .collect();
    let b = N_REFERENCES as f64;
    let (mut gaps, mut errors) = (Vec::new(), Vec::new());
    for (k, seen) in seen.iter().enumerate() {
        let of_k: Vec<f64> = references.iter().map(|r| r[k]).collect();
        let centre = mean(&of_k);
        let variance = of_k.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / b;
        gaps.push(centre - seen);
        errors.push((variance * (1.0 + 1.0 / b)).sqrt());
    }
    Some(Gap { gap: gaps, error: errors })
}

/// Coordinates along the principal axes of a centred matrix.
fn principal_scores(centred: &Array2<f64>) -> Option<Array2<f64>> {
    let n = centred.nrows();
    let columns = centred.t().as_standard_layout().into_owned();
    if centred.ncols() <= n {
        let f = centred.ncols();
        let gram = DMatrix::from_fn(f, f, |i, j| columns.row(i).dot(&columns.row(j)));
        let vectors = SymmetricEigen::try_new(gram, f64::EPSILON, 0)?.eigenvectors;
        let score = |(i, c): (usize, usize)| (0..f).map(|a| centred[[i, a]] * vectors[(a, c)]).sum();
        return Some(Array2::from_shape_fn((n, f), score));
    }
    let gram = DMatrix::from_fn(n, n, |i, j| centred.row(i).dot(&centred.row(j)));
    let eigen = SymmetricEigen::try_new(gram, f64::EPSILON, 0)?;
    let score = |(i, c): (usize, usize)| eigen.eigenvectors[(i, c)] * eigen.eigenvalues[c].max(0.0).sqrt();
    Some(Array2::from_shape_fn((n, n), score))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn planted(n: usize, seed: u64) -> Vec<f64> {
        let mut rng = Rng::new(seed);
        let corners = [[4.0, 0.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]];
        (0..n).flat_map(|i| corners[i % 3].map(|c| c + rng.normal())).collect()
    }

    fn isotropic(n: usize, seed: u64) -> Vec<f64> {
        let mut rng = Rng::new(seed);
        (0..4 * n).map(|_| rng.normal()).collect()
    }

    #[test]
    fn planted_clusters_are_evident() {
        let found = reality(&planted(120, 1), 4, 2..=6, 0).unwrap();
        assert!(found.evident() && found.k == 3, "{found:?}");
        assert_eq!(gap(&planted(120, 1), 4, 6, 0).unwrap().k(), Some(3));
    }

    #[test]
    fn a_round_cloud_has_no_clusters() {
        let evident =
            (0..10).filter(|&seed| reality(&isotropic(100, seed), 4, 2..=6, seed).unwrap().evident());
        assert_eq!(evident.count(), 0);
        assert_eq!(gap(&isotropic(100, 3), 4, 6, 0).unwrap().k(), Some(1));
    }

    #[test]
    fn bins_of_one_biomarker_are_not_evident_and_nobody_is_nothing() {
        let x: Vec<f64> = (0..60).map(|i| f64::from(i % 2) * 9.0 + f64::from(i) / 60.0).collect();
        assert!(!reality(&x, 1, 2..=4, 0).unwrap().evident());
        assert_eq!(reality(&[], 3, 2..=4, 0), None);
        assert_eq!(reality(&[1.0; 12], 3, 2..=4, 0), None);
        assert_eq!((gap(&[1.0; 12], 3, 4, 0), gap(&[], 3, 4, 0)), (None, None));
    }
}
