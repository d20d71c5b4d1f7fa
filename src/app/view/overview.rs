//! Overview: what this model and data are, whether the numbers add up, and what deserves a look.

use super::{n_patients, provenance};
use crate::app::frame::CommandButton;
use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon};
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drawing, Gesture, Plot};
use crate::figure::{self, Figure};
use crate::plot::number::{count, fixed};
use crate::session::{Analysis, Command, View};
use crate::study::Severity;
use leptos::prelude::*;

fn drawing(figure: Figure) -> Drawing {
    Drawing { scene: figure.scene, table: figure.table }
}

/// The mark of a severity: shape, not colour.
#[component]
pub(crate) fn SeverityMark(severity: Severity) -> impl IntoView {
    let (icon, word) = match severity {
        Severity::High => (Icon::High, "high"),
        Severity::Medium => (Icon::Medium, "medium"),
        Severity::Low => (Icon::Low, "low"),
        Severity::Pass => (Icon::Pass, "pass"),
    };
    view! {
        <span class="severity">
            <Glyph icon=icon />
            <span>{word}</span>
        </span>
    }
}

#[component]
pub(crate) fn Overview() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let text = move |read: fn(&Analysis) -> String| move || analysis.get().map(|a| read(&a));
    let findings = Memo::new(move |_| {
        analysis.get().map_or_else(Vec::new, |a| {
            a.findings.iter().map(|f| (f.severity, f.title.clone(), f.detail.clone())).collect::<Vec<_>>()
        })
    });
    let tally = Signal::derive(move || {
        let all = findings.get();
        let n = |s: Severity| all.iter().filter(|f| f.0 == s).count();
        format!(
            "{} high, {} medium, {} low, {} passed",
            n(Severity::High),
            n(Severity::Medium),
            n(Severity::Low),
            n(Severity::Pass)
        )
    });
    let measured = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let used = a.study.model.features.iter().filter(|f| f.n_splits > 0).count();
            format!(
                "{} × {} biomarkers, {} of them in splits",
                n_patients(&a),
                count(a.study.n_features()),
                count(used)
            )
        })
    });
    let top = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let share: f64 = a.insight.order.iter().take(5).map(|f| a.importance(*f).share).sum();
            format!(
                "These five carry {} of all attribution. {}",
                crate::plot::number::percent(share),
                provenance(&a)
            )
        })
    });
    let has_performance = Memo::new(move |_| analysis.get().is_some_and(|a| !a.performance.is_empty()));
    view! {
        <div class="view overview" data-view-body="overview">
            <div class="overview-head">
                <div>
                    <h1>{text(|a| if a.study.manifest.title.is_empty() { a.study.data_file.name.clone() } else { a.study.manifest.title.clone() })}</h1>
                    <p class="say">
                        {text(|a| {
                            if a.study.manifest.description.is_empty() {
                                "These files came without a manifest; a study.json beside them can say what they are.".into()
                            } else {
                                a.study.manifest.description.clone()
                            }
                        })}
                    </p>
                </div>
                <div>
                    <p class="hint">"Context of use"</p>
                    <p class="say">
                        {text(|a| {
                            if a.study.manifest.context_of_use.is_empty() {
                                "Not stated.".into()
                            } else {
                                a.study.manifest.context_of_use.clone()
                            }
                        })}
                    </p>
                </div>
            </div>
            <div class="overview-grid">
                <Pane title="What was measured" subtitle=measured>
                    <Plot name="missingness" draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::missingness(&a, w))).unwrap_or_default()) />
                </Pane>
                <Pane title="Checks" subtitle=Signal::derive(|| "exactness and performance".to_string())>
                    <Plot name="additivity" draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::additivity(&a, w))).unwrap_or_default()) />
                    <Show when=move || has_performance.get()>
                        <Plot name="performance" draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::performance(&a, w))).unwrap_or_default()) />
                        <p class="caption">
                            {text(|a| {
                                a.performance
                                    .iter()
                                    .map(|p| {
                                        let events = p.events.map_or_else(String::new, |e| format!(", {e} events"));
                                        format!(
                                            "{}: {} {} ({} to {}), n = {}{events}. ",
                                            p.part,
                                            p.measure,
                                            fixed(p.value.estimate, 3),
                                            fixed(p.value.low, 3),
                                            fixed(p.value.high, 3),
                                            count(p.n)
                                        )
                                    })
                                    .collect()
                            })}
                        </p>
                    </Show>
                </Pane>
                <Pane
                    title="Findings"
                    subtitle=tally
                    caption=Signal::derive(|| {
                        "To compare with the author's own predictions, drop a CSV with the columns id and margin or prediction."
                            .to_string()
                    })
                >
                    <ul class="findings" data-testid="findings">
                        {move || {
                            findings
                                .get()
                                .into_iter()
                                .map(|(severity, title, detail)| {
                                    view! {
                                        <li>
                                            <SeverityMark severity=severity />
                                            <p><b>{title}</b> " " {detail}</p>
                                        </li>
                                    }
                                })
                                .collect_view()
                        }}
                    </ul>
                </Pane>
                <Pane title="Top biomarkers" subtitle=Signal::derive(|| "mean |SHAP|, and each patient".to_string()) caption=top>
                    <Plot
                        name="top"
                        draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::top_biomarkers(&a, w))).unwrap_or_default())
                        gesture=Box::new(move |gesture, _| {
                            if let Gesture::Click(target, _) | Gesture::Open(target) = gesture
                                && let Some(feature) = target.feature() {
                                    store.send(Command::FocusFeature(feature, true));
                                }
                        })
                    />
                    <p class="overview-more">
                        <CommandButton id="go-biomarkers" command=Command::Go(View::Biomarkers)>
                            "All biomarkers "
                            <kbd>"3"</kbd>
                        </CommandButton>
                    </p>
                </Pane>
                <Pane title="Honesty notes" subtitle=Signal::derive(|| "what the study's authors say of it".to_string())>
                    <ul class="notes">
                        {move || {
                            let notes = analysis.get().map_or_else(Vec::new, |a| {
                                let m = &a.study.manifest;
                                let mut all = m.notes.clone();
                                all.extend(a.study.warnings.iter().cloned());
                                all
                            });
                            if notes.is_empty() {
                                return view! { <li class="dim">"None were given."</li> }.into_any();
                            }
                            notes.into_iter().map(|n| view! { <li>{n}</li> }).collect_view().into_any()
                        }}
                    </ul>
                </Pane>
                <Pane title="Provenance" subtitle=Signal::derive(|| "files, citation, licence".to_string())>
                    <dl class="facts provenance">
                        <dt>"Model file"</dt>
                        <dd>{text(|a| a.study.model_file.name.clone())}</dd>
                        <dt>"sha-256"</dt>
                        <dd><code>{text(|a| a.study.model_file.sha256.clone())}</code></dd>
                        <dt>"Table"</dt>
                        <dd>{text(|a| a.study.data_file.name.clone())}</dd>
                        <dt>"sha-256"</dt>
                        <dd><code>{text(|a| a.study.data_file.sha256.clone())}</code></dd>
                        <dt>"Citation"</dt>
                        <dd>{text(|a| or_none(&a.study.manifest.citation))}</dd>
                        <dt>"Source"</dt>
                        <dd>{text(|a| or_none(&a.study.manifest.source))}</dd>
                        <dt>"Licence"</dt>
                        <dd>{text(|a| or_none(&a.study.manifest.licence))}</dd>
                    </dl>
                </Pane>
            </div>
        </div>
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "not stated".into() } else { text.into() }
}
