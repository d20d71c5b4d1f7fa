//! The crossfilter: small histograms; dragging on one selects in every view.

use crate::app::store::store;
use crate::app::widget::plot::{Drag, Drawing, Gesture, Plot};
use crate::figure::{self, Histogram};
use crate::ids::Target;
use crate::session::{Command, Filter};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub(crate) fn Crossfilter() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let histograms = Memo::new(move |_| analysis.get().map(|a| figure::histograms(&a)).unwrap_or_default());
    view! {
        <section class="crossfilter" aria-label="Crossfilter">
            <header>
                <h2>"Crossfilter"</h2>
                <span data-testid="crossfilter-count">
                    {move || {
                        store.n_selected().map(|(n, all)| format!("{n} of {all}"))
                    }}
                </span>
            </header>
            <Show
                when=move || analysis.get().is_some()
                fallback=|| {
                    view! {
                        <p class="dim crossfilter-empty">
                            "Histograms appear here once a study is open. Drag on one to filter every view."
                        </p>
                    }
                }
            >
                <div class="crossfilter-list">
                    {move || histograms.get().into_iter().map(|h| view! { <OneHistogram histogram=h /> }).collect_view()}
                    <p class="hint">"Drag to filter, double-click to clear. Keyboard: arrows, space, Shift with space up to there."</p>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn OneHistogram(histogram: Histogram) -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let passes = store.passes;
    let h = Arc::new(histogram);
    let width = StoredValue::new(0.0f64);
    let variable = h.variable;
    // Its own rules; those on other quantities change it through the patients that pass.
    let filters = store.slice(move |s| {
        let own = s.now.filters.iter().filter(|f| f.variable() == Some(variable));
        own.cloned().collect::<Vec<_>>()
    });
    let active = Memo::new(move |_| !filters.with(Vec::is_empty));
    let (drawn, used) = (h.clone(), h.clone());
    let drag = if h.levels.is_empty() { Drag::Brush } else { Drag::None };
    view! {
        <div class="histogram" class:active=move || active.get() on:dblclick=move |_| store.send(Command::ClearVariable(variable))>
            <p class="histogram-head">
                <span>{h.label.clone()}</span>
                <span>{h.note.clone()}</span>
            </p>
            <Plot
                name="histogram"
                tools=false
                drag=drag
                draw=Box::new(move |w, _| {
                    width.set_value(w);
                    let figure = analysis
                        .get()
                        .map(|a| {
                            let passes = passes.get();
                            figure::histogram(&a, &drawn, &filters.get(), passes.as_ref().map(|p| p.as_slice()), w)
                        })
                        .unwrap_or_default();
                    Drawing { scene: figure.scene, table: figure.table }
                })
                gesture=Box::new(move |gesture, _| match gesture {
                    Gesture::Brush(from, to) => {
                        store.send(Command::AddFilter(figure::brushed(&used, width.get_value(), from, to)));
                    }
                    Gesture::Click(Target::Bin(bin), extend) if used.levels.is_empty() => {
                        store.send(match figure::chosen_bin(&used, &filters.get_untracked(), bin, extend) {
                            Some(rule) => Command::AddFilter(rule),
                            None => Command::ClearVariable(variable),
                        });
                    }
                    Gesture::Click(Target::Bin(level), _) => {
                        store.send(toggled(&filters.get_untracked(), variable, level, used.levels.len()));
                    }
                    _ => {}
                })
            />
        </div>
    }
}

/// Adds a level to the rule on a variable, or takes it away; no level and every level mean no rule.
fn toggled(filters: &[Filter], variable: crate::session::Variable, level: u32, n_levels: usize) -> Command {
    let mut levels = filters
        .iter()
        .find_map(|f| match f {
            Filter::Levels { variable: v, levels } if *v == variable => Some(levels.clone()),
            _ => None,
        })
        .unwrap_or_default();
    match levels.binary_search(&level) {
        Ok(at) => {
            levels.remove(at);
        }
        Err(at) => levels.insert(at, level),
    }
    if levels.is_empty() || levels.len() == n_levels {
        Command::ClearVariable(variable)
    } else {
        Command::AddFilter(Filter::Levels { variable, levels })
    }
}
