//! The JSON that Treelite's `Model.dump_as_json` gives (4.0 and later).
//!
//! Treelite keeps the trees of XGBoost, LightGBM and scikit-learn with their cover, but neither feature names nor levels;
//! and it does not keep LightGBM's rule that zero is missing. What is explained is the model as Treelite has it.
//! Format: <https://treelite.readthedocs.io>, `src/json_serializer.cc` of the project.

use super::json_path::json_error;
use super::within;
use crate::Parsed;
use crate::ensemble::builder::{MAX_FEATURES, MAX_OUTPUTS};
use crate::ensemble::error::quoted;
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, Link, ModelError, NodeSpec, Objective, Scale,
    TreeFault, TreeSpec,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    /// Since 4.3.
    threshold_type: Option<String>,
    num_feature: usize,
    #[serde(default)]
    task_type: String,
    average_tree_output: bool,
    num_target: usize,
    num_class: Vec<usize>,
    target_id: Vec<i64>,
    class_id: Vec<i64>,
    postprocessor: String,
    #[serde(default = "one")]
    sigmoid_alpha: f64,
    base_scores: Vec<f64>,
    trees: Vec<Tree>,
}

fn one() -> f64 {
    1.0
}

impl File {
    /// Every threshold and leaf value.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.trees.iter().flat_map(|tree| &tree.nodes).flat_map(|node| {
            let leaf = match &node.leaf_value {
                Some(LeafValue::One(value)) => std::slice::from_ref(value),
                Some(LeafValue::Each(values)) => values,
                None => &[],
            };
            leaf.iter().chain(&node.threshold).copied()
        })
    }
}

#[derive(Deserialize)]
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    node_id: usize,
    leaf_value: Option<LeafValue>,
    split_feature_id: Option<i64>,
    #[serde(default)]
    default_left: bool,
    comparison_op: Option<String>,
    threshold: Option<f64>,
    #[serde(default)]
    category_list_right_child: bool,
    category_list: Option<Vec<i64>>,
    left_child: Option<i64>,
    right_child: Option<i64>,
    sum_hess: Option<f64>,
    data_count: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LeafValue {
    One(f64),
    Each(Vec<f64>),
}

/// Reads the JSON.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(text: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let file: File = serde_json::from_slice(text).map_err(|e| json_error(text, &e))?;
    let value = |key: &str, got: String, expected| ModelError::Value { key: key.into(), got, expected };
    let cast = match file.threshold_type.as_deref() {
        Some("float32") => Cast::F32,
        Some("float64") => Cast::None,
        Some(other) => return Err(value("threshold_type", quoted(other), "float32 or float64")),
        // Thresholds of 64 bits with no bit beyond the 24th in any of them are not met in practice.
        None if file.numbers().all(|v| f64::from(v as f32) == v) => Cast::F32,
        None => Cast::None,
    };
    let n_classes = file.num_class.iter().copied().max().unwrap_or(1).max(1);
    if file.num_target > 1 && n_classes > 1 {
        let (name, problem) = (file.postprocessor, "has several targets with several classes each");
        return Err(ModelError::Objective { name, problem });
    }
    let n_outputs = n_classes.max(file.num_target).max(1);
    within("outputs", n_outputs, MAX_OUTPUTS)?;
    within("features", file.num_feature, MAX_FEATURES)?;
    let n_trees = file.trees.len();
    for (key, got) in [("target_id", file.target_id.len()), ("class_id", file.class_id.len())] {
        if got != n_trees {
            return Err(ModelError::Length { key: key.into(), got, expected: n_trees });
        }
    }
    let scaled = matches!(file.postprocessor.as_str(), "sigmoid" | "multiclass_ova");
    let factor = if scaled { file.sigmoid_alpha } else { 1.0 };
    let mut warnings = Vec::new();
    let scale = scale(&file.postprocessor, &mut warnings)?;

    let mut categorical = vec![false; file.num_feature];
    let (mut hessians, mut counts) = (true, true);
    for node in file.trees.iter().flat_map(|t| &t.nodes) {
        hessians &= node.sum_hess.is_some();
        counts &= node.data_count.is_some();
        if let (Some(_), Some(feature)) = (&node.category_list, node.split_feature_id)
            && let Some(flag) = usize::try_from(feature).ok().and_then(|f| categorical.get_mut(f))
        {
            *flag = true;
        }
    }
    let kind = |categorical: bool| match categorical {
        true => FeatureKind::Categorical { levels: None },
        false => FeatureKind::Numeric,
    };
    let features: Vec<Feature> = categorical
        .iter()
        .enumerate()
        .map(|(f, c)| Feature { name: format!("f{f}"), kind: kind(*c) })
        .collect();
    let outputs = match (n_outputs, n_classes > 1) {
        (1, _) => vec![scale.margin.clone()],
        (n, true) => (0..n).map(|k| format!("class {k}")).collect(),
        (n, false) => (0..n).map(|k| format!("target {k}")).collect(),
    };
    // Trees that feed an output, for averages; vector leaves feed all.
    let ids = if n_classes > 1 { &file.class_id } else { &file.target_id };
    let feeding = |id: i64| ids.iter().filter(|i| **i == id || **i == -1).count().max(1) as f64;
    let shares: Vec<f64> = (0..n_outputs as i64).map(feeding).collect();
    let share = |id: i64| match file.average_tree_output {
        true => usize::try_from(id).ok().and_then(|k| shares.get(k)).copied().unwrap_or(n_trees as f64),
        false => 1.0,
    };
    let mut builder = Builder::new(features, false, outputs)?;
    for ((t, tree), &id) in file.trees.into_iter().enumerate().zip(ids) {
        let mut spec = tree.spec(t, n_outputs, hessians, counts)?;
        spec.output = if spec.output.is_none() || n_outputs == 1 { spec.output } else { Some(id) };
        spec.weight = factor / share(id);
        builder.add(spec)?;
    }
    let base: Vec<f64> = file.base_scores.iter().map(|b| b * factor).collect();
    let facts = Facts {
        library: "Treelite".into(),
        version: "4".into(),
        tested: true,
        format: "Treelite JSON".into(),
        booster: file.task_type,
        base_score: file.base_scores.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
        cover: if hessians { "sum of hessians".into() } else { "number of rows".into() },
        n_trees_stored: n_trees as u32,
        best_iteration: None,
        ..Facts::default()
    };
    let ensemble = builder.finish(base, cast, Objective { name: file.postprocessor, scale }, facts)?;
    if !ensemble.has_cover() {
        warnings
            .push("The file stores no cover, so its predictions can be shown but not explained.".to_owned());
    }
    Ok(Parsed { value: ensemble, warnings })
}

/// What Treelite does to the margins in the end.
fn scale(postprocessor: &str, warnings: &mut Vec<String>) -> Result<Scale, ModelError> {
    use Link::{Exp, Identity, Logistic, SignedSquare, Softmax, Softplus};
    let (link, margin, prediction, higher) = match postprocessor {
        "identity" | "identity_multiclass" => (Identity, "prediction", "prediction", "prediction"),
        "sigmoid" => (Logistic, "log-odds", "probability", "probability"),
        "multiclass_ova" => {
            (Logistic, "log-odds (one class against the others)", "probability", "probability")
        }
        "softmax" => (Softmax, "log-odds (softmax)", "probability", "probability"),
        "exponential" => (Exp, "log prediction", "prediction", "prediction"),
        "signed_square" => (SignedSquare, "square root of the prediction", "prediction", "prediction"),
        "logarithm_one_plus_exp" => (Softplus, "log intensity", "intensity", "intensity"),
        "hinge" => (Link::Step, "margin", "class", "chance of the positive class"),
        "exponential_standard_ratio" => {
            let problem = "turns path lengths into anomaly scores; open the model in its own format";
            return Err(ModelError::Objective { name: postprocessor.into(), problem });
        }
        other => {
            warnings.push(format!(
                "The postprocessor {} is not known; the margin is explained as it is.",
                quoted(other)
            ));
            (Identity, "margin", "margin", "margin")
        }
    };
    Ok(Scale::new(link, margin, prediction, higher))
}

impl Tree {
    fn spec(
        self,
        tree: usize,
        n_outputs: usize,
        hessians: bool,
        counts: bool,
    ) -> Result<TreeSpec, ModelError> {
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let mut leaf_values = Vec::new();
        let mut cover = Vec::new();
        let mut vectors = false;
        for (i, node) in self.nodes.into_iter().enumerate() {
            let wrong = |key: &str, got: String, expected| ModelError::Value {
                key: format!("trees[{tree}].nodes[{i}].{key}"),
                got,
                expected,
            };
            if node.node_id != i {
                return Err(wrong("node_id", node.node_id.to_string(), "the place in the list"));
            }
            cover.extend(if hessians { node.sum_hess } else { node.data_count });
            let (left, right) = (node.left_child.unwrap_or(-1), node.right_child.unwrap_or(-1));
            let feature = node.split_feature_id.unwrap_or(-1);
            let missing = node.default_left;
            nodes.push(
                match (node.leaf_value, node.category_list, node.comparison_op.as_deref(), node.threshold) {
                    (Some(value), ..) => {
                        let first = leaf_values.len();
                        match value {
                            LeafValue::One(value) => leaf_values.push(value),
                            LeafValue::Each(values) if values.len() == n_outputs => {
                                vectors = true;
                                leaf_values.extend(values);
                            }
                            LeafValue::Each(_) => {
                                return Err(ModelError::Tree {
                                    tree,
                                    fault: TreeFault::LeafWidth { node: i },
                                });
                            }
                        }
                        NodeSpec::Leaf { first }
                    }
                    (_, Some(codes), ..) if node.category_list_right_child => {
                        NodeSpec::NotIn { feature, codes, left, right, default_left: missing }
                    }
                    (_, Some(codes), ..) => {
                        NodeSpec::NotIn { feature, codes, left: right, right: left, default_left: !missing }
                    }
                    (_, None, Some(op), Some(t)) => {
                        let next = if t.is_finite() { t.next_up() } else { t };
                        let (threshold, turned) = match op {
                            "<" => (t, false),
                            "<=" => (next, false),
                            ">=" => (t, true),
                            ">" => (next, true),
                            other => return Err(wrong("comparison_op", quoted(other), "<, <=, > or >=")),
                        };
                        let (left, right) = if turned { (right, left) } else { (left, right) };
                        NodeSpec::Below { feature, threshold, left, right, default_left: missing != turned }
                    }
                    _ => return Err(wrong("leaf_value", "missing".into(), "a leaf value or a test")),
                },
            );
        }
        let cover = (hessians || counts).then_some(cover);
        let output = (!vectors).then_some(0);
        Ok(TreeSpec { nodes, leaf_values, cover, output, weight: 1.0 })
    }
}
