//! Counts what this page has asked of other servers, as the browser itself records it.

use wasm_bindgen::JsCast;
use web_sys::PerformanceResourceTiming;

/// Milliseconds between looks.
const EVERY_MS: u32 = 2_000;

/// Calls `counted` with the number of requests to other origins, now and every two seconds.
pub(crate) fn watch(counted: impl Fn(usize) + 'static) {
    counted(to_other_servers());
    gloo::timers::callback::Interval::new(EVERY_MS, move || counted(to_other_servers())).forget();
}

fn to_other_servers() -> usize {
    let window = super::window();
    let origin = window.location().origin().unwrap_or_default();
    let Some(performance) = window.performance() else { return 0 };
    performance
        .get_entries_by_type("resource")
        .iter()
        .filter_map(|e| e.dyn_into::<PerformanceResourceTiming>().ok())
        .map(|e| e.name())
        .filter(|url| !url.starts_with("data:") && !url.starts_with("blob:") && !url.starts_with("file:"))
        .filter(|url| !url.starts_with(&origin))
        .count()
}
