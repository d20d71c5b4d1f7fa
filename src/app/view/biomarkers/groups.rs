//! Groups of biomarkers, each a way down to its members.

use super::super::{drawn_note, n_patients, provenance};
use crate::app::store::store;
use crate::app::widget::sheet::SheetView;
use crate::figure::SheetKind;
use crate::session::{Command, Form};
use leptos::prelude::*;

#[component]
pub(crate) fn Groups() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let none = move || analysis.with(|a| a.as_ref().is_some_and(|a| a.insight.groups.is_empty()));
    let caption = move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "One dot per patient, {}. {}A group's SHAP values are added with their signs before sizes are averaged; \
                 a click on a group shows its biomarkers. {}",
                n_patients(&a),
                drawn_note(&a),
                provenance(&a)
            )
        })
    };
    let drill = move |row: u32| {
        let name =
            analysis.get_untracked().and_then(|a| Some(a.insight.groups.get(row as usize)?.name.clone()));
        if let Some(name) = name {
            store.send(Command::SetGroup(Some(name)));
            store.send(Command::SetForm(Form::Swarm));
        }
    };
    view! {
        <div class="ranked-rows">
            <SheetView kind=Signal::stored(Some(SheetKind::GroupSums)) height=0.0 bin=Callback::new(drill) />
            <Show when=none>
                <p class="empty">
                    "No groups: the study's manifest gives no biomarker a group, such as an organ or an omics layer."
                </p>
            </Show>
        </div>
        <p class="caption">{caption}</p>
    }
}
