//! The worker that stays: it keeps the open study's model and answers questions about patients while the reader looks.
//!
//! It starts with the first question and ends when another study is opened.

use super::browser::boot;
use super::browser::workers::{Event, Workers};
use super::store::Store;
use super::study_files;
use super::task::{Stopped, no_workers, not_loaded, out_of_memory};
use crate::job::{Answer, Question, Reply, Request};
use crate::session::{Analysis, Command, Method, Notice};
use crate::worker::wire::Message;
use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use futures::channel::oneshot;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static RESIDENT: RefCell<Option<Resident>> = const { RefCell::new(None) };
}

/// What a resident is for: the SHA-256 of model and table, and how they are explained.
pub(crate) type Key = ([String; 2], Method);

type Answered = oneshot::Sender<Result<Answer, Notice>>;

struct Resident {
    key: Key,
    workers: Workers,
    waiting: Vec<(u32, Answered)>,
    /// Number of the last question; 0 is the model itself.
    last: u32,
}

/// Ends the resident unless it is for this.
pub(crate) fn leave_unless(key: Option<Key>) {
    RESIDENT.with_borrow_mut(|slot| {
        if slot.as_ref().is_some_and(|r| Some(&r.key) != key.as_ref()) {
            *slot = None;
        }
    });
}

/// What a resident for this analysis is for.
pub(crate) fn key(a: &Analysis) -> Key {
    ([&a.study.model_file, &a.study.data_file].map(|file| file.sha256.clone()), a.method)
}

fn is_there(key: &Key) -> bool {
    RESIDENT.with_borrow(|slot| slot.as_ref().is_some_and(|r| r.key == *key))
}

/// Starts the resident for an analysis if it is not there.
async fn start(a: &Analysis, key: &Key) -> Result<(), Stopped> {
    if is_there(key) {
        return Ok(());
    }
    boot::workers_ready().await.map_err(not_loaded)?;
    // Another question may have started it meanwhile.
    if is_there(key) {
        return Ok(());
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
    let (workers, events) = Workers::spawn(1).ok_or_else(no_workers)?;
    workers.send(0, Message::of(&Request::Load { job: 0, model, n_rows: 1, background }.packet()));
    let new = Resident { key: key.clone(), workers, waiting: Vec::new(), last: 0 };
    RESIDENT.set(Some(new));
    spawn_local(listen(events));
    Ok(())
}

/// Hands answers to those who wait, until the worker ends.
async fn listen(mut events: UnboundedReceiver<Event>) {
    while let Some(event) = events.next().await {
        let (job, answer) = match event {
            Event::Reply(_, Reply::Answered { job, answer }) => (job, Ok(answer)),
            Event::Reply(_, Reply::Failed { job, notice }) => (job, Err(notice)),
            Event::Died(_) => (0, Err(out_of_memory())),
            Event::Reply(..) => continue,
        };
        let over = RESIDENT.with_borrow_mut(|slot| {
            let Some(resident) = slot else { return true };
            match (job, answer) {
                // Without its model, or without itself, it cannot answer anybody.
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

/// Asks about the open study.
pub(crate) async fn ask(store: Store, question: Question) -> Result<Answer, Stopped> {
    let a = store.peek(|s| s.open.clone()).ok_or(Stopped::Cancelled)?;
    let key = key(&a);
    start(&a, &key).await?;
    let (sender, receiver) = oneshot::channel();
    RESIDENT.with_borrow_mut(|slot| {
        let resident = slot.as_mut().filter(|r| r.key == key).ok_or(Stopped::Cancelled)?;
        resident.last += 1;
        let job = resident.last;
        resident.waiting.push((job, sender));
        resident.workers.send(0, Message::of(&Request::Ask { job, question }.packet()));
        Ok::<(), Stopped>(())
    })?;
    match receiver.await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Stopped::Cancelled),
    }
}

/// Asks whenever the question changes, one at a time: what was asked meanwhile is dropped but for the newest. `about`
/// comes back with the answer, which may be older than what is on the page by then.
pub(crate) fn follow<T: 'static>(
    store: Store,
    question: impl Fn() -> Option<(T, Question)> + 'static,
    answered: impl Fn(T, Answer) + 'static,
) {
    let newest = Rc::new(RefCell::new(None));
    let busy = Rc::new(Cell::new(false));
    let answered = Rc::new(answered);
    Effect::new(move |_| {
        *newest.borrow_mut() = question();
        if busy.replace(true) {
            return;
        }
        let (newest, busy, answered) = (newest.clone(), busy.clone(), answered.clone());
        spawn_local(async move {
            loop {
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
    });
}
