//! What a worker does, without a browser: requests in, replies out, as a small header and raw buffers.
//!
//! Large arrays travel as buffers that can be transferred; only names and small facts pass through serde.

mod ask;
mod assemble;
mod convert;
mod draw;
mod manifest;
mod others;
mod pace;
mod packet;
mod read;
mod run;
mod settle;
mod streamed;
mod twin;

pub use ask::{Answer, Question};
pub use assemble::{events, performance_gap};
pub use convert::{Converter, Origin, gave_up, needs_converter};
pub use draw::Drawer;
pub use pace::Pace;
pub use packet::{Buffer, Packet, PacketError};
pub use read::{FileRole, Picked, Reading, file_role, read_files, restage};
pub use run::Worker;
pub use streamed::Advanced;

use crate::cohort::division::Division;
use crate::cohort::metric::Metric;
use crate::ensemble::ReadOptions;
use crate::explain::Attributions;
use crate::figure::{Layout, Sheet, SheetKind};
use crate::ids::RowId;
use crate::report;
use crate::session::{Change, CohortChoice, Insight, MapKind, MapOf, Method, Notice, Performance};
use crate::study::{Finding, Study};
use std::sync::Arc;

/// What runs in a worker: [`Worker`] computes, [`Drawer`] draws, [`Converter`] reads what few people have. Each is a WebAssembly program of its own.
pub trait Program {
    /// Answers one request.
    ///
    /// # Errors
    /// What the person is to be told.
    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice>;

    /// The request of a message.
    ///
    /// # Errors
    /// [`PacketError`] if it is none of this program.
    fn read(packet: Packet<'_>) -> Result<Request, PacketError>
    where
        Self: Sized;

    /// An answer of this program as a message; None if it gives no such answers.
    fn write(reply: &Reply) -> Option<Packet<'_>>
    where
        Self: Sized;

    /// True if it takes files that are read piece by piece.
    fn borrows() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Takes a file that is read piece by piece, for the request that comes with it.
    fn lend(&mut self, _file: Box<dyn std::io::Read>) {}

    /// Answers one request; an error is an answer, too.
    fn answer(&mut self, request: Request) -> Reply {
        let job = request.job();
        self.try_answer(request).unwrap_or_else(|notice| Reply::Failed { job, notice })
    }
}

/// A request that the other program answers.
fn misdirected(request: &Request) -> Notice {
    let what = format!("Request {} went to the wrong program.", request.job());
    Notice::error(
        "A worker was asked what it cannot do",
        what,
        "This is a fault of the page; please report it.",
    )
}

/// Work for a worker. `job` lets the page drop answers to questions it no longer asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Say what these files are and bind them.
    Read {
        /// Question.
        job: u32,
        /// Name and bytes of each.
        files: Vec<Picked>,
    },
    /// Understand the files otherwise, as a person said.
    Restage {
        /// Question.
        job: u32,
        /// The study as it is bound now.
        study: Arc<Study>,
        /// The model file, if it is to be read again.
        model: Arc<Vec<u8>>,
        /// What is to change.
        change: Change,
    },
    /// Compare the author's own predictions with what was computed.
    Compare {
        /// Question.
        job: u32,
        /// The study.
        study: Arc<Study>,
        /// Margin of every row of the table, `[row][output]`.
        all_margins: Arc<Vec<f64>>,
        /// Their file.
        predictions: Picked,
    },
    /// Prepare this model for explaining.
    Load {
        /// Question.
        job: u32,
        /// The model file.
        model: Arc<Vec<u8>>,
        /// Which function of it.
        options: ReadOptions,
        /// Rows that will be explained in all, by however many workers: it decides between the engines.
        n_rows: u32,
        /// Background of interventional attributions, `[row][feature]`; empty for path-dependent ones.
        background: Arc<Vec<f64>>,
    },
    /// Explain rows.
    Explain {
        /// Question.
        job: u32,
        /// Which chunk of the job.
        chunk: u32,
        /// True for SHAP values, false for margins only.
        attributions: bool,
        /// Model inputs, row-major `[row][feature]`.
        matrix: Vec<f64>,
    },
    /// Read off explained rows what can be read off them.
    Analyse {
        /// Question.
        job: u32,
        /// What to look at.
        subject: Box<Subject>,
        /// Output to summarise.
        output: u32,
        /// How patients are divided.
        division: Division,
        /// False leaves out performance and findings, which depend on neither.
        whole: bool,
    },
    /// Keep an analysis, to draw from it.
    Keep {
        /// Question.
        job: u32,
        /// Rows and their attributions.
        subject: Box<Subject>,
        /// What was read off them.
        insight: Arc<Insight>,
        /// How they were explained.
        settings: Settings,
        /// The model file; empty if what is drawn never needs it.
        model: Arc<Vec<u8>>,
        /// Other models of the same outcome.
        models: Vec<Picked>,
    },
    /// Draw from the kept analysis.
    Draw {
        /// Question.
        job: u32,
        /// What is asked.
        kind: SheetKind,
        /// One flag per explained patient, 1 for those that are selected; empty while nothing is.
        passes: Vec<u8>,
        /// Width of a figure and its height, logical pixels.
        size: [f64; 2],
    },
    /// Go on with a map of the kept analysis; another map than the one under way starts over.
    Map {
        /// Question.
        job: u32,
        /// How it is laid out.
        kind: MapKind,
        /// What it is of.
        of: MapOf,
        /// What near means.
        metric: Metric,
        /// Steps before the answer.
        steps: u32,
    },
    /// Write the report of the kept analysis.
    Report {
        /// Question.
        job: u32,
        /// What it says beside the analysis.
        order: Box<report::Order>,
    },
    /// Write the kept analysis's attributions.
    Document {
        /// Question.
        job: u32,
        /// True for JSON, false for CSV.
        json: bool,
    },
    /// Summarise a table while it is read: the file that came with this message, see [`Program::lend`].
    Stream {
        /// Question.
        job: u32,
        /// The model, and a manifest if there is one.
        files: Vec<Picked>,
        /// Name of the table's file.
        table: String,
        /// Number of this worker, of how many.
        worker: [u32; 2],
    },
    /// Read on to a chunk of rows and explain it.
    Advance {
        /// Question.
        job: u32,
        /// Its number; each goes to one worker, and to each worker in ascending order.
        chunk: u32,
    },
    /// Draw what all workers have found in a table.
    DrawStreamed {
        /// Question.
        job: u32,
        /// The newest of each.
        tallies: Vec<Vec<u8>>,
        /// Width of a figure, logical pixels.
        width: f64,
    },
    /// Turn a table that is no text into text.
    Convert {
        /// Question.
        job: u32,
        /// The file.
        file: Picked,
    },
    /// Answer a question about patients with the loaded model.
    Ask {
        /// Question.
        job: u32,
        /// What is asked.
        question: Question,
    },
}

/// A study with explained rows. The large parts are shared, not copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The study.
    pub study: Arc<Study>,
    /// Explained rows.
    pub rows: Arc<Vec<RowId>>,
    /// Their attributions.
    pub attributions: Arc<Attributions>,
    /// Margin of every row of the table, `[row][output]`.
    pub all_margins: Arc<Vec<f64>>,
}

/// How a subject was explained.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Which patients.
    pub cohort: CohortChoice,
    /// How.
    pub method: Method,
    /// Rows of the background, 0 without one.
    pub n_background: usize,
}

/// Attributions of one output with what is needed to read them.
#[derive(Clone, Debug, PartialEq)]
struct SummaryInput {
    /// Features per row.
    n_features: usize,
    /// φ, row-major `[row][feature]`.
    phi: Vec<f64>,
    /// Model inputs, row-major.
    values: Vec<f64>,
    /// Margin per row.
    margin: Vec<f64>,
    /// 1 for patients with the event or the positive label, 0 without, NaN unknown; empty without an outcome.
    event: Vec<f64>,
    /// Group of each feature, `""` for none.
    groups: Vec<String>,
    /// Features whose values have no order.
    categorical: Vec<bool>,
    /// How patients are divided.
    division: Division,
}

/// Predictions and what happened, for one split role.
#[derive(Clone, Debug, PartialEq)]
struct EvaluationPart {
    /// `Test`, `Training`, …
    name: String,
    /// How the outcome is coded in `first` and `second`.
    kind: EvaluationKind,
    /// Margin per patient.
    score: Vec<f64>,
    /// Time, label (0/1) or measured value per patient.
    first: Vec<f64>,
    /// Event (0/1) per patient for survival, else empty.
    second: Vec<f64>,
    /// True if a higher margin means a longer time (AFT).
    reversed: bool,
}

/// Which measure fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EvaluationKind {
    /// Harrell's C.
    Survival,
    /// Area under the ROC curve.
    Binary,
    /// R² against the prediction.
    Continuous,
}

/// A worker's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The worker has started.
    Ready,
    /// The files were understood, wholly or so far.
    Read {
        /// Question.
        job: u32,
        /// What was found.
        reading: Box<Reading>,
    },
    /// The model is ready.
    Loaded {
        /// Question.
        job: u32,
    },
    /// A chunk is explained.
    Explained {
        /// Question.
        job: u32,
        /// Which chunk.
        chunk: u32,
        /// SHAP values, or only margins (then `values` is empty and `n_features` 0).
        attributions: Attributions,
    },
    /// What was read off.
    Analysed {
        /// Question.
        job: u32,
        /// Importance, map and clusters.
        insight: Box<Insight>,
        /// Discrimination per split role.
        performance: Vec<Performance>,
        /// What deserves a look, most severe first.
        findings: Vec<Finding>,
    },
    /// How the author's predictions compare.
    Compared {
        /// Question.
        job: u32,
        /// In one finding.
        finding: Box<Finding>,
    },
    /// The analysis is kept.
    Kept {
        /// Question.
        job: u32,
    },
    /// What was drawn.
    Drawn {
        /// Question.
        job: u32,
        /// Figures, tables and sentences.
        sheet: Box<Sheet>,
    },
    /// Where the patients are.
    Mapped {
        /// Question.
        job: u32,
        /// So far.
        layout: Layout,
    },
    /// The report, or the attributions.
    Written {
        /// Question.
        job: u32,
        /// The file.
        text: String,
    },
    /// What was asked.
    Answered {
        /// Question.
        job: u32,
        /// What it is.
        answer: Answer,
    },
    /// A table has been read further.
    Advanced {
        /// Question.
        job: u32,
        /// How far.
        advanced: Advanced,
    },
    /// The table is text now.
    Converted {
        /// Question.
        job: u32,
        /// The text, and what it was.
        file: Picked,
    },
    /// The question has no answer.
    Failed {
        /// Question.
        job: u32,
        /// Why.
        notice: Notice,
    },
}

impl Reply {
    /// What it is, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Reply::Ready => "Ready",
            Reply::Read { .. } => "Read",
            Reply::Loaded { .. } => "Loaded",
            Reply::Explained { .. } => "Explained",
            Reply::Analysed { .. } => "Analysed",
            Reply::Compared { .. } => "Compared",
            Reply::Kept { .. } => "Kept",
            Reply::Drawn { .. } => "Drawn",
            Reply::Mapped { .. } => "Mapped",
            Reply::Written { .. } => "Written",
            Reply::Answered { .. } => "Answered",
            Reply::Advanced { .. } => "Advanced",
            Reply::Converted { .. } => "Converted",
            Reply::Failed { .. } => "Failed",
        }
    }
}

impl Request {
    /// The question's number.
    pub fn job(&self) -> u32 {
        match self {
            Request::Read { job, .. }
            | Request::Restage { job, .. }
            | Request::Compare { job, .. }
            | Request::Keep { job, .. }
            | Request::Draw { job, .. }
            | Request::Map { job, .. }
            | Request::Report { job, .. }
            | Request::Document { job, .. }
            | Request::Load { job, .. }
            | Request::Explain { job, .. }
            | Request::Analyse { job, .. }
            | Request::Stream { job, .. }
            | Request::Advance { job, .. }
            | Request::DrawStreamed { job, .. }
            | Request::Convert { job, .. }
            | Request::Ask { job, .. } => *job,
        }
    }
}
