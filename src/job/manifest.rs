//! A manifest as it travels. `study.json` leaves out what is not there, which only a self-describing format reads back:
//! messages are none, and the page need not know how to read JSON.

use crate::ensemble::ReadOptions;
use crate::study::{ComparatorSpec, CompetingSpec, FeatureNote, FileRef, Manifest, OutcomeSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(super) struct ManifestTwin {
    /// `format`, `title`, `description`, `context_of_use`, `best_category`, `citation`, `licence`, `source`.
    texts: [String; 8],
    version: u32,
    statements: BTreeMap<String, String>,
    /// `model`, `data`, `calibration`.
    files: [Option<FileRef>; 3],
    reading: ReadOptions,
    comparator: Option<ComparatorSpec>,
    refits: Vec<FileRef>,
    id: Option<String>,
    outcome: Option<OutcomeTwin>,
    split: Option<String>,
    ignore: Vec<String>,
    covariates: Vec<String>,
    /// Label, unit, group.
    features: BTreeMap<String, [Option<String>; 3]>,
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
enum OutcomeTwin {
    /// `time`, `event`, `time_unit`, `event_word`.
    Survival([String; 4], Option<CompetingSpec>),
    /// `column`, `positive`.
    Binary([String; 2]),
    Continuous(String),
}

impl From<Manifest> for ManifestTwin {
    fn from(m: Manifest) -> Self {
        let outcome = m.outcome.map(|outcome| match outcome {
            OutcomeSpec::Survival { time, event, time_unit, event_word, competing } => {
                OutcomeTwin::Survival([time, event, time_unit, event_word], competing)
            }
            OutcomeSpec::Binary { column, positive } => OutcomeTwin::Binary([column, positive]),
            OutcomeSpec::Continuous { column } => OutcomeTwin::Continuous(column),
        });
        let features = m.features.into_iter();
        ManifestTwin {
            texts: [
                m.format,
                m.title,
                m.description,
                m.context_of_use,
                m.best_category,
                m.citation,
                m.licence,
                m.source,
            ],
            version: m.version,
            statements: m.statements,
            files: [m.model, m.data, m.calibration],
            reading: m.reading,
            comparator: m.comparator,
            refits: m.refits,
            id: m.id,
            outcome,
            split: m.split,
            ignore: m.ignore,
            covariates: m.covariates,
            features: features.map(|(name, n)| (name, [n.label, n.unit, n.group])).collect(),
            notes: m.notes,
        }
    }
}

impl From<ManifestTwin> for Manifest {
    fn from(twin: ManifestTwin) -> Self {
        let outcome = twin.outcome.map(|outcome| match outcome {
            OutcomeTwin::Survival([time, event, time_unit, event_word], competing) => {
                OutcomeSpec::Survival { time, event, time_unit, event_word, competing }
            }
            OutcomeTwin::Binary([column, positive]) => OutcomeSpec::Binary { column, positive },
            OutcomeTwin::Continuous(column) => OutcomeSpec::Continuous { column },
        });
        let [format, title, description, context_of_use, best_category, citation, licence, source] =
            twin.texts;
        let [model, data, calibration] = twin.files;
        let note = |[label, unit, group]: [Option<String>; 3]| FeatureNote { label, unit, group };
        Manifest {
            format,
            version: twin.version,
            title,
            description,
            context_of_use,
            best_category,
            statements: twin.statements,
            model,
            reading: twin.reading,
            data,
            calibration,
            comparator: twin.comparator,
            refits: twin.refits,
            id: twin.id,
            outcome,
            split: twin.split,
            ignore: twin.ignore,
            covariates: twin.covariates,
            features: twin.features.into_iter().map(|(name, n)| (name, note(n))).collect(),
            citation,
            licence,
            source,
            notes: twin.notes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_manifest_arrives() {
        let file = |n: u32| format!(r#"{{"path": "f{n}", "sha256": "{}"}}"#, "ab".repeat(32));
        for outcome in [
            r#"{"kind": "survival", "time": "days", "event": "died", "time_unit": "d", "event_word": "death",
                "competing": {"column": "c", "value": "2", "word": "w"}}"#,
            r#"{"kind": "survival", "time": "days", "event": "died"}"#,
            r#"{"kind": "binary", "column": "y", "positive": "yes"}"#,
            r#"{"kind": "continuous", "column": "y"}"#,
        ] {
            let text = format!(
                r#"{{"format": "clarimark-study", "version": 1, "title": "1", "description": "2", "context_of_use": "3",
                "best_category": "prognostic", "statements": {{"tripod-17": "4"}}, "model": {}, "data": {},
                "calibration": {}, "reading": {{"use_all_trees": true}}, "refits": [{}], "id": "5", "split": "6",
                "comparator": {{"path": "f9", "sha256": "{}", "title": "7"}}, "ignore": ["8"], "covariates": ["9"],
                "features": {{"x": {{"label": "10", "unit": "11", "group": "12"}}, "y": {{"unit": "13"}}}},
                "citation": "14", "licence": "15", "source": "16", "notes": ["17"], "outcome": {outcome}}}"#,
                file(1),
                file(2),
                file(3),
                file(4),
                "cd".repeat(32),
            );
            let sent = Manifest::read(text.as_bytes()).unwrap().value;
            let bytes = postcard::to_allocvec(&ManifestTwin::from(sent.clone())).unwrap();
            let came: Manifest = postcard::from_bytes::<ManifestTwin>(&bytes).unwrap().into();
            assert_eq!(came, sent);
        }
        let bytes = postcard::to_allocvec(&ManifestTwin::from(Manifest::default())).unwrap();
        assert_eq!(
            Manifest::from(postcard::from_bytes::<ManifestTwin>(&bytes).unwrap()),
            Manifest::default()
        );
    }
}
