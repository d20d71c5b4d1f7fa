//! Logistic regression with few columns, by Newton's method.

use crate::math::sigmoid;
use nalgebra::{DMatrix, DVector};

/// Steps after which the likelihood has no maximum: separated classes.
const MAX_STEPS: usize = 40;

/// A fitted model.
pub(super) struct Logistic {
    /// One coefficient per column.
    pub(super) beta: DVector<f64>,
    /// Their covariance: the inverse of the information.
    pub(super) covariance: DMatrix<f64>,
}

impl Logistic {
    /// Linear predictor of a row, and its standard error.
    pub(super) fn predict(&self, row: &[f64]) -> (f64, f64) {
        let row = DVector::from_column_slice(row);
        (row.dot(&self.beta), row.dot(&(&self.covariance * &row)).max(0.0).sqrt())
    }
}

/// Fits P(label) = logistic(design β + offset). None where no finite estimate exists: one class, classes that the
/// columns separate, columns that repeat each other.
pub(super) fn logistic(design: &DMatrix<f64>, label: &[bool], offset: &[f64]) -> Option<Logistic> {
    let (n, k) = design.shape();
    let mut beta = DVector::<f64>::zeros(k);
    for _ in 0..MAX_STEPS {
        let (mut score, mut information) = (DVector::<f64>::zeros(k), DMatrix::<f64>::zeros(k, k));
        for i in 0..n {
            let linear: f64 = offset[i] + (0..k).map(|a| design[(i, a)] * beta[a]).sum::<f64>();
            let p = sigmoid(linear);
            let excess = f64::from(u8::from(label[i])) - p;
            for a in 0..k {
                score[a] += design[(i, a)] * excess;
                for b in 0..k {
                    information[(a, b)] += p * (1.0 - p) * design[(i, a)] * design[(i, b)];
                }
            }
        }
        let inverse = information.cholesky()?.inverse();
        let step = &inverse * score;
        // Relative to the coefficient or to its error, but never to the huge error of separated classes.
        let small = |a: usize| step[a].abs() <= 1e-10 * (beta[a].abs() + inverse[(a, a)].sqrt().min(1.0));
        if (0..k).all(small) {
            return Some(Logistic { beta, covariance: inverse });
        }
        beta += step;
        if beta.iter().any(|b| !b.is_finite()) {
            return None;
        }
    }
    None
}
