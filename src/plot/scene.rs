//! The scene: a list of items in logical pixels, each saying what it stands for. No colours of a theme, no backend.

use super::palette::Role;
use crate::ids::Target;

/// A colour: a role that the theme resolves, or a data colour that is the same in every theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// A role of the theme, with opacity 0..1.
    Role(Role, f32),
    /// Red, green, blue, with opacity 0..1.
    Data([u8; 3], f32),
}

/// A line's look, widths in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub ink: Ink,
    /// Width in pixels.
    pub width: f64,
    /// Dash and gap lengths, if dashed.
    pub dash: Option<[f64; 2]>,
}

/// The shape of a mark, so that colour is never the only cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// ●
    Circle,
    /// ▲
    Triangle,
    /// ■
    Square,
    /// ◆
    Diamond,
}

/// Where a text sits relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The point is at the text's left end.
    Start,
    /// The point is at its middle.
    Middle,
    /// The point is at its right end.
    End,
}

/// One drawn thing. y grows downward; text `y` is the baseline.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // field names are geometry: x, y, w, h, r, fill, stroke
pub enum Item {
    /// An axis-parallel rectangle.
    Rect { x: f64, y: f64, w: f64, h: f64, fill: Option<Ink>, stroke: Option<Stroke>, target: Option<Target> },
    /// A polyline or, if closed, a polygon.
    Path {
        points: Vec<[f64; 2]>,
        closed: bool,
        fill: Option<Ink>,
        stroke: Option<Stroke>,
        target: Option<Target>,
    },
    /// A mark.
    Dot {
        x: f64,
        y: f64,
        r: f64,
        shape: Shape,
        fill: Option<Ink>,
        stroke: Option<Stroke>,
        target: Option<Target>,
    },
    /// A line of text.
    Text {
        x: f64,
        y: f64,
        text: String,
        size: f64,
        bold: bool,
        anchor: Anchor,
        ink: Ink,
        turned: bool,
        target: Option<Target>,
    },
}

/// A laid-out drawing.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scene {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// Items in painting order.
    pub items: Vec<Item>,
    /// One line that names the plot, for assistive technology and exports.
    pub title: String,
    /// A sentence or two that say what it shows.
    pub description: String,
}
