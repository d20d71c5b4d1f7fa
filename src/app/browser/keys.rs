//! The keyboard, outside of fields that take text.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Calls `handle` for every key press of the page that is not meant for a text field or an open dialog.
/// `handle` returns true if it took the key.
pub(crate) fn listen(handle: impl Fn(&Stroke) -> bool + 'static) {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&super::window(), "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let element = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let inside =
            |selector: &str| element.as_ref().is_some_and(|e| e.closest(selector).ok().flatten().is_some());
        let stroke = Stroke {
            key: event.key(),
            control: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            on_button: inside("button, a, summary, [role=option]"),
        };
        let typing = inside("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
        if event.alt_key() || (typing && !stroke.control) {
            return;
        }
        if handle(&stroke) {
            event.prevent_default();
        }
    })
    .forget();
}

/// One key press.
#[derive(Clone, Debug)]
pub(crate) struct Stroke {
    /// `KeyboardEvent.key`.
    pub(crate) key: String,
    /// Ctrl or Command.
    pub(crate) control: bool,
    /// Shift.
    pub(crate) shift: bool,
    /// True if Enter or Space belongs to the focused control.
    pub(crate) on_button: bool,
}
