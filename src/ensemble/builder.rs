//! The only door through which trees enter an ensemble.

use super::category::CategorySet;
use super::error::TreeFault;
use super::summary::Facts;
use super::tree::{Hop, NO_THRESHOLD, Tree};
use super::{Cast, Ensemble, Feature, ModelError, Objective};
use crate::ids::OutputId;
use std::collections::HashMap;

/// Trees per ensemble.
pub const MAX_TREES: usize = 20_000;
/// Stored nodes per tree.
pub const MAX_NODES_PER_TREE: usize = 1_000_000;
/// Reachable nodes per ensemble.
pub const MAX_NODES: usize = 50_000_000;
/// Edges on a path. The engines keep a stack of this length, never a call stack.
pub const MAX_DEPTH: usize = 65_536;
/// Features per ensemble: enough for a methylation array.
pub const MAX_FEATURES: usize = 1_000_000;
/// Outputs per ensemble.
pub const MAX_OUTPUTS: usize = 4_096;
/// Characters of a feature name or level.
pub const MAX_NAME: usize = 512;

/// A node as a loader reads it, unchecked. Children are indices into [`TreeSpec::nodes`].
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum NodeSpec {
    /// Its values start at `leaf_values[first]`.
    Leaf { first: usize },
    /// Left iff value < threshold.
    Below { feature: i64, threshold: f64, left: i64, right: i64, default_left: bool },
    /// Left iff value < threshold, but a value within [`super::ZERO`] of zero counts as missing.
    BelowOrZero { feature: i64, threshold: f64, left: i64, right: i64, default_left: bool },
    /// Left iff the level code is none of `codes`.
    NotIn { feature: i64, codes: Vec<i64>, left: i64, right: i64, default_left: bool },
}

/// A tree as a loader reads it, unchecked. Node 0 is the root; nodes out of its reach are dropped unread.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeSpec {
    /// All stored nodes.
    pub nodes: Vec<NodeSpec>,
    /// Leaf values; a leaf takes 1, or one per output if `output` is None.
    pub leaf_values: Vec<f64>,
    /// One per node, or None if the file stores none.
    pub cover: Option<Vec<f64>>,
    /// The output this tree feeds; None for vector leaves.
    pub output: Option<i64>,
    /// Factor of every leaf value.
    pub weight: f64,
}

/// Collects trees and checks them once, so that nothing after it has to.
///
/// A [`Tree`] that leaves the builder has: every node reached from the root exactly once, numbered in pre-order
/// without gaps; features and outputs in range; finite thresholds, leaf values and weight; category sets that are
/// not empty; cover, if any, finite and not negative; a depth of at most [`MAX_DEPTH`].
#[derive(Clone, Debug)]
pub struct Builder {
    features: Vec<Feature>,
    named: bool,
    outputs: Vec<String>,
    trees: Vec<Tree>,
    n_nodes: usize,
}

impl Builder {
    /// An empty ensemble over these inputs and outputs. `named` is false if the names were made up.
    ///
    /// # Errors
    /// [`ModelError::Limit`], [`ModelError::DuplicateFeature`], [`ModelError::Length`] without an output.
    pub fn new(features: Vec<Feature>, named: bool, outputs: Vec<String>) -> Result<Self, ModelError> {
        within("features", features.len(), MAX_FEATURES)?;
        within("outputs", outputs.len(), MAX_OUTPUTS)?;
        if outputs.is_empty() {
            return Err(ModelError::Length { key: "outputs".into(), got: 0, expected: 1 });
        }
        let mut seen = HashMap::with_capacity(features.len());
        for (second, feature) in features.iter().enumerate() {
            within("characters in a feature name", feature.name.chars().count(), MAX_NAME)?;
            if let Some(first) = seen.insert(feature.name.as_str(), second) {
                return Err(ModelError::DuplicateFeature { name: feature.name.clone(), first, second });
            }
        }
        drop(seen);
        Ok(Builder { features, named, outputs, trees: Vec::new(), n_nodes: 0 })
    }

    /// Checks and adds a tree.
    ///
    /// # Errors
    /// [`ModelError::Tree`] with the number of this tree, [`ModelError::Limit`].
    pub fn add(&mut self, spec: TreeSpec) -> Result<(), ModelError> {
        within("trees", self.trees.len() + 1, MAX_TREES)?;
        let tree =
            self.validated(spec).map_err(|fault| ModelError::Tree { tree: self.trees.len(), fault })?;
        self.n_nodes += tree.n_nodes();
        within("nodes", self.n_nodes, MAX_NODES)?;
        self.trees.push(tree);
        Ok(())
    }

    /// The finished ensemble. `base_margin` has one entry per output.
    ///
    /// # Errors
    /// [`ModelError::Length`] or [`ModelError::Value`] if `base_margin` does not fit the outputs or is not finite.
    pub fn finish(
        self,
        base_margin: Vec<f64>,
        cast: Cast,
        objective: Objective,
        facts: Facts,
    ) -> Result<Ensemble, ModelError> {
        let key = || "base_score".to_owned();
        if base_margin.len() != self.outputs.len() {
            return Err(ModelError::Length {
                key: key(),
                got: base_margin.len(),
                expected: self.outputs.len(),
            });
        }
        if let Some(bad) = base_margin.iter().find(|b| !b.is_finite()) {
            return Err(ModelError::Value {
                key: key(),
                got: bad.to_string(),
                expected: "a finite number in margin space",
            });
        }
        Ok(Ensemble {
            features: self.features.into(),
            named: self.named,
            trees: self.trees.into(),
            outputs: self.outputs,
            base_margin,
            cast,
            objective,
            facts,
            calibration: None,
        })
    }

    fn validated(&self, spec: TreeSpec) -> Result<Tree, TreeFault> {
        let n_stored = spec.nodes.len();
        if n_stored == 0 {
            return Err(TreeFault::Empty);
        }
        if n_stored > MAX_NODES_PER_TREE {
            return Err(TreeFault::Nodes { got: n_stored, limit: MAX_NODES_PER_TREE });
        }
        let (output, width) = self.output(spec.output)?;
        if !spec.weight.is_finite() {
            return Err(TreeFault::Weight);
        }
        if let Some(cover) = spec.cover.as_ref().filter(|c| c.len() != n_stored) {
            return Err(TreeFault::Length { array: "cover", got: cover.len(), expected: n_stored });
        }
        let mut tree = Tree {
            hops: Vec::new(),
            zero_missing: Vec::new(),
            entry: Vec::new(),
            cover: Vec::new(),
            sets: Vec::new(),
            values: Vec::new(),
            output,
            width,
            weight: spec.weight,
            depth: 0,
        };
        let mut nodes: Vec<Option<NodeSpec>> = spec.nodes.into_iter().map(Some).collect();
        let mut pending = vec![Visit { stored: 0, right_of: None, depth: 0 }];
        while let Some(Visit { stored, right_of, depth }) = pending.pop() {
            // `stored` was range-checked when it was pushed; what is taken is never taken again.
            let node = nodes[stored].take().ok_or(TreeFault::Shared { node: stored })?;
            if depth > MAX_DEPTH {
                return Err(TreeFault::Depth { limit: MAX_DEPTH });
            }
            tree.depth = tree.depth.max(depth);
            let number = tree.n_nodes();
            if let Some(parent) = right_of {
                tree.hops[parent].set_right(number);
            }
            if let Some(cover) = &spec.cover {
                let cover = cover[stored];
                if !(0.0..f64::INFINITY).contains(&cover) {
                    return Err(TreeFault::Cover { node: stored, cover });
                }
                tree.cover.push(cover);
            }
            let (left, right) = match node {
                NodeSpec::Leaf { first } => {
                    let values = first
                        .checked_add(width)
                        .and_then(|end| spec.leaf_values.get(first..end))
                        .ok_or(TreeFault::LeafWidth { node: stored })?;
                    if values.iter().any(|v| !v.is_finite()) {
                        return Err(TreeFault::LeafValue { node: stored });
                    }
                    let entry = tree.values.len();
                    tree.values.extend_from_slice(values);
                    tree.push(NO_THRESHOLD, 0, number, false, entry);
                    continue;
                }
                NodeSpec::Below { feature, threshold, left, right, default_left } => {
                    if !threshold.is_finite() {
                        return Err(TreeFault::Threshold { node: stored });
                    }
                    tree.push(threshold, self.feature(stored, feature)?, 0, default_left, 0);
                    (left, right)
                }
                NodeSpec::BelowOrZero { feature, threshold, left, right, default_left } => {
                    if !threshold.is_finite() {
                        return Err(TreeFault::Threshold { node: stored });
                    }
                    tree.push(threshold, self.feature(stored, feature)?, 0, default_left, 0);
                    tree.zero_missing.resize(number, false);
                    tree.zero_missing.push(true);
                    (left, right)
                }
                NodeSpec::NotIn { feature, codes, left, right, default_left } => {
                    let set = CategorySet::of(&codes).ok_or(TreeFault::Categories { node: stored })?;
                    tree.push(NO_THRESHOLD, self.feature(stored, feature)?, 0, default_left, tree.sets.len());
                    tree.sets.push(set);
                    (left, right)
                }
            };
            let child = |child: i64| {
                usize::try_from(child).ok().filter(|&c| c < n_stored).ok_or(TreeFault::Child {
                    node: stored,
                    child,
                    n_nodes: n_stored,
                })
            };
            // Left is popped first: pre-order, and the left child's number is its parent's plus one.
            pending.push(Visit { stored: child(right)?, right_of: Some(number), depth: depth + 1 });
            pending.push(Visit { stored: child(left)?, right_of: None, depth: depth + 1 });
        }
        Ok(tree)
    }

    fn feature(&self, node: usize, feature: i64) -> Result<u32, TreeFault> {
        let n_features = self.features.len();
        u32::try_from(feature).ok().filter(|&f| (f as usize) < n_features).ok_or(TreeFault::Feature {
            node,
            feature,
            n_features,
        })
    }

    fn output(&self, output: Option<i64>) -> Result<(Option<OutputId>, usize), TreeFault> {
        let n_outputs = self.outputs.len();
        let Some(output) = output else { return Ok((None, n_outputs)) };
        usize::try_from(output)
            .ok()
            .filter(|&k| k < n_outputs)
            .map(|k| (Some(OutputId::of(k)), 1))
            .ok_or(TreeFault::Output { output, n_outputs })
    }
}

impl Tree {
    fn push(&mut self, threshold: f64, feature: u32, right: usize, default_left: bool, entry: usize) {
        self.hops.push(Hop::new(threshold, feature, right, default_left));
        self.entry.push(entry as u32);
    }
}

/// A node still to be visited.
struct Visit {
    stored: usize,
    /// New number of the parent whose right child this is.
    right_of: Option<usize>,
    depth: usize,
}

/// Refuses a count above its limit.
pub(in crate::ensemble) fn within(what: &'static str, got: usize, limit: usize) -> Result<(), ModelError> {
    if got > limit { Err(ModelError::Limit { what, got, limit }) } else { Ok(()) }
}
