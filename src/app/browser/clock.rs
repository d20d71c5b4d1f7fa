//! Time since the page opened, and turns of the page's loop.

/// Milliseconds since the page opened.
pub(crate) fn now_ms() -> f64 {
    super::window().performance().map_or(0.0, |p| p.now())
}

/// Lets the page draw and answer before what follows.
pub(crate) async fn next_turn() {
    let (done, turn) = futures::channel::oneshot::channel();
    let _timeout = gloo::timers::callback::Timeout::new(0, move || {
        // Nobody waits any more when the task was dropped.
        let _ = done.send(());
    });
    let _ = turn.await;
}
