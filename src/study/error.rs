//! What can be wrong between a model, a table and a manifest.

use super::RoleProblem;
use super::calibration::CalibrationTableError;
use super::manifest::ManifestError;
use super::text::{list, of};

/// Why a model and a table do not fit together, or a manifest cannot be followed.
///
/// Rows are counted as a spreadsheet shows them: the header is row 1, the first patient row 2.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StudyError {
    /// The manifest cannot be followed.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A calibration that cannot be read, or not put on top of the model.
    #[error(transparent)]
    Calibration(#[from] CalibrationTableError),
    /// A comparator that says several things.
    #[error("{file} has {n_outputs} outputs, and a comparator needs one")]
    Comparator {
        /// Its file.
        file: String,
        /// Outputs.
        n_outputs: usize,
    },
    /// Features without a column.
    #[error("{} no column: {}", of(.missing.len(), "model feature has", "model features have"), list(.missing))]
    MissingColumns {
        /// Their names.
        missing: Vec<String>,
        /// Columns that no feature uses.
        unused: Vec<String>,
        /// Features with a column of nearly the same name: feature, column. They are suggested and never bound.
        near: Vec<(String, String)>,
    },
    /// Names that occur twice, so that a binding by name would be a guess.
    #[error("{} twice in the {place}: {}", of(.names.len(), "name occurs", "names occur"), list(.names))]
    Ambiguous {
        /// `model` or `table`.
        place: &'static str,
        /// The names.
        names: Vec<String>,
    },
    /// A model without feature names, and a table with another number of columns.
    #[error(
        "the model has {} and stores no names, the table has {} left for them",
        of(*.n_features, "feature", "features"), of(.columns.len(), "column", "columns")
    )]
    PositionCount {
        /// Features of the model.
        n_features: usize,
        /// Columns that have no other role.
        columns: Vec<String>,
    },
    /// A text where the model needs a number.
    #[error("column {column}, row {row}: “{text}” is not a number")]
    NotANumber {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// The cell.
        text: String,
    },
    /// A cell of a stream whose meaning would depend on the rest of its column.
    #[error("column {column}, row {row}: “{text}” does not go with what came before it in the column")]
    Mixed {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// The cell.
        text: String,
    },
    /// [`StudyError::Mixed`], found when rows that were bound apart were put together.
    #[error("column {column}: not all of its cells are written in one way")]
    MixedApart {
        /// Column of the table.
        column: String,
    },
    /// A level that the model has not been trained on.
    #[error("column {column}, row {row}: the model does not know the level “{level}”")]
    UnseenLevel {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// The cell.
        level: String,
        /// Levels that the model knows.
        known: Vec<String>,
    },
    /// An empty cell for a model that takes none.
    #[error("column {column}, row {row}: the value is missing, and the model takes no missing values")]
    Missing {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// Empty cells in columns that the model uses.
        n: usize,
    },
    /// A text for a categorical feature whose level names the model does not store.
    #[error("column {column}, row {row}: the model stores no level names, so “{text}” has no code")]
    NoLevelNames {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// The cell.
        text: String,
    },
    /// A number that cannot be a level code.
    #[error("column {column}, row {row}: {text} is not a level code (0, 1, 2, …)")]
    NotACode {
        /// Column of the table.
        column: String,
        /// Row as a spreadsheet counts.
        row: usize,
        /// The cell.
        text: String,
    },
    /// Roles that do not fit the table.
    #[error("{}", .problems.first().map_or("the roles do not fit the table", |p| p.message.as_str()))]
    Roles {
        /// Every problem, the first of which is the title.
        problems: Vec<RoleProblem>,
    },
}

impl StudyError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            StudyError::Manifest(error) => error.hint(),
            StudyError::Calibration(error) => error.hint(),
            StudyError::MissingColumns { near, .. } if !near.is_empty() => {
                let pairs: Vec<String> = near.iter().map(|(f, c)| format!("“{c}” for “{f}”")).collect();
                format!("Columns with nearly the same name: {}; rename them if they are meant.", list(&pairs))
            }
            StudyError::MissingColumns { unused, .. } if unused.is_empty() => {
                "Choose the table that the model was trained on, or one with the same columns.".into()
            }
            StudyError::MissingColumns { unused, .. } => {
                format!("Columns that no feature uses: {}; rename the ones that are meant.", list(unused))
            }
            StudyError::Comparator { .. } => "Name a model with one output as the comparator in study.json, or none.".into(),
            StudyError::Ambiguous { .. } => "Give every column and every feature a name of its own.".into(),
            StudyError::PositionCount { columns, .. } => format!(
                "Keep the model's columns in training order beside id, outcome and split; now left: {}.",
                list(columns)
            ),
            StudyError::NotANumber { text, .. } if text.starts_with(['<', '>', '≤', '≥']) => {
                "The cell is a limit, not a value: write the number that the model was trained with, or leave it empty."
                    .into()
            }
            StudyError::NotANumber { text, .. } if text.contains(',') => {
                "Write numbers with a decimal point and without thousands separators.".into()
            }
            StudyError::NotANumber { .. } => "Correct the cell, or leave it empty if it is missing.".into(),
            StudyError::Mixed { .. } | StudyError::MixedApart { .. } => {
                "Write the whole column in one way, or give the table as a file, which is read whole first.".into()
            }
            StudyError::UnseenLevel { known, .. } => {
                format!("Use one of the levels it was trained on ({}), or leave the cell empty.", list(known))
            }
            StudyError::Missing { n, .. } => format!(
                "Its library would refuse {}: leave out such rows, fill them in as in training, or train again with \
                 scikit-learn 1.3 or later.",
                of(*n, "missing value", "missing values")
            ),
            StudyError::NoLevelNames { .. } => {
                "Write the codes that the model was trained with, or save the model with XGBoost 3.1 or later.".into()
            }
            StudyError::Roles { problems } => match problems.len() {
                0 | 1 => "Change the role of a column in the table.".into(),
                n => format!("{} more to change in the table.", of(n - 1, "role", "roles")),
            },
            StudyError::NotACode { .. } => "Write the codes that the model was trained with.".into(),
        }
    }
}
