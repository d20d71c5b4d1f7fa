//! The patients as points, in an order that depends on their attributions alone.

use crate::math::Order as _;
use ndarray::{Array2, ArrayView2, Axis};
use std::cmp::Ordering;

/// Points to embed or cluster.
pub(super) struct Cloud {
    /// `[point][column]`, sorted by first column, then second, …; only columns that vary. Rows are contiguous.
    pub(super) points: Array2<f64>,
    /// Position of each point in the list of rows it came from.
    pub(super) origin: Vec<usize>,
    /// Feature of each column.
    pub(super) columns: Vec<usize>,
}

impl Cloud {
    /// The given rows of a row-major matrix. Empty if the matrix does not fit or is not finite.
    ///
    /// Most features of a wide model are used by no tree: without their columns of zeros everything below is as
    /// quick as the model is small.
    pub(super) fn new(matrix: &[f64], n_features: usize, rows: impl Iterator<Item = usize>) -> Self {
        let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
        let Ok(all) = ArrayView2::from_shape((n_rows, n_features), matrix) else {
            return Cloud::empty(rows.count());
        };
        let rows: Vec<usize> = rows.collect();
        if matrix.iter().any(|v| !v.is_finite()) {
            return Cloud::empty(rows.len());
        }
        let varies = |f: usize| rows.iter().any(|&r| all[[r, f]] != all[[rows[0], f]]);
        let columns: Vec<usize> = (0..n_features).filter(|&f| varies(f)).collect();
        let unsorted = all.select(Axis(0), &rows).select(Axis(1), &columns);
        let mut origin: Vec<usize> = (0..rows.len()).collect();
        origin.order_by(|&a, &b| lexicographic(&unsorted, a, b));
        let points = unsorted.select(Axis(0), &origin).as_standard_layout().into_owned();
        Cloud { points, origin, columns }
    }

    fn empty(n: usize) -> Self {
        Cloud { points: Array2::zeros((n, 0)), origin: (0..n).collect(), columns: Vec::new() }
    }

    /// One value per point, put back into the order of the rows.
    pub(super) fn restore<T: Clone>(&self, by_point: &[T], fill: T) -> Vec<T> {
        let mut by_row = vec![fill; by_point.len()];
        for (value, &row) in by_point.iter().zip(&self.origin) {
            by_row[row] = value.clone();
        }
        by_row
    }
}

fn lexicographic(points: &Array2<f64>, a: usize, b: usize) -> Ordering {
    let columns = points.row(a).into_iter().zip(points.row(b));
    columns.map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}
