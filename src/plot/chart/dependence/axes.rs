//! Grid, ticks and titles.

use super::Spec;
use super::layout::{Layout, X};
use crate::plot::axis::Axis;
use crate::plot::number::count;
use crate::plot::palette::Role;
use crate::plot::scale::Spread;
use crate::plot::scene::{Label, Scene};
use crate::plot::text;

/// Grid, ticks, titles and the lane of missing values.
pub(super) fn draw(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let [left, right, top, bottom] = lay.frame;
    scene.section("axes");
    let pitch = if spec.margins { 36.0 } else { 24.0 };
    let y_axis = Axis::signed(lay.y, ((bottom - top) / pitch) as usize);
    y_axis.grid_y(scene, left, right);
    let title_x =
        if spec.unit.is_empty() { spec.name.to_owned() } else { format!("{}, {}", spec.name, spec.unit) };
    let mut suffix = "";
    match &lay.x {
        X::Values(scale) => {
            let axis = Axis::plain(*scale, ((right - left) / 56.0) as usize);
            axis.grid_x(scene, top, bottom);
            axis.labels_x(scene, lay.labels, Label::LABEL);
            if scale.spread == Spread::Log {
                suffix = " (log axis)";
            }
        }
        X::Levels(levels) => {
            for (slot, &code) in levels.codes.iter().enumerate() {
                let name = spec.kind.text(f64::from(code));
                let name = text::fit_middle(&name, levels.band.width(), 11.0, false);
                scene.text(levels.band.middle(slot), lay.labels, name, Label::VALUE.middle());
            }
        }
    }
    // The lane covers the grid: a missing value has no place on the axis.
    let [a, b] = lay.lane;
    scene.rect([a, top, b - a, bottom - top], Role::Chrome);
    scene.vline(b, top, bottom, Role::Divider);
    scene.hline(left, right, lay.y.px(0.0) - 0.5, Role::Zero);
    let middle = (a + b) / 2.0;
    scene.text(middle, lay.labels, "missing", Label::HINT.middle());
    // Under the lane beside the rug, else inside it.
    let y = if spec.thresholds.is_empty() { bottom - 5.0 } else { bottom + 14.0 };
    scene.text(middle, y, count(spec.n_missing.unwrap_or(lay.missing.len())), Label::HINT.middle());
    y_axis.labels_y(scene, left - 8.0, Label::LABEL);
    let title_y = spec.title_y.map_or_else(|| format!("SHAP value, {}", spec.scale), str::to_owned);
    let room = if spec.compact { right - left } else { bottom - top };
    let title_y = text::fit(&title_y, room, 11.0, false);
    if spec.compact {
        scene.text(left, 12.0, title_y, Label::VALUE);
    } else {
        scene.text(14.0, (top + bottom) / 2.0, title_y, Label::VALUE.middle().turned());
    }
    let title_x = text::fit(&(title_x + suffix), right - left, 11.0, false);
    scene.text((b + right) / 2.0, spec.height - 4.0, title_x, Label::VALUE.middle());
}
