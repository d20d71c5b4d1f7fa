//! Curves over a unit square or a wider frame: ROC, precision and recall, calibration, net benefit.

use super::Table;
use crate::plot::Item;
use crate::plot::axis::Axis;
use crate::plot::number::{fixed, plain};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Names the plot.
    pub title: &'a str,
    /// A sentence on what it shows.
    pub description: &'a str,
    /// Axis titles.
    pub axes: [&'a str; 2],
    /// Ends of both axes.
    pub domain: [[f64; 2]; 2],
    /// Where a reader compares: a polyline in data units, drawn dashed; empty for none.
    pub reference: Vec<[f64; 2]>,
    /// The curves.
    pub lines: Vec<Line<'a>>,
    /// Estimates with intervals, e.g. of equal parts of the patients.
    pub points: Vec<Point>,
    /// A place on a curve, with its text: the cutoff in use.
    pub marker: Option<([f64; 2], &'a str)>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// Name, with its key number, e.g. `Test 0.84`.
    pub name: &'a str,
    /// Corners in data units.
    pub points: Vec<[f64; 2]>,
    /// Lower and upper end at each corner; empty for none.
    pub band: Vec<[f64; 2]>,
    /// The curve that counts; others are drawn lighter.
    pub strong: bool,
}

/// One estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Place in data units.
    pub at: [f64; 2],
    /// Ends of the vertical interval.
    pub interval: Option<[f64; 2]>,
    /// Patients behind it.
    pub n: usize,
}

/// Scales of the plot, x and y.
pub fn scales(spec: &Spec) -> [Scale; 2] {
    let top = 18.0 + 14.0 * spec.lines.len() as f64 + 4.0;
    let bottom = (spec.height - 34.0).max(top + 10.0);
    [
        Scale::linear(spec.domain[0], [46.0, (spec.width - 14.0).max(56.0)]),
        Scale::linear(spec.domain[1], [bottom, top]),
    ]
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let [x, y] = scales(spec);
    let mut scene = Scene::new(spec.width, spec.height).titled(spec.title, spec.description);
    let place = |p: &[f64; 2]| [x.px_clamped(p[0]), y.px_clamped(p[1])];
    scene.section("axes");
    scene.text(12.0, 12.0, text::fit(spec.axes[1], spec.width - 24.0, 11.0, false), Label::HINT);
    let ax = Axis::plain(x, ((x.range[1] - x.range[0]) / 44.0) as usize);
    let ay = Axis::plain(y, ((y.range[0] - y.range[1]) / 30.0) as usize);
    ax.grid_x(&mut scene, y.range[1], y.range[0]);
    ay.grid_y(&mut scene, x.range[0], x.range[1]);
    ax.labels_x(&mut scene, y.range[0] + 14.0, Label::LABEL);
    ay.labels_y(&mut scene, x.range[0] - 6.0, Label::LABEL);
    let title = text::fit(spec.axes[0], x.range[1] - x.range[0], 11.0, false);
    scene.text(x.range[1], spec.height - 5.0, title, Label::HINT.end());
    if !spec.reference.is_empty() {
        scene.section("reference");
        let line = spec.reference.iter().map(place).collect();
        scene.line(line, Stroke::new(Role::Text3, 1.0).dashed(3.0, 3.0));
    }
    for (i, line) in spec.lines.iter().enumerate() {
        scene.section(line.name);
        let (role, width) = if line.strong { (Role::Text, 1.75) } else { (Role::Bar, 1.25) };
        if line.band.len() == line.points.len() && line.points.len() > 1 {
            let end = |e: usize| line.points.iter().zip(&line.band).map(move |(p, b)| [p[0], b[e]]);
            let around: Vec<[f64; 2]> = end(1).collect();
            let back: Vec<[f64; 2]> = end(0).collect();
            scene.push(Item::Path {
                points: around.iter().chain(back.iter().rev()).map(place).collect(),
                closed: true,
                fill: Some(Ink::from(role).fade(0.12)),
                stroke: None,
                target: None,
            });
        }
        if line.points.len() > 1 {
            scene.line(line.points.iter().map(place).collect(), Stroke::new(role, width));
        }
        let key = 14.0 * i as f64 + 26.0;
        scene.line(vec![[x.range[0], key - 4.0], [x.range[0] + 14.0, key - 4.0]], Stroke::new(role, width));
        let label = if line.strong { Label::VALUE } else { Label::LABEL };
        let name = text::fit(line.name, spec.width - x.range[0] - 32.0, 11.0, false);
        scene.text(x.range[0] + 20.0, key, name, label);
    }
    scene.section("points");
    for point in &spec.points {
        let [px, py] = place(&point.at);
        if let Some([low, high]) = point.interval {
            scene.line(
                vec![place(&[point.at[0], low]), place(&[point.at[0], high])],
                Stroke::new(Role::Text, 1.0),
            );
        }
        scene.mark(
            Shape::Square,
            [px, py],
            3.4,
            Some(Role::Background.into()),
            Some(Stroke::new(Role::Text, 1.0)),
        );
    }
    if let Some((at, label)) = &spec.marker {
        scene.section("cutoff");
        let [px, py] = place(at);
        scene.ring(px, py, 5.0, Stroke::new(Role::Text, 1.5));
        let w = text::width(label, 11.0, false);
        let before = px + 10.0 + w > x.range[1];
        let (lx, style) = if before { (px - 9.0, Label::VALUE.end()) } else { (px + 9.0, Label::VALUE) };
        let room = if before { px - 9.0 } else { spec.width - lx };
        let ly = (py + 14.0).min(y.range[0] - 4.0);
        scene.text(lx, ly, text::fit(label, room, 11.0, false), style.halo());
    }
    scene
}

/// Corners of the curves, then the points.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["", spec.axes[0], spec.axes[1], "Lower 95 %", "Upper 95 %", "Patients"]);
    for line in &spec.lines {
        for (i, p) in line.points.iter().enumerate() {
            let band = line.band.get(i);
            let end = |e: usize| band.map_or_else(String::new, |b| fixed(b[e], 4));
            let row = vec![line.name.into(), plain(p[0]), fixed(p[1], 4), end(0), end(1), String::new()];
            table.rows.push(row);
        }
    }
    for p in &spec.points {
        let end = |e: usize| p.interval.map_or_else(String::new, |i| fixed(i[e], 4));
        let row = vec!["Part".into(), plain(p.at[0]), fixed(p.at[1], 4), end(0), end(1), p.n.to_string()];
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn a_curve_its_band_and_the_cutoff() {
        let spec = Spec {
            width: 300.0,
            height: 200.0,
            title: "ROC",
            description: "Sensitivity against 1 − specificity.",
            axes: ["1 − specificity", "Sensitivity"],
            domain: [[0.0, 1.0]; 2],
            reference: vec![[0.0, 0.0], [1.0, 1.0]],
            lines: vec![Line {
                name: "Test 0.75",
                points: vec![[0.0, 0.0], [0.5, 1.0], [1.0, 1.0]],
                band: vec![[0.0, 0.0], [0.8, 1.0], [1.0, 1.0]],
                strong: true,
            }],
            points: vec![Point { at: [0.5, 0.4], interval: Some([0.2, 1.4]), n: 12 }],
            marker: Some(([0.5, 1.0], "0.30")),
        };
        let text = dump(&draw(&spec));
        for line in [
            "line 46,166 … 286,36 (2) | Text3 1 dashed",
            "polygon 46,166 … 46,166 (6) Text·0.12",
            "line 46,166 … 286,36 (3) | Text 1.75",
            // The end beyond the axis is cut.
            "line 166,140 … 166,36 (2) | Text 1",
            "text 175 50 11 \"0.30\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!(table(&spec).rows.len(), 4);
    }
}
