//! `study.json`: what ties the files of a study together.

mod error;
mod file;
mod fit;
mod keys;

pub use error::ManifestError;
pub use file::{hex, sha256_hex};
pub(super) use fit::misfits;

use super::StudyError;
use crate::Parsed;
use crate::ensemble::ReadOptions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What `format` must say.
pub const FORMAT: &str = "clarimark-study";

/// The version that is read and written.
pub const VERSION: u32 = 1;

/// Most bytes of a manifest.
const MAX_BYTES: usize = 4 << 20;

/// The seven categories of BEST (FDA-NIH Biomarker Working Group).
pub const BEST: [&str; 7] = [
    "susceptibility/risk",
    "diagnostic",
    "monitoring",
    "prognostic",
    "predictive",
    "pharmacodynamic/response",
    "safety",
];

/// A file beside the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// Path relative to the manifest; no `..`, no scheme, no leading slash.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// A second model of the same outcome, to hold the first against.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparatorSpec {
    /// As in [`FileRef`].
    pub path: String,
    /// As in [`FileRef`].
    pub sha256: String,
    /// What to call it, e.g. `Age, sex and stage`.
    #[serde(default)]
    pub title: String,
}

impl ComparatorSpec {
    /// Its file.
    pub fn file(&self) -> FileRef {
        FileRef { path: self.path.clone(), sha256: self.sha256.clone() }
    }
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
        /// Patients whose follow-up another event ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        competing: Option<CompetingSpec>,
    },
    /// Yes or no.
    Binary { column: String, positive: String },
    /// A quantity.
    Continuous { column: String },
}

/// Which patients had a competing event: those whose `column` says `value`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CompetingSpec {
    pub column: String,
    pub value: String,
    /// What happened to them, e.g. `had a transplant`.
    #[serde(default)]
    pub word: String,
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
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
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
    /// One of the categories of BEST, e.g. `prognostic`; see [`BEST`].
    pub best_category: String,
    /// What only the authors can say, by item: `tripod-17`, `remark-5`, `fda-1`; printed in the report.
    pub statements: BTreeMap<String, String>,
    pub model: Option<FileRef>,
    /// Which function of the model's file is meant: `{"use_all_trees": true}`, `{"survival_at": [365]}`.
    #[serde(skip_serializing_if = "is_default")]
    pub reading: ReadOptions,
    pub data: Option<FileRef>,
    /// A table as [`super::read_calibration`] reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<FileRef>,
    /// A model of what is known without the new biomarkers, e.g. of clinical variables alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparator: Option<ComparatorSpec>,
    /// Models fitted by the same procedure on resampled patients, to see what it varies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refits: Vec<FileRef>,
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

fn is_default(options: &ReadOptions) -> bool {
    *options == ReadOptions::default()
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ManifestError`] (in [`StudyError::Manifest`]) with line and key: not JSON, another format or version, an
    /// unknown key, a path that leaves the folder, a checksum that is none.
    pub fn read(bytes: &[u8]) -> Result<Parsed<Manifest>, StudyError> {
        Ok(read(bytes)?)
    }

    /// What a feature is called: its label, or its own name.
    pub fn label<'a>(&'a self, feature: &'a str) -> &'a str {
        self.features.get(feature).and_then(|note| note.label.as_deref()).unwrap_or(feature)
    }

    /// Unit of a feature, or "".
    pub fn unit(&self, feature: &str) -> &str {
        self.features.get(feature).and_then(|note| note.unit.as_deref()).unwrap_or("")
    }

    /// Group (layer, organ system) of a feature, or "".
    pub fn group(&self, feature: &str) -> &str {
        self.features.get(feature).and_then(|note| note.group.as_deref()).unwrap_or("")
    }
}

fn read(bytes: &[u8]) -> Result<Parsed<Manifest>, ManifestError> {
    if bytes.len() > MAX_BYTES {
        return Err(ManifestError::TooLarge { limit: MAX_BYTES });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Format and version first: a newer manifest may have keys that this version does not know.
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| ManifestError::syntax(&e))?;
    let format = value.get("format").and_then(serde_json::Value::as_str).unwrap_or_default();
    if format != FORMAT {
        return Err(ManifestError::NotAManifest { format: format.to_owned() });
    }
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        version => return Err(ManifestError::Version { version }),
    }
    let mut manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| keys::explain(&e, &value))?;
    let Manifest { model, data, calibration, .. } = &mut manifest;
    for (key, file) in [("model", model), ("data", data), ("calibration", calibration)] {
        if let Some(file) = file {
            file::check(key, file)?;
        }
    }
    if let Some(spec) = &mut manifest.comparator {
        let mut file = spec.file();
        file::check("comparator", &mut file)?;
        spec.sha256 = file.sha256;
    }
    for file in &mut manifest.refits {
        file::check("refits", file)?;
    }
    let mut warnings = Vec::new();
    let category = manifest.best_category.as_str();
    if !category.is_empty() && !BEST.contains(&category) {
        warnings.push(format!(
            "The manifest's best_category “{category}” is none of BEST's: {}.",
            super::text::list(&BEST)
        ));
    }
    for name in manifest.covariates.iter().filter(|name| manifest.ignore.contains(name)) {
        warnings.push(format!("The manifest lists “{name}” as a covariate and as ignored; it is ignored."));
    }
    Ok(Parsed { value: manifest, warnings })
}

#[cfg(test)]
mod tests;
