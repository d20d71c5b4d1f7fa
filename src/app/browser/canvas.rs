//! Canvases: scenes on screen, sharp at any pixel ratio.

use crate::plot::paint::{self, Colour, Fade, Layer, Line, Look, Order, Pen, Words};
use crate::plot::scene::Anchor;
use crate::plot::text::SCREEN_FONT;
use crate::plot::{Role, Scene, Theme};
use js_sys::{Array, Promise};
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use std::f64::consts::TAU;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData, PointerEvent};

/// Larger canvases fail in some browsers.
const MAX_SIDE: f64 = 16_000.0;

/// Device pixels per logical pixel.
fn pixel_ratio() -> f64 {
    super::window().device_pixel_ratio().clamp(1.0, 4.0)
}

/// Sizes the canvas to the scene and paints it.
pub(crate) fn paint(canvas: &HtmlCanvasElement, scene: &Scene, theme: Theme) {
    paint_at(canvas, scene, &Order::of(scene).all(), None, theme, pixel_ratio());
}

/// Upper and lower edge of what the window shows of the plot that a canvas is part of, in the scene's pixels.
fn in_sight(canvas: &HtmlCanvasElement, height: f64) -> [f64; 2] {
    let Some(host) = canvas.parent_element() else { return [0.0, height] };
    let above = -host.get_bounding_client_rect().top();
    let window = super::window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(height);
    let from = above.clamp(0.0, height).floor();
    [from, (above + window).clamp(from, height).ceil()]
}

/// Paints what of the scene the window shows, on a canvas that lies over it and is no larger: a browser passes on all of
/// a canvas that changed.
pub(crate) fn paint_in_sight(canvas: &HtmlCanvasElement, scene: Scene, theme: Theme) {
    let [from, to] = in_sight(canvas, scene.height);
    let mut part = Scene::new(scene.width, to - from);
    part.place(scene, 0.0, -from);
    paint(canvas, &part, theme);
    // Setting a style on a live element does not fail.
    let _ = canvas.style().set_property("top", &format!("{from}px"));
}

/// Sizes the canvas to the scene and paints some of its items.
pub(crate) fn paint_some(canvas: &HtmlCanvasElement, scene: &Scene, which: &[u32], theme: Theme) {
    paint_at(canvas, scene, which, None, theme, pixel_ratio());
}

/// The marks of a scene that a selection fades. A crowd is kept, so that for another selection only its pixels are laid.
pub(crate) struct Marks {
    theme: Theme,
    dpr: f64,
    crowd: Option<paint::Marks>,
}

impl Marks {
    /// For the items of the scene with these indices.
    pub(crate) fn prepare(scene: &Scene, which: &[u32], theme: Theme) -> Marks {
        let dpr = pixel_ratio();
        let (size, scale) = fitted(scene, dpr);
        Marks { theme, dpr, crowd: paint::Marks::of(scene, which, theme, scale, size) }
    }

    /// True if they still look so.
    pub(crate) fn is_for(&self, theme: Theme) -> bool {
        self.theme == theme && self.dpr == pixel_ratio()
    }

    /// Sizes the canvas to their scene and paints them, some of them faded. Of a crowd on a canvas that is higher than the
    /// window only the rows in sight: these are returned, for [`Marks::paint_rest`].
    pub(crate) fn paint(
        &self,
        canvas: &HtmlCanvasElement,
        scene: &Scene,
        which: &[u32],
        fade: Fade,
    ) -> Option<[u32; 2]> {
        let Some(crowd) = &self.crowd else {
            paint_at(canvas, scene, which, Some(fade), self.theme, self.dpr);
            return None;
        };
        let (size, dpr) = fitted(scene, self.dpr);
        let rows = in_sight(canvas, scene.height).map(|edge| ((edge * dpr).round() as u32).min(size[1]));
        if rows == [0, size[1]] || [canvas.width(), canvas.height()] != size {
            if let (Some(mut pen), Some(layer)) = (blank(canvas, scene, self.dpr), crowd.layer(fade)) {
                pen.pixels(&layer);
            }
            return None;
        }
        paint_rows(canvas, size, crowd, fade, rows);
        Some(rows)
    }

    /// Paints the rows that [`Marks::paint`] left.
    pub(crate) fn paint_rest(
        &self,
        canvas: &HtmlCanvasElement,
        scene: &Scene,
        fade: Fade,
        [from, to]: [u32; 2],
    ) {
        let (size, _) = fitted(scene, self.dpr);
        if let Some(crowd) = self.crowd.as_ref().filter(|_| [canvas.width(), canvas.height()] == size) {
            for rows in [[0, from], [to, size[1]]] {
                paint_rows(canvas, size, crowd, fade, rows);
            }
        }
    }
}

/// Paints some rows of a canvas anew: from one on, to before another.
fn paint_rows(
    canvas: &HtmlCanvasElement,
    size: [u32; 2],
    crowd: &paint::Marks,
    fade: Fade,
    rows @ [from, to]: [u32; 2],
) {
    let Some(context) = context(canvas).filter(|_| from < to) else { return };
    context.clear_rect(0.0, from.into(), size[0].into(), (to - from).into());
    if let Some(layer) = crowd.rows(fade, rows) {
        CanvasPen { context, size, blank: true, last: None, writes: None }.pixels(&layer);
    }
}

/// The scene as a PNG with `scale` pixels per logical pixel, on the theme's ground; None if the browser cannot.
pub(crate) async fn png(scene: &Scene, theme: Theme, scale: f64) -> Option<Blob> {
    let canvas = new_canvas()?;
    let mut ground = Scene::new(scene.width, scene.height);
    ground.rect([0.0, 0.0, scene.width, scene.height], Role::Background);
    ground.place(scene.clone(), 0.0, 0.0);
    paint_at(&canvas, &ground, &Order::of(&ground).all(), None, theme, scale);
    let made = Promise::new(&mut |done, failed| {
        if canvas.to_blob(&done).is_err() {
            // Calling a resolver does not fail.
            let _ = failed.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

fn new_canvas() -> Option<HtmlCanvasElement> {
    gloo::utils::document().create_element("canvas").ok()?.dyn_into().ok()
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

fn paint_at(
    canvas: &HtmlCanvasElement,
    scene: &Scene,
    which: &[u32],
    fade: Option<Fade>,
    theme: Theme,
    scale: f64,
) {
    let Some(mut pen) = blank(canvas, scene, scale) else { return };
    if which.is_empty() || pen.size.contains(&0) {
        return;
    }
    let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone()) else { return };
    let (_, dpr) = fitted(scene, scale);
    // The canvas backend fails only on a lost context, which the next paint restores.
    let _ = paint::paint(scene, which, fade, &backend.into_drawing_area(), Some(&mut pen), theme, dpr);
}

/// Width and height of a scene in device pixels, and how many of them it has per logical one.
fn fitted(scene: &Scene, scale: f64) -> ([u32; 2], f64) {
    let dpr = scale.min(MAX_SIDE / scene.height.max(1.0)).min(MAX_SIDE / scene.width.max(1.0));
    ([scene.width, scene.height].map(|side| (side * dpr).round() as u32), dpr)
}

/// Sizes the canvas to the scene, clears it, and gives a pen for it.
fn blank(canvas: &HtmlCanvasElement, scene: &Scene, scale: f64) -> Option<CanvasPen> {
    let (size @ [width, height], _) = fitted(scene, scale);
    let context = context(canvas)?;
    // A size that is set anew lays out the page, even where it is the same.
    if [canvas.width(), canvas.height()] == size {
        context.clear_rect(0.0, 0.0, width.into(), height.into());
    } else {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let style = canvas.style();
    for (side, length) in [("width", scene.width), ("height", scene.height)] {
        let length = format!("{length}px");
        if style.get_property_value(side).is_ok_and(|is| is != length) {
            // Setting a size style on a live element does not fail.
            let _ = style.set_property(side, &length);
        }
    }
    Some(CanvasPen { context, size, blank: true, last: None, writes: None })
}

/// Where a pointer event happened, in the scene's pixels.
pub(crate) fn position(event: &PointerEvent) -> [f64; 2] {
    [f64::from(event.offset_x()), f64::from(event.offset_y())]
}

/// Keeps the pointer's events coming to this element until it is released.
pub(crate) fn capture(event: &PointerEvent) {
    if let Some(element) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
        // Fails where the pointer is already gone.
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Draws between the pixels, many marks in one path.
struct CanvasPen {
    context: CanvasRenderingContext2d,
    /// In device pixels.
    size: [u32; 2],
    /// Nothing is painted yet.
    blank: bool,
    /// The last colour of a rectangle, as CSS: a strip has thousands of few colours.
    last: Option<(Colour, String)>,
    /// Size, weight and anchor of the last text, which are set again where they change.
    writes: Option<(f64, bool, Anchor)>,
}

impl CanvasPen {
    fn fill_and_stroke(&self, fill: Option<Colour>, line: Option<Line>) {
        if let Some(colour) = fill {
            self.context.set_fill_style_str(&colour.css());
            self.context.fill();
        }
        if let Some(line) = line {
            self.context.set_stroke_style_str(&line.colour.css());
            self.context.set_line_width(line.width);
            self.context.set_line_join("round");
            let dash = match line.dash {
                Some([dash, gap]) => Array::of2(&dash.into(), &gap.into()),
                None => Array::new(),
            };
            let dash: &JsValue = dash.as_ref();
            // Only negative lengths are refused.
            let _ = self.context.set_line_dash(dash);
            self.context.stroke();
        }
    }

    fn outline(&self, points: &[[f64; 2]], closed: bool) {
        for (i, [x, y]) in points.iter().enumerate() {
            if i == 0 {
                self.context.move_to(*x, *y);
            } else {
                self.context.line_to(*x, *y);
            }
        }
        if closed {
            self.context.close_path();
        }
    }
}

impl Pen for CanvasPen {
    fn marks(&mut self, look: &Look, centres: &[[f64; 2]]) {
        self.blank = false;
        let opaque = look.fill.is_none_or(|c| c.opacity >= 1.0) && look.line.is_none();
        if opaque {
            self.context.begin_path();
        }
        for &[x, y] in centres {
            if !opaque {
                // Overlapping see-through or rimmed marks keep their own outlines.
                self.context.begin_path();
            }
            match look.shape.corners(x, y, look.r) {
                Some(corners) => self.outline(&corners, true),
                None => {
                    self.context.move_to(x + look.r, y);
                    // Only a negative radius is refused.
                    let _ = self.context.arc(x, y, look.r, 0.0, TAU);
                }
            }
            if !opaque {
                self.fill_and_stroke(look.fill, look.line);
            }
        }
        if opaque {
            self.fill_and_stroke(look.fill, look.line);
        }
    }

    fn rect(&mut self, [x0, y0, x1, y1]: [i32; 4], fill: Colour) {
        self.blank = false;
        if self.last.as_ref().is_none_or(|(colour, _)| *colour != fill) {
            self.last = Some((fill, fill.css()));
        }
        if let Some((_, css)) = &self.last {
            self.context.set_fill_style_str(css);
        }
        self.context.fill_rect(x0.into(), y0.into(), (x1 - x0).into(), (y1 - y0).into());
    }

    fn path(&mut self, points: &[[f64; 2]], closed: bool, fill: Option<Colour>, line: Option<Line>) {
        self.blank = false;
        self.context.begin_path();
        self.outline(points, closed);
        self.fill_and_stroke(fill, line);
    }

    fn text(&mut self, words: &Words<'_>) -> bool {
        self.blank = false;
        let Words { text, at: [x, y], size, bold, anchor, turned, colour, halo } = *words;
        if self.writes != Some((size, bold, anchor)) {
            self.writes = Some((size, bold, anchor));
            let weight = if bold { "bold" } else { "normal" };
            self.context.set_font(&format!("{weight} {size}px {SCREEN_FONT}"));
            self.context.set_text_baseline("bottom");
            self.context.set_text_align(match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "center",
                Anchor::End => "end",
            });
        }
        let [x, y] = if turned {
            self.context.save();
            // Both fail only for numbers that are none.
            let _ = self.context.translate(x, y);
            let _ = self.context.rotate(-0.25 * TAU);
            [0.0, 0.0]
        } else {
            [x, y]
        };
        if let Some((rim, width)) = halo {
            self.context.set_stroke_style_str(&rim.css());
            self.context.set_line_width(width);
            self.context.set_line_join("round");
            let _ = self.context.set_line_dash(&Array::new());
            // Writing fails only where a number is none.
            let _ = self.context.stroke_text(text, x, y);
        }
        self.context.set_fill_style_str(&colour.css());
        let _ = self.context.fill_text(text, x, y);
        if turned {
            self.context.restore();
        }
        true
    }

    fn takes_pixels(&self) -> Option<[u32; 2]> {
        Some(self.size)
    }

    fn pixels(&mut self, layer: &Layer) {
        let [width, height] = layer.size;
        let [x, y] = layer.at.map(f64::from);
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&layer.rgba), width, height);
        let Ok(data) = data else { return };
        // Putting pixels replaces what is there. Over something they are laid from a canvas, a new one each time, for to
        // change one that was drawn from copies it. All of it fails only for a canvas without pixels.
        if std::mem::take(&mut self.blank) {
            let _ = self.context.put_image_data(&data, x, y);
            return;
        }
        let Some(canvas) = new_canvas() else { return };
        canvas.set_width(width);
        canvas.set_height(height);
        if let Some(own) = context(&canvas) {
            let _ = own.put_image_data(&data, 0.0, 0.0);
            let _ = self.context.draw_image_with_html_canvas_element(&canvas, x, y);
        }
    }
}
