//! How far two patients are apart: by size, or by pattern alone.

use crate::math::mean;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A distance between rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Metric {
    /// Root of the sum of squared differences.
    #[default]
    Euclidean,
    /// 1 − Pearson's correlation of the two rows: the pattern, whatever its size. Constant rows are 1 from all others.
    Correlation,
}

impl Metric {
    /// In the order of the control.
    pub const ALL: [Metric; 2] = [Metric::Euclidean, Metric::Correlation];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Metric::Euclidean => "euclidean",
            Metric::Correlation => "correlation",
        }
    }

    /// The distance of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        Metric::ALL.into_iter().find(|m| m.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Metric::Euclidean => "Euclidean",
            Metric::Correlation => "1 − r",
        }
    }

    /// Rows whose Euclidean distances are in the order of this one, and their length: as they are, or
    /// [`directions`].
    pub fn rows(self, matrix: &[f64], n_features: usize) -> (Cow<'_, [f64]>, usize) {
        match self {
            Metric::Euclidean => (Cow::Borrowed(matrix), n_features),
            Metric::Correlation => (Cow::Owned(directions(matrix, n_features)), n_features + 1),
        }
    }
}

/// Each row less its mean, with length 1, so that half the squared Euclidean distance of two rows is 1 − r. A last
/// column of 0 is 1 for constant rows: they have a direction of their own, 1 from every other.
pub fn directions(matrix: &[f64], n_features: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(matrix.len() + matrix.len().checked_div(n_features).unwrap_or(0));
    for row in matrix.chunks_exact(n_features.max(1)) {
        let centre = mean(row);
        let constant = row.iter().all(|v| *v == row[0]);
        let length = row.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>().sqrt();
        out.extend(row.iter().map(|v| if constant { 0.0 } else { (v - centre) / length }));
        out.push(f64::from(u8::from(constant)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{correlation, squared_distance};

    #[test]
    fn half_the_squared_distance_is_one_less_the_correlation() {
        let rows = [[1.0, 5.0, 2.0, 0.5], [-3.0, 0.0, 0.25, 7.0], [2.0; 4]];
        let out = directions(rows.as_flattened(), 4);
        let half = |i: usize, j: usize| squared_distance(&out[i * 5..][..5], &out[j * 5..][..5]) / 2.0;
        let r = correlation(&rows[0], &rows[1]).unwrap();
        assert!((half(0, 1) - (1.0 - r)).abs() < 1e-14);
        assert!((half(0, 2) - 1.0).abs() < 1e-14 && (half(1, 2) - 1.0).abs() < 1e-14);
        assert!(directions(&[], 3).is_empty());
    }
}
