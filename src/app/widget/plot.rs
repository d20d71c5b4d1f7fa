//! A plot on the page: a scene on canvases above each other (what stays, marks that a selection fades, pointer and
//! selection), with hover, click, lasso, keyboard, a table of its numbers, words on what it shows, and files to take away.

use super::take::{Make, TakeAway};
use crate::app::browser::{canvas, clock, resize, theme};
use crate::app::resident::{self, SheetOrder};
use crate::app::store::store;
use crate::figure::SheetKind;
use crate::ids::{RowId, Target};
use crate::plot::Scene;
use crate::plot::chart::Table;
use crate::plot::hit::HitIndex;
use crate::plot::overlay::{faded, with_known};
use crate::plot::paint::Order;
use crate::plot::{Ink, Item, Role, Stroke};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// What a plot shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawing {
    /// The picture.
    pub(crate) scene: Scene,
    /// Its numbers.
    pub(crate) table: Table,
}

/// What a drawn region does to the selection there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    /// Keeps what lies in it.
    Narrow,
    /// With Shift: adds what lies in it.
    Add,
    /// With Alt: takes away what lies in it.
    Subtract,
}

/// What the pointer did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// Over something, or over nothing.
    Hover(Option<Target>),
    /// A click or the space bar; true with Shift.
    Click(Target, bool),
    /// A double click or Enter.
    Open(Target),
    /// A region was drawn around at least one mark, corners in scene pixels.
    Lasso(Vec<[f64; 2]>, Combine),
    /// A horizontal stretch was dragged, in scene pixels.
    Brush(f64, f64),
}

/// Lays a plot out for a width and the height at hand.
pub(crate) type Draw = Box<dyn Fn(f64, f64) -> Drawing + Send + Sync>;
/// Draws what changes with pointer and selection, over a scene.
pub(crate) type Over = Box<dyn Fn(&Scene) -> Scene + Send + Sync>;
/// Writes a plot's numbers.
pub(crate) type Numbers = Box<dyn Fn() -> Table + Send + Sync>;
/// Receives what the pointer does on a scene.
pub(crate) type OnGesture = Box<dyn Fn(Gesture, &Scene) + Send + Sync>;

/// What dragging does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Drag {
    /// Nothing.
    #[default]
    None,
    /// Draws a region.
    Lasso,
    /// Marks a horizontal stretch.
    Brush,
}

/// Movement in pixels below which a press is a click.
const CLICK_SLACK: f64 = 4.0;

/// A plot that fills the width of its container and is laid out anew when that changes.
#[component]
pub(crate) fn Plot(
    /// Stable name for tests and files, e.g. `ranked`.
    name: &'static str,
    /// Lays the plot out for a width and the height at hand.
    draw: Draw,
    /// Draws what changes with pointer and selection.
    #[prop(optional)]
    over: Option<Over>,
    /// Receives what the pointer does.
    #[prop(optional)]
    gesture: Option<OnGesture>,
    /// What dragging does.
    #[prop(default = Drag::None)]
    drag: Drag,
    /// True: the plot takes the container's height; false: it has its own.
    #[prop(default = false)]
    fill: bool,
    /// Fades the patients outside the selection: it is drawn without, and not laid out again when it changes.
    #[prop(default = false)]
    fade: bool,
    /// The numbers, where they are too many to be written before they are asked for.
    #[prop(optional)]
    numbers: Option<Numbers>,
    /// Draws what is taken away, where that is more than what is shown here.
    #[prop(optional)]
    export: Option<Draw>,
    /// False leaves out the buttons for table and files.
    #[prop(default = true)]
    tools: bool,
) -> impl IntoView {
    let store = store();
    let host = NodeRef::<html::Div>::new();
    let base = NodeRef::<html::Canvas>::new();
    let marks = NodeRef::<html::Canvas>::new();
    let top = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    let path = RwSignal::new(Vec::<[f64; 2]>::new());
    let hovered = StoredValue::new(None::<Target>);
    let prepared = StoredValue::new_local(None::<(Arc<Drawing>, canvas::Marks)>);
    // How often the marks were painted.
    let painting = StoredValue::new(0u32);
    // The size of the uppermost canvas, while there is nothing on it.
    let was_empty = StoredValue::new(None::<[f64; 2]>);
    let scrolled = RwSignal::new(0u32);
    let show_table = RwSignal::new(false);
    let gesture = StoredValue::new(gesture);
    let (draw, export, numbers) =
        (StoredValue::new(draw), StoredValue::new(export), StoredValue::new(numbers));
    let at_key = RwSignal::new(None::<usize>);

    let watch = StoredValue::new_local(None::<resize::Watch>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            watch.set_value(resize::Watch::new(&host, move |w, h| {
                let next = (w.floor(), if fill { h.floor() } else { 0.0 });
                if size.try_get_untracked().is_none_or(|size| size == next) {
                    return;
                }
                clock::soon(move || {
                    size.try_set(next);
                });
            }));
        }
    });
    on_cleanup(move || watch.set_value(None));

    let known = move |drawing: Drawing| Drawing {
        scene: store.known.with(|known| with_known(drawing.scene, known)),
        ..drawing
    };
    let laid_out = Memo::new(move |_| {
        let (w, h) = size.get();
        Arc::new(if w < 1.0 { Drawing::default() } else { known(draw.with_value(|d| d(w, h))) })
    });
    let with_faded = move |drawing: Arc<Drawing>| match store.selected.get().filter(|_| fade) {
        Some(selected) => Arc::new(Drawing {
            scene: faded(&drawing.scene, &|row: RowId| selected.get(row.index()).copied().unwrap_or(true)),
            table: drawing.table.clone(),
        }),
        None => drawing,
    };
    let order = Memo::new(move |_| Arc::new(Order::of(&laid_out.get().scene)));
    let index = Memo::new(move |_| Arc::new(Indexed(HitIndex::new(&laid_out.get().scene))));
    let table = move || match numbers.with_value(|n| n.as_ref().map(|n| n())) {
        Some(table) => table,
        None => laid_out.with(|d| d.table.clone()),
    };

    // First everything hears of a change, and questions leave for the workers: then it is painted.
    Effect::new(move |_| {
        store.theme.get();
        let (drawing, order, printed) = (laid_out.get(), order.get(), theme::printed());
        let drawing = if printed { with_faded(drawing) } else { drawing };
        if let Some(canvas) = base.get() {
            spawn_local(async move {
                if fade && !printed {
                    canvas::paint_some(&canvas, &drawing.scene, &order.still, theme::current());
                } else {
                    canvas::paint(&canvas, &drawing.scene, theme::current());
                }
            });
        }
    });
    Effect::new(move |_| {
        store.theme.get();
        let (drawing, order, selected) = (laid_out.get(), order.get(), store.selected.get());
        let theme = theme::current();
        // Paper has one layer.
        if let Some(canvas) = marks.get().filter(|_| !theme::printed()) {
            let this = painting.get_value() + 1;
            painting.set_value(this);
            spawn_local(async move {
                let fades = |target: Target| {
                    let passes = |row: RowId| selected.as_ref()?.get(row.index()).copied();
                    target.patient().and_then(passes) == Some(false)
                };
                let painted = prepared.try_update_value(|prepared| {
                    if prepared
                        .as_ref()
                        .is_none_or(|(of, marks)| !Arc::ptr_eq(of, &drawing) || !marks.is_for(theme))
                    {
                        *prepared = Some((
                            drawing.clone(),
                            canvas::Marks::prepare(&drawing.scene, &order.marks, theme),
                        ));
                    }
                    let (_, marks) = prepared.as_ref()?;
                    marks.paint(&canvas, &drawing.scene, &order.marks, &fades)
                });
                // What is out of sight follows when nothing newer has come.
                if let Some(rows) = painted.flatten() {
                    clock::later(resident::SETTLED).await;
                    if painting.try_get_value() == Some(this) {
                        prepared.try_with_value(|prepared| {
                            if let Some((_, marks)) = prepared {
                                marks.paint_rest(&canvas, &drawing.scene, &fades, rows);
                            }
                        });
                    }
                }
            });
        }
    });
    Effect::new(move |_| {
        store.theme.get();
        let drawing = laid_out.get();
        let mut scene = match &over {
            Some(over) => over(&drawing.scene),
            None => Scene::new(drawing.scene.width, drawing.scene.height),
        };
        let path = path.get();
        if !path.is_empty() {
            scene.push(drawn_path(&path, drag, scene.height));
        }
        // A canvas that is cleared is taken into the next frame, even if there was nothing on it.
        let empty = scene.items.is_empty().then_some([scene.width, scene.height]);
        let stays_empty = empty.is_some() && empty == was_empty.get_value();
        // On paper Chromium draws again what was drawn for it: clearing this canvas would clear the one below.
        if let Some(canvas) = top.get().filter(|_| !theme::printed() && !stays_empty) {
            was_empty.set_value(empty);
            scrolled.track();
            canvas::paint_in_sight(&canvas, scene, theme::current());
        }
    });

    // What lies over a plot higher than the window follows when another part of it comes into sight.
    let scrolls = StoredValue::new_local(Some(resize::Scrolls::new(move || {
        scrolled.try_update(|n| *n += 1);
    })));
    on_cleanup(move || scrolls.set_value(None));

    let tell = move |g: Gesture| {
        let drawing = laid_out.get_untracked();
        gesture.with_value(|f| {
            if let Some(f) = f {
                f(g, &drawing.scene);
            }
        });
    };
    let under = move |x: f64, y: f64| index.get_untracked().0.at(x, y).map(|hit| hit.target);
    let hover = move |target: Option<Target>| {
        if hovered.get_value() != target {
            hovered.set_value(target);
            tell(Gesture::Hover(target));
        }
    };

    let down = move |event: web_sys::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        let at = canvas::position(&event);
        path.set(Vec::new());
        if drag != Drag::None {
            canvas::capture(&event);
            path.set(vec![at]);
        }
    };
    let moved = move |event: web_sys::PointerEvent| {
        let [x, y] = canvas::position(&event);
        if event.buttons() & 1 == 1 && !path.with_untracked(Vec::is_empty) {
            path.update(|p| match (drag, p.len()) {
                (Drag::Brush, 2..) => p[1] = [x, y],
                _ => p.push([x, y]),
            });
        } else {
            hover(under(x, y));
        }
    };
    let up = move |event: web_sys::PointerEvent| {
        let [x, y] = canvas::position(&event);
        let drawn = path.get_untracked();
        path.set(Vec::new());
        let far = drawn.iter().any(|p| {
            let (across, along) = (p[0] - x, p[1] - y);
            across * across + along * along > CLICK_SLACK * CLICK_SLACK
        });
        match (drag, far) {
            (Drag::Lasso, true) if drawn.len() > 2 => {
                let combine = match (event.shift_key(), event.alt_key()) {
                    (_, true) => Combine::Subtract,
                    (true, _) => Combine::Add,
                    _ => Combine::Narrow,
                };
                tell(Gesture::Lasso(drawn, combine));
            }
            (Drag::Brush, true) => tell(Gesture::Brush(drawn[0][0].min(x), drawn[0][0].max(x))),
            _ => {
                if let Some(target) = under(x, y) {
                    tell(Gesture::Click(target, event.shift_key()));
                }
            }
        }
    };
    let keyed = move |event: web_sys::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            key @ ("Enter" | " ") => {
                if let Some(target) = hovered.get_value() {
                    event.prevent_default();
                    event.stop_propagation();
                    let open = key == "Enter";
                    tell(if open {
                        Gesture::Open(target)
                    } else {
                        Gesture::Click(target, event.shift_key())
                    });
                }
                return;
            }
            _ => return,
        };
        let targets = index.get_untracked().0.in_order();
        if targets.is_empty() {
            return;
        }
        event.prevent_default();
        let next =
            at_key.get_untracked().map_or(0, |i| (i as i64 + step).rem_euclid(targets.len() as i64) as usize);
        at_key.set(Some(next));
        hover(targets.get(next).copied());
    };

    let show_about = RwSignal::new(false);
    let make: Make = Arc::new(move |width: Option<f64>| {
        let (w, h) = size.get_untracked();
        let to = width.unwrap_or(w);
        // What fills its pane keeps its shape.
        let height = h * to / w.max(1.0);
        untrack(|| match export.with_value(|e| e.as_ref().map(|e| e(to, height))) {
            Some(drawing) => known(drawing),
            None => {
                let drawn = with_faded(match width {
                    None => laid_out.get(),
                    Some(_) => Arc::new(known(draw.with_value(|d| d(to, height)))),
                });
                Drawing { scene: drawn.scene.clone(), table: table() }
            }
        })
    });

    view! {
        <div class="plot" class:fill=fill>
            <div class="plot-sheet" node_ref=host>
                <canvas
                    node_ref=base
                    data-plot=name
                    role="img"
                    tabindex="0"
                    aria-label=move || {
                        let d = laid_out.get();
                        format!("{}. {}", d.scene.title, d.scene.description)
                    }
                    on:pointerdown=down
                    on:pointermove=moved
                    on:pointerup=up
                    on:pointerleave=move |_| hover(None)
                    on:dblclick=move |_| {
                        if let Some(target) = hovered.get_value() {
                            tell(Gesture::Open(target));
                        }
                    }
                    on:keydown=keyed
                ></canvas>
                {fade.then(|| view! { <canvas node_ref=marks class="plot-marks" aria-hidden="true"></canvas> })}
                <canvas node_ref=top class="plot-over" aria-hidden="true"></canvas>
            </div>
            {tools.then(|| view! { <TakeAway name=name make=make table=show_table about=show_about /> })}
        </div>
        <Show when=move || show_about.get()><Explained name=name /></Show>
        <Show when=move || show_table.get()>
            <div class="plot-table" tabindex="0" role="region" aria-label=format!("Table of {name}")>
                {move || view! { <super::table::DataTable table=table() /> }}
            </div>
        </Show>
    }
}

/// What a plot shows, in words: fetched when it is asked for.
#[component]
fn Explained(name: &'static str) -> impl IntoView {
    let store = store();
    let said = RwSignal::new(Vec::<(String, String)>::new());
    resident::follow(
        store,
        move || {
            let kind = SheetKind::About { plot: name.into() };
            Some(((), SheetOrder { kind, passes: Vec::new(), size: [0.0; 2] }))
        },
        resident::draw,
        move |(), sheet| {
            said.try_set(sheet.more);
        },
    );
    view! {
        <dl class="about">
            {move || {
                said.get()
                    .into_iter()
                    .map(|(question, answer)| view! { <dt>{question}</dt> <dd>{answer}</dd> })
                    .collect_view()
            }}
        </dl>
    }
}

/// What is being dragged, over the plot.
fn drawn_path(path: &[[f64; 2]], drag: Drag, height: f64) -> Item {
    let tint = Some(Ink::Role(Role::Text, 0.06));
    match (drag, path) {
        (Drag::Brush, [from, .., to]) => Item::Rect {
            x: from[0].min(to[0]),
            y: 0.0,
            w: (from[0] - to[0]).abs(),
            h: height,
            fill: tint,
            stroke: None,
            target: None,
        },
        _ => Item::Path {
            points: path.to_vec(),
            closed: true,
            fill: tint,
            stroke: Some(Stroke::new(Role::Text, 1.0).dashed(4.0, 3.0)),
            target: None,
        },
    }
}

/// A hit index compares equal only to itself: it follows the drawing.
struct Indexed(HitIndex);

impl PartialEq for Indexed {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
