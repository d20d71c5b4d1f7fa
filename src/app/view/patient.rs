//! Patient: why the model scored this patient as it did.

use super::provenance;
use super::reasons::{PatientInteractions, TreePaths};
use super::second::Second;
use super::what_if::WhatIf;
use crate::app::frame::CommandButton;
use crate::app::store::store;
use crate::app::widget::controls::{Search, Segmented};
use crate::app::widget::icon::{Glyph, Icon};
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Draw, Drawing, Gesture, OnGesture, Plot};
use crate::figure::{self, words};
use crate::ids::RowId;
use crate::plot::number::{count, fixed, signed};
use crate::plot::palette::cluster_look;
use crate::session::{Analysis, Command, PatientChart, patients_by_margin};
use leptos::prelude::*;

/// Rows of the list that are in the page at once.
const LIST_ROWS: usize = 60;

#[component]
pub(crate) fn Patient() -> impl IntoView {
    let store = store();
    let (analysis, now, passes) = (store.open, store.now, store.passes);
    let (patient, case) = (store.patient, store.case);
    let sentence = Memo::new(move |_| {
        analysis.get().zip(patient.get()).map(|(a, p)| figure::sentence(&a, p)).unwrap_or_default()
    });
    let chart = Memo::new(move |_| now.with(|n| n.patient_chart));
    let subtitle = Signal::derive(move || {
        analysis.get().zip(case.get()).map_or_else(String::new, |(a, c)| {
            let how = if c.changed.is_empty() { "" } else { " with changed values" };
            format!("{}{how}", a.study.patient_id(c.patient))
        })
    });
    let caption = Signal::derive(move || {
        analysis.get().zip(patient.get()).map_or_else(String::new, |(a, p)| {
            let outcome = words::outcome_of(&a.study, p).map_or_else(String::new, |o| format!("Observed: {o}. "));
            let reads = match chart.get() {
                PatientChart::Waterfall => {
                    "Bars start at the reference and add up to the prediction, largest first; hollow means the value was \
                     missing. Triangle: outside the range of the training patients. Diamond: changed by you."
                }
                PatientChart::Force => {
                    "Forces meet at the prediction: what raises it pushes from the left, what lowers it from the right; \
                     the largest are named."
                }
                PatientChart::Decision => {
                    "Read upward: each path starts at the reference and takes the most important biomarker last. Grey: \
                     the selected patients, at most 300. Dashed: the second patient, or this one as measured."
                }
            };
            let calibrated = case.get().and_then(|c| a.calibrated(c.margin)).map_or_else(String::new, |p| {
                format!("Calibrated: {p}; the bars explain the {} before calibration. ", a.study.model.scale.margin)
            });
            format!(
                "{reads} Reference {}; red raises {}, blue lowers it. {calibrated}{outcome}{}",
                signed(a.base_value(), 2),
                a.study.model.scale.higher,
                provenance(&a)
            )
        })
    });
    let gesture = move || -> OnGesture {
        Box::new(move |gesture, _| match gesture {
            Gesture::Click(target, _) => {
                if let Some(feature) = target.feature() {
                    store.send(Command::FocusFeature(feature, false));
                } else if let Some(row) = target.patient() {
                    store.send(Command::SetSecond(Some(row)));
                }
            }
            Gesture::Open(target) => {
                if let Some(feature) = target.feature() {
                    store.send(Command::FocusFeature(feature, true));
                } else if let Some(row) = target.patient() {
                    store.send(Command::FocusPatient(row, false));
                }
            }
            Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
            _ => {}
        })
    };
    view! {
        <div class="view patient-view" data-view-body="patient">
            <h1 class="visually-hidden">"Patient"</h1>
            <PatientList />
            <div class="patient-main">
                <div class="patient-step">
                    <CommandButton id="previous" command=Command::Step(-1) class="button square" label="Previous patient">
                        <Glyph icon=Icon::Previous />
                    </CommandButton>
                    <p>
                        <b data-testid="patient-id">
                            {move || analysis.get().zip(patient.get()).map(|(a, p)| a.study.patient_id(p))}
                        </b>
                        " "
                        {move || {
                            analysis.get().zip(patient.get()).map(|(a, p)| signed(a.margin(p), 2))
                        }}
                    </p>
                    <CommandButton id="next" command=Command::Step(1) class="button square" label="Next patient">
                        <Glyph icon=Icon::Next />
                    </CommandButton>
                </div>
                <p class="say patient-sentence" data-testid="sentence">{move || sentence.get()}</p>
                <WhatIf />
                <Pane
                    title="Prediction"
                    subtitle=subtitle
                    caption=caption
                    tools=move || {
                        view! {
                            <span class="legend not-phone"><i class="swatch raises"></i> "raises"</span>
                            <span class="legend not-phone"><i class="swatch lowers"></i> "lowers"</span>
                            <Segmented
                                label="Chart"
                                options=PatientChart::ALL.map(|c| (c, c.id().to_string())).to_vec()
                                chosen=chart.into()
                                choose=move |c| store.send(Command::SetPatientChart(c))
                            />
                        }
                    }
                >
                    {move || {
                        let draw = move |chart: PatientChart| -> Draw {
                            Box::new(move |width, _| {
                                let Some((a, c)) = analysis.get().zip(case.get()) else { return Drawing::default() };
                                let now = now.get();
                                let figure = match chart {
                                    PatientChart::Waterfall => figure::waterfall(&a, &now, &c, &store.ranges.get(), width),
                                    PatientChart::Force => figure::force(&a, &now, &c, width),
                                    PatientChart::Decision => {
                                        let passes = passes.get();
                                        figure::decision(&a, &now, &c, passes.as_ref().map(|p| p.as_slice()), width)
                                    }
                                };
                                Drawing { scene: figure.scene, table: figure.table }
                            })
                        };
                        let chart = chart.get();
                        view! { <Plot name=chart.id() draw=draw(chart) gesture=gesture() /> }
                    }}
                </Pane>
                <Second />
                <Nearest />
                <TreePaths />
                <PatientInteractions />
            </div>
        </div>
    }
}

/// Patients by margin, with a search field; what is selected elsewhere stands out.
#[component]
fn PatientList() -> impl IntoView {
    let store = store();
    let (analysis, passes) = (store.open, store.passes);
    let patient = store.patient;
    let query = RwSignal::new(String::new());
    let first = RwSignal::new(0usize);
    let order = Memo::new(move |_| analysis.get().map(|a| patients_by_margin(&a)).unwrap_or_default());
    let found = Memo::new(move |_| {
        let Some(a) = analysis.get() else { return Vec::new() };
        let text = query.get().trim().to_lowercase();
        let passes = passes.get();
        order
            .get()
            .into_iter()
            .filter(|&r| {
                let chosen = match (&passes, a.position(r)) {
                    (Some(p), Some(i)) => p[i],
                    _ => true,
                };
                chosen && (text.is_empty() || a.study.patient_id(r).to_lowercase().contains(&text))
            })
            .collect::<Vec<RowId>>()
    });
    // The patient in focus is always among the rows shown.
    Effect::new(move |_| {
        let at = patient.get().and_then(|p| found.get().iter().position(|&r| r == p)).unwrap_or(0);
        let shown = first.get_untracked();
        if at < shown || at >= shown + LIST_ROWS {
            first.set(at.saturating_sub(LIST_ROWS / 2));
        }
    });
    let subtitle = Signal::derive(move || {
        let (found, all) = (found.get().len(), order.get().len());
        if found == all { count(all) } else { format!("{} of {}", count(found), count(all)) }
    });
    let largest = Memo::new(move |_| {
        analysis.get().map_or(1.0, |a| {
            a.rows.iter().map(|&r| (a.margin(r) - a.base_value()).abs()).fold(1e-12, f64::max)
        })
    });
    view! {
        <Pane title="Patients" subtitle=subtitle class="patient-list scroll">
            <div class="list-search">
                <Search label="Find patient" text=query.into() changed=move |text| query.set(text) />
            </div>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Patient"</th>
                        <th scope="col"><span class="visually-hidden">"Subgroup"</span></th>
                        <th scope="col" colspan="2" class="number">
                            {move || analysis.get().map(|a| format!("{}, high first", words::capitalised(&a.study.model.scale.margin)))}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {move || {
                        let Some(a) = analysis.get() else { return ().into_any() };
                        let (from, list) = (first.get(), found.get());
                        list.iter()
                            .skip(from)
                            .take(LIST_ROWS)
                            .map(|&r| {
                                let cluster = a.position(r).and_then(|i| a.insight.clusters.labels.get(i).copied()).unwrap_or(0);
                                let width = 22.0 * (a.margin(r) - a.base_value()).abs() / largest.get();
                                let below = a.margin(r) < a.base_value();
                                view! {
                                    <tr
                                        class:current=move || patient.get() == Some(r)
                                        on:click=move |_| store.send(Command::FocusPatient(r, false))
                                        on:pointerenter=move |_| store.send(Command::Hover(Some(r)))
                                        on:pointerleave=move |_| store.send(Command::Hover(None))
                                    >
                                        <td>
                                            <button type="button" class="row-button" data-patient=r.0 + 1>
                                                {a.study.patient_id(r)}
                                            </button>
                                        </td>
                                        <td>{cluster_mark(&a, cluster)}</td>
                                        <td>
                                            <i class="margin-bar" class:below=below style:width=format!("{width:.1}px")></i>
                                        </td>
                                        <td class="number">{signed(a.margin(r), 2)}</td>
                                    </tr>
                                }
                            })
                            .collect_view()
                            .into_any()
                    }}
                </tbody>
            </table>
            <div class="list-foot">
                <Show when=move || { first.get() > 0 }>
                    <button type="button" class="link" on:click=move |_| first.update(|f| *f = f.saturating_sub(LIST_ROWS))>
                        "earlier"
                    </button>
                </Show>
                <Show when=move || { first.get() + LIST_ROWS < found.get().len() }>
                    <button type="button" class="link" on:click=move |_| first.update(|f| *f += LIST_ROWS)>
                        {move || format!("{} more", count(found.get().len().saturating_sub(first.get() + LIST_ROWS)))}
                    </button>
                </Show>
                <Show when=move || found.get().is_empty()>
                    <p class="empty">"No patient matches."</p>
                </Show>
            </div>
        </Pane>
    }
}

/// A cluster's mark in a table.
pub(crate) fn cluster_mark(a: &Analysis, cluster: u32) -> impl IntoView + use<> {
    use crate::plot::Shape;
    let look = cluster_look(cluster, a.insight.clusters.out());
    let shape = Shape::of_cluster(look);
    let points = shape
        .corners(5.0, 5.0, 4.0)
        .map(|c| c.iter().map(|p| format!("{:.1},{:.1}", p[0], p[1])).collect::<Vec<_>>().join(" "));
    let class = format!("cluster-mark cluster-{}", look % 8);
    let name = match a.insight.clusters.out() {
        Some(out) if out == cluster => "in no cluster".to_string(),
        _ => format!("subgroup {}", char::from(b'A' + (cluster as u8).min(25))),
    };
    view! {
        <svg class=class width="10" height="10" viewBox="0 0 10 10" role="img" aria-label=name>
            {match points {
                Some(points) => view! { <polygon points=points /> }.into_any(),
                None => view! { <circle cx="5" cy="5" r="4" /> }.into_any(),
            }}
        </svg>
    }
}

/// Patients explained most alike.
#[component]
fn Nearest() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let patient = store.patient;
    let rows = Memo::new(move |_| {
        analysis.get().zip(patient.get()).map_or_else(Vec::new, |(a, p)| figure::nearest(&a, p, 6))
    });
    view! {
        <Pane
            title="Nearest patients"
            subtitle=Signal::derive(|| "by distance in SHAP space".to_string())
            caption=Signal::derive(|| {
                "Close attributions, not close bodies: these patients got similar scores for similar reasons.".to_string()
            })
        >
            <table class="data-table">
                <thead>
                    <tr>
                        <th scope="col">"Patient"</th>
                        <th scope="col"><span class="visually-hidden">"Subgroup"</span></th>
                        <th scope="col" class="number">"Distance"</th>
                        <th scope="col" class="number">
                            {move || analysis.get().map(|a| words::capitalised(&a.study.model.scale.margin))}
                        </th>
                        <th scope="col">"Outcome"</th>
                    </tr>
                </thead>
                <tbody>
                    {move || {
                        let Some(a) = analysis.get() else { return ().into_any() };
                        rows.get()
                            .into_iter()
                            .map(|(r, distance)| {
                                let cluster = a.position(r).and_then(|i| a.insight.clusters.labels.get(i).copied()).unwrap_or(0);
                                view! {
                                    <tr>
                                        <td>
                                            <button type="button" class="row-button" on:click=move |_| store.send(Command::FocusPatient(r, false))>
                                                {a.study.patient_id(r)}
                                            </button>
                                        </td>
                                        <td>{cluster_mark(&a, cluster)}</td>
                                        <td class="number">{fixed(distance, 2)}</td>
                                        <td class="number">{signed(a.margin(r), 2)}</td>
                                        <td>{words::outcome_of(&a.study, r).unwrap_or_default()}</td>
                                    </tr>
                                }
                            })
                            .collect_view()
                            .into_any()
                    }}
                </tbody>
            </table>
        </Pane>
    }
}
