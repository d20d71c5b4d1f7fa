//! Runs: reading files and explaining patients, spread over workers.
//!
//! The result of a row does not depend on its chunk, so chunks may be of any size, go to any worker in any order, and
//! be done again when a worker dies.

use super::browser::boot::{self, Program};
use super::browser::clock;
use super::browser::workers::{self, Event, Workers};
use super::study_files;
use crate::cohort::division::Division;
use crate::explain::Attributions;
use crate::ids::RowId;
use crate::job::{self, Pace, Picked, Reading, Reply, Request, Subject};
use crate::session::{
    Analysis, Change, CohortChoice, Insight, Method, Notice, Performance, Phase, Progress, Staged,
};
use crate::study::{Finding, Study};
use crate::worker::wire::Message;
use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// Times that a chunk is given to a fresh worker before the run gives up.
const MAX_TRIES: u32 = 3;

/// Why a task ended without a result.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    /// The person, or a newer task.
    Cancelled,
    /// A reason to tell.
    Failed(Notice),
}

impl From<Notice> for Stopped {
    fn from(notice: Notice) -> Self {
        Stopped::Failed(notice)
    }
}

/// The workers of the task that runs now. Emptying it terminates them.
#[derive(Clone, Default)]
pub(crate) struct Running {
    workers: Rc<RefCell<Option<Workers>>>,
    /// Tasks stopped so far.
    stopped: Rc<Cell<u32>>,
}

impl Running {
    /// Terminates every worker; the task ends as cancelled.
    pub(crate) fn stop(&self) {
        self.stopped.set(self.stopped.get() + 1);
        self.workers.borrow_mut().take();
    }

    /// Lets the page draw a frame.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] if the person, or a newer task, stopped this one meanwhile.
    pub(crate) async fn next_frame(&self) -> Result<(), Stopped> {
        let stopped = self.stopped.get();
        clock::next_frame().await;
        if self.stopped.get() == stopped { Ok(()) } else { Err(Stopped::Cancelled) }
    }

    pub(crate) async fn spawn(
        &self,
        program: Program,
        n: usize,
    ) -> Result<UnboundedReceiver<Event>, Stopped> {
        self.stop();
        let stopped = self.stopped.get();
        boot::workers_ready(program).await.map_err(|why| not_loaded(program, why))?;
        if self.stopped.get() != stopped {
            return Err(Stopped::Cancelled);
        }
        let (workers, events) = Workers::spawn(program, n).ok_or_else(no_workers)?;
        *self.workers.borrow_mut() = Some(workers);
        Ok(events)
    }

    pub(crate) fn send(&self, index: usize, request: &Request) {
        self.post(index, Message::of(&request.packet()));
    }

    pub(crate) fn post(&self, index: usize, message: Message) {
        if let Some(workers) = &*self.workers.borrow() {
            workers.send(index, message);
        }
    }

    fn replace(&self, index: usize) -> Result<(), Stopped> {
        let mut slot = self.workers.borrow_mut();
        let workers = slot.as_mut().ok_or(Stopped::Cancelled)?;
        if workers.replace(index) { Ok(()) } else { Err(no_workers().into()) }
    }

    /// Asks a fresh worker one question.
    async fn ask(&self, request: Request) -> Result<Reply, Stopped> {
        self.ask_of(Program::Worker, request, out_of_memory).await
    }

    /// Asks a fresh worker of a program one question; `died` says what its end means.
    async fn ask_of(
        &self,
        program: Program,
        request: Request,
        died: impl FnOnce() -> Notice,
    ) -> Result<Reply, Stopped> {
        let mut events = self.spawn(program, 1).await?;
        self.post(0, workers::message(&request.packet()).await);
        // Its memory is the worker's now; what was shared stays with whoever shares it.
        drop(request);
        let reply = loop {
            match events.next().await {
                Some(Event::Reply(_, Reply::Ready)) => {}
                Some(Event::Reply(_, Reply::Failed { notice, .. })) => break Err(notice.into()),
                Some(Event::Reply(_, reply)) => break Ok(reply),
                Some(Event::Died(_)) => break Err(died().into()),
                None => return Err(Stopped::Cancelled),
            }
        };
        self.stop();
        reply
    }
}

pub(super) fn not_loaded(program: Program, why: String) -> Notice {
    let (does, or) = match program {
        Program::Worker => ("computes", ""),
        Program::Drawer => ("draws", ""),
        Program::Reader => (
            "reads workbooks, Parquet, Arrow, and models in bzip2 or xz",
            ", or choose the table as CSV and the model unpacked, which need no such part",
        ),
    };
    Notice::error(
        format!("The part of the page that {does} could not be loaded"),
        why,
        format!("Check the network and try again{or}; what was open before still stands."),
    )
}

pub(super) fn no_workers() -> Notice {
    Notice::error(
        "This browser refused to start a worker",
        "SHAP values are computed in web workers, so that the page stays usable meanwhile.",
        "Open the page in a current Chromium, Firefox or Safari without an extension that blocks workers.",
    )
}

pub(super) fn out_of_memory() -> Notice {
    Notice::error(
        "A worker stopped before it was done",
        "The browser ended it, most often because memory ran out. What was open before still stands.",
        "Close other tabs, or use a smaller table; the command `clarimark explain` has no such limit.",
    )
}

fn unexpected(reply: &Reply) -> Stopped {
    Notice::error(
        "A worker gave an unexpected answer",
        reply.name(),
        "This is a fault of the page; please report it.",
    )
    .into()
}

/// Turns tables that are no text into text and unpacks models, each in a worker of its own: what a damaged file stops is that
/// worker.
pub(crate) async fn convert(running: &Running, files: &mut [Picked]) -> Result<(), Stopped> {
    for file in files.iter_mut().filter(|file| job::needs_converter(file)) {
        let request = Request::Convert { job: 0, file: file.clone() };
        *file = match running.ask_of(Program::Reader, request, || job::gave_up(file)).await? {
            Reply::Converted { file, .. } => file,
            other => return Err(unexpected(&other)),
        };
    }
    Ok(())
}

/// Says what files are and binds them, in a worker of its own.
pub(crate) async fn read(running: &Running, files: Vec<Picked>) -> Result<Reading, Stopped> {
    match running.ask(Request::Read { job: 0, files }).await? {
        Reply::Read { reading, .. } => Ok(*reading),
        other => Err(unexpected(&other)),
    }
}

/// Binds staged files again, changed, in a worker of its own.
pub(crate) async fn restage(running: &Running, staged: Staged, change: Change) -> Result<Staged, Stopped> {
    let study = staged.study.clone();
    // Of another role the model is not asked.
    let model = match change {
        Change::Role(..) => Arc::default(),
        Change::Reading(_) => study_files::model(&study.model_file.sha256).unwrap_or_default(),
    };
    let request = Request::Restage { job: 0, study, model, change };
    match running.ask(request).await? {
        Reply::Read { reading, .. } => match *reading {
            Reading::Study { study, columns, notes, .. } => Ok(Staged {
                cohort: CohortChoice::default_for(&study),
                method: Method::default_for(&study),
                study,
                columns: Arc::new(columns),
                notes: Arc::new(notes),
                ..staged
            }),
            Reading::Waiting { .. } => Ok(staged),
        },
        other => Err(unexpected(&other)),
    }
}

/// Compares the author's predictions with what was computed, in a worker of its own.
pub(crate) async fn compare(
    running: &Running,
    analysis: &Analysis,
    predictions: Picked,
) -> Result<Finding, Stopped> {
    let (study, all_margins) = (analysis.study.clone(), analysis.all_margins.clone());
    match running.ask(Request::Compare { job: 0, study, all_margins, predictions }).await? {
        Reply::Compared { finding, .. } => Ok(*finding),
        other => Err(unexpected(&other)),
    }
}

/// What was read off explained rows.
pub(crate) struct Analysed {
    pub(crate) insight: Insight,
    pub(crate) performance: Vec<Performance>,
    pub(crate) findings: Vec<Finding>,
}

/// Reads off explained rows what can be read off them, in a worker of its own: with many patients it takes seconds.
pub(crate) async fn analyse(
    running: &Running,
    subject: Subject,
    output: usize,
    division: Division,
    whole: bool,
) -> Result<Analysed, Stopped> {
    let (subject, output) = (Box::new(subject), output as u32);
    match running.ask(Request::Analyse { job: 0, subject, output, division, whole }).await? {
        Reply::Analysed { insight, performance, findings, .. } => {
            Ok(Analysed { insight: *insight, performance, findings })
        }
        other => Err(unexpected(&other)),
    }
}

/// What a run computed.
pub(crate) struct Explained {
    pub(crate) rows: Vec<RowId>,
    pub(crate) attributions: Attributions,
    /// `[row][output]` for every row of the table.
    pub(crate) all_margins: Vec<f64>,
    pub(crate) additivity: Vec<f64>,
    pub(crate) elapsed_ms: f64,
    pub(crate) n_workers: usize,
    pub(crate) n_background: usize,
}

/// A stretch of rows, all of them to be explained or all only predicted.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// First position in the plan.
    start: usize,
    len: usize,
    tries: u32,
}

/// Explains the rows of a cohort and predicts all others.
pub(crate) async fn explain(
    running: &Running,
    study: &Study,
    cohort: CohortChoice,
    method: Method,
    model: &Arc<Vec<u8>>,
    mut progressed: impl FnMut(Progress),
) -> Result<Explained, Stopped> {
    let rows = cohort.rows(study);
    if rows.is_empty() {
        return Err(Notice::error(
            format!("No patient is marked {}", cohort.word()),
            "There is nobody to explain.",
            "Choose another cohort.",
        )
        .into());
    }
    let chosen: Vec<bool> = {
        let mut chosen = vec![false; study.n_rows()];
        rows.iter().for_each(|r| chosen[r.index()] = true);
        chosen
    };
    let others: Vec<RowId> = study.rows().filter(|r| !chosen[r.index()]).collect();
    // The plan: first the rows to explain, then those to predict.
    let plan: Vec<RowId> = rows.iter().chain(&others).copied().collect();
    let mut pace = Pace::default();
    let n_workers = workers::count().min(plan.len().div_ceil(pace.rows())).max(1);
    let start_ms = clock::now_ms();

    let n_explained = rows.len();
    let background = match method {
        Method::PathDependent => Vec::new(),
        Method::Interventional(against) => against.rows(study),
    };
    let n_background = background.len();
    let background = Arc::new(study.binding.matrix(&study.data, &background));
    let mut events = running.spawn(Program::Worker, n_workers).await?;
    let load = || {
        let (model, background) = (model.clone(), background.clone());
        let options = study.model.options.clone();
        Request::Load { job: 0, model, options, n_rows: n_explained as u32, background }
    };
    for i in 0..n_workers {
        running.send(i, &load());
    }

    let mut next = 0;
    let mut again: VecDeque<Chunk> = VecDeque::new();
    let mut given: Vec<Option<(Chunk, f64)>> = vec![None; n_workers];
    let mut explained = Explained {
        attributions: Attributions::default(),
        all_margins: Vec::new(),
        additivity: vec![0.0; rows.len()],
        elapsed_ms: 0.0,
        n_workers,
        n_background,
        rows,
    };
    let mut progress =
        Progress { phase: Phase::Explain, total: plan.len(), n_workers, ..Progress::default() };
    progressed(progress.clone());

    while progress.done < plan.len() {
        let i = match events.next().await {
            None => return Err(Stopped::Cancelled),
            Some(Event::Reply(_, Reply::Ready)) => continue,
            Some(Event::Reply(_, Reply::Failed { notice, .. })) => {
                running.stop();
                return Err(notice.into());
            }
            Some(Event::Reply(i, Reply::Loaded { .. })) => i,
            Some(Event::Reply(i, Reply::Explained { chunk, attributions, .. })) => {
                let Some((done, since)) = given[i].take().filter(|(c, _)| c.start == chunk as usize) else {
                    continue;
                };
                store_chunk(&mut explained, &plan, n_explained, done, attributions);
                pace.took(done.len, clock::now_ms() - since);
                progress.done += done.len;
                progress.elapsed_ms = clock::now_ms() - start_ms;
                progressed(progress.clone());
                i
            }
            Some(Event::Died(i)) => {
                if let Some((mut chunk, _)) = given[i].take() {
                    chunk.tries += 1;
                    if chunk.tries >= MAX_TRIES {
                        running.stop();
                        return Err(out_of_memory().into());
                    }
                    again.push_back(chunk);
                }
                progress.redone += 1;
                if progress.redone > 10 * MAX_TRIES as usize {
                    running.stop();
                    return Err(out_of_memory().into());
                }
                running.replace(i)?;
                running.send(i, &load());
                continue;
            }
            Some(Event::Reply(_, other)) => return Err(unexpected(&other)),
        };
        let chunk = again.pop_front().or_else(|| {
            (next < plan.len()).then(|| {
                // A chunk does not cross from rows to explain to rows to predict.
                let end = if next < n_explained { n_explained } else { plan.len() };
                let chunk = Chunk { start: next, len: pace.rows().min(end - next), tries: 0 };
                next += chunk.len;
                chunk
            })
        });
        if let Some(chunk) = chunk {
            given[i] = Some((chunk, clock::now_ms()));
            running.send(
                i,
                &Request::Explain {
                    job: 0,
                    chunk: chunk.start as u32,
                    attributions: chunk.start < n_explained,
                    matrix: study.binding.matrix(&study.data, &plan[chunk.start..chunk.start + chunk.len]),
                },
            );
        }
    }
    explained.elapsed_ms = clock::now_ms() - start_ms;
    running.stop();
    Ok(explained)
}

/// Puts a chunk where it belongs.
fn store_chunk(out: &mut Explained, plan: &[RowId], n_explained: usize, chunk: Chunk, a: Attributions) {
    let k = a.n_outputs;
    if out.all_margins.is_empty() {
        out.all_margins = vec![f64::NAN; plan.len() * k];
    }
    for (i, margin) in a.margin.chunks_exact(k).enumerate() {
        let row = plan[chunk.start + i].index();
        out.all_margins[row * k..(row + 1) * k].copy_from_slice(margin);
    }
    if chunk.start >= n_explained {
        return;
    }
    let to = &mut out.attributions;
    if to.n_rows == 0 {
        *to = Attributions {
            n_rows: n_explained,
            n_features: a.n_features,
            n_outputs: k,
            values: vec![0.0; n_explained * a.n_features * k],
            margin: vec![0.0; n_explained * k],
            base_values: a.base_values.clone(),
        };
    }
    let width = a.n_features * k;
    to.values[chunk.start * width..(chunk.start + chunk.len) * width].copy_from_slice(&a.values);
    to.margin[chunk.start * k..(chunk.start + chunk.len) * k].copy_from_slice(&a.margin);
    out.additivity[chunk.start..chunk.start + chunk.len].copy_from_slice(&a.additivity_errors());
}
