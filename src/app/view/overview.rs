//! Overview: what this model and data are.

use leptos::prelude::*;

#[component]
pub(crate) fn Overview() -> impl IntoView {
    view! { <div class="view" data-view-body="overview"><h1>"Overview"</h1></div> }
}
