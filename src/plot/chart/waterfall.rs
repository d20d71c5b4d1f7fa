//! One patient: how the prediction is summed, biomarker by biomarker, beside what was measured and where that value
//! lies in the cohort.

use super::Table;
use crate::ids::{FeatureId, Target};
use crate::math::Order as _;
use crate::plot::axis::{Axis, nice};
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, percent, plain, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent, wants_log};
use crate::plot::scene::{Ink, Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: value beneath the name, no cohort column.
    pub compact: bool,
    /// The patient's id.
    pub patient: &'a str,
    /// Every biomarker, in any order; the chart sorts by |φ|.
    pub rows: Vec<Row<'a>>,
    /// Rows shown one by one; the rest is summed as "others".
    pub top: usize,
    /// Expected prediction, where the sum starts.
    pub start: f64,
    /// What the start is, e.g. `Reference: mean of training patients`.
    pub start_label: &'a str,
    /// The prediction, where the sum ends.
    pub end: f64,
    /// Whose it is, e.g. `This patient`.
    pub end_label: &'a str,
    /// What the axis measures, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Patients in the cohort that the positions refer to.
    pub n_cohort: usize,
    /// The row with the keyboard.
    pub focused: Option<FeatureId>,
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Unit; may be empty.
    pub unit: &'a str,
    /// The measured value or level as text; None if missing.
    pub measured: Option<&'a str>,
    /// φ.
    pub phi: f64,
    /// True if the value is not the measured one.
    pub changed: bool,
    /// Where the value lies if it is outside the range of the training patients.
    pub outside: Option<Side>,
    /// Where the value lies in the cohort.
    pub position: Position<'a>,
}

/// Beyond which end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Lower than all.
    Below,
    /// Higher than all.
    Above,
}

impl Side {
    /// In words.
    pub fn says(self) -> &'static str {
        match self {
            Side::Below => "below the training range",
            Side::Above => "above the training range",
        }
    }
}

/// Where a value lies in the cohort.
#[derive(Clone, Debug, PartialEq)]
pub enum Position<'a> {
    /// A measurement among the cohort's (NaN is missing).
    Number {
        /// The patient's value.
        value: f64,
        /// The cohort's values.
        cohort: &'a [f64],
    },
    /// A level among the cohort's.
    Level {
        /// The patient's level.
        level: usize,
        /// Patients per level.
        counts: &'a [usize],
    },
    /// Missing, as in this many other patients.
    Missing {
        /// Others without a value.
        others: usize,
    },
    /// Not shown.
    None,
}

/// A bar of the sum: one biomarker, or all that are not shown.
struct Step<'a> {
    row: Option<&'a Row<'a>>,
    n_others: usize,
    phi: f64,
}

fn steps<'a>(spec: &'a Spec<'a>) -> Vec<Step<'a>> {
    let mut order: Vec<&Row> = spec.rows.iter().collect();
    order.order_by(|a, b| b.phi.abs().total_cmp(&a.phi.abs()));
    // "1 other" would say less than the row itself.
    let shown = if order.len() <= spec.top + 1 { order.len() } else { spec.top };
    let mut out: Vec<Step> =
        order[..shown].iter().map(|r| Step { row: Some(r), n_others: 0, phi: r.phi }).collect();
    if shown < order.len() {
        let phi = order[shown..].iter().map(|r| r.phi).sum();
        out.push(Step { row: None, n_others: order.len() - shown, phi });
    }
    out
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let steps = steps(spec);
    let lay = Layout::of(spec, &steps);
    let mut scene = Scene::new(spec.width, lay.height).titled(
        format!("How the prediction for {} is summed", spec.patient),
        format!(
            "SHAP values in {}, largest first, from {} to {}.",
            spec.scale,
            signed(spec.start, 2),
            signed(spec.end, 2)
        ),
    );
    heads(&mut scene, spec, &lay);
    let mut sum = spec.start;
    for (i, step) in steps.iter().enumerate() {
        let top = lay.top(i);
        scene.section(step.row.map_or("others", |r| r.name));
        if let Some(row) = step.row {
            if spec.focused == Some(row.feature) {
                scene.rect([0.0, top, spec.width, lay.row], Role::Selected);
                scene.rect([0.0, top, 2.0, lay.row], Role::Text);
                grid_patch(&mut scene, &lay, top, top + lay.row);
            }
            facts(&mut scene, spec, &lay, row, top);
        } else {
            let label = Label::LABEL.size(if spec.compact { 12.0 } else { 11.0 });
            scene.text(lay.left, lay.base(top), format!("{} others", count(step.n_others)), label);
        }
        bar(&mut scene, &lay, step, sum, top);
        sum += step.phi;
        scene.text(lay.right, lay.base(top), signed(step.phi, lay.decimals), Label::VALUE.end());
        scene.hline(lay.line[0], lay.line[1], top + lay.row - 1.0, Role::Line);
        if let Some(row) = step.row {
            scene.area([0.0, top, spec.width, lay.row], Target::Feature(row.feature));
        }
    }
    end(&mut scene, spec, &lay, lay.top(steps.len()));
    scene
}

/// What the colours mean, to put beneath the plot.
pub fn key(spec: &Spec) -> Scene {
    let entries = [
        Entry::Bar(Role::Raises, "raises".into()),
        Entry::Bar(Role::Lowers, "lowers".into()),
        Entry::HollowBar("value missing".into()),
    ];
    legend::key(&entries, spec.width)
}

fn heads(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let axis = Axis::signed(lay.x, ((lay.x.range[1] - lay.x.range[0]) / 40.0) as usize);
    let last = lay.height - if spec.compact { lay.row } else { 20.0 };
    scene.section("axis");
    if spec.compact {
        axis.labels_x(scene, 12.0, Label::HINT);
        scene.hline(lay.line[0], lay.line[1], 18.0, Role::Line);
        axis.grid_x(scene, 18.0, last);
        return;
    }
    axis.grid_x(scene, 24.0, last);
    axis.labels_x(scene, lay.height - 5.0, Label::LABEL);
    scene.text(lay.left, 15.0, "Biomarker", Label::HINT);
    scene.text(lay.measured, 15.0, if lay.bare { "From → to" } else { "Measured" }, Label::HINT.end());
    if let (Some([x, _]), false) = (lay.strip, lay.bare) {
        scene.text(x, 15.0, format!("Position in cohort, n = {}", count(spec.n_cohort)), Label::HINT);
    }
    let mut title = spec.scale.to_owned();
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let x = lay.x.range[0] - 12.0;
    let room = lay.right - 40.0 - x;
    let title = text::fit(&format!("{title}, summed from the reference"), room, 11.0, false);
    scene.text(x, 15.0, title, Label::HINT);
    scene.text(lay.right, 15.0, "SHAP", Label::HINT.end());
    scene.hline(0.0, spec.width, 24.0, Role::Divider);
    let top = 25.0;
    scene.text(lay.left, lay.base(top), spec.start_label, Label::LABEL);
    let px = lay.x.px(spec.start);
    scene.rect([px - 1.0, top + 3.0, 2.0, 17.0], Role::Text);
    let says = format!("start {}", signed(spec.start, 2));
    beside(scene, lay, px, lay.base(top), &says, Label::VALUE.halo());
    scene.hline(0.0, spec.width, top + lay.row - 1.0, Role::Line);
}

/// Text left of a point, or right of it where there is no room on the left.
fn beside(scene: &mut Scene, lay: &Layout, x: f64, y: f64, says: &str, label: Label) {
    if x - 6.0 - text::width(says, label.size, label.bold) > lay.x.range[0] - 40.0 {
        scene.text(x - 6.0, y, says, label.end());
    } else {
        scene.text(x + 6.0, y, says, label);
    }
}

/// Grid lines again, over a tinted row.
fn grid_patch(scene: &mut Scene, lay: &Layout, y0: f64, y1: f64) {
    Axis::signed(lay.x, ((lay.x.range[1] - lay.x.range[0]) / 40.0) as usize).grid_x(scene, y0, y1);
}

fn facts(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let (says, ink) = match row.measured {
        Some(text) => (text, Role::Text),
        None => ("missing", Role::Text3),
    };
    let style = if row.changed { Label::VALUE.bold() } else { Label::VALUE.ink(ink) };
    if spec.compact {
        let room = lay.x.range[0] - 12.0;
        let with_unit = if row.measured.is_some() && !row.unit.is_empty() {
            format!("{says} {}", row.unit)
        } else {
            says.to_owned()
        };
        scene.text(
            lay.left,
            top + 13.0,
            text::fit_middle(row.name, room, 12.0, false),
            Label::VALUE.size(12.0),
        );
        let style = if row.changed { style } else { Label::HINT };
        let says = text::fit(&with_unit, room - 22.0, 11.0, style.bold);
        let end = lay.left + text::width(&says, 11.0, style.bold);
        scene.text(lay.left, top + 25.0, says, style);
        marks(scene, row, end + 8.0, top + 21.0);
        return;
    }
    let base = lay.base(top);
    scene.text(lay.left, base, text::fit_middle(row.name, lay.name_room, 11.0, false), Label::VALUE);
    let room = match (row.changed || row.outside.is_some(), lay.bare) {
        (_, true) => 150.0,
        (true, false) => 54.0,
        (false, false) => 78.0,
    };
    let says = text::fit_middle(says, room, 11.0, style.bold);
    let left = lay.measured - text::width(&says, 11.0, style.bold);
    scene.text(lay.measured, base, says, style.end());
    marks(scene, row, left - 8.0, base - 4.0);
    if let Some(strip) = lay.strip {
        position(scene, &row.position, strip, top);
    }
}

/// Beside a value: a diamond if it was changed, a triangle that points beyond the training range.
fn marks(scene: &mut Scene, row: &Row, x: f64, y: f64) {
    let ink = || Some(Ink::from(Role::Text));
    if let Some(side) = row.outside {
        let shape = if side == Side::Above { Shape::Triangle } else { Shape::Down };
        scene.mark(shape, [x, y], 3.2, ink(), None);
    }
    if row.changed {
        let x = if row.outside.is_some() { x - 10.0 } else { x };
        scene.mark(Shape::Diamond, [x, y], 3.0, ink(), None);
    }
}

fn position(scene: &mut Scene, position: &Position, [x0, x1]: [f64; 2], top: f64) {
    let middle = top + 10.0;
    match position {
        Position::Number { value, cohort } => {
            let all = || cohort.iter().copied().chain([*value]);
            let Some(domain) = extent(all()) else { return };
            let scale =
                if wants_log(all()) { Scale::log(domain, [x0, x1]) } else { Scale::linear(domain, [x0, x1]) };
            scene.hline(x0, x1, middle, Role::Divider);
            for v in cohort.iter().filter(|v| v.is_finite()) {
                scene.vline(
                    scale.px(*v) - 0.5,
                    middle - 3.0,
                    middle + 4.0,
                    Ink::Role(Role::MarkStrong, 0.38),
                );
            }
            scene.rect([scale.px(*value) - 1.5, middle - 6.0, 3.0, 13.0], Role::Text);
        }
        Position::Level { level, counts } => {
            let n: usize = counts.iter().sum();
            let shown = counts.iter().filter(|c| **c > 0).count();
            let room = x1 - x0 - 2.0 * shown.saturating_sub(1) as f64;
            let mut x = x0;
            for (i, c) in counts.iter().enumerate().filter(|(_, c)| **c > 0) {
                let w = room * *c as f64 / n as f64;
                let role = if i == *level { Role::BarStrong } else { Role::Track };
                scene.rect([x, middle - 3.0, w, 6.0], role);
                x += w + 2.0;
            }
        }
        Position::Missing { others } => {
            scene.ring(x0 + 5.0, middle, 3.0, Stroke::new(Role::Missing, 1.0));
            let says = match others {
                0 => "in no other patient".into(),
                1 => "as 1 other".into(),
                n => format!("as {} others", count(*n)),
            };
            scene.text(x0 + 14.0, middle + 4.0, says, Label::LABEL);
        }
        Position::None => {}
    }
}

fn bar(scene: &mut Scene, lay: &Layout, step: &Step, sum: f64, top: f64) {
    let (a, b) = (lay.x.px(sum), lay.x.px(sum + step.phi));
    let (pad, h) = (lay.bar_pad, lay.row - 1.0 - lay.bar_pad * 2.0 + lay.bar_more);
    let shape = [a.min(b), top + pad, (b - a).abs().max(1.0), h];
    match step.row {
        None => scene.rect(shape, Role::Bar),
        Some(row) if row.measured.is_none() => {
            let [x, y, w, h] = shape;
            scene.outline([x, y, w.max(3.0), h], Stroke::new(Role::Missing, 1.0))
        }
        Some(_) => scene.rect(shape, if step.phi < 0.0 { Role::Lowers } else { Role::Raises }),
    };
    // From this bar's end to the next bar's start.
    scene.vline(b - 0.5, top + pad + h, top + lay.row + pad, Role::MarkStrong);
}

fn end(scene: &mut Scene, spec: &Spec, lay: &Layout, top: f64) {
    scene.section("prediction");
    let px = lay.x.px(spec.end);
    let label = Label::VALUE.bold();
    let size = if spec.compact { 12.0 } else { 11.0 };
    scene.text(lay.left, lay.base(top), spec.end_label, label.size(size));
    scene.rect([px - 1.0, top + lay.row / 2.0 - 8.0, 2.0, 16.0], Role::Text);
    if !spec.compact {
        beside(scene, lay, px, lay.base(top), "end", Label::VALUE.halo());
    }
    scene.text(lay.right, lay.base(top), signed(spec.end, lay.decimals), label.end());
}

struct Layout {
    height: f64,
    head: f64,
    row: f64,
    bar_pad: f64,
    bar_more: f64,
    left: f64,
    name_room: f64,
    measured: f64,
    strip: Option<[f64; 2]>,
    /// No value has a position: the room is the values'.
    bare: bool,
    x: Scale,
    right: f64,
    line: [f64; 2],
    decimals: usize,
}

impl Layout {
    fn of(spec: &Spec, steps: &[Step]) -> Layout {
        let mut sum = spec.start;
        let sums = steps.iter().map(|s| {
            sum += s.phi;
            sum
        });
        let reached = sums.chain([spec.start, spec.end]);
        let [low, high] = extent(reached).unwrap_or([0.0, 1.0]);
        // Zero belongs to the axis unless the sum stays far away from it, as risks near 200 mg/dL do.
        let near_zero =
            low.min(-high).max(0.0) < (high - low) * 3.0 && low.abs().min(high.abs()) < (high - low) * 3.0;
        let domain = if near_zero { [low.min(0.0), high.max(0.0)] } else { [low, high] };
        let pad = (domain[1] - domain[0]) * 0.02;
        let domain =
            if domain[0] == domain[1] { nice(domain, 5) } else { [domain[0] - pad, domain[1] + pad] };
        let max = steps.iter().fold(spec.end.abs(), |m, s| m.max(s.phi.abs()));
        let n = steps.len() as f64;
        let w = spec.width;
        let bare = spec.rows.iter().all(|r| r.position == Position::None);
        if spec.compact {
            let (left, right) = (12.0, w - 12.0);
            return Layout {
                height: 18.0 + 30.0 * (n + 1.0),
                head: 18.0,
                row: 30.0,
                bar_pad: 8.0,
                bar_more: 1.0,
                left,
                name_room: 140.0,
                measured: 0.0,
                strip: None,
                bare,
                x: Scale::linear(domain, [left + w * 0.4, right - 46.0]),
                right,
                line: [left, right],
                decimals: decimals(max),
            };
        }
        let name_room = if w >= 900.0 { 148.0 } else { 108.0 };
        let measured = 12.0 + name_room + if bare { 156.0 } else { 70.0 };
        let strip = (w >= 600.0 && !bare).then_some([measured + 16.0, measured + 156.0]);
        let x0 = strip.map_or(measured, |s| s[1]) + 38.0;
        Layout {
            height: 25.0 + 21.0 * (n + 2.0) + 20.0,
            head: 46.0,
            row: 21.0,
            bar_pad: 3.0,
            bar_more: -1.0,
            left: 12.0,
            name_room: name_room - 4.0,
            measured,
            strip,
            bare,
            x: Scale::linear(domain, [x0, w - 62.0]),
            right: w - 12.0,
            line: [0.0, w],
            decimals: decimals(max),
        }
    }

    fn top(&self, i: usize) -> f64 {
        self.head + i as f64 * self.row
    }

    fn base(&self, top: f64) -> f64 {
        top + (self.row / 2.0).floor() + 4.0
    }
}

/// Share of the cohort's measured values that are lower.
fn lower_in(position: &Position) -> String {
    match position {
        Position::Number { value, cohort } => {
            let measured = cohort.iter().filter(|v| !v.is_nan()).count();
            let lower = cohort.iter().filter(|v| *v < value).count();
            if measured == 0 { String::new() } else { percent(lower as f64 / measured as f64) }
        }
        Position::Level { .. } | Position::Missing { .. } | Position::None => String::new(),
    }
}

/// The sum, step by step.
pub fn table(spec: &Spec) -> Table {
    let mut table =
        Table::new(["Biomarker", "Measured", "Unit", "Lower in cohort", "Remarks", "SHAP value", "Sum"]);
    let steps = steps(spec);
    let mut sum = spec.start;
    let row = |a: &str, [b, c]: [&str; 2], [d, e]: [String; 2], f: String, g: f64| {
        vec![a.into(), b.into(), c.into(), d, e, f, signed(g, 4)]
    };
    let none = || [String::new(), String::new()];
    table.rows.push(row(spec.start_label, [""; 2], none(), String::new(), sum));
    for step in &steps {
        sum += step.phi;
        let phi = signed(step.phi, 4);
        table.rows.push(match step.row {
            Some(r) => {
                let remarks: Vec<&str> = [r.changed.then_some("changed"), r.outside.map(Side::says)]
                    .into_iter()
                    .flatten()
                    .collect();
                let cells = [lower_in(&r.position), remarks.join(", ")];
                row(r.name, [r.measured.unwrap_or("missing"), r.unit], cells, phi, sum)
            }
            None => row(&format!("{} others", plain(step.n_others as f64)), [""; 2], none(), phi, sum),
        });
    }
    table.rows.push(row(spec.end_label, [""; 2], none(), String::new(), spec.end));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::dump::dump;
    use crate::plot::scene::Item;

    /// Left and right end of every bar, in drawing order.
    fn bars(spec: &Spec) -> Vec<[f64; 2]> {
        let lay = Layout::of(spec, &steps(spec));
        let is_bar = |role: &Role| matches!(role, Role::Raises | Role::Lowers);
        draw(spec)
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Rect { x, w, fill: Some(Ink::Role(role, _)), .. } if is_bar(role) => Some([*x, x + w]),
                Item::Rect { x, w, h, stroke: Some(_), .. } if *h > 8.0 => Some([*x, x + w]),
                Item::Rect { x, w, h, fill: Some(Ink::Role(Role::Bar, _)), .. } if *h > 8.0 => {
                    Some([*x, x + w])
                }
                _ => None,
            })
            .map(|ends| ends.map(|px| lay.x.value(px)))
            .collect()
    }

    #[test]
    fn bars_lead_from_the_reference_to_the_prediction() {
        let fixture = Fixture::new(20);
        for (i, width, top) in [(0, 944.0, 10), (3, 944.0, 1), (5, 390.0, 10), (6, 390.0, 1)] {
            let spec = fixture.waterfall(i, width, top);
            let ends = bars(&spec);
            let steps = steps(&spec);
            assert_eq!(ends.len(), steps.len());
            let mut sum = spec.start;
            for (step, [a, b]) in steps.iter().zip(ends) {
                // Bars too thin to see are widened by up to three pixels.
                let (low, high) = (sum.min(sum + step.phi), sum.max(sum + step.phi));
                assert!((a - low).abs() < 1e-9 && (b - high).abs() < 0.03, "{a} {b}: {low} {high}");
                sum += step.phi;
            }
            assert!((sum - spec.end).abs() < 1e-9);
        }
    }

    #[test]
    fn the_largest_comes_first_and_the_rest_is_summed() {
        let fixture = Fixture::new(20);
        let table = table(&fixture.waterfall(0, 944.0, 1));
        assert_eq!(table.rows.len(), 1 + 1 + 1 + 1);
        assert_eq!(table.rows[2][0], "2 others");
        let all = super::table(&fixture.waterfall(0, 944.0, 2));
        assert_eq!(all.rows.len(), 2 + 3, "one other is shown by name");
    }

    #[test]
    fn a_missing_value_is_hollow_and_named() {
        let fixture = Fixture::new(20);
        let text = dump(&draw(&fixture.waterfall(3, 944.0, 10)));
        assert!(text.contains("\"missing\"") && text.contains("\"as 3 others\""), "{text}");
        assert!(text.lines().any(|l| l.starts_with("rect") && l.contains("| Missing 1")), "{text}");
    }

    #[test]
    fn changed_and_unusual_values_are_marked() {
        let fixture = Fixture::new(20);
        let spec = fixture.waterfall(0, 944.0, 10);
        let text = dump(&draw(&spec));
        assert!(text.contains("triangle") || text.contains("Triangle"), "{text}");
        let table = table(&spec);
        let of = |name: &str| table.rows.iter().find(|r| r[0] == name).unwrap()[4].clone();
        assert_eq!(of(crate::plot::chart::fixture::NAMES[0]), "above the training range");
        assert_eq!(of(crate::plot::chart::fixture::NAMES[1]), "changed");
    }

    #[test]
    fn an_axis_far_from_zero_does_not_show_zero() {
        let fixture = Fixture::new(20);
        let spec = Spec { start: 200.0, end: 200.5, ..fixture.waterfall(0, 944.0, 10) };
        let lay = Layout::of(&spec, &steps(&spec));
        assert!(lay.x.domain[0] > 150.0, "{:?}", lay.x.domain);
    }
}
