//! Time since the page opened, and turns and frames of the page's loop.

use futures::channel::oneshot::{self, Sender};
use gloo::timers::callback::Timeout;
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Milliseconds since the page opened.
pub(crate) fn now_ms() -> f64 {
    super::window().performance().map_or(0.0, |p| p.now())
}

/// The day in the reader's place, e.g. `2026-03-09`.
pub(crate) fn today() -> String {
    let now = js_sys::Date::new_0();
    format!("{:04}-{:02}-{:02}", now.get_full_year(), now.get_month() + 1, now.get_date())
}

/// Lets the page answer before what follows.
pub(crate) async fn next_turn() {
    later(0).await;
}

/// Lets this many milliseconds pass before what follows.
pub(crate) async fn later(milliseconds: u32) {
    let (done, end) = oneshot::channel();
    let _timeout = Timeout::new(milliseconds, move || {
        // Nobody waits any more when the task was dropped.
        let _ = done.send(());
    });
    let _ = end.await;
}

/// A page that is not looked at has no frames; what waits for one goes on after this, milliseconds.
const NO_FRAME_MS: u32 = 100;

/// Lets the page draw a frame before what follows.
pub(crate) async fn next_frame() {
    let (done, frame) = oneshot::channel::<()>();
    let done = Rc::new(Cell::new(Some(done)));
    let send = |done: &Cell<Option<Sender<()>>>| {
        if let Some(done) = done.take() {
            let _ = done.send(());
        }
    };
    let late = done.clone();
    let _timeout = Timeout::new(NO_FRAME_MS, move || send(&late));
    let handler = Closure::once_into_js(move || send(&done));
    // Without frames the timeout ends the wait.
    let _ = super::window().request_animation_frame(handler.unchecked_ref());
    let _ = frame.await;
    // The callback runs just before the frame is drawn.
    next_turn().await;
}

type Job = Box<dyn FnOnce()>;

thread_local! {
    static WAITING: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    static PUMPING: Cell<bool> = const { Cell::new(false) };
}

/// Share of a frame that jobs may take one after another, milliseconds.
const SHARE_MS: f64 = 12.0;

/// Does a job soon. All that wait are done in order, with a frame between two whenever they took their share of one: a
/// view of many plots appears plot by plot, and the page answers meanwhile.
pub(crate) fn soon(job: impl FnOnce() + 'static) {
    WAITING.with_borrow_mut(|jobs| jobs.push_back(Box::new(job)));
    if PUMPING.replace(true) {
        return;
    }
    spawn_local(async {
        next_turn().await;
        let mut since = now_ms();
        while let Some(job) = WAITING.with_borrow_mut(VecDeque::pop_front) {
            job();
            // What it set off is done meanwhile: effects run as the next microtasks.
            for _ in 0..2 {
                let _ = JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await;
            }
            if now_ms() - since > SHARE_MS {
                next_frame().await;
                since = now_ms();
            }
        }
        PUMPING.set(false);
    });
}
