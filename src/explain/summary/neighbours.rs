//! Patients whose predictions have the same reasons.

use crate::math::squared_distance;

/// A patient near another one in attribution space.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Neighbour {
    /// Row of the attribution matrix.
    pub row: u32,
    /// Euclidean distance between the two attribution vectors, margin units.
    pub distance: f64,
}

/// The `k` rows nearest to `row` in a row-major `[row][feature]` matrix of attributions, nearest first, ties in row
/// order, `row` itself left out. Attributions share one unit, so nothing is scaled.
pub fn nearest(phi: &[f64], n_features: usize, row: usize, k: usize) -> Vec<Neighbour> {
    if n_features == 0 || (row + 1) * n_features > phi.len() {
        return Vec::new();
    }
    let here = &phi[row * n_features..][..n_features];
    let mut all: Vec<Neighbour> = phi
        .chunks_exact(n_features)
        .enumerate()
        .filter(|&(r, _)| r != row)
        .map(|(r, there)| Neighbour { row: r as u32, distance: squared_distance(here, there).sqrt() })
        .collect();
    let order = |a: &Neighbour, b: &Neighbour| a.distance.total_cmp(&b.distance).then(a.row.cmp(&b.row));
    if k < all.len() {
        all.select_nth_unstable_by(k, order);
        all.truncate(k);
    }
    all.sort_unstable_by(order);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_first_ties_in_row_order_never_oneself() {
        let phi = [0.0, 0.0, 3.0, 4.0, 0.0, 1.0, 1.0, 0.0];
        let found = nearest(&phi, 2, 0, 2);
        assert_eq!(found, [Neighbour { row: 2, distance: 1.0 }, Neighbour { row: 3, distance: 1.0 }]);
        assert_eq!(nearest(&phi, 2, 0, 9)[2], Neighbour { row: 1, distance: 5.0 });
        assert_eq!(nearest(&phi, 2, 7, 2), []);
        assert_eq!(nearest(&[], 0, 0, 2), []);
    }
}
