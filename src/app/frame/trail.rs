//! The trail of selections: one chip per rule, left to right; each can be removed.

use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon};
use crate::figure::words;
use crate::session::{CohortChoice, Command, Named, View};
use leptos::prelude::*;

#[component]
pub(crate) fn Trail() -> impl IntoView {
    let store = store();
    let cohort = store.slice(|s| {
        s.open.as_ref().map(|a| {
            let events = words::events_among(&a.study, &a.rows);
            (a.study.n_rows(), a.cohort, a.rows.len(), events)
        })
    });
    let filters = store.slice(|s| {
        let Some(a) = &s.open else { return Vec::new() };
        s.now.filters.iter().map(|f| words::filter(a, f)).collect::<Vec<_>>()
    });
    let staged = store.slice(|s| {
        let staged = s.staged.as_ref().filter(|_| s.now.view == View::Start)?;
        Some((staged.study.model_file.name.clone(), staged.study.data_file.name.clone()))
    });
    view! {
        <section class="trail" aria-label="Selection, step by step">
            {move || match (staged.get(), cohort.get()) {
                (Some((model, data)), _) => {
                    view! {
                        <span class="chip">{model}</span>
                        <span class="arrow">"+"</span>
                        <span class="chip">{data}</span>
                        <span class="arrow">"›"</span>
                        <span class="chip current">"What I understood"</span>
                    }
                        .into_any()
                }
                (None, None) => {
                    view! {
                        <span class="chip current">"No study open"</span>
                        <span class="hint">"Open an example or drop two files to begin"</span>
                    }
                        .into_any()
                }
                (None, Some((total, choice, n, events))) => {
                    let steps = filters.get();
                    let last = steps.len();
                    view! {
                        <span class="chip" class:current=choice == CohortChoice::All && last == 0>
                            "All patients "
                            <span class="dim">{total}</span>
                        </span>
                        {(choice != CohortChoice::All)
                            .then(|| {
                                view! {
                                    <span class="arrow">"›"</span>
                                    <span class="chip" class:current=last == 0>
                                        {words::capitalised(choice.word())}
                                        " split "
                                        <span class="dim">{n} {events.map(|e| format!(", {e}"))}</span>
                                    </span>
                                }
                            })}
                        {steps
                            .into_iter()
                            .enumerate()
                            .map(|(i, text)| {
                                view! {
                                    <span class="arrow">"›"</span>
                                    <span class="chip" class:current=i + 1 == last>
                                        {text}
                                        {(i + 1 == last)
                                            .then(|| view! { <span class="dim">{move || store.n_selected().map(|(n, _)| n)}</span> })}
                                        <button
                                            type="button"
                                            class="remove"
                                            aria-label="Remove this step"
                                            on:click=move |_| store.send(Command::RemoveFilter(i))
                                        >
                                            <Glyph icon=Icon::Close />
                                        </button>
                                    </span>
                                }
                            })
                            .collect_view()}
                        {(last > 0)
                            .then(|| {
                                view! {
                                    <input
                                        type="text"
                                        class="field name-selection"
                                        data-testid="name-selection"
                                        aria-label="Name this selection"
                                        placeholder="name it"
                                        on:change=move |event| store.send(Command::NameSelection(event_target_value(&event)))
                                    />
                                }
                            })}
                        <NamedSelections/>
                        <span class="hint">"Drag a histogram or draw around patients on the map to add a step."</span>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// Selections with a name: one click selects them again.
#[component]
fn NamedSelections() -> impl IntoView {
    let store = store();
    let named = store.slice(|s| {
        let current = |n: &Named| n.filters == s.now.filters;
        s.now.named.iter().map(|n| (n.name.clone(), current(n))).collect::<Vec<_>>()
    });
    let chip = move |(i, (name, current)): (usize, (String, bool))| {
        let forget = format!("Forget {name}");
        view! {
            <span class="chip named" class:current=current>
                <button type="button" class="link" on:click=move |_| store.send(Command::UseNamed(i))>
                    {name}
                </button>
                <button
                    type="button"
                    class="remove"
                    aria-label=forget
                    on:click=move |_| store.send(Command::ForgetNamed(i))
                >
                    <Glyph icon=Icon::Close />
                </button>
            </span>
        }
    };
    move || named.get().into_iter().enumerate().map(chip).collect_view()
}
