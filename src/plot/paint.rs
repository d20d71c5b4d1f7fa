//! Painting a scene on a Plotters drawing area.
//!
//! Plotters draws text and, as well as whole pixels allow, everything else. Whole pixels are too coarse for a swarm of
//! small marks and for curves, and an element per rectangle is too slow for strips of thousands; those go to a [`Pen`]
//! where there is one, on the page the canvas context itself. Rectangles are snapped to device pixels either way, so
//! that they are crisp.
//!
//! What a selection changes, marks, can be painted without the rest: see [`Order`].
//!
//! A backend knows nothing of device pixels, so all geometry is multiplied here. Rectangles reach up to but not
//! including their right and lower edge, as the canvas backend draws them.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle,
};

use super::overlay;
use super::palette::{Rgb, Role, Theme};
use super::scene::{Anchor, Ink, Item, Scene, Shape, Stroke};
use super::text::{self, SCREEN_FONT};
use crate::ids::Target;
pub use clarimark_raster::Layer;
use clarimark_raster::{Crowd, Outline, Rgba};

/// A colour, resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    /// Red, green, blue.
    pub rgb: Rgb,
    /// Opacity 0..1.
    pub opacity: f32,
}

impl Colour {
    /// As CSS.
    pub fn css(self) -> String {
        let [r, g, b] = self.rgb;
        if self.opacity >= 1.0 {
            format!("rgb({r},{g},{b})")
        } else {
            format!("rgba({r},{g},{b},{})", self.opacity)
        }
    }

    fn rgba(self) -> Rgba {
        let [r, g, b] = self.rgb;
        [r, g, b, (self.opacity * 255.0).round() as u8]
    }
}

/// A line, resolved; lengths in device pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Colour.
    pub colour: Colour,
    /// Width.
    pub width: f64,
    /// Dash and gap.
    pub dash: Option<[f64; 2]>,
}

/// How a run of marks looks; lengths in device pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Shape; [`Shape::corners`] gives its outline.
    pub shape: Shape,
    /// Radius.
    pub r: f64,
    /// Inside.
    pub fill: Option<Colour>,
    /// Rim.
    pub line: Option<Line>,
}

/// A text, resolved; lengths in device pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Words<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where its em box hangs: left, middle or right (see `anchor`), and its lower edge.
    pub at: [f64; 2],
    /// Size of the font.
    pub size: f64,
    /// True for bold.
    pub bold: bool,
    /// What of the text is at `at`.
    pub anchor: Anchor,
    /// True where it runs upwards.
    pub turned: bool,
    /// Colour.
    pub colour: Colour,
    /// Colour and width of a rim beneath it.
    pub halo: Option<(Colour, f64)>,
}

/// Draws between the pixels. Coordinates are device pixels.
pub trait Pen {
    /// Marks that look alike, in one go.
    fn marks(&mut self, look: &Look, centres: &[[f64; 2]]);
    /// A filled rectangle: left, top, right and lower edge.
    fn rect(&mut self, edges: [i32; 4], fill: Colour);
    /// A polyline or polygon.
    fn path(&mut self, points: &[[f64; 2]], closed: bool, fill: Option<Colour>, line: Option<Line>);
    /// A text; false where it writes none, so that the backend must.
    fn text(&mut self, _words: &Words<'_>) -> bool {
        false
    }
    /// Width and height of a canvas that takes crowds as pixels.
    fn takes_pixels(&self) -> Option<[u32; 2]> {
        None
    }
    /// A crowd of marks, where it takes them so.
    fn pixels(&mut self, _layer: &Layer) {}
}

/// Neighbours in a scene that are painted as pixels if they are at least so many.
const CROWD: usize = 400;

/// Width of the rim beneath a text that has one, logical pixels.
pub(super) const HALO: f64 = 3.0;

/// What can go wrong: whatever the backend says.
pub type PaintError<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

/// A scene's items by when they are painted, as indices. All of `still` and then all of `marks` is the same picture as
/// all items in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// What is the same whoever is selected.
    pub still: Vec<u32>,
    /// Marks that stand for patients, and what lies over such marks.
    pub marks: Vec<u32>,
}

impl Order {
    /// Of all items that are seen.
    pub fn of(scene: &Scene) -> Order {
        let mut order = Order::default();
        // Around all marks so far.
        let mut around = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for (i, item) in (0..).zip(&scene.items) {
            if matches!(item, Item::Rect { fill: None, stroke: None, .. }) {
                continue;
            }
            let [x0, y0, x1, y1] = reach(item);
            let patient =
                matches!(item, Item::Dot { target: Some(target), .. } if target.patient().is_some());
            if patient || (x0 < around[2] && around[0] < x1 && y0 < around[3] && around[1] < y1) {
                around = [around[0].min(x0), around[1].min(y0), around[2].max(x1), around[3].max(y1)];
                order.marks.push(i);
            } else {
                order.still.push(i);
            }
        }
        order
    }

    /// All of them.
    pub fn all(&self) -> Vec<u32> {
        [self.still.as_slice(), &self.marks].concat()
    }
}

/// Left, upper, right and lower edge of what an item may cover, in logical pixels; of a text a little more, for its font is
/// the browser's.
fn reach(item: &Item) -> [f64; 4] {
    let rim = |stroke: &Option<Stroke>| stroke.map_or(0.0, |s| s.width / 2.0);
    match item {
        Item::Rect { x, y, w, h, .. } => [*x, *y, x + w, y + h],
        Item::Dot { x, y, r, stroke, .. } => {
            let r = 1.3 * r + rim(stroke);
            [x - r, y - r, x + r, y + r]
        }
        Item::Path { points, stroke, .. } => {
            let rim = rim(stroke);
            points.iter().fold(
                [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
                |e, p| {
                    [e[0].min(p[0] - rim), e[1].min(p[1] - rim), e[2].max(p[0] + rim), e[3].max(p[1] + rim)]
                },
            )
        }
        Item::Text { x, y, text, size, bold, anchor, turned, .. } => {
            let length = 1.2 * text::width(text, *size, *bold) + size;
            let before = length
                * match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => 0.5,
                    Anchor::End => 1.0,
                };
            let (along, across) =
                ([-before - HALO, length - before + HALO], [-size - HALO, 0.5 * size + HALO]);
            if *turned {
                [x + across[0], y - along[1], x + across[1], y - along[0]]
            } else {
                [x + along[0], y + across[0], x + along[1], y + across[1]]
            }
        }
    }
}

/// Says which marks are faded, as [`overlay::faded`] fades them, by what they stand for.
pub type Fade<'a> = &'a dyn Fn(Target) -> bool;

/// Paints some of a scene's items, given by their indices in an [`Order`]. `dpr` is the number of device pixels per logical
/// pixel; the drawing area is as large as the scene times `dpr`.
pub fn paint<DB: DrawingBackend>(
    scene: &Scene,
    which: &[u32],
    fade: Option<Fade>,
    area: &DrawingArea<DB, Shift>,
    pen: Option<&mut dyn Pen>,
    theme: Theme,
    dpr: f64,
) -> Result<(), PaintError<DB>> {
    let mut painter = Painter { area, pen, device: Device { theme, dpr }, fade };
    let items: Vec<&Item> = which.iter().filter_map(|&i| scene.items.get(i as usize)).collect();
    let mut rest = items.as_slice();
    while !rest.is_empty() {
        let (mut run, after) = rest.split_at(alike(rest).max(1));
        rest = after;
        if run.len() >= CROWD && painter.crowd(run) {
            continue;
        }
        while let Some(item) = run.first() {
            let n = match item {
                Item::Dot { .. } => painter.marks(run)?,
                _ => {
                    painter.item(item)?;
                    1
                }
            };
            run = &run[n..];
        }
    }
    Ok(())
}

/// How many of the first items are of the kind that a crowd is made of: marks, or filled rectangles.
fn alike(items: &[&Item]) -> usize {
    let plain = |item: &&&Item| matches!(item, Item::Rect { fill: Some(_), stroke: None, .. });
    match items.first() {
        Some(Item::Dot { .. }) => items.iter().take_while(|i| matches!(i, Item::Dot { .. })).count(),
        _ => items.iter().take_while(plain).count(),
    }
}

struct Painter<'a, 'p, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    pen: Option<&'a mut (dyn Pen + 'p)>,
    device: Device,
    fade: Option<Fade<'a>>,
}

/// What turns logical pixels and roles into device pixels and colours.
#[derive(Clone, Copy)]
struct Device {
    theme: Theme,
    dpr: f64,
}

impl Device {
    /// Marks and filled rectangles as a crowd on a canvas of this size.
    fn crowd(self, items: &[&Item], size: [u32; 2]) -> Marks {
        let (mut crowd, mut targets) = (Crowd::default(), Vec::with_capacity(items.len()));
        // The last mark before a theme, and its looks as it is and faded.
        let mut last: Option<(Plain, [usize; 2])> = None;
        for item in items {
            match item {
                Item::Dot { x, y, r, shape, fill, stroke, target } => {
                    let plain = (*shape, *r, *fill, *stroke);
                    let looks = match last {
                        Some((known, looks)) if known == plain => looks,
                        _ => [plain, faded(plain)].map(|plain| {
                            let Look { shape, r, fill, line } = self.look(plain);
                            let corners = shape.corners(0.0, 0.0, r);
                            let outline = Outline { corners, r, line: line.map_or(0.0, |l| l.width) };
                            let inks = [fill, line.map(|l| l.colour)];
                            crowd.look(outline, inks.map(|c| c.map_or([0; 4], Colour::rgba)))
                        }),
                    };
                    last = Some((plain, looks));
                    crowd.mark(looks, [x * self.dpr, y * self.dpr]);
                    targets.push(*target);
                }
                Item::Rect { x, y, w, h, fill: Some(fill), .. } => {
                    crowd.rect(self.snap([*x, *y, *w, *h]), self.colour(*fill).rgba());
                }
                _ => {}
            }
        }
        Marks { crowd, targets, size }
    }

    fn look(&self, (shape, r, fill, stroke): Plain) -> Look {
        Look {
            shape,
            r: r * self.dpr,
            fill: fill.map(|f| self.colour(f)),
            line: stroke.map(|s| self.line(s)),
        }
    }

    /// Left, top, right and lower edge in device pixels. A hairline keeps its thickness wherever it lies.
    fn snap(&self, [x, y, w, h]: [f64; 4]) -> [i32; 4] {
        let side = |start: f64, length: f64| {
            let a = (start * self.dpr).round();
            let b = if length <= 2.0 {
                a + (length * self.dpr).round().max(if length > 0.0 { 1.0 } else { 0.0 })
            } else {
                ((start + length) * self.dpr).round()
            };
            (a as i32, b as i32)
        };
        let ((x0, x1), (y0, y1)) = (side(x, w), side(y, h));
        [x0, y0, x1, y1]
    }

    fn colour(&self, ink: Ink) -> Colour {
        let (rgb, opacity) = self.theme.resolve(ink);
        Colour { rgb, opacity }
    }

    fn line(&self, stroke: Stroke) -> Line {
        Line {
            colour: self.colour(stroke.ink),
            width: stroke.width * self.dpr,
            dash: stroke.dash.map(|d| d.map(|v| v * self.dpr)),
        }
    }
}

/// A crowd of marks for a theme and a canvas; which of them are faded is said for each of its layers.
pub struct Marks {
    crowd: Crowd,
    /// What each mark stands for.
    targets: Vec<Option<Target>>,
    size: [u32; 2],
}

impl Marks {
    /// Of the items of a scene with these indices, on a canvas of this width and height; None unless they are marks and many
    /// enough for a crowd.
    pub fn of(scene: &Scene, which: &[u32], theme: Theme, dpr: f64, size: [u32; 2]) -> Option<Marks> {
        let items: Vec<&Item> = which.iter().filter_map(|&i| scene.items.get(i as usize)).collect();
        let marks = items.len() >= CROWD && items.iter().all(|item| matches!(item, Item::Dot { .. }));
        marks.then(|| Device { theme, dpr }.crowd(&items, size))
    }

    /// Their pixels; None where none of them is seen.
    pub fn layer(&self, fade: Fade) -> Option<Layer> {
        self.rows(fade, [0, self.size[1]])
    }

    /// Their pixels in some rows of the canvas: from one on, to before another.
    pub fn rows(&self, fade: Fade, rows: [u32; 2]) -> Option<Layer> {
        let faded: Vec<bool> = self.targets.iter().map(|target| target.is_some_and(fade)).collect();
        let [from, to] = rows.map(|row| row as i32);
        self.crowd.part([0, from, self.size[0] as i32, to], &faded)
    }
}

/// What a mark looks like, before a theme.
type Plain = (Shape, f64, Option<Ink>, Option<Stroke>);

impl<DB: DrawingBackend> Painter<'_, '_, DB> {
    fn item(&mut self, item: &Item) -> Result<(), PaintError<DB>> {
        match item {
            Item::Rect { x, y, w, h, fill, stroke, .. } => {
                let edges = self.device.snap([*x, *y, *w, *h]);
                if let Some(ink) = fill {
                    self.rect(edges, *ink)?;
                }
                if let Some(stroke) = stroke {
                    self.outline(edges, *stroke)?;
                }
                Ok(())
            }
            Item::Path { points, closed, fill, stroke, .. } => {
                let points: Vec<[f64; 2]> = points.iter().map(|p| p.map(|v| v * self.device.dpr)).collect();
                let (fill, line) = (fill.map(|f| self.device.colour(f)), stroke.map(|s| self.device.line(s)));
                self.path(&points, *closed, fill, line)
            }
            Item::Text { x, y, text, size, bold, anchor, ink, turned, halo, .. } => {
                // The canvas hangs text from its em box; the scene says where the baseline is.
                let descent = 0.21 * size * self.device.dpr;
                let at = if *turned {
                    [x * self.device.dpr + descent, y * self.device.dpr]
                } else {
                    [x * self.device.dpr, y * self.device.dpr + descent]
                };
                let rim = self.device.colour(Role::Background.into());
                let words = Words {
                    text,
                    at: at.map(f64::round),
                    size: size * self.device.dpr,
                    bold: *bold,
                    anchor: *anchor,
                    turned: *turned,
                    colour: self.device.colour(*ink),
                    halo: halo.then_some((rim, HALO * self.device.dpr)),
                };
                if self.pen.as_mut().is_some_and(|pen| pen.text(&words)) {
                    return Ok(());
                }
                let style = self.text_style(*size, *bold, *anchor, *turned);
                if *halo {
                    let reach = 0.5 * HALO * self.device.dpr;
                    for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
                        let k = if dx != 0 && dy != 0 { 0.7 * reach } else { reach };
                        self.text(text, &style, [at[0] + f64::from(dx) * k, at[1] + f64::from(dy) * k], rim)?;
                    }
                }
                self.text(text, &style, at, self.device.colour(*ink))
            }
            Item::Dot { .. } => Ok(()),
        }
    }

    /// Paints marks or filled rectangles as pixels; false where that cannot be done.
    fn crowd(&mut self, items: &[&Item]) -> bool {
        let Some(size) = self.pen.as_ref().and_then(|pen| pen.takes_pixels()) else { return false };
        let marks = self.device.crowd(items, size);
        let layer = match self.fade {
            Some(fade) => marks.layer(fade),
            None => marks.crowd.layer(size, &[]),
        };
        if let (Some(pen), Some(layer)) = (&mut self.pen, layer) {
            pen.pixels(&layer);
        }
        true
    }

    fn is_faded(&self, target: Option<Target>) -> bool {
        self.fade.zip(target).is_some_and(|(fade, target)| fade(target))
    }

    /// Paints the run of marks that look like the first one; returns how many there were.
    fn marks(&mut self, items: &[&Item]) -> Result<usize, PaintError<DB>> {
        let seen = |item: &Item| match item {
            Item::Dot { x, y, r, shape, fill, stroke, target } => {
                let plain = (*shape, *r, *fill, *stroke);
                let plain = if self.is_faded(*target) { faded(plain) } else { plain };
                Some((plain, [x * self.device.dpr, y * self.device.dpr]))
            }
            _ => None,
        };
        let Some((first, _)) = items.first().and_then(|item| seen(item)) else { return Ok(0) };
        let centres: Vec<[f64; 2]> = items
            .iter()
            .map_while(|item| seen(item).filter(|(plain, _)| *plain == first).map(|(_, centre)| centre))
            .collect();
        let look = self.device.look(first);
        match self.pen.as_deref_mut() {
            Some(pen) => pen.marks(&look, &centres),
            None => {
                for [x, y] in &centres {
                    self.whole_pixel_mark(&look, *x, *y)?;
                }
            }
        }
        Ok(centres.len())
    }

    fn whole_pixel_mark(&mut self, look: &Look, x: f64, y: f64) -> Result<(), PaintError<DB>> {
        if let Some(corners) = look.shape.corners(x, y, look.r) {
            return self.path(&corners, true, look.fill, look.line);
        }
        let centre = (x.round() as i32, y.round() as i32);
        let r = look.r.round().max(1.0) as i32;
        if let Some(fill) = look.fill {
            self.area.draw(&Circle::new(centre, r, rgba(fill).filled()))?;
        }
        if let Some(line) = look.line {
            self.area.draw(&Circle::new(centre, r, shape_style(line)))?;
        }
        Ok(())
    }

    fn path(
        &mut self,
        points: &[[f64; 2]],
        closed: bool,
        fill: Option<Colour>,
        line: Option<Line>,
    ) -> Result<(), PaintError<DB>> {
        if let Some(pen) = self.pen.as_deref_mut() {
            pen.path(points, closed, fill, line);
            return Ok(());
        }
        let mut whole: Vec<(i32, i32)> =
            points.iter().map(|p| (p[0].round() as i32, p[1].round() as i32)).collect();
        if let Some(fill) = fill {
            self.area.draw(&Polygon::new(whole.clone(), rgba(fill)))?;
        }
        if let Some(line) = line {
            if closed {
                whole.extend(whole.first().copied());
            }
            self.area.draw(&PathElement::new(whole, shape_style(line)))?;
        }
        Ok(())
    }

    fn rect(&mut self, [x0, y0, x1, y1]: [i32; 4], ink: Ink) -> Result<(), PaintError<DB>> {
        if x1 <= x0 || y1 <= y0 {
            return Ok(());
        }
        let fill = self.device.colour(ink);
        if let Some(pen) = self.pen.as_deref_mut() {
            pen.rect([x0, y0, x1, y1], fill);
            return Ok(());
        }
        self.area.draw(&Rectangle::new([(x0, y0), (x1, y1)], rgba(fill).filled()))
    }

    /// An outline as four (or, dashed, many) filled rectangles inside the edges.
    fn outline(&mut self, [x0, y0, x1, y1]: [i32; 4], stroke: Stroke) -> Result<(), PaintError<DB>> {
        let t = (stroke.width * self.device.dpr).round().max(1.0) as i32;
        let ink = stroke.ink;
        let runs = |a: i32, b: i32| -> Vec<[i32; 2]> {
            let Some([dash, gap]) =
                stroke.dash.map(|d| d.map(|v| (v * self.device.dpr).round().max(1.0) as i32))
            else {
                return vec![[a, b]];
            };
            (a..b).step_by((dash + gap) as usize).map(|s| [s, (s + dash).min(b)]).collect()
        };
        let (across, down) = (runs(x0, x1), runs(y0 + t, y1 - t));
        for [a, b] in across {
            self.rect([a, y0, b, y0 + t], ink)?;
            self.rect([a, y1 - t, b, y1], ink)?;
        }
        for [a, b] in down {
            self.rect([x0, a, x0 + t, b], ink)?;
            self.rect([x1 - t, a, x1, b], ink)?;
        }
        Ok(())
    }

    fn text_style(&self, size: f64, bold: bool, anchor: Anchor, turned: bool) -> TextStyle<'static> {
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(SCREEN_FONT), size * self.device.dpr, weight);
        let font = if turned { font.transform(FontTransform::Rotate270) } else { font };
        let h = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        TextStyle::from(font).pos(Pos::new(h, VPos::Bottom))
    }

    fn text(
        &self,
        text: &str,
        style: &TextStyle<'_>,
        [x, y]: [f64; 2],
        colour: Colour,
    ) -> Result<(), PaintError<DB>> {
        self.area.draw_text(text, &style.color(&rgba(colour)), (x.round() as i32, y.round() as i32))
    }
}

/// A mark that is faded.
fn faded((shape, r, fill, stroke): Plain) -> Plain {
    let (fill, stroke) = overlay::fade(fill, stroke);
    (shape, r, fill, stroke)
}

fn rgba(colour: Colour) -> RGBAColor {
    let [r, g, b] = colour.rgb;
    RGBAColor(r, g, b, f64::from(colour.opacity))
}

fn shape_style(line: Line) -> ShapeStyle {
    ShapeStyle { color: rgba(line.colour), filled: false, stroke_width: line.width.round().max(1.0) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{RowId, Target};
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::scene::Label;
    use plotters::drawing::IntoDrawingArea;
    use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Writes down what it is asked to draw.
    struct Recorder(Rc<RefCell<Vec<String>>>);

    type Done = Result<(), DrawingErrorKind<std::fmt::Error>>;

    impl DrawingBackend for Recorder {
        type ErrorType = std::fmt::Error;
        fn get_size(&self) -> (u32, u32) {
            (4000, 4000)
        }
        fn ensure_prepared(&mut self) -> Done {
            Ok(())
        }
        fn present(&mut self) -> Done {
            Ok(())
        }
        fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Done {
            panic!("nothing is drawn pixel by pixel")
        }
        fn draw_rect<S: BackendStyle>(
            &mut self,
            a: BackendCoord,
            b: BackendCoord,
            style: &S,
            fill: bool,
        ) -> Done {
            assert!(fill);
            self.0.borrow_mut().push(format!("rect {a:?} {b:?} {:?}", style.color().rgb));
            Ok(())
        }
        fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Done {
            self.0.borrow_mut().push(format!("text {text} {at:?} {}", style.size()));
            Ok(())
        }
        fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, r: u32, _: &S, fill: bool) -> Done {
            self.0.borrow_mut().push(format!("circle {at:?} {r} {fill}"));
            Ok(())
        }
        fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
            &mut self,
            path: I,
            _: &S,
        ) -> Done {
            self.0.borrow_mut().push(format!("path of {}", path.into_iter().count()));
            Ok(())
        }
        fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
            &mut self,
            path: I,
            _: &S,
        ) -> Done {
            self.0.borrow_mut().push(format!("polygon of {}", path.into_iter().count()));
            Ok(())
        }
    }

    #[derive(Default)]
    struct Batches(Vec<(Look, Vec<[f64; 2]>)>, usize);

    impl Pen for Batches {
        fn marks(&mut self, look: &Look, centres: &[[f64; 2]]) {
            self.0.push((*look, centres.to_vec()));
        }
        fn rect(&mut self, _: [i32; 4], _: Colour) {}
        fn path(&mut self, _: &[[f64; 2]], _: bool, _: Option<Colour>, _: Option<Line>) {
            self.1 += 1;
        }
    }

    fn painted(scene: &Scene, pen: Option<&mut dyn Pen>, dpr: f64) -> Vec<String> {
        let log = Rc::new(RefCell::new(Vec::new()));
        let area = Recorder(log.clone()).into_drawing_area();
        let all = Order::of(scene).all();
        paint(scene, &all, None, &area, pen, Theme::LIGHT, dpr).expect("a recorder does not fail");
        log.take()
    }

    #[test]
    fn hairlines_are_one_thickness_wherever_they_lie() {
        let mut scene = Scene::new(100.0, 100.0);
        for x in [10.2, 10.5, 10.8] {
            scene.rect([x, 0.0, 1.0, 50.0], Role::Grid);
        }
        let log = painted(&scene, None, 2.0);
        assert_eq!(log[0], "rect (20, 0) (22, 100) (238, 238, 235)");
        assert_eq!(log[1], "rect (21, 0) (23, 100) (238, 238, 235)");
        assert_eq!(log[2], "rect (22, 0) (24, 100) (238, 238, 235)");
        assert!(painted(&scene, None, 1.0)[1].starts_with("rect (11, 0) (12, 50)"));
    }

    #[test]
    fn text_hangs_from_its_baseline_and_a_halo_lies_beneath() {
        let mut scene = Scene::new(100.0, 100.0);
        scene.text(10.0, 20.0, "n", Label::VALUE.halo());
        let log = painted(&scene, None, 2.0);
        assert_eq!(log.len(), 9);
        assert_eq!(log[8], "text n (20, 45) 22");
    }

    #[test]
    fn outlines_and_dashes_are_filled_rectangles() {
        let mut scene = Scene::new(100.0, 100.0);
        scene.outline([0.0, 0.0, 10.0, 10.0], Stroke::new(Role::Missing, 1.0));
        assert_eq!(painted(&scene, None, 1.0).len(), 4);
        scene.outline([0.0, 20.0, 10.0, 10.0], Stroke::new(Role::Missing, 1.0).dashed(3.0, 2.0));
        assert_eq!(painted(&scene, None, 1.0).len(), 4 + 8);
    }

    #[test]
    fn marks_that_look_alike_reach_the_pen_together_and_none_is_lost() {
        for (name, scene) in Fixture::new(40).all(944.0) {
            let dots = scene.items.iter().filter(|i| matches!(i, Item::Dot { .. })).count();
            let mut pen = Batches::default();
            let log = painted(&scene, Some(&mut pen), 1.5);
            assert_eq!(pen.0.iter().map(|b| b.1.len()).sum::<usize>(), dots, "{name}");
            assert!(log.iter().all(|l| l.starts_with("text")), "{name}");
        }
        let mut scene = Scene::new(10.0, 10.0);
        for i in 0..3 {
            scene.dot(f64::from(i), 2.0, 2.0, Role::Value(3)).on(Target::Patient(RowId(i)));
        }
        scene.dot(5.0, 2.0, 2.0, Role::Value(4));
        let mut pen = Batches::default();
        painted(&scene, Some(&mut pen), 2.0);
        assert_eq!(pen.0.iter().map(|b| b.1.len()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(pen.0[0].0.r, 4.0);
        assert_eq!(pen.0[0].1[2], [4.0, 4.0]);
    }

    /// Takes crowds as pixels.
    #[derive(Default)]
    struct Pixels(Vec<Layer>, usize);

    impl Pen for Pixels {
        fn marks(&mut self, _: &Look, centres: &[[f64; 2]]) {
            self.1 += centres.len();
        }
        fn rect(&mut self, _: [i32; 4], _: Colour) {
            self.1 += 1;
        }
        fn path(&mut self, _: &[[f64; 2]], _: bool, _: Option<Colour>, _: Option<Line>) {}
        fn takes_pixels(&self) -> Option<[u32; 2]> {
            Some([2_000, 2_000])
        }
        fn pixels(&mut self, layer: &Layer) {
            self.0.push(layer.clone());
        }
    }

    #[test]
    fn a_crowd_is_painted_as_pixels_in_its_turn() {
        let mut scene = Scene::new(1000.0, 1000.0);
        scene.rect([0.0, 0.0, 10.0, 10.0], Role::Grid);
        for i in 0..CROWD {
            let at = i as f64 * 2.0;
            let role = if i.is_multiple_of(2) { Role::Bar } else { Role::Whisker };
            scene.dot(100.0 + at, 200.0, 2.0, Ink::Role(role, 0.5));
        }
        scene.text(5.0, 5.0, "n", Label::VALUE);
        for i in 0..CROWD {
            scene.rect([i as f64, 500.0, 1.0, 4.0], Role::Bar);
        }
        scene.outline([0.0, 0.0, 10.0, 10.0], Stroke::new(Role::Missing, 1.0));
        let mut pen = Pixels::default();
        let log = painted(&scene, Some(&mut pen), 2.0);
        // The first rectangle and the outline's four sides.
        assert_eq!((pen.1, log.len()), (5, 1));
        let [dots, strip] = pen.0.as_slice() else { panic!("{} layers", pen.0.len()) };
        assert!(dots.at[0] < 200 && dots.at[0] + dots.size[0] as i32 > 200 + 4 * (CROWD as i32 - 1));
        assert!(dots.at[1] < 400 && dots.at[1] + dots.size[1] as i32 > 400);
        assert_eq!((strip.at, strip.size), ([0, 1000], [2 * CROWD as u32, 8]));
        assert!(strip.rgba.chunks_exact(4).all(|p| p[3] == 255));
    }

    #[test]
    fn items_that_may_overlap_are_painted_in_their_order() {
        for (name, scene) in Fixture::new(600).all(944.0) {
            let order = Order::of(&scene);
            let all = order.all();
            let seen =
                |i: u32| !matches!(scene.items[i as usize], Item::Rect { fill: None, stroke: None, .. });
            let mut sorted = all.clone();
            sorted.sort_unstable();
            assert_eq!(
                sorted,
                (0..scene.items.len() as u32).filter(|&i| seen(i)).collect::<Vec<_>>(),
                "{name}"
            );
            for part in [&order.still, &order.marks] {
                assert!(part.is_sorted(), "{name}");
            }
            // A still item that comes later in the scene than a mark does not touch it.
            for &still in &order.still {
                let [x0, y0, x1, y1] = reach(&scene.items[still as usize]);
                for &mark in order.marks.iter().take_while(|&&mark| mark < still) {
                    let [a0, b0, a1, b1] = reach(&scene.items[mark as usize]);
                    assert!(x1 <= a0 || a1 <= x0 || y1 <= b0 || b1 <= y0, "{name}: {still} over {mark}");
                }
            }
            let of_a_patient = |i: &u32| matches!(&scene.items[*i as usize], Item::Dot { target: Some(t), .. } if t.patient().is_some());
            assert!(!order.still.iter().any(of_a_patient), "{name}");
        }
    }

    #[test]
    fn a_swarm_of_many_rows_is_one_crowd() {
        let scenes = Fixture::new(600).all(944.0);
        let (_, ranked) = scenes.iter().find(|(name, _)| *name == "ranked").expect("it is among the charts");
        let order = Order::of(ranked);
        assert_eq!(order.marks.len(), 3 * 600);
        assert!(Marks::of(ranked, &order.marks, Theme::LIGHT, 1.0, [944, 1000]).is_some());
        assert!(Marks::of(ranked, &order.still, Theme::LIGHT, 1.0, [944, 1000]).is_none());
    }

    /// Fading while painting gives what a scene with faded marks gives, as pixels and mark by mark.
    #[test]
    fn marks_are_faded_as_in_a_faded_scene() {
        let odd = |target: Target| target.patient().is_some_and(|p| p.index().is_multiple_of(3));
        for (name, scene) in Fixture::new(600).all(944.0) {
            let faded = overlay::faded(&scene, &|row| !row.index().is_multiple_of(3));
            let order = Order::of(&scene);
            assert_eq!(order, Order::of(&faded), "{name}");
            let painted = |scene: &Scene, fade: Option<Fade>, pen: &mut dyn Pen| {
                let area = Recorder(Rc::default()).into_drawing_area();
                paint(scene, &order.marks, fade, &area, Some(pen), Theme::DARK, 1.5)
                    .expect("a recorder does not fail");
            };
            let mut marks = [Batches::default(), Batches::default()];
            painted(&scene, Some(&odd), &mut marks[0]);
            painted(&faded, None, &mut marks[1]);
            assert!(marks[0].0 == marks[1].0, "{name}");
            let mut layers = [Pixels::default(), Pixels::default()];
            painted(&scene, Some(&odd), &mut layers[0]);
            painted(&faded, None, &mut layers[1]);
            assert!(layers[0].0 == layers[1].0, "{name}");
            if let Some(marks) = Marks::of(&scene, &order.marks, Theme::DARK, 1.5, [2_000, 2_000]) {
                assert!(layers[0].0.as_slice() == [marks.layer(&odd).expect("some are seen")], "{name}");
            }
        }
    }

    #[test]
    fn without_a_pen_the_backend_draws_everything() {
        for (name, scene) in Fixture::new(40).all(390.0) {
            assert!(scene.items.is_empty() || !painted(&scene, None, 1.0).is_empty(), "{name}");
        }
    }
}
