//! A fitted model: trees, links, one loader per file format, and one builder that checks everything.
//!
//! Knows nothing of tables, patients or attributions. The room is an hourglass: many formats, one [`Builder`],
//! one [`Ensemble`], many readers.

pub mod builder;
mod calibration;
mod category;
mod error;
pub mod format;
mod objective;
mod predict;
mod summary;
mod tree;

pub use builder::{Builder, NodeSpec, TreeSpec};
pub use calibration::{Calibration, CalibrationError, CalibrationInput};
pub use category::CategorySet;
pub use error::{ModelError, TreeFault};
pub use format::{is_packed_tightly, unpacked_tightly};
pub use objective::{Link, Objective, Scale};
pub use summary::{Facts, FeatureSummary, Summary};
pub use tree::{Node, Split, Tree, ZERO};

use crate::Parsed;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How to read a model file: which of the functions in it is meant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// Keep the trees after the best iteration, as XGBoost's `Booster.predict` does. By default they are left out,
    /// as scikit-learn style prediction leaves them out.
    pub use_all_trees: bool,
    /// Explain a survival forest's S(t) at these times, one output each, in the unit that it was fitted in. None are
    /// given by default: then its risk score is explained.
    pub survival_at: Vec<f64>,
}

impl ReadOptions {
    /// Short text that a link carries: `all` and the times, between commas; empty by default.
    pub fn id(&self) -> String {
        let all = self.use_all_trees.then(|| "all".to_owned());
        all.into_iter().chain(self.survival_at.iter().map(f64::to_string)).collect::<Vec<_>>().join(",")
    }

    /// What [`ReadOptions::id`] wrote, or a person; None if a part of it is neither a number nor `all`.
    pub fn from_id(id: &str) -> Option<Self> {
        let mut options = ReadOptions::default();
        for part in id.split(',').map(str::trim).filter(|_| !id.trim().is_empty()) {
            match part.parse::<f64>() {
                Ok(time) if time.is_finite() => options.survival_at.push(time),
                _ if part == "all" => options.use_all_trees = true,
                _ => return None,
            }
        }
        Some(options)
    }
}

/// The formats that are read, for people.
pub const FORMATS: &str = "XGBoost, LightGBM, CatBoost, scikit-learn and scikit-survival (skops, joblib, pickle), ONNX, PMML, Treelite";

/// Reads a model file of any supported format, decided by its content.
///
/// # Errors
/// [`ModelError`] names the format, the place (tree, node, key or byte) and what to do.
pub fn read(bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    read_with(bytes, &ReadOptions::default())
}

/// [`read`] with choices.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], options: &ReadOptions) -> Result<Parsed<Ensemble>, ModelError> {
    format::read(bytes, options)
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

/// What a library does to a value before it compares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// Rounds to f32 (XGBoost, CatBoost, scikit-learn's plain trees).
    F32,
    /// Nothing (LightGBM, histogram boosting).
    None,
}

/// A validated tree ensemble. Margin of output k: `base_margin[k] + Σ weight · leaf value`.
///
/// Cheap to clone: the trees are shared.
#[derive(Clone, Debug)]
pub struct Ensemble {
    features: Arc<[Feature]>,
    named: bool,
    trees: Arc<[Tree]>,
    outputs: Vec<String>,
    base_margin: Vec<f64>,
    cast: Cast,
    objective: Objective,
    facts: Facts,
    calibration: Option<Calibration>,
}

impl Ensemble {
    /// Inputs, in the model's order.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Number of inputs.
    pub fn n_features(&self) -> usize {
        self.features.len()
    }

    /// True if the file stores the feature names.
    pub fn named(&self) -> bool {
        self.named
    }

    /// Trees that take part in the margin, in file order.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Output names.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Number of outputs (k), at least 1.
    pub fn n_outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Base score in margin space, `[output]`.
    pub fn base_margin(&self) -> &[f64] {
        &self.base_margin
    }

    /// What happens to a value before it is compared.
    pub fn cast(&self) -> Cast {
        self.cast
    }

    /// The objective.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// What was put on top of the one output, if anything. Margins, predictions and attributions are without it.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The same ensemble with a calibration on top of its first output.
    #[must_use]
    pub fn with_calibration(self, calibration: Calibration) -> Self {
        let mut facts = self.facts;
        facts.booster = format!("{}, calibrated ({})", facts.booster, calibration.name());
        Ensemble { facts, calibration: Some(calibration), ..self }
    }

    /// [`Ensemble::with_calibration`] for a calibration that came beside the model.
    ///
    /// # Errors
    /// [`CalibrationError::Outputs`] unless there is one output, [`CalibrationError::Already`].
    pub fn calibrated_by(self, calibration: Calibration) -> Result<Self, CalibrationError> {
        match &self.calibration {
            _ if self.n_outputs() != 1 => Err(CalibrationError::Outputs { n_outputs: self.n_outputs() }),
            Some(known) => Err(CalibrationError::Already { name: known.name() }),
            None => Ok(self.with_calibration(calibration)),
        }
    }

    /// True if path-dependent SHAP values are defined: no tree splits, or every tree that splits has cover and at
    /// least one of them some that is not zero.
    pub fn has_cover(&self) -> bool {
        let mut splitting = self.trees.iter().filter(|t| t.n_nodes() > 1).peekable();
        splitting.peek().is_none()
            || splitting.clone().all(|t| t.cover(0).is_some())
                && splitting.any(|t| (0..t.n_nodes()).any(|i| t.cover(i) > Some(0.0)))
    }

    /// Expected margin of the path-dependent explanation, `[output]`; None without cover.
    pub fn base_values(&self) -> Option<Vec<f64>> {
        self.has_cover().then(|| {
            let mut out = self.base_margin.clone();
            for tree in self.trees.iter() {
                tree.add_expectation(&mut out);
            }
            out
        })
    }
}
