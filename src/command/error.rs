//! What can go wrong, on one line.

use super::files::STANDARD_INPUT;
use crate::dataset::{DataError, Look};
use crate::ensemble::ModelError;
use crate::explain::ExplainError;
use crate::share::page::PackError;
use crate::study::StudyError;
use std::io;

/// Why the command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The arguments make no sense.
    #[error("{0}")]
    Usage(String),
    /// A file that cannot be opened or read.
    #[error("{path}: {problem}")]
    File {
        /// As it was given.
        path: String,
        /// What the system says.
        problem: io::Error,
    },
    /// A file that is larger than what is read.
    #[error("{path}: the file has {size_mb} MB, more than the limit of {limit_mb}")]
    TooLarge {
        /// As it was given.
        path: String,
        /// Its size.
        size_mb: u64,
        /// The largest size.
        limit_mb: u64,
    },
    /// A model that cannot be read.
    #[error("{path}: {problem}")]
    Model {
        /// As it was given.
        path: String,
        /// Why.
        problem: ModelError,
    },
    /// A table that cannot be read.
    #[error("{path}: {problem}")]
    Data {
        /// As it was given.
        path: String,
        /// Why.
        problem: DataError,
    },
    /// A manifest that cannot be read, or files that do not belong together.
    #[error("{path}: {problem}")]
    Study {
        /// The file at fault.
        path: String,
        /// Why.
        problem: StudyError,
    },
    /// A manifest without one of its files.
    #[error("{path}: the manifest names no {what}")]
    Unnamed {
        /// The manifest.
        path: String,
        /// `model`, `data` or `calibration`.
        what: &'static str,
    },
    /// A model that cannot be explained.
    #[error("{path}: {problem}")]
    Explain {
        /// The model.
        path: String,
        /// Why.
        problem: ExplainError,
    },
    /// A page that cannot take a study.
    #[error("{path}: {problem}")]
    Pack {
        /// The page.
        path: String,
        /// Why.
        problem: PackError,
    },
    /// The result cannot be written.
    #[error("the result could not be written: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// 2 if the input or the arguments are at fault, 1 if the machine is.
    pub fn status(&self) -> u8 {
        if matches!(self, CommandError::Output(_)) { 1 } else { 2 }
    }

    /// What the person can do about it, one sentence; empty where the message says it.
    pub fn hint(&self) -> String {
        match self {
            CommandError::Usage(_) => "Run `clarimark --help` for what there is.".into(),
            CommandError::Model { problem, .. } => problem.hint(),
            CommandError::Data {
                path,
                problem: DataError::NotATable(Look::Parquet | Look::Arrow | Look::Zip),
            } if path == STANDARD_INPUT => "A stream is CSV or TSV: give other tables as a file.".into(),
            CommandError::Data { problem, .. } => problem.hint(),
            CommandError::Study { problem, .. } => problem.hint(),
            CommandError::Explain { problem, .. } => problem.hint(),
            CommandError::Pack { .. } => {
                "Give the one-file page that `./x build` writes, dist/clarimark.html.".into()
            }
            CommandError::Unnamed { .. } => "Add it to the manifest, with path and sha256.".into(),
            CommandError::TooLarge { .. } => {
                "Keep only the columns the model uses, or split the table.".into()
            }
            CommandError::File { .. } | CommandError::Output(_) => String::new(),
        }
    }

    /// The whole error on one line.
    pub(super) fn line(&self) -> String {
        let problem = self.to_string();
        let problem = problem.trim_end_matches('.');
        let hint = self.hint();
        let line =
            if hint.is_empty() { format!("error: {problem}.") } else { format!("error: {problem}. {hint}") };
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
