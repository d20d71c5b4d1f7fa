//! One row per biomarker: rank, direction, mean |SHAP| and every patient.

use super::super::{drawn_note, n_patients, provenance};
use super::Rows;
use crate::app::store::store;
use crate::app::widget::plot::{Drawing, Plot};
use crate::app::widget::sheet::size_of;
use crate::figure;
use crate::plot::chart::ranked::Marks;
use crate::plot::number;
use crate::plot::overlay::{Highlights, overlay};
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn Ranked(
    /// `ranked` or `violin`.
    name: &'static str,
    rows: Rows,
) -> impl IntoView {
    let store = store();
    let (analysis, passes) = (store.open, store.passes);
    let marks = if name == "violin" { Marks::Violin } else { Marks::Dots };
    let focused = store.slice(|s| s.now.feature);
    let patient = store.slice(|s| s.now.patient);
    let hovered = store.slice(|s| s.hovered);
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let sampled = drawn_note(&a);
            let marks =
                if name == "violin" { "Smoothed density of all patients" } else { "One dot per patient" };
            format!(
                "{marks}, {}. {sampled}Colour is the measured value, clipped at its 4th and 96th percentile. \
                 Intervals: {} patient resamples; they do not cover refitting the model. {}",
                n_patients(&a),
                number::count(a.insight.n_resamples),
                provenance(&a)
            )
        })
    });
    // Of a list that scrolls: what it holds does not make it higher.
    let host = NodeRef::<html::Div>::new();
    let size = size_of(host);
    let room = Memo::new(move |_| size.get()[1]);
    view! {
        <div class="ranked-head">
            <Plot
                name="ranked-axis"
                tools=false
                draw=Box::new(move |width, _| {
                    let figure = analysis
                        .get()
                        .map(|a| figure::ranked_header(&a, &rows.get(), width))
                        .unwrap_or_default();
                    Drawing { scene: figure.scene, table: figure.table }
                })
            />
        </div>
        <div class="ranked-rows" node_ref=host>
            <Plot
                name=name
                fade=marks == Marks::Dots
                draw=Box::new(move |width, _| {
                    let figure = analysis
                        .get()
                        .map(|a| {
                            // Only the shape of a density depends on who is selected.
                            let passes = if marks == Marks::Violin { passes.get() } else { None };
                            let look = (focused.get(), marks);
                            let size = [width, room.get()];
                            figure::ranked(&a, look, &rows.get(), passes.as_ref().map(|p| p.as_slice()), size)
                        })
                        .unwrap_or_default();
                    Drawing { scene: figure.scene, table: figure.table }
                })
                export=Box::new(move |width, _| {
                    let figure = analysis
                        .get()
                        .map(|a| {
                            let passes = passes.get();
                            figure::ranked_whole(&a, marks, &rows.get(), passes.as_ref().map(|p| p.as_slice()), width)
                        })
                        .unwrap_or_default();
                    Drawing { scene: figure.scene, table: figure.table }
                })
                over=Box::new(move |base| {
                    overlay(base, &Highlights { hovered: hovered.get(), focused: patient.get(), ..Highlights::default() })
                })
                gesture=Box::new(move |gesture, _| super::super::point(store, &gesture))
            />
        </div>
        <p class="caption">{move || caption.get()}</p>
    }
}
