//! Unknown keys, named with their path.

use super::error::message;
use super::{ComparatorSpec, CompetingSpec, FeatureNote, FileRef, Manifest, ManifestError, OutcomeSpec};
use crate::ensemble::ReadOptions;
use serde::Serialize;
use serde_json::{Map, Value};

/// What serde found wrong, with the path if it is an unknown key.
pub(super) fn explain(error: &serde_json::Error, value: &Value) -> ManifestError {
    let (line, column, message) = (error.line(), error.column(), message(error));
    // serde names the key in its message and nowhere else.
    let key = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let found = key.and_then(|key| unknown(value).into_iter().find(|(path, _)| path.last() == Some(&key)));
    match found {
        Some((path, known)) => ManifestError::UnknownKey { path: path.join("."), line, column, known },
        None => ManifestError::Shape { line, column, message },
    }
}

type Unknown<'a> = (Vec<&'a str>, Vec<String>);

/// Every key that no type has: its path, and the keys that may stand there.
fn unknown(value: &Value) -> Vec<Unknown<'_>> {
    let mut found = Vec::new();
    let Some(top) = value.as_object() else { return found };
    // With what is not written while it is empty.
    let all = Manifest {
        calibration: Some(FileRef::default()),
        comparator: Some(ComparatorSpec::default()),
        refits: vec![FileRef::default()],
        reading: reading_sample(),
        ..Manifest::default()
    };
    compare(top, &[], &keys(&all), &mut found);
    for key in ["model", "data", "calibration"] {
        if let Some(file) = top.get(key).and_then(Value::as_object) {
            compare(file, &[key], &keys(&FileRef::default()), &mut found);
        }
    }
    if let Some(comparator) = top.get("comparator").and_then(Value::as_object) {
        compare(comparator, &["comparator"], &keys(&ComparatorSpec::default()), &mut found);
    }
    if let Some(reading) = top.get("reading").and_then(Value::as_object) {
        compare(reading, &["reading"], &keys(&reading_sample()), &mut found);
    }
    for file in top.get("refits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    {
        compare(file, &["refits"], &keys(&FileRef::default()), &mut found);
    }
    if let Some(outcome) = top.get("outcome").and_then(Value::as_object) {
        let kind = outcome.get("kind").and_then(Value::as_str).unwrap_or_default();
        compare(outcome, &["outcome"], &keys(&outcome_sample(kind)), &mut found);
        if let Some(competing) = outcome.get("competing").and_then(Value::as_object) {
            compare(competing, &["outcome", "competing"], &keys(&CompetingSpec::default()), &mut found);
        }
    }
    for (name, note) in top.get("features").and_then(Value::as_object).into_iter().flatten() {
        if let Some(note) = note.as_object() {
            let some = || Some(String::new());
            let sample = FeatureNote { label: some(), unit: some(), group: some() };
            compare(note, &["features", name], &keys(&sample), &mut found);
        }
    }
    found
}

fn compare<'a>(
    object: &'a Map<String, Value>,
    at: &[&'a str],
    known: &[String],
    found: &mut Vec<Unknown<'a>>,
) {
    for key in object.keys().filter(|key| !known.contains(key)) {
        let mut path = at.to_vec();
        path.push(key);
        found.push((path, known.to_vec()));
    }
}

/// The keys a type is written with.
fn keys(sample: &impl Serialize) -> Vec<String> {
    match serde_json::to_value(sample) {
        Ok(Value::Object(object)) => object.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// With what is not written while it is as usual.
fn reading_sample() -> ReadOptions {
    ReadOptions { use_all_trees: true, survival_at: vec![0.0] }
}

fn outcome_sample(kind: &str) -> OutcomeSpec {
    let none = String::new;
    match kind {
        "survival" => {
            let competing = Some(CompetingSpec::default());
            OutcomeSpec::Survival {
                time: none(),
                event: none(),
                time_unit: none(),
                event_word: none(),
                competing,
            }
        }
        "binary" => OutcomeSpec::Binary { column: none(), positive: none() },
        _ => OutcomeSpec::Continuous { column: none() },
    }
}
