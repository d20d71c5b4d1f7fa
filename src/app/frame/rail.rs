//! The rail: where one can go, and the crossfilter.

use super::CommandButton;
use super::crossfilter::Crossfilter;
use crate::app::browser::clock;
use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon, Logo};
use crate::session::{Command, View};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

fn icon(view: View) -> Icon {
    match view {
        View::Start => Icon::Start,
        View::Overview => Icon::Overview,
        View::Biomarkers => Icon::Biomarkers,
        View::Biomarker => Icon::Biomarker,
        View::Patient => Icon::Patient,
        View::Subgroups => Icon::Subgroups,
        View::Performance => Icon::Performance,
    }
}

pub(crate) fn go_id(view: View) -> &'static str {
    match view {
        View::Start => "go-start",
        View::Overview => "go-overview",
        View::Biomarkers => "go-biomarkers",
        View::Biomarker => "go-biomarker",
        View::Patient => "go-patient",
        View::Subgroups => "go-subgroups",
        View::Performance => "go-performance",
    }
}

#[component]
pub(crate) fn Rail() -> impl IntoView {
    let store = store();
    let now = store.slice(|s| s.now.view);
    let open = store.slice(|s| s.open.is_some());
    view! {
        <nav class="rail" aria-label="Views">
            <div class="brand">
                <Logo />
                "Clarimark"
                <span class="version">{env!("CARGO_PKG_VERSION")}</span>
            </div>
            <button class="command-box" type="button" data-command="palette" on:click=move |_| store.send(Command::ShowPalette)>
                <Glyph icon=Icon::Search />
                <span>"Go to or run"</span>
                <kbd>"Ctrl K"</kbd>
            </button>
            <ul class="views">
                {View::ALL
                    .into_iter()
                    .enumerate()
                    .map(|(i, v)| {
                        view! {
                            <li>
                                <button
                                    type="button"
                                    data-command=go_id(v)
                                    aria-current=move || (now.get() == v).then_some("page")
                                    disabled=move || v != View::Start && !open.get()
                                    on:click=move |_| store.send(Command::Go(v))
                                >
                                    <Glyph icon=icon(v) />
                                    <span>{v.title()}</span>
                                    <span class="key">{i + 1}</span>
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <Crossfilter />
        </nav>
    }
}

/// The views as tabs at the foot of a narrow page.
#[component]
pub(crate) fn Tabs() -> impl IntoView {
    let store = store();
    let now = store.slice(|s| s.now.view);
    let open = store.slice(|s| s.open.is_some());
    let tabs = NodeRef::<html::Nav>::new();
    // On a narrow page not all fit: the one that is shown is brought into sight.
    Effect::new(move |_| {
        let at = View::ALL.iter().position(|v| *v == now.get());
        let (Some(tabs), Some(at)) = (tabs.get(), at) else { return };
        // Once the view has come: to ask where a tab lies lays out the page.
        clock::soon(move || {
            if let Some(tab) = tabs.children().item(at as u32).and_then(|t| t.dyn_into::<HtmlElement>().ok())
            {
                tabs.set_scroll_left(tab.offset_left() + tab.offset_width() / 2 - tabs.client_width() / 2);
            }
        });
    });
    view! {
        <nav class="tabs" aria-label="Views, short" node_ref=tabs>
            {View::ALL
                .into_iter()
                .map(|v| {
                    view! {
                        <button
                            type="button"
                            aria-current=move || (now.get() == v).then_some("page")
                            disabled=move || v != View::Start && !open.get()
                            on:click=move |_| store.send(Command::Go(v))
                        >
                            <Glyph icon=icon(v) />
                            {v.title()}
                        </button>
                    }
                })
                .collect_view()}
        </nav>
    }
}

#[component]
pub(crate) fn UndoRedo() -> impl IntoView {
    let store = store();
    let no_undo = store.slice(|s| !s.can_undo());
    let no_redo = store.slice(|s| !s.can_redo());
    view! {
        <CommandButton id="undo" command=Command::Undo class="button ghost square" label="Undo" disabled=no_undo>
            <Glyph icon=Icon::Undo />
        </CommandButton>
        <CommandButton id="redo" command=Command::Redo class="button ghost square" label="Redo" disabled=no_redo>
            <Glyph icon=Icon::Redo />
        </CommandButton>
    }
}
