//! Principal components of attributions.
//!
//! The eigenproblem is solved on the smaller side of the matrix, patients or features, by `nalgebra` without its
//! `std` feature: a dense symmetric solver for 7 KB of compressed page, 2 ms at 128, 0.7 s at 1,000.

use super::{Embedding, cloud::Cloud};
use crate::math::Order as _;
use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, Axis};

/// Eigenvalues below this share of the total variance are rounding.
const FLAT: f64 = 1e-12;
/// Features named per axis.
const N_LEADING: usize = 3;

/// The plane of the first two principal components of a row-major `[row][feature]` matrix (centred, not scaled:
/// attributions share one unit). Signs are fixed so that the largest loading is positive.
///
/// An axis without variance (fewer than three different patients, one feature that varies) has share 0 and puts
/// every patient at 0. Cost: the matrix times its smaller side, plus the cube of the smaller side.
pub fn pca(matrix: &[f64], n_features: usize) -> Embedding {
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = Cloud::new(matrix, n_features, 0..n_rows);
    let mut points = vec![[0.0; 2]; n_rows];
    let mut embedding = Embedding {
        points: Vec::new(),
        share: [0.0; 2],
        leading: [Vec::new(), Vec::new()],
        loadings: [Vec::new(), Vec::new()],
    };
    for (axis, component) in components(&cloud.points).into_iter().enumerate() {
        for (point, score) in points.iter_mut().zip(&component.scores) {
            point[axis] = *score;
        }
        let mut order: Vec<usize> = (0..component.loadings.len()).collect();
        let size = |i: usize| component.loadings[i].abs();
        order.order_by(|&a, &b| size(b).total_cmp(&size(a)));
        order.truncate(N_LEADING);
        embedding.share[axis] = component.share;
        embedding.leading[axis] = order.iter().map(|&i| cloud.columns[i] as u32).collect();
        embedding.loadings[axis] = order.iter().map(|&i| component.loadings[i]).collect();
    }
    embedding.points = cloud.restore(&points, [0.0; 2]);
    embedding
}

struct Component {
    /// Share of the total variance.
    share: f64,
    /// Unit vector over the columns, largest entry positive.
    loadings: Array1<f64>,
    /// Coordinate per point.
    scores: Array1<f64>,
}

/// At most two principal components of a matrix, the largest variance first.
fn components(points: &Array2<f64>) -> Vec<Component> {
    let Some(mean) = points.mean_axis(Axis(0)).filter(|mean| !mean.is_empty()) else { return Vec::new() };
    let centred = points - &mean;
    let transposed = centred.t().as_standard_layout().into_owned();
    let by_feature = centred.ncols() <= centred.nrows();
    let gram = products(if by_feature { &transposed } else { &centred });
    let total = gram.trace();
    let Some(eigen) = SymmetricEigen::try_new(gram, f64::EPSILON, 0) else { return Vec::new() };
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.order_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let above_rounding = |&i: &usize| eigen.eigenvalues[i] > FLAT * total;
    order
        .into_iter()
        .take(2)
        .filter(above_rounding)
        .map(|i| {
            let vector = Array1::from_iter(eigen.eigenvectors.column(i).iter().copied());
            let mut loadings = if by_feature { vector } else { rows_times(&transposed, &vector) };
            let largest =
                loadings.iter().fold(0.0f64, |best, v| if v.abs() > best.abs() { *v } else { best });
            loadings /= loadings.dot(&loadings).sqrt().copysign(largest);
            let scores = rows_times(&centred, &loadings);
            Component { share: eigen.eigenvalues[i] / total, loadings, scores }
        })
        .collect()
}

/// The matrix times its transpose, as products of its rows.
fn products(rows: &Array2<f64>) -> DMatrix<f64> {
    let n = rows.nrows();
    let mut out = DMatrix::zeros(n, n);
    for (i, a) in rows.rows().into_iter().enumerate() {
        for (j, b) in rows.rows().into_iter().enumerate().take(i + 1) {
            out[(i, j)] = a.dot(&b);
            out[(j, i)] = out[(i, j)];
        }
    }
    out
}

/// Matrix times vector, row by row in ndarray's fixed order of summation.
fn rows_times(matrix: &Array2<f64>, vector: &Array1<f64>) -> Array1<f64> {
    matrix.rows().into_iter().map(|row| row.dot(vector)).collect()
}

#[cfg(test)]
mod tests;
