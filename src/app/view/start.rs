//! Start: examples, files.

use crate::app::frame::CommandButton;
use crate::session::Command;
use leptos::prelude::*;

#[component]
pub(crate) fn Start() -> impl IntoView {
    view! {
        <div class="view" data-view-body="start">
            <h1>"Open a trained biomarker model and see, patient by patient, exactly what drives it."</h1>
            <CommandButton id="open-example-pbc" command=Command::OpenExample("pbc".into())>"Open"</CommandButton>
            <CommandButton id="open-example-acc" command=Command::OpenExample("acc".into())>"Open"</CommandButton>
        </div>
    }
}
