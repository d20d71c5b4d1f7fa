//! `clarimark explain`.

use super::arguments::{Explain, How, Scale, Source};
use super::files::{self, Loaded, load};
use super::sink::Sink;
use super::{CommandError, stream, warn};
use crate::explain::{Attributions, Engine, ExplainError, Interactions, Interventional, Output, Transformed};
use crate::ids::RowId;
use crate::share::table::{Background, Details, Document, Matrices, names_of};
use crate::study::{Outcome, Study};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::io::{Read, Write};
use std::ops::Range;
use std::time::Instant;

/// Rows whose inputs are laid out at a time.
const CHUNK: usize = 4096;
/// Rows that go through tables together.
const SHEET: usize = 64;
/// Rows that are compared pair by pair together.
pub(super) const FEW: usize = 16;

pub(super) fn run(
    options: &Explain,
    input: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    if let (Source::Files { model, .. }, Some(piped)) = (&options.source, &options.piped) {
        return stream::run(options, model, piped, input, out, err);
    }
    let (id, calibration) = (options.id.as_deref(), options.calibration.as_deref());
    let loaded = load(&options.source, id, calibration, &options.reading)?;
    let study = &loaded.study;
    let mut warnings = study.warnings.clone();
    let background = match &options.how.background {
        None => None,
        Some(path) => {
            let (study, of_background) =
                files::background(path, &study.model, &study.model_file, &study.manifest, &warnings)?;
            warnings.extend(of_background);
            Some(study)
        }
    };
    warn(err, &warnings)?;
    let pool = pool_of(&options.how)?;
    let explained = explain(&loaded, background.as_ref(), &options.how, &pool, err)?;
    let document = Document {
        model: &study.model,
        sha256: &study.model_file.sha256,
        rows: &names_of(study, &study.rows().collect::<Vec<_>>()),
        attributions: &explained.result.attributions,
        warnings: &warnings,
    };
    let of = |b: &Study| Background { rows: b.n_rows(), sha256: b.data_file.sha256.clone() };
    let details = Details {
        background: background.as_ref().map(of),
        scale: options.how.scale.name().map(|name| (name, &explained.result)),
        precision: options.how.precision,
        interactions: explained.matrices.as_ref(),
    };
    let mut sink = Sink::new(options.output.as_deref(), out, options.format, true, &document, &details)?;
    sink.write(&document, &details)?;
    sink.finish()
}

/// The threads that were asked for.
pub(super) fn pool_of(how: &How) -> Result<ThreadPool, CommandError> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(how.threads.unwrap_or_default());
    Ok(builder.build().map_err(std::io::Error::other)?)
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
    let inputs_of = |piece: Range<usize>| study.binding.matrix(&study.data, &rows[piece]);
    let (result, interactions) = match background {
        None => {
            let n_rows = how.rows.unwrap_or(rows.len());
            let engine = Engine::new(model, n_rows, how.precision).map_err(problem)?;
            let piece = table_piece(pool, rows.len());
            let result = in_pieces(pool, rows.len(), piece, |piece| engine.explain(&inputs_of(piece)));
            let interactions = (!firsts.is_empty()).then(|| Interactions::by_cover(model)).transpose();
            (margins(result, engine.base_values()), interactions.map_err(problem)?)
        }
        Some(background) => {
            let labels = labels(how.scale, study)?;
            let output = |rows: Range<usize>| match how.scale {
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
                let result = in_pieces(pool, rows.len(), piece, |piece| engine.explain(&inputs_of(piece)));
                margins(result, engine.base_values())
            } else {
                let of =
                    |piece: Range<usize>| engine.explain_output(&inputs_of(piece.clone()), output(piece));
                estimate(pool, rows.len(), &engine, &of, err)?;
                transformed(in_pieces(pool, rows.len(), FEW, of), &engine).map_err(problem)?
            };
            (result, (!firsts.is_empty()).then(|| Interactions::by_background(&engine)))
        }
    };
    let matrices = interactions.map(|interactions| matrices(&interactions, study, firsts));
    Ok(Explained { result, matrices: matrices.transpose().map_err(problem)? })
}

/// Rows per piece, so that every thread has one.
pub(super) fn table_piece(pool: &ThreadPool, n_rows: usize) -> usize {
    n_rows.div_ceil(pool.current_num_threads()).next_multiple_of(SHEET).clamp(SHEET, CHUNK)
}

/// Explains pieces of so many rows side by side, in order.
pub(super) fn in_pieces<T: Send>(
    pool: &ThreadPool,
    n_rows: usize,
    n_together: usize,
    explain: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let piece = |i| explain(i * n_together..n_rows.min((i + 1) * n_together));
    pool.install(|| (0..n_rows.div_ceil(n_together)).into_par_iter().map(piece).collect())
}

pub(super) fn margins(pieces: Vec<Attributions>, base_values: &[f64]) -> Transformed {
    let mut attributions = Attributions { base_values: base_values.to_vec(), ..Attributions::default() };
    pieces.into_iter().for_each(|piece| attributions.append(piece));
    Transformed { attributions, ..Transformed::default() }
}

pub(super) fn transformed(
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
    n_rows: usize,
    engine: &Interventional,
    explain: &dyn Fn(Range<usize>) -> T,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    let n_tried = n_rows.min(FEW / 4);
    let start = Instant::now();
    explain(0..n_tried);
    let seconds = start.elapsed().as_secs_f64() * n_rows as f64
        / n_tried.max(1) as f64
        / pool.current_num_threads().min(n_rows.div_ceil(FEW)).max(1) as f64;
    let duration = match seconds {
        s if s < 90.0 => format!("{s:.0} seconds"),
        s if s < 5400.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{:.0} hours", s / 3600.0),
    };
    let (n, m) = (n_rows, engine.n_background());
    writeln!(err, "note: {n} rows, each compared with {m} background rows, will take about {duration}")?;
    Ok(())
}
