//! The biomarkers in several sets of patients.

use super::super::{n_patients, provenance};
use super::Rows;
use crate::app::store::store;
use crate::app::widget::controls::Picker;
use crate::app::widget::plot::{Drawing, Plot};
use crate::app::widget::sheet::SheetView;
use crate::figure::{self, SheetKind};
use crate::session::Command;
use leptos::prelude::*;

#[component]
pub(crate) fn Cohorts(rows: Rows) -> impl IntoView {
    let store = store();
    let (analysis, now, passes) = (store.open, store.now, store.passes);
    let options = Signal::derive(move || {
        let Some(a) = analysis.get() else { return Vec::new() };
        let named = now.with(figure::named_comparison).into_iter().collect();
        [figure::comparisons(&a), named, figure::other_methods(&a)].concat()
    });
    let method = Memo::new(move |_| {
        let (a, word) = (analysis.get()?, now.with(|n| n.compare.clone())?);
        figure::other_method(&a, &word)
    });
    let chosen = Signal::derive(move || {
        let word = now.with(|n| n.compare.clone()).filter(|_| method.get().is_some());
        word.or_else(|| analysis.get().and_then(|a| figure::compared_cohorts(&a, &now.get())))
            .unwrap_or_default()
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
        <Show when=move || method.get().is_some()>
            <div class="ranked-rows">
                <SheetView kind=Signal::derive(move || method.get().map(|other| SheetKind::Methods { other })) height=0.0 />
            </div>
        </Show>
        <Show when=move || method.get().is_none()>
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
        </Show>
        <p class="caption">{caption}</p>
    }
}
