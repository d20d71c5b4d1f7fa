//! Every patient and biomarker at a glance.

use super::super::{drawn_note, n_patients, provenance};
use super::Rows;
use crate::app::store::store;
use crate::app::widget::controls::Picker;
use crate::app::widget::sheet::{SheetView, size_of};
use crate::figure::{self, SheetKind};
use crate::session::Command;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn Heatmap(rows: Rows) -> impl IntoView {
    let store = store();
    let (analysis, now) = (store.open, store.now);
    let kind = Signal::derive(move || {
        let (note, focused) = now.with(|n| (n.note.clone(), n.feature));
        Some(SheetKind::Heatmap { features: rows.get(), note, focused })
    });
    let caption = move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "One column per patient, {}, patients explained alike side by side: complete linkage of squared distances, \
                 leaves in optimal order. {}Where there are more patients than pixels, neighbours share a column that shows \
                 their mean. Colour is the SHAP value, full from the 99th percentile of its size. {}",
                n_patients(&a),
                drawn_note(&a),
                provenance(&a)
            )
        })
    };
    const NOTHING: &str = "\u{1}";
    let options = Signal::derive(move || {
        let mut all = vec![(NOTHING.to_string(), "nothing".to_string())];
        all.extend(analysis.get().map(|a| figure::annotations(&a)).unwrap_or_default());
        all
    });
    // Of a list that scrolls: what it holds does not make it higher.
    let host = NodeRef::<html::Div>::new();
    let size = size_of(host);
    let room = Memo::new(move |_| size.get()[1]);
    view! {
        <div class="toolbar">
            <Picker
                label="Annotate by"
                options=options
                chosen=Signal::derive(move || now.with(|n| n.note.clone()).unwrap_or_else(|| NOTHING.into()))
                choose=move |word: String| store.send(Command::SetNote(Some(word).filter(|w| w != NOTHING)))
            />
        </div>
        <div class="ranked-rows" node_ref=host>
            <SheetView kind=kind height=room />
        </div>
        <p class="caption">{caption}</p>
    }
}
