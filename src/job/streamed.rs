//! A table that is summarised while it is read: of its rows, those under way are held and no others.
//!
//! Every worker reads the whole file, because only there is to be seen where a row ends, and explains the chunks that it
//! is given: whoever is done takes the next. Sums are exact, so neither the number of workers, nor who explains what, nor
//! the size of a chunk changes a bit.

use super::convert::{no_model, no_table};
use super::read::study_notice;
use super::{FileRole, Picked, file_role};
use crate::Parsed;
use crate::dataset::{Cap, DataError, csv};
use crate::ensemble::{self, FeatureSummary, Summary};
use crate::explain::summary::{FeatureStream, Stream, Values};
use crate::explain::{Engine, Precision};
use crate::figure::{self, Sheet};
use crate::session::Notice;
use crate::study::{Manifest, RowBinding, Seen, StudyError, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

/// Values that are explained together at most, unless they are fewer rows than [`FEWEST`] or more than [`MOST`]: who comes
/// last is waited for.
const CELLS: usize = 1 << 20;
const FEWEST: usize = 64;
const MOST: usize = 1 << 14;
/// Rows of the first chunks, so that there is soon something to see; when every worker may have had one, they double.
const FIRST: usize = 4096;
/// Bytes that are asked of a file at a time: each time costs a good part of a millisecond.
const PIECE: usize = 4 << 20;

/// One worker's share of a table.
pub(super) struct Streamed {
    engine: Engine,
    model: Summary,
    manifest: Manifest,
    model_sha256: String,
    name: String,
    input: Rc<RefCell<Watched>>,
    /// None once it has ended.
    rows: Option<csv::Stream<'static>>,
    binding: RowBinding,
    n_workers: usize,
    /// Rows of a chunk at most.
    most: usize,
    /// Number of the chunk that comes next.
    chunk: usize,
    /// Model inputs of the rows under way, `[row][feature]`.
    matrix: Vec<f64>,
    /// Chunks that it has explained.
    n_explained: usize,
    tally: Tally,
}

/// What a worker has found, to be put together with what others have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tally {
    /// Rows explained.
    n: u64,
    /// Largest |base + Σ φ − margin|, and largest |margin|.
    error: f64,
    margin: f64,
    /// `[output]`.
    outputs: Vec<Stream>,
    /// What the cells of each feature's column were.
    seen: Vec<Seen>,
    /// Of the table, and its rows, once it has been read to its end.
    sha256: Option<String>,
    rows: u64,
    warnings: Vec<String>,
}

/// How far a worker is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Advanced {
    /// Bytes of the file that it has read.
    pub bytes: u64,
    /// Rows that it has passed, explained by it or by others.
    pub rows: u64,
    /// True if there are no more.
    pub ended: bool,
    /// What it has found so far, for [`super::Request::DrawStreamed`]; empty most of the time.
    pub tally: Vec<u8>,
}

/// A file's bytes as they are read: how many, and their SHA-256 if somebody asks for it.
#[derive(Default)]
struct Watched {
    n: u64,
    sha256: Option<Sha256>,
}

struct Watch<R>(R, Rc<RefCell<Watched>>);

impl<R: Read> Read for Watch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        let mut watched = self.1.borrow_mut();
        watched.n += n as u64;
        if let Some(sha256) = &mut watched.sha256 {
            sha256.update(&buffer[..n]);
        }
        Ok(n)
    }
}

impl Streamed {
    /// Reads the model among `files` and the head of the table, for one of so many workers.
    ///
    /// # Errors
    /// As [`super::read_files`].
    pub(super) fn open(
        files: &[Picked],
        name: &str,
        input: Box<dyn Read>,
        [worker, n_workers]: [u32; 2],
    ) -> Result<Self, Notice> {
        let of = |role| files.iter().rev().find(move |file| file_role(file) == role);
        let mut warnings = Vec::new();
        let manifest = match of(FileRole::Manifest) {
            None => Manifest::default(),
            Some(file) => {
                let read = Manifest::read(&file.bytes).map_err(|e| study_notice(&file.name, &e))?;
                warnings.extend(read.warnings);
                read.value
            }
        };
        let meant = manifest.model.as_ref().and_then(|meant| {
            files.iter().find(|f| file_role(f) == FileRole::Model && f.facts().sha256 == meant.sha256)
        });
        let file = meant.or_else(|| of(FileRole::Model)).ok_or_else(|| {
            let next = format!("Add the model file: {}.", ensemble::FORMATS);
            Notice::error(format!("{name} cannot be explained yet"), "There is no model.", next)
        })?;
        let facts = file.facts();
        if let Some(meant) = &manifest.model {
            meant.compare(&facts.sha256).map_err(|e| study_notice(&file.name, &e))?;
        }
        let parsed =
            ensemble::read_with(&file.bytes, &manifest.reading).map_err(|e| no_model(&file.name, &e))?;
        warnings.extend(parsed.warnings);
        let summary = parsed.value.summary();
        // As for rows that come through a pipe: which engine explains a tree does not depend on the rows behind.
        let engine = Engine::new(&parsed.value, Cap::Rows.limit(), Precision::F64)
            .map_err(|e| Notice::error("This model cannot be explained so", e.to_string(), e.hint()))?;

        let first = worker == 0;
        let input_watch = Rc::new(RefCell::new(Watched { n: 0, sha256: first.then(Sha256::new) }));
        let input = BufReader::with_capacity(PIECE, Watch(input, input_watch.clone()));
        let rows = csv::Stream::open(input, None).map_err(|e| no_table(name, &e))?;
        let Parsed { value: binding, warnings: of_binding } =
            RowBinding::new(&summary, &rows, manifest.id.as_deref()).map_err(|e| study_notice(name, &e))?;
        warnings.extend(of_binding);
        let nothing = || {
            let of = |f: &FeatureSummary| match (f.n_splits, f.categorical) {
                (0, _) => Values::Unused,
                (_, true) => Values::WithoutOrder,
                (_, false) => Values::Ordered(f.thresholds.clone()),
            };
            Stream::new(summary.features.iter().map(of).collect())
        };
        let tally = Tally {
            n: 0,
            error: 0.0,
            margin: 0.0,
            outputs: summary.outputs.iter().map(|_| nothing()).collect(),
            seen: binding.seen(),
            sha256: None,
            rows: 0,
            warnings: if first { warnings } else { Vec::new() },
        };
        Ok(Streamed {
            most: (CELLS / binding.n_features().max(1)).clamp(FEWEST, MOST),
            engine,
            model: summary,
            manifest,
            model_sha256: facts.sha256,
            name: name.to_owned(),
            input: input_watch,
            rows: Some(rows),
            binding,
            n_workers: n_workers.max(1) as usize,
            chunk: 0,
            matrix: Vec::new(),
            n_explained: 0,
            tally,
        })
    }

    /// Reads on to a chunk, which is not before those of earlier calls, and explains it; or to the end.
    ///
    /// # Errors
    /// What is wrong with the table, and in which row; what was found before stands.
    pub(super) fn advance(&mut self, to: u32) -> Result<Advanced, Notice> {
        while self.chunk <= to as usize && self.rows.is_some() {
            let own = self.chunk == to as usize;
            // The same in every worker.
            let n_rows = (FIRST << (self.chunk / self.n_workers).min(16)).min(self.most);
            self.fill(n_rows, own || self.binding.looks_back())?;
            if own {
                self.explain();
                self.n_explained += 1;
                self.tally.seen = self.binding.seen();
            }
            self.matrix.clear();
            self.chunk += 1;
        }
        let ended = self.rows.is_none();
        // Often at first, so that there is something to see; then seldom.
        let telling = ended || self.n_explained.is_power_of_two() || self.n_explained.is_multiple_of(16);
        let tally = if telling { postcard::to_allocvec(&self.tally).unwrap_or_default() } else { Vec::new() };
        Ok(Advanced { bytes: self.input.borrow().n, rows: self.binding.n_rows() as u64, ended, tally })
    }

    /// Reads the rows of a chunk, or passes them; at the end of the table fewer.
    fn fill(&mut self, n_rows: usize, bind: bool) -> Result<(), Notice> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        let end = self.binding.n_rows() + n_rows;
        let unreadable = |e| no_table(&self.name, &e);
        while self.binding.n_rows() < end {
            if bind {
                let Some(row) = rows.next_row().map_err(unreadable)? else { break };
                let mut push = || {
                    for _ in 0..row.n_empty_before {
                        self.binding.push_empty(&mut self.matrix)?;
                    }
                    self.binding.push(&row, &mut self.matrix)
                };
                push().map_err(|e| unfit(&self.name, &e))?;
            } else {
                let Some(n_empty_before) = rows.pass_row().map_err(unreadable)? else { break };
                (0..=n_empty_before).for_each(|_| self.binding.pass());
            }
        }
        if self.binding.n_rows() < end
            && let Some(rows) = self.rows.take()
        {
            if self.binding.n_rows() == 0 {
                return Err(no_table(&self.name, &DataError::NoRows));
            }
            if let Some(sha256) = self.input.borrow_mut().sha256.take() {
                self.tally.sha256 = Some(hex(&sha256.finalize()));
                self.tally.rows = self.binding.n_rows() as u64;
                self.tally.warnings.extend(rows.warnings());
            }
        }
        Ok(())
    }

    fn explain(&mut self) {
        let found = self.engine.explain(&self.matrix);
        let tally = &mut self.tally;
        tally.n += found.n_rows as u64;
        tally.error = found.additivity_errors().into_iter().fold(tally.error, f64::max);
        tally.margin = found.margin.iter().fold(tally.margin, |most, m| most.max(m.abs()));
        for (k, stream) in tally.outputs.iter_mut().enumerate() {
            stream.add(&self.matrix, &found.matrix(k));
        }
    }

    /// What all workers have found, in pictures and numbers.
    ///
    /// # Errors
    /// A tally cannot be read, a fault of the page; or rows that were bound apart do not go together.
    pub(super) fn sheet(&self, tallies: &[Vec<u8>], width: f64) -> Result<Sheet, Notice> {
        let mut all: Option<Tally> = None;
        for tally in tallies.iter().filter(|bytes| !bytes.is_empty()) {
            let tally: Tally = postcard::from_bytes(tally).map_err(|e| {
                Notice::error("A worker's sums cannot be read", e.to_string(), "Please report it.")
            })?;
            match &mut all {
                None => all = Some(tally),
                Some(all) => all.add(tally),
            }
        }
        let Some(all) = all else { return Ok(Sheet::default()) };
        self.binding.check(&all.seen).map_err(|e| unfit(&self.name, &e))?;
        let outputs: Vec<&[FeatureStream]> = all.outputs.iter().map(Stream::features).collect();
        Ok(figure::streamed(&figure::Streamed {
            model: &self.model,
            manifest: &self.manifest,
            model_sha256: &self.model_sha256,
            table: &self.name,
            // Who has read to the end may wait for others to explain their rows.
            table_sha256: all.sha256.as_deref().filter(|_| all.n == all.rows),
            n: all.n,
            error: all.error,
            margin: all.margin,
            outputs: &outputs,
            warnings: &all.warnings,
            width,
        }))
    }
}

/// What to say of a table that does not fit.
fn unfit(name: &str, error: &StudyError) -> Notice {
    let notice = study_notice(name, error);
    match error {
        StudyError::Mixed { .. } | StudyError::MixedApart { .. } => Notice {
            hint: "Write the whole column in one way, or open the table in the explorer, which reads it whole first."
                .into(),
            ..notice
        },
        _ => notice,
    }
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.n += other.n;
        self.error = self.error.max(other.error);
        self.margin = self.margin.max(other.margin);
        for (own, other) in self.outputs.iter_mut().zip(&other.outputs) {
            own.merge(other.features());
        }
        self.seen.iter_mut().zip(other.seen).for_each(|(own, other)| own.add(other));
        self.sha256 = self.sha256.take().or(other.sha256);
        self.rows = self.rows.max(other.rows);
        self.warnings.extend(other.warnings);
    }
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed")
            .field("name", &self.name)
            .field("chunk", &self.chunk)
            .finish_non_exhaustive()
    }
}
