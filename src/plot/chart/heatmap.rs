//! Attributions of every patient at a glance: one column per patient, one row per biomarker, colour for how far and
//! which way each value moves the prediction; the prediction as a line on top, mean |φ| as bars at the right.

use super::{Emphasis, Table};
use crate::ids::{FeatureId, RowId, Target};
use crate::math::Order as _;
use crate::plot::axis::{Axis, nice};
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, fixed, signed};
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: no bars, shorter names.
    pub compact: bool,
    /// Height that there is, pixels; rows grow into it.
    pub room: f64,
    /// The patients, one column each, from left to right.
    pub patients: &'a [RowId],
    /// Margin per patient.
    pub margin: &'a [f64],
    /// The margin that attributions start from.
    pub base: f64,
    /// What is known of the patients otherwise: a bar between the line and the cells.
    pub note: Option<Note<'a>>,
    /// The biomarkers, from top to bottom.
    pub rows: Vec<Row<'a>>,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// What more of it is, e.g. `risk`.
    pub higher: &'a str,
    /// |φ| from which colour is full.
    pub limit: f64,
    /// The row with the keyboard.
    pub focused: Option<FeatureId>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// A bar of annotations.
#[derive(Clone, Debug, PartialEq)]
pub struct Note<'a> {
    /// What it is, e.g. `split role`.
    pub name: &'a str,
    /// Colour per patient; None where it is not known.
    pub colours: Vec<Option<Role>>,
    /// What the colours mean.
    pub key: Vec<Entry>,
}

/// One biomarker, or the sum of those that have no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which; None for the sum of the others.
    pub feature: Option<FeatureId>,
    /// Display name.
    pub name: &'a str,
    /// Mean |φ| over all patients.
    pub importance: f64,
    /// φ per patient.
    pub phi: &'a [f64],
    /// True where the value is missing; empty for a sum.
    pub missing: &'a [bool],
}

/// Steps of colour on each side of zero: few enough that a row is painted colour by colour.
const STEPS: f64 = 24.0;
const TRACE: f64 = 58.0;
/// Height of the bar of annotations, with its gap.
const NOTE: f64 = 16.0;

/// |φ| that all but one in a hundred stay below: colour is full from there, as shap's heatmap has it.
pub fn limit<'a>(rows: impl IntoIterator<Item = &'a [f64]>) -> f64 {
    let mut all: Vec<f64> = rows.into_iter().flatten().map(|p| p.abs()).collect();
    let Some(last) = all.len().checked_sub(1) else { return 1.0 };
    let at = (all.len() * 99 / 100).min(last);
    let (_, value, _) = all.select_nth_unstable_by(at, f64::total_cmp);
    if *value > 0.0 { *value } else { 1.0 }
}

/// Height of a row: what there is room for, within limits.
fn row_height(spec: &Spec, top: f64) -> f64 {
    const KEY: f64 = 40.0;
    let room = (spec.room - top - KEY) / spec.rows.len().max(1) as f64;
    if spec.compact { 18.0 } else { room.floor().clamp(22.0, 44.0) }
}

/// The whole figure. Cells are [`Target::Cell`], columns of the line on top [`Target::Patient`], names
/// [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    plot(spec).stack(key(spec))
}

/// What the colours mean.
pub fn key(spec: &Spec) -> Scene {
    let most = signed(spec.limit, decimals(spec.limit));
    let mut entries = vec![Entry::Signs {
        low: format!("lowers {} {}", spec.higher, signed(-spec.limit, decimals(spec.limit))),
        high: format!("{most} raises {}", spec.higher),
    }];
    if spec.rows.iter().any(|r| r.missing.contains(&true)) {
        entries.push(Entry::StruckCell("value missing".into()));
    }
    entries.extend(spec.note.iter().flat_map(|note| note.key.iter().cloned()));
    legend::key(&entries, spec.width)
}

/// Line, cells and bars, without the key.
pub fn plot(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, lay.top + lay.row * spec.rows.len() as f64 + 6.0).titled(
        "SHAP values of every patient",
        format!(
            "{} biomarkers by {} patients, patients explained alike side by side; colour is the SHAP value in {}.{}",
            spec.rows.iter().filter(|r| r.feature.is_some()).count(),
            count(spec.patients.len()),
            spec.scale,
            match patients_per_column(spec) {
                1 => String::new(),
                k => format!(" Up to {k} neighbours share a column, which shows their mean."),
            }
        ),
    );
    trace(&mut scene, spec, &lay);
    if let Some(note) = &spec.note {
        annotate(&mut scene, spec, &lay, note);
    }
    for (r, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = lay.top + lay.row * r as f64;
        if row.feature.is_some() && row.feature == spec.focused {
            scene.rect([0.0, top, lay.left - 4.0, lay.row], Role::Selected);
            scene.rect([0.0, top, 2.0, lay.row], Role::Text);
        }
        let label = if row.feature.is_some() { Label::VALUE } else { Label::HINT };
        let size = if spec.compact { 11.0 } else { 12.0 };
        let base = top + lay.row / 2.0 + 4.0;
        let name = text::fit_middle(row.name, lay.left - 20.0, size, false);
        scene.text(12.0, base, name, label.size(size));
        if let Some(feature) = row.feature {
            scene.area([0.0, top, spec.width, lay.row], Target::Feature(feature));
        }
        cells(&mut scene, spec, &lay, row, top);
        if let Some(bars) = lay.bars {
            let (x0, x1) = (bars.range[0], bars.px_clamped(row.importance));
            scene.rect([x0, top + lay.row / 2.0 - 4.0, (x1 - x0).max(1.0), 8.0], Role::Bar);
            let number = fixed(row.importance, lay.decimals);
            scene.text(spec.width - 12.0, base, number, Label::VALUE.end());
        }
    }
    scene
}

/// The prediction of each patient, and the margin that all start from.
fn trace(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let (y0, y1) = (22.0, 22.0 + TRACE);
    let range = extent(spec.margin.iter().copied().chain([spec.base])).unwrap_or([-1.0, 1.0]);
    let y = Scale::linear(nice(range, 4), [y1, y0]);
    scene.section("prediction");
    let title = format!("Prediction, {}", spec.scale);
    scene.text(lay.left, 13.0, text::fit(&title, lay.right - lay.left, 11.0, false), Label::HINT);
    let axis = Axis::signed(y, 4);
    axis.grid_y(scene, lay.left, lay.right);
    axis.labels_y(scene, lay.left - 6.0, Label::LABEL);
    let base = y.px(spec.base);
    scene.line(vec![[lay.left, base], [lay.right, base]], Stroke::new(Role::Text3, 1.0).dashed(3.0, 3.0));
    let points: Vec<[f64; 2]> = lay
        .columns(spec.patients.len())
        .map(|(x, w, of)| {
            let sum: f64 = spec.margin.get(of.clone()).unwrap_or_default().iter().sum();
            [x + w / 2.0, y.px(sum / of.len().max(1) as f64)]
        })
        .collect();
    if points.len() > 1 {
        scene.line(points, Stroke::new(Role::Text, 1.25));
    }
    for (x, w, of) in lay.columns(spec.patients.len()) {
        scene.area([x, y0 - 4.0, w, y1 - y0 + 8.0], Target::Patient(spec.patients[(of.start + of.end) / 2]));
    }
    if let Some(bars) = lay.bars {
        scene.text(bars.range[0], y1 + 4.0, "Mean |SHAP|", Label::HINT);
    }
}

/// The bar of annotations: each column in the colour that most of its patients have.
fn annotate(scene: &mut Scene, spec: &Spec, lay: &Layout, note: &Note) {
    scene.section(note.name);
    let top = lay.top - NOTE;
    let name = text::fit_middle(note.name, lay.left - 20.0, 11.0, false);
    scene.text(12.0, top + 10.0, name, Label::HINT);
    for (x, w, of) in lay.columns(spec.patients.len().min(note.colours.len())) {
        let mut counts: Vec<(Role, usize)> = Vec::new();
        for colour in note.colours[of.clone()].iter().flatten() {
            match counts.iter_mut().find(|(c, _)| c == colour) {
                Some((_, n)) => *n += 1,
                None => counts.push((*colour, 1)),
            }
        }
        // The first of those that are as many.
        let most = counts.iter().map(|c| c.1).max();
        if let Some((colour, _)) = counts.into_iter().find(|c| Some(c.1) == most) {
            let opacity = of.map(|i| spec.emphasis.opacity(i)).fold(0.0, f32::max);
            scene.rect([x, top, w, NOTE - 4.0], Ink::Role(colour, opacity));
        }
    }
}

/// One column of a row.
struct Cell {
    /// Colour: −[`STEPS`] to [`STEPS`].
    step: i32,
    opacity: f32,
    /// Left edge and width.
    at: [f64; 2],
    patient: Option<RowId>,
    /// The value is missing.
    hollow: bool,
}

fn cells(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let height = lay.row - 1.0;
    let mut drawn: Vec<Cell> = lay
        .columns(spec.patients.len().min(row.phi.len()))
        .map(|(x, w, of)| {
            let n = of.len() as f64;
            let phi = row.phi[of.clone()].iter().sum::<f64>() / n;
            let step = (phi / spec.limit).clamp(-1.0, 1.0) * STEPS;
            let opacity = of.clone().map(|i| spec.emphasis.opacity(i)).fold(0.0, f32::max);
            let hollow = of.clone().filter(|&i| row.missing.get(i) == Some(&true)).count() as f64 > n / 2.0;
            let patient = spec.patients.get((of.start + of.end) / 2).copied();
            Cell { step: step.round() as i32, opacity, at: [x, w], patient, hollow }
        })
        .collect();
    let hollow: Vec<[f64; 2]> = drawn.iter().filter(|c| c.hollow).map(|c| c.at).collect();
    // Colour by colour: a painter changes its brush once for each.
    drawn.order_by(|a, b| a.step.cmp(&b.step).then(a.opacity.total_cmp(&b.opacity)));
    for Cell { step, opacity, at: [x, w], patient, .. } in drawn {
        let role = if step < 0 { Role::Lowers } else { Role::Raises };
        let strength = (f64::from(step.abs()) / STEPS) as f32;
        let cell = scene.rect([x, top, w, height], Ink::Role(role, strength * opacity));
        if let (Some(patient), Some(feature)) = (patient, row.feature) {
            cell.on(Target::Cell(patient, feature));
        } else if let Some(patient) = patient {
            cell.on(Target::Patient(patient));
        }
    }
    // The colour stays as a rim above and below, and at the sides where a column is wide enough.
    for [x, w] in hollow {
        let side = if w >= 4.0 { 1.0 } else { 0.0 };
        scene.rect([x + side, top + 3.0, w - 2.0 * side, height - 6.0], Role::Background);
        scene.rect([x + side, top + height / 2.0 - 0.5, w - 2.0 * side, 1.0], Role::Missing);
    }
}

/// Where things are.
struct Layout {
    left: f64,
    right: f64,
    top: f64,
    row: f64,
    bars: Option<Scale>,
    decimals: usize,
}

impl Layout {
    fn of(spec: &Spec) -> Layout {
        let max = spec.rows.iter().fold(0.0f64, |m, r| m.max(r.importance));
        let w = spec.width;
        let left = if spec.compact { (w * 0.28).clamp(88.0, 120.0) } else { (w * 0.18).clamp(120.0, 176.0) };
        let bars = (!spec.compact).then(|| {
            let end = w - 12.0 - 44.0;
            Scale::linear([0.0, if max > 0.0 { max } else { 1.0 }], [end - 76.0, end])
        });
        let right = bars.map_or(w - 12.0, |b| b.range[0] - 12.0);
        let decimals = decimals(max);
        let top = 22.0 + TRACE + 10.0 + if spec.note.is_some() { NOTE } else { 0.0 };
        Layout { left: left.round(), right, top, row: row_height(spec, top), bars, decimals }
    }

    /// Left edge and width of each column with the patients it stands for: one, or a few neighbours where there are
    /// more patients than pixels.
    fn columns(&self, n: usize) -> impl Iterator<Item = (f64, f64, std::ops::Range<usize>)> + use<> {
        let (left, width) = (self.left, self.right - self.left);
        let k = n.min(width.floor().max(1.0) as usize);
        (0..k).map(move |i| {
            let of = n * i / k..n * (i + 1) / k;
            let (x0, x1) = (left + width * i as f64 / k as f64, left + width * (i + 1) as f64 / k as f64);
            (x0, x1 - x0, of)
        })
    }
}

/// Patients that share a column of pixels at this width: 1 where each has its own.
fn patients_per_column(spec: &Spec) -> usize {
    let k = Layout::of(spec).columns(spec.patients.len()).count();
    spec.patients.len().div_ceil(k.max(1)).max(1)
}

/// The numbers, one row per patient in the order shown.
pub fn table(spec: &Spec, id: impl Fn(RowId) -> String) -> Table {
    let mut table = Table::default();
    table.header.extend(["Patient".to_string(), format!("Prediction, {}", spec.scale)]);
    table.header.extend(spec.rows.iter().map(|r| r.name.to_string()));
    for (i, &patient) in spec.patients.iter().enumerate() {
        let mut row = vec![id(patient), signed(spec.margin[i], 4)];
        row.extend(spec.rows.iter().map(|r| signed(r.phi[i], 4)));
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;
    use crate::plot::scene::Item;

    fn spec<'a>(
        patients: &'a [RowId],
        phi: &'a [Vec<f64>; 2],
        missing: &'a [bool],
        margin: &'a [f64],
    ) -> Spec<'a> {
        Spec {
            width: 700.0,
            compact: false,
            room: 0.0,
            patients,
            margin,
            base: 0.5,
            note: None,
            rows: vec![
                Row {
                    feature: Some(FeatureId(4)),
                    name: "Bilirubin",
                    importance: 0.75,
                    phi: &phi[0],
                    missing,
                },
                Row { feature: None, name: "3 others", importance: 0.25, phi: &phi[1], missing: &[] },
            ],
            scale: "log hazard ratio",
            higher: "risk",
            limit: 1.0,
            focused: None,
            emphasis: Emphasis::default(),
        }
    }

    #[test]
    fn a_cell_is_coloured_by_sign_and_size_and_hollow_where_the_value_is_missing() {
        let patients = [RowId(7), RowId(3)];
        let phi = [vec![-0.5, 2.0], vec![0.0, 0.25]];
        let spec = spec(&patients, &phi, &[true, false], &[0.0, 2.75]);
        let text = dump(&plot(&spec));
        for line in [
            "rect 126 90 215x21 Lowers·0.50 → Cell(RowId(7), FeatureId(4))",
            "rect 341 90 215x21 Raises → Cell(RowId(3), FeatureId(4))",
            "rect 127 93 213x15 Background",
            "rect 341 112 215x21 Raises·0.25 → Patient(RowId(3))",
            "text 688 105 11 end \"0.750\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let table = table(&spec, |r| r.0.to_string());
        assert_eq!(table.header[2..], ["Bilirubin", "3 others"]);
        assert_eq!(table.rows[0], ["7", "0.0000", "−0.5000", "0.0000"].map(String::from));
    }

    #[test]
    fn an_annotation_is_a_bar_above_the_cells() {
        let patients = [RowId(7), RowId(3)];
        let phi = [vec![-0.5, 2.0], vec![0.0, 0.25]];
        let plain = spec(&patients, &phi, &[], &[0.0, 2.75]);
        let note = Note {
            name: "subgroup",
            colours: vec![Some(Role::ClusterMark(1)), None],
            key: vec![Entry::Cluster(1, "B".into())],
        };
        let text = dump(&draw(&Spec { note: Some(note), ..plain }));
        for line in
            ["rect 126 90 215x12 ClusterMark(1)", "rect 126 106 215x21 Lowers·0.50", "\"subgroup\"", "\"B\""]
        {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!(text.matches("x12 ClusterMark").count(), 1, "nobody knows the other");
    }

    #[test]
    fn where_patients_outnumber_pixels_neighbours_share_a_column() {
        let patients: Vec<RowId> = (0..2_000).map(RowId::of).collect();
        let phi = [vec![0.5; 2_000], vec![0.1; 2_000]];
        let margin = vec![1.0; 2_000];
        let spec = spec(&patients, &phi, &[], &margin);
        assert_eq!(patients_per_column(&spec), 5);
        let scene = plot(&spec);
        let widths = scene.items.iter().filter_map(|i| match i {
            Item::Rect { w, target: Some(Target::Cell(..)), .. } => Some(*w),
            _ => None,
        });
        assert!(widths.clone().count() <= 430);
        assert!(widths.fold(f64::INFINITY, f64::min) >= 1.0);
    }

    #[test]
    fn colour_is_full_for_one_in_a_hundred() {
        let phi: Vec<f64> = (0..100).map(|i| if i == 99 { -50.0 } else { f64::from(i) / 100.0 }).collect();
        assert_eq!(limit([&phi[..]]), 50.0);
        assert_eq!(limit([&phi[..99]]), 0.98);
        assert_eq!(limit([] as [&[f64]; 0]), 1.0);
        assert_eq!(limit([&[0.0, 0.0][..]]), 1.0);
    }
}
