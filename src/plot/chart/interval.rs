//! Estimates with their intervals, one row each: concordance of test and training patients, stability of clusters.

use super::{Table, ranked::whisker};
use crate::plot::axis::Axis;
use crate::plot::number::{fixed, plain};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// What the rows estimate, e.g. `C-index with 95 % bootstrap interval`.
    pub title: &'a str,
    /// The rows.
    pub rows: Vec<Row<'a>>,
    /// Ends of the axis.
    pub domain: [f64; 2],
    /// Value of no information or of a threshold, drawn dashed unless it is the axis start.
    pub reference: Option<f64>,
    /// Points with whiskers, or bars from the axis start.
    pub marks: Marks,
    /// Decimals of the numbers at the right.
    pub decimals: usize,
}

/// How an estimate is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// A square on its interval; for scales without a meaningful zero.
    Points,
    /// A bar from zero, or from the start of an axis without it.
    Bars,
}

/// One estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// What of.
    pub label: &'a str,
    /// Point estimate.
    pub estimate: f64,
    /// 95 % interval.
    pub interval: Option<[f64; 2]>,
    /// The row that counts; others are drawn lighter.
    pub strong: bool,
    /// Takes a cluster's colour.
    pub cluster: Option<u32>,
}

const ROW: f64 = 22.0;
const TOP: f64 = 18.0;

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    if spec.rows.is_empty() {
        let mut scene = Scene::new(spec.width, 40.0).titled(spec.title, "There is nothing to estimate.");
        scene.text(12.0, 12.0, text::fit(spec.title, spec.width - 24.0, 11.0, false), Label::HINT);
        scene.text(12.0, 28.0, "Nothing to estimate.", Label::LABEL);
        return scene;
    }
    let bottom = TOP + ROW * spec.rows.len() as f64;
    let mut scene =
        Scene::new(spec.width, bottom + 18.0).titled(spec.title, "Estimate and 95 % interval per row.");
    let widest = spec.rows.iter().map(|r| text::width(r.label, 11.0, r.strong)).fold(0.0, f64::max);
    let x0 = 12.0 + widest.min(spec.width * 0.4) + 12.0;
    let x = Scale::linear(spec.domain, [x0, spec.width - 60.0]);
    scene.section("axis");
    scene.text(12.0, 12.0, text::fit(spec.title, spec.width - 24.0, 11.0, false), Label::HINT);
    let axis = Axis::plain(x, ((x.range[1] - x.range[0]) / 36.0) as usize);
    axis.grid_x(&mut scene, TOP, bottom);
    axis.labels_x(&mut scene, bottom + 13.0, Label::LABEL);
    scene.vline(x.px_clamped(0.0) - 0.5, TOP, bottom, Role::Zero);
    for (i, row) in spec.rows.iter().enumerate() {
        scene.section(row.label);
        one(&mut scene, spec, row, x, TOP + ROW * i as f64 + ROW / 2.0);
    }
    if let Some(at) = spec.reference.filter(|r| *r > spec.domain[0]) {
        let px = x.px(at);
        scene.line(vec![[px, TOP], [px, bottom]], Stroke::new(Role::Text, 1.0).dashed(2.0, 2.0));
    }
    scene
}

fn one(scene: &mut Scene, spec: &Spec, row: &Row, x: Scale, middle: f64) {
    let at = x.px_clamped(row.estimate);
    let ends = row.interval.map(|i| i.map(|v| x.px_clamped(v)));
    match spec.marks {
        Marks::Bars => {
            let role = row.cluster.map_or(Role::Bar, |c| Role::ClusterMark(c as u8));
            let zero = x.px_clamped(0.0);
            scene.rect([at.min(zero), middle - 5.0, (at - zero).abs().max(1.0), 10.0], role);
            if let Some(ends) = ends {
                whisker(scene, ends, middle);
            }
        }
        Marks::Points => {
            let (role, thick) = if row.strong { (Role::Text, 2.0) } else { (Role::MarkStrong, 1.0) };
            if let Some([a, b]) = ends {
                scene.rect([a, middle.round() - thick / 2.0, b - a, thick], role);
                if !row.strong {
                    scene.vline(a, middle - 3.0, middle + 4.0, role);
                    scene.vline(b - 1.0, middle - 3.0, middle + 4.0, role);
                }
            }
            let fill = if row.strong { role } else { Role::Background };
            scene.mark(
                Shape::Square,
                [at, middle.round()],
                4.4,
                Some(fill.into()),
                Some(Stroke::new(role, 1.0)),
            );
        }
    }
    let label = if row.strong { Label::VALUE.bold() } else { Label::LABEL };
    let name = if row.cluster.is_some() { Label::VALUE.bold() } else { label };
    scene.text(12.0, middle + 4.0, text::fit(row.label, x.range[0] - 20.0, 11.0, name.bold), name);
    let value = if row.cluster.is_some() { Label::VALUE } else { label };
    scene.text(spec.width - 12.0, middle + 4.0, fixed(row.estimate, spec.decimals), value.end());
}

/// The estimates.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["", spec.title, "Lower 95 %", "Upper 95 %"]);
    for row in &spec.rows {
        let end = |i: usize| row.interval.map_or(String::new(), |v| plain(v[i]));
        table.rows.push(vec![row.label.into(), plain(row.estimate), end(0), end(1)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn ends_beyond_the_axis_are_cut_and_the_number_is_not() {
        let row =
            Row { label: "Test", estimate: 0.45, interval: Some([0.2, 1.4]), strong: true, cluster: None };
        let spec = Spec {
            width: 380.0,
            title: "C-index",
            rows: vec![row],
            domain: [0.5, 1.0],
            reference: None,
            marks: Marks::Points,
            decimals: 3,
        };
        let text = dump(&draw(&spec));
        assert!(text.contains("\"0.450\""), "{text}");
        assert!(text.contains("square 46.6 29 r4.4"), "{text}");
        assert!(text.contains("rect 46.6 28 273.4x2 Text"), "{text}");
    }
}
