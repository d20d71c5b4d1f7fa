//! Time since the page opened.

/// Milliseconds since the page opened.
pub(crate) fn now_ms() -> f64 {
    super::window().performance().map_or(0.0, |p| p.now())
}
