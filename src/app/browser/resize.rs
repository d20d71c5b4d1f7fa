//! What changes where something is on the page: its size, scrolling, the window.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};

/// Watches an element until dropped.
pub(crate) struct Watch {
    observer: ResizeObserver,
    _handler: Closure<dyn FnMut(Array)>,
}

impl Watch {
    /// Calls `changed` with the content width and height, now and whenever they change.
    pub(crate) fn new(element: &Element, changed: impl Fn(f64, f64) + 'static) -> Option<Watch> {
        let handler = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            if let Ok(entry) =
                entries.get(entries.length().saturating_sub(1)).dyn_into::<ResizeObserverEntry>()
            {
                let rect = entry.content_rect();
                changed(rect.width(), rect.height());
            }
        });
        let observer = ResizeObserver::new(handler.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Watch { observer, _handler: handler })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Says when the page, or a part of it, has been scrolled or the window has another size; until it is dropped.
pub(crate) struct Scrolls {
    _listeners: [EventListener; 2],
}

impl Scrolls {
    pub(crate) fn new(changed: impl Fn() + Copy + 'static) -> Self {
        // A part's scrolling is heard on its way down alone.
        let scroll = EventListener::new_with_options(
            &super::window(),
            "scroll",
            EventListenerOptions::run_in_capture_phase(),
            move |_| changed(),
        );
        let resize = EventListener::new(&super::window(), "resize", move |_| changed());
        Scrolls { _listeners: [scroll, resize] }
    }
}
