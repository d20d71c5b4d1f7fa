//! How often two patients share a cluster when others are left out (Monti et al. 2003).

use super::cloud::Cloud;
use super::division::Division;
use super::lloyd::Effort;
use crate::math::Rng;
use ndarray::Axis;
use serde::{Deserialize, Serialize};

/// Patients that are compared pair by pair; of more, a seeded sample.
const SAMPLE: usize = 500;
/// Share of the patients in each draw.
const KEPT: f64 = 0.8;
/// Consensus between these is ambiguous.
const AMBIGUOUS: [f64; 2] = [0.1, 0.9];

/// The consensus of many clusterings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consensus {
    /// Positions of the patients compared, ascending.
    pub rows: Vec<u32>,
    /// Row-major over `rows`: draws in which both share a cluster over draws in which both are; NaN if never.
    pub matrix: Vec<f64>,
}

impl Consensus {
    /// Share of patients' pairs that neither nearly always nor nearly never share a cluster, in (0.1, 0.9): 0 is
    /// unambiguous (Șenbabaoğlu et al. 2014). None without pairs.
    pub fn ambiguous(&self) -> Option<f64> {
        let n = self.rows.len();
        let pairs: Vec<f64> = (1..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| self.matrix[i * n + j])
            .filter(|v| !v.is_nan())
            .collect();
        let among = pairs.iter().filter(|v| AMBIGUOUS[0] < **v && **v < AMBIGUOUS[1]).count();
        (!pairs.is_empty()).then(|| among as f64 / pairs.len() as f64)
    }
}

/// Divides `n_draws` draws of 80 % of the patients. Patients in no cluster share none.
pub fn consensus(
    matrix: &[f64],
    n_features: usize,
    division: Division,
    n_draws: usize,
    seed: u64,
) -> Consensus {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = Cloud::new(matrix, n_features, 0..n_rows);
    let mut rng = Rng::new(seed);
    let chosen = rng.sample(n_rows, SAMPLE);
    let points = division.kind.space(&cloud.points).select(Axis(0), &chosen);
    let n = chosen.len();
    let (mut together, mut both) = (vec![0u32; n * n], vec![0u32; n * n]);
    for _ in 0..n_draws {
        let drawn = rng.sample(n, ((n as f64) * KEPT).round() as usize);
        let seed = u64::from(rng.next_u32());
        let found = division.of(points.select(Axis(0), &drawn).view(), Effort::Resampled, seed);
        let shared =
            |a: usize, b: usize| found.labels[a] == found.labels[b] && (found.labels[a] as usize) < found.k;
        for (a, &i) in drawn.iter().enumerate() {
            for (b, &j) in drawn.iter().enumerate() {
                both[i * n + j] += 1;
                together[i * n + j] += u32::from(shared(a, b));
            }
        }
    }
    // From the order of the points to that of the rows.
    let mut order: Vec<usize> = (0..n).collect();
    crate::math::Order::order_by_key(&mut order[..], |&i| cloud.origin[chosen[i]]);
    let share = |i: usize, j: usize| f64::from(together[i * n + j]) / f64::from(both[i * n + j]);
    Consensus {
        rows: order.iter().map(|&i| cloud.origin[chosen[i]] as u32).collect(),
        matrix: order.iter().flat_map(|&i| order.iter().map(move |&j| share(i, j))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::division::ClusterKind;

    #[test]
    fn clear_groups_are_unambiguous_and_slices_of_a_cloud_are_not() {
        let mut rng = Rng::new(2);
        let by_means = |k| Division { kind: ClusterKind::Means, k };
        let apart: Vec<f64> = (0..60).map(|i| f64::from(i % 2) * 20.0 + rng.uniform()).collect();
        let clear = consensus(&apart, 1, by_means(2), 50, 1);
        assert_eq!(clear.ambiguous(), Some(0.0));
        assert_eq!(clear.rows, (0..60).collect::<Vec<u32>>());
        assert_eq!((clear.matrix[1], clear.matrix[2], clear.matrix[0]), (0.0, 1.0, 1.0));
        let cloud: Vec<f64> = (0..120).map(|_| rng.normal()).collect();
        assert!(consensus(&cloud, 2, by_means(4), 50, 1).ambiguous().unwrap() > 0.1);
        assert_eq!(consensus(&[], 2, by_means(2), 5, 1).ambiguous(), None);
    }
}
