//! What if: the patient's values changed by hand, and what the model makes of them.

use crate::app::resident;
use crate::app::store::store;
use crate::app::task::Stopped;
use crate::app::widget::controls::Picker;
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drawing, Plot};
use crate::figure::{self, Case, Choice};
use crate::ids::{FeatureId, OutputId};
use crate::job::{Answer, Question};
use crate::plot::number::{plain, signed};
use crate::session::{Command, Edits, Notice, Scenario};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Height of the curve in pixels.
const CURVE: f64 = 168.0;

/// A curve that was computed, with the patient it belongs to.
#[derive(Clone, PartialEq)]
struct Found {
    case: Case,
    feature: FeatureId,
    points: Vec<[f64; 2]>,
}

#[component]
pub(crate) fn WhatIf() -> impl IntoView {
    let store = store();
    let (analysis, patient, edits, case) = (store.open, store.patient, store.edits, store.case);
    // The biomarker with the keyboard if the model uses it, else the one with the largest contribution.
    let feature = Memo::new(move |_| {
        let (a, p) = (analysis.get()?, patient.get()?);
        let used = |f: &FeatureId| a.study.model.features.get(f.index()).is_some_and(|f| f.n_splits > 0);
        let chosen = store.now.with(|n| n.feature).filter(used);
        chosen.or_else(|| figure::contributions(&a, p).first().map(|c| c.feature))
    });
    let choice = Memo::new(move |_| Some(figure::choice(&*analysis.get()?, feature.get()?)));
    let found = RwSignal::new(None::<Found>);
    resident::follow(
        store,
        move || {
            let (a, p, feature) = (analysis.get()?, patient.get()?, feature.get()?);
            let (edits, choice) = (edits.get(), choice.get()?);
            let row = edits.row(&a.study, p);
            let own = [a.study.value(feature, p), row[feature.index()]];
            let along = figure::along(&choice, &own);
            Some(((edits, p, feature, along.clone()), Question::WhatIf { row, feature, along }))
        },
        resident::ask,
        move |(edits, p, feature, along): (Edits, _, _, Vec<f64>), answer| {
            let Answer::WhatIf { phi, margin, curve } = answer else { return };
            let Some(a) = analysis.get_untracked() else { return };
            let Some(case) = Case::changed(&a, &edits, p, &phi, &margin) else { return };
            let of_output = curve.iter().skip(a.insight.output).step_by(a.attributions.n_outputs);
            let points = along.iter().zip(of_output).map(|(x, y)| [*x, *y]).collect();
            store.computed.set(Some(case.clone()));
            found.try_set(Some(Found { case, feature, points }));
        },
    );
    let set = move |value: f64| {
        if let (Some(p), Some(f)) = (patient.get_untracked(), feature.get_untracked()) {
            store.send(Command::Edit(p, f, value));
        }
    };
    let take_back = move |f: FeatureId| {
        if let (Some(a), Some(p)) = (analysis.get_untracked(), patient.get_untracked()) {
            store.send(Command::Edit(p, f, a.study.value(f, p)));
        }
    };
    let value = Memo::new(move |_| {
        let (a, p, f) = (analysis.get()?, patient.get()?, feature.get()?);
        let value = edits.with(|e| e.value(&a.study, p, f));
        // Missing as None: NaN never equals itself.
        (!value.is_nan()).then_some(value)
    });
    let changed = Memo::new(move |_| {
        let p = patient.get()?;
        edits.with(|e| Some(e.of(p).iter().map(|(f, _)| *f).collect::<Vec<_>>()))
    });
    let is_changed = move || changed.get().is_some_and(|c| !c.is_empty());
    let searching = RwSignal::new(false);
    let flip = move |_| {
        if searching.get_untracked() {
            return;
        }
        let (Some(a), Some(p)) = (analysis.get_untracked(), patient.get_untracked()) else { return };
        let sides = figure::Sides::of(&a);
        let row = edits.with_untracked(|e| e.row(&a.study, p));
        let (output, choices) = (OutputId::of(a.insight.output), figure::flip_choices(&a));
        searching.set(true);
        spawn_local(async move {
            match resident::ask(store, Question::Flip { row, output, at: sides.at, choices }).await {
                Ok(Answer::Flip(Some(changes))) => {
                    if patient.get_untracked() == Some(p) {
                        let mut all = edits.get_untracked();
                        changes.iter().for_each(|(f, v)| all.set(&a.study, p, *f, *v));
                        store.send(Command::SetEdits(all));
                    }
                }
                Ok(_) => store.send(Command::Tell(Notice::word(format!(
                    "No change of one or two biomarkers within the observed values moves this patient across {}.",
                    sides.name
                )))),
                Err(Stopped::Failed(notice)) => store.send(Command::Tell(notice)),
                Err(Stopped::Cancelled) => {}
            }
            searching.try_set(false);
        });
    };
    let options = Signal::derive(move || {
        analysis.get().map_or_else(Vec::new, |a| {
            let used = a.insight.order.iter().filter(|f| a.study.model.features[f.index()].n_splits > 0);
            used.map(|f| (f.0.to_string(), a.study.label(*f).to_string())).collect()
        })
    });
    let subtitle = Signal::derive(move || {
        analysis.get().zip(case.get()).map_or_else(String::new, |(a, c)| {
            if c.changed.is_empty() {
                format!("as measured, {}", signed(c.margin, 2))
            } else {
                figure::outcome_of_change(&a, &c)
            }
        })
    });
    let outside = move || {
        let (f, v) = (feature.get()?, value.get()?);
        let ranges = store.ranges.get();
        let side = ranges.outside(f, v)?;
        let [low, high] = ranges.range(f)?;
        Some(format!("{} ({} to {})", side.says(), plain(low), plain(high)))
    };
    let caption = Signal::derive(move || {
        let missing = feature.get().zip(value.get()).is_none();
        let range = feature.get().and_then(|f| store.ranges.get().range(f)).is_some();
        format!(
            "About the model, not the patient: what it computes if only this value were different, not what treatment \
             would do. {}{}Own scale. A link carries the changed values, never the measured ones.",
            if missing { "Missing now, so the curve has no mark. " } else { "The ring is the value now. " },
            if range { "Dashed: where the training patients' values lie. " } else { "" }
        )
    });
    view! {
        <Pane title="What if" subtitle=subtitle class="what-if" caption=caption>
            <div class="what-if-grid">
                <div class="what-if-controls">
                    <Picker
                        label="Biomarker"
                        options=options
                        chosen=Signal::derive(move || feature.get().map_or_else(String::new, |f| f.0.to_string()))
                        choose=move |id: String| {
                            if let Ok(f) = id.parse() {
                                store.send(Command::FocusFeature(FeatureId(f), false));
                            }
                        }
                    />
                    {move || {
                        let name = analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| a.study.label(f).to_string());
                        match choice.get() {
                            Some(Choice::Number(range)) => view! { <Number name=name range=range value=value set=set /> }.into_any(),
                            Some(Choice::Levels(names)) => view! { <Levels name=name names=names value=value set=set /> }.into_any(),
                            None => ().into_any(),
                        }
                    }}
                    <div class="what-if-buttons">
                        <button
                            type="button"
                            class="button"
                            data-command="what-if-missing"
                            aria-pressed=move || value.get().is_none().to_string()
                            on:click=move |_| set(f64::NAN)
                        >
                            "Missing"
                        </button>
                        <button
                            type="button"
                            class="button"
                            data-command="what-if-reset"
                            aria-disabled=move || (!is_changed()).then_some("true")
                            on:click=move |_| store.send(Command::SetEdits(Edits::default()))
                        >
                            "Reset"
                        </button>
                        <button
                            type="button"
                            class="button"
                            data-command="what-if-flip"
                            aria-disabled=move || searching.get().then_some("true")
                            on:click=flip
                        >
                            {move || if searching.get() { "Searching" } else { "Smallest change to the other side" }}
                        </button>
                    </div>
                    {move || outside().map(|text| view! { <p class="hint" data-testid="outside">{text}</p> })}
                    <ul class="what-if-changes" data-testid="changes">
                        {move || {
                            let (Some(a), Some(p)) = (analysis.get(), patient.get()) else { return ().into_any() };
                            let edits = edits.get();
                            changed
                                .get()
                                .unwrap_or_default()
                                .into_iter()
                                .map(|f| {
                                    let says = figure::change(&a, &edits, p, f);
                                    let label = format!("Take back {says}");
                                    view! {
                                        <li>
                                            <span>{says}</span>
                                            <button type="button" class="link" aria-label=label on:click=move |_| take_back(f)>
                                                "take back"
                                            </button>
                                        </li>
                                    }
                                })
                                .collect_view()
                                .into_any()
                        }}
                    </ul>
                    <Scenarios changed=Signal::derive(is_changed) />
                </div>
                <div class="what-if-curve">
                    <Plot
                        name="what-if"
                        draw=Box::new(move |width, _| {
                            let figure = analysis
                                .get()
                                .zip(found.get())
                                .filter(|(_, f)| Some(f.case.patient) == patient.get())
                                .map(|(a, f)| {
                                    figure::what_if_curve(&a, &f.case, f.feature, &f.points, &store.ranges.get(), [width, CURVE])
                                })
                                .unwrap_or_default();
                            Drawing { scene: figure.scene, table: figure.table }
                        })
                    />
                </div>
            </div>
        </Pane>
    }
}

/// Changes that were kept under a name, of the patient in focus: what the model makes of them, and one click back.
#[component]
fn Scenarios(changed: Signal<bool>) -> impl IntoView {
    let store = store();
    let (analysis, patient) = (store.open, store.patient);
    let scenarios = store.slice(|s| s.now.scenarios.clone());
    let own = move || {
        let own = |s: &Scenario| s.edits.patient() == patient.get();
        scenarios.get().into_iter().filter(own).collect::<Vec<_>>()
    };
    let said = RwSignal::new(Vec::<(Edits, String)>::new());
    Effect::new(move |_| {
        analysis.track();
        said.set(Vec::new());
    });
    resident::follow(
        store,
        move || {
            let (a, p) = (analysis.get()?, patient.get()?);
            let next =
                own().into_iter().find(|s| said.with(|said| said.iter().all(|(e, _)| *e != s.edits)))?;
            let question = Question::WhatIf {
                row: next.edits.row(&a.study, p),
                feature: FeatureId(0),
                along: Vec::new(),
            };
            Some(((next.edits, p), question))
        },
        resident::ask,
        move |(edits, p), answer| {
            let (Answer::WhatIf { phi, margin, .. }, Some(a)) = (answer, analysis.get_untracked()) else {
                return;
            };
            if let Some(case) = Case::changed(&a, &edits, p, &phi, &margin) {
                said.try_update(|said| said.push((edits, figure::outcome_of_change(&a, &case))));
            }
        },
    );
    let line = move |Scenario { name, edits }: Scenario| {
        let (forget, label, then) = (name.clone(), format!("Forget {name}"), edits.clone());
        let says =
            move || said.with(|said| said.iter().find(|(e, _)| *e == edits).map(|(_, says)| says.clone()));
        view! {
            <li>
                <button type="button" class="link" on:click=move |_| store.send(Command::SetEdits(then.clone()))>
                    {name}
                </button>
                " "
                <span>{says}</span>
                " "
                <button
                    type="button"
                    class="link"
                    aria-label=label
                    on:click=move |_| store.send(Command::ForgetScenario(forget.clone()))
                >
                    "forget"
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || changed.get()>
            <input
                type="text"
                class="field"
                data-testid="name-scenario"
                aria-label="Keep these changes under a name"
                placeholder="keep as scenario"
                on:change=move |event| store.send(Command::KeepScenario(event_target_value(&event)))
            />
        </Show>
        <ul class="what-if-changes" data-testid="scenarios">
            {move || own().into_iter().map(line).collect_view()}
        </ul>
    }
}

/// A number: as text, and on a slider over the observed range.
#[component]
fn Number(
    name: String,
    range: [f64; 2],
    value: Memo<Option<f64>>,
    set: impl Fn(f64) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let [low, high] = range;
    // A thousandth of the range, as a power of ten: what the slider gives has few digits.
    let step = crate::math::powf(10.0, crate::math::log10((high - low).max(1e-9)).floor() - 2.0);
    let shown = move || value.get().map_or_else(String::new, |v| v.to_string());
    let label = format!("{name}, slider");
    view! {
        <input
            type="number"
            class="field what-if-number"
            data-testid="what-if-number"
            step="any"
            placeholder="missing"
            aria-label=name
            prop:value=shown
            on:change=move |event| set(event_target_value(&event).parse().unwrap_or(f64::NAN))
        />
        <input
            type="range"
            class="what-if-slider"
            data-testid="what-if-slider"
            min=low.to_string()
            max=high.to_string()
            step=step.to_string()
            aria-label=label
            prop:value=move || value.get().unwrap_or(low).to_string()
            on:input=move |event| {
                if let Ok(v) = event_target_value(&event).parse() {
                    set(v);
                }
            }
        />
        <span class="what-if-range">{plain(low)} " to " {plain(high)} " observed"</span>
    }
}

/// A level.
#[component]
fn Levels(
    name: String,
    names: Vec<String>,
    value: Memo<Option<f64>>,
    set: impl Fn(f64) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <select
            class="field"
            data-testid="what-if-level"
            aria-label=name
            prop:value=move || value.get().map_or_else(String::new, |v| v.to_string())
            on:change=move |event| set(event_target_value(&event).parse().unwrap_or(f64::NAN))
        >
            <option value="">"missing"</option>
            {names
                .into_iter()
                .enumerate()
                .map(|(code, text)| {
                    let value_text = (code as f64).to_string();
                    view! {
                        <option value=value_text selected=move || value.get() == Some(code as f64)>
                            {text}
                        </option>
                    }
                })
                .collect_view()}
        </select>
    }
}
