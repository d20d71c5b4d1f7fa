//! The ways that one row takes through the trees: what each tree gives, and the conditions that led there.

use crate::ensemble::{Ensemble, Node, Split, Tree};
use crate::ids::{FeatureId, OutputId};
use crate::math::Order as _;
use serde::{Deserialize, Serialize};

/// Level codes of one condition that are listed; a set may have millions.
const MAX_LEVELS: usize = 64;

/// The way of one row through one tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TreePath {
    /// The tree, 0-based, in file order.
    pub tree: u32,
    /// What the tree gives this row, weighted; margin units.
    pub gives: f64,
    /// `gives` minus what the tree gives on average, by cover or over a background: the sum of the tree's SHAP values.
    pub effect: f64,
    /// Conditions from the root down, those on one number drawn together.
    pub conditions: Vec<Condition>,
}

/// What is true of the row's value of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Which.
    pub feature: FeatureId,
    /// What holds.
    pub holds: Holds,
}

/// What holds of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Holds {
    /// `from ≤ value < below`; infinite where there is no such bound.
    Between {
        /// Lower bound, itself included.
        from: f64,
        /// Upper bound, itself excluded.
        below: f64,
    },
    /// One of these level codes, the first of them.
    In(Vec<u32>),
    /// None of these level codes, the first of them.
    NotIn(Vec<u32>),
    /// The value is missing, and the tree sends missing values this way.
    Missing,
}

/// The paths with the largest effect on an output, largest first, at most `count`. Averages are by cover, or over the
/// rows of a `background`, `[row][feature]`, if there are any.
pub fn paths(
    model: &Ensemble,
    row: &[f64],
    output: OutputId,
    count: usize,
    background: &[f64],
) -> Vec<TreePath> {
    let mut found: Vec<TreePath> = (model.trees().iter().enumerate())
        .filter(|(_, tree)| tree.n_nodes() > 1 && tree.output().is_none_or(|o| o == output))
        .map(|(t, tree)| {
            let (gives, conditions) = path(model, tree, row, output);
            let effect = gives - average(model, tree, output, background);
            TreePath { tree: t as u32, gives, effect, conditions }
        })
        .collect();
    found.order_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
    found.truncate(count);
    found
}

/// What a tree gives on average.
fn average(model: &Ensemble, tree: &Tree, output: OutputId, background: &[f64]) -> f64 {
    let rows = background.chunks_exact(model.n_features().max(1));
    if rows.len() == 0 {
        let mut expected = vec![0.0; model.n_outputs()];
        tree.add_expectation(&mut expected);
        return expected[output.index()];
    }
    let n_rows = rows.len() as f64;
    rows.map(|row| path(model, tree, row, output).0).sum::<f64>() / n_rows
}

/// What a tree gives a row, and why.
fn path(model: &Ensemble, tree: &Tree, row: &[f64], output: OutputId) -> (f64, Vec<Condition>) {
    let mut conditions: Vec<Condition> = Vec::new();
    let mut at = 0;
    let gives = loop {
        match tree.node(at) {
            Node::Leaf { values } => {
                let entry = if tree.output().is_some() { 0 } else { output.index() };
                break tree.weight() * values[entry];
            }
            Node::Internal { feature, split, left, right, default_left } => {
                let value = model.cast().apply(row[feature.index()]);
                let goes_left = if value.is_nan() { default_left } else { split.holds(value) };
                add(&mut conditions, feature, holds(split, value, goes_left));
                at = if goes_left { left } else { right };
            }
        }
    };
    (gives, conditions)
}

fn holds(split: Split, value: f64, goes_left: bool) -> Holds {
    match split {
        _ if value.is_nan() => Holds::Missing,
        Split::Below { threshold } | Split::BelowOrZero { threshold, .. } => {
            // A zero that counts as missing may be on the other side of its threshold.
            match (goes_left, value < threshold) {
                (true, true) => Holds::Between { from: f64::NEG_INFINITY, below: threshold },
                (false, false) => Holds::Between { from: threshold, below: f64::INFINITY },
                _ => Holds::Missing,
            }
        }
        Split::NotIn { set } => {
            let codes = set.codes().iter().copied().take(MAX_LEVELS).collect();
            if goes_left { Holds::NotIn(codes) } else { Holds::In(codes) }
        }
    }
}

/// Adds a condition, or narrows the one on the same number.
fn add(conditions: &mut Vec<Condition>, feature: FeatureId, holds: Holds) {
    let before = conditions.iter_mut().find(|c| c.feature == feature);
    match (before, holds) {
        (
            Some(Condition { holds: Holds::Between { from, below }, .. }),
            Holds::Between { from: f, below: b },
        ) => {
            (*from, *below) = (from.max(f), below.min(b));
        }
        (Some(Condition { holds: Holds::Missing, .. }), Holds::Missing) => {}
        (_, holds) => conditions.push(Condition { feature, holds }),
    }
}
