//! Roles that a person has chosen, held against the table.

use super::words::split_word;
use super::{ColumnRole, outcome};
use crate::dataset::{Column, Dataset, Values, quality};
use crate::ensemble::Summary;
use crate::study::{Manifest, OutcomeSpec};
use serde::{Deserialize, Serialize};

/// Why a column cannot have a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleProblem {
    /// The column, or None if it is about the table as a whole.
    pub column: Option<usize>,
    /// One sentence: what is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong with these roles; empty if they can be used. A time without an event, or an event without a
/// time, can be: the study then has no outcome until the other is chosen.
pub fn check_roles(
    model: &Summary,
    data: &Dataset,
    manifest: &Manifest,
    roles: &[ColumnRole],
) -> Vec<RoleProblem> {
    let mut problems = Vec::new();
    if roles.len() != data.columns().len() {
        let message = format!("{} roles for {} columns.", roles.len(), data.columns().len());
        return vec![RoleProblem { column: None, message }];
    }
    only_once(model, data, roles, &mut problems);
    let has = |role| roles.contains(&role);
    let survival = has(ColumnRole::OutcomeTime) || has(ColumnRole::OutcomeEvent);
    let kinds = [survival, has(ColumnRole::OutcomeBinary), has(ColumnRole::OutcomeContinuous)];
    if kinds.iter().filter(|&&has| has).count() > 1 {
        let message = "Choose one outcome: time and event, two levels, or a quantity.".into();
        problems.push(RoleProblem { column: None, message });
    }
    for (i, (column, role)) in data.columns().iter().zip(roles).enumerate() {
        if let Some(message) = unfit(column, *role, manifest) {
            problems.push(RoleProblem { column: Some(i), message });
        }
    }
    problems
}

/// Every feature has one column; id, split and the parts of the outcome at most one.
fn only_once(model: &Summary, data: &Dataset, roles: &[ColumnRole], problems: &mut Vec<RoleProblem>) {
    let mut column_of = vec![None; model.features.len()];
    let single = [
        (ColumnRole::Id, "id"),
        (ColumnRole::Split, "split"),
        (ColumnRole::OutcomeTime, "time"),
        (ColumnRole::OutcomeEvent, "event"),
        (ColumnRole::OutcomeBinary, "outcome"),
        (ColumnRole::OutcomeContinuous, "outcome"),
    ];
    let name = |column: usize| &data.columns()[column].name;
    let mut twice = |column: usize, first: usize, what: &str| {
        let message = format!("“{}” and “{}” are both {what}: keep one.", name(first), name(column));
        problems.push(RoleProblem { column: Some(column), message });
    };
    let mut strangers = Vec::new();
    for (i, role) in roles.iter().enumerate() {
        if let ColumnRole::Feature(f) = role {
            match column_of.get_mut(f.index()) {
                Some(Some(first)) => twice(i, *first, &format!("“{}”", model.features[f.index()].name)),
                Some(none) => *none = Some(i),
                None => strangers.push(i),
            }
        } else if let Some((_, what)) = single.iter().find(|(single, _)| single == role)
            && let Some(first) = roles[..i].iter().position(|r| r == role)
        {
            twice(i, first, &format!("the {what}"));
        }
    }
    for column in strangers {
        let message = format!("“{}” feeds a feature that the model has not.", name(column));
        problems.push(RoleProblem { column: Some(column), message });
    }
    for (feature, _) in model.features.iter().zip(&column_of).filter(|(_, column)| column.is_none()) {
        let message = format!("The feature “{}” has no column: choose one.", feature.name);
        problems.push(RoleProblem { column: None, message });
    }
}

/// Why the cells of a column do not fit its role.
fn unfit(column: &Column, role: ColumnRole, manifest: &Manifest) -> Option<String> {
    let name = &column.name;
    let told = matches!(&manifest.outcome, Some(OutcomeSpec::Binary { column, .. }) if column == name);
    match (role, &column.values) {
        (ColumnRole::OutcomeTime | ColumnRole::OutcomeContinuous, Values::Levels { .. }) => {
            Some(format!("“{name}” holds text: an outcome of this kind needs numbers."))
        }
        (ColumnRole::OutcomeTime, Values::Numbers(x)) => {
            let n = x.iter().filter(|x| **x < 0.0).count();
            (n > 0).then(|| format!("“{name}” has {n} negative times: a follow-up time is at least 0."))
        }
        (ColumnRole::OutcomeEvent, _) if outcome::event_value(column).is_none() => {
            Some(format!("“{name}” does not tell event from censored: write 1 and 0."))
        }
        (ColumnRole::OutcomeBinary, _) if !told => match quality::few_values(column, 2) {
            Some(values) if values.len() == 2 => None,
            _ => Some(format!("“{name}” does not have two different values.")),
        },
        (ColumnRole::Split, Values::Levels { levels, .. })
            if levels.iter().any(|l| split_word(l).is_some()) =>
        {
            None
        }
        (ColumnRole::Split, _) => {
            Some(format!("No cell of “{name}” says train, validation, test or external."))
        }
        _ => None,
    }
}
