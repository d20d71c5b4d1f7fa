//! The map of attributions: patients who are near each other were scored alike for the same reasons.

use super::{Emphasis, Table};
use crate::ids::{ClusterId, RowId, Target};
use crate::math::ascending;
use crate::plot::axis::Axis;
use crate::plot::number::{count, percent, plain, signed};
use crate::plot::palette::{Role, ValueRamp, cluster_look};
use crate::plot::place::Placer;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Item, Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Narrow layout: larger marks for fingers.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// Place of each patient, attribution units.
    pub points: &'a [[f64; 2]],
    /// Cluster of each patient; empty if there are none.
    pub clusters: &'a [u32],
    /// Name of each cluster, e.g. `A low`.
    pub names: &'a [String],
    /// The label of patients in no cluster.
    pub out: Option<u32>,
    /// Patients in each cluster; None where all are shown.
    pub sizes: Option<&'a [usize]>,
    /// What is laid out, e.g. `attributions`.
    pub of: &'a str,
    /// Share of the variance along each axis, 0..1, and its leading biomarkers, e.g. `bilirubin, then age` (may be
    /// empty); None where axes mean nothing.
    pub axes: Option<[(f64, &'a str); 2]>,
    /// What laid it out where axes mean nothing, e.g. `UMAP`.
    pub method: &'a str,
    /// Values that colour the marks instead of the clusters (shapes stay).
    pub values: Option<&'a [f64]>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let [x, y] = scales(spec);
    let [left, right, top, bottom] = frame(spec);
    let mut scene = Scene::new(spec.width, spec.height).titled(
        format!("Map of {}", spec.of),
        match spec.axes {
            Some(_) => format!(
                "First two principal components of the {} of {} patients.",
                spec.of,
                count(spec.patients.len())
            ),
            None => format!(
                "{} of the {} of {} patients: neighbours are alike; axes, distances between far groups and sizes of \
                 groups mean nothing.",
                spec.method,
                spec.of,
                count(spec.patients.len())
            ),
        },
    );
    scene.section("axes");
    let Some(axes) = spec.axes else {
        scene.outline([left, top, right - left, bottom - top], Stroke::new(Role::Line, 1.0));
        let note = format!("{}: neighbours are alike, axes mean nothing", spec.method);
        let note = text::fit(&note, right - left, 11.0, false);
        scene.text((left + right) / 2.0, bottom + 16.0, note, Label::HINT.middle());
        marks(&mut scene, spec, x, y);
        labels(&mut scene, spec, x, y);
        return scene;
    };
    // One tick step for both: the axes are equal.
    let fit = |range: [f64; 2]| ((range[1] - range[0]).abs() / 60.0) as usize;
    let (ax, ay) = equal_ticks(Axis::signed(x, fit(x.range)), Axis::signed(y, fit(y.range)));
    ax.grid_x(&mut scene, top, bottom);
    ay.grid_y(&mut scene, left, right);
    if let Some(zero) = ax.ticks.iter().find(|t| t.0 == 0.0) {
        scene.vline(x.px(zero.0) - 0.5, top, bottom, Role::Zero);
    }
    ax.labels_x(&mut scene, bottom + 14.0, Label::LABEL);
    ay.labels_y(&mut scene, left - 6.0, Label::LABEL);
    let title = |i: usize, of: &str| {
        let (share, leading) = axes[i];
        let tail = if leading.is_empty() { String::new() } else { format!(" ({leading})") };
        format!("PC {}, {}{of}{tail}", i + 1, percent(share))
    };
    let room = right - left;
    let title_x = text::fit(&title(0, " of the variance"), room, 11.0, false);
    scene.text((left + right) / 2.0, bottom + 30.0, title_x, Label::VALUE.middle());
    let title_y = text::fit(&title(1, ""), bottom - top, 11.0, false);
    scene.text(11.0, (top + bottom) / 2.0, title_y, Label::VALUE.middle().turned());
    marks(&mut scene, spec, x, y);
    labels(&mut scene, spec, x, y);
    scene
}

/// Horizontal and vertical scale, one pixel per unit alike.
pub fn scales(spec: &Spec) -> [Scale; 2] {
    let [left, right, top, bottom] = frame(spec);
    let side = |axis: usize| extent(spec.points.iter().map(|p| p[axis])).unwrap_or([-1.0, 1.0]);
    let spans = [0, 1].map(|a| {
        let [low, high] = side(a);
        (high - low) * 1.08
    });
    let unit = (spans[0] / (right - left)).max(spans[1] / (bottom - top)).max(1e-6);
    let centre = [0, 1].map(|a| side(a).iter().sum::<f64>() / 2.0);
    let half = [(right - left) * unit / 2.0, (bottom - top) * unit / 2.0];
    [
        Scale::linear([centre[0] - half[0], centre[0] + half[0]], [left, right]),
        Scale::linear([centre[1] - half[1], centre[1] + half[1]], [bottom, top]),
    ]
}

/// Left, right, top and bottom pixel of the plotting area.
pub fn frame(spec: &Spec) -> [f64; 4] {
    [44.0, spec.width - 8.0, 4.0, spec.height - 36.0]
}

/// Ticks of an axis at most.
const MOST_TICKS: f64 = 16.0;

fn equal_ticks(x: Axis, y: Axis) -> (Axis, Axis) {
    let step = |a: &Axis| a.ticks.windows(2).map(|t| t[1].0 - t[0].0).next().unwrap_or(f64::INFINITY);
    // The finer one, where it is not too fine for the longer axis.
    let (one, other) = (step(&x), step(&y));
    let fits = |a: &Axis, step: f64| (a.scale.domain[1] - a.scale.domain[0]) / step <= MOST_TICKS;
    let fine = one.min(other);
    let step = if fits(&x, fine) && fits(&y, fine) { fine } else { one.max(other) };
    let again = |a: Axis| {
        if !step.is_finite() {
            return a;
        }
        let [low, high] = a.scale.domain;
        let ticks = ((low / step).ceil() as i64..=(high / step).floor() as i64)
            .map(|k| (k as f64 * step, crate::plot::number::tick(k as f64 * step, step, true)))
            .collect();
        Axis { scale: a.scale, ticks }
    };
    (again(x), again(y))
}

fn marks(scene: &mut Scene, spec: &Spec, x: Scale, y: Scale) {
    scene.section("patients");
    let ramp = spec.values.map(|v| (v, ValueRamp::fit(v)));
    let cluster = |i: usize| spec.clusters.get(i).copied();
    let role = |i: usize| match (ramp, cluster(i)) {
        (Some((v, ramp)), _) if !v[i].is_nan() => ramp.role(v[i]),
        (Some(_), _) => Role::Mark,
        (None, Some(c)) => Role::ClusterMark(cluster_look(c, spec.out) as u8),
        (None, None) => Role::BarStrong,
    };
    let r = match spec.patients.len() {
        0..=600 if spec.compact => 4.2,
        0..=600 => 3.6,
        601..=3000 => 2.6,
        _ => 1.8,
    };
    let rim = (r > 2.0).then(|| Stroke::new(Role::Background, 0.6));
    let order = ascending((0..spec.points.len()).map(|i| match role(i) {
        Role::Value(step) => f64::from(step),
        _ => f64::from(cluster(i).unwrap_or(0)),
    }));
    for i in order {
        let shape = cluster(i).map_or(Shape::Circle, |c| Shape::of_cluster(cluster_look(c, spec.out)));
        let at = [x.px(spec.points[i][0]), y.px(spec.points[i][1])];
        let ink = Ink::Role(role(i), spec.emphasis.opacity(i));
        scene.mark(shape, at, r, Some(ink), rim).on(Target::Patient(spec.patients[i]));
    }
}

/// Cluster names, each near its marks.
fn labels(scene: &mut Scene, spec: &Spec, x: Scale, y: Scale) {
    scene.section("clusters");
    let places = spec.points.iter().map(|p| [x.px(p[0]), y.px(p[1])]);
    let groups = (0..spec.points.len()).map(|i| spec.clusters.get(i).copied().unwrap_or(u32::MAX));
    let mut placer = Placer::new(frame(spec), places.zip(groups));
    for (c, name) in spec.names.iter().enumerate() {
        let shown = || spec.clusters.iter().filter(|k| **k as usize == c).count();
        let n = spec.sizes.and_then(|sizes| sizes.get(c).copied()).unwrap_or_else(shown);
        let says = format!("{name}, {}", count(n));
        let label = Label::VALUE
            .size(12.0)
            .bold()
            .halo()
            .ink(Role::ClusterInk(cluster_look(c as u32, spec.out) as u8));
        if let Some([x, y]) = placer.label(c as u32, text::width(&says, 12.0, true), 12.0) {
            scene.text(x, y, says, label).on(Target::Cluster(ClusterId::of(c)));
        }
    }
}

/// The lasso while it is drawn and after, to lay over the plot; `points` are pixels.
pub fn lasso(spec: &Spec, points: &[[f64; 2]], says: &str) -> Scene {
    let mut scene = Scene::new(spec.width, spec.height);
    scene.section("lasso");
    scene.push(Item::Path {
        points: points.to_vec(),
        closed: true,
        fill: Some(Ink::Role(Role::Text, 0.04)),
        stroke: Some(Stroke::new(Role::Text, 1.0).dashed(4.0, 3.0)),
        target: None,
    });
    let lowest = points.iter().fold(None, |m: Option<[f64; 2]>, p| match m {
        Some(q) if q[1] >= p[1] => Some(q),
        _ => Some(*p),
    });
    if let (Some(p), false) = (lowest, says.is_empty()) {
        let [left, right, _, bottom] = frame(spec);
        let half = text::width(says, 11.0, true) / 2.0;
        let x = p[0].clamp(left + half, (right - half).max(left + half));
        scene.text(x, (p[1] + 14.0).min(bottom - 4.0), says, Label::VALUE.bold().middle().halo());
    }
    scene
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let name = |i: usize| match spec.axes {
        Some(_) => format!("PC {i}"),
        None => format!("{} {i}", spec.method),
    };
    let mut table = Table::new(["Patient", &name(1), &name(2), "Cluster"]);
    for (i, &p) in spec.patients.iter().enumerate() {
        let [a, b] = spec.points[i];
        let name =
            spec.clusters.get(i).and_then(|&c| spec.names.get(c as usize)).cloned().unwrap_or_default();
        table.rows.push(vec![patient_id(p), signed(a, 3), signed(b, 3), name]);
        if let Some(values) = spec.values {
            table.rows[i].push(plain(values[i]));
        }
    }
    if spec.values.is_some() {
        table.header.push("Colour value".into());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;

    #[test]
    fn axes_are_equal_and_hold_every_patient() {
        for n in [1, 3, 50] {
            let fixture = Fixture::new(n);
            let spec = fixture.map(452.0);
            let [x, y] = scales(&spec);
            let unit = |s: Scale| ((s.range[1] - s.range[0]) / (s.domain[1] - s.domain[0])).abs();
            assert!((unit(x) / unit(y) - 1.0).abs() < 1e-9);
            let [left, right, top, bottom] = frame(&spec);
            for p in spec.points {
                let (px, py) = (x.px(p[0]), y.px(p[1]));
                assert!(px >= left && px <= right && py >= top && py <= bottom);
            }
        }
    }

    #[test]
    fn labels_count_all_patients_where_some_are_shown() {
        let fixture = Fixture::new(50);
        let sizes = [7_001, 7_002, 7_003];
        let scene = draw(&Spec { sizes: Some(&sizes), ..fixture.map(452.0) });
        let labels: Vec<&str> = scene
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Text { text, target: Some(Target::Cluster(_)), .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert!(!labels.is_empty());
        assert_eq!(labels, ["A low, 7001", "B high, 7002"]);
    }

    #[test]
    fn clusters_differ_in_shape_and_are_named_once() {
        let fixture = Fixture::new(50);
        let scene = draw(&fixture.map(452.0));
        let mut names = Vec::new();
        for item in &scene.items {
            match item {
                Item::Dot { shape, target: Some(Target::Patient(p)), .. } => {
                    assert_eq!(*shape, Shape::of_cluster(fixture.clusters[p.index()]));
                }
                Item::Text { text, target: Some(Target::Cluster(_)), .. } => names.push(text.clone()),
                _ => {}
            }
        }
        assert_eq!(names.len(), 2);
        assert!(names[0].starts_with("A low, ") && names[1].starts_with("B high, "));
    }

    #[test]
    fn a_lasso_in_pixels_selects_what_it_encloses() {
        let fixture = Fixture::new(50);
        let spec = fixture.map(452.0);
        let index = crate::plot::hit::HitIndex::new(&draw(&spec));
        let [left, right, top, bottom] = frame(&spec);
        let all = index.within_polygon(&[[left, top], [right, top], [right, bottom], [left, bottom]]);
        assert_eq!(all.len(), 50);
    }
}
