//! The clipboard.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Puts text on the clipboard; false if the browser refuses.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = super::window().navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Puts a picture on the clipboard; false if the browser refuses or cannot.
pub(crate) async fn copy_picture(picture: &Blob) -> bool {
    let Some(item) = clipboard_item(picture) else { return false };
    let clipboard = super::window().navigator().clipboard();
    JsFuture::from(clipboard.write(&Array::of1(&item))).await.is_ok()
}

/// Older browsers have no such thing, so it is asked for by name.
fn clipboard_item(picture: &Blob) -> Option<JsValue> {
    let items = Object::new();
    Reflect::set(&items, &"image/png".into(), picture).ok()?;
    let class = Reflect::get(&super::window(), &"ClipboardItem".into()).ok()?.dyn_into::<Function>().ok()?;
    Reflect::construct(&class, &Array::of1(&items)).ok()
}
