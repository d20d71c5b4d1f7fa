//! The elements that matter, read one after the other: nothing recurses, however deep the nodes are nested.

use super::document::{
    Document, Field, Method, Missing, Node, Output, Part, Predicate, Regression, Table, Tree,
};
use super::{damaged, refused};
use crate::ensemble::ModelError;
use crate::ensemble::builder::{MAX_FEATURES, MAX_NODES_PER_TREE, MAX_OUTPUTS, MAX_TREES, within};
use crate::ensemble::error::quoted;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Nested elements.
const MAX_NESTING: usize = 10_000;
/// Classes and other listed values of a field.
const MAX_VALUES: usize = 4_096;
/// Bytes of what is done to a part's result; more is not read.
const MAX_EXPRESSION: usize = 1_000;

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
    "TransformationDictionary",
    "LocalTransformations",
    "DerivedField",
    "FieldRef",
    "MiningModel",
    "TreeModel",
    "RegressionModel",
    "RegressionTable",
    "NumericPredictor",
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
    "SimpleSetPredicate",
    "Array",
    "ScoreDistribution",
    "Targets",
    "Target",
];

/// Elements that are skipped with all that they hold.
const SKIPPED: &[&str] =
    &["Extension", "ModelStats", "ModelVerification", "ModelExplanation", "MiningBuildTask"];

/// Reads the elements.
pub(super) fn read(text: &[u8]) -> Result<Document, ModelError> {
    let mut reader = Reader::from_reader(text);
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    state.out.exporter = "an unknown program".into();
    let mut depth = 0usize;
    // Depth of an element that is skipped.
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
                if skipped.is_some() {
                    continue;
                }
                let (name, attributes) = (element.local_name(), Attributes { element: &element, at });
                let name = name.as_ref();
                if state.in_output {
                    state.output(name, &attributes)?;
                } else if !KNOWN.contains(&name) {
                    return Err(refused(&format!("the element {}", quoted(name))));
                } else if SKIPPED.contains(&name) || (name == "Output" && !state.is_of_part()) {
                    skipped = Some(depth);
                } else {
                    state.start(name, &attributes)?;
                }
            }
            Event::Text(words) if skipped.is_none() => state.text(&words),
            Event::GeneralRef(name) if skipped.is_none() => {
                let one = name.resolve_char_ref().map_err(|e| damaged(at, e.to_string()))?;
                match one {
                    Some(c) => state.text(c.encode_utf8(&mut [0; 4])),
                    None => state.text(resolve_predefined_entity(&name).unwrap_or_default()),
                }
            }
            Event::End(element) => {
                if skipped.is_none() {
                    state.end(element.local_name().as_ref());
                }
                if skipped == Some(depth) {
                    skipped = None;
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    if state.out.parts.iter().all(|part| part.trees.is_empty()) {
        return Err(refused("no trees"));
    }
    if state.chain && state.out.last.is_none() {
        return Err(refused("a chain of models whose last is not a regression"));
    }
    Ok(state.out)
}

/// An element that holds trees or is one.
#[derive(Clone, Copy, PartialEq)]
enum Model {
    Mining,
    Tree,
    Regression,
}

/// A name that predicates use.
struct Name {
    field: usize,
    /// True if numbers compared with it are of 32 bits.
    float: bool,
    /// True if the value was rounded to 32 bits on the way.
    rounded: bool,
}

/// What is open while the file is read.
#[derive(Default)]
struct State {
    out: Document,
    names: HashMap<String, Name>,
    models: Vec<Model>,
    /// True if the outermost model hands the results of models to a last one.
    chain: bool,
    /// Numbers of the open nodes of the last tree.
    nodes: Vec<usize>,
    in_output: bool,
    /// Name of the open derived field, and whether its numbers are of 32 bits.
    derived: Option<(String, bool)>,
    /// The set of levels that is open: field, whether it is "not in", and its text.
    set: Option<(usize, bool, String)>,
    n_trees: usize,
}

impl State {
    /// True where what is said of a prediction is said of the whole part, not of one of its trees or of the last model.
    fn is_of_part(&self) -> bool {
        match self.models.as_slice() {
            [_] => !self.chain,
            [_, inner] => self.chain && *inner != Model::Regression,
            _ => false,
        }
    }

    fn start(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        match name {
            "Application" => {
                self.out.exporter = attributes.text("name")?.unwrap_or_default().chars().take(40).collect();
                self.out.version = attributes.text("version")?.unwrap_or_default().chars().take(40).collect();
            }
            "DataField" => self.data_field(attributes)?,
            "Value" => {
                if let Some(field) = self.out.fields.last_mut() {
                    within("listed values", field.values.len() + 1, MAX_VALUES)?;
                    if attributes.text("property")?.is_none_or(|p| p == "valid") {
                        field.values.push(attributes.needed("value")?);
                    }
                }
            }
            "DerivedField" => {
                let float = match attributes.text("dataType")?.as_deref() {
                    Some("double") => false,
                    Some("float") => true,
                    _ => return Err(refused("derived fields that are no copy of a field")),
                };
                self.derived = Some((attributes.needed("name")?, float));
            }
            "FieldRef" => self.copy_of_field(attributes)?,
            "MiningModel" | "TreeModel" | "RegressionModel" => self.model(name, attributes)?,
            "MiningField" => self.mining_field(attributes)?,
            "Segmentation" => self.segmentation(attributes)?,
            "Segment" if attributes.number("weight")?.is_some_and(|w| w != 1.0) => {
                return Err(refused("trees of different weight"));
            }
            "Target" => self.target(attributes)?,
            "Node" => self.node(attributes)?,
            "True" | "SimplePredicate" | "SimpleSetPredicate" => self.predicate(name, attributes)?,
            "ScoreDistribution" => {
                if let Some(node) = self.open_node() {
                    within("listed values", node.shares.len() + 1, MAX_VALUES)?;
                    let count = attributes
                        .number("recordCount")?
                        .ok_or_else(|| damaged(attributes.at, "a class has no count"))?;
                    node.shares.push((attributes.needed("value")?, count));
                }
            }
            "Output" => self.in_output = true,
            "RegressionTable" => {
                let table = Table {
                    category: attributes.text("targetCategory")?,
                    intercept: attributes.number("intercept")?.unwrap_or(0.0),
                    predictors: Vec::new(),
                };
                if let Some(last) = &mut self.out.last {
                    within("outputs", last.tables.len() + 1, MAX_OUTPUTS)?;
                    last.tables.push(table);
                }
            }
            "NumericPredictor" => {
                if attributes.number("exponent")?.is_some_and(|e| e != 1.0) {
                    return Err(refused("powers of sums of trees"));
                }
                let coefficient = attributes.number("coefficient")?;
                let coefficient =
                    coefficient.ok_or_else(|| damaged(attributes.at, "a predictor has no coefficient"))?;
                let predictor = (attributes.needed("name")?, coefficient);
                if let Some(table) = self.out.last.as_mut().and_then(|last| last.tables.last_mut()) {
                    within("outputs", table.predictors.len() + 1, MAX_OUTPUTS)?;
                    table.predictors.push(predictor);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        if self.in_output {
            match name {
                "Output" => self.in_output = false,
                "OutputField" => {}
                _ => self.expression(")"),
            }
            return;
        }
        match name {
            "Node" => _ = self.nodes.pop(),
            "MiningModel" | "TreeModel" | "RegressionModel" => _ = self.models.pop(),
            "DerivedField" => self.derived = None,
            "SimpleSetPredicate" => {
                let Some((field, not, text)) = self.set.take() else { return };
                let levels = &self.out.fields[field].values;
                // A level that the data never had is in no set.
                let mut codes: Vec<i64> = listed(&text)
                    .iter()
                    .filter_map(|level| levels.iter().position(|l| l == level))
                    .map(|code| code as i64)
                    .collect();
                codes.sort_unstable();
                codes.dedup();
                if let Some(node) = self.open_node() {
                    node.predicate = Predicate::In { field, codes, not };
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, words: &str) {
        if self.in_output {
            self.expression(words.trim());
        } else if let Some((_, _, text)) = &mut self.set {
            text.push_str(words);
        }
    }

    /// Adds to what is done to the result of the part that is open.
    fn expression(&mut self, words: &str) {
        let output = self.out.parts.last_mut().and_then(|part| part.outputs.last_mut());
        if let Some(output) = output.filter(|o| o.expression.len() < MAX_EXPRESSION) {
            output.expression.push_str(words);
        }
    }

    /// An element within an `Output`.
    fn output(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let Some(part) = self.out.parts.last_mut() else { return Ok(()) };
        if name == "OutputField" {
            within("outputs", part.outputs.len() + 1, MAX_OUTPUTS)?;
            let expression = match attributes.text("feature")?.as_deref() {
                None | Some("predictedValue" | "transformedValue") => String::new(),
                Some(other) => format!("({other})"),
            };
            part.outputs.push(Output { name: attributes.needed("name")?, expression });
        } else {
            let of = attributes.text(if name == "Apply" { "function" } else { "field" })?;
            let gap = if of.is_some() { " " } else { "" };
            self.expression(&format!("({name}{gap}{}", of.unwrap_or_default()));
        }
        Ok(())
    }

    fn data_field(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let number = self.out.fields.len();
        within("features", number + 1, MAX_FEATURES)?;
        let name = attributes.needed("name")?;
        let float = attributes.text("dataType")?.as_deref() == Some("float");
        self.names.insert(name.clone(), Name { field: number, float, rounded: float });
        self.out.fields.push(Field {
            name,
            continuous: attributes.text("optype")?.as_deref() == Some("continuous"),
            ..Field::default()
        });
        Ok(())
    }

    /// The field that a derived one is a copy of, in another width.
    fn copy_of_field(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let Some((name, float)) = self.derived.take() else { return Ok(()) };
        let of = attributes.needed("field")?;
        let of_name = self.names.get(&of).ok_or_else(|| {
            damaged(attributes.at, format!("a derived field copies {}, which is no field", quoted(&of)))
        })?;
        let copy = Name { field: of_name.field, float, rounded: of_name.rounded || float };
        self.names.insert(name, copy);
        Ok(())
    }

    fn model(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let function = attributes.text("functionName")?;
        let classification = function.as_deref() == Some("classification");
        let kind = match name {
            "MiningModel" => Model::Mining,
            "TreeModel" => Model::Tree,
            _ => Model::Regression,
        };
        if !self.nodes.is_empty() {
            return Err(damaged(attributes.at, "a tree lies within a node"));
        }
        if self.out.last.is_some() {
            return Err(refused("a chain of models that goes on after a regression"));
        }
        match (self.models.as_slice(), kind) {
            ([], Model::Regression) => return Err(refused("the element RegressionModel and no trees")),
            ([], _) if !self.out.parts.is_empty() => {
                return Err(refused("several models in one file"));
            }
            ([], _) => {
                self.out.classification = classification;
                self.out.parts.push(Part::default());
            }
            ([_], Model::Regression) if self.chain => {
                self.out.last = Some(Regression {
                    classification,
                    normalization: attributes.text("normalizationMethod")?.unwrap_or_else(|| "none".into()),
                    tables: Vec::new(),
                });
            }
            ([_], _) if self.chain => {
                if classification {
                    return Err(refused("a chain of classifiers"));
                }
                within("outputs", self.out.parts.len() + 1, MAX_OUTPUTS)?;
                self.out.parts.push(Part::default());
            }
            ([Model::Mining], Model::Tree) | ([Model::Mining, Model::Mining], Model::Tree) => {
                if classification != (self.out.classification && !self.chain) {
                    return Err(refused("trees of another kind than the whole"));
                }
            }
            _ => return Err(refused("a chain of models")),
        }
        if kind == Model::Tree {
            self.n_trees += 1;
            within("trees", self.n_trees, MAX_TREES)?;
            let missing = attributes.text("missingValueStrategy")?;
            let tree = Tree {
                nodes: Vec::new(),
                missing: match missing.as_deref() {
                    None | Some("none") => Missing::Untrue,
                    Some("nullPrediction") => Missing::NoPrediction,
                    Some("defaultChild") => Missing::DefaultChild,
                    Some(other) => {
                        return Err(refused(&format!("the missing value strategy {}", quoted(other))));
                    }
                },
                last_prediction: attributes.text("noTrueChildStrategy")?.as_deref()
                    == Some("returnLastPrediction"),
            };
            if let Some(part) = self.out.parts.last_mut() {
                part.trees.push(tree);
            }
        }
        self.models.push(kind);
        Ok(())
    }

    fn mining_field(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let name = attributes.needed("name")?;
        // What the outermost model takes is what the table must have.
        if self.models.len() <= 1 {
            match attributes.text("usageType")?.as_deref() {
                Some("target" | "predicted") => self.out.target = Some(name),
                None | Some("active") => {
                    if let Some(field) = self.out.fields.iter_mut().find(|f| f.name == name) {
                        field.active = true;
                    }
                }
                Some(_) => {}
            }
        }
        for odd in ["missingValueReplacement", "outliers"] {
            if attributes.text(odd)?.is_some_and(|v| v != "asIs") {
                return Err(refused(&format!("values that are replaced ({odd})")));
            }
        }
        Ok(())
    }

    fn segmentation(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let method = attributes.needed("multipleModelMethod")?;
        let part = self.out.parts.last_mut();
        let part = part.ok_or_else(|| damaged(attributes.at, "segments lie outside of a model"))?;
        match method.as_str() {
            "sum" => part.method = Method::Sum,
            "average" => part.method = Method::Average,
            "modelChain" if self.models.len() == 1 && !self.chain => {
                if (part.constant, part.factor) != (0.0, 1.0) {
                    return Err(refused("a chain of models whose prediction is scaled"));
                }
                self.chain = true;
                self.out.parts.clear();
            }
            other => return Err(refused(&format!("trees put together by {}", quoted(other)))),
        }
        Ok(())
    }

    fn target(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        if attributes.text("castInteger")?.is_some()
            || attributes.number("min")?.is_some()
            || attributes.number("max")?.is_some()
        {
            return Err(refused("a prediction that is rounded or cut off"));
        }
        let constant = attributes.number("rescaleConstant")?.unwrap_or(0.0);
        let factor = attributes.number("rescaleFactor")?.unwrap_or(1.0);
        let scales = (constant, factor) != (0.0, 1.0);
        let of_part = self.is_of_part();
        match self.out.parts.last_mut() {
            Some(part) if of_part => (part.constant, part.factor) = (constant, factor),
            _ if scales => return Err(refused("trees that are scaled one by one")),
            _ => {}
        }
        Ok(())
    }

    fn node(&mut self, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        let inside = self.models.last() == Some(&Model::Tree);
        let tree = self.out.parts.last_mut().and_then(|part| part.trees.last_mut()).filter(|_| inside);
        let tree = tree.ok_or_else(|| damaged(attributes.at, "a node lies outside of a tree"))?;
        let number = tree.nodes.len();
        within("nodes in a tree", number + 1, MAX_NODES_PER_TREE)?;
        match self.nodes.last() {
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
        self.nodes.push(number);
        Ok(())
    }

    fn open_node(&mut self) -> Option<&mut Node> {
        let &number = self.nodes.last()?;
        self.out.parts.last_mut()?.trees.last_mut()?.nodes.get_mut(number)
    }

    fn predicate(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ModelError> {
        if self.nodes.is_empty() {
            return if name == "True" { Ok(()) } else { Err(refused("segments under a condition")) };
        }
        let predicate = match name {
            "True" => Predicate::True,
            "SimplePredicate" => self.comparison(attributes)?,
            _ => {
                let field = self.field(attributes)?.field;
                let not = match attributes.needed("booleanOperator")?.as_str() {
                    "isIn" => false,
                    "isNotIn" => true,
                    other => return Err(refused(&format!("the comparison {}", quoted(other)))),
                };
                self.set = Some((field, not, String::new()));
                return Ok(());
            }
        };
        if let Some(node) = self.open_node() {
            node.predicate = predicate;
        }
        Ok(())
    }

    /// The field that a predicate names, by that name.
    fn field(&self, attributes: &Attributes<'_>) -> Result<&Name, ModelError> {
        let name = attributes.needed("field")?;
        let found = self.names.get(&name).filter(|found| self.out.fields[found.field].active);
        found.ok_or_else(|| {
            damaged(attributes.at, format!("a split uses {}, which is no active field", quoted(&name)))
        })
    }

    fn comparison(&mut self, attributes: &Attributes<'_>) -> Result<Predicate, ModelError> {
        let &Name { field, float, rounded } = self.field(attributes)?;
        let operator = attributes.needed("operator")?;
        let value = attributes.text("value")?.ok_or_else(|| refused("predicates without a number"))?;
        let of = &self.out.fields[field];
        if !of.continuous {
            let not = match operator.as_str() {
                "equal" => false,
                "notEqual" => true,
                other => {
                    return Err(refused(&format!(
                        "the comparison {} of the categorical field {}",
                        quoted(other),
                        quoted(&of.name)
                    )));
                }
            };
            let code = of.values.iter().position(|level| *level == value);
            return Ok(Predicate::In { field, codes: code.map(|c| c as i64).into_iter().collect(), not });
        }
        self.out.compares[usize::from(rounded)] = true;
        let number =
            if float { value.trim().parse::<f32>().map(f64::from) } else { value.trim().parse::<f64>() };
        let number = number.map_err(|_| {
            damaged(attributes.at, format!("`value` is {}, which is no number", quoted(&value)))
        })?;
        let (threshold, not) = match operator.as_str() {
            "lessThan" => (number, false),
            "lessOrEqual" => (number.next_up(), false),
            "greaterThan" => (number.next_up(), true),
            "greaterOrEqual" => (number, true),
            other => return Err(refused(&format!("the comparison {}", quoted(other)))),
        };
        Ok(Predicate::Below { field, threshold, not })
    }
}

/// The entries of an `Array`: separated by blanks, in quotes where they hold one.
fn listed(text: &str) -> Vec<String> {
    let (mut out, mut rest) = (Vec::new(), text.chars().peekable());
    while let Some(first) = rest.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut entry = String::new();
        if first == '"' {
            while let Some(c) = rest.next() {
                match c {
                    '"' => break,
                    '\\' if rest.peek() == Some(&'"') => entry.extend(rest.next()),
                    c => entry.push(c),
                }
            }
        } else {
            entry.push(first);
            while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
                entry.push(c);
            }
        }
        out.push(entry);
    }
    out
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
