//! The inputs as the kernel compares them.
//!
//! A channel is one feature with one rule for missing values: missing is written as −∞ where it goes left and as +∞
//! where it goes right, so that the one comparison `x < t` decides every split. A categorical split gets a channel of
//! its own with −∞ or +∞ for each row; those lie after the numeric ones and are written anew for each tree.

use super::lanes::Block;
use crate::ensemble::{Cast, Ensemble, Node, Split, Tree, ZERO};
use crate::ids::FeatureId;

/// Which channels a model needs, and which features it uses.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Channels {
    cast: Cast,
    n_features: usize,
    /// Feature and rule of each numeric channel.
    numeric: Vec<(FeatureId, Missing)>,
    /// Largest number of categorical splits in one tree.
    n_categorical: usize,
    /// Channel of feature f at [`RULES`] f + the rule's number; unused ones are not read.
    of: Vec<u32>,
    /// Features that some tree splits on, ascending.
    used: Vec<FeatureId>,
    /// Position of a feature in `used`.
    row: Vec<u32>,
}

/// A rule for missing values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    /// They go left.
    pub(super) left: bool,
    /// Zero is one of them.
    pub(super) zero: bool,
}

/// Number of rules.
const RULES: usize = 4;

impl Missing {
    fn slot(self, feature: FeatureId) -> usize {
        RULES * feature.index() + 2 * usize::from(self.zero) + usize::from(self.left)
    }

    fn of_slot(slot: usize) -> (FeatureId, Self) {
        (FeatureId::of(slot / RULES), Missing { left: slot % 2 == 1, zero: slot % RULES >= 2 })
    }

    /// The value as the comparison `x < t` decides it.
    fn apply(self, value: f64) -> f64 {
        let missing = value.is_nan() || self.zero && value.abs() <= ZERO;
        match (missing, self.left) {
            (false, _) => value,
            (true, true) => f64::NEG_INFINITY,
            (true, false) => f64::INFINITY,
        }
    }
}

/// Threshold of a categorical channel.
pub(in crate::explain) const CATEGORICAL: f64 = 0.0;

impl Channels {
    pub(in crate::explain) fn new(model: &Ensemble) -> Self {
        let n_features = model.n_features();
        let (mut uses, mut splits) = (vec![false; RULES * n_features], vec![false; n_features]);
        let mut n_categorical = 0;
        for tree in model.trees() {
            let mut categorical = 0;
            for i in 0..tree.n_nodes() {
                if let Node::Internal { feature, split, default_left, .. } = tree.node(i) {
                    splits[feature.index()] = true;
                    let zero = match split {
                        Split::Below { .. } => false,
                        Split::BelowOrZero { .. } => true,
                        Split::NotIn { .. } => {
                            categorical += 1;
                            continue;
                        }
                    };
                    uses[Missing { left: default_left, zero }.slot(feature)] = true;
                }
            }
            n_categorical = n_categorical.max(categorical);
        }
        let (of, numeric) = number(&uses);
        let (row, used) = number(&splits);
        Channels {
            cast: model.cast(),
            n_features,
            numeric: numeric.into_iter().map(Missing::of_slot).collect(),
            n_categorical,
            of,
            used: used.into_iter().map(FeatureId::of).collect(),
            row,
        }
    }

    /// Number of channels.
    pub(in crate::explain) fn len(&self) -> usize {
        self.numeric.len() + self.n_categorical
    }

    /// Number of numeric channels, which come first.
    pub(in crate::explain) fn n_numeric(&self) -> usize {
        self.numeric.len()
    }

    /// Features that some tree splits on, ascending.
    pub(in crate::explain) fn used(&self) -> &[FeatureId] {
        &self.used
    }

    /// Position of a used feature in [`Channels::used`].
    pub(in crate::explain) fn row(&self, feature: FeatureId) -> u32 {
        self.row[feature.index()]
    }

    /// Channel of a numeric split.
    pub(super) fn numeric(&self, feature: FeatureId, missing: Missing) -> u32 {
        self.of[missing.slot(feature)]
    }

    /// Channel of the nth categorical split of a tree.
    pub(in crate::explain) fn categorical(&self, nth: usize) -> u32 {
        (self.numeric.len() + nth) as u32
    }

    /// How a split is decided: left iff this channel is below this threshold. `nth` counts the categorical splits of
    /// the tree before it. None for a leaf.
    pub(in crate::explain) fn test(&self, node: &Node<'_>, nth: usize) -> Option<(u32, f64)> {
        match *node {
            Node::Leaf { .. } => None,
            Node::Internal { split: Split::NotIn { .. }, .. } => Some((self.categorical(nth), CATEGORICAL)),
            Node::Internal { feature, split: Split::Below { threshold }, default_left, .. } => {
                Some((self.numeric(feature, Missing { left: default_left, zero: false }), threshold))
            }
            Node::Internal { feature, split: Split::BelowOrZero { threshold, zero_left }, .. } => {
                Some((self.numeric(feature, Missing { left: zero_left, zero: true }), threshold))
            }
        }
    }

    /// Nodes of a tree with a categorical split, in pre-order.
    pub(in crate::explain) fn categorical_nodes(tree: &Tree) -> Vec<u32> {
        let is = |i: &usize| matches!(tree.node(*i), Node::Internal { split: Split::NotIn { .. }, .. });
        (0..tree.n_nodes()).filter(is).map(|i| i as u32).collect()
    }

    /// Writes the numeric channels of a block of rows, laid out `[row][feature]`.
    pub(in crate::explain) fn fill(&self, rows: &[f64], out: &mut [Block]) {
        for (block, &(feature, missing)) in out.iter_mut().zip(&self.numeric) {
            for (r, row) in rows.chunks_exact(self.n_features).enumerate() {
                block.set(r, missing.apply(self.cast.apply(row[feature.index()])));
            }
        }
    }

    /// Writes the channels of a tree's categorical splits, given the nodes that have one.
    pub(in crate::explain) fn fill_categorical(
        &self,
        tree: &Tree,
        nodes: &[u32],
        rows: &[f64],
        out: &mut [Block],
    ) {
        for (block, &node) in out[self.numeric.len()..].iter_mut().zip(nodes) {
            let Node::Internal { feature, split, default_left, .. } = tree.node(node as usize) else {
                continue;
            };
            for (r, row) in rows.chunks_exact(self.n_features).enumerate() {
                let value = self.cast.apply(row[feature.index()]);
                let left = if value.is_nan() { default_left } else { split.holds(value) };
                block.set(r, if left { f64::NEG_INFINITY } else { f64::INFINITY });
            }
        }
    }
}

/// Numbers the true entries: position → number (0 where false) and number → position.
fn number(flags: &[bool]) -> (Vec<u32>, Vec<usize>) {
    let mut positions = Vec::new();
    let numbers = flags
        .iter()
        .enumerate()
        .map(|(i, &flag)| {
            if flag {
                positions.push(i);
                positions.len() as u32 - 1
            } else {
                0
            }
        })
        .collect();
    (numbers, positions)
}
