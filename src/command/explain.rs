//! `clarimark explain`.

use super::arguments::{Explain, Format, How, Scale};
use super::files::{self, Loaded, load};
use super::{CommandError, warn};
use crate::explain::{Attributions, Engine, ExplainError, Interactions, Interventional, Output, Transformed};
use crate::ids::RowId;
use crate::share::table::{Background, Details, Document, Matrices, names_of};
use crate::study::{Outcome, Study};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

/// Rows whose inputs are laid out at a time.
const CHUNK: usize = 4096;
/// Rows that go through tables together.
const SHEET: usize = 64;
/// Rows that are compared pair by pair together.
const FEW: usize = 16;

pub(super) fn run(options: &Explain, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), CommandError> {
    let loaded = load(&options.source, options.calibration.as_deref(), &options.reading)?;
    let study = &loaded.study;
    let mut warnings = study.warnings.clone();
    let background = match &options.how.background {
        None => None,
        Some(path) => {
            let (study, of_background) = files::background(path, &loaded)?;
            warnings.extend(of_background);
            Some(study)
        }
    };
    warn(err, &warnings)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.how.threads.unwrap_or_default())
        .build()
        .map_err(std::io::Error::other)?;
    let explained = explain(&loaded, background.as_ref(), &options.how, &pool, err)?;
    let document = Document {
        model: &study.model,
        sha256: &study.model_file.sha256,
        rows: &names_of(study, &study.rows().collect::<Vec<_>>()),
        attributions: &explained.result.attributions,
        warnings: &warnings,
    };
    let scale = match options.how.scale {
        Scale::Margin => None,
        Scale::Probability => Some(("probability", &explained.result)),
        Scale::LogLoss => Some(("log-loss", &explained.result)),
    };
    let of = |b: &Study| Background { rows: b.n_rows(), sha256: b.data_file.sha256.clone() };
    let details = Details {
        background: background.as_ref().map(of),
        scale,
        precision: options.how.precision,
        interactions: explained.matrices.as_ref(),
    };
    match &options.output {
        None => write(&document, &details, options.format, &mut BufWriter::new(out)),
        Some(path) => {
            let file = File::create(path)
                .map_err(|problem| CommandError::File { path: path.display().to_string(), problem })?;
            write(&document, &details, options.format, &mut BufWriter::new(file))
        }
    }
}

/// What is written.
struct Explained {
    /// On the scale of the margin, only its attributions are filled.
    result: Transformed,
    matrices: Option<Matrices>,
}

fn explain(
    loaded: &Loaded,
    background: Option<&Study>,
    how: &How,
    pool: &ThreadPool,
    err: &mut dyn Write,
) -> Result<Explained, CommandError> {
    let Loaded { model, study, .. } = loaded;
    let problem = |problem| CommandError::Explain { path: loaded.model_path.clone(), problem };
    let rows: Vec<RowId> = study.rows().collect();
    let firsts = &rows[..how.interactions.min(rows.len())];
    let (result, interactions) = match background {
        None => {
            let engine = Engine::new(model, rows.len(), how.precision).map_err(problem)?;
            let result = in_pieces(pool, study, &rows, table_piece(pool, rows.len()), |_, inputs| {
                engine.explain(inputs)
            });
            let interactions = (!firsts.is_empty()).then(|| Interactions::by_cover(model)).transpose();
            (margins(result, engine.base_values()), interactions.map_err(problem)?)
        }
        Some(background) => {
            let labels = labels(how.scale, study)?;
            let output = |rows: std::ops::Range<usize>| match how.scale {
                Scale::Margin => Output::Margin,
                Scale::Probability => Output::Probability,
                Scale::LogLoss => Output::LogLoss(&labels[rows]),
            };
            Interventional::gives(model, output(0..0)).map_err(problem)?;
            let every: Vec<RowId> = background.rows().collect();
            let inputs = background.binding.matrix(&background.data, &every);
            let engine = Interventional::new(model, &inputs).map_err(problem)?;
            let result = if how.scale == Scale::Margin {
                let piece = table_piece(pool, rows.len());
                margins(
                    in_pieces(pool, study, &rows, piece, |_, inputs| engine.explain(inputs)),
                    engine.base_values(),
                )
            } else {
                let of = |first: usize, inputs: &[f64]| {
                    let n = inputs.len() / model.n_features().max(1);
                    engine.explain_output(inputs, output(first..first + n))
                };
                estimate(pool, study, &rows, &engine, &of, err)?;
                transformed(in_pieces(pool, study, &rows, FEW, of), &engine).map_err(problem)?
            };
            (result, (!firsts.is_empty()).then(|| Interactions::by_background(&engine)))
        }
    };
    let matrices = interactions.map(|interactions| matrices(&interactions, study, firsts));
    Ok(Explained { result, matrices: matrices.transpose().map_err(problem)? })
}

/// Rows per piece, so that every thread has one.
fn table_piece(pool: &ThreadPool, n_rows: usize) -> usize {
    n_rows.div_ceil(pool.current_num_threads()).next_multiple_of(SHEET).clamp(SHEET, CHUNK)
}

/// Explains pieces of the rows side by side, in order. `explain` gets the number of the first row and the inputs.
fn in_pieces<T: Send>(
    pool: &ThreadPool,
    study: &Study,
    rows: &[RowId],
    n_together: usize,
    explain: impl Fn(usize, &[f64]) -> T + Sync,
) -> Vec<T> {
    let piece = |(i, rows)| explain(i * n_together, &study.binding.matrix(&study.data, rows));
    pool.install(|| rows.par_chunks(n_together).enumerate().map(piece).collect())
}

fn margins(pieces: Vec<Attributions>, base_values: &[f64]) -> Transformed {
    let mut attributions = Attributions { base_values: base_values.to_vec(), ..Attributions::default() };
    pieces.into_iter().for_each(|piece| attributions.append(piece));
    Transformed { attributions, ..Transformed::default() }
}

fn transformed(
    pieces: Vec<Result<Transformed, ExplainError>>,
    engine: &Interventional,
) -> Result<Transformed, ExplainError> {
    let mut whole = margins(Vec::new(), engine.base_values());
    for piece in pieces {
        let piece = piece?;
        whole.attributions.append(piece.attributions);
        whole.output.extend(piece.output);
        whole.base_values.extend(piece.base_values);
    }
    Ok(whole)
}

fn matrices(interactions: &Interactions, study: &Study, rows: &[RowId]) -> Result<Matrices, ExplainError> {
    let values = interactions.matrices(&study.binding.matrix(&study.data, rows))?;
    Ok(Matrices { rows: names_of(study, rows), values })
}

/// What was observed, where that is asked for.
fn labels(scale: Scale, study: &Study) -> Result<Vec<bool>, CommandError> {
    if scale != Scale::LogLoss {
        return Ok(Vec::new());
    }
    let Outcome::Binary { labels, .. } = study.outcome() else {
        return Err(CommandError::Usage("log-loss needs a study with a yes-or-no outcome".into()));
    };
    let missing = |row: usize| CommandError::Usage(format!("log-loss needs the outcome of row {}", row + 1));
    labels.into_iter().enumerate().map(|(row, label)| label.ok_or_else(|| missing(row))).collect()
}

/// Says how long a comparison pair by pair will take, from that of the first rows.
fn estimate<T>(
    pool: &ThreadPool,
    study: &Study,
    rows: &[RowId],
    engine: &Interventional,
    explain: &dyn Fn(usize, &[f64]) -> T,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    let n_tried = rows.len().min(FEW / 4);
    let inputs = study.binding.matrix(&study.data, &rows[..n_tried]);
    let start = Instant::now();
    explain(0, &inputs);
    let seconds = start.elapsed().as_secs_f64() * rows.len() as f64
        / n_tried.max(1) as f64
        / pool.current_num_threads().min(rows.len().div_ceil(FEW)).max(1) as f64;
    let duration = match seconds {
        s if s < 90.0 => format!("{s:.0} seconds"),
        s if s < 5400.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{:.0} hours", s / 3600.0),
    };
    let (n, m) = (rows.len(), engine.n_background());
    writeln!(err, "note: {n} rows, each compared with {m} background rows, will take about {duration}")?;
    Ok(())
}

fn write(
    document: &Document<'_>,
    details: &Details<'_>,
    format: Format,
    mut out: &mut impl Write,
) -> Result<(), CommandError> {
    match format {
        Format::Csv => document.write_csv_with(details, &mut out)?,
        Format::Json | Format::Text => document.write_json_with(details, &mut out)?,
    }
    Ok(out.flush()?)
}
