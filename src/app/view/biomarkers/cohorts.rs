//! The biomarkers in several sets of patients.

use super::super::{n_patients, provenance};
use super::Rows;
use crate::app::store::store;
use crate::app::widget::controls::Picker;
use crate::app::widget::sheet::SheetView;
use crate::figure::{self, SheetKind};
use crate::session::Command;
use leptos::prelude::*;

#[component]
pub(crate) fn Cohorts(rows: Rows) -> impl IntoView {
    let store = store();
    let (analysis, now) = (store.open, store.now);
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
        word.or_else(|| analysis.get().and_then(|a| figure::compared_word(&a, &now.get())))
            .unwrap_or_default()
    });
    // Sets of patients, or, of the same patients, another method.
    let kind = Memo::new(move |_| match method.get() {
        Some(other) => Some(SheetKind::Methods { other }),
        None => {
            let by = figure::compared(&*analysis.get()?, &now.get());
            Some(SheetKind::Cohorts { by, features: rows.get() })
        }
    });
    let caption = move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "{}; with a selection, only its patients. Intervals: 95 % of bootstrap resamples of the patients, each row \
                 by itself; they do not cover refitting the model. {}",
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
            <SheetView kind=kind height=0.0 />
        </div>
        <p class="caption">{caption}</p>
    }
}
