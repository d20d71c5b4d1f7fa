//! One patient's prediction as forces: what raises it pushes from the left, what lowers it from the right, and they
//! meet at the prediction (the force plot of shap).

use super::Table;
use crate::ids::{FeatureId, Target};
use crate::math::Order as _;
use crate::plot::axis::Axis;
use crate::plot::number::{decimals, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Item, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// The patient's id.
    pub patient: &'a str,
    /// Every biomarker, in any order.
    pub rows: Vec<Row<'a>>,
    /// Expected prediction.
    pub start: f64,
    /// The prediction.
    pub end: f64,
    /// What the axis measures.
    pub scale: &'a str,
    /// The biomarker in focus.
    pub focused: Option<FeatureId>,
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Value with its unit as text, or `missing`.
    pub measured: String,
    /// φ.
    pub phi: f64,
}

const TOP: f64 = 46.0;
const BAR: f64 = 22.0;
/// Lines of text beneath the strip.
const LINES: usize = 6;
const LINE: f64 = 16.0;

/// The forces that raise and those that lower, largest first.
fn sides<'a, 'b>(spec: &'b Spec<'a>) -> [Vec<&'b Row<'a>>; 2] {
    [1.0, -1.0].map(|sign| {
        let mut side: Vec<&Row> = spec.rows.iter().filter(|r| r.phi * sign > 0.0).collect();
        side.order_by(|a, b| b.phi.abs().total_cmp(&a.phi.abs()));
        side
    })
}

/// The plot. Each force is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let sides = sides(spec);
    let total = |side: &[&Row]| side.iter().map(|r| r.phi.abs()).sum::<f64>();
    let reached = [spec.start, spec.end, spec.end - total(&sides[0]), spec.end + total(&sides[1])];
    let [low, high] = extent(reached).unwrap_or([0.0, 1.0]);
    let pad = if high > low { (high - low) * 0.02 } else { 1.0 };
    let x = Scale::linear([low - pad, high + pad], [16.0, (spec.width - 16.0).max(60.0)]);
    let height = TOP + BAR + 10.0 + LINE * LINES as f64;
    let mut scene = Scene::new(spec.width, height).titled(
        format!("Forces on the prediction for {}", spec.patient),
        format!(
            "What raises it pushes from the left, what lowers it from the right; {}, reference {}, prediction {}.",
            spec.scale,
            signed(spec.start, 2),
            signed(spec.end, 2)
        ),
    );
    scene.section("axis");
    let axis = Axis::signed(x, ((x.range[1] - x.range[0]) / 56.0) as usize);
    axis.labels_x(&mut scene, 12.0, Label::LABEL);
    axis.grid_x(&mut scene, 18.0, TOP + BAR);
    heads(&mut scene, spec, x);
    let mut free = [f64::NEG_INFINITY; LINES];
    let mut said: Vec<(f64, &Row)> = Vec::new();
    for (side, sign) in sides.iter().zip([-1.0, 1.0]) {
        let mut at = spec.end;
        for row in side {
            let next = at + sign * row.phi.abs();
            let [a, b] = [x.px(at), x.px(next)];
            scene.section(row.name);
            segment(&mut scene, spec, row, [a, b]);
            said.push(((a + b) / 2.0, row));
            at = next;
        }
    }
    said.order_by(|a, b| b.1.phi.abs().total_cmp(&a.1.phi.abs()));
    said.truncate(2 * LINES);
    said.order_by(|a, b| a.0.total_cmp(&b.0));
    scene.section("names");
    for (middle, row) in said {
        let says = format!("{} {} ({})", row.name, row.measured, signed(row.phi, 2));
        let style = if spec.focused == Some(row.feature) { Label::VALUE.bold() } else { Label::VALUE };
        let says = text::fit(&says, spec.width - 8.0, 11.0, style.bold);
        let w = text::width(&says, 11.0, style.bold);
        let left = (middle - w / 2.0).clamp(4.0, (spec.width - w - 4.0).max(4.0));
        let Some(line) = free.iter().position(|f| left >= f + 10.0) else { continue };
        free[line] = left + w;
        let y = TOP + BAR + 18.0 + LINE * line as f64;
        if line == 0 {
            scene.vline(middle - 0.5, TOP + BAR, y - 9.0, Role::MarkStrong);
        } else {
            scene.vline(middle - 0.5, TOP + BAR, TOP + BAR + 5.0, Role::MarkStrong);
        }
        scene.text(left, y, says, style.halo()).on(Target::Feature(row.feature));
    }
    scene
}

fn heads(scene: &mut Scene, spec: &Spec, x: Scale) {
    for (value, says, style) in [
        (spec.start, format!("reference {}", signed(spec.start, 2)), Label::HINT),
        (spec.end, format!("prediction {}", signed(spec.end, 2)), Label::VALUE.bold()),
    ] {
        let px = x.px(value);
        let strong = style.bold;
        scene.vline(px - 0.5, if strong { 34.0 } else { 22.0 }, TOP + BAR, Role::Text);
        let w = text::width(&says, 11.0, style.bold);
        let left = (px - w / 2.0).clamp(2.0, (spec.width - w - 2.0).max(2.0));
        scene.text(left, if strong { 42.0 } else { 27.0 }, says, style.halo());
    }
}

/// A force from `a` at the prediction's side to `b`: a bar that points at the prediction.
fn segment(scene: &mut Scene, spec: &Spec, row: &Row, [a, b]: [f64; 2]) {
    let tip = (a - b).signum() * 5.0_f64.min((a - b).abs() / 2.0);
    let role = if row.phi < 0.0 { Role::Lowers } else { Role::Raises };
    let (top, bottom, middle) = (TOP, TOP + BAR, TOP + BAR / 2.0);
    let points =
        vec![[b, top], [a - tip, top], [a, middle], [a - tip, bottom], [b, bottom], [b + tip, middle]];
    let missing = row.measured == "missing";
    let focused = spec.focused == Some(row.feature);
    let rim = match (missing, focused) {
        (_, true) => Stroke::new(Role::Text, 1.5),
        (true, false) => Stroke::new(Role::Missing, 1.0),
        (false, false) => Stroke::new(Role::Background, 0.6),
    };
    let fill = (!missing).then(|| role.into());
    scene.push(Item::Path {
        points,
        closed: true,
        fill,
        stroke: Some(rim),
        target: Some(Target::Feature(row.feature)),
    });
}

/// The forces, largest first.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker", "Measured", "SHAP value", "Pushes"]);
    let most = spec.rows.iter().fold(0.0, |m: f64, r| m.max(r.phi.abs()));
    let mut rows: Vec<&Row> = spec.rows.iter().filter(|r| r.phi != 0.0).collect();
    rows.order_by(|a, b| b.phi.abs().total_cmp(&a.phi.abs()));
    for r in rows {
        let pushes = if r.phi < 0.0 { "down" } else { "up" };
        let phi = signed(r.phi, decimals(most) + 2);
        table.rows.push(vec![r.name.into(), r.measured.clone(), phi, pushes.into()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::dump::dump;

    #[test]
    fn forces_meet_at_the_prediction_and_cover_what_they_add() {
        let fixture = Fixture::new(20);
        for i in 0..6 {
            let spec = fixture.force(i, 944.0);
            let scene = draw(&spec);
            let [raise, lower] = sides(&spec).map(|s| s.iter().map(|r| r.phi).sum::<f64>());
            assert!((spec.start + raise + lower - spec.end).abs() < 1e-9);
            let forces: Vec<&Item> =
                scene.items.iter().filter(|i| matches!(i, Item::Path { closed: true, .. })).collect();
            assert_eq!(forces.len(), spec.rows.iter().filter(|r| r.phi != 0.0).count());
        }
        let text = dump(&draw(&fixture.force(0, 944.0)));
        assert!(text.contains("\"reference −0.16\"") && text.contains("→ Feature(FeatureId(0))"), "{text}");
    }
}
