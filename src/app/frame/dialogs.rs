//! Layers over the page: what went wrong, the command palette, the sheet of keys.

use super::CommandButton;
use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon};
use crate::math::Order as _;
use crate::session::{Command, Dialog, Entry, catalogue};
use leptos::html;
use leptos::prelude::*;

/// Errors and words, above the view.
#[component]
pub(crate) fn NoticeBar() -> impl IntoView {
    let store = store();
    let notice = store.slice(|s| s.notice.clone());
    view! {
        <div aria-live="polite">
            {move || {
                notice
                    .get()
                    .map(|n| {
                        let role = if n.error { "alert" } else { "status" };
                        view! {
                            <section class="notice" class:error=n.error role=role data-testid="notice">
                                <Glyph icon=if n.error { Icon::High } else { Icon::Low } />
                                <div>
                                    <p class="notice-title">{n.title}</p>
                                    <p>{n.detail}</p>
                                    <p class="dim">{n.hint}</p>
                                </div>
                                <CommandButton id="dismiss" command=Command::Dismiss class="button ghost square" label="Close">
                                    <Glyph icon=Icon::Close />
                                </CommandButton>
                            </section>
                        }
                    })
            }}
        </div>
    }
}

/// How well the letters of `query` occur in `title`, in order: smaller is better, None if they do not.
fn score(title: &str, query: &str) -> Option<usize> {
    let title = title.to_lowercase();
    let mut at = 0;
    let mut gaps = 0;
    for c in query.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let step = title[at..].find(c)?;
        gaps += step;
        at += step + c.len_utf8();
    }
    Some(gaps)
}

/// Everything that can be gone to or done now, found by a few letters.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let store = store();
    let dialog = NodeRef::<html::Dialog>::new();
    let field = NodeRef::<html::Input>::new();
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    Effect::new(move |_| {
        let open = store.dialog.get() == Some(Dialog::Palette);
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            query.set(String::new());
            at.set(0);
            if dialog.show_modal().is_ok()
                && let Some(field) = field.get_untracked()
            {
                let _ = field.focus();
            }
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let close = move || {
        if store.dialog.get_untracked() == Some(Dialog::Palette) {
            store.dialog.set(None);
        }
    };
    let found = move || -> Vec<Entry> {
        if store.dialog.get() != Some(Dialog::Palette) {
            return Vec::new();
        }
        let text = query.get();
        let mut all: Vec<(usize, Entry)> = store.peek(|s| {
            let biomarkers = s.open.as_ref().filter(|_| !text.is_empty()).map_or_else(Vec::new, |a| {
                a.insight
                    .order
                    .iter()
                    .map(|&f| Entry {
                        id: "biomarker",
                        title: format!("Biomarker {}", a.study.label(f)),
                        keys: "",
                        command: Command::FocusFeature(f, true),
                    })
                    .chain(a.rows.iter().map(|&r| Entry {
                        id: "patient",
                        title: format!("Patient {}", a.study.patient_id(r)),
                        keys: "",
                        command: Command::FocusPatient(r, true),
                    }))
                    .collect()
            });
            catalogue(s)
                .into_iter()
                .chain(biomarkers)
                .filter_map(|e| Some((score(&e.title, &text)?, e)))
                .collect()
        });
        all.order_by_key(|(score, _)| *score);
        all.into_iter().map(|(_, e)| e).take(14).collect()
    };
    let run = move |entry: Option<Entry>| {
        close();
        if let Some(entry) = entry {
            store.send(entry.command);
        }
    };
    let keyed = move |event: web_sys::KeyboardEvent| {
        let n = found().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|i| *i = (*i + 1) % n),
            "ArrowUp" => at.update(|i| *i = (*i + n - 1) % n),
            "Enter" => run(found().into_iter().nth(at.get_untracked())),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <dialog class="palette" node_ref=dialog aria-label="Go to or run" on:close=move |_| close()>
            <input
                node_ref=field
                type="text"
                placeholder="Go to a view, a biomarker, a patient, or run a command"
                aria-label="Go to or run"
                prop:value=move || query.get()
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=keyed
            />
            <ul role="listbox" aria-label="Commands">
                {move || {
                    let chosen = at.get();
                    found()
                        .into_iter()
                        .enumerate()
                        .map(|(i, entry)| {
                            let (title, keys) = (entry.title.clone(), entry.keys);
                            view! {
                                <li role="option" aria-selected=(i == chosen).to_string() on:click=move |_| run(Some(entry.clone()))>
                                    {title}
                                    {(!keys.is_empty()).then(|| view! { <kbd>{keys}</kbd> })}
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </dialog>
    }
}

/// All keys.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let store = store();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = store.dialog.get() == Some(Dialog::Keys);
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            // Fails only where the dialog is already open.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let close = move || {
        if store.dialog.get_untracked() == Some(Dialog::Keys) {
            store.dialog.set(None);
        }
    };
    view! {
        <dialog class="sheet" node_ref=dialog aria-label="Keys" on:close=move |_| close()>
            <header>
                <h2>"Keys"</h2>
                <button type="button" class="button ghost square" aria-label="Close" on:click=move |_| close()>
                    <Glyph icon=Icon::Close />
                </button>
            </header>
            <dl>
                {move || {
                    store.dialog.get();
                    store
                        .peek(catalogue)
                        .into_iter()
                        .filter(|e| !e.keys.is_empty())
                        .map(|e| view! { <dt>{e.title}</dt><dd><kbd>{e.keys}</kbd></dd> })
                        .collect_view()
                }}
                <dt>"In a plot: next or previous mark"</dt>
                <dd><kbd>"Arrows"</kbd></dd>
                <dt>"In a plot: choose what is marked, with Shift also this"</dt>
                <dd><kbd>"Space"</kbd></dd>
                <dt>"In a plot: open what is marked"</dt>
                <dd><kbd>"Enter"</kbd></dd>
            </dl>
        </dialog>
    }
}
