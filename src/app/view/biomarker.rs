//! Biomarker: how one measurement acts on the prediction.

use super::{drawn_note, n_patients, provenance};
use crate::app::frame::CommandButton;
use crate::app::resident::{self, SheetOrder};
use crate::app::store::store;
use crate::app::widget::controls::{Picker, Segmented, Toggle};
use crate::app::widget::icon::{Glyph, Icon};
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drag, Drawing, Gesture, Plot};
use crate::app::widget::sheet::SheetView;
use crate::figure::{self, SheetKind};
use crate::ids::FeatureId;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{BiomarkerChart, Command, Filter, Variable, ViewState};
use leptos::prelude::*;

#[component]
pub(crate) fn Biomarker() -> impl IntoView {
    let store = store();
    let (analysis, now) = (store.open, store.now);
    let feature = store.feature;
    let options = Signal::derive(move || {
        analysis.get().map_or_else(Vec::new, |a| {
            a.insight
                .order
                .iter()
                .filter(|f| a.study.model.features[f.index()].n_splits > 0)
                .enumerate()
                .map(|(i, f)| (f.0.to_string(), format!("{} · {}", i + 1, a.study.label(*f))))
                .collect()
        })
    });
    let colours = Signal::derive(move || {
        let mut all = vec![(String::new(), "strongest partner".to_string())];
        all.extend(options.get());
        all
    });
    let chart = store.slice(|s| s.now.biomarker_chart);
    view! {
        <div class="view" data-view-body="biomarker">
            <h1 class="visually-hidden">"Biomarker"</h1>
            <div class="toolbar">
                <Picker
                    label="Biomarker"
                    options=options
                    chosen=Signal::derive(move || feature.get().map_or_else(String::new, |f| f.0.to_string()))
                    choose=move |id: String| {
                        if let Ok(f) = id.parse() {
                            store.send(Command::FocusFeature(FeatureId(f), false));
                        }
                    }
                />
                <CommandButton id="previous" command=Command::Step(-1) class="button ghost square" label="Previous biomarker">
                    <Glyph icon=Icon::Previous />
                </CommandButton>
                <CommandButton id="next" command=Command::Step(1) class="button ghost square" label="Next biomarker">
                    <Glyph icon=Icon::Next />
                </CommandButton>
                <Segmented
                    label="Show"
                    options=BiomarkerChart::ALL.iter().map(|c| (*c, c.title().to_string())).collect()
                    chosen=chart.into()
                    choose=move |chart| store.send(Command::SetBiomarkerChart(chart))
                />
                <Show when=move || chart.get() != BiomarkerChart::Effect>
                    <Picker
                        label=if chart.get() == BiomarkerChart::Pair { "Partner" } else { "Colour by" }
                        options=colours
                        chosen=Signal::derive(move || now.get().colour_by.map_or_else(String::new, |f| f.0.to_string()))
                        choose=move |id: String| store.send(Command::SetColourBy(id.parse().ok().map(FeatureId)))
                    />
                </Show>
                <Show when=move || chart.get() == BiomarkerChart::Attribution>
                    <Segmented
                        label="Axis"
                        options=vec![(None, "auto".to_string()), (Some(false), "linear".into()), (Some(true), "log".into())]
                        chosen=Signal::derive(move || now.get().log_axis)
                        choose=move |log| store.send(Command::SetLogAxis(log))
                    />
                    <Toggle label="Smooth" on=Signal::derive(move || now.get().smooth) set=move |on| store.send(Command::SetSmooth(on)) />
                    <Toggle label="Splits" on=Signal::derive(move || now.get().splits) set=move |on| store.send(Command::SetSplits(on)) />
                </Show>
            </div>
            {move || match chart.get() {
                BiomarkerChart::Attribution => view! { <Dependence/> }.into_any(),
                BiomarkerChart::Effect => view! { <Effect/> }.into_any(),
                BiomarkerChart::Pair => view! { <Pair/> }.into_any(),
            }}
            <super::reasons::StrongestPairs />
        </div>
    }
}

/// Attribution against measured value.
#[component]
fn Dependence() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let hovered = store.slice(|s| s.hovered);
    let feature = store.feature;
    let title = Signal::derive(move || {
        analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| {
            format!("SHAP value against measured {}, {}", a.study.label(f), n_patients(&a))
        })
    });
    // Found by a worker: it takes many lines.
    let asked = Memo::new(move |_| {
        let feature = feature.get()?;
        store.now.with(|n| n.smooth.then_some(SheetKind::Crossing { feature, log: n.log_axis }))
    });
    let crossing = RwSignal::new(None::<(SheetKind, String)>);
    resident::follow(
        store,
        move || {
            analysis.track();
            let kind = asked.get()?;
            Some((kind.clone(), SheetOrder { kind, passes: Vec::new(), size: [0.0; 2] }))
        },
        resident::draw,
        move |kind, sheet| {
            crossing.try_set(Some((kind, sheet.headline)));
        },
    );
    let caption = Signal::derive(move || {
        analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| {
            let crosses = crossing.get().filter(|(kind, _)| Some(kind) == asked.get().as_ref()).map(|(_, said)| said + " ");
            let n = a.study.model.features[f.index()].n_splits;
            format!(
                "{}Line: {}, with its pointwise 95 % band over patients. {}None of this covers refitting the model. Ticks under the plot: the thresholds of the model's {n} splits on \
                 this biomarker; between two ticks the model cannot change its mind. Partner for colour found by a \
                 heuristic, not an interaction test. {}",
                drawn_note(&a),
                figure::line_word(&a, f),
                crosses.unwrap_or_default(),
                provenance(&a)
            )
        })
    });
    // What of the view's state the plot follows.
    let now = store.slice(|s| ViewState {
        patient: s.now.patient,
        colour_by: s.now.colour_by,
        log_axis: s.now.log_axis,
        smooth: s.now.smooth,
        splits: s.now.splits,
        ..ViewState::default()
    });
    let legend = Memo::new(move |_| {
        let (a, f) = analysis.get().zip(feature.get())?;
        figure::dependence_legend(&a, &now.get(), f).map(|l| (l.name, l.low, l.high))
    });
    let size = StoredValue::new([0.0f64; 2]);
    view! {
        <Pane
            title="Dependence"
            subtitle=title
            class="fill"
            caption=caption
            tools=move || {
                view! {
                    {move || {
                        legend
                            .get()
                            .map(|(name, low, high)| {
                                view! { <span class="legend">{name} " " {low} " " <i class="ramp"></i> " " {high}</span> }
                            })
                    }}
                    <span class="legend"><i class="swatch missing"></i> "missing, own lane"</span>
                }
            }
        >
            <Plot
                name="dependence"
                fill=true
                fade=true
                drag=Drag::Brush
                draw=Box::new(move |width, height| {
                    let place = [width, height.max(300.0)];
                    size.set_value(place);
                    let scene = analysis.get().zip(feature.get()).map(|(a, f)| figure::dependence(&a, &now.get(), f, place));
                    Drawing { scene: scene.unwrap_or_default(), ..Drawing::default() }
                })
                numbers=Box::new(move || {
                    let of = analysis.get().zip(feature.get());
                    of.map(|(a, f)| figure::dependence_table(&a, &now.get(), f)).unwrap_or_default()
                })
                over=Box::new(move |base| {
                    overlay(base, &Highlights { hovered: hovered.get(), focused: None, ..Highlights::default() })
                })
                gesture=Box::new(move |gesture, _| match gesture {
                    Gesture::Brush(from, to) => {
                        let Some((a, f)) = analysis.get_untracked().zip(feature.get_untracked()) else { return };
                        let now = now.get_untracked();
                        if let Some([low, high]) = figure::values_between(&a, &now, f, size.get_value(), [from, to]) {
                            store.send(Command::AddFilter(Filter::Range {
                                variable: Variable::Column(a.study.binding.column(f)),
                                low,
                                high,
                            }));
                        }
                    }
                    other => super::point(store, &other),
                })
            />
        </Pane>
    }
}

/// What the model gives along the biomarker, all else as measured.
#[component]
fn Effect() -> impl IntoView {
    let store = store();
    let (analysis, feature) = (store.open, store.feature);
    let title = Signal::derive(move || {
        analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| {
            format!("the model along {}, all else as measured", a.study.label(f))
        })
    });
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            let n = figure::effect_patients(&a).len();
            let of = if n == a.rows.len() { String::new() } else { format!(", {n} of them evenly through the file") };
            format!(
                "{}{of}. Among correlated biomarkers the mean asks the model about patients that do not exist; accumulated \
                 local effects move each patient only to a neighbouring value. Ticks: measured values. About the model, not \
                 about changing the value in a patient. {}",
                n_patients(&a),
                provenance(&a)
            )
        })
    });
    view! {
        <Pane title="Effect" subtitle=title class="tall" caption=caption>
            <SheetView kind=Signal::derive(move || feature.get().map(|feature| SheetKind::Effect { feature })) height=440.0 />
        </Pane>
    }
}

/// The biomarker and its partner: what both values move the prediction together.
#[component]
fn Pair() -> impl IntoView {
    let store = store();
    let (analysis, feature) = (store.open, store.feature);
    let pair = Memo::new(move |_| {
        let (a, feature) = (analysis.get()?, feature.get()?);
        store.now.with(|now| figure::partner(&a, now, feature)).map(|partner| [feature, partner])
    });
    let title = Signal::derive(move || {
        analysis.get().zip(pair.get()).map_or_else(
            || "no biomarker interacts with it; choose a partner".to_string(),
            |(a, pair)| {
                let [first, second] = pair.map(|f| a.study.label(f).to_string());
                format!("{first} and {second}, {}", n_patients(&a))
            },
        )
    });
    let caption = Signal::derive(move || {
        analysis.get().map_or_else(String::new, |a| {
            format!(
                "{}Colour is the sum of both SHAP values, full from the 99th percentile of its size. Parts of the plane: \
                 below and above the median, or by level. {}",
                drawn_note(&a),
                provenance(&a)
            )
        })
    });
    view! {
        <Pane title="Two biomarkers" subtitle=title class="tall" caption=caption>
            <SheetView kind=Signal::derive(move || pair.get().map(|features| SheetKind::Pair { features })) height=460.0 />
        </Pane>
    }
}
