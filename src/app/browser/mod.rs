//! One thin wrapper per thing the browser can do. No other module of the page names `web_sys`'s global objects.

pub(crate) mod boot;
pub(crate) mod canvas;
pub(crate) mod clipboard;
pub(crate) mod clock;
pub(crate) mod download;
pub(crate) mod files;
pub(crate) mod keys;
pub(crate) mod location;
pub(crate) mod requests;
pub(crate) mod resize;
pub(crate) mod theme;
pub(crate) mod workers;

/// The window. The page runs in one; a worker never gets here.
pub(crate) fn window() -> web_sys::Window {
    gloo::utils::window()
}
