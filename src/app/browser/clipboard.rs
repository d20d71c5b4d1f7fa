//! The clipboard.

use wasm_bindgen_futures::JsFuture;

/// Puts text on the clipboard; false if the browser refuses.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = super::window().navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
