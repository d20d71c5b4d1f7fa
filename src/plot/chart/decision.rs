//! The path of a prediction from the reference to its end, biomarker by biomarker, for one patient among others.
//!
//! Read upward: the sum starts at the reference at the bottom and takes the most important biomarker last
//! (the decision plot of shap).

use super::Table;
use crate::ids::{FeatureId, RowId, Target};
use crate::plot::axis::Axis;
use crate::plot::number::{count, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout.
    pub compact: bool,
    /// Biomarkers, most important first.
    pub rows: Vec<Row<'a>>,
    /// Biomarkers summed at the bottom.
    pub n_others: usize,
    /// Where every path starts.
    pub start: f64,
    /// The paths; later ones are painted over earlier ones.
    pub lines: Vec<Line<'a>>,
    /// What the axis measures.
    pub scale: &'a str,
    /// The row with the keyboard.
    pub focused: Option<FeatureId>,
}

/// One biomarker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// The highlighted patient's value as text.
    pub measured: &'a str,
}

/// One patient's path.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// Whose.
    pub patient: RowId,
    /// The patient's id.
    pub id: &'a str,
    /// φ of each row.
    pub phi: Vec<f64>,
    /// φ of all others.
    pub rest: f64,
    /// How it is drawn.
    pub look: Look,
}

/// How a path is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// One of many.
    Context,
    /// The patient's values as measured, or a second patient.
    Beside,
    /// The patient.
    Focus,
}

impl Line<'_> {
    /// Sums from the bottom up: the start, after the others if there are any, then after each row.
    fn sums(&self, spec: &Spec) -> Vec<f64> {
        let mut sum = spec.start;
        let mut out = vec![sum];
        if spec.n_others > 0 {
            sum += self.rest;
            out.push(sum);
        }
        for phi in self.phi.iter().rev() {
            sum += phi;
            out.push(sum);
        }
        out
    }
}

/// The plot. Each path and its end are a [`Target::Patient`], each row a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let row = if spec.compact { 24.0 } else { 21.0 };
    let n_rows = spec.rows.len() + usize::from(spec.n_others > 0);
    let (head, names) = (24.0, if spec.compact { 116.0 } else { 232.0 });
    let bottom = head + row * n_rows as f64;
    let of_focus = spec.lines.iter().find(|l| l.look == Look::Focus);
    let mut scene = Scene::new(spec.width, bottom + 34.0).titled(
        "Decision plot",
        format!(
            "Sums of SHAP values in {} from the reference {} upward{}.",
            spec.scale,
            signed(spec.start, 2),
            of_focus.map_or_else(String::new, |l| {
                let end = l.sums(spec).last().copied().unwrap_or(spec.start);
                format!("; {} ends at {}, among {} patients", l.id, signed(end, 2), count(spec.lines.len()))
            })
        ),
    );
    let sums: Vec<Vec<f64>> = spec.lines.iter().map(|l| l.sums(spec)).collect();
    let [low, high] = extent(sums.iter().flatten().copied().chain([spec.start])).unwrap_or([0.0, 1.0]);
    let pad = if high > low { (high - low) * 0.03 } else { 1.0 };
    let x = Scale::linear([low - pad, high + pad], [names + 12.0, (spec.width - 16.0).max(names + 60.0)]);
    scene.section("axis");
    let axis = Axis::signed(x, ((x.range[1] - x.range[0]) / 48.0) as usize);
    for (i, r) in spec.rows.iter().enumerate().filter(|(_, r)| spec.focused == Some(r.feature)) {
        scene.section(r.name);
        scene.rect([0.0, head + row * i as f64, spec.width, row], Role::Selected);
    }
    axis.grid_x(&mut scene, head, bottom);
    axis.labels_x(&mut scene, bottom + 15.0, Label::LABEL);
    scene.text(12.0, 15.0, "Biomarker", Label::HINT);
    if !spec.compact {
        scene.text(names, 15.0, "Measured", Label::HINT.end());
    }
    let title = format!("{}, summed upward from the reference", spec.scale);
    scene.text(x.range[0], 15.0, text::fit(&title, spec.width - x.range[0] - 12.0, 11.0, false), Label::HINT);
    let start = x.px(spec.start);
    let says = format!("start {}", signed(spec.start, 2));
    let half = text::width(&says, 11.0, false) / 2.0;
    let at = start.clamp(x.range[0] + half, (spec.width - half - 2.0).max(x.range[0] + half));
    scene.text(at, bottom + 29.0, says, Label::HINT.middle());
    scene.section("rows");
    for (i, r) in spec.rows.iter().enumerate() {
        let top = head + row * i as f64;
        let room = if spec.compact { names - 12.0 } else { names - 84.0 };
        scene.text(12.0, top + row / 2.0 + 4.0, text::fit_middle(r.name, room, 11.0, false), Label::VALUE);
        if !spec.compact {
            let measured = text::fit(r.measured, 66.0, 11.0, false);
            scene.text(names, top + row / 2.0 + 4.0, measured, Label::LABEL.end());
        }
        scene.hline(0.0, spec.width, top + row - 1.0, Role::Line);
        scene.area([0.0, top, names, row], Target::Feature(r.feature));
    }
    if spec.n_others > 0 {
        let says = format!("{} others", count(spec.n_others));
        scene.text(12.0, bottom - row / 2.0 + 4.0, says, Label::LABEL);
    }
    scene.section("paths");
    for (line, sums) in spec.lines.iter().zip(&sums) {
        let points: Vec<[f64; 2]> =
            sums.iter().enumerate().map(|(i, s)| [x.px(*s), bottom - row * i as f64]).collect();
        let end = sums.last().copied().unwrap_or(spec.start);
        let role = if end < spec.start { Role::Lowers } else { Role::Raises };
        let stroke = match line.look {
            Look::Context => Stroke::new(Ink::Role(Role::MarkStrong, 0.4), 1.0),
            Look::Beside => Stroke::new(Role::Text, 1.25).dashed(4.0, 3.0),
            Look::Focus => Stroke::new(role, 2.0),
        };
        let last = points.last().copied();
        scene.line(points, stroke).on(Target::Patient(line.patient));
        let Some([px, py]) = last else { continue };
        let (ink, r) = match line.look {
            Look::Context => (Ink::Role(Role::MarkStrong, 0.4), 1.5),
            Look::Beside => (Role::Text.into(), 3.2),
            Look::Focus => (role.into(), 3.2),
        };
        scene.dot(px, py, r, ink).on(Target::Patient(line.patient));
    }
    scene
}

/// The sum of each path after each biomarker: the highlighted ones, then at most this many others.
pub fn table(spec: &Spec) -> Table {
    const OTHERS: usize = 50;
    let mut table = Table::new(["Patient"]);
    table.header.push("Reference".into());
    if spec.n_others > 0 {
        table.header.push(format!("{} others", count(spec.n_others)));
    }
    table.header.extend(spec.rows.iter().rev().map(|r| r.name.to_owned()));
    let (context, others): (Vec<&Line>, Vec<&Line>) =
        spec.lines.iter().partition(|l| l.look == Look::Context);
    for line in others.into_iter().rev().chain(context.into_iter().take(OTHERS)) {
        let sums = line.sums(spec).into_iter().map(|s| signed(s, 4));
        table.rows.push(std::iter::once(line.id.to_owned()).chain(sums).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::dump::dump;

    #[test]
    fn a_path_ends_at_the_sum_and_reads_upward() {
        let fixture = Fixture::new(5);
        let spec = fixture.decision(0, 944.0);
        let sums = spec.lines.last().unwrap().sums(&spec);
        let expected: f64 = spec.start + fixture.phi.iter().map(|p| p[0]).sum::<f64>();
        assert!((sums.last().unwrap() - expected).abs() < 1e-12);
        assert_eq!(sums.len(), 1 + 1 + 2, "start, others, two rows");
        let table = table(&spec);
        assert!(table.rows.iter().all(|r| r.len() == table.header.len()));
        assert_eq!(table.header[2], "1 others");
    }

    #[test]
    fn the_patient_is_painted_over_the_others() {
        let fixture = Fixture::new(5);
        let text = dump(&draw(&fixture.decision(0, 944.0)));
        let at = |what: &str| {
            text.lines().position(|l| l.contains(what)).unwrap_or_else(|| panic!("{what}\n{text}"))
        };
        assert!(at("MarkStrong·0.40 1 → Patient(RowId(1))") < at(" 2 → Patient(RowId(0))"), "{text}");
        for line in ["\"Bilirubin\"", "\"1 others\"", "\"start −0.16\""] {
            at(line);
        }
    }
}
