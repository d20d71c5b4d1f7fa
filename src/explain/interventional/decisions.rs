//! Who goes left where, one bit per row.

use crate::ensemble::{Cast, Node, Tree};

/// The decisions of some rows at every node of a tree.
#[derive(Clone, Debug)]
pub(super) struct Decisions {
    /// Words per node.
    pub(super) n_words: usize,
    /// `[node][word]`; zeros for leaves.
    left: Vec<u64>,
}

impl Decisions {
    /// Of rows laid out `[row][feature]`.
    pub(super) fn new(tree: &Tree, cast: Cast, rows: &[f64], n_features: usize) -> Self {
        let n_words = (rows.len() / n_features.max(1)).div_ceil(64);
        let mut left = vec![0; tree.n_nodes() * n_words];
        for i in 0..tree.n_nodes() {
            let Node::Internal { feature, split, default_left, .. } = tree.node(i) else { continue };
            for (r, row) in rows.chunks_exact(n_features).enumerate() {
                let value = cast.apply(row[feature.index()]);
                let goes_left = if value.is_nan() { default_left } else { split.holds(value) };
                left[i * n_words + r / 64] |= u64::from(goes_left) << (r % 64);
            }
        }
        Decisions { n_words, left }
    }

    /// One bit per row.
    pub(super) fn at(&self, node: usize) -> &[u64] {
        &self.left[node * self.n_words..][..self.n_words]
    }

    pub(super) fn goes_left(&self, node: usize, row: usize) -> bool {
        self.left[node * self.n_words + row / 64] >> (row % 64) & 1 == 1
    }
}
