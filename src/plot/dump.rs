//! A scene as text for snapshots: one item per line, coordinates rounded to a tenth of a pixel.

use std::fmt::Write as _;

use super::scene::{Anchor, Ink, Item, Scene, Stroke};

/// One line per item: kind, geometry, inks, text, target.
pub(super) fn dump(scene: &Scene) -> String {
    let mut out = String::new();
    let mut sections = scene.sections.iter().peekable();
    for (i, item) in scene.items.iter().enumerate() {
        while let Some(section) = sections.next_if(|s| s.start <= i) {
            let _ = writeln!(out, "# {}", section.name);
        }
        let _ = writeln!(out, "{}", line(item));
    }
    out
}

fn line(item: &Item) -> String {
    let n = |v: f64| {
        let text = format!("{v:.1}");
        text.strip_suffix(".0").unwrap_or(&text).replace("-0", "0")
    };
    let mut out = match item {
        Item::Rect { x, y, w, h, fill, stroke, .. } => {
            format!("rect {} {} {}x{}{}{}", n(*x), n(*y), n(*w), n(*h), ink(fill), pen(stroke))
        }
        Item::Path { points, closed, fill, stroke, .. } => {
            let ends = [points.first(), points.last()]
                .map(|p| p.map_or(String::new(), |p| format!("{},{}", n(p[0]), n(p[1]))));
            let kind = if *closed { "polygon" } else { "line" };
            format!("{kind} {} … {} ({}){}{}", ends[0], ends[1], points.len(), ink(fill), pen(stroke))
        }
        Item::Dot { x, y, r, shape, fill, stroke, .. } => {
            format!("{shape:?} {} {} r{}{}{}", n(*x), n(*y), n(*r), ink(fill), pen(stroke)).to_lowercase()
        }
        Item::Text { x, y, text, size, bold, anchor, .. } => {
            let side = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " middle",
                Anchor::End => " end",
            };
            let weight = if *bold { " bold" } else { "" };
            format!("text {} {} {}{weight}{side} {text:?}", n(*x), n(*y), n(*size))
        }
    };
    if let Some(target) = item.target() {
        let _ = write!(out, " → {target:?}");
    }
    out
}

fn ink(ink: &Option<Ink>) -> String {
    match ink {
        None => String::new(),
        Some(Ink::Role(role, 1.0)) => format!(" {role:?}"),
        Some(Ink::Role(role, opacity)) => format!(" {role:?}·{opacity:.2}"),
        Some(Ink::Data(rgb, _)) => format!(" {}", super::palette::hex(*rgb)),
    }
}

fn pen(stroke: &Option<Stroke>) -> String {
    stroke.map_or(String::new(), |s| {
        format!(" |{} {}{}", ink(&Some(s.ink)), s.width, if s.dash.is_some() { " dashed" } else { "" })
    })
}
