//! The patients.

use super::Spec;
use super::layout::{Layout, X};
use crate::ids::Target;
use crate::math::{ascending, quantile_sorted};
use crate::plot::chart::LevelScale;
use crate::plot::palette::{Role, ValueRamp};
use crate::plot::scene::{Ink, Scene, Shape, Stroke};

/// One mark per patient.
pub(super) fn draw(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    scene.section("patients");
    if let X::Levels(levels) = &lay.x {
        boxes(scene, spec, lay, levels);
    }
    let at = lay.places(spec);
    let ramp = spec.colour.map(|by| (by, ValueRamp::fit(by.values)));
    let role = |i: usize| match ramp {
        Some((by, ramp)) if by.kind.has_order() && !by.values[i].is_nan() => ramp.role(by.values[i]),
        Some(_) => Role::Mark,
        None => Role::BarStrong,
    };
    let step = |i: usize| match role(i) {
        Role::Value(step) => f64::from(step),
        _ => -1.0,
    };
    let order = ascending(lay.measured.iter().map(|&i| step(i))).into_iter().map(|k| lay.measured[k]);
    let rim = (lay.r > 2.0).then(|| Stroke::new(Role::Background, 0.6));
    for i in order {
        let ink = Ink::Role(role(i), spec.emphasis.opacity(i));
        scene.mark(Shape::Circle, at[i], lay.r, Some(ink), rim).on(Target::Patient(spec.patients[i]));
    }
    for &i in &lay.missing {
        let stroke = Stroke::new(Ink::Role(Role::Missing, spec.emphasis.opacity(i)), 1.0);
        let [x, y] = at[i];
        scene.ring(x, y, lay.r - 0.4, stroke).on(Target::Patient(spec.patients[i]));
    }
}

/// Median and quartiles per level, behind the marks.
fn boxes(scene: &mut Scene, spec: &Spec, lay: &Layout, levels: &LevelScale) {
    for (slot, &code) in levels.codes.iter().enumerate() {
        let mut phi: Vec<f64> =
            lay.measured.iter().filter(|&&i| spec.values[i] as u32 == code).map(|&i| spec.phi[i]).collect();
        if phi.is_empty() {
            continue;
        }
        crate::math::sort(&mut phi);
        let [q1, q2, q3] = [0.25, 0.5, 0.75].map(|p| lay.y.px(quantile_sorted(&phi, p)));
        let (x, w) = (levels.band.start(slot), levels.band.width());
        scene.rect([x, q3, w, (q1 - q3).max(1.0)], Role::Track);
        scene.rect([x, q2 - 1.0, w, 2.0], Role::BarStrong);
    }
}
