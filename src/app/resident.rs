//! Workers that stay: one keeps the open study's model and answers questions about patients, one keeps its analysis and
//! draws from it, one lays out its maps, one looks for clusters, while the reader looks.
//!
//! Each starts with its first question and ends when another study, or the same one explained otherwise, is opened.

use super::browser::boot::{self, Program};
use super::browser::clock;
use super::browser::workers::{self, Event, Workers};
use super::store::Store;
use super::study_files;
use super::task::{Stopped, no_workers, not_loaded, out_of_memory};
use crate::cohort::metric::Metric;
use crate::ensemble::ReadOptions;
use crate::figure::{Layout, Sheet, SheetKind};
use crate::job::{Answer, Picked, Question, Reply, Request, Settings, Subject};
use crate::report::Order;
use crate::session::{Analysis, Command, MapKind, MapOf, Method, Notice};
use crate::worker::wire::Message;
use futures::channel::mpsc::UnboundedReceiver;
use futures::channel::oneshot;
use futures::{FutureExt, StreamExt};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static RESIDENTS: RefCell<[Option<Resident>; 4]> = const { RefCell::new([None, None, None, None]) };
    static NO_MODELS: Arc<Vec<Picked>> = Arc::default();
}

/// What a resident keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    /// The model.
    Model,
    /// The attributions and what was read off them.
    Analysis,
    /// The same, and a map under way: a map takes long, and other answers need not wait for it.
    Map,
    /// The same, for questions about clusters, which take as long.
    Clusters,
}

impl Post {
    fn program(self) -> Program {
        match self {
            Post::Model => Program::Worker,
            Post::Analysis | Post::Map | Post::Clusters => Program::Drawer,
        }
    }
}

/// What residents are for: the SHA-256 of model and table, how they are explained and how the model is read.
pub(crate) type Key = ([String; 2], Method, ReadOptions);

struct Resident {
    key: Key,
    /// What was read off when it started; the model's does not care.
    insight: Option<Arc<crate::session::Insight>>,
    /// Other models that it was given.
    models: Arc<Vec<Picked>>,
    workers: Workers,
    waiting: Vec<(u32, oneshot::Sender<Result<Reply, Notice>>)>,
    /// Number of the last question; 0 is what it keeps.
    last: u32,
}

impl Resident {
    fn is_for(&self, key: &Key, a: &Analysis, models: &Arc<Vec<Picked>>) -> bool {
        self.key == *key
            && self.insight.as_ref().is_none_or(|i| Arc::ptr_eq(i, &a.insight))
            && Arc::ptr_eq(&self.models, models)
    }
}

/// Ends the residents unless they are for this.
pub(crate) fn leave_unless(key: Option<Key>) {
    RESIDENTS.with_borrow_mut(|residents| {
        for slot in residents {
            if slot.as_ref().is_some_and(|r| Some(&r.key) != key.as_ref()) {
                *slot = None;
            }
        }
    });
}

/// What a resident for this analysis is for.
pub(crate) fn key(a: &Analysis) -> Key {
    let files = [&a.study.model_file, &a.study.data_file].map(|file| file.sha256.clone());
    (files, a.method, a.study.model.options.clone())
}

fn is_there(post: Post, key: &Key, a: &Analysis, models: &Arc<Vec<Picked>>) -> bool {
    RESIDENTS.with_borrow(|r| r[post as usize].as_ref().is_some_and(|r| r.is_for(key, a, models)))
}

/// What the resident is to keep.
fn first(post: Post, a: &Analysis, key: &Key, models: &[Picked]) -> Result<Request, Notice> {
    if post != Post::Model {
        return Ok(Request::Keep {
            job: 0,
            subject: Box::new(Subject::of(a)),
            insight: a.insight.clone(),
            settings: Settings::of(a),
            // Neither a map nor clusters need the model.
            model: study_files::model(&key.0[0]).filter(|_| post == Post::Analysis).unwrap_or_default(),
            models: models.to_vec(),
        });
    }
    let model = study_files::model(&key.0[0]).ok_or_else(|| {
        Notice::error(
            "The model file is no longer in memory",
            "What was computed still stands; changing values needs the model.",
            "Choose the model file and the table again.",
        )
    })?;
    let background = match a.method {
        Method::PathDependent => Vec::new(),
        Method::Interventional(against) => against.rows(&a.study),
    };
    let background = Arc::new(a.study.binding.matrix(&a.study.data, &background));
    Ok(Request::Load { job: 0, model, options: a.study.model.options.clone(), n_rows: 1, background })
}

/// Starts a resident for an analysis if it is not there.
async fn start(post: Post, a: &Analysis, key: &Key, models: &Arc<Vec<Picked>>) -> Result<(), Stopped> {
    if is_there(post, key, a, models) {
        return Ok(());
    }
    boot::workers_ready(post.program()).await.map_err(|why| not_loaded(post.program(), why))?;
    let keep = first(post, a, key, models)?;
    let message = workers::message(&keep.packet()).await;
    // Another question may have started it meanwhile.
    if is_there(post, key, a, models) {
        return Ok(());
    }
    let (workers, events) = Workers::spawn(post.program(), 1).ok_or_else(no_workers)?;
    workers.send(0, message);
    let insight = (post != Post::Model).then(|| a.insight.clone());
    let models = models.clone();
    let new = Resident { key: key.clone(), insight, models, workers, waiting: Vec::new(), last: 0 };
    RESIDENTS.with_borrow_mut(|r| r[post as usize] = Some(new));
    spawn_local(listen(post, events));
    Ok(())
}

/// Hands answers to those who wait, until the worker ends.
async fn listen(post: Post, mut events: UnboundedReceiver<Event>) {
    while let Some(event) = events.next().await {
        let (job, answer) = match event {
            Event::Reply(_, Reply::Failed { job, notice }) => (job, Err(notice)),
            Event::Died(_) => (0, Err(out_of_memory())),
            Event::Reply(_, reply) => match reply {
                Reply::Answered { job, .. }
                | Reply::Drawn { job, .. }
                | Reply::Mapped { job, .. }
                | Reply::Written { job, .. } => (job, Ok(reply)),
                _ => continue,
            },
        };
        let over = RESIDENTS.with_borrow_mut(|residents| {
            let slot = &mut residents[post as usize];
            let Some(resident) = slot else { return true };
            match (job, answer) {
                // Without what it keeps, or without itself, it cannot answer anybody.
                (0, Err(notice)) => {
                    for (_, waits) in resident.waiting.drain(..) {
                        let _ = waits.send(Err(notice.clone()));
                    }
                    *slot = None;
                    true
                }
                (job, answer) => {
                    if let Some(at) = resident.waiting.iter().position(|(j, _)| *j == job) {
                        // Nobody may wait any more.
                        let _ = resident.waiting.swap_remove(at).1.send(answer);
                    }
                    false
                }
            }
        });
        if over {
            break;
        }
    }
}

/// Asks the resident of a post; `question` numbers itself.
async fn put(store: Store, post: Post, question: impl FnOnce(u32) -> Request) -> Result<Reply, Stopped> {
    let (a, models) = store.peek(|s| (s.open.clone(), s.models.clone()));
    let a = a.ok_or(Stopped::Cancelled)?;
    let key = key(&a);
    // Only who draws needs them.
    let models = if post == Post::Analysis { models } else { NO_MODELS.with(Clone::clone) };
    start(post, &a, &key, &models).await?;
    let (sender, receiver) = oneshot::channel();
    RESIDENTS.with_borrow_mut(|residents| {
        let resident = residents[post as usize].as_mut().filter(|r| r.is_for(&key, &a, &models));
        let resident = resident.ok_or(Stopped::Cancelled)?;
        resident.last += 1;
        let job = resident.last;
        resident.waiting.push((job, sender));
        resident.workers.send(0, Message::of(&question(job).packet()));
        Ok::<(), Stopped>(())
    })?;
    match receiver.await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Stopped::Cancelled),
    }
}

/// Asks about patients of the open study.
pub(crate) async fn ask(store: Store, question: Question) -> Result<Answer, Stopped> {
    match put(store, Post::Model, |job| Request::Ask { job, question }).await? {
        Reply::Answered { answer, .. } => Ok(answer),
        _ => Err(Stopped::Cancelled),
    }
}

/// Writes the report of the open analysis.
pub(crate) async fn report(store: Store, order: Order) -> Result<String, Stopped> {
    match put(store, Post::Analysis, |job| Request::Report { job, order: Box::new(order) }).await? {
        Reply::Written { text, .. } => Ok(text),
        _ => Err(Stopped::Cancelled),
    }
}

/// Writes the attributions of the open analysis, as JSON or CSV.
pub(crate) async fn document(store: Store, json: bool) -> Result<String, Stopped> {
    match put(store, Post::Analysis, |job| Request::Document { job, json }).await? {
        Reply::Written { text, .. } => Ok(text),
        _ => Err(Stopped::Cancelled),
    }
}

/// Goes on with a map of the open analysis.
pub(crate) async fn map(
    store: Store,
    kind: MapKind,
    of: MapOf,
    metric: Metric,
    steps: u32,
) -> Result<Layout, Stopped> {
    match put(store, Post::Map, |job| Request::Map { job, kind, of, metric, steps }).await? {
        Reply::Mapped { layout, .. } => Ok(layout),
        _ => Err(Stopped::Cancelled),
    }
}

/// What a sheet is asked for: what, of which patients, how large.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SheetOrder {
    pub(crate) kind: SheetKind,
    /// One flag per explained patient; empty while nothing is selected.
    pub(crate) passes: Vec<u8>,
    pub(crate) size: [f64; 2],
}

/// Draws from the open analysis.
pub(crate) async fn draw(store: Store, order: SheetOrder) -> Result<Sheet, Stopped> {
    let SheetOrder { kind, passes, size } = order;
    let post = if kind.takes_long() { Post::Clusters } else { Post::Analysis };
    match put(store, post, |job| Request::Draw { job, kind, passes, size }).await? {
        Reply::Drawn { sheet, .. } => Ok(*sheet),
        _ => Err(Stopped::Cancelled),
    }
}

/// Asks whenever the question changes, one at a time: what was asked meanwhile is dropped but for the newest. `about`
/// comes back with the answer, which may be older than what is on the page by then.
pub(crate) fn follow<T: 'static, Q: 'static, A: 'static, F>(
    store: Store,
    question: impl Fn() -> Option<(T, Q)> + 'static,
    ask: impl Fn(Store, Q) -> F + Copy + 'static,
    answered: impl Fn(T, A) + 'static,
) where
    F: Future<Output = Result<A, Stopped>> + 'static,
{
    follow_settled(store, |_| false, question, ask, answered);
}

/// How long a question that takes long waits for a newer one, milliseconds: what is asked beside it is answered and drawn
/// before a processor is kept busy.
pub(crate) const SETTLED: u32 = 250;

/// [`follow`]; questions that `takes_long` holds of are asked when no newer one has come for a while.
pub(crate) fn follow_settled<T: 'static, Q: 'static, A: 'static, F>(
    store: Store,
    takes_long: impl Fn(&Q) -> bool + Copy + 'static,
    question: impl Fn() -> Option<(T, Q)> + 'static,
    ask: impl Fn(Store, Q) -> F + Copy + 'static,
    answered: impl Fn(T, A) + 'static,
) where
    F: Future<Output = Result<A, Stopped>> + 'static,
{
    let newest = Rc::new(RefCell::new(None));
    let busy = Rc::new(Cell::new(false));
    let answered = Rc::new(answered);
    Effect::new(move |_| {
        *newest.borrow_mut() = question();
        if busy.replace(true) {
            return;
        }
        let (newest, busy, answered) = (newest.clone(), busy.clone(), answered.clone());
        let mut asking = Box::pin(async move {
            loop {
                if newest.borrow().as_ref().is_some_and(|(_, question)| takes_long(question)) {
                    clock::later(SETTLED).await;
                }
                let next = newest.borrow_mut().take();
                let Some((about, question)) = next else { break };
                match ask(store, question).await {
                    Ok(answer) => answered(about, answer),
                    Err(Stopped::Failed(notice)) => store.send(Command::Tell(notice)),
                    Err(Stopped::Cancelled) => {}
                }
            }
            busy.set(false);
        });
        // The worker begins before what else has changed is painted.
        if (&mut asking).now_or_never().is_none() {
            spawn_local(asking);
        }
    });
}
