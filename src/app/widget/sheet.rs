//! A sheet on the page: what a worker found, with what it took and what restricts it.

use super::plot::{Draw, Drawing, Gesture, Numbers, Plot};
use super::table::DataTable;
use crate::app::browser::{clock, resize};
use crate::app::resident::{self, SheetOrder};
use crate::app::store::{Same, store};
use crate::app::view::point;
use crate::figure::{Sheet, SheetKind, sheet_plot};
use crate::ids::Target;
use crate::plot::chart::Table;
use crate::plot::overlay::{Highlights, overlay};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Narrowest figure of several side by side where nothing else is said, pixels.
const NARROWEST: f64 = 300.0;
/// Between figures, pixels.
const GAP: f64 = 8.0;

/// Width and height of an element, pixels; 0 before it is laid out.
pub(crate) fn size_of(host: NodeRef<html::Div>) -> RwSignal<[f64; 2]> {
    let size = RwSignal::new([0.0f64; 2]);
    let watch = StoredValue::new_local(None::<resize::Watch>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            watch.set_value(resize::Watch::new(&host, move |w, h| {
                clock::soon(move || {
                    size.try_set([w.floor(), h.floor()]);
                });
            }));
        }
    });
    on_cleanup(move || watch.set_value(None));
    size
}

/// Width of an element alone.
pub(crate) fn width_of(host: NodeRef<html::Div>) -> Memo<f64> {
    let size = size_of(host);
    Memo::new(move |_| size.get()[0])
}

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
    #[prop(into)]
    height: Signal<f64>,
    /// Narrowest figure of several side by side, pixels.
    #[prop(default = NARROWEST)]
    narrowest: f64,
    /// What a click on a part of a figure does that stands for no patient and no biomarker.
    #[prop(optional)]
    bin: Option<Bin>,
) -> impl IntoView {
    let store = store();
    let host = NodeRef::<html::Div>::new();
    let width = width_of(host);
    let side_by_side =
        Memo::new(move |_| ((width.get() / narrowest) as usize).clamp(1, columns.get().max(1)));
    let order = Memo::new(move |_| {
        let (w, n) = (width.get(), side_by_side.get() as f64);
        let kind = kind.get().filter(|_| w >= 1.0)?;
        // What is about all patients is not asked again when a selection moves.
        let selected = if kind.follows_selection() { store.passes.get() } else { None };
        let passes = selected.map_or_else(Vec::new, |p| p.iter().map(|&p| u8::from(p)).collect());
        Some(SheetOrder { kind, passes, size: [((w - GAP * (n - 1.0)) / n).floor(), height.get()] })
    });
    let models = store.slice(|s| Same(s.models.clone()));
    let shown = RwSignal::new(None::<(SheetOrder, Arc<Sheet>)>);
    let in_columns = RwSignal::new(1);
    resident::follow_settled(
        store,
        |order: &SheetOrder| order.kind.takes_long(),
        move || {
            // Another analysis is another question, also where its words are the same.
            store.open.track();
            models.track();
            order.get().map(|order| (order.clone(), order))
        },
        resident::draw,
        move |order, sheet| {
            // What is on screen keeps its columns until what fills the new ones is there.
            if let Some(columns) = side_by_side.try_get_untracked() {
                in_columns.try_set(columns);
            }
            shown.try_set(Some((order, Arc::new(sheet))));
        },
    );
    // Marked as old only where it is about something else, not while it is laid out for another width.
    let old = Memo::new(move |_| match (shown.get(), order.get()) {
        (Some((then, _)), Some(now)) => (then.kind, then.passes) != (now.kind, now.passes),
        _ => false,
    });
    let sheet = Memo::new(move |_| shown.get().map(|(_, sheet)| sheet));
    let waiting = move || sheet.with(Option::is_none);
    view! {
        <div class="answer" class:old=move || old.get() node_ref=host aria-busy=move || (old.get() || waiting()).to_string()>
            <Show when=move || !waiting() fallback=|| view! { <p class="dim answer-wait" role="status">"Computing…"</p> }>
                <LaidOut sheet=sheet columns=in_columns bin=bin />
            </Show>
        </div>
    }
}

/// Receives the number of a part that was clicked.
pub(crate) type Bin = Callback<u32>;

/// The parts of a sheet. Each is made anew only where it changed, and a plot stays while its figure changes.
#[component]
pub(crate) fn LaidOut(
    sheet: Memo<Option<Arc<Sheet>>>,
    columns: RwSignal<usize>,
    bin: Option<Bin>,
) -> impl IntoView {
    fn part<T: Clone + Default + PartialEq + Send + Sync + 'static>(
        sheet: Memo<Option<Arc<Sheet>>>,
        of: impl Fn(&Sheet) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| sheet.with(|s| s.as_deref().map(&of).unwrap_or_default()))
    }
    let headline = part(sheet, |s| s.headline.clone());
    let warnings = part(sheet, |s| s.warnings.clone());
    let figures = part(sheet, |s| s.figures.iter().map(|(name, _)| sheet_plot(name)).collect::<Vec<_>>());
    let tables = part(sheet, |s| s.tables.clone());
    let more = part(sheet, |s| s.more.clone());
    let figure = move |at: usize| {
        let scene = part(sheet, move |s| {
            s.figures.get(at).map(|(_, figure)| figure.scene.clone()).unwrap_or_default()
        });
        let draw: Draw = Box::new(move |_, _| Drawing { scene: scene.get(), table: Table::default() });
        // Thousands of steps of a curve are many numbers, which few ask for.
        let numbers: Numbers = Box::new(move || {
            sheet.with(|s| {
                s.as_ref().and_then(|s| s.figures.get(at)).map(|(_, f)| f.table.clone()).unwrap_or_default()
            })
        });
        (draw, numbers)
    };
    let table = |(name, table): (String, Table)| {
        view! {
            <div class="answer-table scroll-x" tabindex="0" role="region" aria-label=name.clone()>
                <h3>{name.clone()}</h3>
                <DataTable table=table />
            </div>
        }
    };
    let answer = |(question, answer): (String, String)| {
        view! {
            <details class="why-no-test">
                <summary>{question}</summary>
                <p>{answer}</p>
            </details>
        }
    };
    view! {
        <Show when=move || headline.with(|said| !said.is_empty())>
            <p class="say" data-testid="answer-said">{move || headline.get()}</p>
        </Show>
        <ul class="answer-warnings">
            {move || warnings.get().into_iter().map(|w| view! { <li>{w}</li> }).collect_view()}
        </ul>
        <div class="answer-body" style:grid-template-columns=move || format!("repeat({}, minmax(0, 1fr))", columns.get())>
            {move || {
                let each = figures.get().into_iter().enumerate();
                each.map(|(at, name)| {
                    let (draw, numbers) = figure(at);
                    view! { <OneFigure name=name draw=draw numbers=numbers bin=bin /> }
                })
                .collect_view()
            }}
            {move || tables.get().into_iter().map(table).collect_view()}
        </div>
        {move || more.get().into_iter().map(answer).collect_view()}
    }
}

#[component]
fn OneFigure(name: &'static str, draw: Draw, numbers: Numbers, bin: Option<Bin>) -> impl IntoView {
    let store = store();
    let (hovered, focused) = (store.slice(|s| s.hovered), store.slice(|s| s.now.patient));
    view! {
        <div class="answer-figure">
            <Plot
                name=name
                draw=draw
                numbers=numbers
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
