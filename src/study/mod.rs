//! A model and a table that belong together: the manifest, the role of each column, the binding of columns to
//! features by name, and what deserves a warning before anything is computed.

mod binding;
mod calibration;
mod comparator;
mod error;
mod findings;
#[cfg(test)]
mod fixture;
mod join;
mod manifest;
pub mod parity;
#[cfg(test)]
mod properties;
mod roles;
mod text;
mod understood;

pub use binding::{Binding, RowBinding, Seen, bind, bind_columns, bind_with};
pub use calibration::{CalibrationTableError, calibrated, is_calibration, read_calibration};
pub use comparator::Comparator;
pub use error::StudyError;
pub use findings::{Finding, Severity, Topic, findings};
pub use join::{Parts, with_role};
pub use manifest::{
    BEST, ComparatorSpec, CompetingSpec, FORMAT, FeatureNote, FileRef, Manifest, ManifestError, OutcomeSpec,
    VERSION, hex, sha256_hex,
};
pub use parity::{Parity, ParityError, ParityScale, parity_finding};
pub use roles::{ColumnRole, RoleProblem, check_roles, propose_roles};
pub use understood::{ColumnFacts, N_BINS, understood};

use crate::dataset::Dataset;
use crate::ensemble::Summary;
use crate::ids::{FeatureId, RowId};

/// A file that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct FileFacts {
    /// File name without its path.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

impl FileFacts {
    /// The facts of a file with these bytes.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        FileFacts { name: name.to_owned(), size_bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
    }
}

/// Which part a patient played when the model was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum SplitRole {
    /// The model was fitted on this patient.
    Train,
    /// Used to tune or stop the fit.
    Validation,
    /// Held out.
    Test,
    /// From elsewhere.
    External,
    /// The table does not say.
    Unknown,
}

/// What happened to the patients.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The table has none.
    None,
    /// Yes or no; None where it is not known.
    Binary {
        /// One per row.
        labels: Vec<Option<bool>>,
        /// Text of the positive level.
        positive: String,
    },
    /// A measured quantity; NaN where it is not known.
    Continuous(Vec<f64>),
    /// Time to event.
    Survival {
        /// Follow-up time per row; NaN where it is not known.
        time: Vec<f64>,
        /// True if the event was seen at `time`, false if censored then.
        event: Vec<Option<bool>>,
        /// Unit of time, e.g. `days`.
        unit: String,
        /// Past participle for the event, e.g. `died`.
        word: String,
    },
}

/// Patients in whom another event came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Competing {
    /// One flag per row.
    pub event: Vec<bool>,
    /// What happened to them, e.g. `had a transplant`.
    pub word: String,
}

/// A model and a table, bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Title, provenance, labels; defaulted when no manifest came with the files.
    pub manifest: Manifest,
    /// What is known of the model.
    pub model: Summary,
    /// The table.
    pub data: Dataset,
    /// One role per column of `data`.
    pub roles: Vec<ColumnRole>,
    /// How columns feed features.
    pub binding: Binding,
    /// The model's file.
    pub model_file: FileFacts,
    /// The table's file.
    pub data_file: FileFacts,
    /// What the model is held against, if the study ships it.
    pub comparator: Option<Comparator>,
    /// Sentences raised while reading and binding.
    pub warnings: Vec<String>,
}

impl Study {
    /// Number of patients (rows of the table).
    pub fn n_rows(&self) -> usize {
        self.data.n_rows()
    }

    /// Number of model features.
    pub fn n_features(&self) -> usize {
        self.model.features.len()
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = RowId> {
        (0..self.n_rows()).map(RowId::of)
    }

    /// Index of the first column that has this role.
    pub fn column_with(&self, role: ColumnRole) -> Option<usize> {
        self.roles.iter().position(|&r| r == role)
    }

    /// The patient's id: the id column's text, or the 1-based row number.
    pub fn patient_id(&self, row: RowId) -> String {
        self.column_with(ColumnRole::Id)
            .and_then(|c| self.data.columns()[c].text(row.index()))
            .unwrap_or_else(|| (row.index() + 1).to_string())
    }

    /// Display name of a feature: the manifest's label, or the name in the model.
    pub fn label(&self, feature: FeatureId) -> &str {
        self.manifest.label(&self.model.features[feature.index()].name)
    }

    /// Unit of a feature, or "".
    pub fn unit(&self, feature: FeatureId) -> &str {
        self.manifest.unit(&self.model.features[feature.index()].name)
    }

    /// Group (layer, organ system) of a feature, or "".
    pub fn group(&self, feature: FeatureId) -> &str {
        self.manifest.group(&self.model.features[feature.index()].name)
    }

    /// The model's input for one feature and row: a number, or a level code; NaN if missing.
    pub fn value(&self, feature: FeatureId, row: RowId) -> f64 {
        self.binding.value(&self.data, feature, row)
    }

    /// The measured value as text with at most 4 significant digits, the level, or None if missing.
    pub fn value_text(&self, feature: FeatureId, row: RowId) -> Option<String> {
        self.binding.text(&self.data, feature, row)
    }

    /// The part this patient played when the model was made.
    pub fn split_role(&self, row: RowId) -> SplitRole {
        roles::split_role(self, row)
    }

    /// The part of every patient, one entry per row.
    pub fn split_roles(&self) -> Vec<SplitRole> {
        roles::split_roles(self)
    }

    /// What happened to the patients, one entry per row.
    pub fn outcome(&self) -> Outcome {
        roles::outcome(self)
    }

    /// Who had a competing event; None where the study names none. They count as censored in [`Study::outcome`].
    pub fn competing(&self) -> Option<Competing> {
        roles::competing(self)
    }

    /// Rows of one split role, in file order.
    pub fn rows_of(&self, role: SplitRole) -> Vec<RowId> {
        let roles = self.split_roles();
        self.rows().filter(|r| roles[r.index()] == role).collect()
    }
}
