//! A first guess of every column's role, to be looked at and changed.

use super::words::{
    id_likeness, is_event_name, is_split_name, is_time_name, outcome_likeness, split_word, words,
};
use super::{ColumnRole, outcome};
use crate::dataset::{Column, Dataset, Values, quality};
use crate::ensemble::Summary;
use crate::ids::FeatureId;
use crate::study::binding::{Match, exact_columns, match_names};
use crate::study::{Manifest, Outcome, OutcomeSpec};
use std::collections::HashMap;

/// Levels up to which a text column is offered for filtering and colouring.
const FEW_LEVELS: usize = 20;

/// A role for every column: the manifest's where it says, else by name and content.
///
/// Features come first: a column that feeds the model gets another role only from the manifest.
pub fn propose_roles(model: &Summary, data: &Dataset, manifest: &Manifest) -> Vec<ColumnRole> {
    let columns = match match_names(model, data) {
        Ok(Match::Nameless) => {
            let left = columns_left(model, data, manifest);
            let fits = left.len() == model.features.len();
            left.into_iter().map(Some).filter(|_| fits).collect()
        }
        _ => exact_columns(model, data),
    };
    let mut proposal = Proposal::new(model, data, manifest);
    for (f, column) in columns.into_iter().enumerate() {
        if let Some(column) = column {
            proposal.roles[column] = Some(ColumnRole::Feature(FeatureId::of(f)));
        }
    }
    proposal.assign();
    let rest = data.columns().iter().zip(proposal.roles);
    rest.map(|(column, role)| role.unwrap_or_else(|| beside_the_model(column))).collect()
}

/// Columns without a role of their own, for a model that stores no names.
pub(in crate::study) fn columns_left(model: &Summary, data: &Dataset, manifest: &Manifest) -> Vec<usize> {
    let mut proposal = Proposal::new(model, data, manifest);
    proposal.assign();
    proposal.free().collect()
}

/// The first of the columns whose names say id most clearly, of those that are free.
pub(in crate::study) fn id_column(names: &[String], free: impl Fn(&usize) -> bool) -> Option<usize> {
    let likely = (0..names.len()).filter(free).map(|i| (id_likeness(&names[i]), i));
    let likely = likely.filter(|(likeness, _)| *likeness > 0);
    likely.max_by_key(|(likeness, i)| (*likeness, std::cmp::Reverse(*i))).map(|(_, i)| i)
}

/// The role of a column that has no other.
pub(in crate::study) fn beside_the_model(column: &Column) -> ColumnRole {
    let varies = quality::few_values(column, 1).is_none();
    let worth = match &column.values {
        Values::Numbers(_) => varies,
        Values::Levels { levels, .. } => varies && levels.len() <= FEW_LEVELS,
    };
    if worth { ColumnRole::Covariate } else { ColumnRole::Ignored }
}

/// What the objective says the outcome is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Survival,
    Binary,
    Continuous,
    Classes,
    Unknown,
}

impl Expected {
    fn of(objective: &str) -> Expected {
        let says = |of: &[&str]| of.iter().any(|word| objective.to_lowercase().contains(word));
        if says(&["surv", "cox", "aft", "hazard"]) {
            Expected::Survival
        } else if says(&["multi", "softprob", "softmax"]) {
            Expected::Classes
        } else if says(&["binary", "logi", "cross_entropy", "crossentropy", "hinge"]) {
            Expected::Binary
        } else if says(&["reg", "count", "poisson", "gamma", "tweedie", "squared", "rmse", "mae", "l1", "l2"])
        {
            Expected::Continuous
        } else {
            Expected::Unknown
        }
    }
}

struct Proposal<'a> {
    data: &'a Dataset,
    manifest: &'a Manifest,
    expected: Expected,
    roles: Vec<Option<ColumnRole>>,
}

impl<'a> Proposal<'a> {
    fn new(model: &Summary, data: &'a Dataset, manifest: &'a Manifest) -> Self {
        let expected = Expected::of(&model.objective);
        Proposal { data, manifest, expected, roles: vec![None; data.columns().len()] }
    }

    /// Columns without a role, in file order.
    fn free(&self) -> impl Iterator<Item = usize> {
        (0..self.roles.len()).filter(|&i| self.roles[i].is_none())
    }

    fn name(&self, column: usize) -> &'a str {
        &self.data.columns()[column].name
    }

    fn has(&self, role: ColumnRole) -> bool {
        self.roles.contains(&Some(role))
    }

    /// Everything but features and what is left.
    fn assign(&mut self) {
        self.told();
        if self.manifest.id.is_none() {
            self.id();
        }
        if self.manifest.split.is_none() {
            self.split();
        }
        if self.manifest.outcome.is_none() {
            self.outcome();
        }
        self.repeated_outcomes();
    }

    /// What the manifest says.
    fn told(&mut self) {
        let column_of: HashMap<&str, usize> =
            self.data.columns().iter().enumerate().map(|(i, c)| (c.name.as_str(), i)).collect();
        let roles = &mut self.roles;
        let mut tell = |name: &str, role: ColumnRole| {
            if let Some(&column) = column_of.get(name) {
                roles[column] = Some(role);
            }
        };
        self.manifest.covariates.iter().for_each(|name| tell(name, ColumnRole::Covariate));
        self.manifest.ignore.iter().for_each(|name| tell(name, ColumnRole::Ignored));
        self.manifest.id.iter().for_each(|name| tell(name, ColumnRole::Id));
        self.manifest.split.iter().for_each(|name| tell(name, ColumnRole::Split));
        match &self.manifest.outcome {
            Some(OutcomeSpec::Survival { time, event, .. }) => {
                tell(time, ColumnRole::OutcomeTime);
                tell(event, ColumnRole::OutcomeEvent);
            }
            Some(OutcomeSpec::Binary { column, .. }) => tell(column, ColumnRole::OutcomeBinary),
            Some(OutcomeSpec::Continuous { column }) => tell(column, ColumnRole::OutcomeContinuous),
            None => {}
        }
    }

    /// The column whose name says id most clearly; else a first column of texts that are all different.
    fn id(&mut self) {
        let likely =
            self.free().map(|i| (id_likeness(self.name(i)), i)).filter(|(likeness, _)| *likeness > 0);
        let likely = likely.filter(|(_, i)| quality::few_values(&self.data.columns()[*i], 1).is_none());
        // The first of the most likely.
        let best = likely.max_by_key(|(likeness, i)| (*likeness, std::cmp::Reverse(*i))).map(|(_, i)| i);
        let first =
            self.free().next().filter(|&i| i == 0 && quality::all_different_texts(&self.data.columns()[i]));
        if let Some(column) = best.or(first) {
            self.roles[column] = Some(ColumnRole::Id);
        }
    }

    /// A text column in which every level names a part. One whose name says so goes first, and may have other levels
    /// (`excluded`) beside two that do.
    fn split(&mut self) {
        let is_split = |i: &usize| match &self.data.columns()[*i].values {
            Values::Levels { levels, .. } => {
                let mut parts: Vec<_> = levels.iter().filter_map(|level| split_word(level)).collect();
                let all = parts.len() == levels.len();
                parts.sort_unstable();
                parts.dedup();
                let named = is_split_name(self.name(*i));
                (parts.len() > 1 && (all || named)) || (parts.len() == 1 && all && named)
            }
            Values::Numbers(_) => false,
        };
        let found: Vec<usize> = self.free().filter(is_split).collect();
        let named = found.iter().find(|&&i| is_split_name(self.name(i)));
        if let Some(&column) = named.or(found.first()) {
            self.roles[column] = Some(ColumnRole::Split);
        }
    }

    fn outcome(&mut self) {
        let found = match self.expected {
            Expected::Survival => self.survival(0),
            Expected::Binary => self.binary(),
            Expected::Continuous => self.continuous(),
            Expected::Classes => Vec::new(),
            Expected::Unknown => {
                let mut found = self.survival(1);
                for guess in [Self::binary, Self::continuous] {
                    if found.is_empty() {
                        found = guess(self);
                    }
                }
                found
            }
        };
        for (column, role) in found {
            self.roles[column] = Some(role);
        }
    }

    /// The time and the event whose names share most words; at least `shared` of them.
    fn survival(&self, shared: usize) -> Vec<(usize, ColumnRole)> {
        let columns = self.data.columns();
        let times: Vec<usize> = self
            .free()
            .filter(|&i| {
                is_time_name(self.name(i)) && !is_event_name_only(self.name(i)) && is_duration(&columns[i])
            })
            .collect();
        let events: Vec<usize> = self
            .free()
            .filter(|&i| is_event_name(self.name(i)) && outcome::event_value(&columns[i]).is_some())
            .collect();
        let mut best: Option<(usize, usize, usize)> = None;
        for &time in &times {
            let of_time = words(self.name(time));
            for &event in events.iter().filter(|&&event| event != time) {
                let of_event = words(self.name(event));
                let mut score = 2 * of_time.iter().filter(|w| of_event.contains(w)).count();
                score += usize::from(outcome_likeness(self.name(time)) >= 2);
                if score >= 2 * shared && best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, time, event));
                }
            }
        }
        best.map_or(Vec::new(), |(_, time, event)| {
            vec![(time, ColumnRole::OutcomeTime), (event, ColumnRole::OutcomeEvent)]
        })
    }

    fn binary(&self) -> Vec<(usize, ColumnRole)> {
        let two = |i: usize| quality::few_values(&self.data.columns()[i], 2).is_some_and(|v| v.len() == 2);
        self.most_likely(two).map(|i| (i, ColumnRole::OutcomeBinary)).into_iter().collect()
    }

    fn continuous(&self) -> Vec<(usize, ColumnRole)> {
        let quantity = |i: usize| {
            let column = &self.data.columns()[i];
            matches!(column.values, Values::Numbers(_)) && quality::few_values(column, 2).is_none()
        };
        self.most_likely(quantity).map(|i| (i, ColumnRole::OutcomeContinuous)).into_iter().collect()
    }

    /// The first of the columns whose names look most like an outcome.
    fn most_likely(&self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let likely = self.free().map(|i| (outcome_likeness(self.name(i)), i));
        let fitting = likely.filter(|(likeness, i)| *likeness > 0 && fits(*i));
        fitting.max_by_key(|(likeness, i)| (*likeness, std::cmp::Reverse(*i))).map(|(_, i)| i)
    }

    /// Columns called outcome that say nothing beyond the outcome that was found are not offered.
    fn repeated_outcomes(&mut self) {
        if !self.has(ColumnRole::OutcomeEvent) && !self.has(ColumnRole::OutcomeBinary) {
            return;
        }
        let roles: Vec<ColumnRole> = self.roles.iter().map(|r| r.unwrap_or(ColumnRole::Ignored)).collect();
        let outcome = outcome::outcome_of(self.data, &roles, self.manifest);
        let free: Vec<usize> = self.free().collect();
        for column in free {
            let named = words(self.name(column)).first().is_some_and(|word| word == "outcome");
            if named && repeats(&self.data.columns()[column], &outcome) {
                self.roles[column] = Some(ColumnRole::Ignored);
            }
        }
    }
}

/// `days_to_death` is a time although it names an event; `status` is not.
fn is_event_name_only(name: &str) -> bool {
    is_event_name(name) && !is_time_name(name)
}

/// Numbers of at least 0 that are more than two.
fn is_duration(column: &Column) -> bool {
    match &column.values {
        Values::Numbers(x) => {
            x.iter().all(|x| x.is_nan() || *x >= 0.0) && quality::few_values(column, 2).is_none()
        }
        Values::Levels { .. } => false,
    }
}

/// True if the column has few values and each goes with one outcome only. A time is never a repeated outcome.
pub(in crate::study) fn repeats(column: &Column, outcome: &Outcome) -> bool {
    let labels = match outcome {
        Outcome::Binary { labels, .. } | Outcome::Survival { event: labels, .. } => labels,
        Outcome::Continuous(_) | Outcome::None => return false,
    };
    if is_time_name(&column.name) || quality::few_values(column, FEW_LEVELS).is_none() {
        return false;
    }
    let mut label_of: HashMap<u64, bool> = HashMap::new();
    let mut both = [false; 2];
    for (row, label) in labels.iter().enumerate() {
        let (Some(label), Some(value)) = (label, column.key(row)) else { continue };
        both[usize::from(*label)] = true;
        if *label_of.entry(value).or_insert(*label) != *label {
            return false;
        }
    }
    both == [true; 2]
}
