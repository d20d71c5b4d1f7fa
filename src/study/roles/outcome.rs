//! The outcome, read from the columns that have its roles.

use super::ColumnRole;
use super::words::{event_word, positive_of, time_unit};
use crate::dataset::{Column, Dataset, Values, quality};
use crate::study::{Competing, Manifest, Outcome, OutcomeSpec, Study};

/// What happened to the patients of a study.
pub(in crate::study) fn outcome(study: &Study) -> Outcome {
    outcome_of(&study.data, &study.roles, &study.manifest)
}

/// What happened to the patients, by the roles of the columns; the manifest names unit, event and positive level.
pub(in crate::study) fn outcome_of(data: &Dataset, roles: &[ColumnRole], manifest: &Manifest) -> Outcome {
    let column = |role| roles.iter().position(|&r| r == role).and_then(|i| data.columns().get(i));
    let time = column(ColumnRole::OutcomeTime);
    let event = column(ColumnRole::OutcomeEvent);
    if let (Some(time), Some(event)) = (time, event) {
        return survival(time, event, manifest);
    }
    if let Some(column) = column(ColumnRole::OutcomeBinary) {
        let told = match &manifest.outcome {
            Some(OutcomeSpec::Binary { column: name, positive }) if *name == column.name => Some(positive),
            _ => None,
        };
        return match told.cloned().or_else(|| default_positive(column)) {
            Some(positive) => Outcome::Binary { labels: labels(column, &positive), positive },
            None => Outcome::None,
        };
    }
    match column(ColumnRole::OutcomeContinuous).map(|c| &c.values) {
        Some(Values::Numbers(x)) => Outcome::Continuous(x.clone()),
        _ => Outcome::None,
    }
}

fn survival(time: &Column, event: &Column, manifest: &Manifest) -> Outcome {
    let (Values::Numbers(times), Some(seen)) = (&time.values, event_value(event)) else {
        return Outcome::None;
    };
    let (mut unit, mut word) = (time_unit(&time.name).to_owned(), event_word(&event.name).to_owned());
    if let Some(OutcomeSpec::Survival { time_unit, event_word, .. }) = &manifest.outcome {
        let told = |told: &String, guess: String| if told.is_empty() { guess } else { told.clone() };
        unit = told(time_unit, unit);
        word = told(event_word, word);
    }
    Outcome::Survival { time: times.clone(), event: labels(event, &seen), unit, word }
}

/// Who had another event first, by the manifest, or by the code 2 of the event's own column.
pub(in crate::study) fn competing(study: &Study) -> Option<Competing> {
    let told = match &study.manifest.outcome {
        Some(OutcomeSpec::Survival { competing, .. }) => competing.as_ref(),
        _ => None,
    };
    let column = match told {
        Some(spec) => study.data.column_index(&spec.column)?,
        None => study.column_with(ColumnRole::OutcomeEvent)?,
    };
    let column = study.data.columns().get(column)?;
    let (value, word) = match told {
        Some(spec) => (spec.value.as_str(), spec.word.as_str()),
        None if has_codes(column) => (COMPETES, ""),
        None => return None,
    };
    let event: Vec<bool> = labels(column, value).into_iter().map(|l| l == Some(true)).collect();
    let word = if word.is_empty() { "had another event" } else { word };
    event.contains(&true).then(|| Competing { event, word: word.to_owned() })
}

/// The code of a competing event in a column of 0 (censored), 1 (event) and 2.
const COMPETES: &str = "2";

/// True for numbers that are 0, 1 and 2, as programs for competing risks have them.
fn has_codes(column: &Column) -> bool {
    matches!(column.values, Values::Numbers(_))
        && quality::few_values(column, 3).is_some_and(|values| values == ["0", "1", COMPETES])
}

/// The value of an event column that means that the event was seen.
pub(in crate::study) fn event_value(column: &Column) -> Option<String> {
    if has_codes(column) {
        return Some("1".to_owned());
    }
    let values = quality::few_values(column, 2)?;
    positive_of(&values).cloned().or_else(|| (values == ["0"]).then(|| "1".to_owned()))
}

/// The positive value of a two-valued column: the one that says so, or else the last in ascending order, as
/// scikit-learn counts classes.
pub(super) fn default_positive(column: &Column) -> Option<String> {
    let values = quality::few_values(column, 2)?;
    positive_of(&values).or(values.last()).cloned()
}

/// True where the cell says `positive`, None where it is missing.
pub(in crate::study) fn labels(column: &Column, positive: &str) -> Vec<Option<bool>> {
    match &column.values {
        Values::Numbers(x) => {
            let positive: Option<f64> = positive.trim().parse().ok();
            x.iter().map(|x| (!x.is_nan()).then_some(Some(*x) == positive)).collect()
        }
        Values::Levels { codes, levels } => {
            codes.iter().map(|&code| levels.get(code as usize).map(|level| level == positive)).collect()
        }
    }
}
