//! What sets a cluster apart: mean attribution and typical value per biomarker.

use crate::evaluate::{Interval, wilson};
use crate::math::Order as _;
use crate::math::{mean, median};

/// What sets the clusters apart.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// One per cluster.
    pub groups: Vec<Group>,
    /// One per feature, those that separate the clusters most first.
    pub features: Vec<FeatureProfile>,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// Patients.
    pub n: usize,
    /// Patients whose outcome is known.
    pub n_known: usize,
    /// Patients known to have had the event.
    pub n_events: usize,
    /// Share of events among the known with Wilson's interval; None if no outcome is known.
    pub event_rate: Option<Interval>,
}

/// One feature across clusters.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FeatureProfile {
    /// Feature index in the model.
    pub feature: u32,
    /// Standard deviation of the cluster means of φ, clusters weighted by size; margin units.
    pub spread: f64,
    /// Share of all between-cluster variance that is this feature's, 0..1. One feature near 1 means that the
    /// clusters are little more than its bins.
    pub share: f64,
    /// η²: share of this feature's φ variance that lies between clusters, 0..1; 0 where φ does not vary.
    pub eta_squared: f64,
    /// One per cluster.
    pub cells: Vec<Cell>,
}

/// One feature in one cluster.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cell {
    /// Mean φ, margin units; 0 for an empty cluster.
    pub mean_phi: f64,
    /// What is typical of the values; None if all are missing.
    pub typical: Option<Typical>,
    /// Missing values.
    pub n_missing: u32,
}

/// A typical value.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Typical {
    /// Median of a numeric feature.
    Median(f64),
    /// The level that is most over-represented against all patients.
    Level {
        /// Level code.
        code: u32,
        /// Its share of the cluster's known values, 0..1.
        share: f64,
        /// Its share of all known values, 0..1.
        overall: f64,
    },
}

/// Profiles `k` clusters. Features are ordered by spread rather than η², which says how cleanly a feature separates
/// but not whether it moves the prediction at all.
///
/// `phi` and `values` are row-major `[row][feature]` (NaN = missing value, categorical values are level codes),
/// number of features = length of `categorical`; `labels` and `event` have one entry per row.
pub fn profile(
    phi: &[f64],
    values: &[f64],
    categorical: &[bool],
    labels: &[u32],
    k: usize,
    event: Option<&[Option<bool>]>,
) -> Profile {
    let members: Vec<Vec<usize>> =
        (0..k).map(|c| (0..labels.len()).filter(|&r| labels[r] as usize == c).collect()).collect();
    let groups = members.iter().map(|rows| group(rows, event)).collect();
    let n_features = categorical.len();
    let mut between_all = 0.0;
    let mut features: Vec<FeatureProfile> = (0..n_features)
        .map(|f| {
            let column = |data: &[f64], rows: &[usize]| -> Vec<f64> {
                rows.iter().map(|&r| data[r * n_features + f]).collect()
            };
            let all: Vec<usize> = (0..labels.len()).collect();
            let (all_phi, all_values) = (column(phi, &all), column(values, &all));
            let cells: Vec<Cell> = members
                .iter()
                .map(|rows| {
                    let (phi, values) = (column(phi, rows), column(values, rows));
                    Cell {
                        mean_phi: if rows.is_empty() { 0.0 } else { mean(&phi) },
                        typical: typical(&values, &all_values, categorical[f]),
                        n_missing: values.iter().filter(|v| v.is_nan()).count() as u32,
                    }
                })
                .collect();
            let grand = if all.is_empty() { 0.0 } else { mean(&all_phi) };
            let total: f64 = all_phi.iter().map(|v| (v - grand) * (v - grand)).sum();
            let between: f64 = cells
                .iter()
                .zip(&members)
                .map(|(c, rows)| rows.len() as f64 * (c.mean_phi - grand) * (c.mean_phi - grand))
                .sum();
            between_all += between;
            FeatureProfile {
                feature: f as u32,
                spread: (between / labels.len().max(1) as f64).sqrt(),
                share: between,
                eta_squared: if total > 0.0 { (between / total).min(1.0) } else { 0.0 },
                cells,
            }
        })
        .collect();
    for feature in &mut features {
        feature.share = if between_all > 0.0 { feature.share / between_all } else { 0.0 };
    }
    features.order_by(|a, b| b.spread.total_cmp(&a.spread));
    Profile { groups, features }
}

fn group(rows: &[usize], event: Option<&[Option<bool>]>) -> Group {
    let known: Vec<bool> = event.map_or(Vec::new(), |e| rows.iter().filter_map(|&r| e[r]).collect());
    let n_events = known.iter().filter(|e| **e).count();
    Group {
        n: rows.len(),
        n_known: known.len(),
        n_events,
        event_rate: wilson(n_events as u64, known.len() as u64),
    }
}

fn typical(values: &[f64], all: &[f64], categorical: bool) -> Option<Typical> {
    if !categorical {
        return median(values).map(Typical::Median);
    }
    let [here, everywhere] = [values, all].map(level_shares);
    let excess = |(code, share): &(u32, f64)| {
        let overall = everywhere.iter().find(|(c, _)| c == code).map_or(0.0, |(_, s)| *s);
        (share - overall, Typical::Level { code: *code, share: *share, overall })
    };
    let first_of_largest = |best: Option<(f64, Typical)>, next: (f64, Typical)| match best {
        Some((largest, _)) if largest >= next.0 => best,
        _ => Some(next),
    };
    here.iter().map(excess).fold(None, first_of_largest).map(|(_, typical)| typical)
}

/// Levels that occur, ascending by code, with their share of the known values.
fn level_shares(values: &[f64]) -> Vec<(u32, f64)> {
    let mut codes: Vec<u32> = values.iter().filter(|v| !v.is_nan()).map(|&v| v as u32).collect();
    codes.sort_unstable();
    let n = codes.len() as f64;
    codes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64 / n)).collect()
}

#[cfg(test)]
mod tests;
