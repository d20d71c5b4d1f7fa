//! Two patients side by side: whom to compare with, and what makes the difference.

use super::provenance;
use crate::app::store::store;
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drawing, Gesture, Plot};
use crate::figure::{self, Case};
use crate::session::{Command, Notice};
use leptos::prelude::*;

#[component]
pub(crate) fn Second() -> impl IntoView {
    let store = store();
    let (analysis, case) = (store.open, store.case);
    let second = Memo::new(move |_| {
        let row = store.now.with(|n| n.second)?;
        Case::measured(&*analysis.get()?, row)
    });
    let subtitle = Signal::derive(move || {
        analysis.get().zip(case.get()).zip(second.get()).map_or_else(
            || "choose whom to compare with".to_string(),
            |((a, first), second)| {
                format!("{} → {}", a.study.patient_id(first.patient), a.study.patient_id(second.patient))
            },
        )
    });
    // One pass over all attributions for each: it waits for the question.
    let choose = move |other_side: bool| {
        let (Some(a), Some(c)) = (analysis.get_untracked(), case.get_untracked()) else { return };
        let found =
            if other_side { figure::nearest_on_other_side(&a, &c) } else { figure::nearest_patient(&a, &c) };
        match found {
            Some((row, _)) => store.send(Command::SetSecond(Some(row))),
            None => {
                let at = figure::Sides::of(&a).name;
                let text = format!("No explained patient is on the other side of {at}.");
                store.send(Command::Tell(Notice::word(text)));
            }
        }
    };
    let by_id = move |id: String| {
        let Some(a) = analysis.get_untracked() else { return };
        if id.trim().is_empty() {
            store.send(Command::SetSecond(None));
        } else if let Some(row) = figure::patient_by_id(&a, &id) {
            store.send(Command::SetSecond(Some(row)));
        } else {
            store.send(Command::Tell(Notice::word(format!("No explained patient is called {id}."))));
        }
    };
    let sides = move || analysis.get().map_or_else(String::new, |a| figure::Sides::of(&a).name);
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "Bars are differences of SHAP values, second minus first; they add up to the difference of the \
                 predictions. Nearest by distance in SHAP space; the other side is that of {}. A real patient, not an \
                 advice on what to change. {}",
                sides(),
                provenance(&a)
            )
        })
    });
    view! {
        <Pane title="Two patients" subtitle=subtitle caption=caption>
            <div class="toolbar">
                <button type="button" class="button" data-command="second-nearest" on:click=move |_| choose(false)>
                    "Nearest patient"
                </button>
                <button type="button" class="button" data-command="second-other-side" on:click=move |_| choose(true)>
                    "Nearest on the other side"
                </button>
                <label class="picker">
                    <span class="label">"Patient"</span>
                    <input
                        type="text"
                        class="field"
                        data-testid="second-id"
                        placeholder="id"
                        prop:value=move || {
                            analysis.get().zip(second.get()).map_or_else(String::new, |(a, c)| a.study.patient_id(c.patient))
                        }
                        on:change=move |event| by_id(event_target_value(&event))
                    />
                </label>
                <Show when=move || second.get().is_some()>
                    <button type="button" class="button" data-command="second-none" on:click=move |_| store.send(Command::SetSecond(None))>
                        "Put away"
                    </button>
                </Show>
            </div>
            <Show when=move || second.get().is_some()>
                <Plot
                    name="difference"
                    draw=Box::new(move |width, _| {
                        let figure = analysis
                            .get()
                            .zip(case.get())
                            .zip(second.get())
                            .map(|((a, first), second)| figure::difference(&a, &store.now.get(), &first, &second, width))
                            .unwrap_or_default();
                        Drawing { scene: figure.scene, table: figure.table }
                    })
                    gesture=Box::new(move |gesture, _| {
                        if let Gesture::Click(target, _) = gesture && let Some(feature) = target.feature() {
                            store.send(Command::FocusFeature(feature, false));
                        }
                    })
                />
            </Show>
        </Pane>
    }
}
