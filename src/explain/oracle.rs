//! SHAP values by definition: slow, obviously right, the judge of the engines.
//!
//! For each tree, over every subset S of the features it uses, the path-dependent conditional expectation v(S)
//! follows the row where a split's feature is in S and averages by cover where it is not (Lundberg et al. 2020,
//! algorithm 1); the Shapley value of a feature i of m is Σ_S |S|! (m − |S| − 1)! / m! · (v(S ∪ i) − v(S)).

use super::Attributions;
use crate::ensemble::{Ensemble, Node, Tree};

/// Features per tree that the oracle takes on: 2¹² subsets.
pub const MAX_FEATURES: usize = 12;

/// Explains rows laid out `[row][feature]`. None if a tree uses more than [`MAX_FEATURES`] features or the model has
/// no cover.
pub fn explain(model: &Ensemble, rows: &[f64]) -> Option<Attributions> {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let base_values = model.base_values()?;
    let n_rows = rows.len() / n_features.max(1);
    let mut values = vec![0.0; n_rows * n_features * n_outputs];
    for tree in model.trees() {
        let features = features_of(tree);
        if features.len() > MAX_FEATURES {
            return None;
        }
        for r in 0..n_rows {
            let row: Vec<f64> =
                rows[r * n_features..][..n_features].iter().map(|&x| model.cast().apply(x)).collect();
            let first = tree.output().map_or(0, |k| k.index());
            let width = if tree.output().is_some() { 1 } else { n_outputs };
            for entry in 0..width {
                for (&feature, phi) in features.iter().zip(shapley(tree, entry, &features, &row)) {
                    values[(r * n_features + feature) * n_outputs + first + entry] += tree.weight() * phi;
                }
            }
        }
    }
    Some(Attributions { n_rows, n_features, n_outputs, values, margin: model.margins(rows), base_values })
}

/// Shapley value of each feature for one entry of the leaf vectors.
fn shapley(tree: &Tree, entry: usize, features: &[usize], row: &[f64]) -> Vec<f64> {
    let m = features.len();
    let value: Vec<f64> =
        (0..1usize << m).map(|subset| conditional(tree, entry, features, row, subset)).collect();
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    (0..m)
        .map(|i| {
            (0..1usize << m)
                .filter(|subset| subset >> i & 1 == 0)
                .map(|subset| {
                    let size = subset.count_ones() as usize;
                    let weight = factorial(size) * factorial(m - size - 1) / factorial(m);
                    weight * (value[subset | 1 << i] - value[subset])
                })
                .sum()
        })
        .collect()
}

/// v(S): expected leaf value given the features whose bit is set in `subset`.
fn conditional(tree: &Tree, entry: usize, features: &[usize], row: &[f64], subset: usize) -> f64 {
    let mut sum = 0.0;
    let mut pending = vec![(0, 1.0)];
    while let Some((i, probability)) = pending.pop() {
        match tree.node(i) {
            Node::Leaf { values } => sum += probability * values[entry],
            Node::Internal { feature, split, left, right, default_left } => {
                let position = features.iter().position(|&f| f == feature.index());
                if position.is_some_and(|p| subset >> p & 1 == 1) {
                    let x = row[feature.index()];
                    let goes_left = if x.is_nan() { default_left } else { split.holds(x) };
                    pending.push((if goes_left { left } else { right }, probability));
                } else {
                    let (l, r) = (tree.cover(left).unwrap_or(0.0), tree.cover(right).unwrap_or(0.0));
                    let to_left = if l + r > 0.0 { l / (l + r) } else { 0.5 };
                    pending.push((left, probability * to_left));
                    pending.push((right, probability * (1.0 - to_left)));
                }
            }
        }
    }
    sum
}

/// Features that the tree splits on, ascending.
fn features_of(tree: &Tree) -> Vec<usize> {
    let mut features: Vec<usize> = (0..tree.n_nodes())
        .filter_map(|i| match tree.node(i) {
            Node::Internal { feature, .. } => Some(feature.index()),
            Node::Leaf { .. } => None,
        })
        .collect();
    features.sort_unstable();
    features.dedup();
    features
}
