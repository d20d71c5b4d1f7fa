//! Two biomarkers together: every patient at its two values, coloured by what both move the prediction.

use super::{Emphasis, Kind, LevelScale, Table};
use crate::ids::{RowId, Target};
use crate::math::Order as _;
use crate::plot::axis::Axis;
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, Spread, extent, wants_log};
use crate::plot::scene::{Ink, Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels, without the key.
    pub height: f64,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// The biomarker along the horizontal and the one along the vertical axis.
    pub sides: [Side<'a>; 2],
    /// φ of both added up, per patient.
    pub joint: &'a [f64],
    /// |joint φ| from which colour is full.
    pub limit: f64,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// What more of it is, e.g. `risk`.
    pub higher: &'a str,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// One biomarker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side<'a> {
    /// Display name.
    pub name: &'a str,
    /// Its unit; may be empty.
    pub unit: &'a str,
    /// Value per patient; NaN is missing.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
}

/// Width of the lanes of missing values.
const LANE: f64 = 40.0;
/// Patients of one level lie this far from each other's lines, as shares of its band: a low-discrepancy sequence (powers
/// of the golden ratio) that needs no random numbers.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// One axis: numbers or levels, and the lane of the missing.
enum Along {
    Values(Scale),
    /// Places from the smaller pixel to the larger, turned round where the axis runs upwards.
    Levels(LevelScale, Option<f64>),
}

impl Along {
    fn of(side: &Side, range: [f64; 2]) -> Along {
        match side.kind {
            Kind::Levels { .. } => {
                let [a, b] = range;
                let scale = LevelScale::new(side.kind, side.values, [a.min(b), a.max(b)], 8.0);
                Along::Levels(scale, (b < a).then_some(a + b))
            }
            Kind::Number => {
                let domain = extent(side.values.iter().copied()).unwrap_or([0.0, 1.0]);
                let log = wants_log(side.values.iter().copied()) && domain[0] > 0.0;
                Along::Values(if log { Scale::log(domain, range) } else { Scale::linear(domain, range) })
            }
        }
    }

    /// Pixel of patient `i`'s value; `lane` is the middle of the lane.
    fn px(&self, value: f64, i: usize, lane: f64) -> f64 {
        let share = (i as f64 * GOLDEN).fract() - 0.5;
        match self {
            _ if value.is_nan() => lane + share * (LANE - 8.0),
            Along::Values(scale) => scale.px_clamped(value),
            Along::Levels(levels, turned) => {
                let middle = levels.middle(value);
                turned.map_or(middle, |sum| sum - middle) + share * levels.band.width() * 0.7
            }
        }
    }

    fn title(&self, side: &Side) -> String {
        let log = matches!(self, Along::Values(scale) if scale.spread == Spread::Log);
        let unit = if side.unit.is_empty() { String::new() } else { format!(", {}", side.unit) };
        format!("{}{unit}{}", side.name, if log { " (log axis)" } else { "" })
    }
}

/// The plot with its key. Each mark is a [`Target::Patient`].
pub fn draw(spec: &Spec) -> Scene {
    let [a, b] = &spec.sides;
    let [left, right, top, bottom] = [60.0, spec.width - 12.0, 8.0, spec.height - 40.0];
    let along = Along::of(a, [left + LANE + 10.0, right - 8.0]);
    let up = Along::of(b, [bottom - LANE - 10.0, top + 8.0]);
    let mut scene = Scene::new(spec.width, spec.height).titled(
        format!("{} and {} together", a.name, b.name),
        format!(
            "One mark per patient (n = {}) at its two values; colour is the sum of both SHAP values, in {}.",
            count(spec.patients.len()),
            spec.scale
        ),
    );
    scene.section("axes");
    scene.rect([left, top, LANE, bottom - top], Role::Chrome);
    scene.rect([left, bottom - LANE, right - left, LANE], Role::Chrome);
    match &along {
        Along::Values(scale) => {
            let axis = Axis::plain(*scale, ((right - left) / 56.0) as usize);
            axis.grid_x(&mut scene, top, bottom);
            axis.labels_x(&mut scene, bottom + 14.0, Label::LABEL);
        }
        Along::Levels(levels, _) => {
            for (slot, &code) in levels.codes.iter().enumerate() {
                let name = text::fit_middle(&a.kind.text(f64::from(code)), levels.band.width(), 11.0, false);
                scene.text(levels.band.middle(slot), bottom + 14.0, name, Label::VALUE.middle());
            }
        }
    }
    match &up {
        Along::Values(scale) => {
            let axis = Axis::plain(*scale, ((bottom - top) / 36.0) as usize);
            axis.grid_y(&mut scene, left, right);
            axis.labels_y(&mut scene, left - 6.0, Label::LABEL);
        }
        Along::Levels(levels, turned) => {
            for (slot, &code) in levels.codes.iter().enumerate() {
                let name = text::fit_middle(&b.kind.text(f64::from(code)), left - 26.0, 11.0, false);
                let middle = levels.band.middle(slot);
                let y = turned.map_or(middle, |sum| sum - middle);
                scene.text(left - 6.0, y + 4.0, name, Label::VALUE.end());
            }
        }
    }
    scene.text(left + LANE / 2.0, bottom + 14.0, "missing", Label::HINT.middle());
    scene.text(left - 6.0, bottom - LANE / 2.0 + 4.0, "missing", Label::HINT.end());
    let title = text::fit(&along.title(a), right - left, 11.0, false);
    scene.text((left + right) / 2.0, bottom + 32.0, title, Label::VALUE.middle());
    let title = text::fit(&up.title(b), bottom - top, 11.0, false);
    scene.text(11.0, (top + bottom) / 2.0, title, Label::VALUE.middle().turned());

    scene.section("patients");
    let r = match spec.patients.len() {
        0..=600 => 4.0,
        601..=3_000 => 3.0,
        _ => 2.2,
    };
    let lanes = [left + LANE / 2.0, bottom - LANE / 2.0];
    // The strongest on top.
    let mut order: Vec<usize> = (0..spec.patients.len()).collect();
    order.order_by(|&i, &j| spec.joint[i].abs().total_cmp(&spec.joint[j].abs()));
    for i in order {
        let joint = spec.joint[i];
        let strength = (joint.abs() / spec.limit).min(1.0) as f32;
        let role = if joint < 0.0 { Role::Lowers } else { Role::Raises };
        let ink = Ink::Role(role, (0.12 + 0.88 * strength) * spec.emphasis.opacity(i));
        let rim = Stroke::new(Ink::Role(role, 0.7 * spec.emphasis.opacity(i)), 0.8);
        let at = [along.px(a.values[i], i, lanes[0]), up.px(b.values[i], i, lanes[1])];
        scene.mark(Shape::Circle, at, r, Some(ink), Some(rim)).on(Target::Patient(spec.patients[i]));
    }
    let [low, high] = [-spec.limit, spec.limit].map(|v| signed(v, decimals(spec.limit)));
    let key = Entry::Signs {
        low: format!("lowers {} {low}", spec.higher),
        high: format!("{high} raises {}", spec.higher),
    };
    scene.stack(legend::key(&[key], spec.width))
}

/// One row per patient.
pub fn table(spec: &Spec, id: impl Fn(RowId) -> String) -> Table {
    let [a, b] = &spec.sides;
    let mut table =
        Table::new(["Patient", a.name, b.name, &format!("Sum of both SHAP values, {}", spec.scale)]);
    for (i, &patient) in spec.patients.iter().enumerate() {
        let texts = [a, b].map(|side| side.kind.text(side.values[i]));
        table.rows.push([vec![id(patient)], texts.to_vec(), vec![signed(spec.joint[i], 4)]].concat());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn a_patient_lies_at_its_values_or_in_a_lane_and_is_coloured_by_the_sum() {
        let names = ["no".to_string(), "yes".to_string()];
        let (age, edema) = ([40.0, 60.0, f64::NAN], [0.0, 1.0, f64::NAN]);
        let spec = Spec {
            width: 500.0,
            height: 300.0,
            patients: &[RowId(4), RowId(5), RowId(6)],
            sides: [
                Side { name: "Age", unit: "years", values: &age, kind: Kind::Number },
                Side {
                    name: "Edema",
                    unit: "",
                    values: &edema,
                    kind: Kind::Levels { names: &names, ordered: false },
                },
            ],
            joint: &[-1.0, 0.5, 0.25],
            limit: 1.0,
            scale: "log odds",
            higher: "risk",
            emphasis: Emphasis::default(),
        };
        let scene = draw(&spec);
        let text = dump(&scene);
        // The first lies at the left end, in the lower band; the third where both lanes meet.
        for line in ["→ Patient(RowId(4))", "Lowers", "\"Age, years\"", "\"yes\"", "\"missing\""] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let places: Vec<(u32, f64, f64)> = scene
            .items
            .iter()
            .filter_map(|i| match i {
                crate::plot::scene::Item::Dot { x, y, target: Some(Target::Patient(p)), .. } => {
                    Some((p.0, *x, *y))
                }
                _ => None,
            })
            .collect();
        let of = |id: u32| places.iter().find(|p| p.0 == id).map(|p| [p.1, p.2]).unwrap();
        assert_eq!(of(4)[0], 110.0);
        assert_eq!(of(5)[0], 480.0);
        assert!(of(4)[1] > of(5)[1], "no lies below yes");
        let lane = of(6);
        assert!((60.0..100.0).contains(&lane[0]) && (220.0..260.0).contains(&lane[1]), "{lane:?}");
        // The strongest is painted last.
        assert_eq!(places.iter().map(|p| p.0).collect::<Vec<_>>(), [6, 5, 4]);
        assert_eq!(table(&spec, |r| r.0.to_string()).rows[1], ["5", "60", "yes", "+0.5000"]);
    }
}
