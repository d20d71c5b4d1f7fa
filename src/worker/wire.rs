//! Packets as JavaScript values: an array of `Uint8Array`s, the header first, their memory transferred.

use crate::job::Packet;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The message and the list of buffers to transfer with it.
pub(crate) fn write(packet: Packet) -> (JsValue, JsValue) {
    let (message, transfer) = (Array::new(), Array::new());
    for bytes in std::iter::once(&packet.header).chain(&packet.buffers) {
        let array = Uint8Array::from(bytes.as_slice());
        transfer.push(&array.buffer());
        message.push(&array);
    }
    (message.into(), transfer.into())
}

/// The packet of a message; None if it is not one.
pub(crate) fn read(message: &JsValue) -> Option<Packet> {
    let bytes = |part: JsValue| part.dyn_into::<Uint8Array>().ok().map(|array| array.to_vec());
    let mut parts = message.dyn_ref::<Array>()?.iter();
    let header = bytes(parts.next()?)?;
    let buffers: Option<Vec<Vec<u8>>> = parts.map(bytes).collect();
    Some(Packet { header, buffers: buffers? })
}
