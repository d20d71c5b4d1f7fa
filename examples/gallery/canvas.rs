//! A stand-in for Plotters' canvas backend that writes down its calls as JavaScript, so that a browser shows what a
//! scene looks like when it is painted rather than exported.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::rc::Rc;

use clarimark::plot::paint::{Colour, Line, Look, Order, Pen, paint};
use clarimark::plot::{Scene, Theme};
use plotters::drawing::IntoDrawingArea;
use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

/// A page with one canvas that shows the scene.
pub(crate) fn page(scene: &Scene, theme: Theme, dpr: f64) -> String {
    let script = Rc::new(RefCell::new(String::new()));
    let size = [scene.width, scene.height].map(|v| (v * dpr).round() as u32);
    let area = Canvas { script: script.clone(), size }.into_drawing_area();
    let mut pen = Context(script.clone());
    let all = Order::of(scene).all();
    if paint(scene, &all, None, &area, Some(&mut pen), theme, dpr).is_err() {
        script.borrow_mut().clear();
    }
    let [r, g, b] = theme.rgb(clarimark::plot::Role::Background);
    format!(
        "<!doctype html><meta charset=utf-8><body style=\"margin:0;background:rgb({r},{g},{b})\">\
         <canvas id=c width={} height={} style=\"width:{}px;height:{}px\"></canvas>\
         <script>const c=document.getElementById('c').getContext('2d');\n{}</script>",
        size[0],
        size[1],
        scene.width,
        scene.height,
        script.borrow()
    )
}

struct Canvas {
    script: Rc<RefCell<String>>,
    size: [u32; 2],
}

fn rgba(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("rgba({r},{g},{b},{})", color.alpha)
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;
    fn get_size(&self) -> (u32, u32) {
        (self.size[0], self.size[1])
    }
    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }
    fn present(&mut self) -> Done {
        Ok(())
    }
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Done {
        Ok(())
    }
    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, _: bool) -> Done {
        let (w, h) = (b.0 - a.0, b.1 - a.1);
        let out = &mut self.script.borrow_mut();
        let _ = writeln!(out, "c.fillStyle='{}';c.fillRect({},{},{w},{h});", rgba(style.color()), a.0, a.1);
        Ok(())
    }
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Done {
        let align = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "center",
        };
        let turn =
            if matches!(style.transform(), FontTransform::Rotate270) { "c.rotate(-Math.PI/2);" } else { "" };
        let _ = writeln!(
            self.script.borrow_mut(),
            "c.save();c.translate({x},{y});{turn}c.textBaseline='bottom';c.textAlign='{align}';c.fillStyle='{}';\
             c.font=\"{} {}px {}\";c.fillText({},0,0);c.restore();",
            rgba(style.color()),
            style.style().as_str(),
            style.size(),
            style.family().as_str(),
            serde_json::Value::from(text),
        );
        Ok(())
    }
}

struct Context(Rc<RefCell<String>>);

impl Context {
    fn finish(&self, fill: Option<Colour>, line: Option<Line>) {
        let mut out = self.0.borrow_mut();
        if let Some(fill) = fill {
            let _ = writeln!(out, "c.fillStyle='{}';c.fill();", fill.css());
        }
        if let Some(line) = line {
            let dash = line.dash.map_or(String::new(), |[a, b]| format!("{a},{b}"));
            let colour = line.colour.css();
            let _ = writeln!(
                out,
                "c.strokeStyle='{colour}';c.lineWidth={};c.setLineDash([{dash}]);c.stroke();",
                line.width
            );
        }
    }

    fn route(&self, points: &[[f64; 2]], closed: bool) {
        let mut out = self.0.borrow_mut();
        for (i, [x, y]) in points.iter().enumerate() {
            let _ = write!(out, "c.{}({x:.2},{y:.2});", if i == 0 { "moveTo" } else { "lineTo" });
        }
        if closed {
            out.push_str("c.closePath();");
        }
    }
}

impl Pen for Context {
    fn marks(&mut self, look: &Look, centres: &[[f64; 2]]) {
        self.0.borrow_mut().push_str("c.beginPath();");
        for [x, y] in centres {
            match look.shape.corners(*x, *y, look.r) {
                Some(corners) => self.route(&corners, true),
                None => {
                    let r = look.r;
                    let _ = write!(
                        self.0.borrow_mut(),
                        "c.moveTo({:.2},{y:.2});c.arc({x:.2},{y:.2},{r:.2},0,2*Math.PI);",
                        x + r
                    );
                }
            }
        }
        self.finish(look.fill, look.line);
    }

    fn rect(&mut self, [x0, y0, x1, y1]: [i32; 4], fill: Colour) {
        let _ = write!(
            self.0.borrow_mut(),
            "c.fillStyle='{}';c.fillRect({x0},{y0},{},{});",
            fill.css(),
            x1 - x0,
            y1 - y0
        );
    }
    fn path(&mut self, points: &[[f64; 2]], closed: bool, fill: Option<Colour>, line: Option<Line>) {
        self.0.borrow_mut().push_str("c.beginPath();");
        self.route(points, closed);
        self.finish(fill, line);
    }
}
