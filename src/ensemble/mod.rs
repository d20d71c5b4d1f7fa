//! A fitted model: trees, links, one loader per file format, and one builder that checks everything.
//!
//! Knows nothing of tables, patients or attributions.

mod builder;
mod error;
pub mod format;
mod objective;
mod predict;
mod summary;
mod tree;

pub use builder::{Builder, NodeSpec, TreeSpec};
pub use error::ModelError;
pub use objective::{Link, Objective, Scale};
pub use summary::{FeatureSummary, Summary};
pub use tree::{Node, Split, Tree};

use crate::Parsed;

/// Reads a model file of any supported format, decided by its content.
///
/// # Errors
/// [`ModelError`] names the format, the place (tree, node, key or byte) and what to do.
pub fn read(bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    format::read(bytes)
}

/// What a feature's values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeatureKind {
    /// A number.
    Numeric,
    /// One of a set of levels; trees split on the level's code.
    Categorical {
        /// Level texts, indexed by code, where the file carries them.
        levels: Option<Vec<String>>,
    },
}

/// One input of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name in the file, or `f0`, `f1`, … if it stores none.
    pub name: String,
    /// Numeric or categorical.
    pub kind: FeatureKind,
}

/// A validated tree ensemble. Margin of output k: `base_margin[k] + Σ weight · leaf value`.
#[derive(Clone, Debug)]
pub struct Ensemble {
    features: Vec<Feature>,
    named: bool,
    trees: Vec<Tree>,
    outputs: Vec<String>,
    base_margin: Vec<f64>,
    objective: Objective,
    facts: summary::Facts,
}
