//! Where a prediction of a quantity misses: measured less predicted over predicted, one dot per patient.

use super::{Emphasis, Table};
use crate::ids::{RowId, Target};
use crate::plot::axis::{Axis, nice};
use crate::plot::number::{plain, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Shape, Stroke};
use crate::plot::smooth::local_linear;
use crate::plot::text;

/// Share of the patients that the smooth line looks at.
const SPAN: f64 = 0.6;
/// Places of the smooth line.
const N_PLACES: usize = 40;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// The patients.
    pub patients: &'a [RowId],
    /// What was measured; NaN if it is not known.
    pub measured: &'a [f64],
    /// What was predicted.
    pub predicted: &'a [f64],
    /// Unit of both; may be empty.
    pub unit: &'a str,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, spec.height).titled(
        "Residuals",
        "Measured less predicted, over predicted; the line is a local linear smooth. A level line at zero is good.",
    );
    let residual: Vec<f64> = spec.measured.iter().zip(spec.predicted).map(|(y, p)| y - p).collect();
    let unit = if spec.unit.is_empty() { String::new() } else { format!(", {}", spec.unit) };
    let title = format!("Measured less predicted{unit}");
    scene.text(12.0, 12.0, text::fit(&title, spec.width - 24.0, 11.0, false), Label::HINT);
    let known = |x: &[f64]| {
        let both = x.iter().zip(&residual).filter(|(_, r)| r.is_finite()).map(|(v, _)| *v);
        extent(both)
    };
    let (Some(x), Some([low, high])) = (known(spec.predicted), extent(residual.iter().copied())) else {
        return scene;
    };
    let (top, bottom) = (22.0, (spec.height - 34.0).max(40.0));
    let x = Scale::linear(nice(x, 6), [52.0, (spec.width - 14.0).max(62.0)]);
    let y = Scale::linear(nice([low.min(0.0), high.max(0.0)], 6), [bottom, top]);
    scene.section("axes");
    let (ax, ay) = (Axis::plain(x, ((x.range[1] - x.range[0]) / 60.0) as usize), Axis::signed(y, 6));
    ax.grid_x(&mut scene, top, bottom);
    ay.grid_y(&mut scene, x.range[0], x.range[1]);
    ax.labels_x(&mut scene, bottom + 14.0, Label::LABEL);
    ay.labels_y(&mut scene, x.range[0] - 6.0, Label::LABEL);
    let title = format!("Predicted{unit}");
    let title = text::fit(&title, x.range[1] - x.range[0], 11.0, false);
    scene.text(x.range[1], spec.height - 5.0, title, Label::HINT.end());
    scene.section("patients");
    for (i, (&p, &r)) in spec.predicted.iter().zip(&residual).enumerate() {
        if p.is_finite() && r.is_finite() {
            let fill = Ink::from(Role::MarkStrong).fade(spec.emphasis.opacity(i));
            let edge = Some(Stroke::new(Role::Background, 0.6));
            scene
                .mark(Shape::Circle, [x.px(p), y.px(r)], 3.2, Some(fill), edge)
                .on(Target::Patient(spec.patients[i]));
        }
    }
    scene.section("smooth");
    let places: Vec<f64> = (0..N_PLACES)
        .map(|i| x.domain[0] + (x.domain[1] - x.domain[0]) * i as f64 / (N_PLACES - 1) as f64)
        .filter(|v| known(spec.predicted).is_some_and(|[low, high]| low <= *v && *v <= high))
        .collect();
    let smooth = local_linear(spec.predicted, &residual, SPAN, &places).line;
    if smooth.len() == places.len() && smooth.len() > 1 {
        let line: Vec<[f64; 2]> =
            places.iter().zip(&smooth).map(|(p, s)| [x.px(*p), y.px_clamped(*s)]).collect();
        scene.line(line.clone(), Stroke::new(Role::Background, 4.75));
        scene.line(line, Stroke::new(Role::Text, 1.75));
    }
    scene
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let mut table = Table::new(["Patient", "Measured", "Predicted", "Measured less predicted"]);
    for ((&row, &y), &p) in spec.patients.iter().zip(spec.measured).zip(spec.predicted) {
        let measured = if y.is_nan() { "missing".into() } else { plain(y) };
        let residual = if y.is_nan() { String::new() } else { signed(y - p, 3) };
        table.rows.push(vec![patient_id(row), measured, plain(p), residual]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Item;

    #[test]
    fn a_dot_per_known_patient_at_its_residual() {
        let patients: Vec<RowId> = (0..4).map(RowId::of).collect();
        let spec = Spec {
            width: 266.0,
            height: 256.0,
            patients: &patients,
            measured: &[1.0, 2.0, f64::NAN, 5.0],
            predicted: &[0.0, 3.0, 1.0, 4.0],
            unit: "mg/dl",
            emphasis: Emphasis::default(),
        };
        let dots: Vec<(u32, f64, f64)> = draw(&spec)
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Dot { x, y, target: Some(Target::Patient(p)), .. } => Some((p.0, *x, *y)),
                _ => None,
            })
            .collect();
        // Both axes run from their lowest to their highest tick: 0 to 4 and −1 to 1.
        assert_eq!(dots, [(0, 52.0, 22.0), (1, 202.0, 222.0), (3, 252.0, 22.0)]);
        assert_eq!(table(&spec, |r| r.0.to_string()).rows[2], ["2", "missing", "1", ""]);
        let nobody = Spec { patients: &[], measured: &[], predicted: &[], ..spec };
        assert_eq!(draw(&nobody).items.len(), 1);
    }
}
