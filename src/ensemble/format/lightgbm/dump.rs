//! The JSON that `Booster.dump_model` gives: the same model with its trees as nested objects.

use super::super::json_path::{json_error, json_error_at};
use super::super::nested::{self, Nested};
use super::{Level, Missing, Model, RETRAIN_LINEAR, categorical, numeric};
use crate::Parsed;
use crate::ensemble::error::quoted;
use crate::ensemble::{Ensemble, ModelError, NodeSpec, TreeSpec};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(default)]
    version: String,
    num_tree_per_iteration: usize,
    max_feature_idx: usize,
    #[serde(default)]
    objective: String,
    #[serde(default)]
    average_output: bool,
    feature_names: Vec<String>,
    #[serde(default)]
    feature_infos: BTreeMap<String, Info>,
    #[serde(borrow)]
    tree_info: Vec<Tree<'a>>,
    #[serde(default)]
    pandas_categorical: Option<Vec<Vec<Level>>>,
}

/// Codes of a categorical feature; numeric ones have an empty list.
#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    values: Vec<i64>,
}

#[derive(Deserialize)]
struct Tree<'a> {
    #[serde(borrow)]
    tree_structure: &'a RawValue,
}

/// A split or a leaf.
#[derive(Deserialize)]
struct Node {
    split_feature: Option<i64>,
    threshold: Option<Threshold>,
    decision_type: Option<String>,
    #[serde(default)]
    default_left: bool,
    missing_type: Option<String>,
    internal_count: Option<f64>,
    leaf_value: Option<f64>,
    leaf_count: Option<f64>,
    leaf_const: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Threshold {
    Number(f64),
    /// Codes with `||` between.
    Codes(String),
}

/// Reads the JSON form.
///
/// # Errors
/// [`ModelError`].
pub(in crate::ensemble::format) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let file: File<'_> = serde_json::from_slice(text).map_err(|e| json_error(text, &e))?;
    let mut trees = Vec::new();
    for (t, tree) in file.tree_info.iter().enumerate() {
        let nodes = nested::flattened(tree.tree_structure.get(), ["left_child", "right_child"]).map_err(
            |(at, e)| json_error_at(text, nested::offset(text, tree.tree_structure.get()) + at, &e),
        )?;
        trees.push(spec(nodes, t)?);
    }
    let info = |name: &String| file.feature_infos.get(name).is_some_and(|i| !i.values.is_empty());
    let model = Model {
        format: "LightGBM JSON",
        version: file.version,
        n_features: file.max_feature_idx.saturating_add(1),
        n_outputs: file.num_tree_per_iteration,
        objective: file.objective,
        average: file.average_output,
        categorical: file.feature_names.iter().map(info).collect(),
        feature_names: file.feature_names,
        pandas_categorical: file.pandas_categorical.unwrap_or_default(),
        trees,
        best: None,
    };
    model.into_ensemble()
}

fn spec(nodes: Vec<Nested<Node>>, tree: usize) -> Result<TreeSpec, ModelError> {
    let mut spec = TreeSpec {
        nodes: Vec::with_capacity(nodes.len()),
        leaf_values: Vec::new(),
        cover: Some(Vec::with_capacity(nodes.len())),
        output: None,
        weight: 1.0,
    };
    let single = nodes.len() == 1;
    for (i, Nested { value: node, children }) in nodes.into_iter().enumerate() {
        let wrong = |key: &str, got: String, expected| ModelError::Value {
            key: format!("tree_info[{tree}], node {i}, {key}"),
            got,
            expected,
        };
        if node.leaf_const.is_some() {
            return Err(ModelError::Feature {
                what: "linear models in its leaves".into(),
                remedy: RETRAIN_LINEAR,
            });
        }
        let count = if node.leaf_value.is_some() { node.leaf_count } else { node.internal_count };
        match (count, &mut spec.cover) {
            (Some(count), Some(cover)) => cover.push(count),
            _ => spec.cover = None,
        }
        if let Some(value) = node.leaf_value {
            spec.nodes.push(NodeSpec::Leaf { first: spec.leaf_values.len() });
            spec.leaf_values.push(value);
            continue;
        }
        let [left, right] = children.map(|c| c.map_or(-1, |c| c as i64));
        let feature = node
            .split_feature
            .ok_or_else(|| wrong("split_feature", "missing".into(), "a feature or a leaf value"))?;
        let split = match (node.decision_type.as_deref(), node.threshold) {
            (Some("<="), Some(Threshold::Number(threshold))) => {
                let missing = match node.missing_type.as_deref() {
                    Some("None") => Missing::None,
                    Some("Zero") => Missing::Zero,
                    Some("NaN") => Missing::Nan,
                    other => {
                        let got = other.map_or("missing".into(), quoted);
                        return Err(wrong("missing_type", got, "None, Zero or NaN"));
                    }
                };
                numeric(feature, threshold, missing, node.default_left, left, right)
            }
            (Some("=="), Some(Threshold::Codes(codes))) => {
                let parsed: Result<Vec<i64>, _> = codes.split("||").map(str::parse).collect();
                let codes =
                    parsed.map_err(|_| wrong("threshold", quoted(&codes), "level codes with || between"))?;
                categorical(feature, codes, left, right)
            }
            // One code is written as a number by some versions.
            (Some("=="), Some(Threshold::Number(code))) => {
                categorical(feature, vec![code as i64], left, right)
            }
            (other, _) => {
                let got = other.map_or("missing".into(), quoted);
                return Err(wrong("decision_type", got, "<= or ==, with a threshold"));
            }
        };
        spec.nodes.push(split);
    }
    // A tree without splits needs none.
    if single {
        spec.cover = None;
    }
    Ok(spec)
}
