//! Which biomarkers move together, and share credit.

use super::super::{n_patients, provenance};
use crate::app::store::store;
use crate::app::widget::sheet::SheetView;
use crate::figure::SheetKind;
use leptos::prelude::*;

#[component]
pub(crate) fn Redundancy() -> impl IntoView {
    let analysis = store().open;
    let caption = move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "At most the 30 most important biomarkers, {}; average linkage of 1 − |Spearman| over the patients in whom both are \
                 measured, at most 2,000 of them evenly through the file. {}",
                n_patients(&a),
                provenance(&a)
            )
        })
    };
    view! {
        <div class="ranked-rows">
            <SheetView kind=Signal::derive(|| Some(SheetKind::Redundancy)) height=0.0 />
        </div>
        <p class="caption">{caption}</p>
    }
}
