//! SHAP values by definition: slow, obviously right, the judge of the engines.
//!
//! For each tree, over every subset S of the features it uses, the path-dependent conditional expectation v(S)
//! follows the row where a split's feature is in S and averages by cover where it is not (Lundberg et al. 2020,
//! algorithm 1), and the interventional one takes the features outside S from background rows. The Shapley value of a feature i of m is Σ_S |S|! (m − |S| − 1)! / m! · (v(S ∪ i) − v(S)).

use super::Attributions;
use crate::ensemble::{Ensemble, Node, Tree};

/// Features per tree that the oracle takes on: 2¹² subsets.
pub const MAX_FEATURES: usize = 12;

/// What a set of features is worth: that of the features whose bit is set.
type Game = Vec<f64>;
/// The game of a tree, an entry of its leaf vectors, its features and a row.
type Rules<'a> = dyn Fn(&Tree, usize, &[usize], &[f64]) -> Game + 'a;

/// Explains rows laid out `[row][feature]`. None if a tree uses more than [`MAX_FEATURES`] features or the model has
/// no cover.
pub fn explain(model: &Ensemble, rows: &[f64]) -> Option<Attributions> {
    let base_values = model.base_values()?;
    let values = singles(model, rows, &by_cover)?;
    Some(attributions(model, rows, values, base_values))
}

/// Explains rows against a background: v(S) is the mean prediction for the row with the features outside S taken from
/// each background row. None as in [`explain`], or without background.
pub fn explain_interventional(model: &Ensemble, rows: &[f64], background: &[f64]) -> Option<Attributions> {
    let others = cast(model, background);
    let margins = model.margins(background);
    let mean =
        |k: usize| margins.iter().skip(k).step_by(model.n_outputs()).sum::<f64>() / others.len() as f64;
    let base_values = (!others.is_empty()).then(|| (0..model.n_outputs()).map(mean).collect())?;
    let values = singles(model, rows, &|tree, entry, features, row| {
        by_background(tree, entry, features, row, &others)
    })?;
    Some(attributions(model, rows, values, base_values))
}

/// SHAP interaction values of rows, `[row][i][j][output]`: off the diagonal ½ Σ_S |S|! (m − |S| − 2)! / (m − 1)! ×
/// (v(S ∪ ij) − v(S ∪ i) − v(S ∪ j) + v(S)), on it what is left of φ (Lundberg et al. 2020, equation 9). Path-dependent
/// without a background. None as in [`explain`].
pub fn interactions(model: &Ensemble, rows: &[f64], background: Option<&[f64]>) -> Option<Vec<f64>> {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let others = background.map(|rows| cast(model, rows));
    let game = |tree: &Tree, entry: usize, features: &[usize], row: &[f64]| match &others {
        None => by_cover(tree, entry, features, row),
        Some(others) => by_background(tree, entry, features, row, others),
    };
    let phi = singles(model, rows, &game)?;
    let at = |r: usize, i: usize, j: usize, k: usize| ((r * n_features + i) * n_features + j) * n_outputs + k;
    let mut values = vec![0.0; cast(model, rows).len() * n_features * n_features * n_outputs];
    each(model, rows, &game, |r, features, output, weight, game| {
        for (i, j, value) in pairs(features.len(), game) {
            values[at(r, features[i], features[j], output)] += weight * value;
            values[at(r, features[j], features[i], output)] += weight * value;
        }
    })?;
    for (c, phi) in phi.into_iter().enumerate() {
        let (r, i, k) = (c / n_outputs / n_features, c / n_outputs % n_features, c % n_outputs);
        let others: f64 = (0..n_features).filter(|&j| j != i).map(|j| values[at(r, i, j, k)]).sum();
        values[at(r, i, i, k)] = phi - others;
    }
    Some(values)
}

/// Banzhaf values of rows, `[row][feature][output]`: the mean over all sets S of v(S ∪ i) − v(S). None as in
/// [`explain`].
pub fn banzhaf(model: &Ensemble, rows: &[f64]) -> Option<Vec<f64>> {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let mut values = vec![0.0; cast(model, rows).len() * n_features * n_outputs];
    each(model, rows, &by_cover, |r, features, output, weight, value| {
        for (i, &feature) in features.iter().enumerate() {
            let without = (0..value.len()).filter(|subset| subset >> i & 1 == 0);
            let sum: f64 = without.map(|subset| value[subset | 1 << i] - value[subset]).sum();
            values[(r * n_features + feature) * n_outputs + output] +=
                weight * sum * 2.0 / value.len() as f64;
        }
    })?;
    Some(values)
}

fn attributions(model: &Ensemble, rows: &[f64], values: Vec<f64>, base_values: Vec<f64>) -> Attributions {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let n_rows = rows.len() / n_features.max(1);
    Attributions { n_rows, n_features, n_outputs, values, margin: model.margins(rows), base_values }
}

/// Rows as the trees compare them.
fn cast(model: &Ensemble, rows: &[f64]) -> Vec<Vec<f64>> {
    let row = |row: &[f64]| row.iter().map(|&x| model.cast().apply(x)).collect();
    rows.chunks_exact(model.n_features().max(1)).map(row).collect()
}

/// Shapley values of rows under a game per tree, leaf entry and row, `[row][feature][output]`.
fn singles(model: &Ensemble, rows: &[f64], game: &Rules<'_>) -> Option<Vec<f64>> {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let mut values = vec![0.0; cast(model, rows).len() * n_features * n_outputs];
    each(model, rows, game, |r, features, output, weight, game| {
        for (&feature, phi) in features.iter().zip(shapley(features.len(), game)) {
            values[(r * n_features + feature) * n_outputs + output] += weight * phi;
        }
    })?;
    Some(values)
}

/// Calls `on` with row, features of the tree, output, weight of the tree and game, for every tree, row and leaf entry.
fn each(
    model: &Ensemble,
    rows: &[f64],
    game: &Rules<'_>,
    mut on: impl FnMut(usize, &[usize], usize, f64, &Game),
) -> Option<()> {
    let rows = cast(model, rows);
    for tree in model.trees() {
        let features = features_of(tree);
        if features.len() > MAX_FEATURES {
            return None;
        }
        let first = tree.output().map_or(0, |k| k.index());
        let width = if tree.output().is_some() { 1 } else { model.n_outputs() };
        for (r, row) in rows.iter().enumerate() {
            for entry in 0..width {
                on(r, &features, first + entry, tree.weight(), &game(tree, entry, &features, row));
            }
        }
    }
    Some(())
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|i| i as f64).product()
}

/// Shapley value of each of m players.
fn shapley(m: usize, value: &Game) -> Vec<f64> {
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

/// Half the Shapley interaction index of each pair i < j of m players.
fn pairs(m: usize, value: &Game) -> Vec<(usize, usize, f64)> {
    let pairs = (0..m).flat_map(|i| (i + 1..m).map(move |j| (i, j)));
    pairs
        .map(|(i, j)| {
            let both = 1 << i | 1 << j;
            let sum: f64 = (0..1usize << m)
                .filter(|subset| subset & both == 0)
                .map(|s| {
                    let size = s.count_ones() as usize;
                    let weight = factorial(size) * factorial(m - size - 2) / factorial(m - 1);
                    weight * (value[s | both] - value[s | 1 << i] - value[s | 1 << j] + value[s])
                })
                .sum();
            (i, j, 0.5 * sum)
        })
        .collect()
}

/// Expected leaf value given the features of each subset.
fn by_cover(tree: &Tree, entry: usize, features: &[usize], row: &[f64]) -> Game {
    (0..1usize << features.len()).map(|subset| conditional(tree, entry, features, row, subset)).collect()
}

/// Mean leaf value of the row with the features outside each subset taken from others.
fn by_background(tree: &Tree, entry: usize, features: &[usize], row: &[f64], others: &[Vec<f64>]) -> Game {
    let value = |subset: usize, other: &[f64]| {
        let mut i = 0;
        loop {
            match tree.node(i) {
                Node::Leaf { values } => return values[entry],
                Node::Internal { feature, left, right, .. } => {
                    let own = features
                        .iter()
                        .position(|&f| f == feature.index())
                        .is_some_and(|p| subset >> p & 1 == 1);
                    i = if goes_left(tree, i, if own { row } else { other }) { left } else { right };
                }
            }
        }
    };
    let mean = |subset| others.iter().map(|other| value(subset, other)).sum::<f64>() / others.len() as f64;
    (0..1usize << features.len()).map(mean).collect()
}

fn goes_left(tree: &Tree, node: usize, row: &[f64]) -> bool {
    match tree.node(node) {
        Node::Leaf { .. } => false,
        Node::Internal { feature, split, default_left, .. } => {
            let x = row[feature.index()];
            if x.is_nan() { default_left } else { split.holds(x) }
        }
    }
}

/// v(S): expected leaf value given the features whose bit is set in `subset`.
fn conditional(tree: &Tree, entry: usize, features: &[usize], row: &[f64], subset: usize) -> f64 {
    let mut sum = 0.0;
    let mut pending = vec![(0, 1.0)];
    while let Some((i, probability)) = pending.pop() {
        match tree.node(i) {
            Node::Leaf { values } => sum += probability * values[entry],
            Node::Internal { feature, left, right, .. } => {
                let position = features.iter().position(|&f| f == feature.index());
                if position.is_some_and(|p| subset >> p & 1 == 1) {
                    pending.push((if goes_left(tree, i, row) { left } else { right }, probability));
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
