//! The scene: a list of items in logical pixels, each saying what it stands for. No colours of a theme, no backend.

use super::palette::Role;
use crate::ids::Target;
use serde::{Deserialize, Serialize};

/// A colour: a role that the theme resolves, or a data colour that is the same in every theme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ink {
    /// A role of the theme, with opacity 0..1.
    Role(Role, f32),
    /// Red, green, blue, with opacity 0..1.
    Data([u8; 3], f32),
}

impl From<Role> for Ink {
    fn from(role: Role) -> Ink {
        Ink::Role(role, 1.0)
    }
}

impl Ink {
    /// The same colour, thinner.
    pub fn fade(self, opacity: f32) -> Ink {
        match self {
            Ink::Role(role, o) => Ink::Role(role, o * opacity),
            Ink::Data(rgb, o) => Ink::Data(rgb, o * opacity),
        }
    }
}

/// A line's look, widths in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Colour.
    pub ink: Ink,
    /// Width in pixels.
    pub width: f64,
    /// Dash and gap lengths, if dashed.
    pub dash: Option<[f64; 2]>,
}

impl Stroke {
    /// A solid line.
    pub fn new(ink: impl Into<Ink>, width: f64) -> Self {
        Stroke { ink: ink.into(), width, dash: None }
    }

    /// The same line, dashed.
    pub fn dashed(self, dash: f64, gap: f64) -> Self {
        Stroke { dash: Some([dash, gap]), ..self }
    }
}

/// The shape of a mark, so that colour is never the only cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shape {
    /// ●
    Circle,
    /// ▲
    Triangle,
    /// ■
    Square,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// ✚
    Plus,
    /// ★
    Star,
    /// ✖
    Cross,
}

impl Shape {
    /// The shape of cluster `c`; as with colours, shapes come round again after eight.
    pub fn of_cluster(c: u32) -> Shape {
        use Shape::{Circle, Cross, Diamond, Down, Plus, Square, Star, Triangle};
        [Circle, Triangle, Square, Diamond, Plus, Down, Cross, Star][c as usize % 8]
    }

    /// The corners of the shape around (x, y), sized so that all shapes look as large as a circle of radius `r`.
    /// None for the circle, which has no corners.
    pub fn corners(self, x: f64, y: f64, r: f64) -> Option<Vec<[f64; 2]>> {
        let at = |points: &[[f64; 2]], k: f64| -> Option<Vec<[f64; 2]>> {
            Some(points.iter().map(|p| [x + p[0] * r * k, y + p[1] * r * k]).collect())
        };
        const TRIANGLE: [[f64; 2]; 3] = [[0.0, -1.14], [1.15, 0.86], [-1.15, 0.86]];
        const PLUS: [[f64; 2]; 12] = [
            [-0.36, -1.1],
            [0.36, -1.1],
            [0.36, -0.36],
            [1.1, -0.36],
            [1.1, 0.36],
            [0.36, 0.36],
            [0.36, 1.1],
            [-0.36, 1.1],
            [-0.36, 0.36],
            [-1.1, 0.36],
            [-1.1, -0.36],
            [-0.36, -0.36],
        ];
        match self {
            Shape::Circle => None,
            Shape::Triangle => at(&TRIANGLE, 1.0),
            Shape::Down => at(&TRIANGLE.map(|[a, b]| [a, -b]), 1.0),
            Shape::Square => at(&[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]], 1.0),
            Shape::Diamond => at(&[[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], 1.2),
            Shape::Plus => at(&PLUS, 1.0),
            Shape::Cross => {
                let h = std::f64::consts::FRAC_1_SQRT_2;
                at(&PLUS.map(|[a, b]| [(a - b) * h, (a + b) * h]), 1.05)
            }
            Shape::Star => {
                let spike = |i: usize| {
                    let (sin, cos) = libm::sincos(std::f64::consts::PI * i as f64 / 5.0);
                    let k = if i.is_multiple_of(2) { 1.3 } else { 0.56 };
                    [k * sin, -k * cos]
                };
                at(&std::array::from_fn::<_, 10, _>(spike), 1.0)
            }
        }
    }
}

/// Where a text sits relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// The point is at the text's left end.
    Start,
    /// The point is at its middle.
    Middle,
    /// The point is at its right end.
    End,
}

/// One drawn thing. y grows downward; text `y` is the baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // field names are geometry: x, y, w, h, r, fill, stroke
pub enum Item {
    /// An axis-parallel rectangle. Without fill and stroke it only catches the pointer.
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
    /// A line of text. `turned` reads upward; `halo` keeps it legible over marks with a rim of background.
    Text {
        x: f64,
        y: f64,
        text: String,
        size: f64,
        bold: bool,
        anchor: Anchor,
        ink: Ink,
        turned: bool,
        halo: bool,
        target: Option<Target>,
    },
}

impl Item {
    /// Says what the item stands for.
    pub fn on(&mut self, stands_for: Target) -> &mut Self {
        match self {
            Item::Rect { target, .. }
            | Item::Path { target, .. }
            | Item::Dot { target, .. }
            | Item::Text { target, .. } => *target = Some(stands_for),
        }
        self
    }

    /// What the item stands for.
    pub fn target(&self) -> Option<Target> {
        match self {
            Item::Rect { target, .. }
            | Item::Path { target, .. }
            | Item::Dot { target, .. }
            | Item::Text { target, .. } => *target,
        }
    }

    /// Moves the item.
    pub fn shift(&mut self, dx: f64, dy: f64) {
        match self {
            Item::Rect { x, y, .. } | Item::Dot { x, y, .. } | Item::Text { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Item::Path { points, .. } => {
                for p in points {
                    p[0] += dx;
                    p[1] += dy;
                }
            }
        }
    }
}

/// How a line of text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// Font size in pixels.
    pub size: f64,
    /// Semi-bold.
    pub bold: bool,
    /// Side of the point.
    pub anchor: Anchor,
    /// Colour.
    pub ink: Ink,
    /// Reads upward.
    pub turned: bool,
    /// Has a rim of background.
    pub halo: bool,
}

impl Label {
    const BASE: Label = Label {
        size: 11.0,
        bold: false,
        anchor: Anchor::Start,
        ink: Ink::Role(Role::Text, 1.0),
        turned: false,
        halo: false,
    };
    /// A value: full ink.
    pub const VALUE: Label = Label::BASE;
    /// A label: secondary ink.
    pub const LABEL: Label = Label { ink: Ink::Role(Role::Text2, 1.0), ..Label::BASE };
    /// A hint or column head: tertiary ink.
    pub const HINT: Label = Label { ink: Ink::Role(Role::Text3, 1.0), ..Label::BASE };

    /// Semi-bold.
    pub const fn bold(self) -> Label {
        Label { bold: true, ..self }
    }
    /// Centred on its point.
    pub const fn middle(self) -> Label {
        Label { anchor: Anchor::Middle, ..self }
    }
    /// Ends at its point.
    pub const fn end(self) -> Label {
        Label { anchor: Anchor::End, ..self }
    }
    /// Another size.
    pub const fn size(self, size: f64) -> Label {
        Label { size, ..self }
    }
    /// Reads upward.
    pub const fn turned(self) -> Label {
        Label { turned: true, ..self }
    }
    /// With a rim of background.
    pub const fn halo(self) -> Label {
        Label { halo: true, ..self }
    }
    /// Another colour.
    pub fn ink(self, ink: impl Into<Ink>) -> Label {
        Label { ink: ink.into(), ..self }
    }
}

/// A named run of items, from `start` to the next section; exports turn it into a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Index of its first item.
    pub start: usize,
    /// What it holds, e.g. `axis` or a biomarker's name.
    pub name: String,
}

/// A laid-out drawing.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Scene {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// Items in painting order.
    pub items: Vec<Item>,
    /// Named runs of items, ascending.
    pub sections: Vec<Section>,
    /// One line that names the plot, for assistive technology and exports.
    pub title: String,
    /// A sentence or two that say what it shows.
    pub description: String,
}

impl Scene {
    /// An empty scene.
    pub fn new(width: f64, height: f64) -> Self {
        Scene { width, height, ..Scene::default() }
    }

    /// Names the plot and says what it shows.
    pub fn titled(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        self.title = title.into();
        self.description = description.into();
        self
    }

    /// Starts a named run of items.
    pub fn section(&mut self, name: impl Into<String>) {
        self.sections.push(Section { start: self.items.len(), name: name.into() });
    }

    /// Adds an item.
    pub fn push(&mut self, item: Item) -> &mut Item {
        let index = self.items.len();
        self.items.push(item);
        &mut self.items[index]
    }

    /// A filled rectangle.
    pub fn rect(&mut self, [x, y, w, h]: [f64; 4], fill: impl Into<Ink>) -> &mut Item {
        self.push(Item::Rect { x, y, w, h, fill: Some(fill.into()), stroke: None, target: None })
    }

    /// An outlined rectangle; the line runs inside its edges.
    pub fn outline(&mut self, [x, y, w, h]: [f64; 4], stroke: Stroke) -> &mut Item {
        self.push(Item::Rect { x, y, w, h, fill: None, stroke: Some(stroke), target: None })
    }

    /// An invisible rectangle that catches the pointer for `target`.
    pub fn area(&mut self, [x, y, w, h]: [f64; 4], target: Target) -> &mut Item {
        self.push(Item::Rect { x, y, w, h, fill: None, stroke: None, target: Some(target) })
    }

    /// A horizontal line one pixel thick whose upper edge is at `y`.
    pub fn hline(&mut self, x0: f64, x1: f64, y: f64, ink: impl Into<Ink>) -> &mut Item {
        self.rect([x0, y.round(), x1 - x0, 1.0], ink)
    }

    /// A vertical line one pixel thick whose left edge is at `x`.
    pub fn vline(&mut self, x: f64, y0: f64, y1: f64, ink: impl Into<Ink>) -> &mut Item {
        self.rect([x.round(), y0, 1.0, y1 - y0], ink)
    }

    /// A polyline.
    pub fn line(&mut self, points: Vec<[f64; 2]>, stroke: Stroke) -> &mut Item {
        self.push(Item::Path { points, closed: false, fill: None, stroke: Some(stroke), target: None })
    }

    /// A filled circle.
    pub fn dot(&mut self, x: f64, y: f64, r: f64, fill: impl Into<Ink>) -> &mut Item {
        self.mark(Shape::Circle, [x, y], r, Some(fill.into()), None)
    }

    /// A hollow circle.
    pub fn ring(&mut self, x: f64, y: f64, r: f64, stroke: Stroke) -> &mut Item {
        self.mark(Shape::Circle, [x, y], r, None, Some(stroke))
    }

    /// A mark of any shape.
    pub fn mark(
        &mut self,
        shape: Shape,
        [x, y]: [f64; 2],
        r: f64,
        fill: Option<Ink>,
        stroke: Option<Stroke>,
    ) -> &mut Item {
        self.push(Item::Dot { x, y, r, shape, fill, stroke, target: None })
    }

    /// A line of text with its baseline at `y`.
    pub fn text(&mut self, x: f64, y: f64, text: impl Into<String>, label: Label) -> &mut Item {
        let Label { size, bold, anchor, ink, turned, halo } = label;
        self.push(Item::Text { x, y, text: text.into(), size, bold, anchor, ink, turned, halo, target: None })
    }

    /// Adds another scene's items, moved by (dx, dy).
    pub fn place(&mut self, mut other: Scene, dx: f64, dy: f64) {
        let start = self.items.len();
        self.sections
            .extend(other.sections.into_iter().map(|s| Section { start: s.start + start, name: s.name }));
        for item in &mut other.items {
            item.shift(dx, dy);
        }
        self.items.append(&mut other.items);
    }

    /// Puts another scene beneath this one. Title and description stay this one's, unless it has none.
    pub fn stack(mut self, below: Scene) -> Scene {
        if self.title.is_empty() {
            (self.title, self.description) = (below.title.clone(), below.description.clone());
        }
        let (height, width) = (self.height, self.width.max(below.width));
        self.height += below.height;
        self.width = width;
        self.place(below, 0.0, height);
        self
    }
}
