//! `clarimark explain --data -`: rows come through standard input and attributions go out as they come.
//!
//! No more than a chunk of rows is held. Neither its size nor the number of threads changes a bit of a row, and nothing
//! that is decided depends on the rows behind: which engine explains a tree is settled for the number of rows that was
//! told, or for as many as a table may have.

use super::arguments::{Explain, How, Piped, Scale};
use super::explain::{FEW, in_pieces, margins, pool_of, table_piece, transformed};
use super::files::{self, STANDARD_INPUT};
use super::sink::Sink;
use super::{CommandError, warn};
use crate::Parsed;
use crate::dataset::csv::Stream;
use crate::dataset::{Cap, DataError};
use crate::ensemble::Summary;
use crate::explain::{Attributions, Engine, ExplainError, Interventional, Output, Transformed};
use crate::share::table::{Background, Details, Document, RowName};
use crate::study::{Manifest, RowBinding, StudyError};
use rayon::ThreadPool;
use std::io::{Read, Write};
use std::path::Path;

/// Rows that are explained together if nothing else was asked for.
const CHUNK: usize = 4096;
/// Attributions that are held at a time then: 64 MB.
const CELLS: usize = 1 << 23;

/// Rows that came and are not written yet.
#[derive(Default)]
struct Part {
    names: Vec<RowName>,
    /// `[row][feature]`.
    inputs: Vec<f64>,
}

/// What explains them.
enum Machine {
    ByCover(Box<Engine>),
    Against(Box<Interventional>, Scale),
}

pub(super) fn run(
    options: &Explain,
    model: &Path,
    piped: &Piped,
    input: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    let fitted = files::fitted(model, options.calibration.as_deref(), &options.reading)?;
    let model = fitted.model.summary();
    let mut warnings = fitted.warnings.clone();
    let background = match &options.how.background {
        None => None,
        Some(path) => {
            let (study, of_background) =
                files::background(path, &model, &fitted.facts, &Manifest::default(), &warnings)?;
            warnings.extend(of_background);
            Some(study)
        }
    };
    let mut stream = Stream::open(input, piped.header.as_deref()).map_err(unreadable)?;
    let Parsed { value: mut binding, warnings: of_binding } =
        RowBinding::new(&model, &stream, options.id.as_deref()).map_err(unfit)?;
    warnings.extend(of_binding);
    warn(err, &warnings)?;
    let problem = |problem| CommandError::Explain { path: fitted.path.clone(), problem };
    let machine = match &background {
        None => {
            let n_rows = options.how.rows.unwrap_or(Cap::Rows.limit());
            let engine = Engine::new(&fitted.model, n_rows, options.how.precision).map_err(problem)?;
            Machine::ByCover(Box::new(engine))
        }
        Some(study) => {
            let rows: Vec<_> = study.rows().collect();
            let inputs = study.binding.matrix(&study.data, &rows);
            let scale = options.how.scale;
            Interventional::gives(&fitted.model, output(scale)).map_err(problem)?;
            let engine = Interventional::new(&fitted.model, &inputs).map_err(problem)?;
            Machine::Against(Box::new(engine), scale)
        }
    };
    let pool = pool_of(&options.how)?;
    let frame = Frame {
        model: &model,
        sha256: &fitted.facts.sha256,
        warnings: &warnings,
        background: background
            .as_ref()
            .map(|study| Background { rows: study.n_rows(), sha256: study.data_file.sha256.clone() }),
        how: &options.how,
    };
    let (n_features, n_outputs) = (fitted.model.n_features(), fitted.model.n_outputs());
    let nothing = Attributions { n_features, n_outputs, ..Attributions::default() };
    let none = Transformed { attributions: nothing, ..Transformed::default() };
    let path = options.output.as_deref();
    let headed = piped.header.is_none();
    let (document, details) = frame.around(&[], &none);
    let mut sink = Sink::new(path, out, options.format, headed, &document, &details)?;
    let chunk = piped.chunk.unwrap_or((CELLS / (n_features * n_outputs).max(1)).clamp(1, CHUNK));
    let mut part = Part::default();
    let mut write = |part: &mut Part| {
        let explained = machine.explain(&pool, part, n_features).map_err(problem)?;
        let (document, details) = frame.around(&part.names, &explained);
        sink.write(&document, &details)?;
        part.names.clear();
        part.inputs.clear();
        Ok(())
    };
    let mut read = read_all(&mut stream, &mut binding, &mut part, chunk, &mut write);
    // What came before an error is part of the result.
    if !matches!(read, Err(CommandError::Output(_))) && !part.names.is_empty() {
        write(&mut part)?;
    }
    sink.finish()?;
    if read.is_ok() && headed && binding.n_rows() == 0 {
        read = Err(unreadable(DataError::NoRows));
    }
    read?;
    warn(err, &stream.warnings())
}

/// What every part of the result has in common.
struct Frame<'a> {
    model: &'a Summary,
    sha256: &'a str,
    warnings: &'a [String],
    background: Option<Background>,
    how: &'a How,
}

impl Frame<'_> {
    fn around<'b>(&'b self, names: &'b [RowName], explained: &'b Transformed) -> (Document<'b>, Details<'b>) {
        let document = Document {
            model: self.model,
            sha256: self.sha256,
            rows: names,
            attributions: &explained.attributions,
            warnings: self.warnings,
        };
        let details = Details {
            background: self.background.clone(),
            scale: self.how.scale.name().map(|name| (name, explained)),
            precision: self.how.precision,
            interactions: None,
        };
        (document, details)
    }
}

/// Reads the stream to its end, and gives up each part that is full.
fn read_all(
    stream: &mut Stream<'_>,
    binding: &mut RowBinding,
    part: &mut Part,
    chunk: usize,
    write: &mut dyn FnMut(&mut Part) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut add = |id: Option<String>, n_rows: usize, named: bool, part: &mut Part| {
        part.names.push(match id {
            Some(id) => RowName::Id(id),
            None if named => RowName::Id(n_rows.to_string()),
            None => RowName::Number(n_rows),
        });
        if part.names.len() < chunk { Ok(()) } else { write(part) }
    };
    let named = binding.has_ids();
    while let Some(row) = stream.next_row().map_err(unreadable)? {
        for _ in 0..row.n_empty_before {
            binding.push_empty(&mut part.inputs).map_err(unfit)?;
            add(None, binding.n_rows(), named, part)?;
        }
        let id = binding.push(&row, &mut part.inputs).map_err(unfit)?;
        add(id, binding.n_rows(), named, part)?;
    }
    Ok(())
}

impl Machine {
    fn explain(&self, pool: &ThreadPool, part: &Part, width: usize) -> Result<Transformed, ExplainError> {
        let n_rows = part.names.len();
        let inputs = |rows: std::ops::Range<usize>| &part.inputs[rows.start * width..rows.end * width];
        let piece = table_piece(pool, n_rows);
        Ok(match self {
            Machine::ByCover(engine) => {
                let pieces = in_pieces(pool, n_rows, piece, |rows| engine.explain(inputs(rows)));
                margins(pieces, engine.base_values())
            }
            Machine::Against(engine, Scale::Margin) => {
                let pieces = in_pieces(pool, n_rows, piece, |rows| engine.explain(inputs(rows)));
                margins(pieces, engine.base_values())
            }
            Machine::Against(engine, scale) => {
                let of = |rows| engine.explain_output(inputs(rows), output(*scale));
                transformed(in_pieces(pool, n_rows, FEW, of), engine)?
            }
        })
    }
}

/// What is explained of a row whose outcome is not known.
fn output(scale: Scale) -> Output<'static> {
    match scale {
        Scale::Margin => Output::Margin,
        Scale::Probability => Output::Probability,
        Scale::LogLoss => Output::LogLoss(&[]),
    }
}

fn unreadable(problem: DataError) -> CommandError {
    CommandError::Data { path: STANDARD_INPUT.into(), problem }
}

fn unfit(problem: StudyError) -> CommandError {
    CommandError::Study { path: STANDARD_INPUT.into(), problem }
}
