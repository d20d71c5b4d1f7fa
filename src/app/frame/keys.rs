//! What the keys do.

use crate::app::browser::keys::Stroke;
use crate::app::store::Store;
use crate::plot::palette::Colours;
use crate::session::{Command, Dialog, View};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Carries out the command of a key; false if the key has none.
pub(crate) fn handle(store: Store, stroke: &Stroke) -> bool {
    let (open, staged, running, view, notice) = store
        .peek(|s| (s.open.is_some(), s.staged.is_some(), s.run.is_some(), s.now.view, s.notice.is_some()));
    let key = stroke.key.to_lowercase();
    let command = match (stroke.control, key.as_str()) {
        (true, "k") => Command::ShowPalette,
        (true, "z") if stroke.shift => Command::Redo,
        (true, "z") => Command::Undo,
        (true, "y") => Command::Redo,
        (true, "enter") if staged => Command::Compute,
        (true, _) => return false,
        (_, "escape") => {
            if store.dialog.try_update(|d| d.take().is_some()).unwrap_or(false) {
                return true;
            }
            if running {
                Command::Cancel
            } else if notice {
                Command::Dismiss
            } else {
                Command::ClearSelection
            }
        }
        (_, "enter") if open && !stroke.on_button => match view {
            View::Biomarkers => Command::Go(View::Biomarker),
            _ => return false,
        },
        (_, "/") => return focus_search(),
        (_, "?") => Command::ShowKeys,
        (_, "o") => Command::ChooseFiles,
        (_, "m") if view == View::Start => Command::OpenExample("pbc".into()),
        (_, "a") if view == View::Start => Command::OpenExample("acc".into()),
        (_, "t") => Command::ToggleTheme,
        (_, "i") if open => Command::ToggleInspector,
        (_, "f") if open => Command::ToggleFilters,
        (_, "v") if open => Command::Invert,
        (_, "c") if open => Command::SetColours(match store.now.with_untracked(|n| n.colours) {
            Colours::Standard => Colours::Safe,
            Colours::Safe => Colours::Standard,
        }),
        (_, "s") if open => Command::CopyLink,
        (_, "j" | "n" | "]") if open => Command::Step(1),
        (_, "k" | "p" | "[") if open => Command::Step(-1),
        (_, digit) => match digit.parse::<usize>().ok().and_then(|d| View::ALL.get(d.checked_sub(1)?)) {
            Some(&v) if open || v == View::Start => Command::Go(v),
            _ => return false,
        },
    };
    // A layer that is open takes the keys itself.
    if matches!(store.dialog.get_untracked(), Some(Dialog::Palette | Dialog::Keys)) {
        return false;
    }
    store.send(command);
    true
}

fn focus_search() -> bool {
    gloo::utils::document()
        .query_selector("main input[type=search]")
        .ok()
        .flatten()
        .and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok())
        .is_some_and(|e| e.focus().is_ok())
}
