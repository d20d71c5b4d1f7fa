//! Survival of groups: Kaplan–Meier curves, numbers at risk under the axis, and what the comparison is worth.

use super::Table;
use crate::evaluate::survival::{Step, at_risk};
use crate::ids::{ClusterId, Target};
use crate::plot::axis::Axis;
use crate::plot::number::{fixed, percent, plain};
use crate::plot::palette::{N_VALUES, Role};
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// Patients at risk below which a curve is drawn thin and dashed.
pub const FEW: u32 = 10;
/// Censored patients beyond which their ticks would be a smear.
const MAX_TICKS: usize = 400;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels, numbers at risk included.
    pub height: f64,
    /// The event as a past participle, e.g. `died`.
    pub word: &'a str,
    /// Unit of time, e.g. `days`; may be empty.
    pub unit: &'a str,
    /// What the curves are.
    pub measure: Measure,
    /// The groups.
    pub groups: Vec<Group<'a>>,
    /// What the comparison is worth: the test, or why there is none.
    pub verdict: &'a str,
    /// True if the verdict is a test.
    pub tested: bool,
}

/// What a curve counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The share without the event, from 1 down ([`crate::evaluate::kaplan_meier`]).
    Survival,
    /// The share with the event, from 0 up, where others compete
    /// ([`crate::evaluate::survival::cumulative_incidence`]).
    Incidence,
}

impl Measure {
    fn start(self) -> f64 {
        match self {
            Measure::Survival => 1.0,
            Measure::Incidence => 0.0,
        }
    }

    fn says(self, word: &str) -> String {
        match self {
            Measure::Survival => format!("Have not {word}"),
            Measure::Incidence => format!("Have {word}, others competing"),
        }
    }
}

/// One curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group<'a> {
    /// Name at the end of the line.
    pub name: &'a str,
    /// How it looks.
    pub look: Look,
    /// The curve, [`crate::evaluate::kaplan_meier`].
    pub steps: &'a [Step],
}

/// Colour of a curve; names at the line ends say the same without colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// A cluster's.
    Cluster(u32),
    /// From low (0) to high (1).
    Ordered(f64),
    /// The n-th of groups without order: text colours, thinner from one to the next.
    Plain(u32),
}

impl Look {
    fn line(self) -> Ink {
        match self {
            Look::Cluster(c) => Role::ClusterInk(c as u8).into(),
            Look::Ordered(at) => {
                Role::Value((at.clamp(0.0, 1.0) * f64::from(N_VALUES - 1)).round() as u8).into()
            }
            Look::Plain(i) => [Role::Text, Role::Text3, Role::BarStrong, Role::Bar][i as usize % 4].into(),
        }
    }

    fn name(self) -> Ink {
        match self {
            Look::Cluster(c) => Role::ClusterInk(c as u8).into(),
            Look::Ordered(_) | Look::Plain(_) => Role::Text.into(),
        }
    }
}

struct Layout {
    x: Scale,
    y: Scale,
    axis: Axis,
    /// Baseline of the first row of numbers at risk.
    at_risk: f64,
    verdict: Vec<String>,
}

/// Steps that move a curve less than this many pixels are drawn with the next one: thousands of patients take no more
/// points than the eye can tell apart.
const FINE: f64 = 0.5;
const ROW: f64 = 15.0;
const LINE: f64 = 14.0;

fn layout(spec: &Spec) -> Layout {
    let verdict = text::wrap(spec.verdict, (spec.width - 24.0).max(60.0), 11.0, false);
    let named = spec.groups.iter().map(|g| text::width(g.name, 11.0, true)).fold(0.0, f64::max);
    let margin = named.min(spec.width * 0.28) + 14.0;
    let end = spec.groups.iter().filter_map(|g| g.steps.last()).map(|s| s.time).fold(0.0, f64::max);
    let x = Scale::linear([0.0, if end > 0.0 { end } else { 1.0 }], [44.0, spec.width - margin]);
    let top = 10.0 + LINE * verdict.len() as f64 + 20.0;
    let bottom = spec.height - 34.0 - ROW * (spec.groups.len() as f64 + 1.0);
    let y = Scale::linear([0.0, 1.0], [bottom.max(top + 20.0), top]);
    let axis = Axis::plain(x, ((x.range[1] - x.range[0]).max(0.0) / 60.0) as usize);
    Layout { x, y, axis, at_risk: y.range[0] + 34.0 + ROW, verdict }
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let lay = layout(spec);
    let mut scene = Scene::new(spec.width, spec.height).titled(
        match spec.measure {
            Measure::Survival => format!("Share of patients who have not {}", spec.word),
            Measure::Incidence => format!("Share of patients who have {}", spec.word),
        },
        match spec.measure {
            Measure::Survival => {
                "Kaplan–Meier curves with 95 % log-log intervals; a thin dashed line has fewer than 10 at risk."
            }
            Measure::Incidence => {
                "Cumulative incidence by Aalen and Johansen with 95 % log-log intervals, competing events counted; a \
                 thin dashed line has fewer than 10 at risk."
            }
        },
    );
    scene.section("verdict");
    let label = if spec.tested { Label::VALUE.bold() } else { Label::VALUE };
    for (i, line) in lay.verdict.iter().enumerate() {
        scene.text(12.0, 14.0 + LINE * i as f64, line, if i == 0 { label } else { Label::LABEL });
    }
    if spec.groups.iter().all(|g| g.steps.is_empty()) {
        scene.text(12.0, 14.0 + LINE * lay.verdict.len() as f64, "No follow-up is known.", Label::HINT);
        return scene;
    }
    let (left, right) = (lay.x.range[0], lay.x.range[1]);
    let (bottom, top) = (lay.y.range[0], lay.y.range[1]);
    scene.section("axes");
    let y_axis = Axis::plain(lay.y, ((bottom - top) / 30.0) as usize);
    y_axis.grid_y(&mut scene, left, right);
    for (v, _) in &y_axis.ticks {
        scene.text(left - 6.0, lay.y.px(*v) + 4.0, percent(*v), Label::LABEL.end());
    }
    scene.text(12.0, top - 10.0, spec.measure.says(spec.word), Label::HINT);
    lay.axis.labels_x(&mut scene, bottom + 14.0, Label::LABEL);
    for group in &spec.groups {
        curve(&mut scene, group, &lay, spec.measure.start());
    }
    names(&mut scene, spec, &lay);
    numbers_at_risk(&mut scene, spec, &lay);
    scene
}

fn curve(scene: &mut Scene, group: &Group, lay: &Layout, from: f64) {
    scene.section(group.name);
    let ink = group.look.line();
    let target = match group.look {
        Look::Cluster(c) => Some(Target::Cluster(ClusterId(c))),
        Look::Ordered(_) | Look::Plain(_) => None,
    };
    let (x, y) = (lay.x, lay.y);
    let stairs = |of: &dyn Fn(&Step) -> f64, from: f64, start: [f64; 2], steps: &[Step]| {
        let (mut points, mut height, mut drawn) = (vec![start], from, start);
        for (i, step) in steps.iter().enumerate() {
            let at = x.px(step.time);
            let before = [at, y.px(height)];
            height = of(step);
            let after = [at, y.px(height)];
            let seen = (0..2).any(|axis| (after[axis] - drawn[axis]).abs() >= FINE);
            if seen || i + 1 == steps.len() {
                points.extend([before, after]);
                drawn = after;
            }
        }
        points
    };
    let start = [x.px(0.0), y.px(from)];
    let mut band = stairs(&|s| s.interval[1], from, start, group.steps);
    band.extend(stairs(&|s| s.interval[0], from, start, group.steps).into_iter().rev());
    scene.push(crate::plot::Item::Path {
        points: band,
        closed: true,
        fill: Some(ink.fade(0.12)),
        stroke: None,
        target: None,
    });
    let many = group.steps.partition_point(|s| s.at_risk >= FEW);
    let (solid, thin) = group.steps.split_at(many);
    let solid = stairs(&|s| s.survival, from, start, solid);
    let end = solid[solid.len() - 1];
    let height = many.checked_sub(1).map_or(from, |i| group.steps[i].survival);
    let lines = [
        (solid, Stroke::new(ink, 2.2)),
        (stairs(&|s| s.survival, height, end, thin), Stroke::new(ink, 1.1).dashed(4.0, 3.0)),
    ];
    for (points, stroke) in lines {
        if points.len() > 1 {
            let line = scene.line(points, stroke);
            target.map(|t| line.on(t));
        }
    }
    let censored = group.steps.iter().filter(|s| s.censored > 0);
    if censored.clone().count() <= MAX_TICKS {
        for step in censored {
            let (px, py) = (x.px(step.time), y.px(step.survival));
            scene.line(vec![[px, py - 3.0], [px, py + 3.0]], Stroke::new(ink, 1.0));
        }
    }
}

/// Names at the line ends, pushed apart until no two touch.
fn names(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    scene.section("names");
    let mut ends: Vec<(f64, &Group)> = spec
        .groups
        .iter()
        .filter_map(|g| g.steps.last().map(|last| (lay.y.px(last.survival) + 4.0, g)))
        .collect();
    crate::math::Order::order_by(&mut ends[..], |a, b| a.0.total_cmp(&b.0));
    // Upward from the bottom of the plot, then downward from its top.
    let mut free = lay.y.range[0] + 4.0;
    for (y, _) in ends.iter_mut().rev() {
        *y = y.min(free);
        free = *y - LINE;
    }
    let mut free = lay.y.range[1] + 4.0;
    for (y, _) in &mut ends {
        *y = y.max(free);
        free = *y + LINE;
    }
    let x = lay.x.range[1] + 6.0;
    for (y, group) in ends {
        let name = text::fit(group.name, spec.width - x - 4.0, 11.0, true);
        scene.text(x, y, name, Label::VALUE.bold().ink(group.look.name()).halo());
    }
}

fn numbers_at_risk(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    scene.section("at risk");
    let unit = if spec.unit.is_empty() { String::new() } else { format!(", by {}", spec.unit) };
    scene.text(12.0, lay.at_risk - ROW, format!("At risk{unit}"), Label::HINT);
    for (i, group) in spec.groups.iter().enumerate() {
        let y = lay.at_risk + ROW * i as f64;
        let mut free = f64::NEG_INFINITY;
        for (t, _) in &lay.axis.ticks {
            let n = at_risk(group.steps, *t).to_string();
            let (x, w) = (lay.x.px(*t), text::width(&n, 11.0, false));
            if x - w / 2.0 >= free + 4.0 {
                scene.text(x, y, n, Label::VALUE.middle().ink(group.look.name()));
                free = x + w / 2.0;
            }
        }
        let x = lay.x.range[1] + 6.0;
        let name = text::fit(group.name, spec.width - x - 4.0, 11.0, false);
        scene.text(x, y, name, Label::LABEL);
    }
}

/// The curves at the ticks of the axis.
pub fn table(spec: &Spec) -> Table {
    let time = if spec.unit.is_empty() { "Time".to_string() } else { format!("Time, {}", spec.unit) };
    let share = spec.measure.says(spec.word);
    let start = spec.measure.start();
    let mut table = Table::new(["Group", &time, "At risk", &share, "Lower 95 %", "Upper 95 %"]);
    let lay = layout(spec);
    for group in &spec.groups {
        for (t, _) in &lay.axis.ticks {
            let after = group.steps.partition_point(|s| s.time <= *t);
            let last = after.checked_sub(1).map(|i| group.steps[i]);
            let interval = last.map_or([start; 2], |s| s.interval);
            table.rows.push(vec![
                group.name.into(),
                plain(*t),
                at_risk(group.steps, *t).to_string(),
                fixed(last.map_or(start, |s| s.survival), 3),
                fixed(interval[0], 3),
                fixed(interval[1], 3),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::kaplan_meier;
    use crate::plot::dump::dump;

    #[test]
    fn a_curve_of_thousands_has_no_more_points_than_are_seen_and_stays_where_it_is() {
        let n = 20_000;
        let time: Vec<f64> = (0..n).map(|i| ((i * 7_919) % n) as f64 + 0.5).collect();
        let event: Vec<bool> = (0..n).map(|i| i % 3 == 0).collect();
        let steps = kaplan_meier(&time, &event);
        let spec = Spec {
            width: 600.0,
            height: 360.0,
            word: "died",
            unit: "days",
            measure: Measure::Survival,
            groups: vec![Group { name: "All", look: Look::Plain(0), steps: &steps }],
            verdict: "",
            tested: false,
        };
        let lay = layout(&spec);
        let scene = draw(&spec);
        let lines: Vec<&Vec<[f64; 2]>> = scene
            .items
            .iter()
            .filter_map(|i| match i {
                crate::plot::Item::Path { points, closed: false, .. } if points.len() > 2 => Some(points),
                _ => None,
            })
            .collect();
        let points: usize = lines.iter().map(|l| l.len()).sum();
        assert!(points > 500 && points < 6_000, "{points}");
        for step in &steps {
            let [px, py] = [lay.x.px(step.time), lay.y.px(step.survival)];
            let near = |s: &[[f64; 2]]| {
                let between = |axis: usize, v: f64| {
                    let [a, b] = [s[0][axis].min(s[1][axis]), s[0][axis].max(s[1][axis])];
                    v >= a - FINE - 1e-9 && v <= b + FINE + 1e-9
                };
                between(0, px) && between(1, py)
            };
            assert!(lines.iter().any(|l| l.windows(2).any(near)), "{step:?}");
        }
        let last = steps.last().expect("steps");
        let end = lines.last().and_then(|l| l.last()).expect("a line");
        assert_eq!(*end, [lay.x.px(last.time), lay.y.px(last.survival)]);
    }

    #[test]
    fn a_curve_its_numbers_and_why_there_is_no_test() {
        let early = kaplan_meier(&[1., 2., 2., 3.], &[true, true, false, true]);
        let late = kaplan_meier(&[4., 8.], &[true, false]);
        let spec = Spec {
            width: 300.0,
            height: 240.0,
            word: "died",
            unit: "years",
            measure: Measure::Survival,
            groups: vec![
                Group { name: "A", look: Look::Cluster(0), steps: &early },
                Group { name: "B", look: Look::Cluster(1), steps: &late },
            ],
            verdict: "Not a valid test.",
            tested: false,
        };
        let text = dump(&draw(&spec));
        for line in [
            "text 12 14 11 \"Not a valid test.\"",
            // Six patients: nowhere ten at risk, so both curves are thin.
            "line 44,44 … 131.8,161 (7) | ClusterInk(0) 1.1 dashed → Cluster(ClusterId(0))",
            "text 12 195 11 \"At risk, by years\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let table = table(&spec);
        assert_eq!(table.rows[0], ["A", "0", "4", "1.000", "1.000", "1.000"]);
        assert!(draw(&Spec { groups: Vec::new(), ..spec }).items.len() == 2);
    }
}
