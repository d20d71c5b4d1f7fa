//! scikit-survival's forests and trees, 0.28: scikit-learn's trees whose leaves hold a cumulative hazard and a survival
//! probability per time of the training data, or, of models fitted with `low_memory`, the risk score alone.
//!
//! What is explained is the risk score, which `predict` gives: the cumulative hazard summed over the times of events, which
//! is additive over trees. (Survival at one time is a mean over trees, too, but a file says nothing of which time matters.)

use super::super::python::Place;
use super::common::{self, Inputs, WEIGHTED_ROWS};
use super::forest::trees;
use super::tree::{NO_MISSING, Seen, stored};
use crate::Parsed;
use crate::ensemble::{Builder, Cast, Ensemble, Link, ModelError, Objective, Scale, TreeSpec};

/// Numbers of a leaf per time: cumulative hazard, survival probability.
const PER_TIME: usize = 2;

/// Explains the risk score.
pub(super) fn read(model: &Place<'_, '_>, name: &str, forest: bool) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let times = model.get("is_event_time_")?;
    let is_event: Vec<bool> = times.numbers()?.iter().map(|&flag| flag != 0.0).collect();
    if is_event.is_empty() {
        return Err(times.wrong("it is empty"));
    }
    let mut builder = Builder::new(features, named, vec!["risk score".to_owned()])?;
    let (trees, mut seen, mut knows_missing) = (trees(model, forest)?, Seen::default(), true);
    let n_trees = trees.len();
    for estimator in trees {
        let mut tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width == is_event.len() * PER_TIME {
            tree.narrowed(|leaf| {
                let hazards = leaf.chunks_exact(PER_TIME).map(|of_time| of_time[0]);
                hazards.zip(&is_event).filter(|(_, is_event)| **is_event).map(|(hazard, _)| hazard).sum()
            });
        } else if tree.width != 1 {
            return Err(estimator.wrong("its leaves do not have two values per time"));
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: Some(0),
            weight: 1.0 / n_trees as f64,
        })?;
    }
    let mut facts = common::facts(model, name, WEIGHTED_ROWS, n_trees);
    facts.library = "scikit-survival".into();
    facts.format = format!("scikit-survival {}", model.heap.format);
    facts.refuses_missing = !knows_missing;
    // Files do not say which version wrote them; since 0.23 trees say where missing values go.
    facts.tested = knows_missing;
    let scale = Scale::new(Link::Identity, "risk score", "risk score", "risk");
    let objective = Objective { name: "cumulative hazard, summed over event times".into(), scale };
    let value = builder.finish(vec![0.0], Cast::F32, objective, facts)?;
    let warnings = if knows_missing { Vec::new() } else { vec![NO_MISSING.to_owned()] };
    Ok(Parsed { value, warnings })
}
