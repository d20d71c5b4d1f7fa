//! Silhouette widths (Rousseeuw 1987): how much nearer a patient is to its own cluster than to the next one.

use crate::math::squared_distance;
use ndarray::{Array2, ArrayView2};

/// Silhouette width of every point under each of several labelings: (b − a) / max(a, b), with a the mean distance to
/// the other points of its cluster and b the smallest mean distance to another cluster. A point alone in its cluster
/// has 0, as has every point of a labeling with one cluster.
///
/// Each pair's distance is computed once and used for all labelings; nothing of size n² is stored.
pub(super) fn widths(points: ArrayView2<'_, f64>, labelings: &[&[u32]]) -> Vec<Vec<f64>> {
    let n = points.nrows();
    let points = points.as_standard_layout();
    let rows: Vec<&[f64]> = points.rows().into_iter().filter_map(|r| r.to_slice()).collect();
    let k = labelings.iter().flat_map(|l| l.iter()).map(|&c| c as usize + 1).max().unwrap_or(0);
    // Sum of the distances from point i to the points of cluster c, one matrix per labeling.
    let mut sums = vec![Array2::<f64>::zeros((n, k)); labelings.len()];
    for i in 1..n {
        for j in 0..i {
            let distance = squared_distance(rows[i], rows[j]).sqrt();
            for (sums, labels) in sums.iter_mut().zip(labelings) {
                sums[[i, labels[j] as usize]] += distance;
                sums[[j, labels[i] as usize]] += distance;
            }
        }
    }
    sums.iter().zip(labelings).map(|(sums, labels)| widths_from_sums(sums, labels)).collect()
}

fn widths_from_sums(sums: &Array2<f64>, labels: &[u32]) -> Vec<f64> {
    let mut sizes = vec![0.0; sums.ncols()];
    labels.iter().for_each(|&c| sizes[c as usize] += 1.0);
    let width = |(i, &own): (usize, &u32)| {
        let own = own as usize;
        let others = (0..sizes.len()).filter(|&c| c != own && sizes[c] > 0.0);
        let apart = others.map(|c| sums[[i, c]] / sizes[c]).fold(f64::INFINITY, f64::min);
        if sizes[own] < 2.0 || apart.is_infinite() {
            return 0.0;
        }
        let within = sums[[i, own]] / (sizes[own] - 1.0);
        let larger = within.max(apart);
        if larger > 0.0 { (apart - within) / larger } else { 0.0 }
    };
    labels.iter().enumerate().map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn by_hand_on_a_line() {
        let points = array![[0.0], [1.0], [5.0], [9.0]];
        let [two, lone] = [[0, 0, 1, 1], [0, 0, 0, 1]];
        let got = widths(points.view(), &[&two, &lone]);
        let expected = [(7.0 - 1.0) / 7.0, (6.0 - 1.0) / 6.0, (4.5 - 4.0) / 4.5, (8.5 - 4.0) / 8.5];
        assert_eq!(got[0], expected);
        assert_eq!(got[1][3], 0.0);
        assert_eq!(got[1][2], (4.0 - 4.5) / 4.5);
    }

    #[test]
    fn one_cluster_or_one_place_has_no_silhouette() {
        let points = array![[1.0], [1.0], [1.0]];
        assert_eq!(widths(points.view(), &[&[0, 0, 0], &[0, 1, 1]]), [[0.0; 3], [0.0; 3]]);
        assert_eq!(widths(Array2::zeros((0, 3)).view(), &[&[]]), [[0.0; 0]]);
    }
}
