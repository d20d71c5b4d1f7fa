//! The JSON form, as `save_model(…, format="json")` writes it.

use super::super::json_path::{json_error, json_error_at};
use super::super::nested::{self, Nested};
use super::{Input, Model, Node, Question, RETRAIN_NUMBERS, RETRAIN_ONE_HOT, Tree};
use crate::Parsed;
use crate::ensemble::error::quoted;
use crate::ensemble::{Ensemble, ModelError, TreeFault};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct File<'a> {
    features_info: FeaturesInfo,
    #[serde(default)]
    model_info: ModelInfo,
    oblivious_trees: Option<Vec<Symmetric>>,
    #[serde(borrow)]
    trees: Option<Vec<&'a RawValue>>,
    scale_and_bias: (f64, Bias),
}

/// One number in old versions, one per output since.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bias {
    One(f64),
    Each(Vec<f64>),
}

#[derive(Deserialize)]
struct FeaturesInfo {
    #[serde(default)]
    float_features: Vec<InputInfo>,
    #[serde(default)]
    categorical_features: Vec<InputInfo>,
    #[serde(default)]
    text_features: Vec<IgnoredAny>,
    #[serde(default)]
    embedding_features: Vec<IgnoredAny>,
    cat_features_hash: Option<Vec<Hash>>,
}

#[derive(Deserialize)]
struct InputInfo {
    feature_index: usize,
    flat_feature_index: usize,
    feature_name: Option<String>,
    feature_id: Option<String>,
    nan_value_treatment: Option<String>,
}

#[derive(Deserialize)]
struct Hash {
    value: String,
    hash: u32,
}

#[derive(Default, Deserialize)]
struct ModelInfo {
    #[serde(default)]
    catboost_version_info: String,
    params: Option<Params>,
    class_params: Option<ClassParams>,
}

#[derive(Deserialize)]
pub(super) struct Params {
    pub(super) loss_function: Option<Loss>,
}

#[derive(Deserialize)]
pub(super) struct Loss {
    #[serde(rename = "type")]
    pub(super) name: String,
}

#[derive(Default, Deserialize)]
pub(super) struct ClassParams {
    #[serde(default)]
    class_names: Vec<serde_json::Value>,
}

impl ClassParams {
    pub(super) fn names(&self) -> Vec<String> {
        let name = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.class_names.iter().map(|value| name(value).chars().take(60).collect()).collect()
    }
}

#[derive(Deserialize)]
struct Symmetric {
    #[serde(default)]
    splits: Option<Vec<Split>>,
    leaf_values: Vec<f64>,
    leaf_weights: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Split {
    split_type: String,
    border: Option<f64>,
    float_feature_index: Option<usize>,
    cat_feature_index: Option<usize>,
    value: Option<i32>,
}

/// A node of a non-symmetric tree without its children.
#[derive(Deserialize)]
struct FreeNode {
    split: Option<Split>,
    value: Option<LeafValue>,
    weight: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LeafValue {
    One(f64),
    Each(Vec<f64>),
}

/// Reads the JSON form.
///
/// # Errors
/// [`ModelError`].
pub(in crate::ensemble::format) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let file: File<'_> = serde_json::from_slice(text).map_err(|e| json_error(text, &e))?;
    let info = file.features_info;
    if !info.text_features.is_empty() || !info.embedding_features.is_empty() {
        return Err(ModelError::Feature { what: "texts or embeddings".into(), remedy: RETRAIN_NUMBERS });
    }
    let (scale, bias) = file.scale_and_bias;
    let bias = match bias {
        Bias::One(bias) => vec![bias],
        Bias::Each(bias) => bias,
    };
    let mut trees = Vec::new();
    for (t, tree) in file.oblivious_trees.into_iter().flatten().enumerate() {
        trees.push(tree.read(t)?);
    }
    for tree in file.trees.into_iter().flatten() {
        let nodes = nested::flattened(tree.get(), ["left", "right"])
            .map_err(|(at, e)| json_error_at(text, nested::offset(text, tree.get()) + at, &e))?;
        trees.push(free(nodes, trees.len(), bias.len())?);
    }
    let model = Model {
        format: "CatBoost JSON",
        version_info: file.model_info.catboost_version_info,
        loss: file.model_info.params.and_then(|p| p.loss_function).map(|l| l.name).unwrap_or_default(),
        class_names: file.model_info.class_params.unwrap_or_default().names(),
        n_outputs: bias.len(),
        scale,
        bias,
        floats: inputs(info.float_features, "float_features")?,
        categories: inputs(info.categorical_features, "categorical_features")?,
        hashes: info.cat_features_hash.map(texts),
        trees,
    };
    model.into_ensemble()
}

/// Texts with their hashes, sorted by text: the file has them in no order.
fn texts(hashes: Vec<Hash>) -> Vec<(String, i32)> {
    let mut texts: Vec<(String, i32)> = hashes.into_iter().map(|h| (h.value, h.hash as i32)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Features of one kind; a split names them by their place in this list.
fn inputs(infos: Vec<InputInfo>, kind: &str) -> Result<Vec<Input>, ModelError> {
    infos
        .into_iter()
        .enumerate()
        .map(|(i, info)| {
            if info.feature_index != i {
                return Err(ModelError::Value {
                    key: format!("features_info.{kind}[{i}].feature_index"),
                    got: info.feature_index.to_string(),
                    expected: "the place in the list",
                });
            }
            let missing_right = match info.nan_value_treatment.as_deref() {
                Some("AsTrue") => true,
                None | Some("AsIs" | "AsFalse") => false,
                Some(other) => {
                    return Err(ModelError::Value {
                        key: format!("features_info.{kind}[{i}].nan_value_treatment"),
                        got: quoted(other),
                        expected: "AsIs, AsFalse or AsTrue",
                    });
                }
            };
            let name = info.feature_name.or(info.feature_id).filter(|name| !name.is_empty());
            Ok(Input { flat: info.flat_feature_index, name, missing_right })
        })
        .collect()
}

impl Symmetric {
    fn read(self, tree: usize) -> Result<Tree, ModelError> {
        let questions =
            self.splits.unwrap_or_default().iter().map(|s| s.question(tree)).collect::<Result<_, _>>()?;
        Ok(Tree::Symmetric { questions, leaf_values: self.leaf_values, leaf_weights: self.leaf_weights })
    }
}

impl Split {
    fn question(&self, tree: usize) -> Result<Question, ModelError> {
        let key = || format!("tree {tree}, split of type {}", quoted(&self.split_type));
        match (self.split_type.as_str(), self) {
            ("FloatFeature", Split { float_feature_index: Some(float), border: Some(border), .. }) => {
                Ok(Question::Above { float: *float, border: *border as f32 })
            }
            ("OneHotFeature", Split { cat_feature_index: Some(category), value: Some(hash), .. }) => {
                Ok(Question::Is { category: *category, hash: *hash })
            }
            ("FloatFeature" | "OneHotFeature", _) => Err(ModelError::Value {
                key: key(),
                got: "incomplete".into(),
                expected: "a feature with a border or a value",
            }),
            ("OnlineCtr", _) => {
                let what = "target statistics of categories (CTR)".into();
                Err(ModelError::Feature { what, remedy: RETRAIN_ONE_HOT })
            }
            _ => {
                let what = format!("splits of type {}", quoted(&self.split_type));
                Err(ModelError::Feature { what, remedy: RETRAIN_NUMBERS })
            }
        }
    }
}

/// A non-symmetric tree. The file has weights for the leaves; those of the splits are their sums.
fn free(nodes: Vec<Nested<FreeNode>>, tree: usize, n_outputs: usize) -> Result<Tree, ModelError> {
    let mut out = Vec::with_capacity(nodes.len());
    let mut leaf_values = Vec::new();
    let mut cover = Some(vec![0.0; nodes.len()]);
    let mut above = vec![None; nodes.len()];
    for (i, Nested { value: node, children }) in nodes.into_iter().enumerate() {
        for child in children.into_iter().flatten() {
            above[child] = Some(i);
        }
        match (node.split, node.value) {
            (Some(split), _) => {
                let [left, right] = children.map(|c| c.map_or(-1, |c| c as i64));
                out.push(Node::Split { question: split.question(tree)?, left, right });
            }
            (None, Some(value)) => {
                out.push(Node::Leaf { first: leaf_values.len() });
                let before = leaf_values.len();
                match value {
                    LeafValue::One(value) => leaf_values.push(value),
                    LeafValue::Each(values) => leaf_values.extend(values),
                }
                if leaf_values.len() - before != n_outputs {
                    return Err(ModelError::Tree { tree, fault: TreeFault::LeafWidth { node: i } });
                }
                match (node.weight, &mut cover) {
                    (Some(weight), Some(cover)) => cover[i] = weight,
                    _ => cover = None,
                }
            }
            (None, None) => {
                return Err(ModelError::Value {
                    key: format!("tree {tree}, node {i}"),
                    got: "neither a split nor a value".into(),
                    expected: "one of both",
                });
            }
        }
    }
    // Parents come before their children.
    if let Some(cover) = &mut cover {
        for i in (0..above.len()).rev() {
            if let Some(parent) = above[i] {
                cover[parent] += cover[i];
            }
        }
    }
    Ok(Tree::Free { nodes: out, leaf_values, cover })
}
