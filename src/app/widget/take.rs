//! Taking a plot away: as SVG, PNG, CSV or TSV, or on the clipboard, laid out for the screen or for a journal's
//! columns, with a caption that says where the numbers come from.

use super::controls::Picker;
use super::plot::Drawing;
use crate::app::browser::{canvas, clipboard, download, theme};
use crate::app::store::{Store, store};
use crate::figure::{self, STREAMED};
use crate::plot::palette::{Colours, Mode, Theme};
use crate::plot::svg;
use crate::session::{Command, Notice, Paper};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The drawing for a width in pixels, or as it is on screen.
pub(crate) type Make = Arc<dyn Fn(Option<f64>) -> Drawing + Send + Sync>;

/// What a plot is taken away as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Svg,
    /// Pixels per logical pixel.
    Png(u8),
    Csv,
    Tsv,
    CopyPicture,
    CopyData,
}

/// The buttons of a plot.
#[component]
pub(crate) fn TakeAway(
    /// Name of the plot and stem of its files.
    name: &'static str,
    /// Makes the drawing.
    make: Make,
    /// The table is shown.
    table: RwSignal<bool>,
    /// What the plot says is explained.
    about: RwSignal<bool>,
) -> impl IntoView {
    let store = store();
    let more = NodeRef::<html::Details>::new();
    let make = StoredValue::new(make);
    let take = move |form: Form| {
        if let Some(more) = more.get_untracked() {
            more.set_open(false);
        }
        make.with_value(|make| take(store, name, form, make));
    };
    let button = move |id: &'static str, form: Form, text: &'static str| {
        view! {
            <button type="button" data-command=format!("{id}-{name}") on:click=move |_| take(form)>
                {text}
            </button>
        }
    };
    let switch = move |id: &'static str, on: RwSignal<bool>, text: &'static str, label: &'static str| {
        view! {
            <button
                type="button"
                data-command=format!("{id}-{name}")
                aria-label=label
                aria-pressed=move || on.get().to_string()
                on:click=move |_| on.update(|on| *on = !*on)
            >
                {text}
            </button>
        }
    };
    let papers = Signal::derive(|| Paper::ALL.map(|p| (p.id().to_string(), p.title().to_string())).to_vec());
    let palettes = Signal::derive(|| {
        let option = |c: Colours, text: &str| (c.id().to_string(), text.to_string());
        vec![option(Colours::Standard, "blue to red"), option(Colours::Safe, "cividis, safe in grey")]
    });
    view! {
        <div class="plot-tools">
            {(name != STREAMED).then(|| switch("about", about, "About", "About this plot"))}
            {switch("table", table, "Table", "Table")}
            {button("csv", Form::Csv, "CSV")}
            {button("svg", Form::Svg, "SVG")}
            <details
                node_ref=more
                on:keydown=move |event| {
                    if event.key() == "Escape" && let Some(more) = more.get_untracked() {
                        event.stop_propagation();
                        more.set_open(false);
                    }
                }
            >
                <summary data-command=format!("more-{name}")>"More"</summary>
                <div class="plot-menu">
                    <p>
                        "PNG "
                        {button("png1", Form::Png(1), "1×")}
                        {button("png2", Form::Png(2), "2×")}
                        {button("png3", Form::Png(3), "3×")}
                    </p>
                    <p>"Copy " {button("copy", Form::CopyPicture, "picture")} {button("copy-data", Form::CopyData, "data")}</p>
                    <p>"Data " {button("tsv", Form::Tsv, "TSV")}</p>
                    <Picker
                        label="Width"
                        options=papers
                        chosen=Signal::derive(move || store.now.with(|n| n.paper.id().to_string()))
                        choose=move |id: String| {
                            if let Some(paper) = Paper::from_id(&id) {
                                store.send(Command::SetPaper(paper));
                            }
                        }
                    />
                    <Picker
                        label="Colours"
                        options=palettes
                        chosen=Signal::derive(move || store.now.with(|n| n.colours.id().to_string()))
                        choose=move |id: String| {
                            if let Some(colours) = Colours::from_id(&id) {
                                store.send(Command::SetColours(colours));
                            }
                        }
                    />
                </div>
            </details>
        </div>
    }
}

fn take(store: Store, name: &'static str, form: Form, make: &Make) {
    let paper = store.now.with_untracked(|n| n.paper);
    let drawing = make(paper.pixels());
    let file = |ending: &str| format!("{name}.{ending}");
    match form {
        Form::Csv => say(store, download::save(&file("csv"), "text/csv", drawing.table.csv().as_bytes())),
        Form::Tsv => {
            let text = drawing.table.tsv();
            say(store, download::save(&file("tsv"), "text/tab-separated-values", text.as_bytes()));
        }
        Form::CopyData => spawn_local(async move {
            let done = clipboard::copy(&drawing.table.tsv()).await;
            copied(store, done, "The data are on the clipboard, ready for a spreadsheet.");
        }),
        Form::Svg => {
            let options = svg::Options {
                theme: theme_for(paper),
                caption: &caption(store, name, &drawing),
                width_mm: paper.millimetres(),
                ..svg::Options::default()
            };
            let text = svg::to_svg(&drawing.scene, &options);
            say(store, download::save(&file("svg"), "image/svg+xml", text.as_bytes()));
        }
        Form::Png(_) | Form::CopyPicture => {
            let caption = caption(store, name, &drawing);
            let scene = svg::captioned(&drawing.scene, &caption).unwrap_or(drawing.scene);
            spawn_local(async move {
                let scale = if let Form::Png(scale) = form { f64::from(scale) } else { 2.0 };
                let picture = canvas::png(&scene, theme_for(paper), scale).await;
                match (form, picture) {
                    (Form::CopyPicture, Some(picture)) => {
                        let done = clipboard::copy_picture(&picture).await;
                        copied(store, done, "The picture is on the clipboard.");
                    }
                    (_, Some(picture)) => {
                        let name = format!("{name}@{scale}x.png");
                        say(store, download::save_blob(&name, &picture).is_some());
                    }
                    (_, None) => say(store, false),
                }
            });
        }
    }
}

/// Print is light; what leaves as it is on screen has the screen's theme.
fn theme_for(paper: Paper) -> Theme {
    let now = theme::current();
    if paper == Paper::Screen { now } else { Theme { mode: Mode::Light, ..now } }
}

fn caption(store: Store, name: &str, drawing: &Drawing) -> Vec<String> {
    // It is about another table than the open one, and says itself what of.
    if name == STREAMED {
        return vec![format!("{}.", drawing.scene.title), drawing.scene.description.clone()];
    }
    let n = store.passes.with_untracked(|p| p.as_ref().map(|p| p.iter().filter(|c| **c).count()));
    let open = store.open.get_untracked();
    open.map(|a| figure::caption(&a, n, &drawing.scene)).unwrap_or_default()
}

fn say(store: Store, done: bool) {
    if !done {
        store.send(Command::Tell(Notice::error(
            "The file could not be saved",
            "The browser refused the download.",
            "Allow downloads for this page and try again.",
        )));
    }
}

fn copied(store: Store, done: bool, word: &str) {
    store.send(Command::Tell(if done {
        Notice::word(word)
    } else {
        Notice::error(
            "Nothing was copied",
            "The browser keeps the clipboard closed to this page.",
            "Save the file instead.",
        )
    }));
}
