//! Light and dark.

use crate::plot::palette::{Mode, Theme};

/// The theme that the page shows: `data-theme` on the root element, set before the first paint.
pub(crate) fn current() -> Theme {
    let dark = gloo::utils::document_element().get_attribute("data-theme").as_deref() == Some("dark");
    if dark { Theme::DARK } else { Theme::LIGHT }
}

/// Switches the theme and remembers it: the only thing this page stores.
pub(crate) fn toggle() {
    let word = if current().mode == Mode::Dark { "light" } else { "dark" };
    // Fails for no root element, which a page always has.
    let _ = gloo::utils::document_element().set_attribute("data-theme", word);
    // Storage may be switched off; then the choice lasts as long as the page.
    if let Ok(Some(storage)) = super::window().local_storage() {
        let _ = storage.set_item("clarimark.theme", word);
    }
}
