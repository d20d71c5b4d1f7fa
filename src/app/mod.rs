//! The page: components that read the session and send commands. All thinking is in [`crate::session`].

#![allow(unreachable_pub, reason = "the component macro makes its own items public")]

pub(crate) mod browser;
mod effects;
mod frame;
mod large;
mod resident;
mod store;
mod study_files;
mod task;
mod view;
mod widget;

use crate::plot::palette::Colours;
use crate::session::{Command, Notice};
use crate::share::Link;
use browser::{keys, location};
use leptos::prelude::*;
use store::Store;

/// Shows the page.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    // The worker that knows the model leaves with its study.
    Effect::new(move |_| resident::leave_unless(store.open.get().map(|a| resident::key(&a))));
    keys::listen(move |stroke| frame::keys::handle(store, stroke));
    location::on_fragment(move |fragment| open_fragment(store, &fragment));
    effects::open_packed_or_linked(store);
    browser::theme::on_print(move || store.theme.update(|n| *n += 1));
    let colours = store.slice(|s| s.now.colours);
    Effect::new(move |before: Option<Colours>| {
        let colours = colours.get();
        browser::theme::set_colours(colours);
        if before.is_some_and(|b| b != colours) {
            store.theme.update(|n| *n += 1);
        }
        colours
    });
    frame::Frame()
}

/// Opens the view that a fragment describes; says why if it cannot.
fn open_fragment(store: Store, fragment: &str) {
    if fragment.is_empty() || store.link().as_deref() == Some(fragment) {
        return;
    }
    match fragment.parse::<Link>() {
        Ok(link) => store.send(Command::OpenLink(Box::new(link))),
        Err(error) => store.send(Command::Tell(Notice::error(
            "This link cannot be opened",
            error.to_string(),
            "Ask its sender for a new one, or open the files and find the view by hand.",
        ))),
    }
}
