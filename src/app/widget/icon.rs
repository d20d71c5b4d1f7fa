//! Line icons on a 16-pixel grid.

use leptos::prelude::*;

/// The drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Start,
    Overview,
    Biomarkers,
    Biomarker,
    Patient,
    Subgroups,
    Performance,
    Undo,
    Redo,
    Search,
    Theme,
    Previous,
    Next,
    Close,
    Filter,
    Inspector,
    High,
    Medium,
    Low,
    Pass,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Start => "M2 5V3h5l1.5 2H14v8H2z",
            Icon::Overview => "M2 2h5v5H2zM9 2h5v3H9zM9 7h5v7H9zM2 9h5v5H2z",
            Icon::Biomarkers => "M2 3h9M2 6.5h12M2 10h6M2 13.5h4",
            Icon::Biomarker => "M2 2v12h12M4.5 11.5l2.5-3 2.5.5L13 4",
            Icon::Patient => {
                "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 14c.3-3 2.2-4.3 5-4.3s4.7 1.3 5 4.3"
            }
            Icon::Subgroups => {
                "M5 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM11.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 14a2.2 2.2 0 1 0 0-4.4A2.2 2.2 0 0 0 8 14z"
            }
            Icon::Performance => "M2 2v12h12M2 14L14 2M3 14c0-7 3-10 11-11",
            Icon::Undo => "M6 3L3 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
            Icon::Redo => "M10 3l3 3-3 3M13 6H7a4 4 0 0 0 0 8h3",
            Icon::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3L14 14",
            Icon::Theme => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 5h4M8 8h6M8 11h4",
            Icon::Previous => "M10 3L5 8l5 5",
            Icon::Next => "M6 3l5 5-5 5",
            Icon::Close => "M4 4l8 8M12 4l-8 8",
            Icon::Filter => "M2 3h12l-4.5 5.500V13l-3-1.500V8.500z",
            Icon::Inspector => "M2 3h12v10H2zM10 3v10",
            Icon::High | Icon::Medium => "M8 3l5.500 10h-11z",
            Icon::Low => "M8 12.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9z",
            Icon::Pass => "M3 8.500l3.500 3.500L13 4.500",
        }
    }
}

/// An icon. It says nothing to assistive technology: the text beside it does.
#[component]
pub(crate) fn Glyph(icon: Icon) -> impl IntoView {
    let fill = if icon == Icon::High { "currentColor" } else { "none" };
    view! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d=icon.path() fill=fill stroke="currentColor" stroke-width="1.25" />
        </svg>
    }
}

/// The mark of the program: a split of a tree.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! {
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <rect x="0.75" y="0.75" width="14.5" height="14.5" fill="none" stroke="currentColor" stroke-width="1.5" />
            <path d="M4 4h5v4h3M9 8H6v4" fill="none" stroke="currentColor" stroke-width="1.5" />
        </svg>
    }
}
