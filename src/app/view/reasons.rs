//! Inside the model: the trees that decide for a patient, and how biomarkers interact.

use super::provenance;
use crate::app::resident;
use crate::app::store::store;
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drawing, Gesture, Plot};
use crate::app::widget::table::DataTable;
use crate::explain::Interaction;
use crate::explain::paths::TreePath;
use crate::figure::{self, Case};
use crate::ids::{FeatureId, OutputId};
use crate::job::{Answer, Question};
use crate::plot::number::count;
use crate::session::Command;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Trees listed.
const TREES: u32 = 8;
/// Pairs listed.
const PAIRS: u32 = 12;
/// Width up to which a matrix is asked for: the widest that is drawn.
const WIDE: f64 = 2_000.0;

/// The trees with the largest effect on the patient.
#[component]
pub(crate) fn TreePaths() -> impl IntoView {
    let store = store();
    let (analysis, case) = (store.open, store.case);
    let found = RwSignal::new(None::<(Case, Vec<TreePath>)>);
    resident::follow(
        store,
        move || {
            let (a, case) = (analysis.get()?, case.get()?);
            let output = OutputId::of(a.insight.output);
            Some((case.clone(), Question::Paths { row: case.values, output, count: TREES }))
        },
        resident::ask,
        move |case, answer| {
            if let Answer::Paths(paths) = answer {
                found.try_set(Some((case, paths)));
            }
        },
    );
    let subtitle = Signal::derive(move || {
        let all = analysis.get().map_or(0, |a| a.study.model.n_trees as usize);
        let shown = found.with(|f| f.as_ref().map_or(0, |(_, p)| p.len()));
        format!("{shown} of {} trees, largest effect first", count(all))
    });
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "Effect: what the tree gives this patient minus what it gives on average; over all trees the effects \
                 add up to the prediction minus the reference. {}",
                provenance(&a)
            )
        })
    });
    view! {
        <Pane title="Tree paths" subtitle=subtitle caption=caption>
            <div class="paths" tabindex="0" role="region" aria-label="Table of tree paths">
                {move || {
                    analysis
                        .get()
                        .zip(found.get())
                        .map(|(a, (case, paths))| view! { <DataTable table=figure::path_table(&a, &case, &paths) /> })
                }}
            </div>
        </Pane>
    }
}

/// How the biomarkers interact for the patient.
#[component]
pub(crate) fn PatientInteractions() -> impl IntoView {
    let store = store();
    let (analysis, case) = (store.open, store.case);
    let found = RwSignal::new(None::<(Case, Vec<FeatureId>, Vec<f64>)>);
    resident::follow(
        store,
        move || {
            let (a, case) = (analysis.get()?, case.get()?);
            let features = figure::matrix_features(&case, WIDE);
            let (row, output) = (case.values.clone(), OutputId::of(a.insight.output));
            Some(((case, features.clone()), Question::Matrix { row, output, features }))
        },
        resident::ask,
        move |(case, features), answer| {
            if let Answer::Matrix(matrix) = answer {
                found.try_set(Some((case, features, matrix)));
            }
        },
    );
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "Framed: main effects. Off the diagonal: half of a pair's effect on either side. With the biomarkers \
                 that are not shown, each line adds up to the biomarker's SHAP value. {}",
                provenance(&a)
            )
        })
    });
    view! {
        <Pane
            title="Interactions"
            subtitle=Signal::derive(|| "of the biomarkers that contribute most".to_string())
            caption=caption
        >
            <Plot
                name="interactions"
                draw=Box::new(move |width, _| {
                    let figure = analysis
                        .get()
                        .zip(found.get())
                        .map(|(a, (case, features, matrix))| {
                            figure::interaction_matrix(&a, &case, &features, &matrix, width)
                        })
                        .unwrap_or_default();
                    Drawing { scene: figure.scene, table: figure.table }
                })
                gesture=Box::new(move |gesture, _| {
                    if let Gesture::Click(target, _) = gesture && let Some(feature) = target.feature() {
                        store.send(Command::FocusFeature(feature, false));
                    }
                })
            />
        </Pane>
    }
}

/// The strongest interactions over the cohort, computed when asked for.
#[component]
pub(crate) fn StrongestPairs() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let found = RwSignal::new(None::<Vec<Interaction>>);
    let asked = RwSignal::new(false);
    Effect::new(move |_| {
        analysis.track();
        found.set(None);
    });
    let compute = move |_| {
        let Some(a) = analysis.get_untracked().filter(|_| !asked.get_untracked()) else { return };
        let matrix = a.study.binding.matrix(&a.study.data, &figure::interaction_rows(&a));
        asked.set(true);
        spawn_local(async move {
            match resident::ask(store, Question::Pairs { matrix, count: PAIRS }).await {
                Ok(Answer::Pairs(pairs)) => {
                    found.try_set(Some(pairs));
                }
                Err(crate::app::task::Stopped::Failed(notice)) => store.send(Command::Tell(notice)),
                _ => {}
            }
            asked.try_set(false);
        });
    };
    let subtitle = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let (used, all) = (figure::interaction_rows(&a).len(), a.rows.len());
            if used == all {
                format!("mean |interaction| over {} patients", count(all))
            } else {
                format!("mean |interaction| over {} of {} patients", count(used), count(all))
            }
        })
    });
    view! {
        <Pane title="Strongest interactions" subtitle=subtitle class="pairs">
            <Show when=move || found.get().is_none()>
                <div class="toolbar">
                    <button
                        type="button"
                        class="button"
                        data-command="compute-interactions"
                        aria-disabled=move || asked.get().then_some("true")
                        on:click=compute
                    >
                        {move || if asked.get() { "Computing" } else { "Compute interactions" }}
                    </button>
                </div>
            </Show>
            <Show when=move || found.get().is_some()>
                <ol class="pair-list" data-testid="pairs">
                    {move || {
                        let Some(a) = analysis.get() else { return ().into_any() };
                        found
                            .get()
                            .unwrap_or_default()
                            .into_iter()
                            .map(|pair| {
                                let (says, number) = figure::pair_said(&a, &pair);
                                let [first, second] = pair.features;
                                view! {
                                    <li>
                                        <button
                                            type="button"
                                            class="row-button"
                                            on:click=move |_| {
                                                store.send(Command::FocusFeature(first, false));
                                                store.send(Command::SetColourBy(Some(second)));
                                            }
                                        >
                                            {says}
                                        </button>
                                        <span class="number">{number}</span>
                                    </li>
                                }
                            })
                            .collect_view()
                            .into_any()
                    }}
                </ol>
            </Show>
        </Pane>
    }
}
