//! A table too large to be held: workers read the file where it lies and summarise it, and the page shows what they have.

use super::browser::boot::Program;
use super::browser::workers::{self, Event};
use super::browser::{clock, files, location};
use super::store::Store;
use super::task::{Running, Stopped, out_of_memory};
use crate::job::{Picked, Reply, Request};
use crate::session::{Command, Phase, Progress, View};
use crate::worker::wire::Message;
use futures::StreamExt;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use web_sys::File;

/// Largest table that is held where nothing else is said, megabytes; `?hold=n` says so.
const HELD: usize = 128;

thread_local! {
    /// The table, from when it was chosen.
    static TABLE: RefCell<Option<File>> = const { RefCell::new(None) };
    /// Its workers; they stay when they are done, to draw for another width.
    static WORKERS: Running = Running::default();
    static DONE: Cell<bool> = const { Cell::new(true) };
    /// What each has found.
    static TALLIES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

fn running() -> Running {
    WORKERS.with(Clone::clone)
}

/// True if the table could be held after all.
pub(crate) fn can_be_held(table: &File) -> bool {
    table.size() <= files::MAX_BYTES
}

/// True for a table of text that is too large to be held.
pub(crate) fn is_large(file: &File) -> bool {
    let name = file.name().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let text = [".csv", ".tsv", ".txt", ".tab"].iter().any(|ending| name.ends_with(ending));
    text && file.size() > location::query_number("hold").unwrap_or(HELD) as f64 * f64::from(1 << 20)
}

/// Keeps the table until there is a model, or forgets it.
pub(crate) fn keep(table: Option<File>) {
    TABLE.set(table);
}

/// The table that is kept.
pub(crate) fn table() -> Option<File> {
    TABLE.with_borrow(Clone::clone)
}

/// Stops reading; what was found stays on the page, if anything was.
pub(crate) fn stop(store: Store) {
    if !DONE.replace(true) {
        running().stop();
        if store.streamed.with_untracked(|sheet| sheet.as_ref().is_some_and(|s| s.headline.is_empty())) {
            store.streamed.set(None);
        }
    }
}

/// Puts the summary away.
pub(crate) fn close(store: Store) {
    DONE.set(true);
    running().stop();
    TALLIES.take();
    store.streamed.set(None);
}

/// Draws what was found for another width.
pub(crate) fn draw(width: f64) {
    let tallies = TALLIES.with_borrow(Clone::clone);
    if tallies.iter().any(|tally| !tally.is_empty()) {
        running().send(0, &Request::DrawStreamed { job: 0, tallies, width });
    }
}

/// Summarises the table with the model among `files`. Ends when the summary is put away.
pub(crate) async fn summarise(store: Store, files: Vec<Picked>, table: File) -> Result<(), Stopped> {
    close(store);
    let n_workers = workers::count();
    let (start_ms, mut progress) =
        (clock::now_ms(), Progress { phase: Phase::Explain, n_workers, about: true, ..Progress::default() });
    store.send(Command::Progressed(progress.clone()));
    DONE.set(false);
    let mut events = running().spawn(Program::Drawer, n_workers).await?;
    store.streamed.set(Some(Arc::default()));
    store.send(Command::Go(View::Start));
    for i in 0..n_workers {
        let worker = [i as u32, n_workers as u32];
        let request = Request::Stream { job: 0, files: files.clone(), table: table.name(), worker };
        let mut message = Message::of(&request.packet());
        message.push_file(&table);
        running().post(i, message);
    }
    TALLIES.set(vec![Vec::new(); n_workers]);
    let (mut passed, mut n_ended, mut chunk) = (vec![[0; 2]; n_workers], 0, 0);
    while let Some(event) = events.next().await {
        match event {
            Event::Died(_) => {
                stop(store);
                return Err(out_of_memory().into());
            }
            Event::Reply(_, Reply::Failed { notice, .. }) => {
                stop(store);
                return Err(notice.into());
            }
            Event::Reply(i, Reply::Advanced { advanced, .. }) => {
                if advanced.ended {
                    n_ended += 1;
                } else {
                    // Whoever is done takes the next.
                    running().send(i, &Request::Advance { job: 0, chunk });
                    chunk += 1;
                }
                if !advanced.tally.is_empty() {
                    TALLIES.with_borrow_mut(|tallies| tallies[i] = advanced.tally);
                    draw(store.stream_width.get_untracked());
                }
                passed[i] = [advanced.bytes, advanced.rows];
                // What all have passed; how many rows there are is judged by those so far.
                let [bytes, rows] = passed.iter().copied().min().unwrap_or_default();
                progress.done = rows as usize;
                progress.total = (rows as f64 * table.size() / bytes.max(1) as f64).round() as usize;
                progress.elapsed_ms = clock::now_ms() - start_ms;
                store.send(Command::Progressed(progress.clone()));
            }
            Event::Reply(_, Reply::Drawn { sheet, .. }) => {
                store.streamed.set(Some(Arc::new(*sheet)));
                if n_ended == n_workers && !DONE.replace(true) {
                    // The run is over; its workers stay.
                    store.send(Command::Cancel);
                }
            }
            Event::Reply(..) => {}
        }
    }
    Ok(())
}
