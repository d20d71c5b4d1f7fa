//! The outcome, read from the columns that have its roles.

use super::ColumnRole;
use super::words::{event_word, positive_of, time_unit};
use crate::dataset::{Column, Dataset, Values, quality};
use crate::study::{Manifest, Outcome, OutcomeSpec, Study};

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

/// The value of an event column that means that the event was seen.
pub(in crate::study) fn event_value(column: &Column) -> Option<String> {
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
fn labels(column: &Column, positive: &str) -> Vec<Option<bool>> {
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
