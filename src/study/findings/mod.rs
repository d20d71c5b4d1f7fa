//! What deserves a look before and after computing, each with the numbers behind it and what to do.
//!
//! Every finding is a count first, then what it means for reading the page, then one action. None says what a biomarker
//! does to a patient: attributions describe the model.

mod attribution;
mod files;
mod missing;
mod patients;
mod shift;

use super::text::{enumerate, prose};
use super::{Outcome, SplitRole, Study};
use crate::explain::Attributions;
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use serde::{Deserialize, Serialize};

/// How much a finding restricts what may be concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Restricts a conclusion.
    High,
    /// Check before relying on it.
    Medium,
    /// Worth knowing.
    Low,
    /// Looked for, not found.
    Pass,
}

/// What a finding is about, so that the page can lead to the place where it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Which patients trained the model.
    Split,
    /// How many patients and events there are.
    Size,
    /// How well the model does.
    Performance,
    /// Missing values.
    Missing,
    /// Values outside the training range.
    Range,
    /// Rows or ids that occur more than once.
    Duplicates,
    /// Biomarkers that move together.
    Correlation,
    /// Shares of the attribution.
    Importance,
    /// Columns that may tell the outcome or the patient.
    Leakage,
    /// Sums of attributions against the model.
    Exactness,
    /// Columns and features.
    Matching,
    /// The files and what was said while they were read.
    Files,
    /// What the numbers mean.
    Scale,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How serious.
    pub severity: Severity,
    /// What it is about.
    pub topic: Topic,
    /// A short statement.
    pub title: String,
    /// Numbers, cause and one action.
    pub detail: String,
}

impl Finding {
    /// A finding.
    pub fn new(
        severity: Severity,
        topic: Topic,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Finding { severity, topic, title: title.into(), detail: detail.into() }
    }

    /// How a measure of performance (higher is better) differs between training and test patients.
    pub fn performance_gap(measure: &str, training: f64, test: f64) -> Self {
        let gap = training - test;
        let numbers = format!("{measure} {training:.2} against {test:.2}.");
        let (severity, title) = match gap {
            gap if gap > 0.05 => (Severity::High, "Training fits better than test."),
            gap if gap > 0.02 => (Severity::Medium, "Training fits somewhat better than test."),
            _ => {
                let detail = format!("{numbers} Quote the test value with its interval.");
                return Finding::new(Severity::Pass, Topic::Performance, "Training and test agree.", detail);
            }
        };
        Finding::new(severity, Topic::Performance, title, format!("{numbers} Quote the test value only."))
    }
}

/// All findings, most severe first. `explained` are the attributions of `rows`, if computed.
pub fn findings(study: &Study, rows: &[RowId], explained: Option<&Attributions>) -> Vec<Finding> {
    let look = Look::new(study, rows, explained);
    let mut found = Vec::new();
    patients::inspect(&look, &mut found);
    missing::inspect(&look, &mut found);
    shift::inspect(&look, &mut found);
    files::inspect(&look, &mut found);
    attribution::inspect(&look, &mut found);
    // Stable: findings of one severity stay in the order above.
    found.order_by_key(|finding| finding.severity);
    found
}

/// What the inspections share.
struct Look<'a> {
    study: &'a Study,
    /// Rows explained, or about to be.
    rows: &'a [RowId],
    parts: Vec<SplitRole>,
    outcome: Outcome,
    /// Attributions of `rows`, if they are of this model and these rows.
    explained: Option<&'a Attributions>,
    /// Features by mean |φ| over all outputs, largest first, with it; empty before computing.
    importance: Vec<(FeatureId, f64)>,
}

impl<'a> Look<'a> {
    fn new(study: &'a Study, rows: &'a [RowId], explained: Option<&'a Attributions>) -> Self {
        let fits = |a: &&Attributions| {
            let cells = a.n_rows * a.n_outputs;
            (a.n_rows, a.n_features) == (rows.len(), study.n_features())
                && (a.values.len(), a.margin.len()) == (cells * a.n_features, cells)
                && a.base_values.len() == a.n_outputs
        };
        let explained = explained.filter(fits);
        Look {
            study,
            rows,
            parts: study.split_roles(),
            outcome: study.outcome(),
            explained,
            importance: explained.map_or(Vec::new(), importance),
        }
    }

    fn part(&self, row: RowId) -> SplitRole {
        self.parts.get(row.index()).copied().unwrap_or(SplitRole::Unknown)
    }

    /// Rows that trained the model.
    fn training(&self) -> Vec<RowId> {
        self.study.rows().filter(|&row| self.part(row) == SplitRole::Train).collect()
    }

    /// Whether the event was seen, or the label, per row of the table; None for other outcomes.
    fn labels(&self) -> Option<&[Option<bool>]> {
        match &self.outcome {
            Outcome::Binary { labels, .. } => Some(labels),
            Outcome::Survival { event, .. } => Some(event),
            Outcome::Continuous(_) | Outcome::None => None,
        }
    }

    /// `test patients` where all explained patients are that, else `patients`.
    fn patients(&self) -> &'static str {
        let all = |role| !self.rows.is_empty() && self.rows.iter().all(|&row| self.part(row) == role);
        if all(SplitRole::Test) {
            "test patients"
        } else if all(SplitRole::External) {
            "external patients"
        } else {
            "patients"
        }
    }

    fn label(&self, feature: FeatureId) -> &str {
        self.study.label(feature)
    }

    /// Inputs of one feature for some rows.
    fn values(&self, feature: FeatureId, rows: &[RowId]) -> Vec<f64> {
        rows.iter().map(|&row| self.study.value(feature, row)).collect()
    }

    fn features(&self) -> impl Iterator<Item = FeatureId> + use<> {
        (0..self.study.n_features()).map(FeatureId::of)
    }

    fn is_numeric(&self, feature: FeatureId) -> bool {
        !self.study.model.features[feature.index()].categorical
    }
}

/// Mean |φ| per feature, summed over outputs, largest first.
fn importance(explained: &Attributions) -> Vec<(FeatureId, f64)> {
    let n = explained.n_rows.max(1) as f64;
    let mut sums = vec![0.0; explained.n_features];
    for row in explained.values.chunks_exact((explained.n_features * explained.n_outputs).max(1)) {
        for (sum, phi) in sums.iter_mut().zip(row.chunks_exact(explained.n_outputs.max(1))) {
            *sum += phi.iter().map(|phi| phi.abs()).sum::<f64>();
        }
    }
    let mut order: Vec<(FeatureId, f64)> =
        sums.into_iter().enumerate().map(|(f, sum)| (FeatureId::of(f), sum / n)).collect();
    order.order_by(|a, b| b.1.total_cmp(&a.1));
    order
}

/// `Bilirubin, Age and 3 more`: at most `n` names.
fn some(names: &[&str], n: usize) -> String {
    match names.len().saturating_sub(n) {
        0 => enumerate(names),
        more => format!("{} and {more} more", names[..n].join(", ")),
    }
}

/// A ratio in two digits.
fn ratio(x: f64) -> String {
    prose(x, 2)
}

#[cfg(test)]
mod tests;
