//! From an analysis to the questions about it, and from the answers back into the analysis.

use super::{EvaluationKind, EvaluationPart, Settings, Subject, SummaryInput};
use crate::cohort::division::Division;
use crate::ensemble::Link;
use crate::ids::{FeatureId, RowId};
use crate::math;
use crate::session::{Analysis, Insight, Performance};
use crate::study::{Finding, Outcome, SplitRole, Study};
use std::sync::Arc;

impl Subject {
    /// What an analysis is about.
    pub fn of(a: &Analysis) -> Self {
        Subject {
            study: a.study.clone(),
            rows: a.rows.clone(),
            attributions: a.attributions.clone(),
            all_margins: a.all_margins.clone(),
        }
    }
}

impl Settings {
    /// How an analysis was made.
    pub fn of(a: &Analysis) -> Self {
        Settings { cohort: a.cohort, method: a.method, n_background: a.n_background }
    }
}

impl SummaryInput {
    /// What is needed to summarise one output with patients divided so.
    pub(super) fn of(a: &Subject, output: usize, division: Division) -> Self {
        SummaryInput {
            n_features: a.study.n_features(),
            phi: a.attributions.matrix(output),
            values: a.study.binding.matrix(&a.study.data, &a.rows),
            margin: (0..a.rows.len()).map(|i| a.attributions.margin(i, output)).collect(),
            event: events(&a.study, &a.rows),
            groups: (0..a.study.n_features()).map(|f| a.study.group(FeatureId::of(f)).to_string()).collect(),
            categorical: a.study.model.features.iter().map(|f| f.categorical).collect(),
            division,
        }
    }
}

/// The analysis of a subject, to draw from; what only the run knew is left out.
pub(super) fn analysis(subject: Subject, insight: Arc<Insight>, settings: Settings) -> Analysis {
    let Settings { cohort, method, n_background } = settings;
    Analysis {
        study: subject.study,
        cohort,
        method,
        n_background,
        rows: subject.rows,
        additivity: Arc::new(subject.attributions.additivity_errors()),
        attributions: subject.attributions,
        all_margins: subject.all_margins,
        insight,
        performance: Vec::new(),
        findings: Vec::new(),
        elapsed_ms: 0.0,
        n_workers: 0,
    }
}

/// 1 for rows with the event or the positive label, 0 without, NaN unknown; empty if the table has no such outcome.
pub fn events(study: &Study, rows: &[RowId]) -> Vec<f64> {
    let flag = |e: &Option<bool>| e.map_or(f64::NAN, |e| f64::from(u8::from(e)));
    match study.outcome() {
        Outcome::Survival { event, .. } => rows.iter().map(|r| flag(&event[r.index()])).collect(),
        Outcome::Binary { labels, .. } => rows.iter().map(|r| flag(&labels[r.index()])).collect(),
        Outcome::None | Outcome::Continuous(_) => Vec::new(),
    }
}

impl EvaluationPart {
    /// Predictions and outcomes per split role, for patients whose outcome is known; none for several outputs.
    pub(super) fn all(a: &Subject) -> Vec<EvaluationPart> {
        let outcome = a.study.outcome();
        let kind = match outcome {
            Outcome::None => return Vec::new(),
            Outcome::Binary { .. } => EvaluationKind::Binary,
            Outcome::Continuous(_) => EvaluationKind::Continuous,
            Outcome::Survival { .. } => EvaluationKind::Survival,
        };
        if a.attributions.n_outputs != 1 {
            return Vec::new();
        }
        let known = |row: usize| -> Option<(f64, f64)> {
            match &outcome {
                Outcome::None => None,
                Outcome::Binary { labels, .. } => labels[row].map(|l| (f64::from(u8::from(l)), 0.0)),
                Outcome::Continuous(y) => (!y[row].is_nan()).then_some((y[row], 0.0)),
                Outcome::Survival { time, event, .. } => {
                    event[row].filter(|_| !time[row].is_nan()).map(|e| (time[row], f64::from(u8::from(e))))
                }
            }
        };
        // A measured quantity is compared with the prediction; ranks do not care about the link.
        let exp = a.study.model.scale.link == Link::Exp && kind == EvaluationKind::Continuous;
        let roles = a.study.split_roles();
        [
            (SplitRole::Test, "Test"),
            (SplitRole::External, "External"),
            (SplitRole::Validation, "Validation"),
            (SplitRole::Train, "Training"),
            (SplitRole::Unknown, "Unassigned"),
        ]
        .into_iter()
        .filter_map(|(role, name)| {
            let mut part = EvaluationPart {
                name: name.into(),
                kind,
                score: Vec::new(),
                first: Vec::new(),
                second: Vec::new(),
                reversed: a.study.model.scale.is_of_survival(),
            };
            for row in (0..roles.len()).filter(|&r| roles[r] == role) {
                if let Some((first, second)) = known(row) {
                    let margin = a.all_margins[row];
                    part.score.push(if exp { math::exp(margin) } else { margin });
                    part.first.push(first);
                    part.second.push(second);
                }
            }
            (part.score.len() > 1).then_some(part)
        })
        .collect()
    }
}

/// How much better the model does on the patients that made it than on those held out.
pub fn performance_gap(performance: &[Performance]) -> Option<Finding> {
    let part = |name: &str| performance.iter().find(|p| p.part == name);
    let (train, test) = (part("Training")?, part("Test").or_else(|| part("External"))?);
    Some(Finding::performance_gap(&test.measure, train.value.estimate, test.value.estimate))
}
