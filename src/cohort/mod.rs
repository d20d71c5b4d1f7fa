//! Sets of patients: embedding of their attributions, clusters, what sets a cluster apart.

pub mod cluster;
pub mod embed;
pub mod profile;

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
}

/// A partition of patients, clusters ordered by mean margin (lowest first).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// Number of clusters.
    pub k: usize,
    /// Cluster per patient, 0..k.
    pub labels: Vec<u32>,
    /// Silhouette width per patient, −1..1; NaN where it was not computed. Empty if k < 2.
    pub silhouette: Vec<f64>,
    /// Mean silhouette for k = 2, 3, … (index 0 is k = 2).
    pub silhouette_by_k: Vec<f64>,
    /// Patients that the silhouettes were computed on (all, or a seeded sample).
    pub silhouette_n: usize,
}
