//! Do the attributions add up? Per patient the distance between base value plus SHAP values and the model's own
//! output, on a log axis, against the tolerance.

use super::Table;
use crate::ids::{RowId, Target};
use crate::math::{log10, powf};
use crate::plot::dodge;
use crate::plot::number::{scientific, ten_to};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// The patients.
    pub patients: &'a [RowId],
    /// |Δ| per patient.
    pub errors: &'a [f64],
    /// Largest |Δ| that passes.
    pub tolerance: f64,
}

const HEIGHT: f64 = 84.0;

/// The plot. Exact zeros are drawn at the left end.
pub fn draw(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, HEIGHT).titled(
        "Sum of SHAP values and base value, minus the model's output",
        format!("|Δ| per patient on a log axis; tolerance {}.", scientific(spec.tolerance)),
    );
    let title =
        text::fit("Sum of SHAP + reference − model output, |Δ| per patient", spec.width - 24.0, 11.0, false);
    scene.text(12.0, 12.0, title, Label::HINT);
    let worst = spec.errors.iter().copied().fold(0.0, f64::max);
    let least = spec.errors.iter().copied().filter(|e| *e > 0.0).fold(spec.tolerance, f64::min);
    let last = log10(worst.max(spec.tolerance)).ceil() as i32;
    // At most nine decades: below that, an error is as good as none.
    let first = (log10(least).floor() as i32).clamp(last - 9, last - 1);
    let decade = |e: i32| powf(10.0, f64::from(e));
    let x = Scale::log([decade(first), decade(last)], [20.0, spec.width - 32.0]);
    let (top, bottom) = (20.0, 64.0);
    scene.section("axis");
    let step = ((last - first) as usize).div_ceil(((spec.width / 60.0) as usize).max(2)).max(1);
    for e in (first..=last).rev().step_by(step) {
        scene.vline(x.px(decade(e)) - 0.5, top, bottom, Role::Grid);
        scene.text(x.px(decade(e)), 79.0, ten_to(e), Label::LABEL.middle());
    }
    let px: Vec<f64> = spec.errors.iter().map(|e| x.px_clamped(e.max(decade(first)))).collect();
    scene.section("patients");
    for ((px, dy), patient) in px.iter().zip(dodge::swarm(&px, 2.1, 18.0).offsets).zip(spec.patients) {
        scene.dot(*px, (top + bottom) / 2.0 + dy, 2.1, Role::Bar).on(Target::Patient(*patient));
    }
    let limit = x.px(spec.tolerance);
    scene.section("tolerance");
    scene.line(vec![[limit, top], [limit, bottom]], Stroke::new(Role::Text, 1.0).dashed(2.0, 2.0));
    scene.text(limit - 4.0, top + 9.0, "tolerance", Label::VALUE.end().halo());
    let at = x.px_clamped(worst.max(decade(first)));
    let says = if worst == 0.0 { "0".into() } else { scientific(worst) };
    scene.ring(at, 42.0, 4.5, Stroke::new(Role::Text, 1.5));
    let room = text::width(&says, 11.0, true) + 10.0;
    let label = Label::VALUE.bold().halo();
    if at + room < spec.width - 8.0 {
        scene.text(at + 8.0, 46.0, says, label);
    } else {
        scene.text(at - 8.0, 46.0, says, label.end());
    }
    scene
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let mut table = Table::new(["Patient", "|sum − output|", "Within tolerance"]);
    for (p, e) in spec.patients.iter().zip(spec.errors) {
        let passes = if *e <= spec.tolerance { "yes" } else { "no" };
        table.rows.push(vec![patient_id(*p), format!("{e:e}"), passes.into()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;
    use crate::plot::scene::Item;

    #[test]
    fn exact_zeros_and_failures_both_stay_on_the_axis() {
        let patients: Vec<RowId> = (0..4).map(RowId::of).collect();
        let errors = [0.0, 1e-30, 3e-7, 2e-3];
        let spec = Spec { width: 380.0, patients: &patients, errors: &errors, tolerance: 1e-5 };
        let scene = draw(&spec);
        let x: Vec<f64> = scene
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Dot { x, target: Some(_), .. } => Some(*x),
                _ => None,
            })
            .collect();
        assert_eq!(x.len(), 4);
        assert!(x[0] == x[1] && x[1] < x[2] && x[2] < x[3], "{x:?}");
        let text = dump(&scene);
        assert!(text.contains("\"2.0 × 10⁻³\"") && text.contains("\"tolerance\""), "{text}");
        assert_eq!(table(&spec, |r| r.0.to_string()).rows[3][2], "no");
    }
}
