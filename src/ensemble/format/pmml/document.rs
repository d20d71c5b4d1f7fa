//! The elements that matter, read one after the other: nothing recurses, however deep the nodes are nested.

use super::{damaged, refused};
use crate::ensemble::ModelError;
use crate::ensemble::builder::{MAX_FEATURES, MAX_NODES_PER_TREE, MAX_TREES, within};
use crate::ensemble::error::quoted;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Nested elements.
const MAX_NESTING: usize = 10_000;
/// Classes and other listed values of a field.
const MAX_VALUES: usize = 4_096;

/// Elements that a model of this kind is made of, or that say something to people.
const KNOWN: &[&str] = &[
    "PMML",
    "Header",
    "Application",
    "Timestamp",
    "Annotation",
    "Extension",
    "MiningBuildTask",
    "DataDictionary",
    "DataField",
    "Value",
    "Interval",
    "MiningModel",
    "TreeModel",
    "MiningSchema",
    "MiningField",
    "Output",
    "OutputField",
    "ModelStats",
    "ModelExplanation",
    "ModelVerification",
    "Segmentation",
    "Segment",
    "True",
    "Node",
    "SimplePredicate",
    "ScoreDistribution",
    "Targets",
    "Target",
];

/// What the file says.
pub(super) struct Document {
    pub(super) exporter: String,
    pub(super) version: String,
    pub(super) fields: Vec<Field>,
    /// Name of the predicted field.
    pub(super) target: Option<String>,
    pub(super) trees: Vec<Tree>,
    pub(super) method: Method,
    /// Added to the sum.
    pub(super) constant: f64,
    /// Factor of the sum.
    pub(super) factor: f64,
    pub(super) classification: bool,
}

/// How trees are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Method {
    Sum,
    Average,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) continuous: bool,
    pub(super) float: bool,
    pub(super) active: bool,
    pub(super) values: Vec<String>,
}

#[derive(Default)]
pub(super) struct Tree {
    /// In the order in which they start; the first is the root.
    pub(super) nodes: Vec<Node>,
    /// True if nodes name the child of missing values.
    pub(super) default_child: bool,
}

#[derive(Default)]
pub(super) struct Node {
    /// Byte of the file where it starts.
    pub(super) at: usize,
    pub(super) id: Option<String>,
    pub(super) score: Option<String>,
    pub(super) cover: Option<f64>,
    pub(super) default_child: Option<String>,
    pub(super) children: Vec<usize>,
    pub(super) predicate: Predicate,
    /// Class and its count.
    pub(super) shares: Vec<(String, f64)>,
}

#[derive(Default, PartialEq)]
pub(super) enum Predicate {
    #[default]
    None,
    True,
    Simple {
        field: String,
        operator: String,
        value: f64,
    },
}

/// Reads the elements.
pub(super) fn read(text: &[u8]) -> Result<Document, ModelError> {
    let mut reader = Reader::from_reader(text);
    reader.config_mut().expand_empty_elements = true;
    let mut out = Document {
        exporter: "an unknown program".into(),
        version: String::new(),
        fields: Vec::new(),
        target: None,
        trees: Vec::new(),
        method: Method::Sum,
        constant: 0.0,
        factor: 1.0,
        classification: false,
    };
    let (mut depth, mut open, mut n_models) = (0usize, Vec::new(), 0);
    // Depth of an element that is skipped with all that it holds.
    let mut skipped: Option<usize> = None;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match reader.read_event().map_err(|e| damaged(at, e.to_string()))? {
            Event::Eof if depth == 0 => break,
            Event::Eof => return Err(damaged(at, "the file ends inside an element")),
            Event::DocType(_) => {
                return Err(damaged(at, "a document type is declared, which no model needs"));
            }
            Event::Start(element) => {
                depth += 1;
                within("nested elements", depth, MAX_NESTING)?;
                if skipped.is_none() {
                    let name = element.local_name().as_ref().to_owned();
                    if !KNOWN.contains(&name.as_str()) {
                        return Err(refused(&format!("the element {}", quoted(&name))));
                    }
                    if matches!(
                        name.as_str(),
                        "Output" | "Extension" | "ModelStats" | "ModelVerification" | "ModelExplanation"
                    ) {
                        skipped = Some(depth);
                    }
                    n_models += usize::from(name == "MiningModel");
                    if n_models > 1 {
                        return Err(refused("a chain of models"));
                    }
                    start(&mut out, &mut open, &name, &Attributes { element: &element, at })?;
                }
            }
            Event::End(element) => {
                if skipped.is_none() && element.local_name().as_ref() == "Node" {
                    open.pop();
                }
                if skipped == Some(depth) {
                    skipped = None;
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    if out.trees.is_empty() {
        return Err(refused("no trees"));
    }
    Ok(out)
}

fn start(
    out: &mut Document,
    open: &mut Vec<usize>,
    name: &str,
    attributes: &Attributes<'_>,
) -> Result<(), ModelError> {
    match name {
        "Application" => {
            out.exporter = attributes.text("name")?.unwrap_or_default().chars().take(40).collect();
            out.version = attributes.text("version")?.unwrap_or_default().chars().take(40).collect();
        }
        "DataField" => {
            within("features", out.fields.len() + 1, MAX_FEATURES)?;
            out.fields.push(Field {
                name: attributes.needed("name")?,
                continuous: attributes.text("optype")?.as_deref() == Some("continuous"),
                float: attributes.text("dataType")?.as_deref() == Some("float"),
                active: false,
                values: Vec::new(),
            });
        }
        "Value" => {
            if let Some(field) = out.fields.last_mut() {
                within("listed values", field.values.len() + 1, MAX_VALUES)?;
                if attributes.text("property")?.is_none_or(|p| p == "valid") {
                    field.values.push(attributes.needed("value")?);
                }
            }
        }
        // The outermost model comes first.
        "MiningModel" | "TreeModel" => {
            let function = attributes.text("functionName")?;
            if out.trees.is_empty() {
                out.classification = function.as_deref() == Some("classification");
            }
            if name == "TreeModel" {
                within("trees", out.trees.len() + 1, MAX_TREES)?;
                if !open.is_empty() {
                    return Err(damaged(attributes.at, "a tree lies within a node"));
                }
                if (function.as_deref() == Some("classification")) != out.classification {
                    return Err(refused("trees of another kind than the whole"));
                }
                let missing = attributes.text("missingValueStrategy")?;
                let default_child = match missing.as_deref() {
                    None | Some("none") => false,
                    Some("defaultChild") => true,
                    Some(other) => {
                        return Err(refused(&format!("the missing value strategy {}", quoted(other))));
                    }
                };
                out.trees.push(Tree { nodes: Vec::new(), default_child });
            }
        }
        "MiningField" if out.trees.is_empty() || out.trees.iter().all(|t| t.nodes.is_empty()) => {
            let name = attributes.needed("name")?;
            match attributes.text("usageType")?.as_deref() {
                Some("target" | "predicted") => out.target = Some(name),
                None | Some("active") => {
                    if let Some(field) = out.fields.iter_mut().find(|f| f.name == name) {
                        field.active = true;
                    }
                }
                Some(_) => {}
            }
            for odd in ["missingValueReplacement", "outliers"] {
                if attributes.text(odd)?.is_some_and(|v| v != "asIs") {
                    return Err(refused(&format!("values that are replaced ({odd})")));
                }
            }
        }
        "Segmentation" => {
            let method = attributes.needed("multipleModelMethod")?;
            out.method = match method.as_str() {
                "sum" => Method::Sum,
                "average" => Method::Average,
                other => return Err(refused(&format!("trees put together by {}", quoted(other)))),
            };
        }
        "Segment" if attributes.number("weight")?.is_some_and(|w| w != 1.0) => {
            return Err(refused("trees of different weight"));
        }
        "Target" => {
            out.constant = attributes.number("rescaleConstant")?.unwrap_or(0.0);
            out.factor = attributes.number("rescaleFactor")?.unwrap_or(1.0);
            if attributes.text("castInteger")?.is_some()
                || attributes.number("min")?.is_some()
                || attributes.number("max")?.is_some()
            {
                return Err(refused("a prediction that is rounded or cut off"));
            }
        }
        "Node" => {
            let tree = out
                .trees
                .last_mut()
                .ok_or_else(|| damaged(attributes.at, "a node lies outside of a tree"))?;
            let number = tree.nodes.len();
            within("nodes in a tree", number + 1, MAX_NODES_PER_TREE)?;
            match open.last() {
                Some(&parent) => tree.nodes[parent].children.push(number),
                None if number > 0 => return Err(damaged(attributes.at, "a tree has two roots")),
                None => {}
            }
            tree.nodes.push(Node {
                at: attributes.at,
                id: attributes.text("id")?,
                score: attributes.text("score")?,
                cover: attributes.number("recordCount")?,
                default_child: attributes.text("defaultChild")?,
                ..Node::default()
            });
            open.push(number);
        }
        "True" | "SimplePredicate" | "ScoreDistribution" => {
            let (Some(tree), Some(&number)) = (out.trees.last_mut(), open.last()) else { return Ok(()) };
            let node = &mut tree.nodes[number];
            match name {
                "True" => node.predicate = Predicate::True,
                "SimplePredicate" => {
                    let value = attributes.number("value")?;
                    node.predicate = Predicate::Simple {
                        field: attributes.needed("field")?,
                        operator: attributes.needed("operator")?,
                        value: value.ok_or_else(|| refused("predicates without a number"))?,
                    };
                }
                _ => {
                    within("listed values", node.shares.len() + 1, MAX_VALUES)?;
                    let count = attributes
                        .number("recordCount")?
                        .ok_or_else(|| damaged(attributes.at, "a class has no count"))?;
                    node.shares.push((attributes.needed("value")?, count));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Attributes of an element.
struct Attributes<'a> {
    element: &'a BytesStart<'a>,
    at: usize,
}

impl Attributes<'_> {
    fn text(&self, name: &str) -> Result<Option<String>, ModelError> {
        let wrong = |e: String| damaged(self.at, e);
        match self.element.try_get_attribute(name).map_err(|e| wrong(e.to_string()))? {
            None => Ok(None),
            Some(attribute) => {
                let text = quick_xml::escape::unescape(&attribute.value).map_err(|e| wrong(e.to_string()))?;
                Ok(Some(text.into_owned()))
            }
        }
    }

    fn needed(&self, name: &str) -> Result<String, ModelError> {
        self.text(name)?.ok_or_else(|| damaged(self.at, format!("the attribute `{name}` is missing")))
    }

    fn number(&self, name: &str) -> Result<Option<f64>, ModelError> {
        self.text(name)?
            .map(|text| {
                let number = text.trim().parse();
                number.map_err(|_| {
                    damaged(self.at, format!("`{name}` is {}, which is no number", quoted(&text)))
                })
            })
            .transpose()
    }
}
