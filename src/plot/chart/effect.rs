//! Effect curves: the model's output along one biomarker, patient by patient, on average and accumulated.

use super::{Emphasis, Table};
use crate::ids::{RowId, Target};
use crate::plot::Item;
use crate::plot::axis::Axis;
use crate::plot::number::{count, plain, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Biomarker with its unit.
    pub name: &'a str,
    /// What the margin is, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Values along the axis, ascending.
    pub along: &'a [f64],
    /// Names of the values where they are levels; empty for numbers.
    pub levels: &'a [String],
    /// Patients with a curve each.
    pub patients: &'a [RowId],
    /// Their curves, `[patient][value]`.
    pub individual: &'a [f64],
    /// Mean over all patients.
    pub partial: &'a [f64],
    /// Accumulated local effects; empty or NaN where there are none.
    pub accumulated: &'a [f64],
    /// Measured values, for the rug.
    pub measured: &'a [f64],
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

const LEFT: f64 = 52.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;

/// Scales, x and y.
fn scales(spec: &Spec) -> [Scale; 2] {
    let [low, high] = extent(spec.along.iter().copied()).unwrap_or([0.0, 1.0]);
    let pad = if spec.levels.is_empty() { 0.0 } else { 0.5 };
    let curves = || spec.individual.iter().chain(spec.partial).chain(spec.accumulated);
    let [least, most] = extent(curves().copied().filter(|v| v.is_finite())).unwrap_or([0.0, 1.0]);
    let room = ((most - least) * 0.04).max(1e-9);
    let right = (spec.width - 14.0).max(LEFT + 20.0);
    let bottom = (spec.height - BOTTOM).max(TOP + 20.0);
    [
        Scale::linear([low - pad, (high + pad).max(low - pad + 1e-9)], [LEFT, right]),
        Scale::linear([least - room, most + room], [bottom, TOP]),
    ]
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let [x, y] = scales(spec);
    let [left, right, top, bottom] = [x.range[0], x.range[1], y.range[1], y.range[0]];
    let mut scene = Scene::new(spec.width, spec.height).titled(
        format!("Effect of {}", spec.name),
        format!(
            "The model's {} along {}, all else as measured: each of {} patients, their mean, and accumulated local effects.",
            spec.scale,
            spec.name,
            count(spec.patients.len())
        ),
    );
    scene.section("axes");
    scene.text(12.0, 12.0, text::fit(spec.scale, spec.width - 24.0, 11.0, false), Label::HINT);
    let ay = Axis::signed(y, ((bottom - top) / 30.0) as usize);
    ay.grid_y(&mut scene, left, right);
    ay.labels_y(&mut scene, left - 6.0, Label::LABEL);
    if spec.levels.is_empty() {
        let ax = Axis::plain(x, ((right - left) / 60.0) as usize);
        ax.grid_x(&mut scene, top, bottom);
        ax.labels_x(&mut scene, bottom + 22.0, Label::LABEL);
    } else {
        let room = (right - left) / spec.levels.len() as f64 - 4.0;
        for (value, name) in spec.along.iter().zip(spec.levels) {
            scene.text(
                x.px(*value),
                bottom + 22.0,
                text::fit(name, room, 11.0, false),
                Label::LABEL.middle(),
            );
        }
    }
    scene.text(right, spec.height - 8.0, text::fit(spec.name, right - left, 11.0, false), Label::HINT.end());

    scene.section("patients");
    let n = spec.along.len();
    for (i, &patient) in spec.patients.iter().enumerate() {
        let curve: Vec<[f64; 2]> =
            (0..n).map(|v| [x.px(spec.along[v]), y.px_clamped(spec.individual[i * n + v])]).collect();
        let ink = Ink::from(Role::Mark).fade(0.55 * spec.emphasis.opacity(i));
        scene.push(Item::Path {
            points: curve,
            closed: false,
            fill: None,
            stroke: Some(Stroke::new(ink, 1.0)),
            target: Some(Target::Patient(patient)),
        });
    }
    scene.section("mean");
    let line = |values: &[f64]| -> Vec<[f64; 2]> {
        spec.along.iter().zip(values).map(|(a, v)| [x.px(*a), y.px_clamped(*v)]).collect()
    };
    scene.line(line(spec.partial), Stroke::new(Role::Text, 2.2));
    let known = spec.accumulated.iter().all(|v| v.is_finite()) && !spec.accumulated.is_empty();
    if known {
        scene.line(line(spec.accumulated), Stroke::new(Role::Act, 1.8).dashed(5.0, 3.0));
    }
    scene.section("legend");
    let mut at = 12.0;
    let mut key = |scene: &mut Scene, stroke: Stroke, says: &str| {
        scene.line(vec![[at, 26.0], [at + 20.0, 26.0]], stroke);
        scene.text(at + 26.0, 30.0, says, Label::LABEL);
        at += 26.0 + text::width(says, 11.0, false) + 16.0;
    };
    key(&mut scene, Stroke::new(Role::Text, 2.2), "mean (partial dependence)");
    if known {
        key(&mut scene, Stroke::new(Role::Act, 1.8).dashed(5.0, 3.0), "accumulated local effects");
    }
    key(&mut scene, Stroke::new(Role::Mark, 1.0), "one patient");

    scene.section("values");
    for &v in spec.measured.iter().filter(|v| v.is_finite()) {
        scene.rect([x.px_clamped(v) - 0.5, bottom + 3.0, 1.0, 5.0], Ink::from(Role::MarkStrong).fade(0.5));
    }
    scene
}

/// One row per value.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new([
        spec.name,
        "Mean (partial dependence)",
        "Accumulated local effects",
        "Lowest",
        "Highest",
    ]);
    let n = spec.along.len();
    for (v, &value) in spec.along.iter().enumerate() {
        let own = extent((0..spec.patients.len()).map(|i| spec.individual[i * n + v]));
        let name = spec.levels.get(v).cloned().unwrap_or_else(|| plain(value));
        let number =
            |x: Option<&f64>| x.filter(|x| x.is_finite()).map_or_else(String::new, |x| signed(*x, 4));
        let [low, high] = own.map_or([None, None], |[a, b]| [Some(a), Some(b)]);
        table.rows.push(vec![
            name,
            number(spec.partial.get(v)),
            number(spec.accumulated.get(v)),
            number(low.as_ref()),
            number(high.as_ref()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patient_has_a_curve_and_levels_have_names() {
        let (along, patients) = ([0.0, 1.0, 2.0], [RowId(3), RowId(8)]);
        let levels = ["no".to_string(), "yes".into(), "unknown".into()];
        let spec = Spec {
            width: 420.0,
            height: 300.0,
            name: "Ascites",
            scale: "log hazard ratio",
            along: &along,
            levels: &levels,
            patients: &patients,
            individual: &[0.0, 1.0, 2.0, 1.0, 1.0, 1.0],
            partial: &[0.5, 1.0, 1.5],
            accumulated: &[],
            measured: &[0.0, 1.0, f64::NAN],
            emphasis: Emphasis::default(),
        };
        let scene = draw(&spec);
        let curves =
            scene.items.iter().filter(|i| matches!(i, Item::Path { target: Some(Target::Patient(_)), .. }));
        assert_eq!(curves.count(), 2);
        let texts: Vec<&str> = scene
            .items
            .iter()
            .filter_map(|i| if let Item::Text { text, .. } = i { Some(text.as_str()) } else { None })
            .collect();
        assert!(levels.iter().all(|l| texts.contains(&l.as_str())), "{texts:?}");
        assert!(!texts.contains(&"accumulated local effects"));
        let table = table(&spec);
        assert_eq!(table.rows[2], ["unknown", "+1.5000", "", "+1.0000", "+2.0000"]);
    }
}
