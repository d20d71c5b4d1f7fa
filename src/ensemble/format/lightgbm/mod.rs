//! LightGBM models: the text of `save_model` (v3 and v4) and the JSON of `dump_model`.
//!
//! Written from the library's source (`src/io/tree.cpp`, `gbdt_model_text.cpp`) and checked against its predictions.
//!
//! * A number goes left if it is at most the threshold. What counts as missing is said per split: nothing (NaN is then
//!   read as 0), NaN, or NaN and everything within 1e-35 of zero.
//! * A level code that is in the split's set goes left, everything else right, missing too.
//! * Leaf values already hold the shrinkage, dart's weights and the average of the outcome.
//! * A random forest (`average_output`) predicts from the mean of its trees, while the library's `raw_score` and
//!   `pred_contrib` are their sum. Here everything explains the mean.
//! * With `sigmoid:s` the margin here is s × `raw_score`, the log-odds.

mod dump;
mod objective;
mod text;

use super::super::error::quoted;
use super::super::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, ModelError, NodeSpec, Objective, TreeSpec,
};
use super::within;
use crate::Parsed;
use crate::ensemble::builder::{MAX_FEATURES, MAX_OUTPUTS};

pub(super) use dump::read as read_dump;
pub(super) use text::{read as read_text, read_up_to as read_text_up_to};

/// Versions of the file that the reference cases cover.
const TESTED: &[&str] = &["v3", "v4"];

const RETRAIN_LINEAR: &str =
    "Train it again with linear_tree=false; LightGBM itself computes no contributions for linear trees.";

/// What either form of the file says.
struct Model {
    format: &'static str,
    version: String,
    n_features: usize,
    /// Trees per round, which is also the number of outputs.
    n_outputs: usize,
    /// Name and parameters, separated by spaces; empty for an objective of the user's own.
    objective: String,
    /// A random forest.
    average: bool,
    feature_names: Vec<String>,
    /// Features that were trained as categorical.
    categorical: Vec<bool>,
    /// Levels of the table's categorical columns, in column order.
    pandas_categorical: Vec<Vec<Level>>,
    trees: Vec<TreeSpec>,
    /// Rounds that predictions use, where the object around the file says so; 1-based like LightGBM's own.
    best: Option<usize>,
}

/// How a split treats missing values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Missing {
    /// There are none: NaN is 0.
    None,
    /// Zero is missing, and so is NaN.
    Zero,
    /// NaN is missing.
    Nan,
}

/// A numeric split: left iff x ≤ threshold.
fn numeric(
    feature: i64,
    threshold: f64,
    missing: Missing,
    default_left: bool,
    left: i64,
    right: i64,
) -> NodeSpec {
    // x ≤ t exactly if x is below the next number; infinity divides present values from missing ones. NaN stays what it
    // is, for the builder to refuse.
    let next = if threshold == f64::INFINITY { f64::MAX } else { threshold.next_up() };
    match missing {
        Missing::None => {
            NodeSpec::Below { feature, threshold: next, left, right, default_left: 0.0 <= threshold }
        }
        Missing::Nan => NodeSpec::Below { feature, threshold: next, left, right, default_left },
        Missing::Zero => NodeSpec::BelowOrZero { feature, threshold: next, left, right, default_left },
    }
}

/// A categorical split: members of the set go left. The sides are exchanged, because here members go right.
fn categorical(feature: i64, codes: Vec<i64>, left: i64, right: i64) -> NodeSpec {
    NodeSpec::NotIn { feature, codes, left: right, right: left, default_left: true }
}

/// The text of a level, as pandas writes it into a table.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Level {
    Text(String),
    Truth(bool),
    Number(serde_json::Number),
    Other(serde::de::IgnoredAny),
}

impl Level {
    fn text(self) -> String {
        match self {
            Level::Text(text) => text,
            Level::Truth(true) => "True".into(),
            Level::Truth(false) => "False".into(),
            Level::Number(number) => number.to_string(),
            Level::Other(_) => "(no text)".into(),
        }
    }
}

impl Model {
    fn into_ensemble(mut self) -> Result<Parsed<Ensemble>, ModelError> {
        let mut warnings = Vec::new();
        within("features", self.n_features, MAX_FEATURES)?;
        within("outputs", self.n_outputs, MAX_OUTPUTS)?;
        let same = |key: &str, got: usize| {
            if got == self.n_features {
                return Ok(());
            }
            Err(ModelError::Length { key: key.into(), got, expected: self.n_features })
        };
        same("feature_names", self.feature_names.len())?;
        same("feature_infos", self.categorical.len())?;
        let n_trees = self.trees.len();
        if self.n_outputs == 0 || !n_trees.is_multiple_of(self.n_outputs) {
            return Err(ModelError::Value {
                key: "num_tree_per_iteration".into(),
                got: format!("{} for {n_trees} trees", self.n_outputs),
                expected: "a whole number of rounds",
            });
        }
        let (n_stored, mut best_iteration) = (n_trees, None);
        // Without rounds after the best there is nothing to leave out.
        if let Some(best) = self.best.filter(|&best| best > 0 && best < n_trees / self.n_outputs) {
            self.trees.truncate(best * self.n_outputs);
            best_iteration = Some(best as u32 - 1);
        }
        let n_trees = self.trees.len();
        let known = objective::known(&self.objective)?;
        if !known.recognised {
            warnings.push(match self.objective.is_empty() {
                true => "The file names no objective; its margin is explained as it is.".to_owned(),
                false => {
                    let name = quoted(&self.objective);
                    format!("The objective {name} is not known; its margin is explained as it is.")
                }
            });
        }
        let n_rounds = n_trees / self.n_outputs;
        let mut weight = known.factor;
        if self.average {
            weight /= n_rounds.max(1) as f64;
            warnings.push(format!(
                "This is a random forest: margins and attributions explain the mean of its {n_rounds} trees, as \
                 LightGBM's predictions do. LightGBM's own raw_score and pred_contrib are {n_rounds} times as large."
            ));
        }
        if known.factor != 1.0 {
            warnings.push(format!(
                "The objective has sigmoid:{0}: margins and attributions are log-odds, {0} × LightGBM's raw_score.",
                known.factor
            ));
        }
        for tree in &self.trees {
            for node in &tree.nodes {
                if let NodeSpec::NotIn { feature, .. } = node
                    && let Some(flag) =
                        usize::try_from(*feature).ok().and_then(|f| self.categorical.get_mut(f))
                {
                    *flag = true;
                }
            }
        }
        let named = self.feature_names.iter().enumerate().any(|(f, name)| *name != format!("Column_{f}"));
        let outputs = match self.n_outputs {
            1 => vec![known.scale.margin.clone()],
            n => (0..n).map(|k| format!("class {k}")).collect(),
        };
        let n_outputs = self.n_outputs;
        let facts = Facts {
            library: "LightGBM".into(),
            tested: TESTED.contains(&self.version.as_str()),
            version: std::mem::take(&mut self.version),
            format: self.format.into(),
            booster: if self.average { "random forest".into() } else { "gradient boosting".into() },
            base_score: "inside the leaf values".into(),
            cover: "number of rows".into(),
            n_trees_stored: n_stored as u32,
            best_iteration,
            ..Facts::default()
        };
        let trees = std::mem::take(&mut self.trees);
        let objective = Objective { name: std::mem::take(&mut self.objective), scale: known.scale };
        let mut builder = Builder::new(self.features(&mut warnings)?, named, outputs)?;
        for (i, mut tree) in trees.into_iter().enumerate() {
            tree.output = Some((i % n_outputs) as i64);
            tree.weight = weight;
            builder.add(tree)?;
        }
        let value = builder.finish(vec![0.0; n_outputs], Cast::None, objective, facts)?;
        if !value.has_cover() {
            warnings.push(
                "The file stores no cover, so its predictions can be shown but not explained.".to_owned(),
            );
        }
        Ok(Parsed { value, warnings })
    }

    /// Inputs with their level texts. The file lists the levels of the table's categorical columns without saying
    /// which these are; they are the categorical features, if there are as many.
    fn features(self, warnings: &mut Vec<String>) -> Result<Vec<Feature>, ModelError> {
        let n_categorical = self.categorical.iter().filter(|c| **c).count();
        let n_lists = self.pandas_categorical.len();
        let mut lists = self.pandas_categorical.into_iter();
        if n_lists != n_categorical && n_lists > 0 {
            warnings.push(format!(
                "The file has level texts for {n_lists} columns, but {n_categorical} of its features are categorical, \
                 so their levels have to be given as codes (0, 1, …)."
            ));
            lists = Vec::new().into_iter();
        }
        self.feature_names
            .into_iter()
            .zip(self.categorical)
            .map(|(name, categorical)| {
                if !categorical {
                    return Ok(Feature { name, kind: FeatureKind::Numeric });
                }
                let levels: Option<Vec<String>> =
                    lists.next().map(|l| l.into_iter().map(Level::text).collect());
                for level in levels.iter().flatten() {
                    within(
                        "characters in a level",
                        level.chars().count(),
                        crate::ensemble::builder::MAX_NAME,
                    )?;
                }
                Ok(Feature { name, kind: FeatureKind::Categorical { levels } })
            })
            .collect()
    }
}
