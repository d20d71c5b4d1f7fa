//! The status line: the proof that nothing was sent, the additivity error, the last run, and the keys of this view.

use crate::app::browser::requests;
use crate::app::store::store;
use crate::plot::number;
use crate::session::View;
use leptos::prelude::*;

#[component]
pub(crate) fn StatusLine() -> impl IntoView {
    let store = store();
    let sent = RwSignal::new(0usize);
    requests::watch(move |n| sent.set(n));
    let error = Memo::new(move |_| store.open.get().map(|a| a.max_additivity_error()));
    let last_run = store.slice(|s| {
        s.open.as_ref().map(|a| {
            format!(
                "{} × {} values in {}, {} {}",
                number::count(a.rows.len()),
                number::count(a.study.n_features()),
                super::run::duration(a.elapsed_ms / 1000.0),
                a.n_workers,
                if a.n_workers == 1 { "worker" } else { "workers" }
            )
        })
    });
    let running =
        store.slice(|s| s.run.as_ref().map(|r| format!("{}: {:.0} %", r.phase.words(), r.percent())));
    let view = store.slice(|s| s.now.view);
    let open = store.slice(|s| s.open.is_some());
    let keys = move || -> &'static [(&'static str, &'static str)] {
        match (view.get(), open.get()) {
            (View::Start, false) => &[("O", "choose files"), ("M A", "open example")],
            (View::Start, true) => &[("O", "choose files"), ("3", "biomarkers")],
            (View::Overview, _) => &[("3", "biomarkers"), ("Ctrl K", "commands")],
            (View::Biomarkers, _) => &[("J K", "row"), ("Enter", "open"), ("/", "find"), ("Drag", "filter")],
            (View::Biomarker, _) => &[("[ ]", "previous, next biomarker")],
            (View::Patient, _) => &[("J K", "patient"), ("/", "find")],
            (View::Performance, _) => &[("Drag", "filter"), ("Ctrl K", "commands")],
            (View::Subgroups, _) => &[("Drag", "lasso"), ("V", "invert"), ("Esc", "clear")],
        }
    };
    view! {
        <footer class="status" data-testid="status">
            <span class="proof">
                <i class="proof-dot" class:filled=move || { sent.get() > 0 }></i>
                <b data-testid="requests">{move || format!("{} requests", sent.get())}</b>
                " to other servers"
            </span>
            {move || {
                running
                    .get()
                    .map(|text| view! { <span data-testid="running">{text}</span> }.into_any())
                    .or_else(|| {
                        error
                            .get()
                            .map(|e| {
                                view! {
                                    <span data-testid="additivity">
                                        "Rows add up to the model: max |Δ| "{number::scientific(e)}
                                    </span>
                                }
                                    .into_any()
                            })
                    })
            }}
            {move || last_run.get().map(|text| view! { <span data-testid="last-run">{text}</span> })}
            <span class="keys">
                {move || {
                    keys()
                        .iter()
                        .chain(&[("?", "all keys")])
                        .map(|(k, what)| view! { <span><kbd>{*k}</kbd>{*what}</span> })
                        .collect_view()
                }}
            </span>
        </footer>
    }
}
