//! Workers of the page: spawned for a task, terminated with it, replaced when they die.

use super::boot::{self, Program};
use super::clock;
use crate::job::{Packet, Reply};
use crate::worker::wire::{self, Message};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, Worker};

/// Something a worker did.
#[derive(Debug)]
pub(crate) enum Event {
    /// It answered.
    Reply(usize, Reply),
    /// It stopped with an error: out of memory, or a fault of ours.
    Died(usize),
}

/// A set of workers. Dropping it terminates them all.
pub(crate) struct Workers {
    program: Program,
    slots: Vec<Slot>,
    sender: UnboundedSender<Event>,
}

struct Slot {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Workers {
    /// `n` workers and what they will say; None if the browser refuses to start one.
    pub(crate) fn spawn(program: Program, n: usize) -> Option<(Workers, UnboundedReceiver<Event>)> {
        let (sender, receiver) = unbounded();
        let mut workers = Workers { program, slots: Vec::new(), sender };
        for i in 0..n {
            let slot = workers.slot(i)?;
            workers.slots.push(slot);
        }
        Some((workers, receiver))
    }

    fn slot(&self, index: usize) -> Option<Slot> {
        let worker = boot::worker(self.program)?;
        let sender = self.sender.clone();
        let message = EventListener::new(&worker, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            if let Some(reply) = wire::read(&event.data()).and_then(|p| Reply::from_packet(p).ok()) {
                // The receiver is gone when the task was cancelled.
                let _ = sender.unbounded_send(Event::Reply(index, reply));
            }
        });
        let sender = self.sender.clone();
        let error = EventListener::new(&worker, "error", move |_| {
            let _ = sender.unbounded_send(Event::Died(index));
        });
        Some(Slot { worker, _listeners: [message, error] })
    }

    /// Sends a message to worker `index`.
    pub(crate) fn send(&self, index: usize, message: Message) {
        let (message, transfer) = message.values();
        if self.slots[index].worker.post_message_with_transfer(&message, &transfer).is_err() {
            let _ = self.sender.unbounded_send(Event::Died(index));
        }
    }

    /// Terminates worker `index` and puts a fresh one in its place; false if the browser refuses.
    pub(crate) fn replace(&mut self, index: usize) -> bool {
        match self.slot(index) {
            Some(slot) => {
                self.slots[index] = slot;
                true
            }
            None => false,
        }
    }
}

/// Longest stretch of copying, so that the page goes on answering between two.
const STRETCH_MS: f64 = 8.0;

/// Copies a large packet into a message in stretches shorter than a frame.
pub(crate) async fn message(packet: &Packet<'_>) -> Message {
    let mut message = Message::default();
    let mut since = clock::now_ms();
    for part in wire::parts(packet) {
        message.push(part);
        if clock::now_ms() - since > STRETCH_MS {
            clock::next_turn().await;
            since = clock::now_ms();
        }
    }
    message
}

/// Workers to use: one less than the processor offers, 1 to 8; `?workers=n` decides otherwise.
pub(crate) fn count() -> usize {
    let offered = super::window().navigator().hardware_concurrency() as usize;
    super::location::query_number("workers").unwrap_or(offered.saturating_sub(1)).clamp(1, 8)
}
