//! Biomarker: how one measurement acts on the prediction.

use super::{drawn_note, n_patients, provenance};
use crate::app::frame::CommandButton;
use crate::app::store::store;
use crate::app::widget::controls::{Picker, Segmented};
use crate::app::widget::icon::{Glyph, Icon};
use crate::app::widget::pane::Pane;
use crate::app::widget::plot::{Drag, Drawing, Gesture, Plot};
use crate::figure;
use crate::ids::FeatureId;
use crate::plot::overlay::{Highlights, overlay};
use crate::session::{Command, Filter, Variable};
use leptos::prelude::*;

#[component]
pub(crate) fn Biomarker() -> impl IntoView {
    let store = store();
    let (analysis, now, passes) = (store.open, store.now, store.passes);
    let hovered = store.slice(|s| s.hovered);
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
    let title = Signal::derive(move || {
        analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| {
            format!("SHAP value against measured {}, {}", a.study.label(f), n_patients(&a))
        })
    });
    let caption = Signal::derive(move || {
        analysis.get().zip(feature.get()).map_or_else(String::new, |(a, f)| {
            let n = a.study.model.features[f.index()].n_splits;
            format!(
                "{}Line: local linear smooth, span 0.3. Ticks under the plot: the thresholds of the model's {n} splits on \
                 this biomarker; between two ticks the model cannot change its mind. Partner for colour found by a \
                 heuristic, not an interaction test. {}",
                drawn_note(&a),
                provenance(&a)
            )
        })
    });
    let draw = move |width: f64, height: f64| {
        let (a, f) = analysis.get().zip(feature.get())?;
        let passes = passes.get();
        let size = [width, height.max(300.0)];
        Some(figure::dependence(&a, &now.get(), f, passes.as_ref().map(|p| p.as_slice()), size))
    };
    let legend = Memo::new(move |_| {
        let (a, f) = analysis.get().zip(feature.get())?;
        figure::dependence(&a, &now.get(), f, None, [600.0, 400.0]).legend.map(|l| (l.name, l.low, l.high))
    });
    let size = StoredValue::new([0.0f64; 2]);
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
                <Picker
                    label="Colour by"
                    options=colours
                    chosen=Signal::derive(move || now.get().colour_by.map_or_else(String::new, |f| f.0.to_string()))
                    choose=move |id: String| store.send(Command::SetColourBy(id.parse().ok().map(FeatureId)))
                />
                <Segmented
                    label="Axis"
                    options=vec![(None, "auto".to_string()), (Some(false), "linear".into()), (Some(true), "log".into())]
                    chosen=Signal::derive(move || now.get().log_axis)
                    choose=move |log| store.send(Command::SetLogAxis(log))
                />
                <Segmented
                    label="Smooth"
                    options=vec![(true, "on".to_string()), (false, "off".into())]
                    chosen=Signal::derive(move || now.get().smooth)
                    choose=move |on| store.send(Command::SetSmooth(on))
                />
                <Segmented
                    label="Splits"
                    options=vec![(true, "on".to_string()), (false, "off".into())]
                    chosen=Signal::derive(move || now.get().splits)
                    choose=move |on| store.send(Command::SetSplits(on))
                />
            </div>
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
                    drag=Drag::Brush
                    draw=Box::new(move |width, height| {
                        size.set_value([width, height]);
                        draw(width, height)
                            .map(|d| Drawing { scene: d.figure.scene, table: d.figure.table })
                            .unwrap_or_default()
                    })
                    over=Box::new(move |base| {
                        overlay(base, &Highlights { hovered: hovered.get(), focused: None, ..Highlights::default() })
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
                        Gesture::Brush(from, to) => {
                            let [width, height] = size.get_value();
                            let range = untrack(|| draw(width, height)).and_then(|d| d.range_of_pixels).map(|r| r(from, to));
                            if let (Some([low, high]), Some((a, f))) = (range, analysis.get_untracked().zip(feature.get_untracked())) {
                                store.send(Command::AddFilter(Filter::Range {
                                    variable: Variable::Column(a.study.binding.column(f)),
                                    low,
                                    high,
                                }));
                            }
                        }
                        Gesture::Lasso(_) => {}
                    })
                />
            </Pane>
            <super::reasons::StrongestPairs />
        </div>
    }
}
