//! Attributions as a Parquet or Arrow file: the columns of the CSV form, the patient's id as text and all else as 64-bit
//! floats, with what was explained, and how, as key-value metadata.

use crate::share::table::{Details, Document, RowName};
use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;

/// Cells of a row group, which is kept until it is full.
const CELLS: usize = 1 << 23;
/// Rows that are turned into columns together.
const TOGETHER: usize = 4096;

/// A file under way.
pub(super) struct Columnar {
    schema: Arc<Schema>,
    writer: Writer,
}

enum Writer {
    Parquet(Box<ArrowWriter<File>>),
    Arrow(Box<FileWriter<BufWriter<File>>>),
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Parquet,
    Arrow,
}

impl Columnar {
    /// Starts a file with the columns of `document`, whose rows are not written yet.
    pub(super) fn new(
        file: File,
        kind: Kind,
        document: &Document<'_>,
        details: &Details<'_>,
    ) -> io::Result<Self> {
        let fields = names(document).into_iter().enumerate().map(|(i, name)| {
            Field::new(name, if i == 0 { DataType::Utf8 } else { DataType::Float64 }, false)
        });
        let fields: Vec<Field> = fields.collect();
        let facts = facts(document, details);
        let of_schema: HashMap<String, String> =
            facts.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, of_schema));
        let writer = match kind {
            Kind::Parquet => {
                let group = (CELLS / schema.fields().len()).clamp(1024, 1 << 20);
                // Beside those of the schema, which only Arrow's own readers know.
                let facts = facts.into_iter().map(|(key, value)| KeyValue::new(key.to_owned(), value));
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_created_by(format!("clarimark version {}", env!("CARGO_PKG_VERSION")))
                    .set_key_value_metadata(Some(facts.collect()))
                    .set_max_row_group_row_count(Some(group))
                    .build();
                let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties));
                Writer::Parquet(Box::new(writer.map_err(io::Error::other)?))
            }
            Kind::Arrow => {
                let writer = FileWriter::try_new_buffered(file, &schema).map_err(io::Error::other)?;
                Writer::Arrow(Box::new(writer))
            }
        };
        Ok(Columnar { schema, writer })
    }

    /// Appends the rows of a document.
    pub(super) fn write(&mut self, document: &Document<'_>, details: &Details<'_>) -> io::Result<()> {
        let n_rows = document.rows.len();
        for start in (0..n_rows).step_by(TOGETHER) {
            let rows = start..n_rows.min(start + TOGETHER);
            let mut columns = vec![Vec::with_capacity(rows.len()); self.schema.fields().len() - 1];
            for row in rows.clone() {
                let numbers = document.numbers(row, details);
                columns.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
            }
            let id = |name: &RowName| match name {
                RowName::Id(id) => id.clone(),
                RowName::Number(n) => n.to_string(),
            };
            let ids = StringArray::from_iter_values(document.rows[rows].iter().map(id));
            let numbers = columns.into_iter().map(|c| Arc::new(Float64Array::from(c)) as ArrayRef);
            let arrays = std::iter::once(Arc::new(ids) as ArrayRef).chain(numbers).collect();
            let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
            match &mut self.writer {
                Writer::Parquet(writer) => writer.write(&batch).map_err(io::Error::other)?,
                Writer::Arrow(writer) => writer.write(&batch).map_err(io::Error::other)?,
            }
        }
        Ok(())
    }

    /// Writes what a file ends with.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.writer {
            Writer::Parquet(writer) => writer.close().map(drop).map_err(io::Error::other),
            Writer::Arrow(mut writer) => writer.finish().map_err(io::Error::other),
        }
    }
}

/// The names of the CSV form; one that is taken already, as by a feature called `margin`, gets a `*`.
fn names(document: &Document<'_>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = document.columns(str::to_owned);
    for name in &mut names {
        while !taken.insert(name.clone()) {
            name.push('*');
        }
    }
    names
}

/// What was explained, and how.
fn facts(document: &Document<'_>, details: &Details<'_>) -> Vec<(&'static str, String)> {
    let background = details.background.as_ref();
    let output = details.scale.map_or("margin", |(name, _)| name);
    let mut facts = vec![
        ("clarimark.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("clarimark.model.sha256", document.sha256.to_owned()),
        ("clarimark.model.format", document.model.format.clone()),
        ("clarimark.method", if background.is_some() { "interventional" } else { "path-dependent" }.into()),
        ("clarimark.output", output.to_owned()),
        ("clarimark.precision", details.precision.word().to_owned()),
        ("clarimark.warnings", document.warnings.join("\n")),
    ];
    if let Some(background) = background {
        facts.push(("clarimark.background.rows", background.rows.to_string()));
        facts.push(("clarimark.background.sha256", background.sha256.clone()));
    }
    if let Some(calibration) = &document.model.calibration {
        let (name, of) = (calibration.name(), calibration.input().word());
        facts.push((
            "clarimark.calibration",
            format!("{name} of the {of}; the {output} before it is explained"),
        ));
    }
    facts
}
