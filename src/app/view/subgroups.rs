//! Subgroups: who is scored alike, and why.

use super::{drawn_note, n_patients, open, passes, provenance};
use crate::app::store::store;
use crate::app::widget::controls::Segmented;
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drag, Drawing, Gesture, Plot};
use crate::figure;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{Command, Filter};
use leptos::prelude::*;

#[component]
pub(crate) fn Subgroups() -> impl IntoView {
    let store = store();
    let (analysis, passes) = (open(store), passes(store));
    let hovered = store.slice(|s| s.hovered);
    let patient = store.slice(|s| s.now.patient);
    let k = store.slice(|s| s.now.k);
    let n = Signal::derive(move || analysis.get().map_or_else(String::new, |a| format!("PCA, equal axes, {}", n_patients(&a))));
    let map_caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!("{}Near means: scored alike for the same reasons. Draw around patients to select them. {}", drawn_note(&a), provenance(&a))
        })
    });
    let size = StoredValue::new([0.0f64; 2]);
    view! {
        <div class="view subgroups-view" data-view-body="subgroups">
            <h1 class="visually-hidden">"Subgroups"</h1>
            <div class="toolbar">
                <Segmented
                    label="Groups"
                    options=(2..=7u32).map(|k| (k, k.to_string())).collect::<Vec<_>>()
                    chosen=k.into()
                    choose=move |k| store.send(Command::SetClusters(k))
                />
                <span class="hint">"k-means on SHAP values, seed 0, best of 20 starts"</span>
            </div>
            <Pane title="Map of attributions" subtitle=n class="fill map-pane" caption=map_caption>
                <Plot
                    name="map"
                    fill=true
                    drag=Drag::Lasso
                    draw=move |width, height| {
                        let height = height.max(320.0);
                        size.set_value([width, height]);
                        let figure = analysis
                            .get()
                            .map(|a| {
                                let passes = passes.get();
                                figure::map(&a, passes.as_ref().map(|p| p.as_slice()), [width, height])
                            })
                            .unwrap_or_default();
                        Drawing { scene: figure.scene, table: figure.table }
                    }
                    over=Box::new(move |base| {
                        overlay(base, &Highlights { hovered: hovered.get(), focused: patient.get(), ..Highlights::default() })
                    })
                    gesture=Box::new(move |gesture, _| match gesture {
                        Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
                        Gesture::Click(target, _) => {
                            if let Some(patient) = target.patient() {
                                store.send(Command::FocusPatient(patient, false));
                            }
                        }
                        Gesture::Open(target) => {
                            if let Some(patient) = target.patient() {
                                store.send(Command::FocusPatient(patient, true));
                            }
                        }
                        Gesture::Lasso(path) => {
                            if let Some(a) = analysis.get_untracked() {
                                let polygon = figure::map_point(&a, size.get_value(), &path);
                                store.send(Command::AddFilter(Filter::Region(polygon)));
                            }
                        }
                        Gesture::Brush(..) => {}
                    })
                />
            </Pane>
        </div>
    }
}
