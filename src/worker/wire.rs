//! Packets as JavaScript values: an array of `Uint8Array`s, the header first, their memory transferred.

use crate::job::{Buffer, Packet};
use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// A message and the list of buffers to transfer with it, as they grow.
#[derive(Default)]
pub(crate) struct Message {
    parts: Array,
    transfer: Array,
}

impl Message {
    /// A whole packet at once.
    pub(crate) fn of(packet: &Packet<'_>) -> Self {
        let mut message = Message::default();
        parts(packet).for_each(|bytes| message.push(bytes));
        message
    }

    /// Copies the next part out of this program's memory.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let array = Uint8Array::from(bytes);
        self.transfer.push(&array.buffer());
        self.parts.push(&array);
    }

    /// A file that the other side reads where it lies; the last part of a message.
    pub(crate) fn push_file(&mut self, file: &Blob) {
        self.parts.push(file);
    }

    /// What `postMessage` takes: the message, and what is transferred with it.
    pub(crate) fn values(self) -> (JsValue, JsValue) {
        (self.parts.into(), self.transfer.into())
    }
}

/// The parts of a message in order.
pub(crate) fn parts<'a>(packet: &'a Packet<'_>) -> impl Iterator<Item = &'a [u8]> {
    std::iter::once(packet.header.as_slice()).chain(packet.buffers.iter().map(Buffer::bytes))
}

/// The file that came with a message.
pub(crate) fn file(message: &JsValue) -> Option<Blob> {
    let parts = message.dyn_ref::<Array>()?;
    parts.get(parts.length().checked_sub(1)?).dyn_into().ok()
}

/// The packet of a message, without its file; None if it is not one.
pub(crate) fn read(message: &JsValue) -> Option<Packet<'static>> {
    let mut parts = message.dyn_ref::<Array>()?.iter();
    let header = parts.next()?.dyn_into::<Uint8Array>().ok()?.to_vec();
    let buffers: Option<Vec<Buffer<'static>>> =
        parts.filter(|part| !part.is_instance_of::<Blob>()).map(buffer).collect();
    Some(Packet { header, buffers: buffers? })
}

fn buffer(part: JsValue) -> Option<Buffer<'static>> {
    let array = part.dyn_into::<Uint8Array>().ok()?;
    Some(if array.length() % 8 == 0 {
        // Each part has a memory of its own, from its start on.
        Buffer::Words(Float64Array::new(&array.buffer()).to_vec())
    } else {
        Buffer::Bytes(array.to_vec())
    })
}
