//! Subgroups: who is scored alike, and why.

use super::{drawn_note, n_patients, provenance};
use crate::app::store::store;
use crate::app::widget::controls::Segmented;
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drag, Drawing, Gesture, Plot};
use crate::app::widget::table::DataTable;
use crate::evaluate::NotATest;
use crate::figure::{self, Grouping};
use crate::plot::number::percent;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{Analysis, Command, Filter};
use crate::study::Outcome;
use leptos::prelude::*;

#[component]
pub(crate) fn Subgroups() -> impl IntoView {
    let store = store();
    let (analysis, passes) = (store.open, store.passes);
    let hovered = store.slice(|s| s.hovered);
    let patient = store.slice(|s| s.now.patient);
    let k = store.slice(|s| s.now.k);
    let n = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| format!("PCA, equal axes, {}", n_patients(&a)))
    });
    let map_caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "{}Near means: scored alike for the same reasons. Draw around patients to select them. {}",
                drawn_note(&a),
                provenance(&a)
            )
        })
    });
    let description = Memo::new(move |_| analysis.get().map(|a| figure::describe_clusters(&a)));
    let survives = Memo::new(move |_| {
        analysis.get().is_some_and(|a| matches!(a.study.outcome(), Outcome::Survival { .. }))
    });
    let size = StoredValue::new([0.0f64; 2]);
    let counts: Vec<(u32, String)> = (2..=7).map(|k| (k, k.to_string())).collect();
    view! {
        <div class="view subgroups-view" data-view-body="subgroups">
            <h1 class="visually-hidden">"Subgroups"</h1>
            <div class="toolbar">
                <Segmented
                    label="Groups"
                    options=counts
                    chosen=k.into()
                    choose=move |k| store.send(Command::SetClusters(k))
                />
                <span class="hint">"k-means on SHAP values, seed 0, best of 20 starts"</span>
            </div>
            <Pane title="Map of attributions" subtitle=n class="fill map-pane" caption=map_caption>
                <Plot
                    name="map"
                    fill=true
                    drag=Drag::Lasso
                    draw=Box::new(move |width, height| {
                        let height = height.max(320.0);
                        size.set_value([width, height]);
                        let figure = analysis
                            .get()
                            .map(|a| {
                                let passes = passes.get();
                                figure::map(&a, passes.as_ref().map(|p| p.as_slice()), [width, height])
                            })
                            .unwrap_or_default();
                        Drawing { scene: figure.scene, table: figure.table }
                    })
                    over=Box::new(move |base| {
                        overlay(base, &Highlights { hovered: hovered.get(), focused: patient.get(), ..Highlights::default() })
                    })
                    gesture=Box::new(move |gesture, _| match gesture {
                        Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
                        Gesture::Click(target, _) => {
                            if let Some(patient) = target.patient() {
                                store.send(Command::FocusPatient(patient, false));
                            }
                        }
                        Gesture::Open(target) => {
                            if let Some(patient) = target.patient() {
                                store.send(Command::FocusPatient(patient, true));
                            }
                        }
                        Gesture::Lasso(path) => {
                            if let Some(a) = analysis.get_untracked() {
                                let polygon = figure::map_point(&a, size.get_value(), &path);
                                store.send(Command::AddFilter(Filter::Region(polygon)));
                            }
                        }
                        Gesture::Brush(..) => {}
                    })
                />
            </Pane>
            <Pane
                title="Can these groups be trusted?"
                subtitle=Signal::derive(|| "separation and stability".to_string())
                class="trust-pane"
                caption=Signal::derive(move || analysis.get().map_or_else(String::new, |a| figure::trust(&a)))
            >
                <div class="trust-plots">
                    <Plot
                        name="silhouette"
                        draw=Box::new(move |w, _| {
                            analysis.get().map(|a| drawing(figure::silhouettes(&a, [w, 250.0]))).unwrap_or_default()
                        })
                        over=Box::new(move |base| {
                            overlay(base, &Highlights { hovered: hovered.get(), ..Highlights::default() })
                        })
                        gesture=Box::new(move |gesture, _| match gesture {
                            Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
                            Gesture::Click(target, _) => {
                                if let Some(patient) = target.patient() {
                                    store.send(Command::FocusPatient(patient, false));
                                }
                            }
                            _ => {}
                        })
                    />
                    <div>
                        <Plot
                            name="stability"
                            draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::stability(&a, w))).unwrap_or_default())
                        />
                        <Plot
                            name="silhouette-by-k"
                            draw=Box::new(move |w, _| {
                                analysis.get().map(|a| drawing(figure::silhouettes_by_k(&a, [w, 130.0]))).unwrap_or_default()
                            })
                        />
                    </div>
                </div>
            </Pane>
            <Pane
                title="Profile"
                subtitle=Signal::derive(|| "what the model credits in each subgroup".to_string())
                class="profile-pane"
                caption=Signal::derive(move || analysis.get().map_or_else(String::new, |a| profile_caption(&a)))
            >
                <Plot
                    name="profile"
                    draw=Box::new(move |w, _| analysis.get().map(|a| drawing(figure::profile(&a, w))).unwrap_or_default())
                    gesture=Box::new(move |gesture, _| match gesture {
                        Gesture::Click(target, _) => {
                            if let Some(feature) = target.feature() {
                                store.send(Command::FocusFeature(feature, false));
                            }
                        }
                        Gesture::Open(target) => {
                            if let Some(feature) = target.feature() {
                                store.send(Command::FocusFeature(feature, true));
                            }
                        }
                        _ => {}
                    })
                />
            </Pane>
            {move || survives.get().then(|| view! { <Survival/> })}
            <Pane
                title="What the subgroups are"
                subtitle=Signal::derive(|| "a rule that comes close, and columns the model does not use".to_string())
                class="profile-pane description-pane"
                caption=Signal::derive(|| {
                    "Rules of at most two conditions on measured values, by balanced accuracy, found on these patients: \
                     expect less on others. Columns outside the model: p for each, q for all together."
                        .to_string()
                })
            >
                {move || {
                    description
                        .get()
                        .map(|d| {
                            let warnings = d.warnings.into_iter().map(|w| view! { <p class="caption">{w}</p> }).collect_view();
                            let columns = (!d.covariates.rows.is_empty())
                                .then(|| {
                                    view! {
                                        <div class="scroll-x" tabindex="0" role="region" aria-label="Columns outside the model">
                                            <DataTable table=d.covariates/>
                                        </div>
                                    }
                                });
                            view! {
                                <div class="scroll-x" tabindex="0" role="region" aria-label="Rule of each subgroup"><DataTable table=d.clusters/></div>
                                {columns}
                                {warnings}
                            }
                        })
                }}
            </Pane>
        </div>
    }
}

/// Survival of the subgroups: curves, and a test only if the model has not seen these outcomes.
#[component]
fn Survival() -> impl IntoView {
    let store = store();
    let (analysis, passes) = (store.open, store.passes);
    let found = move |size: [f64; 2]| {
        let a = analysis.get()?;
        let passes = passes.get();
        figure::survival(&a, Grouping::Cluster, passes.as_ref().map(|p| p.as_slice()), size)
    };
    let said = Memo::new(move |_| found([640.0, 320.0]).map(|f| (f.headline, f.verdict.err(), f.groups)));
    view! {
        <Pane
            title="Survival"
            subtitle=Signal::derive(|| "of the subgroups, Kaplan–Meier".to_string())
            class="profile-pane survival-pane"
            caption=Signal::derive(move || {
                let headline = said.get().map_or_else(String::new, |s| s.0);
                let method = "Bands: 95 %, log-log. Ticks: censored. Thin dashed: fewer than 10 at risk.";
                let provenance = analysis.get().map_or_else(String::new, |a| provenance(&a));
                format!("{headline} {method} {provenance}")
            })
        >
            <Plot
                name="survival"
                draw=Box::new(move |w, _| found([w, 340.0]).map(|f| drawing(f.figure)).unwrap_or_default())
            />
            {move || {
                said.get()
                    .and_then(|s| s.1)
                    .filter(|why| *why != NotATest::NothingToCompare)
                    .map(|_| {
                        view! {
                            <details class="why-no-test">
                                <summary>"Why there is no p-value"</summary>
                                <p>{NotATest::WHY}</p>
                            </details>
                        }
                    })
            }}
            <div class="scroll-x" tabindex="0" role="region" aria-label="Survival of each subgroup">{move || said.get().map(|s| view! { <DataTable table=s.2/> })}</div>
        </Pane>
    }
}

fn drawing(figure: figure::Figure) -> Drawing {
    Drawing { scene: figure.scene, table: figure.table }
}

fn profile_caption(a: &Analysis) -> String {
    let names = figure::cluster_names(a.insight.clusters.k);
    let groups: Vec<String> = a
        .insight
        .profile
        .groups
        .iter()
        .zip(&names)
        .map(|(g, name)| match g.event_rate {
            Some(rate) => format!(
                "{name}: {} patients, {} of {} with the event ({} to {})",
                g.n,
                g.n_events,
                g.n_known,
                percent(rate.low),
                percent(rate.high)
            ),
            None => format!("{name}: {} patients", g.n),
        })
        .collect();
    format!(
        "{}. The groups come from a model of this outcome, so their outcomes differ by construction; this is not a test. \
         Cell colour on a square-root scale.",
        groups.join("; ")
    )
}
