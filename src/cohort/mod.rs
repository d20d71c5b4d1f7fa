//! Sets of patients: embedding of their attributions, clusters, what sets a cluster apart.
//!
//! Attributions of one output share one unit, so nothing here is scaled: a biomarker counts for as much as it moves
//! the prediction. Every function looks at what the patients' attributions are and not at the order in which the
//! table lists them: a sorted table gives the same points, the same clusters, the same numbers, bit for bit.
//! Matrices are row-major `[row][feature]` and finite.

pub mod agreement;
mod cloud;
pub mod cluster;
pub mod consensus;
pub mod density;
pub mod division;
pub mod embed;
pub mod hierarchy;
pub mod likeness;
mod lloyd;
pub mod metric;
pub mod mixture;
pub mod nonlinear;
pub mod profile;
pub mod reality;
pub mod rule;
mod silhouette;
pub mod stability;

use self::division::ClusterKind;
use crate::evaluate::Interval;
use serde::{Deserialize, Serialize};

/// A plane in which near patients are explained alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// One point per patient, attribution units.
    pub points: Vec<[f64; 2]>,
    /// Share of the variance along each shown axis, 0..1.
    pub share: [f64; 2],
    /// Features with the largest absolute loading on each axis, largest first, at most 3.
    pub leading: [Vec<u32>; 2],
    /// Loadings of those features on the axis of unit length, −1..1.
    #[serde(default)]
    pub loadings: [Vec<f64>; 2],
}

/// A partition of patients, clusters ordered by mean margin (lowest first).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// How they were found.
    #[serde(default)]
    pub kind: ClusterKind,
    /// Number of clusters: what was asked for, or the number of different patients if that is smaller.
    pub k: usize,
    /// Patients in no cluster.
    #[serde(default)]
    pub n_out: usize,
    /// Cluster per patient, 0..k; `k` for patients in none.
    pub labels: Vec<u32>,
    /// Silhouette width per patient, −1..1; NaN where it was not computed. Empty if k < 2.
    pub silhouette: Vec<f64>,
    /// Mean silhouette for k = 2, 3, … (index 0 is k = 2).
    pub silhouette_by_k: Vec<f64>,
    /// Patients that the silhouettes were computed on (all, or a seeded sample).
    pub silhouette_n: usize,
    /// Bootstrap Jaccard similarity per cluster, 0..1; empty until [`stability::jaccard`] was asked.
    #[serde(default)]
    pub stability: Vec<Interval>,
}

impl Clusters {
    /// Sets of patients: the clusters, and the patients in none if there are any.
    pub fn n_sets(&self) -> usize {
        self.k + usize::from(self.n_out > 0)
    }

    /// The label of the patients in no cluster, if there are any.
    pub fn out(&self) -> Option<u32> {
        (self.n_out > 0).then_some(self.k as u32)
    }
}
