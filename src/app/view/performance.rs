//! Performance: how far the model's numbers can be trusted on these patients.

use super::{n_patients, provenance};
use crate::app::browser::files;
use crate::app::effects;
use crate::app::store::store;
use crate::app::widget::controls::Picker;
use crate::app::widget::pane::Pane;
use crate::app::widget::sheet::SheetView;
use crate::figure::{self, SheetKind};
use crate::plot::number::plain;
use crate::session::{Command, ViewState};
use crate::share::PACKED;
use crate::study::Outcome;
use leptos::prelude::*;

/// What the outcome is, as far as this view cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Binary,
    Survival,
    Other,
}

#[component]
pub(crate) fn Performance() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let kind = Memo::new(move |_| {
        analysis.get().map_or(Kind::Other, |a| match a.study.outcome() {
            Outcome::Binary { .. } => Kind::Binary,
            Outcome::Survival { .. } => Kind::Survival,
            Outcome::None | Outcome::Continuous(_) => Kind::Other,
        })
    });
    let cutoff = store.slice(|s| s.now.cutoff);
    let horizon = store.slice(|s| s.now.horizon);
    let compare = store.slice(|s| s.now.compare.clone());
    let n = Signal::derive(move || analysis.get().map_or_else(String::new, |a| n_patients(&a)));
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!("The selected patients where there is a selection. {}", provenance(&a))
        })
    });
    let performance =
        Signal::derive(move || Some(SheetKind::Performance { cutoff: cutoff.get(), horizon: horizon.get() }));
    let comparisons = Signal::derive(move || {
        let Some(a) = analysis.get() else { return Vec::new() };
        [figure::comparisons(&a), store.now.with(figure::named_comparison).into_iter().collect()].concat()
    });
    let compared = Signal::derive(move || {
        compare.track();
        analysis.get().and_then(|a| figure::compared_word(&a, &store.now.get())).unwrap_or_default()
    });
    let by_group = Memo::new(move |_| {
        Some(SheetKind::Groups { by: figure::compared(&*analysis.get()?, &store.now.get()) })
    });
    // What of the view's state the groups follow.
    let groups = store.slice(|s| ViewState {
        survival: s.now.survival.clone(),
        named: s.now.named.clone(),
        feature: s.now.feature,
        ..ViewState::default()
    });
    let groupings = Signal::derive(move || {
        analysis.get().map_or_else(Vec::new, |a| groups.with(|now| figure::groupings(&a, now)))
    });
    let grouping = Memo::new(move |_| {
        let a = analysis.get()?;
        Some(SheetKind::Survival { by: groups.with(|now| figure::grouping(&a, now)) })
    });
    let horizon_text = Signal::derive(move || {
        let shown = horizon.get().or_else(|| analysis.get().and_then(|a| figure::default_horizon(&a)));
        shown.map_or_else(String::new, plain)
    });
    let others = store.slice(|s| !s.models.is_empty());
    let n_refits = store.slice(|s| {
        let refits = s.open.as_ref().map_or(0, |a| a.study.manifest.refits.len());
        // A packed page holds the study's model and table only.
        if s.source.as_deref().is_some_and(|source| source != PACKED) { refits } else { 0 }
    });
    let columns = Signal::derive(move || if kind.get() == Kind::Binary { 3 } else { 2 });
    let unit = Memo::new(move |_| {
        analysis.get().map_or_else(String::new, |a| match a.study.outcome() {
            Outcome::Survival { unit, .. } => unit,
            _ => String::new(),
        })
    });
    view! {
        <div class="view performance-view" data-view-body="performance">
            <h1 class="visually-hidden">"Performance"</h1>
            <Show when=move || kind.get() != Kind::Other>
                <div class="toolbar">
                    {move || match kind.get() {
                        Kind::Survival => view! {
                            <label class="picker">
                                <span class="label">"Horizon"</span>
                                <input
                                    type="number"
                                    min="0"
                                    step="any"
                                    inputmode="decimal"
                                    data-testid="horizon"
                                    prop:value=move || horizon_text.get()
                                    on:change=move |event| {
                                        let time = event_target_value(&event).parse::<f64>().ok().filter(|t| *t > 0.0);
                                        store.send(Command::SetHorizon(time));
                                    }
                                />
                                <span class="hint">{move || unit.get()}</span>
                            </label>
                            <span class="hint">"where AUC, Brier score and calibration are read"</span>
                        }.into_any(),
                        _ => view! {
                            <label class="picker cutoff">
                                <span class="label">"Cutoff"</span>
                                <input
                                    type="range"
                                    min="0.01"
                                    max="0.99"
                                    step="0.01"
                                    data-testid="cutoff"
                                    aria-valuetext=move || format!("probability {}", plain(cutoff.get()))
                                    prop:value=move || cutoff.get().to_string()
                                    on:input=move |event| {
                                        if let Ok(cutoff) = event_target_value(&event).parse() {
                                            store.send(Command::SetCutoff(cutoff));
                                        }
                                    }
                                />
                                <output>{move || format!("{:.2}", cutoff.get())}</output>
                            </label>
                            <span class="hint">"probability from which the model says yes"</span>
                        }.into_any(),
                    }}
                </div>
            </Show>
            <Pane title="Discrimination and calibration" subtitle=n class="performance-pane" caption=caption>
                <SheetView kind=performance columns=columns height=300.0 />
            </Pane>
            <Show when=move || kind.get() == Kind::Survival>
                <Pane
                    title="Survival"
                    subtitle=Signal::derive(|| "Kaplan–Meier".to_string())
                    class="performance-pane survival-pane"
                    caption=Signal::derive(|| {
                        "Bands: 95 %, log-log. Ticks: censored. Thin dashed: fewer than 10 at risk. A cut that was searched \
                         for has its p corrected for the search."
                            .to_string()
                    })
                >
                    <div class="toolbar">
                        <Picker
                            label="Groups"
                            options=groupings
                            chosen=Signal::derive(move || groups.with(|now| now.survival.clone()))
                            choose=move |word| store.send(Command::SetSurvival(word))
                        />
                    </div>
                    <SheetView kind=grouping columns=super::survival_columns(store) height=360.0 />
                </Pane>
            </Show>
            <Show when=move || kind.get() != Kind::Other && !comparisons.with(Vec::is_empty)>
                <Pane
                    title="In groups of patients"
                    subtitle=Signal::derive(|| "does it hold in each".to_string())
                    class="performance-pane half"
                >
                    <div class="toolbar">
                        <Picker
                            label="By"
                            options=comparisons
                            chosen=compared
                            choose=move |word| store.send(Command::SetCompare(Some(word)))
                        />
                    </div>
                    <SheetView kind=by_group height=260.0 />
                </Pane>
            </Show>
            <Pane
                title="Panel size"
                subtitle=Signal::derive(|| "how many biomarkers carry how much".to_string())
                class="performance-pane half"
            >
                <SheetView kind=Signal::derive(|| Some(SheetKind::Panel)) height=260.0 />
            </Pane>
            <Pane
                title="Other models"
                subtitle=Signal::derive(|| "do refits lean on the same biomarkers".to_string())
                class="performance-pane"
            >
                <div class="toolbar">
                    <label class="button file-button">
                        "Choose models…"
                        <input
                            type="file"
                            multiple
                            class="visually-hidden"
                            data-testid="models-input"
                            on:change=move |event| {
                                if let Some(list) = files::of_input(&event) {
                                    effects::take_models(store, list);
                                }
                            }
                        />
                    </label>
                    <Show when=move || { n_refits.get() > 0 }>
                        <button type="button" class="button" data-command="refits" on:click=move |_| store.send(Command::FetchRefits)>
                            {move || format!("The study's {} refits", n_refits.get())}
                        </button>
                    </Show>
                    <span class="hint">"of the same outcome, on folds, resamples or other seeds; columns are bound by name"</span>
                </div>
                <Show when=move || others.get()>
                    <SheetView kind=Signal::derive(|| Some(SheetKind::Models)) columns=Signal::stored(2) height=300.0 />
                </Show>
            </Pane>
        </div>
    }
}
