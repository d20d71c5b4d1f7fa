//! One validated decision tree.
//!
//! Nodes are numbered in pre-order: node 0 is the root, the left child of node `i` is node `i + 1`, and a subtree
//! is a contiguous range. What else is guaranteed is written at [`super::Builder`].

use super::builder::MAX_NODES_PER_TREE;
use super::category::CategorySet;
use crate::ids::{FeatureId, OutputId};

/// A decision tree; see [`super::Builder`] for what is guaranteed.
///
/// A leaf is its own right child and has no threshold, so that a walk that does not look for leaves stays on one.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// How a walk goes on from each node.
    pub(super) hops: Vec<Hop>,
    /// True for numeric splits that take zero for missing; empty if there are none.
    pub(super) zero_missing: Vec<bool>,
    /// First of a leaf's `values`; number of a categorical split's set; 0 for numeric splits.
    pub(super) entry: Vec<u32>,
    /// Cover per node; empty if the file stores none.
    pub(super) cover: Vec<f64>,
    /// Level codes of the categorical splits.
    pub(super) sets: Vec<CategorySet>,
    /// Leaf values, `width` per leaf.
    pub(super) values: Vec<f64>,
    /// The output this tree feeds; None if its leaves are vectors that feed all.
    pub(super) output: Option<OutputId>,
    /// Values per leaf: 1, or the number of outputs.
    pub(super) width: usize,
    /// Factor of every leaf value.
    pub(super) weight: f64,
    /// Longest path in edges.
    pub(super) depth: usize,
}

/// What a walk needs of a node, in a quarter of a cache line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hop {
    /// Threshold of a numeric split; [`NO_THRESHOLD`] elsewhere.
    pub(super) threshold: f64,
    /// Feature of an internal node; 0 for leaves.
    pub(super) feature: u32,
    /// Right child of an internal node, a leaf itself; above it one bit for where missing values go.
    right: u32,
}

impl Hop {
    const DEFAULT_LEFT: u32 = 1 << 31;

    pub(super) fn new(threshold: f64, feature: u32, right: usize, default_left: bool) -> Self {
        const { assert!(MAX_NODES_PER_TREE <= Self::DEFAULT_LEFT as usize) }
        let default_left = if default_left { Hop::DEFAULT_LEFT } else { 0 };
        Hop { threshold, feature, right: right as u32 | default_left }
    }

    /// Right child of an internal node; a leaf itself.
    #[inline(always)]
    pub(super) fn right(&self) -> usize {
        (self.right & !Hop::DEFAULT_LEFT) as usize
    }

    /// Where a missing value goes; false for leaves.
    #[inline(always)]
    pub(super) fn default_left(&self) -> bool {
        self.right & Hop::DEFAULT_LEFT != 0
    }

    /// Gives an internal node its right child, which was 0.
    pub(super) fn set_right(&mut self, right: usize) {
        self.right |= right as u32;
    }
}

/// Largest distance from zero that counts as zero where zero is missing: LightGBM's `kZeroThreshold`, a 32-bit number
/// that occurs as a threshold, too.
pub const ZERO: f64 = 1e-35_f32 as f64;

/// Nothing is below it, and no split has it.
pub(super) const NO_THRESHOLD: f64 = f64::NEG_INFINITY;

/// How an internal node decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Split<'a> {
    /// Left iff the value, after the format's cast, is below `threshold`
    /// (`x < t`; loaders of `x ≤ t` formats store the next larger number).
    Below {
        /// Compared with the cast value.
        threshold: f64,
    },
    /// [`Split::Below`], but a value within [`ZERO`] of zero counts as missing.
    BelowOrZero {
        /// Compared with the cast value.
        threshold: f64,
        /// True if a zero goes left; always the side of a missing value.
        zero_left: bool,
    },
    /// Left iff the level code is not in the set.
    NotIn {
        /// Codes that go right.
        set: &'a CategorySet,
    },
}

/// A node as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node<'a> {
    /// The end of a path.
    Leaf {
        /// One value, or one per output.
        values: &'a [f64],
    },
    /// An internal node.
    Internal {
        /// Feature tested.
        feature: FeatureId,
        /// The test.
        split: Split<'a>,
        /// Child when the test holds.
        left: usize,
        /// Child otherwise.
        right: usize,
        /// True if a missing value goes left.
        default_left: bool,
    },
}

impl Split<'_> {
    /// True if a present, cast value goes left.
    pub fn holds(&self, value: f64) -> bool {
        match self {
            Split::Below { threshold } => value < *threshold,
            Split::BelowOrZero { threshold, zero_left } => {
                if value.abs() <= ZERO {
                    *zero_left
                } else {
                    value < *threshold
                }
            }
            Split::NotIn { set } => !set.contains(value),
        }
    }
}

impl Tree {
    /// Number of nodes, at least 1.
    pub fn n_nodes(&self) -> usize {
        self.hops.len()
    }

    /// Number of leaves, at least 1.
    pub fn n_leaves(&self) -> usize {
        self.n_nodes().div_ceil(2)
    }

    /// Longest path from the root to a leaf, in edges.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The output this tree feeds; None if its leaves are vectors that feed all.
    pub fn output(&self) -> Option<OutputId> {
        self.output
    }

    /// Factor of every leaf value (dart; 1 elsewhere).
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The node with this pre-order number.
    pub fn node(&self, i: usize) -> Node<'_> {
        let (hop, entry) = (&self.hops[i], self.entry[i] as usize);
        let (right, default_left) = (hop.right(), hop.default_left());
        if right == i {
            return Node::Leaf { values: &self.values[entry..entry + self.width] };
        }
        let split = match hop.threshold {
            NO_THRESHOLD => Split::NotIn { set: &self.sets[entry] },
            threshold if self.zero_missing.get(i) == Some(&true) => {
                Split::BelowOrZero { threshold, zero_left: default_left }
            }
            threshold => Split::Below { threshold },
        };
        Node::Internal { feature: FeatureId(hop.feature), split, left: i + 1, right, default_left }
    }

    /// Cover of a node; None if the file stores none.
    pub fn cover(&self, i: usize) -> Option<f64> {
        self.cover.get(i).copied()
    }

    /// Share of the cover of an internal node's children that is on the left, in 0..1.
    ///
    /// The denominator is the sum of the children, which in f32 files is not exactly the parent. Two children
    /// without cover share evenly, as in XGBoost ≥ 3.3. NaN without cover.
    pub fn left_share(&self, i: usize) -> f64 {
        let (Some(left), Some(right)) = (self.cover(i + 1), self.cover(self.hops[i].right())) else {
            return f64::NAN;
        };
        let sum = left + right;
        if sum > 0.0 { left / sum } else { 0.5 }
    }

    /// Adds `weight × Σ leaf value × Π shares along its path` to each output the tree feeds.
    pub(crate) fn add_expectation(&self, out: &mut [f64]) {
        let first = self.output.map_or(0, OutputId::index);
        let out = &mut out[first..first + self.width];
        let mut pending = vec![(0, 1.0)];
        while let Some((i, share)) = pending.pop() {
            match self.node(i) {
                Node::Leaf { values } => {
                    for (sum, value) in out.iter_mut().zip(values) {
                        *sum += self.weight * share * value;
                    }
                }
                Node::Internal { left, right, .. } => {
                    let to_left = self.left_share(i);
                    pending.push((right, share * (1.0 - to_left)));
                    pending.push((left, share * to_left));
                }
            }
        }
    }
}
