//! What is known of a table that was too large to be held.

use crate::app::store::store;
use crate::app::widget::sheet::{LaidOut, width_of};
use crate::app::{effects, large};
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn Streamed() -> impl IntoView {
    let store = store();
    let host = NodeRef::<html::Div>::new();
    let width = width_of(host);
    Effect::new(move |_| {
        if width.get() >= 1.0 {
            store.stream_width.set(width.get());
            large::draw(width.get());
        }
    });
    let file = large::table();
    let can_be_held = file.as_ref().is_some_and(large::can_be_held);
    let megabytes = file.as_ref().map_or(0.0, |file| file.size() / f64::from(1 << 20));
    let name = file.map_or_else(String::new, |file| file.name());
    let sheet = Memo::new(move |_| store.streamed.get());
    view! {
        <div class="view streamed" data-view-body="streamed">
            <h1 class="visually-hidden">"Summary"</h1>
            <section class="pane" aria-label="Summary">
                <header class="pane-head">
                    <h2>{format!("Summary of {name}")}</h2>
                    <span class="dim">{format!("{megabytes:.1} MB, read in this browser, not held")}</span>
                    <span class="pane-tools">
                        {can_be_held
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="button"
                                        data-command="hold"
                                        title="Every patient in every view; takes many times the file's size in memory"
                                        on:click=move |_| effects::hold(store)
                                    >
                                        "Open in the explorer"
                                    </button>
                                }
                            })}
                        <button type="button" class="button" data-command="close-summary" on:click=move |_| large::close(store)>
                            "Close"
                        </button>
                    </span>
                </header>
                <div class="answer" node_ref=host>
                    <LaidOut sheet=sheet columns=RwSignal::new(1) bin=None />
                </div>
            </section>
        </div>
    }
}
