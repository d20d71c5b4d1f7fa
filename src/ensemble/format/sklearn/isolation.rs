//! Isolation forests: the mean depth at which a row is alone. Deeper is more normal.
//!
//! A leaf that still holds n rows counts as deep as it lies plus c(n), the mean depth of a random search tree over n
//! (Liu, Ting & Zhou 2008, equation 1). `score_samples` is −2^(−depth / c(max_samples_)).

use super::super::python::Place;
use super::common::{self, Inputs, WEIGHTED_ROWS};
use super::tree::{NO_MISSING, Seen, Stored, stored};
use crate::Parsed;
use crate::ensemble::builder::MAX_TREES;
use crate::ensemble::{Builder, Cast, Ensemble, Link, ModelError, NodeSpec, Objective, Scale, TreeSpec};
use crate::math;

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Explains the mean depth.
pub(super) fn read(model: &Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { features, named } = common::inputs(model)?;
    let n_features = features.len();
    let trees = model.get("estimators_")?.items("trees", MAX_TREES)?;
    let subsets = model.get("estimators_features_")?;
    let subsets_of = subsets.items_whole("trees", MAX_TREES)?;
    if trees.is_empty() || trees.len() != subsets_of.len() {
        return Err(subsets.wrong("it does not hold one list per tree"));
    }
    let n_trees = trees.len();
    let mut builder = Builder::new(features, named, vec![MARGIN.to_owned()])?;
    let (mut seen, mut knows_missing) = (Seen::default(), true);
    for (estimator, subset) in trees.into_iter().zip(subsets_of) {
        let mut tree = stored(&estimator, &mut seen)?;
        knows_missing &= tree.knows_missing;
        if tree.width != 1 {
            return Err(estimator.wrong("its leaves have more than one value"));
        }
        tree.values = depths(&tree).ok_or_else(|| estimator.wrong("its nodes do not form a tree"))?;
        let subset = subset.numbers()?;
        if subset.len() > n_features {
            return Err(estimator.wrong("it takes more features than there are"));
        }
        for node in &mut tree.nodes {
            if let NodeSpec::Below { feature, .. } = node {
                let whole = usize::try_from(*feature).ok().and_then(|f| subset.get(f));
                *feature = whole.map_or(-1, |&f| f as i64);
            }
        }
        builder.add(TreeSpec {
            nodes: tree.nodes,
            leaf_values: tree.values,
            cover: Some(tree.cover),
            output: Some(0),
            weight: 1.0 / n_trees as f64,
        })?;
    }
    let mut facts = common::facts(model, "IsolationForest", WEIGHTED_ROWS, n_trees);
    facts.refuses_missing = !knows_missing;
    let scale = Scale::new(Link::Identity, MARGIN, MARGIN, "normality");
    let value = builder.finish(vec![0.0], Cast::F32, Objective { name: "isolation".into(), scale }, facts)?;
    let warnings = if knows_missing { Vec::new() } else { vec![NO_MISSING.to_owned()] };
    Ok(Parsed { value, warnings })
}

const MARGIN: &str = "mean isolation depth";

/// Depth of each leaf; 0 for other nodes. None if a child is out of range or reached twice.
fn depths(tree: &Stored) -> Option<Vec<f64>> {
    let mut depths = vec![f64::NAN; tree.nodes.len()];
    let mut pending = vec![(0usize, 0u32)];
    while let Some((i, depth)) = pending.pop() {
        let slot = depths.get_mut(i).filter(|slot| slot.is_nan())?;
        *slot = match tree.nodes[i] {
            NodeSpec::Below { left, right, .. } => {
                pending.push((usize::try_from(left).ok()?, depth + 1));
                pending.push((usize::try_from(right).ok()?, depth + 1));
                0.0
            }
            _ => f64::from(depth) + search_depth(tree.n_rows[i]),
        };
    }
    Some(depths)
}

/// c(n).
fn search_depth(n: i64) -> f64 {
    match n {
        ..=1 => 0.0,
        2 => 1.0,
        n => {
            let n = n as f64;
            2.0 * (math::ln(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
        }
    }
}
