//! What a reader is told about a model, and what the page keeps of it: plain facts, serialisable.

use super::Scale;
use serde::{Deserialize, Serialize};

/// What one feature is to the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSummary {
    /// Name in the model.
    pub name: String,
    /// True if the trees split on level codes.
    pub categorical: bool,
    /// Level texts by code, where the file carries them.
    pub levels: Option<Vec<String>>,
    /// Splits on this feature over all explained trees.
    pub n_splits: u32,
    /// Distinct numeric thresholds, ascending.
    pub thresholds: Vec<f64>,
    /// Number of splits at each threshold, same order.
    pub threshold_splits: Vec<u32>,
}

/// The facts of a model, as shown in the overview and printed by `clarimark inspect`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// `XGBoost`.
    pub library: String,
    /// Version that wrote the file, e.g. `3.4.1`.
    pub version: String,
    /// True if this format and version are covered by reference cases.
    pub tested: bool,
    /// File format, e.g. `XGBoost JSON`.
    pub format: String,
    /// Objective as stored, e.g. `survival:cox`.
    pub objective: String,
    /// Booster as stored, e.g. `gbtree`, `dart`.
    pub booster: String,
    /// What margin and prediction mean.
    pub scale: Scale,
    /// Output names, length k.
    pub outputs: Vec<String>,
    /// Trees that take part in the margin.
    pub n_trees: u32,
    /// Trees in the file, including those after the best iteration.
    pub n_trees_stored: u32,
    /// Best iteration (0-based) if the file was cut there.
    pub best_iteration: Option<u32>,
    /// Internal nodes reachable from a root.
    pub n_splits: u32,
    /// Leaves reachable from a root.
    pub n_leaves: u32,
    /// Longest path in edges.
    pub max_depth: u32,
    /// Base score as stored in the file (text).
    pub base_score: String,
    /// Base score in margin space, length k.
    pub base_margin: Vec<f64>,
    /// Expected margin of the explanation (path-dependent), length k; None if the file has no cover.
    pub base_values: Option<Vec<f64>>,
    /// What cover counts, e.g. `sum of hessians`.
    pub cover: String,
    /// True if the file stores feature names.
    pub named: bool,
    /// One entry per feature, model order.
    pub features: Vec<FeatureSummary>,
}

/// What a loader learned about the file beside the trees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// See [`Summary::library`].
    pub library: String,
    /// See [`Summary::version`].
    pub version: String,
    /// See [`Summary::tested`].
    pub tested: bool,
    /// See [`Summary::format`].
    pub format: String,
    /// See [`Summary::booster`].
    pub booster: String,
    /// See [`Summary::base_score`].
    pub base_score: String,
    /// See [`Summary::cover`].
    pub cover: String,
    /// See [`Summary::n_trees_stored`].
    pub n_trees_stored: u32,
    /// See [`Summary::best_iteration`].
    pub best_iteration: Option<u32>,
}
