//! The loop of a dedicated worker: a message in, a pure [`crate::job::Program`], a message out.

mod file;
pub(crate) mod wire;

use crate::job::{Program, Reply};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Starts a program in the worker that the page has made.
pub fn start(program: impl Program + 'static) {
    console_error_panic_hook::set_once();
    // Anywhere else there is nobody to answer.
    if let Ok(scope) = js_sys::global().dyn_into() {
        run(scope, program);
    }
}

/// Answers every message until the page terminates the worker. Says [`Reply::Ready`] first.
fn run<P: Program + 'static>(scope: DedicatedWorkerGlobalScope, mut program: P) {
    let out = scope.clone();
    let answer = move |event: MessageEvent| {
        // A message that is not ours is dropped: only this page can send one.
        let message = event.data();
        if P::borrows()
            && let Some(file) = wire::file(&message).and_then(file::File::new)
        {
            program.lend(Box::new(file));
        }
        let Some(request) = wire::read(&message).and_then(|p| P::read(p).ok()) else { return };
        post::<P>(&out, &program.answer(request));
    };
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(answer);
    scope.set_onmessage(Some(handler.as_ref().unchecked_ref()));
    // The worker lives as long as its scope.
    handler.forget();
    post::<P>(&scope, &Reply::Ready);
}

fn post<P: Program>(scope: &DedicatedWorkerGlobalScope, reply: &Reply) {
    let Some(packet) = P::write(reply) else { return };
    let (message, transfer) = wire::Message::of(&packet).values();
    // Posting fails only for values that cannot be cloned; strings and byte arrays can.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}
