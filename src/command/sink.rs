//! Where attributions go, piece by piece.

use super::CommandError;
use super::arguments::Format;
use super::columnar::{Columnar, Kind};
use crate::share::table::{Details, Document};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// A result under way.
pub(super) enum Sink<'a> {
    Lines { out: Box<dyn Write + 'a>, format: Format },
    Columnar(Columnar),
}

impl<'a> Sink<'a> {
    /// Opens the file, or takes standard output, and writes what the rows of `document` follow; `headed` is false if that
    /// is nothing.
    pub(super) fn new(
        path: Option<&Path>,
        out: &'a mut dyn Write,
        format: Format,
        headed: bool,
        document: &Document<'_>,
        details: &Details<'_>,
    ) -> Result<Self, CommandError> {
        let create = |path: &Path| {
            File::create(path)
                .map_err(|problem| CommandError::File { path: path.display().to_string(), problem })
        };
        let kind = match format {
            Format::Parquet => Some(Kind::Parquet),
            Format::Arrow => Some(Kind::Arrow),
            _ => None,
        };
        if let Some((kind, path)) = kind.zip(path) {
            return Ok(Sink::Columnar(Columnar::new(create(path)?, kind, document, details)?));
        }
        let mut out: Box<dyn Write + 'a> = match path {
            Some(path) => Box::new(BufWriter::new(create(path)?)),
            None => Box::new(BufWriter::new(out)),
        };
        if format == Format::Csv && headed {
            document.write_csv_header(&mut out)?;
        }
        Ok(Sink::Lines { out, format })
    }

    /// Writes the rows of a document; a JSON document has to come as a whole.
    pub(super) fn write(
        &mut self,
        document: &Document<'_>,
        details: &Details<'_>,
    ) -> Result<(), CommandError> {
        match self {
            Sink::Columnar(file) => file.write(document, details)?,
            Sink::Lines { out, format: Format::Csv } => document.write_csv_rows(details, out)?,
            Sink::Lines { out, format: Format::JsonLines } => document.write_json_lines(details, out)?,
            Sink::Lines { out, .. } => document.write_json_with(details, out)?,
        }
        Ok(())
    }

    /// Ends the result.
    pub(super) fn finish(self) -> Result<(), CommandError> {
        match self {
            Sink::Columnar(file) => Ok(file.finish()?),
            Sink::Lines { mut out, .. } => Ok(out.flush()?),
        }
    }
}
