//! `study.json`: what ties the files of a study together.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file beside the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// Path relative to the manifest; no `..`, no scheme, no leading slash.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// Which columns say what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[allow(missing_docs)]
pub enum OutcomeSpec {
    /// Time to event.
    Survival {
        time: String,
        event: String,
        #[serde(default)]
        time_unit: String,
        #[serde(default)]
        event_word: String,
    },
    /// Yes or no.
    Binary { column: String, positive: String },
    /// A quantity.
    Continuous { column: String },
}

/// How a feature is shown.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FeatureNote {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// The manifest. Everything but `format` and `version` may be absent; an unknown key is an error that names it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Manifest {
    /// `clarimark-study`.
    pub format: String,
    /// 1.
    pub version: u32,
    pub title: String,
    pub description: String,
    pub context_of_use: String,
    pub model: Option<FileRef>,
    pub data: Option<FileRef>,
    /// Column of patient ids.
    pub id: Option<String>,
    pub outcome: Option<OutcomeSpec>,
    /// Column with train / validation / test / external.
    pub split: Option<String>,
    /// Columns that are not offered at all.
    pub ignore: Vec<String>,
    /// Columns outside the model that are worth filtering by.
    pub covariates: Vec<String>,
    /// By feature name.
    pub features: BTreeMap<String, FeatureNote>,
    pub citation: String,
    pub licence: String,
    pub source: String,
    pub notes: Vec<String>,
}
