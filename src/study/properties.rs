//! What holds for every study, however odd its table.

use super::fixture::model;
use super::*;
use crate::dataset::csv;
use crate::explain::Attributions;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NAMES: [&str; 14] = [
    "id",
    "patient_id",
    "outcome",
    "outcome_days",
    "death",
    "time",
    "split",
    "age",
    "x",
    "y",
    "status",
    "site",
    "index",
    "outcome_raw",
];
const CELLS: [&str; 22] = [
    "",
    "0",
    "1",
    "2",
    "3.5",
    "-1",
    "NA",
    "a",
    "b",
    "train",
    "test",
    "valid",
    "yes",
    "no",
    "True",
    "False",
    "007",
    "1e9",
    "dead",
    "alive",
    ".",
    "9007199254740993",
];
const KINDS: [&str; 4] = ["", ":cat", ":a|b", ":1|2|True"];
const OBJECTIVES: [&str; 5] = ["survival:cox", "binary:logistic", "reg:squarederror", "multi:softprob", ""];

/// A table over a few names and cells, the features of a model that uses some of its columns, and an objective.
fn files() -> impl Strategy<Value = (String, Vec<String>, &'static str)> {
    let names = subsequence(NAMES.to_vec(), 1..8).prop_shuffle();
    let cells = prop::collection::vec(select(CELLS.to_vec()), 8..120);
    let kinds = prop::collection::vec(select(KINDS.to_vec()), 0..6);
    (names, cells, kinds, select(OBJECTIVES.to_vec())).prop_map(|(names, cells, kinds, objective)| {
        let rows: Vec<String> = cells.chunks_exact(names.len()).map(|row| row.join(",")).collect();
        let features = names.iter().rev().zip(kinds).map(|(name, kind)| format!("{name}{kind}"));
        (format!("{}\n{}", names.join(","), rows.join("\n")), features.collect(), objective)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_study_that_binds_can_be_looked_at(
        (text, features, objective) in files(),
        changes in prop::collection::vec((0usize..8, 0usize..9), 0..4),
        named: bool,
    ) {
        let Ok(table) = csv::read(text.as_bytes(), csv::Options::default()) else { return Ok(()) };
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        let mut model = model(objective, &features);
        model.named = named;
        let mut study = match Study::join(model, table.value, Parts::default()) {
            Ok(study) => study,
            Err(error) => {
                prop_assert!(!error.to_string().is_empty() && error.hint().ends_with('.'));
                return Ok(());
            }
        };
        prop_assert_eq!(study.roles.len(), study.data.columns().len());
        for (column, role) in changes {
            let role = [
                ColumnRole::Id,
                ColumnRole::Feature(FeatureId::of(column)),
                ColumnRole::OutcomeTime,
                ColumnRole::OutcomeEvent,
                ColumnRole::OutcomeBinary,
                ColumnRole::OutcomeContinuous,
                ColumnRole::Split,
                ColumnRole::Covariate,
                ColumnRole::Ignored,
            ][role];
            match with_role(&study, column, role) {
                Ok(changed) => study = changed,
                Err(error) => prop_assert!(!error.to_string().is_empty() && error.hint().ends_with('.')),
            }
        }
        prop_assert_eq!(understood(&study).len(), study.data.columns().len());
        let rows: Vec<RowId> = study.rows().collect();
        let matrix = study.binding.matrix(&study.data, &rows);
        prop_assert!(matrix.iter().all(|x| !x.is_infinite()));
        let explained = Attributions {
            n_rows: rows.len(),
            n_features: study.n_features(),
            n_outputs: 1,
            margin: rows.iter().map(|r| f64::from(r.0)).collect(),
            values: matrix.iter().map(|x| if x.is_nan() { 0.5 } else { *x }).collect(),
            base_values: vec![0.0],
        };
        for finding in findings(&study, &rows, Some(&explained)) {
            prop_assert!(finding.title.ends_with('.') && finding.detail.ends_with('.'), "{finding:?}");
        }
        // Its own table is no table of predictions, or one that can be compared.
        let _ = parity_finding(&study, &explained.margin, text.as_bytes());
    }

    #[test]
    fn any_manifest_ends_in_a_manifest_or_an_error(text in "[{}\\[\\]\",:a-z0-9 ]{0,60}", at: prop::sample::Index) {
        let whole = r#"{"format": "clarimark-study", "version": 1, "model": {"path": "m", "sha256": "00"},
            "outcome": {"kind": "binary", "column": "y", "positive": "1"}, "features": {"x": {"unit": "mg"}}}"#;
        let (before, after) = whole.split_at(at.index(whole.len()));
        for bytes in [text.clone(), format!("{before}{text}{after}"), format!("{before}{text}")] {
            if let Err(error) = Manifest::read(bytes.as_bytes()) {
                prop_assert!(!error.to_string().is_empty() && error.hint().ends_with('.'));
            }
        }
    }
}
