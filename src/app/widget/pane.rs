//! A pane: a head with its name, tools at the right, a body, and a caption that says what is drawn.

use leptos::prelude::*;

/// A titled part of a view.
#[component]
pub(crate) fn Pane(
    /// Name.
    title: &'static str,
    /// What of, how many.
    #[prop(into)]
    subtitle: Signal<String>,
    /// Legend and tools at the right of the head.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    /// n, what colour is, what an interval covers.
    #[prop(optional, into)]
    caption: Option<Signal<String>>,
    /// Modifier of the class, e.g. `fill`.
    #[prop(default = "")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("pane {class}") aria-label=title>
            <header class="pane-head">
                <h2>{title}</h2>
                <span class="dim">{move || subtitle.get()}</span>
                <span class="pane-tools">{tools.map(|t| t.run())}</span>
            </header>
            <div class="pane-body">{children()}</div>
            {caption.map(|c| view! { <p class="caption">{move || c.get()}</p> })}
        </section>
    }
}
