//! Tables that are no text, read by a program of the page that nobody loads who has none.

use super::{FileRole, Picked, Program, Reply, Request, file_role, misdirected};
use crate::dataset::DataError;
use crate::dataset::convert::{self, Kind};
use crate::session::Notice;
use crate::study::FileFacts;
use std::sync::Arc;

/// What a file was before it became text.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The file that was chosen.
    pub file: FileFacts,
    /// What its reader says.
    pub warnings: Vec<String>,
}

/// Turns a table into text and keeps nothing: a WebAssembly program of its own, which ends after its answer.
pub struct Converter;

impl Program for Converter {
    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        match request {
            Request::Convert { job, file } => {
                let Some(kind) = Kind::of(&file.bytes) else { return Ok(Reply::Converted { job, file }) };
                let text = convert::to_csv(kind, &file.bytes).map_err(|e| no_table(&file.name, &e))?;
                let origin = Origin { file: FileFacts::of(&file.name, &file.bytes), warnings: text.warnings };
                let file =
                    Picked { name: file.name, bytes: Arc::new(text.value), origin: Some(Arc::new(origin)) };
                Ok(Reply::Converted { job, file })
            }
            other => Err(misdirected(&other)),
        }
    }
}

/// True for a table that [`Converter`] must read first.
pub fn is_no_text(file: &Picked) -> bool {
    Kind::of(&file.bytes).is_some() && file_role(file) == FileRole::Table
}

/// What to say where [`Converter`] has died of a file.
pub fn gave_up(file: &Picked) -> Notice {
    let kind = Kind::of(&file.bytes).unwrap_or(Kind::Excel);
    no_table(&file.name, &convert::gave_up(kind))
}

pub(super) fn no_table(name: &str, error: &DataError) -> Notice {
    Notice::error(format!("{name} cannot be read as a table"), error.to_string(), error.hint())
}
