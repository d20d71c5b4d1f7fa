//! One biomarker: measured value against φ, with everything needed to read it honestly: how many patients stand
//! behind each part of the curve, where the trees can change their mind at all, and what happens when the value is
//! missing.

use super::{Emphasis, Kind, Table};
use crate::ids::{RowId, Target};
use crate::math::quantile_sorted;
use crate::plot::axis::{Axis, nice};
use crate::plot::dodge;
use crate::plot::legend::{self as plot_legend, Entry};
use crate::plot::number::{count, plain, signed};
use crate::plot::palette::{Role, ValueRamp};
use crate::plot::scale::{Band, Scale, Spread, extent, wants_log};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::smooth::{local_linear, zero_crossings};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Narrow layout: no side histogram, axis title on top.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// Display name of the biomarker.
    pub name: &'a str,
    /// Its unit; may be empty.
    pub unit: &'a str,
    /// Value per patient.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
    /// φ per patient.
    pub phi: &'a [f64],
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Title of the vertical axis; None says `SHAP value, ` and the scale. For interaction values.
    pub title_y: Option<&'a str>,
    /// Draw the distributions outside the axes. Small panes go without.
    pub margins: bool,
    /// What positive and negative φ do, e.g. `["raises risk", "lowers risk"]`.
    pub sides: [&'a str; 2],
    /// φ at the ends of the axis; None fits it to the data.
    pub domain: Option<[f64; 2]>,
    /// Log axis: None decides by the spread of the values.
    pub log: Option<bool>,
    /// Draw the local linear smooth and where it crosses zero.
    pub smooth: bool,
    /// Split thresholds of the model on this biomarker: value and how often (or how strongly) it is used.
    pub thresholds: &'a [(f64, f64)],
    /// Another biomarker that colours the marks.
    pub colour: Option<ColourBy<'a>>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// What colours the marks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourBy<'a> {
    /// Display name.
    pub name: &'a str,
    /// Unit; may be empty.
    pub unit: &'a str,
    /// Value per patient.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
}

/// Text for the two ends of the colour ramp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legend {
    /// Name of what is coloured.
    pub name: String,
    /// Value at and below which a mark has the lowest colour.
    pub low: String,
    /// Value at and above which a mark has the highest colour, with unit.
    pub high: String,
}

/// Share of the patients that each point of the smooth listens to.
pub const SPAN: f64 = 0.3;
const CURVE_POINTS: usize = 70;

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, spec.height).titled(
        format!("SHAP value against {}", spec.name),
        format!(
            "One mark per patient (n = {}, {} missing); vertical axis: SHAP value, {}.",
            count(spec.patients.len()),
            count(lay.missing.len()),
            spec.scale
        ),
    );
    axes(&mut scene, spec, &lay);
    if spec.margins {
        margins(&mut scene, spec, &lay);
    }
    rug(&mut scene, spec, &lay);
    marks(&mut scene, spec, &lay);
    curve(&mut scene, spec, &lay);
    scene
}

/// Crosshair, ring and label for one patient, to lay over the plot. Empty if the patient is not shown.
pub fn focus(spec: &Spec, patient: RowId, label: &str) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, spec.height);
    let Some(i) = spec.patients.iter().position(|&p| p == patient) else { return scene };
    let Some([x, y]) = lay.place(spec).get(i).copied().filter(|p| p[0].is_finite() && p[1].is_finite())
    else {
        return scene;
    };
    scene.section("focus");
    let [left, _, top, bottom] = lay.frame;
    let thin = Ink::Role(Role::Text, 0.35);
    scene.vline(x - 0.5, y + 6.0, bottom, thin);
    scene.hline(left, x - 6.0, y - 0.5, thin);
    scene.ring(x, y, 6.0, Stroke::new(Role::Text, 1.5));
    let style = Label::VALUE.bold().halo();
    let w = text::width(label, style.size, true);
    let y = if y - 10.0 < top + 12.0 { y + 20.0 } else { y - 10.0 };
    if x - 10.0 - w > left {
        scene.text(x - 10.0, y, label, style.end());
    } else {
        scene.text(x + 10.0, y, label, style);
    }
    scene
}

/// The scale of the horizontal axis, to turn a dragged range into values. None for levels.
pub fn x_scale(spec: &Spec) -> Option<Scale> {
    match Layout::of(spec).x {
        X::Values(scale) => Some(scale),
        X::Levels(_) => None,
    }
}

/// Left, right, top and bottom pixel of the plotting area.
pub fn frame(spec: &Spec) -> [f64; 4] {
    Layout::of(spec).frame
}

/// Values at which the smooth crosses zero, ascending.
pub fn crossings(spec: &Spec) -> Vec<f64> {
    let lay = Layout::of(spec);
    let X::Values(scale) = lay.x else { return Vec::new() };
    let (at, line) = smooth(spec, &scale);
    zero_crossings(&at, &line).into_iter().map(|px| scale.value(px)).collect()
}

/// What the ends of the colour ramp stand for; None without colours.
pub fn legend(spec: &Spec) -> Option<Legend> {
    let by = spec.colour?;
    let ends = match by.kind {
        Kind::Number => ValueRamp::fit(by.values).clip.map(|v| by.kind.text(round3(v))),
        Kind::Levels { names, .. } => {
            if !by.kind.has_order() {
                return None;
            }
            [names.first().cloned().unwrap_or_default(), names.last().cloned().unwrap_or_default()]
        }
    };
    let [low, high] = ends;
    let high = if by.unit.is_empty() { high } else { format!("{high} {}", by.unit) };
    Some(Legend { name: by.name.into(), low, high })
}

/// What the colours and marks mean, to put beneath the plot.
pub fn key(spec: &Spec) -> Scene {
    let mut entries = Vec::new();
    if let Some(Legend { name, low, high }) = legend(spec) {
        let low = format!("{name} {low}");
        entries.push(Entry::Ramp { low, high });
    }
    entries.push(Entry::Missing("missing, own lane".into()));
    plot_legend::key(&entries, spec.width)
}

fn round3(v: f64) -> f64 {
    format!("{v:.2e}").parse().unwrap_or(v)
}

enum X {
    Values(Scale),
    Levels(Band),
}

struct Layout {
    frame: [f64; 4],
    /// Baseline of the tick labels.
    labels: f64,
    /// Left and right edge of the lane of missing values.
    lane: [f64; 2],
    x: X,
    y: Scale,
    missing: Vec<usize>,
    measured: Vec<usize>,
    r: f64,
}

impl Layout {
    fn of(spec: &Spec) -> Layout {
        let (missing, measured): (Vec<usize>, Vec<usize>) =
            (0..spec.patients.len()).partition(|&i| spec.values[i].is_nan());
        let [low, high] = spec.domain.or(extent(spec.phi.iter().copied())).unwrap_or([-1.0, 1.0]);
        let domain = nice([low.min(0.0), high.max(0.0)], 8);
        let top = match (spec.margins, spec.compact) {
            (true, _) => 52.0,
            (false, true) => 22.0,
            (false, false) => 10.0,
        };
        let bottom = spec.height - if spec.thresholds.is_empty() { 36.0 } else { 58.0 };
        let left = if spec.compact { 40.0 } else { 56.0 };
        let right = spec.width - if spec.margins && !spec.compact { 84.0 } else { 12.0 };
        let lane = [left, left + if spec.compact { 28.0 } else { 32.0 }];
        let range = [lane[1] + 18.0, right - if spec.compact { 6.0 } else { 0.0 }];
        let x = match spec.kind {
            Kind::Levels { names, .. } => X::Levels(Band { range, n: names.len(), gap: 8.0 }),
            Kind::Number => {
                let domain = extent(spec.values.iter().copied()).unwrap_or([0.0, 1.0]);
                let log = spec.log.unwrap_or_else(|| wants_log(spec.values.iter().copied()));
                let inner = [range[0] + 16.0, range[1] - 16.0];
                X::Values(if log && domain[0] > 0.0 {
                    Scale::log(domain, inner)
                } else {
                    Scale::linear(domain, inner)
                })
            }
        };
        Layout {
            frame: [left, right, top, bottom],
            labels: spec.height - 20.0,
            lane,
            x,
            y: Scale::linear(domain, [bottom - 6.0, top + 6.0]),
            r: match measured.len() {
                0..=600 if spec.margins => 3.2,
                0..=3000 => 2.4,
                _ => 1.8,
            },
            missing,
            measured,
        }
    }

    /// Centre of every patient's mark.
    fn place(&self, spec: &Spec) -> Vec<[f64; 2]> {
        let mut at: Vec<[f64; 2]> = (0..spec.patients.len())
            .map(|i| {
                let x = match &self.x {
                    X::Values(scale) => scale.px(spec.values[i]),
                    X::Levels(band) => band.middle(spec.values[i].max(0.0) as usize),
                };
                [x, self.y.px_clamped(spec.phi[i])]
            })
            .collect();
        let mut spread = |of: &[usize], middle: f64, half: f64| {
            let y: Vec<f64> = of.iter().map(|&i| at[i][1]).collect();
            for (&i, dx) in of.iter().zip(dodge::swarm(&y, self.r, half).offsets) {
                at[i][0] = middle + dx;
            }
        };
        let [a, b] = self.lane;
        spread(&self.missing, (a + b) / 2.0, (b - a) / 2.0 - self.r - 1.0);
        if let X::Levels(band) = &self.x {
            for level in 0..band.n {
                let of: Vec<usize> =
                    self.measured.iter().copied().filter(|&i| spec.values[i] as usize == level).collect();
                spread(&of, band.middle(level), (band.width() / 2.0 - 6.0).max(4.0));
            }
        }
        at
    }
}

fn axes(scene: &mut Scene, spec: &Spec, lay: &Layout) {
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
        X::Levels(band) => {
            if let Kind::Levels { names, .. } = spec.kind {
                for (i, name) in names.iter().enumerate() {
                    let name = text::fit_middle(name, band.width(), 11.0, false);
                    scene.text(band.middle(i), lay.labels, name, Label::VALUE.middle());
                }
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
    scene.text(middle, y, count(lay.missing.len()), Label::HINT.middle());
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

fn margins(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let [left, right, top, bottom] = lay.frame;
    scene.section("distributions");
    // Levels have their count written above the bar.
    let tall = if spec.compact || matches!(lay.x, X::Levels(_)) { 24.0 } else { 36.0 };
    let base = top - 6.0;
    let bars: Vec<[f64; 2]> = match &lay.x {
        X::Values(_) => {
            let n = (((right - lay.lane[1]) / 29.0) as usize).max(8);
            let [a, b] = [lay.lane[1] + 18.0, right];
            (0..n)
                .map(|i| [a + (b - a) * i as f64 / n as f64, a + (b - a) * (i + 1) as f64 / n as f64])
                .collect()
        }
        X::Levels(band) => (0..band.n).map(|i| [band.start(i), band.start(i) + band.width()]).collect(),
    };
    let centre = |i: &usize| match &lay.x {
        X::Values(scale) => scale.px(spec.values[*i]),
        X::Levels(band) => band.middle(spec.values[*i] as usize),
    };
    let xs: Vec<f64> = lay.measured.iter().map(centre).collect();
    let counts = binned(&xs, &bars);
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    for ([a, b], n) in bars.iter().zip(&counts).filter(|(_, n)| **n > 0) {
        let h = (*n as f64 / most * tall).max(1.0);
        scene.rect([*a, base - h, b - a - 1.0, h], Role::Bar);
        if let X::Levels(_) = lay.x {
            scene.text((a + b) / 2.0, base - h - 3.0, count(*n), Label::VALUE.middle());
        }
    }
    if !spec.compact {
        scene.text(left - 8.0, base - 4.0, "Patients", Label::HINT.end());
        let n = (((bottom - top) / 12.0) as usize).max(6);
        let step = (bottom - top) / n as f64;
        let slots: Vec<[f64; 2]> =
            (0..n).map(|i| [top + step * i as f64, top + step * (i + 1) as f64]).collect();
        let ys: Vec<f64> = spec.phi.iter().map(|&v| lay.y.px_clamped(v)).collect();
        let counts = binned(&ys, &slots);
        let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
        for ([a, b], n) in slots.iter().zip(&counts).filter(|(_, n)| **n > 0) {
            scene.rect([right + 10.0, *a, (*n as f64 / most * 56.0).max(1.0), b - a - 1.0], Role::Bar);
        }
        scene.vline(right + 9.0, top, bottom, Role::Divider);
    }
}

fn binned(at: &[f64], bins: &[[f64; 2]]) -> Vec<usize> {
    let mut counts = vec![0; bins.len()];
    for x in at {
        let i = bins.partition_point(|b| b[1] <= *x).min(bins.len().saturating_sub(1));
        if let Some(n) = counts.get_mut(i) {
            *n += 1;
        }
    }
    counts
}

fn rug(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let X::Values(scale) = &lay.x else { return };
    if spec.thresholds.is_empty() {
        return;
    }
    scene.section("split thresholds");
    let [_, right, _, bottom] = lay.frame;
    let base = bottom + 22.0;
    scene.hline(lay.lane[1] + 18.0, right, base, Role::Divider);
    let strongest = spec.thresholds.iter().fold(0.0f64, |m, t| m.max(t.1));
    let height = Scale::sqrt([0.0, strongest], [0.0, 16.0]);
    for (at, weight) in spec.thresholds {
        if *at < scale.domain[0] || *at > scale.domain[1] {
            continue;
        }
        let h = height.px(*weight).max(3.0);
        scene.vline(scale.px(*at) - 0.5, base - h, base, Ink::Role(Role::Text, 0.7));
    }
    if !spec.compact {
        let n = spec.thresholds.len();
        let word = if n == 1 { "threshold" } else { "thresholds" };
        scene.text(right + 10.0, base - 3.0, format!("{} {word}", count(n)), Label::HINT);
    }
}

fn marks(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    scene.section("patients");
    if let X::Levels(band) = &lay.x {
        boxes(scene, spec, lay, band);
    }
    let at = lay.place(spec);
    let ramp = spec.colour.map(|by| (by, ValueRamp::fit(by.values)));
    let role = |i: usize| match ramp {
        Some((by, ramp)) if by.kind.has_order() && !by.values[i].is_nan() => ramp.role(by.values[i]),
        Some(_) => Role::Mark,
        None => Role::BarStrong,
    };
    let mut order = lay.measured.clone();
    order.sort_by_key(|&i| match role(i) {
        Role::Value(step) => i32::from(step),
        _ => -1,
    });
    let rim = (lay.r > 2.0).then(|| Stroke::new(Role::Background, 0.6));
    for i in order {
        let ink = Ink::Role(role(i), spec.emphasis.opacity(i));
        scene
            .mark(crate::plot::Shape::Circle, at[i], lay.r, Some(ink), rim)
            .on(Target::Patient(spec.patients[i]));
    }
    for &i in &lay.missing {
        let stroke = Stroke::new(Ink::Role(Role::Missing, spec.emphasis.opacity(i)), 1.0);
        let [x, y] = at[i];
        scene.ring(x, y, lay.r - 0.4, stroke).on(Target::Patient(spec.patients[i]));
    }
}

/// Median and quartiles per level, behind the marks.
fn boxes(scene: &mut Scene, spec: &Spec, lay: &Layout, band: &Band) {
    for level in 0..band.n {
        let mut phi: Vec<f64> = lay
            .measured
            .iter()
            .filter(|&&i| spec.values[i] as usize == level)
            .map(|&i| spec.phi[i])
            .collect();
        if phi.is_empty() {
            continue;
        }
        phi.sort_by(f64::total_cmp);
        let [q1, q2, q3] = [0.25, 0.5, 0.75].map(|p| lay.y.px(quantile_sorted(&phi, p)));
        let (x, w) = (band.start(level), band.width());
        scene.rect([x, q3, w, (q1 - q3).max(1.0)], Role::Track);
        scene.rect([x, q2 - 1.0, w, 2.0], Role::BarStrong);
    }
}

/// The smooth over pixels: where it is evaluated and its value there.
fn smooth(spec: &Spec, scale: &Scale) -> (Vec<f64>, Vec<f64>) {
    let [a, b] = scale.range;
    let at: Vec<f64> =
        (0..CURVE_POINTS).map(|i| a + (b - a) * i as f64 / (CURVE_POINTS - 1) as f64).collect();
    let px: Vec<f64> = spec.values.iter().map(|&v| if v.is_nan() { v } else { scale.px(v) }).collect();
    let line = local_linear(&px, spec.phi, SPAN, &at);
    if line.is_empty() { (Vec::new(), line) } else { (at, line) }
}

fn curve(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let right = lay.frame[1];
    let sides = Label::HINT.end().halo();
    let zero = lay.y.px(0.0);
    scene.section("labels");
    scene.text(right - 4.0, zero - 5.0, spec.sides[0], sides);
    scene.text(right - 4.0, zero + 14.0, spec.sides[1], sides);
    let (X::Values(scale), true) = (&lay.x, spec.smooth) else { return };
    let (at, line) = smooth(spec, scale);
    if line.is_empty() {
        return;
    }
    scene.section("smooth");
    let points: Vec<[f64; 2]> = at.iter().zip(&line).map(|(x, v)| [*x, lay.y.px_clamped(*v)]).collect();
    scene.line(points.clone(), Stroke::new(Ink::Role(Role::Background, 0.75), 3.0));
    scene.line(points, Stroke::new(Role::Text, 1.5));
    let crossings = zero_crossings(&at, &line);
    crossing_labels(scene, lay, &crossings, |px| scale.value(px));
}

/// Where the effect changes its sign. A wiggly line crosses often and says little: then only how often.
fn crossing_labels(scene: &mut Scene, lay: &Layout, crossings: &[f64], value: impl Fn(f64) -> f64) {
    let [_, right, top, bottom] = lay.frame;
    let (Some(&first), Some(&last)) = (crossings.first(), crossings.last()) else { return };
    let label = Label::VALUE.halo();
    if crossings.len() > 2 {
        let says = format!("smooth line crosses zero {} times", crossings.len());
        scene.text(right - 4.0, top + 14.0, says, label.end());
        return;
    }
    for &x in crossings {
        scene.line(vec![[x, top], [x, bottom]], Stroke::new(Role::Text, 1.0).dashed(2.0, 3.0));
    }
    let values = crossings.iter().map(|&px| plain(round3(value(px)))).collect::<Vec<_>>().join(" and ");
    let says = format!("smooth line crosses zero at {values}");
    let w = text::width(&says, 11.0, false);
    if first - 6.0 - w > lay.lane[1] {
        scene.text(first - 6.0, top + 14.0, says, label.end());
    } else if last + 6.0 + w < right {
        scene.text(last + 6.0, top + 14.0, says, label);
    } else {
        scene.text(right - 4.0, top + 14.0, says, label.end());
    }
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let unit = if spec.unit.is_empty() { String::new() } else { format!(", {}", spec.unit) };
    let mut table =
        Table::new(["Patient", &format!("{}{unit}", spec.name), &format!("SHAP value, {}", spec.scale)]);
    if let Some(by) = spec.colour {
        table.header.push(by.name.into());
    }
    for (i, &p) in spec.patients.iter().enumerate() {
        let mut row = vec![patient_id(p), spec.kind.text(spec.values[i]), signed(spec.phi[i], 4)];
        row.extend(spec.colour.map(|by| by.kind.text(by.values[i])));
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::scene::Item;

    fn dots(scene: &Scene) -> impl Iterator<Item = (f64, f64, bool, RowId)> {
        scene.items.iter().filter_map(|item| match item {
            Item::Dot { x, y, fill, target: Some(Target::Patient(p)), .. } => {
                Some((*x, *y, fill.is_some(), *p))
            }
            _ => None,
        })
    }

    #[test]
    fn every_patient_is_one_mark_at_its_value_or_in_the_missing_lane() {
        let fixture = Fixture::new(40);
        for f in 0..3 {
            let spec = fixture.dependence(f, 944.0);
            let lay = Layout::of(&spec);
            let scene = draw(&spec);
            assert_eq!(dots(&scene).count(), 40);
            for (x, y, filled, p) in dots(&scene) {
                let value = spec.values[p.index()];
                assert_eq!(filled, !value.is_nan());
                assert!((lay.y.value(y) - spec.phi[p.index()]).abs() < 1e-9);
                match &lay.x {
                    _ if value.is_nan() => assert!(x > lay.lane[0] && x < lay.lane[1]),
                    X::Values(scale) => assert!((scale.value(x) - value).abs() < 1e-6 * value.abs()),
                    X::Levels(band) => {
                        let start = band.start(value as usize);
                        assert!(x >= start && x <= start + band.width());
                    }
                }
            }
        }
    }

    #[test]
    fn a_wide_positive_spread_gets_a_log_axis_that_says_so() {
        let fixture = Fixture::new(40);
        let spec = fixture.dependence(0, 944.0);
        let named = |spec: &Spec| {
            draw(spec)
                .items
                .iter()
                .any(|i| matches!(i, Item::Text { text, .. } if text.ends_with("(log axis)")))
        };
        assert!(named(&spec));
        assert!(!named(&Spec { log: Some(false), ..spec.clone() }));
        assert!(!named(&fixture.dependence(1, 944.0)));
    }

    #[test]
    fn the_crossing_of_a_rising_line_is_found() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let phi: Vec<f64> = values.iter().map(|v| v / 10.0 - 2.0).collect();
        let fixture = Fixture::new(50);
        let spec = Spec { values: &values, phi: &phi, ..fixture.dependence(0, 944.0) };
        let found = crossings(&spec);
        assert_eq!(found.len(), 1);
        assert!((found[0] - 20.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn focus_marks_the_patient_where_the_plot_drew_it() {
        let fixture = Fixture::new(40);
        let spec = fixture.dependence(1, 944.0);
        let base = draw(&spec);
        for (x, y, _, p) in dots(&base) {
            let over = focus(&spec, p, "PBC");
            let ring = over.items.iter().find_map(|i| match i {
                Item::Dot { x, y, .. } => Some((*x, *y)),
                _ => None,
            });
            assert_eq!(ring, Some((x, y)));
        }
        assert!(focus(&spec, RowId(999), "nobody").items.is_empty());
    }

    #[test]
    fn the_legend_names_the_ends_of_the_ramp() {
        let fixture = Fixture::new(40);
        let legend = legend(&fixture.dependence(0, 944.0)).expect("coloured");
        assert!(legend.high.ends_with(" years"));
        assert!(super::legend(&Spec { colour: None, ..fixture.dependence(0, 944.0) }).is_none());
    }
}
