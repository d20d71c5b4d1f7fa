//! Biomarkers by importance: one row each with rank, direction, mean |φ| and every patient's φ on one shared axis.
//!
//! [`header`] and [`rows`] are separate scenes so that a page can keep the axis in sight while the rows scroll;
//! [`draw`] stacks them for export.

use super::{Emphasis, Kind, Table};
use crate::ids::{FeatureId, RowId, Target};
use crate::math::{ascending, exp, powf};
use crate::plot::axis::{Axis, nice};
use crate::plot::dodge;
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, fixed, percent, plain, signed};
use crate::plot::palette::{N_VALUES, Role, ValueRamp};
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: name above its swarm.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// The biomarkers, in the order shown.
    pub rows: Vec<Row<'a>>,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Says which side is which, e.g. `left lowers risk, right raises it`.
    pub sides: &'a str,
    /// φ at the ends of the axis; None fits it to the data. Set it to keep one axis over several cohorts.
    pub domain: Option<[f64; 2]>,
    /// The row with the keyboard.
    pub focused: Option<FeatureId>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
    /// A run is still going: numbers may change.
    pub provisional: bool,
    /// How the patients are drawn.
    pub marks: Marks,
    /// Height for all rows together, if there is more of it than they need: they grow into it. 0 if there is not.
    pub room: f64,
}

/// How the patients of a row are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Marks {
    /// A mark for each.
    #[default]
    Dots,
    /// The density of all.
    Violin,
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Unit, range or `yes / no`; may be empty.
    pub unit: &'a str,
    /// Group; may be empty.
    pub group: &'a str,
    /// 1-based rank.
    pub rank: u32,
    /// 95 % interval of the rank.
    pub rank_interval: Option<[u32; 2]>,
    /// Mean |φ|.
    pub importance: f64,
    /// 95 % interval of the mean |φ|.
    pub interval: Option<[f64; 2]>,
    /// Spearman correlation of value and φ, where it means something.
    pub direction: Option<f64>,
    /// φ per patient.
    pub phi: &'a [f64],
    /// Value per patient.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
    /// What holds for all patients where only some are drawn.
    pub of_all: Option<OfAll>,
    /// All patients by φ, instead of `phi` and `values`, where there are too many to be held one by one. Drawn as
    /// [`Marks::Violin`].
    pub crowd: &'a [Crowd],
}

/// Patients of about the same φ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    /// Their φ.
    pub phi: f64,
    /// How many they are.
    pub n: f64,
    /// How many of them have a value that lies between low and high.
    pub n_placed: f64,
    /// Sum of where it lies: 0 is low, 1 is high.
    pub places: f64,
}

/// What holds for all patients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfAll {
    /// How many they are.
    pub n: usize,
    /// How many of their values are missing.
    pub n_missing: usize,
    /// Smallest and largest φ.
    pub range: [f64; 2],
}

impl Row<'_> {
    fn n_missing(&self) -> usize {
        self.of_all.map_or_else(|| self.values.iter().filter(|v| v.is_nan()).count(), |all| all.n_missing)
    }

    fn share_missing(&self) -> f64 {
        self.n_missing() as f64 / self.of_all.map_or(self.values.len(), |all| all.n).max(1) as f64
    }
}

const BAR_TICKS: usize = 4;

/// Height of a row.
pub fn row_height(spec: &Spec) -> f64 {
    let share = spec.room / spec.rows.len().max(1) as f64;
    if spec.compact { 74.0 } else { share.floor().clamp(40.0, 72.0) }
}

/// The whole figure: header, rows and key.
pub fn draw(spec: &Spec) -> Scene {
    header(spec).stack(rows(spec)).stack(key(spec))
}

/// What the colours and marks mean.
pub fn key(spec: &Spec) -> Scene {
    let mut entries = vec![Entry::Ramp { low: "value low".into(), high: "high".into() }];
    if spec.marks == Marks::Dots && spec.rows.iter().any(|r| r.n_missing() > 0) {
        entries.push(Entry::Missing("missing, own lane".into()));
    }
    if !spec.compact && spec.rows.iter().any(|r| r.interval.is_some()) && !spec.provisional {
        entries.push(Entry::Interval("mean with 95 % interval".into()));
    }
    legend::key(&entries, spec.width)
}

/// Column heads and axis.
pub fn header(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, if spec.compact { 22.0 } else { 40.0 }).titled(
        "Biomarkers ranked by mean absolute SHAP value",
        format!("One row per biomarker, one mark per patient, SHAP value in {}.", spec.scale),
    );
    scene.section("header");
    if !spec.compact {
        let two = |scene: &mut Scene, x: f64, above: &str, below: &str, label: Label| {
            scene.text(x, 19.0, above, label);
            scene.text(x, 33.0, below, label);
        };
        let intervals = spec.rows.iter().any(|r| r.rank_interval.is_some());
        two(&mut scene, lay.rank, "Rank", if intervals { "95 %" } else { "" }, Label::HINT);
        scene.text(lay.name, 33.0, "Biomarker", Label::HINT);
        if let Some(x) = lay.group {
            scene.text(x, 33.0, "Group", Label::HINT);
        }
        if let Some(x) = lay.direction {
            // Ranks take all patients at once.
            let measure = if spec.rows.iter().all(|r| r.crowd.is_empty()) { "|ρ|" } else { "|r|" };
            two(&mut scene, x, "Direction", measure, Label::HINT);
        }
        two(&mut scene, lay.number, "Mean", "|SHAP|", Label::HINT.end());
        let head = if spec.provisional { "partial" } else { "95 % interval" };
        scene.text(lay.bar.range[0], 19.0, head, Label::HINT);
        bar_axis(&mut scene, lay.bar, 33.0);
        let title = format!("SHAP value, {} ({})", spec.scale, spec.sides);
        let room = lay.phi.range[1] - lay.phi.range[0] + 4.0;
        let title = if text::width(&title, 11.0, false) <= room {
            title
        } else {
            text::fit(&format!("SHAP value, {}", spec.scale), room, 11.0, false)
        };
        scene.text(lay.phi.range[0] - 4.0, 19.0, title, Label::HINT);
        scene.text(lay.missing, 33.0, "Miss.", Label::HINT.end());
    }
    let y = if spec.compact { 15.0 } else { 33.0 };
    lay.axis().labels_x(&mut scene, y, Label::HINT);
    scene.hline(0.0, spec.width, scene.height - 1.0, Role::Divider);
    scene
}

/// Tick labels of the bars, the outer ones kept inside the column.
fn bar_axis(scene: &mut Scene, scale: Scale, y: f64) {
    let axis = Axis::plain(scale, ((scale.range[1] - scale.range[0]) / 28.0) as usize);
    let last = axis.ticks.len().saturating_sub(1);
    for (i, (v, text)) in axis.ticks.iter().enumerate() {
        let label = match i {
            0 => Label::HINT,
            i if i == last => Label::HINT.end(),
            _ => Label::HINT.middle(),
        };
        scene.text(scale.px(*v), y, text, label);
    }
}

/// The rows beneath the header.
pub fn rows(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let height = row_height(spec);
    let mut scene = Scene::new(spec.width, height * spec.rows.len() as f64).titled(
        "Biomarkers ranked by mean absolute SHAP value",
        format!("{} biomarkers, {} patients.", spec.rows.len(), count(spec.patients.len())),
    );
    for (i, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = i as f64 * height;
        let focused = spec.focused == Some(row.feature);
        if focused {
            scene.rect([0.0, top, spec.width, height], Role::Selected);
            scene.rect([0.0, top, 2.0, height], Role::Text);
        }
        if spec.compact {
            facts_above(&mut scene, spec, &lay, row, top);
        } else {
            facts_beside(&mut scene, spec, &lay, row, top + ((height - 40.0) / 2.0).floor());
        }
        match spec.marks {
            Marks::Dots if row.crowd.is_empty() => swarm(&mut scene, spec, &lay, row, top),
            _ => violin(&mut scene, spec, &lay, row, top),
        }
        scene.hline(0.0, spec.width, top + height - 1.0, Role::Line);
        scene.area([0.0, top, spec.width, height], Target::Feature(row.feature));
    }
    scene
}

fn facts_beside(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let middle = top + 24.0;
    let value = Label::VALUE.size(12.0);
    scene.text(lay.rank, middle, row.rank.to_string(), value.bold());
    if let Some([low, high]) = row.rank_interval.filter(|[low, high]| low != high) {
        let x = lay.rank + text::width(&row.rank.to_string(), 12.0, true) + 4.0;
        scene.text(x, middle, format!("{low}–{high}"), Label::HINT);
    }
    let room = lay.name_room;
    let base = if row.unit.is_empty() { middle } else { top + 17.0 };
    scene.text(lay.name, base, text::fit_middle(row.name, room, 12.0, true), value.bold());
    scene.text(lay.name, top + 32.0, text::fit(row.unit, room, 11.0, false), Label::HINT);
    if let Some(x) = lay.group {
        scene.text(x, middle, text::fit(row.group, 82.0, 12.0, false), value.ink(Role::Text2));
    }
    if let Some(x) = lay.direction {
        direction(scene, row, x, middle);
    }
    scene.text(lay.number, middle, fixed(row.importance, lay.decimals), value.end());
    bar(scene, spec, lay, row, top + 20.0);
    let n = row.n_missing();
    let label = if n == 0 { value.ink(Role::Text3) } else { value };
    scene.text(lay.missing, middle, count(n), label.end());
}

fn direction(scene: &mut Scene, row: &Row, x: f64, y: f64) {
    match row.direction {
        Some(rho) => {
            let s = if rho < 0.0 { -1.0 } else { 1.0 };
            let c = y - 4.0;
            let points = vec![[x + 4.0, c - 3.0 * s], [x + 7.5, c + 3.0 * s], [x + 0.5, c + 3.0 * s]];
            scene.push(crate::plot::Item::Path {
                points,
                closed: true,
                fill: Some(Role::Text2.into()),
                stroke: None,
                target: None,
            });
            scene.text(x + 12.0, y, fixed(rho.abs(), 2), Label::VALUE.size(12.0));
        }
        None => {
            let why = if row.kind == Kind::Number { "none" } else { "by level" };
            scene.text(x, y, why, Label::LABEL.size(12.0));
        }
    }
}

fn bar(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, middle: f64) {
    let (x0, x1) = (lay.bar.range[0], lay.bar.px_clamped(row.importance));
    let shape = [x0, middle - 4.0, (x1 - x0).max(1.0), 8.0];
    if spec.provisional {
        scene.outline(shape, Stroke::new(Role::Bar, 1.0).dashed(3.0, 2.0));
        return;
    }
    scene.rect(shape, Role::Bar);
    if let Some(interval) = row.interval {
        whisker(scene, interval.map(|v| lay.bar.px_clamped(v)), middle);
    }
}

/// A capped interval, drawn crisp.
pub(in crate::plot) fn whisker(scene: &mut Scene, [low, high]: [f64; 2], middle: f64) {
    let (low, high, y) = (low.floor(), high.floor().max(low.floor()), middle.floor());
    scene.hline(low, high + 1.0, y, Role::Whisker);
    scene.vline(low, y - 3.0, y + 4.0, Role::Whisker);
    scene.vline(high, y - 3.0, y + 4.0, Role::Whisker);
}

fn facts_above(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let (pad, base) = (12.0, top + 21.0);
    let rank = row.rank.to_string();
    scene.text(pad, base, &rank, Label::HINT);
    let mut right = spec.width - pad;
    if let Some([low, high]) = row.interval.filter(|_| !spec.provisional) {
        let interval = format!("{}–{}", fixed(low, lay.decimals), fixed(high, lay.decimals));
        scene.text(right, base, &interval, Label::HINT.end());
        right -= text::width(&interval, 11.0, false) + 4.0;
    }
    let number = fixed(row.importance, lay.decimals);
    scene.text(right, base, &number, Label::VALUE.size(12.0).end());
    right -= text::width(&number, 12.0, false) + 8.0;
    let x = pad + text::width(&rank, 11.0, false) + 6.0;
    let name = text::fit_middle(row.name, (right - x).max(40.0), 13.0, true);
    scene.text(x, base, &name, Label::VALUE.size(13.0).bold());
    let missing = match row.n_missing() {
        0 => String::new(),
        n => format!("{} missing", count(n)),
    };
    let about =
        [row.unit, missing.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
    let x = x + text::width(&name, 13.0, true) + 6.0;
    if right - x > 24.0 {
        scene.text(x, base, text::fit(&about, right - x, 11.0, false), Label::HINT);
    }
}

/// Where the marks of a row lie.
fn band(spec: &Spec, top: f64) -> [f64; 2] {
    if spec.compact { [top + 26.0, top + 68.0] } else { [top, top + row_height(spec) - 1.0] }
}

fn swarm(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let [y0, y1] = band(spec, top);
    // Larger in higher rows, unless they are a crowd.
    let room = if spec.patients.len() > 500 { 0.0 } else { (row_height(spec) - 40.0) / 32.0 };
    let r = if spec.compact { 2.3 } else { 2.1 + 0.9 * room };
    lay.axis().grid_x(scene, y0, y1);
    let lane = if row.n_missing() == 0 { 0.0 } else { (9.0 + 14.0 * row.share_missing()).min(14.0) };
    let ramp = ValueRamp::fit(row.values);
    let ordered = row.kind.has_order();
    let (missing, measured): (Vec<usize>, Vec<usize>) = (0..spec.patients.len().min(row.phi.len()))
        .partition(|&i| row.values.get(i).is_none_or(|v| v.is_nan()));
    let role = |i: usize| if ordered { ramp.role(row.values[i]) } else { Role::MarkStrong };
    // Low values first: a painter draws each colour in one go, and every plot layers alike.
    let step = |i: usize| match role(i) {
        Role::Value(step) => f64::from(step),
        _ => 0.0,
    };
    let order = ascending(measured.iter().map(|&i| step(i)));
    let measured: Vec<usize> = order.into_iter().map(|k| measured[k]).collect();
    let x = |i: usize| lay.phi.px_clamped(row.phi[i]);
    let target = |i: usize| Target::Cell(spec.patients[i], row.feature);
    let (middle, half) = ((y0 + y1 - lane) / 2.0, (y1 - y0 - lane) / 2.0 - r - 1.5);
    let packed = dodge::swarm(&measured.iter().map(|&i| x(i)).collect::<Vec<_>>(), r, half);
    for (&i, dy) in measured.iter().zip(&packed.offsets) {
        scene.dot(x(i), middle + dy, r, Ink::Role(role(i), spec.emphasis.opacity(i))).on(target(i));
    }
    // Hollow, in a lane of their own; where they crowd, thinner lines keep them from becoming a blot.
    let (middle, r) = (y1 - lane / 2.0 - 1.0, r - 0.4);
    let packed = dodge::swarm(&missing.iter().map(|&i| x(i)).collect::<Vec<_>>(), r, lane / 2.0 - r);
    let thin = (0.4 + 0.6 * packed.squeeze) as f32;
    for (&i, dy) in missing.iter().zip(&packed.offsets) {
        let stroke = Stroke::new(Ink::Role(Role::Missing, spec.emphasis.opacity(i) * thin), 0.9);
        scene.ring(x(i), middle + dy, r, stroke).on(target(i));
    }
}

/// The density of the patients that pass every filter, the mean value at each place as its colour, a tick at the
/// median. Missing values are part of the shape, and have no colour.
fn violin(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    const SLICE: f64 = 2.0;
    let [y0, y1] = band(spec, top);
    lay.axis().grid_x(scene, y0, y1);
    let steps = f64::from(N_VALUES - 1);
    let ramp = ValueRamp::fit(row.values);
    let one = |i: usize| {
        let step = row.values.get(i).filter(|v| !v.is_nan()).map(|v| f64::from(ramp.step(*v)));
        [lay.phi.px_clamped(row.phi[i]), 1.0, f64::from(u8::from(step.is_some())), step.unwrap_or(0.0)]
    };
    // Place, patients, those of them with a value, and the sum of the steps of these on the ramp.
    let mut masses: Vec<[f64; 4]> = if row.crowd.is_empty() {
        (0..row.phi.len()).filter(|&i| spec.emphasis.passes.is_none_or(|p| p[i])).map(one).collect()
    } else {
        row.crowd.iter().map(|c| [lay.phi.px_clamped(c.phi), c.n, c.n_placed, steps * c.places]).collect()
    };
    let Some([first, last]) = extent(masses.iter().map(|m| m[0])) else { return };
    // Counts and sums of values per slice, then both smoothed by the same kernel.
    let by_place = ascending(masses.iter().map(|m| m[0]));
    let sorted: Vec<[f64; 2]> = by_place.iter().map(|&i| [masses[i][0], masses[i][1]]).collect();
    let width = bandwidth(&sorted).max(SLICE);
    let (from, reach) = (first - 3.0 * width, (3.0 * width / SLICE).ceil() as usize);
    let n = ((last + 3.0 * width - from) / SLICE).ceil() as usize + 1;
    let mut slices = vec![[0.0f64; 3]; n];
    for [x, count, known, steps] in masses.drain(..) {
        let slice = &mut slices[((x - from) / SLICE) as usize];
        slice.iter_mut().zip([count, known, steps]).for_each(|(sum, v)| *sum += v);
    }
    let kernel: Vec<f64> =
        (0..=reach).map(|k| exp(-0.5 * (k as f64 * SLICE / width) * (k as f64 * SLICE / width))).collect();
    let smooth: Vec<[f64; 3]> = (0..n)
        .map(|at| {
            let mut sum = [0.0; 3];
            for (j, slice) in slices.iter().enumerate().take(at + reach + 1).skip(at.saturating_sub(reach)) {
                let k = kernel[at.abs_diff(j)];
                sum.iter_mut().zip(slice).for_each(|(s, v)| *s += k * v);
            }
            sum
        })
        .collect();
    let peak = smooth.iter().fold(0.0f64, |m, s| m.max(s[0]));
    let (middle, half) = ((y0 + y1) / 2.0, (y1 - y0) / 2.0 - 3.0);
    for (at, [count, known, steps]) in smooth.into_iter().enumerate() {
        let h = half * count / peak;
        let x = from + SLICE * at as f64;
        // No patient lies beyond the first and the last.
        if h < 0.25 || x + SLICE < first || x > last {
            continue;
        }
        let ordered = row.kind.has_order() && known > 0.05 * count;
        let role = if ordered { Role::Value((steps / known).round() as u8) } else { Role::MarkStrong };
        let x = x.clamp(lay.phi.range[0], lay.phi.range[1] - SLICE);
        scene.rect([x, middle - h, SLICE, 2.0 * h], role);
    }
    let median = at_share(&sorted, 0.5);
    scene.rect([median - 0.75, middle - half, 1.5, 2.0 * half], Role::Whisker);
}

/// Where the share of weighed places lies that is told, the places ascending.
fn at_share(sorted: &[[f64; 2]], share: f64) -> f64 {
    let all: f64 = sorted.iter().map(|[_, n]| n).sum();
    let (rank, mut seen) = ((share * all).floor(), 0.0);
    let reached = |[_, n]: &&[f64; 2]| {
        seen += n;
        seen > rank
    };
    sorted.iter().find(reached).or(sorted.last()).map_or(0.0, |[x, _]| *x)
}

/// Silverman's rule on the smaller of standard deviation and interquartile range (Silverman 1986, eq. 3.31), pixels, of
/// weighed places in ascending order.
fn bandwidth(sorted: &[[f64; 2]]) -> f64 {
    let n: f64 = sorted.iter().map(|[_, n]| n).sum();
    let mean = sorted.iter().map(|[x, n]| x * n).sum::<f64>() / n;
    let deviation = (sorted.iter().map(|[x, n]| (x - mean) * (x - mean) * n).sum::<f64>() / n).sqrt();
    let quartiles = at_share(sorted, 0.75) - at_share(sorted, 0.25);
    let spread = if quartiles > 0.0 { deviation.min(quartiles / 1.34) } else { deviation };
    0.9 * spread * powf(n, -0.2)
}

/// Where the columns are.
struct Layout {
    rank: f64,
    name: f64,
    name_room: f64,
    group: Option<f64>,
    direction: Option<f64>,
    number: f64,
    bar: Scale,
    phi: Scale,
    missing: f64,
    decimals: usize,
}

impl Layout {
    fn of(spec: &Spec) -> Layout {
        let fitted = extent(spec.rows.iter().flat_map(|r| r.phi.iter().copied())).unwrap_or([-1.0, 1.0]);
        let [low, high] = spec.domain.unwrap_or(fitted);
        let domain = nice([low.min(0.0), high.max(0.0)], 8);
        let top = spec.rows.iter().map(|r| r.interval.map_or(r.importance, |i| i[1].max(r.importance)));
        let bar_domain = nice([0.0, top.fold(f64::MIN_POSITIVE, f64::max)], BAR_TICKS);
        let max = spec.rows.iter().fold(0.0f64, |m, r| m.max(r.importance));
        let w = spec.width;
        if spec.compact {
            return Layout {
                rank: 12.0,
                name: 24.0,
                name_room: w,
                group: None,
                direction: None,
                number: w - 12.0,
                bar: Scale::linear(bar_domain, [0.0, 1.0]),
                phi: Scale::linear(domain, [16.0, w - 16.0]),
                missing: w - 12.0,
                decimals: decimals(max),
            };
        }
        let mut x = 12.0;
        let mut column = |width: f64| {
            x += width;
            x - width
        };
        let rank = column(62.0);
        let name_room = if w > 1100.0 { 168.0 } else { 126.0 };
        let name = column(name_room);
        let group = (w >= 840.0 && spec.rows.iter().any(|r| !r.group.is_empty())).then(|| column(88.0));
        let direction = (w >= 680.0).then(|| column(56.0));
        let number = column(48.0) + 40.0;
        let bar_width = if w >= 760.0 { 112.0 } else { 76.0 };
        let bar_start = column(bar_width + 24.0);
        let missing = w - 12.0;
        Layout {
            rank,
            name,
            name_room: name_room - 8.0,
            group,
            direction,
            number,
            bar: Scale::linear(bar_domain, [bar_start, bar_start + bar_width]),
            phi: Scale::linear(domain, [x + 4.0, missing - 50.0]),
            missing,
            decimals: decimals(max),
        }
    }

    fn axis(&self) -> Axis {
        let room = (self.phi.range[1] - self.phi.range[0]) / 44.0;
        Axis::signed(self.phi, (room as usize).clamp(3, 8))
    }
}

/// What the rows say.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new([
        "Rank",
        "Rank, 95 % interval",
        "Biomarker",
        "Unit",
        "Group",
        "Spearman ρ of value and SHAP",
        "Mean |SHAP|",
        "Lower 95 %",
        "Upper 95 %",
        "Lowest SHAP",
        "Highest SHAP",
        "Missing",
        "Missing, share",
    ]);
    for row in &spec.rows {
        let range = row.of_all.map(|all| all.range).or_else(|| extent(row.phi.iter().copied()));
        let end = |i: usize| row.interval.map_or(String::new(), |v| plain(v[i]));
        table.rows.push(vec![
            row.rank.to_string(),
            row.rank_interval.map_or(String::new(), |[a, b]| format!("{a} to {b}")),
            row.name.into(),
            row.unit.into(),
            row.group.into(),
            row.direction.map_or(String::new(), |rho| signed(rho, 2)),
            plain(row.importance),
            end(0),
            end(1),
            range.map_or(String::new(), |r| signed(r[0], 3)),
            range.map_or(String::new(), |r| signed(r[1], 3)),
            count(row.n_missing()),
            percent(row.share_missing()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;
    use crate::plot::dump::dump;
    use crate::plot::scene::Item;

    #[test]
    fn a_small_study_looks_like_this() {
        let fixture = Fixture::new(2);
        let spec = ranked_two(&fixture);
        let header = dump(&header(&spec));
        assert!(header.contains("text 707 33 11 middle \"0\""), "{header}");
        let text = dump(&rows(&spec));
        let expected = "\
# Bilirubin
rect 0 0 944x40 Selected
rect 0 0 2x40 Text
text 12 24 12 bold \"1\"
text 74 17 12 bold \"Bilirubin\"
text 74 32 11 \"mg/dL\"
text 200 24 12 \"Liver\"
polygon 292,17 … 288.5,23 (3) Text2
text 300 24 12 \"0.93\"
text 384 24 12 end \"0.781\"
rect 392 16 87.5x8 Bar
rect 472 20 15x1 Whisker
rect 472 17 1x7 Whisker
rect 486 17 1x7 Whisker
text 932 24 12 end \"0\"
";
        assert!(text.starts_with(expected), "{text}");
        let dots: Vec<&str> = text.lines().filter(|l| l.starts_with("circle")).collect();
        assert_eq!(dots.len(), 2, "{text}");
    }

    fn ranked_two(fixture: &Fixture) -> Spec<'_> {
        let mut spec = fixture.ranked(944.0);
        spec.rows.truncate(1);
        Spec { domain: Some([-1.0, 1.0]), ..spec }
    }

    #[test]
    fn every_patient_has_one_mark_per_row_inside_it() {
        for (width, room) in [(390.0, 0.0), (944.0, 0.0), (944.0, 200.0)] {
            let fixture = Fixture::new(60);
            let spec = Spec { room, ..fixture.ranked(width) };
            let scene = rows(&spec);
            let height = row_height(&spec);
            for (k, row) in spec.rows.iter().enumerate() {
                let (top, bottom) = (k as f64 * height, (k + 1) as f64 * height);
                let mut seen: Vec<RowId> = Vec::new();
                for item in &scene.items {
                    if let Item::Dot { y, r, fill, target: Some(Target::Cell(p, f)), .. } = item
                        && *f == row.feature
                    {
                        seen.push(*p);
                        assert!(y - r >= top && y + r <= bottom, "{} at {y} leaves row {k}", row.name);
                        assert_eq!(fill.is_none(), row.values[p.index()].is_nan(), "missing is hollow");
                    }
                }
                seen.sort();
                assert_eq!(seen, fixture.patients, "{}", row.name);
            }
        }
    }

    #[test]
    fn rows_grow_into_the_room_there_is() {
        let fixture = Fixture::new(4);
        let height = |room: f64, width: f64| rows(&Spec { room, ..fixture.ranked(width) }).height;
        assert_eq!([0.0, 100.0, 150.5, 1e9].map(|room| height(room, 944.0)), [120.0, 120.0, 150.0, 216.0]);
        assert_eq!(height(1e9, 390.0), 222.0);
    }

    #[test]
    fn marks_lie_where_the_axis_says() {
        let fixture = Fixture::new(30);
        let spec = Spec { domain: Some([-2.0, 2.0]), ..fixture.ranked(944.0) };
        let lay = Layout::of(&spec);
        for item in &rows(&spec).items {
            if let Item::Dot { x, target: Some(Target::Cell(p, f)), .. } = item {
                assert!((lay.phi.value(*x) - fixture.phi[f.index()][p.index()]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn patients_outside_filter_and_selection_fade() {
        let fixture = Fixture::new(4);
        let passes = [true, true, false, true];
        let selected = [true, false, true, true];
        let emphasis = Emphasis { passes: Some(&passes), selected: Some(&selected) };
        let scene = rows(&Spec { emphasis, ..fixture.ranked(944.0) });
        for item in &scene.items {
            if let Item::Dot { fill: Some(Ink::Role(_, opacity)), target: Some(Target::Cell(p, _)), .. } =
                item
            {
                assert_eq!(*opacity, [1.0, 0.55, 0.13, 1.0][p.index()]);
            }
        }
    }

    #[test]
    fn a_running_computation_shows_no_interval() {
        let fixture = Fixture::new(4);
        let scene = rows(&Spec { provisional: true, ..fixture.ranked(944.0) });
        let text = dump(&scene);
        assert!(text.contains("dashed") && !text.contains("Whisker"), "{text}");
    }

    #[test]
    fn numbers_are_those_of_all_patients_where_some_are_drawn() {
        let fixture = Fixture::new(8);
        let mut spec = fixture.ranked(944.0);
        spec.rows[1].of_all = Some(OfAll { n: 5_000, n_missing: 1_234, range: [-3.25, 2.5] });
        let row = &table(&spec).rows[1];
        assert_eq!(row[9..], ["−3.250", "+2.500", "1234", "25\u{a0}%"]);
        assert!(dump(&rows(&spec)).contains("\"1234\""));
    }

    #[test]
    fn a_crowd_is_drawn_as_its_patients_would_be() {
        let fixture = Fixture::new(60);
        let patients = Spec { marks: Marks::Violin, ..fixture.ranked(944.0) };
        let ramp = ValueRamp::fit(patients.rows[0].values);
        let crowd: Vec<Crowd> = (patients.rows[0].phi.iter().zip(patients.rows[0].values))
            .map(|(&phi, &value)| {
                let places =
                    if value.is_nan() { 0.0 } else { f64::from(ramp.step(value)) / f64::from(N_VALUES - 1) };
                Crowd { phi, n: 1.0, n_placed: f64::from(u8::from(!value.is_nan())), places }
            })
            .collect();
        let n_missing = patients.rows[0].n_missing();
        let range = extent(patients.rows[0].phi.iter().copied()).unwrap();
        let mut crowds = patients.clone();
        crowds.domain = Some([-2.0, 2.0]);
        let one_by_one = Spec { domain: Some([-2.0, 2.0]), ..patients };
        crowds.rows[0] = Row {
            phi: &[],
            values: &[],
            of_all: Some(OfAll { n: 60, n_missing, range }),
            crowd: &crowd,
            ..crowds.rows[0].clone()
        };
        assert_eq!(dump(&rows(&crowds)), dump(&rows(&one_by_one)));
        assert!(dump(&header(&crowds)).contains("|r|") && dump(&header(&one_by_one)).contains("|ρ|"));
    }

    #[test]
    fn the_table_says_what_the_picture_shows() {
        let fixture = Fixture::new(8);
        let table = table(&fixture.ranked(944.0));
        assert_eq!(table.rows.len(), 3);
        assert!(table.rows.iter().all(|r| r.len() == table.header.len()));
        assert_eq!(table.rows[1][2..7], ["<script>alert(1)</script>", "years", "Liver", "−0.40", "0.436"]);
        assert_eq!(table.rows[1][11..], ["2", "25\u{a0}%"]);
    }
}
