//! scikit-survival's forests and trees, 0.22 to 0.28: scikit-learn's trees whose leaves hold a cumulative hazard and a survival
//! probability per time of the training data, or, of models fitted with `low_memory`, the risk score alone.
//!
//! What is explained is the risk score, which `predict` gives: the cumulative hazard summed over the times of events. Or, at
//! times that were asked for, S(t) as `predict_survival_function` gives it: a step function, right-continuous. Both are
//! means over trees, hence additive.

use super::super::python::Place;
use super::common::{self, Inputs, WEIGHTED_ROWS};
use super::forest::trees;
use super::tree::{NO_MISSING, Seen, stored};
use crate::Parsed;
use crate::ensemble::builder::{MAX_OUTPUTS, within};
use crate::ensemble::{Builder, Cast, Ensemble, Link, ModelError, Objective, Scale, TreeSpec};

/// Numbers of a leaf per time: cumulative hazard, survival probability.
const PER_TIME: usize = 2;

/// Explains S(t) at these times, one output each, or the risk score where there are none.
pub(super) fn read(
    model: &Place<'_, '_>,
    name: &str,
    forest: bool,
    survival_at: &[f64],
) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let times = Times::of(model)?;
    within("times", survival_at.len(), MAX_OUTPUTS)?;
    let steps = survival_at.iter().map(|&at| times.step(at)).collect::<Result<Vec<_>, _>>()?;
    let outputs = match survival_at {
        [] => vec!["risk score".to_owned()],
        at => at.iter().map(|at| format!("S(t = {at})")).collect(),
    };
    let n_outputs = outputs.len();
    let mut builder = Builder::new(features, named, outputs)?;
    let (trees, mut seen, mut knows_missing) = (trees(model, forest)?, Seen::default(), true);
    let (n_trees, mut keeps_curves) = (trees.len(), true);
    for estimator in trees {
        let mut tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width == times.known.len() * PER_TIME {
            tree.reduced(n_outputs, |leaf, k| match steps.get(k) {
                Some(step) => leaf[step * PER_TIME + 1],
                None => times.events().map(|i| leaf[i * PER_TIME]).sum(),
            });
        } else if tree.width == 1 {
            keeps_curves = false;
        } else {
            return Err(estimator.wrong("its leaves do not have two values per time"));
        }
        if !keeps_curves && !steps.is_empty() {
            let what = "this forest was fitted with low_memory and keeps its risk score alone".to_owned();
            return Err(ModelError::NoSurvival { what });
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: (n_outputs == 1).then_some(0),
            weight: 1.0 / n_trees as f64,
        })?;
    }
    let mut facts = common::facts(model, name, WEIGHTED_ROWS, n_trees);
    facts.library = "scikit-survival".into();
    facts.format = format!("scikit-survival {}", model.heap.format);
    facts.refuses_missing = !knows_missing;
    // Files do not say which version wrote them; since 0.23 trees say where missing values go.
    facts.tested = knows_missing;
    if keeps_curves {
        facts.survival_quartiles = times.quartiles();
    }
    let (name, scale) = if survival_at.is_empty() {
        let scale = Scale::new(Link::Identity, "risk score", "risk score", "risk");
        ("cumulative hazard, summed over event times", scale)
    } else {
        let word = "survival probability";
        (word, Scale::new(Link::Identity, word, word, "survival"))
    };
    let objective = Objective { name: name.to_owned(), scale };
    let value = builder.finish(vec![0.0; n_outputs], Cast::F32, objective, facts)?;
    let warnings = if knows_missing { Vec::new() } else { vec![NO_MISSING.to_owned()] };
    Ok(Parsed { value, warnings })
}

/// The times of the training data.
struct Times {
    /// Ascending, at least one; those of an event among them.
    known: Vec<f64>,
    is_event: Vec<bool>,
}

impl Times {
    fn of(model: &Place<'_, '_>) -> Result<Self, ModelError> {
        let (times_at, events_at) = (model.get("unique_times_")?, model.get("is_event_time_")?);
        let known = times_at.numbers()?;
        let is_event: Vec<bool> = events_at.numbers()?.iter().map(|&flag| flag != 0.0).collect();
        if known.is_empty() || known.len() != is_event.len() {
            return Err(events_at.wrong("it does not have one entry per time"));
        }
        if !known.iter().all(|t| t.is_finite()) || !known.is_sorted_by(|a, b| a < b) {
            return Err(times_at.wrong("its times do not rise"));
        }
        Ok(Times { known, is_event })
    }

    /// Numbers of the times with an event.
    fn events(&self) -> impl Iterator<Item = usize> {
        (0..self.known.len()).filter(|&i| self.is_event[i])
    }

    /// The last known time that is not after `at`; before the first the first, as the library has it.
    fn step(&self, at: f64) -> Result<usize, ModelError> {
        let last = self.known[self.known.len() - 1];
        if !(0.0..=last).contains(&at) {
            return Err(ModelError::SurvivalTime { time: at, last });
        }
        Ok(self.known.partition_point(|&t| t <= at).saturating_sub(1))
    }

    /// Times of an event at a quarter, half and three quarters of all of them, without repeats.
    fn quartiles(&self) -> Vec<f64> {
        let of_events: Vec<f64> = self.events().map(|i| self.known[i]).collect();
        let at = |quarter: usize| of_events.get((of_events.len().max(1) - 1) * quarter / 4).copied();
        let mut quartiles: Vec<f64> = (1..4).filter_map(at).collect();
        quartiles.dedup();
        quartiles
    }
}
