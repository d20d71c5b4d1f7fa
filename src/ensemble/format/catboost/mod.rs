//! CatBoost models: the JSON and the binary `.cbm` of `save_model`.
//!
//! Written from the library's source (`catboost/libs/model`) and checked against its predictions.
//!
//! * A number is rounded to 32 bits and goes right if it is above the border. A missing number goes left, or right if
//!   the feature was trained with `nan_mode="Max"`.
//! * A category goes right if the hash of its text is the split's. Which text has which hash is in JSON files that
//!   were saved together with the pool.
//! * A symmetric tree asks the same question at all nodes of a level; it is laid out here as an ordinary tree. In what
//!   order the questions are asked changes neither predictions nor Shapley values.
//! * Margin = scale × sum of the leaves + bias.

mod cbm;
mod flatbuffer;
mod json;
mod objective;

use super::within;
use crate::Parsed;
use crate::ensemble::builder::{MAX_FEATURES, MAX_OUTPUTS};
use crate::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, ModelError, NodeSpec, Objective, TreeFault,
    TreeSpec,
};
use std::collections::HashMap;

pub(super) use cbm::read as read_cbm;
pub(super) use json::read as read_json;

/// Versions (major.minor.) that the reference cases cover.
const TESTED: &[&str] = &["1.0.", "1.2."];

const SAVE_WITH_POOL: &str = "Save it with the texts of its categories: model.save_model(\"model.json\", format=\"json\", pool=train_pool).";
const RETRAIN_ONE_HOT: &str = "Train it again with one_hot_max_size=255, so that categories are asked for one by one, and save it with \
     model.save_model(\"model.json\", format=\"json\", pool=train_pool).";
const RETRAIN_NUMBERS: &str = "Train it again on numbers and categories only.";

/// Level texts over all features: every categorical feature gets the one list that the file has.
const MAX_LEVEL_TEXTS: usize = 1 << 22;

/// Columns of the table that the file does not list, such as ignored ones.
const MAX_UNLISTED: usize = 1 << 16;

/// Questions of a symmetric tree, more than the library allows: one node per leaf and per split stays below a million.
const MAX_QUESTIONS: usize = 18;

/// Texts with one hash; of a million texts, hardly three share one.
const MAX_SAME_HASH: usize = 16;

/// What either form of the file says.
struct Model {
    format: &'static str,
    /// As the library describes itself, over several lines.
    version_info: String,
    /// Name of the loss; empty if it is not stored.
    loss: String,
    class_names: Vec<String>,
    n_outputs: usize,
    scale: f64,
    /// One per output.
    bias: Vec<f64>,
    floats: Vec<Input>,
    categories: Vec<Input>,
    /// Texts of categories and their hashes, if the file carries them.
    hashes: Option<Vec<(String, i32)>>,
    trees: Vec<Tree>,
}

/// A feature of the table.
struct Input {
    /// Position in the table.
    flat: usize,
    name: Option<String>,
    /// A missing number goes right.
    missing_right: bool,
}

/// A question with two answers; the second is the right side.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Question {
    /// Is the nth number above the border?
    Above { float: usize, border: f32 },
    /// Does the nth category have this hash?
    Is { category: usize, hash: i32 },
}

/// A tree of either shape.
enum Tree {
    /// One question per level; the answer to question d is bit d of the leaf's number.
    Symmetric { questions: Vec<Question>, leaf_values: Vec<f64>, leaf_weights: Option<Vec<f64>> },
    /// Nodes with children among the nodes.
    Free { nodes: Vec<Node>, leaf_values: Vec<f64>, cover: Option<Vec<f64>> },
}

enum Node {
    Split { question: Question, left: i64, right: i64 },
    Leaf { first: usize },
}

impl Model {
    fn into_ensemble(self) -> Result<Parsed<Ensemble>, ModelError> {
        let mut warnings = Vec::new();
        within("outputs", self.n_outputs, MAX_OUTPUTS)?;
        if self.bias.len() != self.n_outputs {
            let (got, expected) = (self.bias.len(), self.n_outputs);
            return Err(ModelError::Length { key: "scale_and_bias".into(), got, expected });
        }
        let known = objective::known(&self.loss);
        if !known.recognised {
            warnings.push(match self.loss.is_empty() {
                true => {
                    "The file does not say what the model was trained for; its margin is explained as it is."
                        .into()
                }
                false => format!("The loss {} is not known; its margin is explained as it is.", self.loss),
            });
        }
        let version = version(&self.version_info);
        let facts = Facts {
            library: "CatBoost".into(),
            tested: TESTED.iter().any(|start| version.starts_with(start)),
            version,
            format: self.format.into(),
            booster: match self.trees.iter().any(|t| matches!(t, Tree::Free { .. })) {
                true => "non-symmetric trees".into(),
                false => "symmetric trees".into(),
            },
            base_score: self.bias.iter().map(f64::to_string).collect::<Vec<_>>().join(", "),
            cover: "sum of weights".into(),
            n_trees_stored: self.trees.len() as u32,
            best_iteration: None,
            ..Facts::default()
        };
        let outputs = match self.n_outputs {
            1 => vec![known.scale.margin.clone()],
            n if self.class_names.len() == n => {
                self.class_names.iter().map(|c| format!("class {c}")).collect()
            }
            n => (0..n).map(|k| format!("{} {k}", if known.classes { "class" } else { "target" })).collect(),
        };
        let (features, named) = self.features()?;
        let codes = self.codes()?;
        let rules = Rules { model: &self, codes: &codes };
        let mut builder = Builder::new(features, named, outputs)?;
        for (t, tree) in self.trees.iter().enumerate() {
            let mut spec = rules.spec(tree, t)?;
            spec.weight = self.scale;
            spec.output = (self.n_outputs == 1).then_some(0);
            builder.add(spec)?;
        }
        let objective = Objective { name: self.loss, scale: known.scale };
        let value = builder.finish(self.bias, Cast::F32, objective, facts)?;
        if !value.has_cover() {
            warnings.push(
                "The file stores no leaf weights, so its predictions can be shown but not explained."
                    .to_owned(),
            );
        }
        Ok(Parsed { value, warnings })
    }

    /// Inputs in the order of the table, and whether they have names.
    fn features(&self) -> Result<(Vec<Feature>, bool), ModelError> {
        let inputs = || self.floats.iter().chain(&self.categories);
        let n = inputs().map(|i| i.flat.saturating_add(1)).max().unwrap_or(0);
        within("features", n, MAX_FEATURES.min(inputs().count() + MAX_UNLISTED))?;
        let named = inputs().any(|i| i.name.as_ref().is_some_and(|name| *name != i.flat.to_string()));
        let mut levels: Option<Vec<String>> = None;
        if let Some(hashes) = &self.hashes {
            within("level texts", self.categories.len().saturating_mul(hashes.len()), MAX_LEVEL_TEXTS)?;
            for (text, _) in hashes {
                within("characters in a level", text.chars().count(), crate::ensemble::builder::MAX_NAME)?;
            }
            levels = Some(hashes.iter().map(|(text, _)| text.clone()).collect());
        }
        let mut features: Vec<Feature> =
            (0..n).map(|f| Feature { name: format!("f{f}"), kind: FeatureKind::Numeric }).collect();
        let mut seen = vec![false; n];
        for (i, input) in inputs().enumerate() {
            if std::mem::replace(&mut seen[input.flat], true) {
                return Err(ModelError::Value {
                    key: "flat_feature_index".into(),
                    got: format!("{} for two features", input.flat),
                    expected: "a column of its own for each feature",
                });
            }
            let feature = &mut features[input.flat];
            if let Some(name) = input.name.as_ref().filter(|_| named) {
                feature.name.clone_from(name);
            }
            if i >= self.floats.len() {
                feature.kind = FeatureKind::Categorical { levels: levels.clone() };
            }
        }
        Ok((features, named))
    }

    /// Level codes by hash. Two texts of one hash are one category to the model; many are not by chance.
    fn codes(&self) -> Result<HashMap<i32, Vec<i64>>, ModelError> {
        let mut codes: HashMap<i32, Vec<i64>> = HashMap::new();
        for (code, (_, hash)) in self.hashes.iter().flatten().enumerate() {
            let same = codes.entry(*hash).or_default();
            same.push(code as i64);
            within("level texts with the same hash", same.len(), MAX_SAME_HASH)?;
        }
        Ok(codes)
    }
}

/// Turns the file's trees into the builder's.
struct Rules<'a> {
    model: &'a Model,
    codes: &'a HashMap<i32, Vec<i64>>,
}

impl Rules<'_> {
    fn spec(&self, tree: &Tree, number: usize) -> Result<TreeSpec, ModelError> {
        match tree {
            Tree::Symmetric { questions, leaf_values, leaf_weights } => {
                self.unfolded(questions, leaf_values, leaf_weights.as_deref(), number)
            }
            Tree::Free { nodes, leaf_values, cover } => {
                let nodes = nodes.iter().map(|node| match *node {
                    Node::Split { question, left, right } => self.split(question, left, right),
                    Node::Leaf { first } => Ok(NodeSpec::Leaf { first }),
                });
                let (nodes, leaf_values) = (nodes.collect::<Result<_, _>>()?, leaf_values.clone());
                Ok(TreeSpec { nodes, leaf_values, cover: cover.clone(), output: None, weight: 1.0 })
            }
        }
    }

    /// A symmetric tree as an ordinary one. The last question is asked first, so that the leaves keep their order;
    /// children of node i are 2 i + 1 and 2 i + 2.
    fn unfolded(
        &self,
        questions: &[Question],
        leaf_values: &[f64],
        leaf_weights: Option<&[f64]>,
        tree: usize,
    ) -> Result<TreeSpec, ModelError> {
        let fault = |fault| ModelError::Tree { tree, fault };
        let width = self.model.n_outputs;
        if questions.len() > MAX_QUESTIONS {
            return Err(fault(TreeFault::Depth { limit: MAX_QUESTIONS }));
        }
        let n_leaves = 1usize << questions.len();
        let same = |array, got, expected| {
            if got == expected { Ok(()) } else { Err(fault(TreeFault::Length { array, got, expected })) }
        };
        same("leaf_values", leaf_values.len(), n_leaves.saturating_mul(width))?;
        same("leaf_weights", leaf_weights.map_or(n_leaves, <[f64]>::len), n_leaves)?;
        let n_splits = n_leaves - 1;
        let mut nodes = Vec::with_capacity(2 * n_leaves - 1);
        for (level, &question) in questions.iter().rev().enumerate() {
            for i in (1usize << level) - 1..(1usize << (level + 1)) - 1 {
                nodes.push(self.split(question, 2 * i as i64 + 1, 2 * i as i64 + 2)?);
            }
        }
        nodes.extend((0..n_leaves).map(|leaf| NodeSpec::Leaf { first: leaf * width }));
        let cover = leaf_weights.map(|weights| {
            let mut cover = vec![0.0; n_splits];
            cover.extend_from_slice(weights);
            for i in (0..n_splits).rev() {
                cover[i] = cover[2 * i + 1] + cover[2 * i + 2];
            }
            cover
        });
        Ok(TreeSpec { nodes, leaf_values: leaf_values.to_vec(), cover, output: None, weight: 1.0 })
    }

    fn split(&self, question: Question, left: i64, right: i64) -> Result<NodeSpec, ModelError> {
        let model = self.model;
        match question {
            Question::Above { float, border } => {
                let input = model.floats.get(float).ok_or_else(|| no_such("float_feature_index", float))?;
                // x ≤ border exactly if x is below the next number. An infinite border is left to the builder.
                let border = f64::from(border);
                let threshold = if border.is_finite() { border.next_up() } else { border };
                let default_left = !input.missing_right;
                Ok(NodeSpec::Below { feature: input.flat as i64, threshold, left, right, default_left })
            }
            Question::Is { category, hash } => {
                let input =
                    model.categories.get(category).ok_or_else(|| no_such("cat_feature_index", category))?;
                let Some(hashes) = &model.hashes else {
                    let what = "categories by a hash of their text, without the texts".into();
                    return Err(ModelError::Feature { what, remedy: SAVE_WITH_POOL });
                };
                // A hash of none of the texts is a level that no text has.
                let codes = self.codes.get(&hash).cloned().unwrap_or_else(|| vec![hashes.len() as i64]);
                Ok(NodeSpec::NotIn { feature: input.flat as i64, codes, left, right, default_left: true })
            }
        }
    }
}

fn no_such(key: &str, index: usize) -> ModelError {
    ModelError::Value { key: key.into(), got: index.to_string(), expected: "one of the model's features" }
}

/// Commits that packages say they were built from, of versions that do not give their number (Python packages at
/// <https://pypi.org/project/catboost>).
const BUILDS: &[(&str, &str)] = &[
    ("42359eaac284723e69a9ad772357f5189acd2fbd", "1.0.6"),
    ("d63ba37ba1c5b0a3082a19c673c11a93b77cb8c2", "1.1.1"),
    ("f68bd8c0af356cca521c19f85b8761cf6541456a", "1.2.1"),
    ("ff8f073eea240c11e49e51cb774c2df5249c157c", "1.2.2"),
    ("ad980dac979d2d8b4d633dffab06cb2e7303c126", "1.2.3"),
];

/// The number after `tags/v` or `release `, where the library says which commit it was built from, or that of the commit;
/// otherwise words in its place.
fn version(info: &str) -> String {
    let marks = ["tags/v", "release ", "Release "];
    let numbers = marks.iter().filter_map(|mark| {
        let after = info.split_once(mark)?.1;
        let number = after.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        Some(number.trim_end_matches('.')).filter(|number| !number.is_empty())
    });
    let builds = BUILDS.iter().filter(|(commit, _)| info.contains(commit)).map(|(_, version)| *version);
    match numbers.chain(builds).next() {
        Some(number) => number.chars().take(20).collect(),
        None => "of a version that the file does not name".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_the_build_information() {
        assert_eq!(version("Git info:\n Branch: tags/v1.2.10\n Author: a"), "1.2.10");
        assert_eq!(version("Summary: CatBoost release 1.0.6. commit_hash:f8"), "1.0.6");
        assert_eq!(version("Branch: heads/master Summary: CatBoost Release 1.2.7. e8fed8"), "1.2.7");
        let commit = "Commit: 42359eaac284723e69a9ad772357f5189acd2fbd\n Branch: heads/master";
        assert_eq!(version(commit), "1.0.6");
        assert_eq!(version("the release of something"), "of a version that the file does not name");
        assert_eq!(version(""), "of a version that the file does not name");
    }
}
