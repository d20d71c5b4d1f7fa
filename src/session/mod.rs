//! Everything a reader can change, and the one pure function that changes it.
//!
//! A [`Command`] goes in, [`update`] changes the [`Session`] and names the [`Effect`]s that the browser has to carry
//! out. What can be undone is a [`ViewState`]: small, comparable, and exactly what a link carries.

mod command;
mod edits;
mod filter;
mod update;
mod view;

pub use command::{Change, Command, Entry, Notice, Phase, Progress, catalogue};
pub use edits::{Edits, Scenario};
pub use filter::{Filter, Named, Variable, matching_rows};
pub(crate) use filter::{inside, level as level_of};
pub use update::{Dialog, Effect, SaveAs, patients_by_margin, update};
pub use view::{
    BiomarkerChart, CohortChoice, Form, MapColour, MapKind, MapOf, Method, Paper, PatientChart, Sort, View,
    ViewState,
};

use crate::cohort::profile::Profile;
use crate::cohort::{Clusters, Embedding};
use crate::evaluate::Interval;
use crate::explain::Attributions;
use crate::explain::groups::Group;
use crate::explain::summary::Importance;
use crate::ids::{FeatureId, RowId};
use crate::study::{ColumnFacts, Finding, Study};
use std::sync::Arc;

/// What was read off the attributions of one output.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Insight {
    /// Output these belong to.
    pub output: usize,
    /// One per feature, model order.
    pub importance: Vec<Importance>,
    /// Features, most important first.
    pub order: Vec<FeatureId>,
    /// Per feature, the feature that its attributions seem to depend on most (a heuristic), if any.
    pub partners: Vec<Option<FeatureId>>,
    /// Positions of the explained patients, highest margin first; ties in file order.
    pub by_margin: Vec<u32>,
    /// Positions of the patients that are drawn, so that neighbours are explained alike.
    pub by_likeness: Vec<u32>,
    /// Groups of features, most important first.
    pub groups: Vec<Group>,
    /// Map of the explained patients.
    pub embedding: Embedding,
    /// Clusters of the explained patients.
    pub clusters: Clusters,
    /// What sets the clusters apart.
    pub profile: Profile,
    /// Resamples behind the intervals.
    pub n_resamples: usize,
}

impl Insight {
    /// Nothing read yet.
    pub fn empty() -> Self {
        Insight {
            output: 0,
            importance: Vec::new(),
            order: Vec::new(),
            partners: Vec::new(),
            by_margin: Vec::new(),
            by_likeness: Vec::new(),
            groups: Vec::new(),
            embedding: Embedding {
                points: Vec::new(),
                share: [0.0; 2],
                leading: Default::default(),
                loadings: Default::default(),
            },
            clusters: Clusters {
                kind: Default::default(),
                k: 0,
                n_out: 0,
                labels: Vec::new(),
                silhouette: Vec::new(),
                silhouette_by_k: Vec::new(),
                silhouette_n: 0,
                stability: Vec::new(),
            },
            profile: Profile { groups: Vec::new(), features: Vec::new() },
            n_resamples: 0,
        }
    }
}

/// How well the model does on one part of the patients.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Performance {
    /// `Test`, `Training`, …
    pub part: String,
    /// `C-index`, `AUC`, `R²`, …
    pub measure: String,
    /// Estimate with its bootstrap interval.
    pub value: Interval,
    /// Patients with a known outcome.
    pub n: usize,
    /// Events or positives among them.
    pub events: Option<usize>,
}

/// Patients that one plot draws at most.
pub const MAX_DRAWN: usize = 2_000;

/// Which of `n` explained patients are drawn: all of them, or an even stride through the file.
pub fn drawn_of(n: usize) -> Vec<usize> {
    (0..n).step_by(n.div_ceil(MAX_DRAWN).max(1)).collect()
}

/// Rows explained, with everything computed from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The model and the table.
    pub study: Arc<Study>,
    /// Which patients were explained.
    pub cohort: CohortChoice,
    /// How.
    pub method: Method,
    /// Rows of the background, 0 without one.
    pub n_background: usize,
    /// Their rows, in file order; attribution row i belongs to `rows[i]`.
    pub rows: Arc<Vec<RowId>>,
    /// SHAP values of `rows`.
    pub attributions: Arc<Attributions>,
    /// Margin of every row of the table, `[row][output]`.
    pub all_margins: Arc<Vec<f64>>,
    /// |base + Σ φ − margin| per explained patient.
    pub additivity: Arc<Vec<f64>>,
    /// Read off one output.
    pub insight: Arc<Insight>,
    /// Per split role.
    pub performance: Vec<Performance>,
    /// What deserves a look.
    pub findings: Vec<Finding>,
    /// Time from start to last row, milliseconds.
    pub elapsed_ms: f64,
    /// Workers that took part.
    pub n_workers: usize,
}

impl Analysis {
    /// Position of a row among the explained patients.
    pub fn position(&self, row: RowId) -> Option<usize> {
        self.rows.binary_search(&row).ok()
    }

    /// Margin of the shown output.
    pub fn margin(&self, row: RowId) -> f64 {
        self.all_margins[row.index() * self.attributions.n_outputs + self.insight.output]
    }

    /// φ of the shown output for explained patient `i`.
    pub fn phi(&self, i: usize, feature: FeatureId) -> f64 {
        self.attributions.phi(i, feature.index(), self.insight.output)
    }

    /// Base value of the shown output.
    pub fn base_value(&self) -> f64 {
        self.attributions.base_values[self.insight.output]
    }

    /// Prediction of the shown output: the margin through the model's link.
    pub fn prediction(&self, row: RowId) -> f64 {
        let k = self.attributions.n_outputs;
        let mut row = self.all_margins[row.index() * k..(row.index() + 1) * k].to_vec();
        self.study.model.scale.link.apply(&mut row);
        row[self.insight.output]
    }

    /// What the calibration, if the model has one, makes of a margin, as text; attributions explain the margin.
    pub fn calibrated(&self, margin: f64) -> Option<String> {
        self.study.model.calibrated(margin).map(|p| crate::plot::number::fixed(p, 3))
    }

    /// Largest additivity error that rounding explains: 1e-9 of the largest margin, at least 1e-9.
    pub fn tolerance(&self) -> f64 {
        1e-9 * self.attributions.margin.iter().fold(1.0, |m: f64, x| m.max(x.abs()))
    }

    /// Worst additivity error over the explained patients.
    pub fn max_additivity_error(&self) -> f64 {
        self.additivity.iter().copied().fold(0.0, f64::max)
    }

    /// The given biomarker if there is one, else the most important.
    pub fn feature_in_focus(&self, feature: Option<FeatureId>) -> Option<FeatureId> {
        feature
            .filter(|f| f.index() < self.study.n_features())
            .or_else(|| self.insight.order.first().copied())
    }

    /// The given patient if explained, else the one with the highest margin.
    pub fn patient_in_focus(&self, patient: Option<RowId>) -> Option<RowId> {
        let highest = || self.rows.get(*self.insight.by_margin.first()? as usize).copied();
        patient.filter(|r| self.position(*r).is_some()).or_else(highest)
    }

    /// Place of an explained patient by margin, the highest first: 1 to n.
    pub fn rank(&self, patient: RowId) -> usize {
        let at = self.position(patient);
        self.insight.by_margin.iter().position(|&i| Some(i as usize) == at).map_or(0, |p| p + 1)
    }

    /// Importance of one feature.
    pub fn importance(&self, feature: FeatureId) -> &Importance {
        &self.insight.importance[feature.index()]
    }
}

/// The page's whole state.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Other models of the open study's outcome.
    pub models: Arc<Vec<crate::job::Picked>>,
    /// Files that were read and understood, before anything is computed.
    pub staged: Option<Staged>,
    /// The computed study. It stands until another one has been computed.
    pub open: Option<Arc<Analysis>>,
    /// What the reader sees.
    pub now: ViewState,
    /// Earlier states, oldest first.
    past: Vec<ViewState>,
    /// Undone states, next first from the end.
    future: Vec<ViewState>,
    /// The value that the last command changed: changing it further is the same step.
    editing: Option<(RowId, FeatureId)>,
    /// A run in progress.
    pub run: Option<Progress>,
    /// Something to tell: an error, or a hint.
    pub notice: Option<Notice>,
    /// Patient under the pointer.
    pub hovered: Option<RowId>,
    /// State to restore when the study it belongs to has been computed.
    pub pending: Option<Box<crate::share::Link>>,
    /// Name of the example or packed study that is open, for links.
    pub source: Option<String>,
}

/// Files understood, waiting for the reader's word.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Model and table, bound.
    pub study: Arc<Study>,
    /// Which patients to explain.
    pub cohort: CohortChoice,
    /// How.
    pub method: Method,
    /// What was understood of every column.
    pub columns: Arc<Vec<ColumnFacts>>,
    /// What deserves a look before computing.
    pub notes: Arc<Vec<Finding>>,
    /// Time to read and bind, milliseconds.
    pub elapsed_ms: f64,
    /// Example the files came from.
    pub source: Option<String>,
}

impl Session {
    /// True if there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// True if there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Positions (into the analysis' rows) that pass every filter, as one flag per explained patient.
    pub fn selected(&self) -> Vec<bool> {
        self.open.as_ref().map_or_else(Vec::new, |a| matching_rows(a, &self.now.filters, None))
    }

    /// The biomarker in focus, or the most important one.
    pub fn feature(&self) -> Option<FeatureId> {
        self.open.as_ref()?.feature_in_focus(self.now.feature)
    }

    /// The patient in focus, or the one with the highest margin.
    pub fn patient(&self) -> Option<RowId> {
        self.open.as_ref()?.patient_in_focus(self.now.patient)
    }
}
