//! The biomarkers in several sets of patients.

use super::super::{n_patients, provenance};
use super::Rows;
use crate::app::store::store;
use crate::app::widget::controls::Picker;
use crate::app::widget::plot::{Drawing, Plot};
use crate::figure;
use crate::session::Command;
use leptos::prelude::*;

#[component]
pub(crate) fn Cohorts(rows: Rows) -> impl IntoView {
    let store = store();
    let (analysis, now, passes) = (store.open, store.now, store.passes);
    let options = Signal::derive(move || analysis.get().map(|a| figure::comparisons(&a)).unwrap_or_default());
    let chosen = Signal::derive(move || {
        analysis.get().and_then(|a| figure::compared(&a, &now.get())).unwrap_or_default()
    });
    let caption = move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "{}; with a selection, only its patients. Intervals: mean ± 1.96 standard errors over patients, each row by \
                 itself; they do not cover refitting the model. {}",
                n_patients(&a),
                provenance(&a)
            )
        })
    };
    view! {
        <div class="toolbar">
            <Picker
                label="Compare by"
                options=options
                chosen=chosen
                choose=move |word: String| store.send(Command::SetCompare(Some(word).filter(|w| !w.is_empty())))
            />
        </div>
        <div class="ranked-rows">
            <Plot
                name="cohorts"
                draw=Box::new(move |width, _| {
                    let Some(a) = analysis.get() else { return Drawing::default() };
                    let passes = passes.get();
                    let figure = figure::cohorts(
                        &a,
                        &now.get(),
                        &rows.get(),
                        passes.as_ref().map(|p| p.as_slice()),
                        width,
                    );
                    Drawing { scene: figure.scene, table: figure.table }
                })
                gesture=Box::new(move |gesture, _| super::super::point(store, &gesture))
            />
        </div>
        <p class="caption">{caption}</p>
    }
}
