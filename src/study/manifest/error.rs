//! What can be wrong with a manifest.

use super::{FORMAT, VERSION};
use crate::study::text::{enumerate, one_line};

/// Why a manifest cannot be followed, where, and what to do. Lines and columns are 1-based.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Too many bytes.
    #[error("the manifest is larger than {} MiB", .limit >> 20)]
    TooLarge {
        /// Most bytes.
        limit: usize,
    },
    /// Not JSON.
    #[error("the manifest is not valid JSON: line {line}, column {column}: {message}")]
    Syntax {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// JSON of another kind.
    #[error("the file is not a study manifest: its format is “{}”, not “{FORMAT}”", one_line(.format))]
    NotAManifest {
        /// Its `format`, or "".
        format: String,
    },
    /// Another version.
    #[error("the manifest has version {}, this program reads version {VERSION}", version.map_or("?".into(), |v| v.to_string()))]
    Version {
        /// Its `version`, if it is a whole number.
        version: Option<u64>,
    },
    /// A key that means nothing.
    #[error("the manifest has an unknown key {} (line {line}, column {column})", one_line(.path))]
    UnknownKey {
        /// Keys from the top, joined by `.`.
        path: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
        /// Keys that may stand there.
        known: Vec<String>,
    },
    /// A value of the wrong type, or a missing key.
    #[error("the manifest has a wrong entry: line {line}, column {column}: {}", one_line(.message))]
    Shape {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A path that does not stay beside the manifest.
    #[error("{key}.path: “{}” {reason}", one_line(.path))]
    Path {
        /// `model` or `data`.
        key: &'static str,
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A checksum that is none.
    #[error("{key}.sha256: “{}” is not 64 hexadecimal digits", one_line(.sha256))]
    Hash {
        /// `model` or `data`.
        key: &'static str,
        /// The text.
        sha256: String,
    },
    /// A file that is not the one the manifest describes.
    #[error("{path} is not the file that the manifest describes: SHA-256 {got}, expected {expected}")]
    Mismatch {
        /// Path in the manifest.
        path: String,
        /// SHA-256 in the manifest.
        expected: String,
        /// SHA-256 of the file.
        got: String,
    },
}

impl ManifestError {
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        let (line, column, message) = (error.line(), error.column(), message(error));
        ManifestError::Syntax { line, column, message }
    }

    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ManifestError::TooLarge { .. } => "Choose the study.json that came with the study.".into(),
            ManifestError::Syntax { .. } | ManifestError::Shape { .. } => {
                "Correct the manifest at that place.".into()
            }
            ManifestError::NotAManifest { .. } => {
                format!("Choose a study.json that begins with \"format\": \"{FORMAT}\".")
            }
            ManifestError::Version { version: Some(v) } if *v > u64::from(VERSION) => {
                "Open it with a newer Clarimark.".into()
            }
            ManifestError::Version { .. } => format!("Write \"version\": {VERSION}."),
            ManifestError::UnknownKey { known, .. } => {
                format!("Remove it, or use one of {}.", enumerate(known))
            }
            ManifestError::Path { .. } => "Put the file beside the manifest and write its name.".into(),
            ManifestError::Hash { .. } => "Write what sha256sum prints for the file.".into(),
            ManifestError::Mismatch { .. } => {
                "Get the original file, or write the new checksum if the change is meant.".into()
            }
        }
    }
}

/// The parser's words without the place, which is shown apart.
pub(super) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned()
}
