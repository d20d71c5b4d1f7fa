//! Histogram gradient boosting: a baseline plus leaf values, which contain the learning rate; values are not cast.
//!
//! Trees number the features as the booster saw them: since 1.4 an encoder puts the categorical ones first. Their splits
//! are sets of codes; a code is the place of a level among the known ones.

use super::super::python::{Array, Column, Place};
use super::common::{self, Inputs, at_most};
use super::tree::Seen;
use crate::Parsed;
use crate::ensemble::builder::{MAX_FEATURES, MAX_NODES_PER_TREE, MAX_OUTPUTS, MAX_TREES, within};
use crate::ensemble::{
    Builder, Cast, Ensemble, FeatureKind, Link, ModelError, NodeSpec, Objective, Scale, TreeSpec,
};

/// Bits of a set of codes, which are bins of 8 bits.
const SET_BITS: usize = 256;

/// Explains the log-odds.
pub(super) fn classifier(model: &Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError> {
    let classes = common::classes(model)?;
    let (outputs, margin) = common::outputs(&classes, "log-odds");
    let link = if outputs.len() == 1 { Link::Logistic } else { Link::Softmax };
    let scale = Scale::new(link, &margin, &margin.replace("log-odds", "probability"), "probability");
    read(model, "HistGradientBoostingClassifier", outputs, scale)
}

/// Explains the prediction, or its logarithm.
pub(super) fn regressor(model: &Place<'_, '_>) -> Result<Parsed<Ensemble>, ModelError> {
    let scale = match loss(model).as_str() {
        "poisson" | "gamma" => Scale::new(Link::Exp, "log mean", "expected value", "value"),
        _ => Scale::new(Link::Identity, "prediction", "prediction", "prediction"),
    };
    read(model, "HistGradientBoostingRegressor", vec![scale.margin.clone()], scale)
}

fn loss(model: &Place<'_, '_>) -> String {
    model.find("loss").and_then(|loss| loss.text().map(str::to_owned)).unwrap_or_default()
}

fn read(
    model: &Place<'_, '_>,
    name: &str,
    outputs: Vec<String>,
    scale: Scale,
) -> Result<Parsed<Ensemble>, ModelError> {
    let Inputs { mut features, named } = common::inputs(model)?;
    let numbering = Numbering::of(model, features.len())?;
    for (f, known) in numbering.known.iter().enumerate() {
        if let Some(known) = known {
            features[f].kind = FeatureKind::Categorical { levels: Some(known.levels.clone()) };
        }
    }
    let n_outputs = outputs.len();
    let base_at = model.get("_baseline_prediction")?;
    let base = base_at.numbers()?;
    let rounds = model.get("_predictors")?;
    let trees = rounds.items("trees", MAX_TREES)?;
    if trees.is_empty() || trees.len() % n_outputs != 0 {
        return Err(rounds.wrong("it does not hold one tree per round and output"));
    }
    within("outputs", base.len(), MAX_OUTPUTS)?;
    let mut builder = Builder::new(features, named, outputs)?;
    let (n_trees, mut seen) = (trees.len(), Seen::default());
    for (t, predictor) in trees.into_iter().enumerate() {
        let (nodes, leaf_values, cover) = tree(&predictor, &numbering, &mut seen)?;
        let output = Some((t % n_outputs) as i64);
        builder.add(TreeSpec { nodes, leaf_values, cover: Some(cover), output, weight: 1.0 })?;
    }
    let mut facts = common::facts(model, name, "training rows", n_trees);
    facts.base_score = base.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    let objective = Objective { name: loss(model), scale };
    Ok(Parsed::clean(builder.finish(base, Cast::None, objective, facts)?))
}

/// Known levels of a categorical feature.
struct Known {
    /// Their texts, by code.
    levels: Vec<String>,
    /// The code of each number that the trees' sets may hold.
    codes: Vec<Option<u8>>,
}

/// The features as the trees number them.
struct Numbering {
    /// Feature of the model by number in the trees.
    order: Vec<usize>,
    /// By feature of the model; None for numeric features.
    known: Vec<Option<Known>>,
}

impl Numbering {
    fn of(model: &Place<'_, '_>, n_features: usize) -> Result<Self, ModelError> {
        let mut seen =
            Numbering { order: (0..n_features).collect(), known: (0..n_features).map(|_| None).collect() };
        let Some(mask_at) = model.find("is_categorical_") else { return Ok(seen) };
        let mask = mask_at.numbers()?;
        if mask.len() != n_features {
            return Err(mask_at.wrong("it does not have one entry per feature"));
        }
        let categorical: Vec<usize> = (0..n_features).filter(|&f| mask[f] != 0.0).collect();
        match model.find("_preprocessor") {
            Some(preprocessor) => {
                seen.order.retain(|&f| mask[f] == 0.0);
                seen.order.splice(0..0, categorical.iter().copied());
                let lists = encoder(&preprocessor)?.items_whole("categorical features", MAX_FEATURES)?;
                if lists.len() != categorical.len() {
                    return Err(preprocessor
                        .wrong("its encoder does not have one list of levels per categorical feature"));
                }
                for (list, &f) in lists.iter().zip(&categorical) {
                    // A missing value is the last of the levels, if any.
                    let levels: Vec<String> =
                        list.labels("levels", SET_BITS)?.into_iter().flatten().collect();
                    let codes = (0..levels.len()).map(|code| Some(code as u8)).collect();
                    seen.known[f] = Some(Known { levels, codes });
                }
            }
            // Before 1.4 the values are the codes, and the bins say which were seen.
            None => {
                let bins = model
                    .get("_bin_mapper")?
                    .get("bin_thresholds_")?
                    .items_whole("features", MAX_FEATURES)?;
                for &f in &categorical {
                    let at =
                        bins.get(f).ok_or_else(|| mask_at.wrong("there are fewer bins than features"))?;
                    let values = at.numbers()?;
                    let mut codes = vec![None; SET_BITS];
                    for (code, &value) in values.iter().enumerate() {
                        let slot = (value.fract() == 0.0 && value >= 0.0)
                            .then(|| codes.get_mut(value as usize))
                            .flatten();
                        *slot.ok_or_else(|| at.wrong("a category is not a whole number below 256"))? =
                            Some(code as u8);
                    }
                    let levels = values.iter().map(f64::to_string).collect();
                    seen.known[f] = Some(Known { levels, codes });
                }
            }
        }
        Ok(seen)
    }
}

/// The lists of levels of the encoder, which is the first step of the preprocessor.
fn encoder<'h, 'a>(preprocessor: &Place<'h, 'a>) -> Result<Place<'h, 'a>, ModelError> {
    let steps = preprocessor.get("transformers_")?.items("steps", 16)?;
    let encoder = steps.iter().find(|step| step.class() == "sklearn.preprocessing._encoders.OrdinalEncoder");
    encoder.ok_or_else(|| preprocessor.wrong("it has no encoder"))?.get("categories_")
}

type Tree = (Vec<NodeSpec>, Vec<f64>, Vec<f64>);

/// Nodes, leaf values and cover of a tree.
fn tree(predictor: &Place<'_, '_>, features: &Numbering, seen: &mut Seen) -> Result<Tree, ModelError> {
    let nodes_at = predictor.get("nodes")?;
    seen.first_time(&nodes_at)?;
    let array: &Array<'_> = nodes_at.array()?;
    let n = array.len();
    within("nodes in a tree", n, MAX_NODES_PER_TREE)?;
    let column =
        |name: &str| array.column(name).ok_or_else(|| nodes_at.wrong(&format!("it has no field `{name}`")));
    let (value, count, feature) = (column("value")?, column("count")?, column("feature_idx")?);
    let (threshold, missing, leaf) =
        (column("num_threshold")?, column("missing_go_to_left")?, column("is_leaf")?);
    let (left, right) = (column("left")?, column("right")?);
    let categorical = array.column("is_categorical").zip(array.column("bitset_idx"));
    let odd = |i: usize| nodes_at.wrong(&format!("node {i} is not made of numbers"));
    let sets = match predictor.find("raw_left_cat_bitsets") {
        Some(sets) => sets.numbers()?,
        None => Vec::new(),
    };
    let (mut nodes, mut values, mut cover) =
        (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    for i in 0..n {
        let whole = |column: &Column<'_>| column.i64(i).ok_or_else(|| odd(i));
        values.push(value.f64(i).ok_or_else(|| odd(i))?);
        cover.push(count.f64(i).ok_or_else(|| odd(i))?);
        if whole(&leaf)? != 0 {
            nodes.push(NodeSpec::Leaf { first: i });
            continue;
        }
        let (left, right, default_left) = (whole(&left)?, whole(&right)?, whole(&missing)? != 0);
        let number = usize::try_from(whole(&feature)?).ok();
        let f = number.and_then(|f| features.order.get(f).copied());
        let feature = f.map_or(-1, |f| f as i64);
        let set = match &categorical {
            Some((is_categorical, set)) if whole(is_categorical)? != 0 => Some(whole(set)?),
            _ => None,
        };
        nodes.push(match set {
            None => {
                let threshold = at_most(threshold.f64(i).ok_or_else(|| odd(i))?);
                NodeSpec::Below { feature, threshold, left, right, default_left }
            }
            // A member goes left here and right in the builder's terms, so the children change places.
            Some(set) => {
                let known = f.and_then(|f| features.known[f].as_ref());
                let codes = known.and_then(|known| codes(&sets, set, known));
                let codes = codes.ok_or_else(|| {
                    nodes_at.wrong(&format!("node {i} has a set of levels that is not there"))
                })?;
                NodeSpec::NotIn { feature, codes, left: right, right: left, default_left: !default_left }
            }
        });
    }
    Ok((nodes, values, cover))
}

/// Codes in one of the sets, eight words of 32 bits each.
fn codes(sets: &[f64], set: i64, known: &Known) -> Option<Vec<i64>> {
    let start = usize::try_from(set).ok()?.checked_mul(8)?;
    let words = sets.get(start..start.checked_add(8)?)?;
    let member = |&bit: &usize| words[bit / 32] as u32 >> (bit % 32) & 1 == 1;
    Some((0..SET_BITS).filter(member).filter_map(|bit| Some(i64::from((*known.codes.get(bit)?)?))).collect())
}
