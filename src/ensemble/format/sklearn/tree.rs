//! `sklearn.tree._tree.Tree`: nodes in a structured array, values in a block of node × output × class.

use super::super::python::{Id, Place};
use super::common::at_most;
use crate::ensemble::builder::{MAX_NODES_PER_TREE, within};
use crate::ensemble::{ModelError, NodeSpec};
use std::collections::HashSet;

/// Arrays that trees were read from. One that comes again would be the same tree at no cost to the file.
#[derive(Default)]
pub(super) struct Seen(HashSet<Id>);

impl Seen {
    pub(super) fn first_time(&mut self, place: &Place<'_, '_>) -> Result<(), ModelError> {
        if self.0.insert(place.id) { Ok(()) } else { Err(place.wrong("two trees share it")) }
    }
}

/// A tree as the file has it.
pub(super) struct Stored {
    pub(super) nodes: Vec<NodeSpec>,
    /// `width` per node.
    pub(super) values: Vec<f64>,
    /// Outputs × classes.
    pub(super) width: usize,
    /// Weighted training rows per node.
    pub(super) cover: Vec<f64>,
    /// Training rows per node.
    pub(super) n_rows: Vec<i64>,
    /// True if the file says where missing values go (1.3 and later).
    pub(super) knows_missing: bool,
}

/// Reads the tree of an estimator.
pub(super) fn stored(estimator: &Place<'_, '_>, seen: &mut Seen) -> Result<Stored, ModelError> {
    let tree = estimator.get("tree_")?;
    let (nodes_at, values_at) = (tree.get("nodes")?, tree.get("values")?);
    seen.first_time(&nodes_at)?;
    seen.first_time(&values_at)?;
    let array = nodes_at.array()?;
    let n = array.len();
    within("nodes in a tree", n, MAX_NODES_PER_TREE)?;
    let column =
        |name: &str| array.column(name).ok_or_else(|| nodes_at.wrong(&format!("it has no field `{name}`")));
    let (left, right, feature) = (column("left_child")?, column("right_child")?, column("feature")?);
    let (threshold, weighted, rows) =
        (column("threshold")?, column("weighted_n_node_samples")?, column("n_node_samples")?);
    let missing = array.column("missing_go_to_left");
    let odd = |i: usize| nodes_at.wrong(&format!("node {i} is not made of numbers"));

    let values = values_at.numbers()?;
    let width = values.len().checked_div(n).unwrap_or(0);
    if width == 0 || values.len() != n * width || values_at.array()?.shape().first() != Some(&n) {
        return Err(values_at.wrong("it does not have as many rows as there are nodes"));
    }
    let mut out = Stored {
        nodes: Vec::with_capacity(n),
        values,
        width,
        cover: Vec::with_capacity(n),
        n_rows: Vec::with_capacity(n),
        knows_missing: missing.is_some(),
    };
    for i in 0..n {
        let left = left.i64(i).ok_or_else(|| odd(i))?;
        out.cover.push(weighted.f64(i).ok_or_else(|| odd(i))?);
        out.n_rows.push(rows.i64(i).ok_or_else(|| odd(i))?);
        out.nodes.push(if left == -1 {
            NodeSpec::Leaf { first: i * width }
        } else {
            NodeSpec::Below {
                feature: feature.i64(i).ok_or_else(|| odd(i))?,
                threshold: at_most(threshold.f64(i).ok_or_else(|| odd(i))?),
                left,
                right: right.i64(i).ok_or_else(|| odd(i))?,
                default_left: missing.is_some_and(|m| m.i64(i).is_some_and(|flag| flag != 0)),
            }
        });
    }
    Ok(out)
}

impl Stored {
    /// Keeps one value per node, given those stored for it.
    pub(super) fn narrowed(&mut self, value: impl Fn(&[f64]) -> f64) {
        self.reduced(1, |stored, _| value(stored));
    }

    /// Keeps `width` values per node, given those stored for it and the number of the one that is kept.
    pub(super) fn reduced(&mut self, width: usize, value: impl Fn(&[f64], usize) -> f64) {
        let mut values = Vec::with_capacity(self.nodes.len() * width);
        for stored in self.values.chunks_exact(self.width) {
            values.extend((0..width).map(|k| value(stored, k)));
        }
        self.values = values;
        for (i, node) in self.nodes.iter_mut().enumerate() {
            if let NodeSpec::Leaf { first } = node {
                *first = i * width;
            }
        }
        self.width = width;
    }
}

/// What is said where missing values have no side.
pub(super) const NO_MISSING: &str = "scikit-learn before 1.3 wrote this file and takes no missing values: a table that \
     lacks a value which the model uses is refused.";
