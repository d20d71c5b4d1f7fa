//! One validated decision tree in parallel arrays. Node 0 is the root.

use crate::ids::FeatureId;

/// How an internal node decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Split {
    /// Left iff the value, after the format's cast, is below `threshold`
    /// (`x < t`; loaders of `x ≤ t` formats store the next larger number).
    Below {
        /// Compared with the cast value.
        threshold: f64,
    },
    /// Left iff the level code is not in the set (a bit set over codes); see the loader for each library's rule.
    NotIn {
        /// Bit c of word c / 32 is set if code c is in the set.
        bits: Box<[u32]>,
    },
}

/// A node as the engines see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node<'a> {
    /// Value index into the leaf table.
    Leaf,
    /// An internal node.
    Internal {
        /// Feature tested.
        feature: FeatureId,
        /// The test.
        split: &'a Split,
        /// Child when the test holds.
        left: u32,
        /// Child otherwise.
        right: u32,
        /// True if a missing value goes left.
        default_left: bool,
    },
}

/// A decision tree; see [`super::Builder`] for what is guaranteed.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {}
