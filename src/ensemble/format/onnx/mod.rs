//! ONNX models whose only working part is one `TreeEnsembleClassifier`, `TreeEnsembleRegressor` or, since ai.onnx.ml 5,
//! `TreeEnsemble`.
//!
//! Operators: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html>. Numbers are 32-bit; converters
//! leave out how many training rows each node saw, so such a model has no cover.

mod ensemble;
mod messages;
mod trees;

use crate::Parsed;
use crate::ensemble::builder::{MAX_FEATURES, MAX_OUTPUTS, within};
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, Link, ModelError, Objective, Scale,
};
use ensemble::Nodes;
use messages::{Attribute, Graph, Model, Node};
use prost::Message;
use trees::Arrays;

/// Operators that hand their input on without changing what the trees see or give.
const HARMLESS: &[&str] = &["Cast", "Identity", "ZipMap"];
/// Converters and versions that the reference cases cover.
const TESTED: &[(&str, &str)] =
    &[("skl2onnx", "1.16."), ("skl2onnx", "1.20."), ("OnnxMLTools", "1.12."), ("OnnxMLTools", "1.16.")];

const REMEDY: &str =
    "Open the model as its own library saved it: XGBoost .json or .ubj, LightGBM .txt, scikit-learn .skops.";

/// Reads an ONNX model.
///
/// # Errors
/// [`ModelError`].
pub(super) fn read(bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let model = Model::decode(bytes).map_err(|e| damaged("the messages", e.to_string()))?;
    let graph = model.graph.clone().unwrap_or_default();
    let node = ensemble_node(&graph)?;
    if node.op_type == "TreeEnsemble" {
        return of_five(&model, &graph, node);
    }
    let classifier = node.op_type == "TreeEnsembleClassifier";
    let attributes = Attributes(&node.attribute);
    if node.attribute.iter().any(|a| a.t.is_some()) {
        return Err(refused("trees with numbers of double precision"));
    }
    let arrays = Arrays::of(&attributes, if classifier { "class" } else { "target" })?;
    let features = features(&graph, arrays.n_features())?;

    let labels = labels(&attributes);
    let n_classes =
        if classifier { labels.len() } else { attributes.int("n_targets").unwrap_or(1).max(1) as usize };
    within("outputs", n_classes, MAX_OUTPUTS)?;
    // With two classes and one id the trees give a score for the second class.
    let binary = classifier && n_classes == 2 && arrays.one_id();
    let n_outputs = if binary { 1 } else { n_classes };
    let transform = attributes.text("post_transform");
    let scale = scale(classifier, binary, &transform, &labels)?;
    let outputs = match (n_outputs, classifier) {
        (1, _) => vec![scale.margin.clone()],
        (_, true) => labels.iter().map(|label| format!("class {label}")).collect(),
        (n, false) => (0..n).map(|k| format!("target {k}")).collect(),
    };
    let aggregate = attributes.text("aggregate_function");
    let n_trees = arrays.n_trees();
    let weight = match aggregate.as_str() {
        "" | "SUM" => 1.0,
        "AVERAGE" => 1.0 / n_trees.max(1) as f64,
        _ => return Err(refused("the largest or smallest of its trees instead of their sum")),
    };
    let mut base: Vec<f64> = attributes.floats("base_values").iter().map(|&b| f64::from(b)).collect();
    if base.is_empty() {
        base = vec![0.0; n_outputs];
    }
    let mut builder = Builder::new(features, false, outputs)?;
    let tracks_missing = arrays.add(&mut builder, binary, n_outputs, weight)?;

    let facts = facts(&model, node, &base, n_trees);
    let value = builder.finish(base, Cast::F32, Objective { name: transform, scale }, facts)?;
    let mut warnings = without_cover(&value);
    if !tracks_missing && model.producer_name == "skl2onnx" {
        warnings.push(
            "skl2onnx leaves out where missing values go: rows with missing values get another prediction here, as in \
             ONNX, than in scikit-learn."
                .to_owned(),
        );
    }
    Ok(Parsed { value, warnings })
}

fn facts(model: &Model, node: &Node, base: &[f64], n_trees: usize) -> Facts {
    let (name, version) = (model.producer_name.as_str(), model.producer_version.as_str());
    Facts {
        library: format!("ONNX by {}", short(name)),
        version: short(version),
        tested: TESTED.iter().any(|(known, start)| name == *known && version.starts_with(start)),
        format: "ONNX".into(),
        booster: node.op_type.clone(),
        base_score: base.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
        cover: "none: ONNX does not keep it".into(),
        n_trees_stored: n_trees as u32,
        ..Facts::default()
    }
}

fn without_cover(model: &Ensemble) -> Vec<String> {
    let said = "ONNX does not keep how many training rows each node saw: predictions are shown, but an explanation needs \
                background rows.";
    if model.has_cover() { Vec::new() } else { vec![said.to_owned()] }
}

/// The operator of ai.onnx.ml 5, which knows targets and no classes.
fn of_five(model: &Model, graph: &Graph, node: &Node) -> Result<Parsed<Ensemble>, ModelError> {
    let attributes = Attributes(&node.attribute);
    let nodes = Nodes::of(&attributes)?;
    let n_outputs = usize::try_from(attributes.int("n_targets").unwrap_or(1)).unwrap_or(usize::MAX);
    within("outputs", n_outputs, MAX_OUTPUTS)?;
    let n_trees = nodes.n_trees();
    // The sum where nothing is said.
    let weight = match attributes.int("aggregate_function") {
        None | Some(1) => 1.0,
        Some(0) => 1.0 / n_trees.max(1) as f64,
        Some(_) => return Err(refused("the largest or smallest of its trees instead of their sum")),
    };
    let (transform, scale) = match attributes.int("post_transform") {
        None | Some(0) => ("NONE", Scale::new(Link::Identity, "prediction", "prediction", "prediction")),
        Some(1) => ("SOFTMAX", Scale::new(Link::Softmax, "log-odds", "probability", "probability")),
        Some(2) => ("LOGISTIC", Scale::new(Link::Logistic, "log-odds", "probability", "probability")),
        Some(other) => return Err(refused(&format!("the post-transform {other}"))),
    };
    let outputs = match n_outputs {
        1 => vec![scale.margin.clone()],
        n => (0..n).map(|k| format!("target {k}")).collect(),
    };
    let mut builder = Builder::new(features(graph, nodes.n_features())?, false, outputs)?;
    nodes.add(&mut builder, n_outputs, weight)?;
    let (base, cast) = (vec![0.0; n_outputs], if nodes.double { Cast::None } else { Cast::F32 });
    let facts = facts(model, node, &base, n_trees);
    let value = builder.finish(base, cast, Objective { name: transform.into(), scale }, facts)?;
    let mut warnings = without_cover(&value);
    if transform != "NONE" {
        warnings.push(
            format!(
                "Predictions follow from {transform}, as the number {} is defined for this operator; onnxruntime 1.32 \
                 exchanges logistic and softmax. Margins and attributions do not depend on it.",
                attributes.int("post_transform").unwrap_or(0)
            ),
        );
    }
    Ok(Parsed { value, warnings })
}

fn damaged(place: &str, problem: impl Into<String>) -> ModelError {
    ModelError::Damaged { format: "ONNX", place: format!("at {place}"), problem: problem.into() }
}

fn refused(what: &str) -> ModelError {
    let class = format!("an ONNX model with {}", what.chars().take(100).collect::<String>());
    ModelError::Estimator { class, remedy: REMEDY }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The one node with trees. What lies before and behind it must change nothing.
fn ensemble_node(graph: &Graph) -> Result<&Node, ModelError> {
    let mut found = None;
    for node in &graph.node {
        match node.op_type.as_str() {
            "TreeEnsembleClassifier" | "TreeEnsembleRegressor" | "TreeEnsemble" if found.is_some() => {
                return Err(refused("more than one tree ensemble"));
            }
            "TreeEnsembleClassifier" | "TreeEnsembleRegressor" | "TreeEnsemble" => found = Some(node),
            harmless if HARMLESS.contains(&harmless) => {}
            other => return Err(refused(&format!("the operator {}", other.escape_debug()))),
        }
    }
    let found = found.ok_or_else(|| refused("no tree ensemble"))?;
    // Backwards through operators that hand on, to an input of the graph; each can be passed once.
    let mut name = found.input.first();
    for _ in 0..=graph.node.len() {
        let source = graph.node.iter().find(|node| name.is_some_and(|name| node.output.contains(name)));
        match source {
            Some(node) => name = node.input.first(),
            None => break,
        }
    }
    match name {
        Some(name) if graph.input.len() == 1 && graph.input[0].name == *name => Ok(found),
        _ => Err(refused("several inputs")),
    }
}

fn features(graph: &Graph, n_asked: usize) -> Result<Vec<Feature>, ModelError> {
    let shape =
        graph.input.first().and_then(|input| input.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref());
    let declared = shape.and_then(|shape| shape.dim.get(1)).map_or(0, |dim| dim.dim_value);
    let n = usize::try_from(declared).ok().filter(|&n| n > 0).unwrap_or(n_asked);
    within("features", n, MAX_FEATURES)?;
    Ok((0..n).map(|f| Feature { name: format!("f{f}"), kind: FeatureKind::Numeric }).collect())
}

fn labels(attributes: &Attributes<'_>) -> Vec<String> {
    let texts = attributes.strings("classlabels_strings");
    match texts.is_empty() {
        true => attributes.ints("classlabels_int64s").iter().map(i64::to_string).collect(),
        false => texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect(),
    }
}

fn scale(classifier: bool, binary: bool, transform: &str, labels: &[String]) -> Result<Scale, ModelError> {
    let of = |what: &str| match labels {
        [_, second] if binary && second != "1" => format!("{what} of {second}"),
        _ => what.to_owned(),
    };
    let (link, margin) = match (transform, classifier) {
        ("" | "NONE", false) => {
            return Ok(Scale::new(Link::Identity, "prediction", "prediction", "prediction"));
        }
        ("" | "NONE", true) => (Link::Identity, of("probability")),
        ("LOGISTIC", _) => (Link::Logistic, of("log-odds")),
        ("SOFTMAX", true) => (Link::Softmax, of("log-odds")),
        _ => return Err(refused(&format!("the post-transform {}", transform.escape_debug()))),
    };
    Ok(Scale::new(link, &margin, &of("probability"), "probability"))
}

/// Attributes of a node, by name.
struct Attributes<'a>(&'a [Attribute]);

impl<'a> Attributes<'a> {
    fn find(&self, name: &str) -> Option<&'a Attribute> {
        self.0.iter().find(|a| a.name == name)
    }
    fn ints(&self, name: &str) -> &'a [i64] {
        self.find(name).map_or(&[], |a| &a.ints)
    }
    fn floats(&self, name: &str) -> &'a [f32] {
        self.find(name).map_or(&[], |a| &a.floats)
    }
    fn strings(&self, name: &str) -> &'a [Vec<u8>] {
        self.find(name).map_or(&[], |a| &a.strings)
    }
    fn int(&self, name: &str) -> Option<i64> {
        self.find(name).map(|a| a.i)
    }
    fn text(&self, name: &str) -> String {
        self.find(name).map_or_else(String::new, |a| short(&String::from_utf8_lossy(&a.s)))
    }
}
