//! Exact nearest neighbours, some rows at a time.

use crate::cohort::metric::Metric;
use crate::math::{Order as _, correlation, squared_distance};

/// The `k` nearest of every point, nearest first; of equals the earlier row.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Nearest {
    /// Neighbours per point: k, or one less than there are points.
    pub k: usize,
    /// Row-major `[point][neighbour]`.
    pub index: Vec<u32>,
    /// Distances, as `index`.
    pub distance: Vec<f64>,
}

impl Nearest {
    /// All at once.
    pub fn of(matrix: &[f64], n_features: usize, k: usize, metric: Metric) -> Nearest {
        let mut search = NearestSearch::new(matrix, n_features, k, metric);
        while search.advance(usize::MAX) {}
        search.found
    }
}

/// A search under way.
pub struct NearestSearch<M> {
    matrix: M,
    n_features: usize,
    metric: Metric,
    n: usize,
    next: usize,
    /// What was found; complete once [`NearestSearch::advance`] gave false.
    pub found: Nearest,
}

impl<M: AsRef<[f64]>> NearestSearch<M> {
    /// Of the rows of a row-major matrix.
    pub fn new(matrix: M, n_features: usize, k: usize, metric: Metric) -> Self {
        let n = matrix.as_ref().len().checked_div(n_features).unwrap_or(0);
        let k = k.min(n.saturating_sub(1));
        NearestSearch {
            matrix,
            n_features,
            metric,
            n,
            next: 0,
            found: Nearest { k, index: Vec::with_capacity(n * k), distance: Vec::with_capacity(n * k) },
        }
    }

    /// Finds the neighbours of the next `n_rows` points; false once all are done.
    pub fn advance(&mut self, n_rows: usize) -> bool {
        let row = |i: usize| &self.matrix.as_ref()[i * self.n_features..][..self.n_features];
        let end = self.next.saturating_add(n_rows).min(self.n);
        let k = self.found.k;
        for i in self.next..end {
            let mut others: Vec<(f64, u32)> = (0..self.n)
                .filter(|&j| j != i)
                .map(|j| {
                    let distance = match self.metric {
                        Metric::Euclidean => squared_distance(row(i), row(j)),
                        Metric::Correlation => 1.0 - correlation(row(i), row(j)).unwrap_or(0.0),
                    };
                    (distance, j as u32)
                })
                .collect();
            if k > 0 && k < others.len() {
                let closer = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
                others.select_nth_unstable_by(k - 1, closer);
            }
            others.truncate(k);
            others.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (distance, j) in others {
                self.found.index.push(j);
                self.found.distance.push(match self.metric {
                    Metric::Euclidean => distance.sqrt(),
                    Metric::Correlation => distance,
                });
            }
        }
        self.next = end;
        end < self.n
    }

    /// Share of the points that are done.
    pub fn progress(&self) -> f64 {
        self.next as f64 / self.n.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_and_in_parts() {
        let x = [0.0, 1.0, 3.0, 3.0];
        let all = Nearest::of(&x, 1, 2, Metric::Euclidean);
        assert_eq!(all.index, [1, 2, 0, 2, 3, 1, 2, 1]);
        assert_eq!(all.distance, [1.0, 3.0, 1.0, 2.0, 0.0, 2.0, 0.0, 2.0]);
        let mut search = NearestSearch::new(x, 1, 2, Metric::Euclidean);
        assert!(search.advance(1) && search.progress() == 0.25);
        while search.advance(1) {}
        assert_eq!(search.found, all);
        let rows = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0, 3.0, 2.0, 1.0];
        assert_eq!(Nearest::of(&rows, 3, 1, Metric::Correlation).index, [1, 0, 0]);
        assert_eq!(Nearest::of(&[], 3, 4, Metric::Euclidean).k, 0);
    }
}
