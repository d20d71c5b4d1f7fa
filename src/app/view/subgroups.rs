//! Subgroups: who is scored alike, and why.

use super::{drawn_note, n_patients, provenance};
use crate::app::browser::clock;
use crate::app::resident;
use crate::app::store::store;
use crate::app::task::Stopped;
use crate::app::widget::controls::{Picker, Segmented};
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Combine, Drag, Drawing, Gesture, Plot};
use crate::app::widget::sheet::SheetView;
use crate::cohort::division::ClusterKind;
use crate::cohort::hierarchy::Linkage;
use crate::cohort::metric::Metric;
use crate::figure::{self, Grouping, Layout, SheetKind};
use crate::plot::number::percent;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{Analysis, Command, Filter, MapColour, MapKind, MapOf, ViewState};
use crate::study::Outcome;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[component]
pub(crate) fn Subgroups() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let (k, clusters) = (store.slice(|s| s.now.k), store.slice(|s| s.now.clusters));
    let linkage = store.slice(|s| s.now.linkage);
    let (map_of, metric) = (store.slice(|s| s.now.map_of), store.slice(|s| s.now.metric));
    let survives = Memo::new(move |_| {
        analysis.get().is_some_and(|a| matches!(a.study.outcome(), Outcome::Survival { .. }))
    });
    view! {
        <div class="view subgroups-view" data-view-body="subgroups">
            <h1 class="visually-hidden">"Subgroups"</h1>
            <div class="toolbar">
                // Density finds the number itself.
                <Show when=move || clusters.get() != ClusterKind::Density>
                    <Segmented
                        label="Groups"
                        options=(2..=7).map(|k| (k, k.to_string())).collect()
                        chosen=k.into()
                        choose=move |k| store.send(Command::SetClusters(k))
                    />
                </Show>
                <Segmented
                    label="By"
                    options=ClusterKind::ALL.map(|c| (c, c.title().to_string())).to_vec()
                    chosen=clusters.into()
                    choose=move |kind| store.send(Command::SetClusterKind(kind))
                />
                <span class="hint">
                    {move || match clusters.get() {
                        ClusterKind::Means => "on SHAP values, seed 0, best of 20 starts",
                        ClusterKind::Mixture => "on principal components of SHAP values, full covariances",
                        ClusterKind::Density => "on SHAP values, of at most 2,000 patients (others go with the nearest); finds the number itself, at least 5 % in each",
                    }}
                </span>
            </div>
            <Map />
            <Pane
                title="Can these groups be trusted?"
                subtitle=Signal::derive(|| "separation and stability".to_string())
                class="trust-pane"
                caption=Signal::derive(move || analysis.get().map_or_else(String::new, |a| figure::trust(&a)))
            >
                <SheetView kind=Signal::stored(Some(SheetKind::Trust)) columns=Signal::stored(2) narrowest=200.0 height=250.0 />
            </Pane>
            <Pane
                title="Profile"
                subtitle=Signal::derive(|| "what the model credits in each subgroup".to_string())
                class="profile-pane"
                caption=Signal::derive(move || analysis.get().map_or_else(String::new, |a| profile_caption(&a)))
            >
                <SheetView kind=Signal::stored(Some(SheetKind::Profile)) height=0.0 />
            </Pane>
            <Pane
                title="Are there groups at all?"
                subtitle=Signal::derive(|| "against patients without groups".to_string())
                class="profile-pane"
                caption=Signal::derive(|| {
                    "Compared with the same attributions dealt to the patients anew, biomarker by biomarker, and with one \
                     normal cloud. The selected patients where there is a selection."
                        .to_string()
                })
            >
                <SheetView kind=Signal::derive(|| Some(SheetKind::Reality)) columns=Signal::stored(2) height=220.0 />
            </Pane>
            <Pane
                title="Another way to group"
                subtitle=Signal::derive(|| "a tree of the patients".to_string())
                class="half-pane"
            >
                <div class="toolbar">
                    <Segmented
                        label="Linkage"
                        options=Linkage::ALL.map(|l| (l, l.title().to_string())).to_vec()
                        chosen=linkage.into()
                        choose=move |l| store.send(Command::SetLinkage(l))
                    />
                </div>
                <SheetView kind=Signal::derive(move || Some(SheetKind::Tree { linkage: linkage.get(), metric: metric.get() })) height=220.0 />
            </Pane>
            <Pane
                title="Consensus"
                subtitle=Signal::derive(|| "who stays together when others are left out".to_string())
                class="half-pane"
            >
                <SheetView kind=Signal::derive(|| Some(SheetKind::Consensus)) height=320.0 />
            </Pane>
            <Show when=move || survives.get()>
                <Pane
                    title="Survival"
                    subtitle=Signal::derive(|| "of the subgroups, Kaplan–Meier".to_string())
                    class="profile-pane survival-pane"
                    caption=Signal::derive(move || {
                        let method = "Bands: 95 %, log-log. Ticks: censored. Thin dashed: fewer than 10 at risk.";
                        let provenance = analysis.get().map_or_else(String::new, |a| provenance(&a));
                        format!("{method} {provenance}")
                    })
                >
                    <SheetView
                        kind=Signal::derive(|| Some(SheetKind::Survival { by: Grouping::Cluster }))
                        columns=super::survival_columns(store)
                        height=340.0
                    />
                </Pane>
            </Show>
            <Pane
                title="Principal components"
                subtitle=Signal::derive(move || format!("of {}", map_of.get().title()))
                class="profile-pane"
            >
                <SheetView
                    kind=Signal::derive(move || Some(SheetKind::Components { of: map_of.get(), metric: metric.get() }))
                    columns=Signal::stored(3)
                    height=230.0
                />
            </Pane>
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
                <SheetView kind=Signal::derive(|| Some(SheetKind::Description)) height=0.0 />
            </Pane>
        </div>
    }
}

/// Wanted time between two pictures of a map that settles, milliseconds.
const PICTURE_MS: f64 = 100.0;

/// The map: patients who are alike near each other, drawn while it settles.
#[component]
fn Map() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let hovered = store.slice(|s| s.hovered);
    let patient = store.slice(|s| s.now.patient);
    // What of the view's state the map follows.
    let now = store.slice(|s| ViewState {
        map: s.now.map,
        map_of: s.now.map_of,
        metric: s.now.metric,
        map_colour: s.now.map_colour,
        feature: s.now.feature,
        ..ViewState::default()
    });
    let wanted = Memo::new(move |_| now.with(|n| (n.map, n.map_of, n.metric)));
    let layout = RwSignal::new(Layout::default());
    let stopped = RwSignal::new(false);
    // One loop per wanted map; an older one ends as soon as it sees that it is not wanted any more.
    let turn = StoredValue::new(0u32);
    Effect::new(move |_| {
        let (kind, of, metric) = wanted.get();
        let Some(a) = analysis.get() else { return };
        turn.set_value(turn.get_value() + 1);
        stopped.set(false);
        if (kind, of, metric) == Default::default() {
            layout.set(Layout::of(&a));
            return;
        }
        let mine = turn.get_value();
        let wanted = move || turn.try_get_value() == Some(mine) && !stopped.get_untracked();
        spawn_local(async move {
            let mut steps = 1u32;
            while wanted() {
                let start = clock::now_ms();
                match resident::map(store, kind, of, metric, steps).await {
                    Ok(next) if wanted() => {
                        let over = next.progress >= 1.0;
                        layout.set(next);
                        if over {
                            break;
                        }
                    }
                    Ok(_) => break,
                    Err(Stopped::Failed(notice)) => {
                        store.send(Command::Tell(notice));
                        store.send(Command::SetMap(MapKind::Pca));
                        break;
                    }
                    Err(Stopped::Cancelled) => break,
                }
                let took = clock::now_ms() - start;
                steps =
                    (f64::from(steps) * (PICTURE_MS / took.max(1.0)).clamp(0.5, 2.0)).round().max(1.0) as u32;
            }
        });
    });
    let title = Signal::derive(move || {
        let (kind, of, _) = wanted.get();
        let n = analysis.get().map_or_else(String::new, |a| n_patients(&a));
        let axes = if kind == MapKind::Pca { ", equal axes" } else { "" };
        format!("{}{axes}, of {}, {n}", kind.title(), of.title())
    });
    let caption = Signal::derive(move || {
        let Some(a) = analysis.get() else { return String::new() };
        let (kind, of, metric) = wanted.get();
        let near = match (kind, of) {
            (MapKind::Pca, MapOf::Attributions) => "Near means: scored alike for the same reasons.",
            (MapKind::Pca, MapOf::Groups) => "Near means: the groups of biomarkers add up alike.",
            (MapKind::Pca, MapOf::Values) => {
                "Near means: alike in what was measured, standardised; missing: median."
            }
            (MapKind::Umap, _) => {
                "UMAP, 15 neighbours, minimal distance 0.1, seed 0, from principal components."
            }
            (MapKind::Tsne, _) => "t-SNE, perplexity 30, exact, from principal components.",
        };
        let colour = figure::map_colour_said(&a, &now.get()).unwrap_or_default();
        let pattern = match metric {
            Metric::Euclidean => "",
            Metric::Correlation => " By pattern, whatever its size: distance is 1 − r.",
        };
        format!(
            "{}{near}{pattern} {colour} Draw around patients to select them; with Shift to add them, with Alt to take them away. {}",
            drawn_note(&a),
            provenance(&a)
        )
    });
    let size = StoredValue::new([0.0f64; 2]);
    let has_groups = Memo::new(move |_| analysis.get().is_some_and(|a| a.insight.groups.len() > 1));
    let settling = Memo::new(move |_| layout.with(|l| l.progress < 1.0));
    let choose = move |id: String| {
        if let Some(of) = MapOf::from_id(&id) {
            store.send(Command::SetMapOf(of));
        }
    };
    let tint = move |id: String| {
        if let Some(colour) = MapColour::from_id(&id) {
            store.send(Command::SetMapColour(colour));
        }
    };
    view! {
        <Pane title="Map" subtitle=title class="fill map-pane" caption=caption>
            <Plot
                name="map"
                fill=true
                fade=true
                drag=Drag::Lasso
                draw=Box::new(move |width, height| {
                    let height = height.max(240.0);
                    size.set_value([width, height]);
                    let scene = analysis.get().map(|a| layout.with(|l| figure::map(&a, l, &now.get(), [width, height])));
                    Drawing { scene: scene.unwrap_or_default(), ..Drawing::default() }
                })
                numbers=Box::new(move || {
                    let table = analysis.get().map(|a| layout.with(|l| figure::map_table(&a, l, &now.get())));
                    table.unwrap_or_default()
                })
                over=Box::new(move |base| {
                    overlay(base, &Highlights { hovered: hovered.get(), focused: patient.get(), ..Highlights::default() })
                })
                gesture=Box::new(move |gesture, _| match gesture {
                    Gesture::Lasso(path, combine) => {
                        if let Some(a) = analysis.get_untracked() {
                            let now = now.get_untracked();
                            let region = layout.with_untracked(|l| figure::region(&a, l, &now, size.get_value(), &path));
                            store.send(match (combine, region) {
                                (Combine::Narrow, Filter::Rows(rows)) => Command::ChooseRows(rows),
                                (Combine::Narrow, rule) => Command::AddFilter(rule),
                                (Combine::Add, rule) => Command::Widen(rule),
                                (Combine::Subtract, rule) => Command::TakeAway(rule),
                            });
                        }
                    }
                    other => super::point(store, &other),
                })
            />
            <div class="toolbar map-tools">
                <Segmented
                    label="Map"
                    options=MapKind::ALL.map(|k| (k, k.title().to_string())).to_vec()
                    chosen=Signal::derive(move || wanted.get().0)
                    choose=move |kind| store.send(Command::SetMap(kind))
                />
                <Picker
                    label="Of"
                    options=Signal::derive(move || {
                        let offered = MapOf::ALL.into_iter().filter(|of| *of != MapOf::Groups || has_groups.get());
                        offered.map(|of| (of.id().to_string(), of.title().to_string())).collect()
                    })
                    chosen=Signal::derive(move || wanted.get().1.id().to_string())
                    choose=choose
                />
                <Segmented
                    label="Distance"
                    options=Metric::ALL.map(|m| (m, m.title().to_string())).to_vec()
                    chosen=Signal::derive(move || wanted.get().2)
                    choose=move |metric| store.send(Command::SetMetric(metric))
                />
                <Picker
                    label="Colour"
                    options=Signal::stored(MapColour::ALL.map(|c| (c.id().to_string(), c.title().to_string())).to_vec())
                    chosen=Signal::derive(move || now.with(|n| n.map_colour.id().to_string()))
                    choose=tint
                />
                <Show when=move || settling.get() && !stopped.get()>
                    <span class="hint" role="status" data-testid="settling">
                        {move || format!("settling, {:.0} %", 100.0 * layout.with(|l| l.progress))}
                    </span>
                    <button type="button" class="button" data-command="stop-map" on:click=move |_| stopped.set(true)>
                        "Stop"
                    </button>
                </Show>
                <Show when=move || settling.get() && stopped.get()>
                    <span class="hint">"stopped before it had settled"</span>
                </Show>
            </div>
        </Pane>
    }
}

fn profile_caption(a: &Analysis) -> String {
    let names = figure::cluster_names(&a.insight.clusters);
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
