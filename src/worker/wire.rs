//! Packets as JavaScript values: `[header, Uint8Array, …]`, the arrays' memory transferred.

use crate::job::Packet;
use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The message and the list of buffers to transfer with it.
pub(crate) fn write(packet: Packet) -> (JsValue, JsValue) {
    let message = Array::of1(&JsValue::from_str(&packet.header));
    let transfer = Array::new();
    for bytes in &packet.buffers {
        let array = Uint8Array::from(bytes.as_slice());
        transfer.push(&array.buffer());
        message.push(&array);
    }
    (message.into(), transfer.into())
}

/// The packet of a message; None if it is not one.
pub(crate) fn read(message: &JsValue) -> Option<Packet> {
    let parts = message.dyn_ref::<Array>()?;
    let header = String::from(parts.get(0).dyn_into::<JsString>().ok()?);
    let buffers: Option<Vec<Vec<u8>>> =
        parts.iter().skip(1).map(|b| b.dyn_into::<Uint8Array>().ok().map(|b| b.to_vec())).collect();
    Some(Packet { header, buffers: buffers? })
}
