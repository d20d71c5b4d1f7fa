//! The address: the fragment carries the view, the query only settings for tests.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;

/// The fragment without `#`.
pub(crate) fn fragment() -> String {
    super::window().location().hash().unwrap_or_default().trim_start_matches('#').to_string()
}

/// Replaces the fragment without adding to the browser's history.
pub(crate) fn set_fragment(fragment: &str) {
    if let Ok(history) = super::window().history() {
        // Refused only by browsers that rate-limit it; the next change writes again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    }
}

/// Says on the page whether the address is behind what is shown.
pub(crate) fn mark_waiting(waits: bool) {
    if let Some(root) = gloo::utils::document().document_element() {
        // An attribute of this name is never refused.
        let _ = root.toggle_attribute_with_force("data-address-waits", waits);
    }
}

/// The whole address.
pub(crate) fn href() -> String {
    super::window().location().href().unwrap_or_default()
}

/// A number given in the query, e.g. `?workers=2`.
pub(crate) fn query_number(key: &str) -> Option<usize> {
    let query = super::window().location().search().ok()?;
    query
        .trim_start_matches('?')
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(k, _)| *k == key))
        .and_then(|(_, v)| v.parse().ok())
}

/// Calls `changed` when a person edits the fragment or follows a link within the page.
pub(crate) fn on_fragment(changed: impl Fn(String) + 'static) {
    EventListener::new(&super::window(), "hashchange", move |_| changed(fragment())).forget();
}
