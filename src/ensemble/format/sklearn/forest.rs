//! Single trees and forests: the mean over trees of class fractions, or of leaf values.

use super::super::python::Place;
use super::common::{self, Inputs, WEIGHTED_ROWS};
use super::tree::{NO_MISSING, Seen, stored};
use crate::Parsed;
use crate::ensemble::builder::{MAX_OUTPUTS, MAX_TREES, within};
use crate::ensemble::{Builder, Cast, Ensemble, Link, ModelError, Objective, Scale, TreeSpec};

/// Trees of a forest, or the one tree.
pub(super) fn trees<'h, 'a>(model: &Place<'h, 'a>, forest: bool) -> Result<Vec<Place<'h, 'a>>, ModelError> {
    let trees =
        if forest { model.get("estimators_")?.items("trees", MAX_TREES)? } else { vec![model.clone()] };
    if trees.is_empty() { Err(model.get("estimators_")?.wrong("it is empty")) } else { Ok(trees) }
}

/// Explains the probability of the second of two classes, or of each of several.
pub(super) fn classifier(
    model: &Place<'_, '_>,
    name: &str,
    forest: bool,
) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let classes = common::classes(model)?;
    let (outputs, margin) = common::outputs(&classes, "probability");
    let n_outputs = outputs.len();
    let mut builder = Builder::new(features, named, outputs)?;
    let (trees, mut seen, mut knows_missing) = (trees(model, forest)?, Seen::default(), true);
    let n_trees = trees.len();
    for estimator in trees {
        let mut tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width != classes.len() {
            return Err(estimator.wrong("its leaves do not have one value per class"));
        }
        if classes.len() == 2 {
            tree.narrowed(|counts| share(counts, 1));
        } else {
            let values = tree.values.chunks_exact(tree.width);
            tree.values = values.flat_map(|counts| (0..counts.len()).map(|k| share(counts, k))).collect();
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: (n_outputs == 1).then_some(0),
            weight: 1.0 / n_trees as f64,
        })?;
    }
    let scale = Scale::new(Link::Identity, &margin, &margin, "probability");
    finish(model, name, builder, n_outputs, n_trees, scale, knows_missing)
}

/// Explains the prediction.
pub(super) fn regressor(
    model: &Place<'_, '_>,
    name: &str,
    forest: bool,
) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let n_outputs = model.get("n_outputs_")?.count()?;
    within("outputs", n_outputs, MAX_OUTPUTS)?;
    let outputs = match n_outputs {
        1 => vec!["prediction".to_owned()],
        n => (0..n).map(|k| format!("target {k}")).collect(),
    };
    let mut builder = Builder::new(features, named, outputs)?;
    let (trees, mut seen, mut knows_missing) = (trees(model, forest)?, Seen::default(), true);
    let n_trees = trees.len();
    for estimator in trees {
        let tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width != n_outputs {
            return Err(estimator.wrong("its leaves do not have one value per output"));
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: (n_outputs == 1).then_some(0),
            weight: 1.0 / n_trees as f64,
        })?;
    }
    let scale = Scale::new(Link::Identity, "prediction", "prediction", "prediction");
    finish(model, name, builder, n_outputs, n_trees, scale, knows_missing)
}

fn finish(
    model: &Place<'_, '_>,
    name: &str,
    builder: Builder,
    n_outputs: usize,
    n_trees: usize,
    scale: Scale,
    knows_missing: bool,
) -> Result<Parsed<Ensemble>, ModelError> {
    let mut facts = common::facts(model, name, WEIGHTED_ROWS, n_trees);
    facts.refuses_missing = !knows_missing;
    let criterion = model.find("criterion").and_then(|c| c.text().map(str::to_owned)).unwrap_or_default();
    let objective = Objective { name: criterion, scale };
    let value = builder.finish(vec![0.0; n_outputs], Cast::F32, objective, facts)?;
    let warnings = if knows_missing { Vec::new() } else { vec![NO_MISSING.to_owned()] };
    Ok(Parsed { value, warnings })
}

/// Share of class `k`. Leaves hold fractions since 1.3 and weighted counts before.
fn share(counts: &[f64], k: usize) -> f64 {
    let sum: f64 = counts.iter().sum();
    if sum == 0.0 { 0.0 } else { counts[k] / sum }
}
