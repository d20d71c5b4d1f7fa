//! Files that take more than the other programs know, tables that are no text and models packed tightly, read by a program
//! of the page that nobody loads who has none.

use super::{FileRole, Packet, PacketError, Picked, Program, Reply, Request, file_role, misdirected, packet};
use crate::dataset::DataError;
use crate::dataset::convert::{self, Kind};
use crate::ensemble::{self, ModelError};
use crate::session::Notice;
use crate::study::FileFacts;
use std::sync::Arc;

/// What a file was before it was read.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// The file that was chosen.
    pub file: FileFacts,
    /// What its reader says.
    pub warnings: Vec<String>,
}

/// Turns a table into text, unpacks a model, and keeps nothing: a WebAssembly program of its own, which ends after its answer.
pub struct Converter;

impl Program for Converter {
    fn read(packet: Packet<'_>) -> Result<Request, PacketError> {
        packet::convert::read_request(packet)
    }

    fn write(reply: &Reply) -> Option<Packet<'_>> {
        packet::convert::write_reply(reply)
    }

    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        match request {
            Request::Convert { job, file } => {
                let (bytes, warnings) = if let Some(kind) = Kind::of(&file.bytes) {
                    let text = convert::to_csv(kind, &file.bytes).map_err(|e| no_table(&file.name, &e))?;
                    (text.value, text.warnings)
                } else if ensemble::is_packed_tightly(&file.bytes) {
                    let content =
                        ensemble::unpacked_tightly(&file.bytes).map_err(|e| no_model(&file.name, &e))?;
                    (content.into_owned(), Vec::new())
                } else {
                    return Ok(Reply::Converted { job, file });
                };
                let origin = Origin { file: FileFacts::of(&file.name, &file.bytes), warnings };
                let was = file_role(&file);
                let file = Picked { name: file.name, bytes: Arc::new(bytes), origin: Some(Arc::new(origin)) };
                // Only the readers of models know these archives.
                if was == FileRole::Model && file_role(&file) != FileRole::Model {
                    return Err(Notice::error(
                        format!("{} cannot be read", file.name),
                        "It is an archive of something else than a model; tables are read as they are or in gzip.",
                        "Unpack it and choose what is inside.",
                    ));
                }
                Ok(Reply::Converted { job, file })
            }
            other => Err(misdirected(&other)),
        }
    }
}

/// True for a file that [`Converter`] must read first.
pub fn needs_converter(file: &Picked) -> bool {
    file.origin.is_none()
        && match file_role(file) {
            FileRole::Table => Kind::of(&file.bytes).is_some(),
            FileRole::Model => ensemble::is_packed_tightly(&file.bytes),
            _ => false,
        }
}

/// What to say where [`Converter`] has died of a file.
pub fn gave_up(file: &Picked) -> Notice {
    match Kind::of(&file.bytes) {
        Some(kind) => no_table(&file.name, &convert::gave_up(kind)),
        None => no_model(
            &file.name,
            &ModelError::Damaged {
                format: "compressed",
                place: "a place that its decoder does not name".into(),
                problem: "unpacking it failed".into(),
            },
        ),
    }
}

/// What to say of a file that is no model.
pub(super) fn no_model(name: &str, error: &ModelError) -> Notice {
    Notice::error(format!("{name} cannot be used as a model"), error.to_string(), error.hint())
}

pub(super) fn no_table(name: &str, error: &DataError) -> Notice {
    Notice::error(format!("{name} cannot be read as a table"), error.to_string(), error.hint())
}
