//! Ways to divide patients into clusters.

use super::density::{condensed, joins};
use super::lloyd::{self, Effort};
use super::mixture;
use crate::math::{Rng, squared_distance};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// How clusters are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ClusterKind {
    /// Round clusters of one size (k-means).
    #[default]
    Means,
    /// Normal distributions with covariances of their own, in the first principal components ([`mixture`]).
    Mixture,
    /// Dense places; patients between them are in none (HDBSCAN, [`super::density`]).
    Density,
}

impl ClusterKind {
    /// In the order of the control.
    pub const ALL: [ClusterKind; 3] = [ClusterKind::Means, ClusterKind::Mixture, ClusterKind::Density];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            ClusterKind::Means => "means",
            ClusterKind::Mixture => "mixture",
            ClusterKind::Density => "density",
        }
    }

    /// The kind of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        ClusterKind::ALL.into_iter().find(|k| k.id() == id)
    }

    /// The word on screen.
    pub fn title(self) -> &'static str {
        match self {
            ClusterKind::Means => "k-means",
            ClusterKind::Mixture => "Gaussian mixture",
            ClusterKind::Density => "HDBSCAN",
        }
    }

    /// Where points are divided: as they are, or in their principal components.
    pub(super) fn space(self, points: &Array2<f64>) -> Array2<f64> {
        match self {
            ClusterKind::Means | ClusterKind::Density => points.clone(),
            ClusterKind::Mixture => mixture::space(points),
        }
    }
}

/// How patients are divided, and into how many clusters; [`ClusterKind::Density`] finds the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// How.
    pub kind: ClusterKind,
    /// Clusters wanted.
    pub k: u32,
}

/// Share of the patients that the smallest cluster of [`ClusterKind::Density`] has, and their least number.
const LEAST: (f64, usize) = (0.05, 5);
/// Clusters of [`ClusterKind::Density`], at most: of more, the smallest is made larger until there are so few.
const MOST: usize = 6;
/// Points whose densities are compared, by what they are for; others go where the nearest of them is.
const COMPARED: [usize; 2] = [2_000, 500];

/// A division of points.
pub(super) struct Parts {
    /// Clusters.
    pub(super) k: usize,
    /// Cluster of each point; `k` for points in none.
    pub(super) labels: Vec<u32>,
}

impl Division {
    /// Divides points of [`ClusterKind::space`].
    pub(super) fn of(self, points: ArrayView2<'_, f64>, effort: Effort, seed: u64) -> Parts {
        match self.kind {
            ClusterKind::Means => {
                let found = lloyd::partition(points, self.k as usize, effort, seed);
                Parts { k: found.centres.nrows(), labels: found.labels }
            }
            ClusterKind::Mixture => match mixture::fitted(points, self.k as usize, effort, seed) {
                Some(found) => compact(&found.labels),
                None => Parts { k: 1.min(points.nrows()), labels: vec![0; points.nrows()] },
            },
            ClusterKind::Density => {
                let most = COMPARED[usize::from(!matches!(effort, Effort::Shown))];
                if points.nrows() <= most {
                    return dense(points);
                }
                let sample = Rng::new(seed).sample(points.nrows(), most);
                let known = points.select(Axis(0), &sample);
                let found = dense(known.view());
                let nearest = |row: &[f64]| {
                    let distances =
                        known.rows().into_iter().map(|r| squared_distance(row, r.to_slice().unwrap_or(&[])));
                    let closer =
                        |best: (f64, usize), (i, d): (usize, f64)| if d < best.0 { (d, i) } else { best };
                    found.labels[distances.enumerate().fold((f64::INFINITY, 0), closer).1]
                };
                let labels = points.rows().into_iter().map(|row| nearest(&row.to_vec())).collect();
                Parts { k: found.k, labels }
            }
        }
    }
}

/// Labels without those that nobody has.
fn compact(labels: &[u32]) -> Parts {
    let mut used: Vec<u32> = labels.to_vec();
    used.sort_unstable();
    used.dedup();
    let place = |label: &u32| used.partition_point(|u| u < label) as u32;
    Parts { k: used.len(), labels: labels.iter().map(place).collect() }
}

fn dense(points: ArrayView2<'_, f64>) -> Parts {
    let n = points.nrows();
    let mut least = ((n as f64 * LEAST.0).ceil() as usize).max(LEAST.1);
    let tree = joins(points, least);
    loop {
        let found = condensed(&tree, n, least);
        let k = found.iter().flatten().max().map_or(0, |c| *c as usize + 1);
        if k <= MOST {
            return Parts { k, labels: found.into_iter().map(|c| c.unwrap_or(k as u32)).collect() };
        }
        least += least.div_ceil(2);
    }
}
