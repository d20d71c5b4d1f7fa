//! The run: what is computed, how far it is, how long it will take, and the way to stop it.

use super::CommandButton;
use crate::app::store::store;
use crate::plot::number;
use crate::session::{Command, Phase};
use leptos::prelude::*;
use std::cmp::Ordering;

/// Seconds as a person says them: `41 ms`, `1.7 s`, `3 min 20 s`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} min {:.0} s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}

#[component]
pub(crate) fn RunPanel() -> impl IntoView {
    let store = store();
    let run = store.slice(|s| s.run.clone());
    let running = Memo::new(move |_| run.get().is_some());
    Effect::new(move |_| {
        // So that a tab in the background says how far it is. Never a file name: titles end up in histories.
        let title = match run.get() {
            Some(r) if r.total > 0 => format!("{:.0} % · Clarimark", r.percent()),
            _ => "Clarimark".to_string(),
        };
        gloo::utils::document().set_title(&title);
    });
    let fact = move |read: fn(&crate::session::Progress) -> String| move || run.get().as_ref().map(read);
    view! {
        <Show when=move || running.get()>
            <section class="run" aria-label="Run" data-testid="run">
                <div
                    class="run-bar"
                    role="progressbar"
                    aria-label="Rows done"
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=move || run.get().map(|r| format!("{:.0}", r.percent()))
                >
                    <i style:width=move || run.get().map(|r| format!("{:.1}%", r.percent()))></i>
                </div>
                <div class="run-facts">
                    <p class="run-percent">{fact(|r| format!("{:.0} %", r.percent()))}</p>
                    <ol class="run-steps" data-testid="phase">
                        {Phase::ALL
                            .map(|phase| {
                                let state = move || match run.get().map(|r| phase.cmp(&r.phase)) {
                                    Some(Ordering::Less) => "done",
                                    Some(Ordering::Equal) => "current",
                                    _ => "waiting",
                                };
                                view! {
                                    <li class=state aria-current=move || (state() == "current").then_some("step")>
                                        {phase.words()}
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ol>
                    <dl>
                        <dt>"Patients"</dt>
                        <dd>{fact(|r| format!("{} of {}{}", number::count(r.done), if r.about { "about " } else { "" }, number::count(r.total)))}</dd>
                        <dt>"Elapsed"</dt>
                        <dd>{fact(|r| duration(r.elapsed_ms / 1000.0))}</dd>
                    </dl>
                    <dl>
                        <dt>"Speed"</dt>
                        <dd>
                            {fact(|r| match r.rows_per_second() {
                                Some(rate) => format!("{} rows/s", number::count(rate.round() as usize)),
                                None => "starting".into(),
                            })}
                        </dd>
                        <dt>"Remaining"</dt>
                        <dd>{fact(|r| r.remaining_s().map_or("unknown".into(), |s| format!("about {}", duration(s))))}</dd>
                    </dl>
                    <dl>
                        <dt>"Workers"</dt>
                        <dd>{fact(|r| r.n_workers.to_string())}</dd>
                        <dt>"Redone"</dt>
                        <dd>{fact(|r| format!("{} chunks", r.redone))}</dd>
                    </dl>
                    <CommandButton id="cancel" command=Command::Cancel>
                        "Cancel "
                        <kbd>"Esc"</kbd>
                    </CommandButton>
                </div>
                <p class="caption">
                    "What was open before stays as it is until this run has ended. Everything is computed in this tab."
                </p>
            </section>
        </Show>
    }
}
