//! The session bar: which study, model, cohort, method, scale and selection every number belongs to.

use super::CommandButton;
use super::rail::UndoRedo;
use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon};
use crate::ids::OutputId;
use crate::session::{CohortChoice, Command, Session};
use leptos::prelude::*;

/// One cell: label over value.
fn cell(label: &'static str, class: &'static str, value: Memo<(String, String)>) -> impl IntoView {
    view! {
        <div class=format!("cell {class}")>
            <span class="cell-label">{label}</span>
            <span class="cell-value">
                <b>{move || value.get().0}</b>
                " "
                <span class="dim">{move || value.get().1}</span>
            </span>
        </div>
    }
}

fn study(s: &Session) -> Option<std::sync::Arc<crate::study::Study>> {
    s.open.as_ref().map(|a| a.study.clone()).or_else(|| s.staged.as_ref().map(|t| t.study.clone()))
}

/// First eight digits of a hash.
pub(crate) fn short(hash: &str) -> String {
    hash.chars().take(8).collect()
}

#[component]
pub(crate) fn SessionBar() -> impl IntoView {
    let store = store();
    let title = store.slice(|s| match study(s) {
        Some(study) if !study.manifest.title.is_empty() => (study.manifest.title.clone(), String::new()),
        Some(study) => (study.data_file.name.clone(), "no manifest".into()),
        None => ("none open".into(), String::new()),
    });
    let model = store.slice(|s| match study(s) {
        Some(study) => {
            (short(&study.model_file.sha256), format!("{} {}", study.model.library, study.model.version))
        }
        None => ("none".into(), String::new()),
    });
    let cohort = store.slice(|s| match &s.open {
        Some(a) if a.cohort == CohortChoice::All => (format!("all {}", a.rows.len()), String::new()),
        Some(a) => (format!("{} of {}", a.rows.len(), a.study.n_rows()), a.cohort.word().to_string()),
        None => ("none".into(), String::new()),
    });
    let method = store.slice(|s| {
        let words = s.open.as_ref().map_or_else(String::new, |a| a.method.words(a.n_background));
        ("TreeSHAP, exact".to_string(), words)
    });
    let scale = store.slice(|s| {
        (study(s).map_or_else(String::new, |study| study.model.scale.margin.clone()), String::new())
    });
    let open = store.slice(|s| s.open.is_some());
    let selection = Memo::new(move |_| {
        store
            .passes
            .with(Option::is_some)
            .then(|| store.n_selected().map(|(n, all)| format!("{n} of {all}")))
            .flatten()
    });
    let positional = store.slice(|s| study(s).is_some_and(|study| study.binding.positional()));
    let outputs = store.slice(|s| s.open.as_ref().map_or_else(Vec::new, |a| a.study.model.outputs.clone()));
    let output = store.slice(|s| s.now.output);
    view! {
        <header class="bar">
            <div class="cell shrink">
                <span class="cell-label">"Study"</span>
                <span class="cell-value">
                    <b>{move || title.get().0}</b>
                    " "
                    <span class="dim">{move || title.get().1}</span>
                </span>
                // A narrow page shows one cell: it still says of what every number is.
                <span class="cell-facts">
                    {move || {
                        open.get()
                            .then(|| format!("{}, {} {}, {}", model.get().0, cohort.get().1, cohort.get().0, scale.get().0))
                    }}
                </span>
            </div>
            {cell("Model", "wide", model)}
            {cell("Cohort", "", cohort)}
            <Show when=move || positional.get()>
                <div class="cell" role="status" data-testid="by-position">
                    <span class="cell-label">"Columns"</span>
                    <span class="cell-value caution">
                        <Glyph icon=Icon::High />
                        <b>"bound by position"</b>
                    </span>
                </div>
            </Show>
            <Show when=move || open.get()>
                {cell("Method", "wide", method)}
                {cell("Scale", "", scale)}
                <Show when=move || { outputs.get().len() > 1 }>
                    <label class="cell">
                        <span class="cell-label">"Output"</span>
                        <select
                            class="cell-value"
                            on:change=move |event| {
                                if let Ok(k) = event_target_value(&event).parse() {
                                    store.send(Command::SetOutput(OutputId(k)));
                                }
                            }
                        >
                            {move || {
                                outputs
                                    .get()
                                    .into_iter()
                                    .enumerate()
                                    .map(|(k, name)| {
                                        view! {
                                            <option value=k.to_string() selected=move || output.get().index() == k>
                                                {name}
                                            </option>
                                        }
                                    })
                                    .collect_view()
                            }}
                        </select>
                    </label>
                </Show>
                <div class="cell" data-testid="selection">
                    <span class="cell-label">"Selection"</span>
                    <span class="cell-value">
                        <b>{move || selection.get().unwrap_or_else(|| "none".into())}</b>
                        <Show when=move || selection.get().is_some()>
                            <CommandButton id="clear" command=Command::ClearSelection class="link">
                                "clear"
                            </CommandButton>
                        </Show>
                    </span>
                </div>
            </Show>
            <div class="actions">
                <Show when=move || open.get()>
                    <UndoRedo />
                    <span class="separator"></span>
                    <CommandButton id="filters" command=Command::ToggleFilters class="button ghost square only-narrow" label="Crossfilter">
                        <Glyph icon=Icon::Filter />
                    </CommandButton>
                    <CommandButton id="inspector" command=Command::ToggleInspector class="button ghost square only-narrow" label="Inspector">
                        <Glyph icon=Icon::Inspector />
                    </CommandButton>
                    <CommandButton id="save-report" command=Command::SaveReport class="button ghost not-phone">
                        "Report"
                    </CommandButton>
                    <CommandButton id="save-csv" command=Command::SaveTable class="button ghost not-phone">
                        "Save values"
                    </CommandButton>
                    <CommandButton id="copy-link" command=Command::CopyLink class="button primary">
                        "Copy link"
                    </CommandButton>
                    <span class="separator"></span>
                </Show>
                <CommandButton id="theme" command=Command::ToggleTheme class="button ghost square" label="Light or dark">
                    <Glyph icon=Icon::Theme />
                </CommandButton>
            </div>
        </header>
    }
}
