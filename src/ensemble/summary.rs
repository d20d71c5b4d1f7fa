//! What a reader is told about a model, and what the page keeps of it: plain facts, serialisable.

use super::{Calibration, Ensemble, FeatureKind, Node, ReadOptions, Scale, Split};
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
    /// True if the library refuses missing values and the trees do not say where they would go.
    pub refuses_missing: bool,
    /// How the file was read.
    pub options: ReadOptions,
    /// Quartiles of the event times of a survival forest, at which its S(t) may be asked for; empty of other models.
    pub survival_quartiles: Vec<f64>,
    /// What was put on top of the one output, if anything.
    pub calibration: Option<Calibration>,
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
    /// See [`Summary::refuses_missing`].
    pub refuses_missing: bool,
    /// See [`Summary::options`].
    pub options: ReadOptions,
    /// See [`Summary::survival_quartiles`].
    pub survival_quartiles: Vec<f64>,
}

impl Ensemble {
    /// The facts of the model; one walk over all trees.
    pub fn summary(&self) -> Summary {
        let mut features: Vec<FeatureSummary> = self.features.iter().map(FeatureSummary::unused).collect();
        let (mut n_splits, mut n_leaves, mut max_depth) = (0, 0, 0);
        for tree in self.trees.iter() {
            n_leaves += tree.n_leaves();
            n_splits += tree.n_nodes() - tree.n_leaves();
            max_depth = max_depth.max(tree.depth());
            for i in 0..tree.n_nodes() {
                let Node::Internal { feature, split, .. } = tree.node(i) else { continue };
                let feature = &mut features[feature.index()];
                feature.n_splits += 1;
                match split {
                    Split::Below { threshold } | Split::BelowOrZero { threshold, .. } => {
                        feature.thresholds.push(threshold)
                    }
                    Split::NotIn { .. } => feature.categorical = true,
                }
            }
        }
        features.iter_mut().for_each(FeatureSummary::tally);
        Summary {
            library: self.facts.library.clone(),
            version: self.facts.version.clone(),
            tested: self.facts.tested,
            format: self.facts.format.clone(),
            objective: self.objective.name.clone(),
            booster: self.facts.booster.clone(),
            scale: self.objective.scale.clone(),
            outputs: self.outputs.clone(),
            n_trees: self.trees.len() as u32,
            n_trees_stored: self.facts.n_trees_stored,
            best_iteration: self.facts.best_iteration,
            n_splits: n_splits as u32,
            n_leaves: n_leaves as u32,
            max_depth: max_depth as u32,
            base_score: self.facts.base_score.clone(),
            base_margin: self.base_margin.clone(),
            base_values: self.base_values(),
            cover: self.facts.cover.clone(),
            named: self.named,
            refuses_missing: self.facts.refuses_missing,
            options: self.facts.options.clone(),
            survival_quartiles: self.facts.survival_quartiles.clone(),
            calibration: self.calibration.clone(),
            features,
        }
    }
}

impl Summary {
    /// The functions of the file that can be explained, each with a word for it; one where there is no choice.
    pub fn readings(&self) -> Vec<(String, ReadOptions)> {
        let usual = ReadOptions::default();
        if !self.survival_quartiles.is_empty() {
            let survival_at = self.survival_quartiles.clone();
            return vec![
                ("risk score".into(), usual),
                ("survival at times".into(), ReadOptions { survival_at, ..ReadOptions::default() }),
            ];
        }
        match self.best_iteration {
            None if !self.options.use_all_trees => vec![(String::new(), usual)],
            _ => vec![
                ("trees up to the best iteration".into(), usual),
                (
                    format!("all {} trees", self.n_trees_stored),
                    ReadOptions { use_all_trees: true, ..ReadOptions::default() },
                ),
            ],
        }
    }

    /// What the calibration, if there is one, makes of a margin.
    pub fn calibrated(&self, margin: f64) -> Option<f64> {
        self.calibration.as_ref().map(|c| c.apply(margin, self.scale.link))
    }
}

impl FeatureSummary {
    fn unused(feature: &super::Feature) -> Self {
        let (categorical, levels) = match &feature.kind {
            FeatureKind::Numeric => (false, None),
            FeatureKind::Categorical { levels } => (true, levels.clone()),
        };
        FeatureSummary {
            name: feature.name.clone(),
            categorical,
            levels,
            n_splits: 0,
            thresholds: Vec::new(),
            threshold_splits: Vec::new(),
        }
    }

    /// Turns the thresholds of all splits into distinct ones with counts.
    fn tally(&mut self) {
        crate::math::sort(&mut self.thresholds);
        self.threshold_splits =
            self.thresholds.chunk_by(|a, b| a == b).map(|same| same.len() as u32).collect();
        self.thresholds.dedup();
    }
}
