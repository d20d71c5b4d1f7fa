//! Buttons, segmented choices, lists and fields.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// A choice among a few words, shown side by side.
#[component]
pub(crate) fn Segmented<T: Copy + PartialEq + Send + Sync + 'static>(
    label: &'static str,
    options: Vec<(T, String)>,
    chosen: Signal<T>,
    choose: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <span class="picker">
        <span class="label">{label}</span>
        <span class="segmented" role="group" aria-label=label>
            {options
                .into_iter()
                .map(|(value, text)| {
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || (chosen.get() == value).to_string()
                            on:click=move |_| choose(value)
                        >
                            {text}
                        </button>
                    }
                })
                .collect_view()}
        </span>
        </span>
    }
}

/// What is on or off.
#[component]
pub(crate) fn Toggle(
    label: &'static str,
    on: Signal<bool>,
    set: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button toggle"
            aria-pressed=move || on.get().to_string()
            on:click=move |_| set(!on.get_untracked())
        >
            {label}
        </button>
    }
}

/// A choice from a list.
#[component]
pub(crate) fn Picker(
    label: &'static str,
    options: Signal<Vec<(String, String)>>,
    chosen: Signal<String>,
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="picker">
            <span class="label">{label}</span>
            <select
                prop:value=move || chosen.get()
                on:change=move |event| choose(event_target_value(&event))
            >
                {move || {
                    let chosen = chosen.get();
                    options
                        .get()
                        .into_iter()
                        .map(|(value, text)| {
                            let selected = value == chosen;
                            view! { <option value=value selected=selected>{text}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

/// A search field.
#[component]
pub(crate) fn Search(
    label: &'static str,
    text: Signal<String>,
    changed: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="search">
            <Glyph icon=Icon::Search />
            <input
                type="search"
                placeholder=label
                aria-label=label
                prop:value=move || text.get()
                on:input=move |event| changed(event_target_value(&event))
            />
            <kbd>"/"</kbd>
        </label>
    }
}
