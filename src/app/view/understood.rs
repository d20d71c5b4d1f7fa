//! What was understood of the files, before anything is computed.

use leptos::prelude::*;

#[component]
pub(crate) fn Understood() -> impl IntoView {
    view! { <div class="view" data-view-body="understood"><h1>"What I understood"</h1></div> }
}
