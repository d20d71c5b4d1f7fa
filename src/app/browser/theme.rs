//! Light and dark.

use crate::plot::palette::{Colours, Mode, Theme};
use gloo::events::EventListener;

/// On the root element while the page is printed.
const PRINTED: &str = "data-printed";

/// The theme that the page shows: `data-theme` and `data-colours` on the root element. Paper is light.
pub(crate) fn current() -> Theme {
    let root = gloo::utils::document_element();
    let dark = root.get_attribute("data-theme").as_deref() == Some("dark") && !printed();
    let colours = root.get_attribute("data-colours").and_then(|id| Colours::from_id(&id));
    Theme { mode: if dark { Mode::Dark } else { Mode::Light }, colours: colours.unwrap_or_default() }
}

/// True while the page is printed.
pub(crate) fn printed() -> bool {
    gloo::utils::document_element().has_attribute(PRINTED)
}

/// Shows data in these colours.
pub(crate) fn set_colours(colours: Colours) {
    // Fails for no root element, which a page always has.
    let _ = gloo::utils::document_element().set_attribute("data-colours", colours.id());
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

/// Says when the page goes to paper and when it is back on screen: what is painted is painted again for it.
pub(crate) fn on_print(changed: impl Fn() + Copy + 'static) {
    for (event, printed) in [("beforeprint", true), ("afterprint", false)] {
        let listener = EventListener::new(&super::window(), event, move |_| {
            // Fails for a name that is none.
            let _ = gloo::utils::document_element().toggle_attribute_with_force(PRINTED, printed);
            changed();
        });
        listener.forget();
    }
}
