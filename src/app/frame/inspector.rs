//! The inspector: facts about what is in focus, and always the patient under the pointer.

use leptos::prelude::*;

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    view! { <aside class="inspector" aria-label="Inspector"></aside> }
}
