//! Biomarkers: what drives the model over all patients.

use super::{drawn_note, n_patients, provenance};
use crate::app::store::store;
use crate::app::widget::controls::{Picker, Search, Segmented};
use crate::app::widget::plot::{Drawing, Gesture, Plot};
use crate::figure;
use crate::plot::number;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{Command, Sort};
use leptos::prelude::*;

#[component]
pub(crate) fn Biomarkers() -> impl IntoView {
    let store = store();
    let (analysis, now, passes) = (store.open, store.now, store.passes);
    let hovered = store.slice(|s| s.hovered);
    let features = Memo::new(move |_| {
        analysis.get().map(|a| figure::shown_features(&a, &now.get())).unwrap_or_default()
    });
    let used = Memo::new(move |_| {
        analysis.get().map_or(0, |a| a.study.model.features.iter().filter(|f| f.n_splits > 0).count())
    });
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let sampled = drawn_note(&a);
            format!(
                "One dot per patient, {}. {sampled}Colour is the measured value, clipped at its 4th and 96th percentile. \
                 Intervals: {} patient resamples; they do not cover refitting the model. {}",
                n_patients(&a),
                number::count(a.insight.n_resamples),
                provenance(&a)
            )
        })
    });
    let sorts = Signal::derive(|| {
        Sort::ALL.iter().map(|s| (s.id().to_string(), s.title().to_string())).collect::<Vec<_>>()
    });
    let tops = move || {
        let all = used.get();
        let mut options: Vec<(u32, String)> = [10u32, 20, 50]
            .into_iter()
            .filter(|&n| (n as usize) < all)
            .map(|n| (n, format!("Top {n}")))
            .collect();
        options.push((0, format!("All {all}")));
        options
    };
    let top = Signal::derive(move || {
        let top = now.get().top;
        if top as usize >= used.get() { 0 } else { top }
    });
    view! {
        <div class="view" data-view-body="biomarkers">
            <h1 class="visually-hidden">"Biomarkers"</h1>
            <div class="toolbar">
                <Search
                    label="Find biomarker"
                    text=Signal::derive(move || now.get().query)
                    changed=move |text| store.send(Command::SetQuery(text))
                />
                {move || {
                    view! {
                        <Segmented label="Show" options=tops() chosen=top choose=move |n| store.send(Command::SetTop(n)) />
                    }
                }}
                <Picker
                    label="Sort"
                    options=sorts
                    chosen=Signal::derive(move || now.get().sort.id().to_string())
                    choose=move |id: String| {
                        if let Some(sort) = Sort::from_id(&id) {
                            store.send(Command::SetSort(sort));
                        }
                    }
                />
                <span class="legend">"value low " <i class="ramp"></i> " high"</span>
                <span class="legend"><i class="swatch missing"></i> "missing, own lane"</span>
            </div>
            <div class="ranked-head">
                <Plot
                    name="ranked-axis"
                    tools=false
                    draw=Box::new(move |width, _| {
                        let figure = analysis
                            .get()
                            .map(|a| figure::ranked_header(&a, &now.get(), &features.get(), width))
                            .unwrap_or_default();
                        Drawing { scene: figure.scene, table: figure.table }
                    })
                />
            </div>
            <div class="ranked-rows">
                <Plot
                    name="ranked"
                    draw=Box::new(move |width, _| {
                        let figure = analysis
                            .get()
                            .map(|a| {
                                let passes = passes.get();
                                figure::ranked(&a, &now.get(), &features.get(), passes.as_ref().map(|p| p.as_slice()), width)
                            })
                            .unwrap_or_default();
                        Drawing { scene: figure.scene, table: figure.table }
                    })
                    over=Box::new(move |base| {
                        overlay(base, &Highlights { hovered: hovered.get(), focused: now.get().patient, ..Highlights::default() })
                    })
                    gesture=Box::new(move |gesture, _| match gesture {
                        Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
                        Gesture::Click(target, _) => {
                            if let Some(feature) = target.feature() {
                                store.send(Command::FocusFeature(feature, false));
                            }
                            if let Some(patient) = target.patient() {
                                store.send(Command::FocusPatient(patient, false));
                            }
                        }
                        Gesture::Open(target) => match (target.patient(), target.feature()) {
                            (Some(patient), _) => store.send(Command::FocusPatient(patient, true)),
                            (None, Some(feature)) => store.send(Command::FocusFeature(feature, true)),
                            (None, None) => {}
                        },
                        Gesture::Lasso(_) | Gesture::Brush(..) => {}
                    })
                />
                <Show when=move || features.get().is_empty()>
                    <p class="empty">"No biomarker matches. Clear the search field to see those the model uses."</p>
                </Show>
            </div>
            <p class="caption">{move || caption.get()}</p>
        </div>
    }
}
