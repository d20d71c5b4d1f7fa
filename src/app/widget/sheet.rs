//! A sheet on the page: what a worker found, with what it took and what restricts it.

use super::plot::{Drawing, Gesture, Plot};
use super::table::DataTable;
use crate::app::browser::{clock, resize};
use crate::app::resident::{self, SheetOrder};
use crate::app::store::{Same, store};
use crate::app::view::point;
use crate::figure::{Figure, Sheet, SheetKind, sheet_plot};
use crate::ids::Target;
use crate::plot::overlay::{Highlights, overlay};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Narrowest figure of several side by side where nothing else is said, pixels.
const NARROWEST: f64 = 300.0;
/// Between figures, pixels.
const GAP: f64 = 8.0;

/// Follows a question about the open analysis and shows its newest answer.
#[component]
pub(crate) fn SheetView(
    /// What is asked; nothing while it is None.
    #[prop(into)]
    kind: Signal<Option<SheetKind>>,
    /// Figures and tables side by side, where there is room.
    #[prop(into, default = Signal::stored(1))]
    columns: Signal<usize>,
    /// Height of a figure that does not have its own, pixels.
    height: f64,
    /// Narrowest figure of several side by side, pixels.
    #[prop(default = NARROWEST)]
    narrowest: f64,
    /// What a click on a part of a figure does that stands for no patient and no biomarker.
    #[prop(optional)]
    bin: Option<Bin>,
) -> impl IntoView {
    let store = store();
    let host = NodeRef::<html::Div>::new();
    let width = RwSignal::new(0.0f64);
    let watch = StoredValue::new_local(None::<resize::Watch>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            watch.set_value(resize::Watch::new(&host, move |w, _| {
                clock::soon(move || {
                    width.try_set(w.floor());
                });
            }));
        }
    });
    on_cleanup(move || watch.set_value(None));
    let side_by_side =
        Memo::new(move |_| ((width.get() / narrowest) as usize).clamp(1, columns.get().max(1)));
    let order = Memo::new(move |_| {
        let (w, n) = (width.get(), side_by_side.get() as f64);
        let kind = kind.get().filter(|_| w >= 1.0)?;
        // What is about all patients is not asked again when a selection moves.
        let selected = if kind.follows_selection() { store.passes.get() } else { None };
        let passes = selected.map_or_else(Vec::new, |p| p.iter().map(|&p| u8::from(p)).collect());
        Some(SheetOrder { kind, passes, size: [((w - GAP * (n - 1.0)) / n).floor(), height] })
    });
    let models = store.slice(|s| Same(s.models.clone()));
    let shown = RwSignal::new(None::<(SheetOrder, Arc<Sheet>)>);
    resident::follow(
        store,
        move || {
            // Another analysis is another question, also where its words are the same.
            store.open.track();
            models.track();
            order.get().map(|order| (order.clone(), order))
        },
        resident::draw,
        move |order, sheet| {
            shown.try_set(Some((order, Arc::new(sheet))));
        },
    );
    // Marked as old only where it is about something else, not while it is laid out for another width.
    let old = Memo::new(move |_| match (shown.get(), order.get()) {
        (Some((then, _)), Some(now)) => (then.kind, then.passes) != (now.kind, now.passes),
        _ => false,
    });
    let sheet = Memo::new(move |_| shown.get().map(|(_, sheet)| sheet));
    view! {
        <div class="answer" class:old=move || old.get() node_ref=host aria-busy=move || (old.get() || sheet.get().is_none()).to_string()>
            {move || match sheet.get() {
                None => view! { <p class="dim answer-wait" role="status">"Computing…"</p> }.into_any(),
                Some(sheet) => laid_out(&sheet, side_by_side.get_untracked(), bin).into_any(),
            }}
        </div>
    }
}

/// Receives the number of a part that was clicked.
pub(crate) type Bin = Callback<u32>;

fn laid_out(sheet: &Sheet, columns: usize, bin: Option<Bin>) -> impl IntoView + use<> {
    let figures =
        sheet.figures.iter().map(|(name, figure)| one_figure(sheet_plot(name), figure, bin)).collect_view();
    let tables = sheet
        .tables
        .iter()
        .map(|(name, table)| {
            view! {
                <div class="answer-table scroll-x" tabindex="0" role="region" aria-label=name.clone()>
                    <h3>{name.clone()}</h3>
                    <DataTable table=table.clone() />
                </div>
            }
        })
        .collect_view();
    let more = sheet
        .more
        .iter()
        .map(|(question, answer)| {
            view! {
                <details class="why-no-test">
                    <summary>{question.clone()}</summary>
                    <p>{answer.clone()}</p>
                </details>
            }
        })
        .collect_view();
    let said = (!sheet.headline.is_empty())
        .then(|| view! { <p class="say" data-testid="answer-said">{sheet.headline.clone()}</p> });
    let warnings = sheet.warnings.iter().map(|w| view! { <li>{w.clone()}</li> }).collect_view();
    view! {
        {said}
        <ul class="answer-warnings">{warnings}</ul>
        <div class="answer-body" style:grid-template-columns=format!("repeat({columns}, minmax(0, 1fr))")>
            {figures} {tables}
        </div>
        {more}
    }
}

fn one_figure(name: &'static str, figure: &Figure, bin: Option<Bin>) -> impl IntoView + use<> {
    let drawing = Drawing { scene: figure.scene.clone(), table: figure.table.clone() };
    let store = store();
    let (hovered, focused) = (store.slice(|s| s.hovered), store.slice(|s| s.now.patient));
    view! {
        <div class="answer-figure">
            <Plot
                name=name
                draw=Box::new(move |_, _| drawing.clone())
                over=Box::new(move |base| {
                    overlay(base, &Highlights { hovered: hovered.get(), focused: focused.get(), ..Highlights::default() })
                })
                gesture=Box::new(move |gesture, _| match (gesture, bin) {
                    (Gesture::Click(Target::Bin(i), _) | Gesture::Open(Target::Bin(i)), Some(bin)) => bin.run(i),
                    (other, _) => point(store, &other),
                })
            />
        </div>
    }
}
