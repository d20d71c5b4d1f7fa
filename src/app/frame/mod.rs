//! The frame that stands around every view: rail, session bar, trail, inspector, status line.

mod bar;
mod crossfilter;
mod dialogs;
mod inspector;
pub(crate) mod keys;
mod rail;
mod run;
pub(crate) use run::duration;
mod status;
mod trail;

use super::browser::{clock, files};
use super::effects;
use super::store::store;
use super::view;
use crate::session::{Command, Dialog, View};
use leptos::html;
use leptos::prelude::*;

/// The whole page.
#[component]
pub(crate) fn Frame() -> impl IntoView {
    let store = store();
    let over = RwSignal::new(false);
    let view = store.slice(|s| s.now.view);
    let staged = store.slice(|s| s.staged.is_some() && s.now.view == View::Start);
    let streamed = Memo::new(move |_| store.streamed.with(Option::is_some));
    // A view that goes takes the focus along: the keyboard goes on in the one that came. Not at the start, where nobody
    // has pressed anything.
    let main = NodeRef::<html::Main>::new();
    Effect::new(move |before: Option<View>| {
        let now = view.get();
        if before.is_some_and(|before| before != now) {
            clock::soon(move || {
                let lost = gloo::utils::document().active_element().is_none_or(|e| e.tag_name() == "BODY");
                if let Some(main) = main.try_get_untracked().flatten().filter(|_| lost) {
                    // Fails only where it is no longer on the page.
                    let _ = main.focus();
                }
            });
        }
        now
    });
    let drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(list) = files::of_drop(event.data_transfer()) {
            effects::take_files(store, list);
        }
    };
    view! {
        <div
            class="frame"
            class:dragging=move || over.get()
            class:with-inspector=move || store.dialog.get() == Some(Dialog::Inspector)
            class:with-filters=move || store.dialog.get() == Some(Dialog::Filters)
            data-view=move || view.get().id()
            on:dragover=move |event: web_sys::DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |event: web_sys::DragEvent| {
                // Leaving for a child is not leaving.
                if event.related_target().is_none() {
                    over.set(false);
                }
            }
            on:drop=drop
        >
            <a class="skip" href="#main">"Skip to the view"</a>
            <rail::Rail />
            <bar::SessionBar />
            <trail::Trail />
            <main class="main" id="main" tabindex="-1" node_ref=main>
                <dialogs::NoticeBar />
                {move || match (view.get(), staged.get()) {
                    (View::Start, true) => view::understood::Understood().into_any(),
                    (View::Start, false) if streamed.get() => view::streamed::Streamed().into_any(),
                    (View::Start, false) => view::start::Start().into_any(),
                    (View::Overview, _) => view::overview::Overview().into_any(),
                    (View::Biomarkers, _) => view::biomarkers::Biomarkers().into_any(),
                    (View::Biomarker, _) => view::biomarker::Biomarker().into_any(),
                    (View::Patient, _) => view::patient::Patient().into_any(),
                    (View::Subgroups, _) => view::subgroups::Subgroups().into_any(),
                    (View::Performance, _) => view::performance::Performance().into_any(),
                }}
                <run::RunPanel />
                <input
                    id="file-input"
                    type="file"
                    multiple
                    class="visually-hidden"
                    tabindex="-1"
                    aria-label="Choose a model file and a patient table"
                    on:change=move |event| {
                        if let Some(list) = files::of_input(&event) {
                            effects::take_files(store, list);
                        }
                    }
                />
            </main>
            <inspector::Inspector />
            <status::StatusLine />
            <rail::Tabs />
            <dialogs::Palette />
            <dialogs::Keys />
            <Show when=move || over.get()>
                <p class="drop-hint">"Drop a model, a table, or both"</p>
            </Show>
        </div>
    }
}

/// A button that sends a command and carries its id.
#[component]
pub(crate) fn CommandButton(
    /// Id in the catalogue.
    id: &'static str,
    /// Sent on click.
    command: Command,
    /// Class of the button.
    #[prop(default = "button")]
    class: &'static str,
    /// For assistive technology, where the content is an icon.
    #[prop(optional)]
    label: Option<&'static str>,
    /// True while the command makes no sense. Said, not enforced by the browser, which would take the focus away.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let store = store();
    view! {
        <button
            type="button"
            class=class
            data-command=id
            aria-label=label
            title=label
            aria-disabled=move || disabled.get().then_some("true")
            on:click=move |_| {
                if !disabled.get_untracked() {
                    store.send(command.clone());
                }
            }
        >
            {children()}
        </button>
    }
}
