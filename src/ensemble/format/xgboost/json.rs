//! The keys of an XGBoost model file that matter here, as they are written. Numbers that XGBoost writes as strings
//! stay strings until someone who knows their name parses them. Unknown keys are ignored.

use super::super::bare_words::Real;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, de};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub(super) version: Vec<u32>,
    pub(super) learner: Learner,
}

/// A booster as `XGBoosterSerializeToBuffer` writes it.
#[derive(Debug, Deserialize)]
pub(super) struct Serialized {
    #[serde(rename = "Model")]
    pub(super) model: File,
}

/// The little that tells why a file is not a [`File`].
#[derive(Debug, Deserialize)]
pub(super) struct Outline {
    pub(super) learner: OutlineLearner,
}

#[derive(Debug, Deserialize)]
pub(super) struct OutlineLearner {
    pub(super) gradient_booster: OutlineBooster,
}

#[derive(Debug, Deserialize)]
pub(super) struct OutlineBooster {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Learner {
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) feature_names: Vec<String>,
    #[serde(default)]
    pub(super) feature_types: Vec<String>,
    pub(super) gradient_booster: Booster,
    pub(super) learner_model_param: LearnerParam,
    pub(super) objective: Objective,
}

#[derive(Debug, Deserialize)]
pub(super) struct LearnerParam {
    pub(super) base_score: String,
    #[serde(default)]
    pub(super) num_class: Option<String>,
    pub(super) num_feature: String,
    #[serde(default)]
    pub(super) num_target: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Objective {
    pub(super) name: String,
}

/// `gbtree` has `model`; `dart` before 3.3 wraps a `gbtree` and keeps the weights outside.
#[derive(Debug, Deserialize)]
pub(super) struct Booster {
    pub(super) name: String,
    #[serde(default)]
    pub(super) model: Option<Model>,
    #[serde(default)]
    pub(super) gbtree: Option<Box<Booster>>,
    #[serde(default)]
    pub(super) weight_drop: Option<Vec<Real>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) gbtree_model_param: ModelParam,
    pub(super) trees: Vec<Tree>,
    pub(super) tree_info: Vec<i64>,
    #[serde(default)]
    pub(super) iteration_indptr: Option<Vec<i64>>,
    #[serde(default)]
    pub(super) weight_drop: Option<Vec<Real>>,
    #[serde(default)]
    pub(super) cats: Option<Cats>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ModelParam {
    pub(super) num_trees: String,
    #[serde(default)]
    pub(super) num_parallel_tree: Option<String>,
}

/// A tree in parallel arrays, one entry per stored node.
#[derive(Debug, Deserialize)]
pub(super) struct Tree {
    pub(super) left_children: Vec<i32>,
    pub(super) right_children: Vec<i32>,
    pub(super) split_indices: Vec<i64>,
    pub(super) split_conditions: Vec<Real>,
    pub(super) default_left: Flags,
    #[serde(default)]
    pub(super) sum_hessian: Option<Vec<Real>>,
    #[serde(default)]
    pub(super) base_weights: Vec<Real>,
    #[serde(default)]
    pub(super) leaf_weights: Option<Vec<Real>>,
    #[serde(default)]
    pub(super) split_type: Option<Vec<u8>>,
    #[serde(default)]
    pub(super) categories: Vec<i64>,
    #[serde(default)]
    pub(super) categories_nodes: Vec<i64>,
    #[serde(default)]
    pub(super) categories_segments: Vec<i64>,
    #[serde(default)]
    pub(super) categories_sizes: Vec<i64>,
    pub(super) tree_param: TreeParam,
}

#[derive(Debug, Deserialize)]
pub(super) struct TreeParam {
    #[serde(default)]
    pub(super) size_leaf_vector: Option<String>,
}

/// The level texts of categorical features (3.1 and later).
#[derive(Debug, Deserialize)]
pub(super) struct Cats {
    #[serde(default)]
    pub(super) enc: Vec<Encoding>,
}

/// Levels of one feature: bytes of concatenated UTF-8 cut at `offsets`, or numbers of some `type`.
#[derive(Debug, Deserialize)]
pub(super) struct Encoding {
    #[serde(default)]
    pub(super) offsets: Option<Vec<i64>>,
    #[serde(default)]
    pub(super) values: Vec<serde_json::Number>,
}

/// Booleans, written as `true`/`false` or as 0/1 depending on the version.
#[derive(Debug, Default)]
pub(super) struct Flags(pub(super) Vec<bool>);

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flags = Vec::<Flag>::deserialize(deserializer)?;
        Ok(Flags(flags.into_iter().map(|f| f.0).collect()))
    }
}

struct Flag(bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 0 or 1")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Flag, E> {
                match number {
                    0 | 1 => Ok(Flag(number == 1)),
                    _ => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}
