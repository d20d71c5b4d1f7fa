//! The crossfilter's small histograms: how a quantity is spread over all patients, and what the filters leave of it.

use super::Table;
use crate::ids::Target;
use crate::plot::number::{count, plain};
use crate::plot::palette::{Role, cluster_look};
use crate::plot::scale::{Scale, extent, wants_log};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// Bins of a numeric histogram.
pub const N_BINS: usize = 30;
/// Height of a numeric histogram.
pub const HEIGHT: f64 = 26.0;
/// Height of a bar of levels.
pub const LEVELS_HEIGHT: f64 = 24.0;
const BASE: f64 = 24.0;

/// The values of a quantity, sorted into bins once: what the filters leave of them is counted at every change.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// From values to bins.
    scale: Scale,
    /// Bin per patient; [`MISSING`] has none.
    of: Vec<u8>,
    /// All patients per bin.
    counts: Vec<usize>,
}

/// The bin of a missing value.
const MISSING: u8 = u8::MAX;

impl Bins {
    /// Bins of one value per patient, NaN if missing.
    pub fn new(values: &[f64]) -> Self {
        let domain = extent(values.iter().copied()).unwrap_or([0.0, 1.0]);
        let range = [0.0, N_BINS as f64];
        let log = wants_log(values.iter().copied());
        let scale = if log { Scale::log(domain, range) } else { Scale::linear(domain, range) };
        let bin = |v: &f64| (scale.px(*v).max(0.0) as usize).min(N_BINS - 1) as u8;
        let of = values.iter().map(|v| if v.is_nan() { MISSING } else { bin(v) }).collect();
        let mut bins = Bins { scale, of, counts: Vec::new() };
        bins.counts = bins.count(|_| true);
        bins
    }

    /// From values to bins.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    fn count(&self, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut counts = vec![0; N_BINS];
        for (i, bin) in self.of.iter().enumerate() {
            if let Some(n) = counts.get_mut(usize::from(*bin)).filter(|_| keep(i)) {
                *n += 1;
            }
        }
        counts
    }
}

/// A numeric quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Name, for assistive technology and exports.
    pub name: &'a str,
    /// The values.
    pub bins: &'a Bins,
    /// Patients that pass every filter; None if nothing is filtered.
    pub passes: Option<&'a [bool]>,
    /// The brushed range, if this quantity has one.
    pub brush: Option<[f64; 2]>,
}

/// Pixel scale of the values, to turn a drag into a range.
pub fn scale(spec: &Spec) -> Scale {
    Scale { range: [0.0, spec.width], ..spec.bins.scale }
}

/// The histogram without its brush.
pub fn draw(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, HEIGHT).titled(spec.name, "Distribution over all patients.");
    let (all, left) = counts(spec);
    let most = all.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = spec.width / N_BINS as f64;
    for (i, (&n, &m)) in all.iter().zip(&left).enumerate() {
        let x = i as f64 * step;
        let mut bar = |n: usize, role: Role| {
            if n > 0 {
                let h = (n as f64 / most * 22.0).max(1.0);
                scene.rect([x, BASE - h, step - 1.0, h], role).on(Target::Bin(i as u32));
            }
        };
        match spec.passes {
            None => bar(n, Role::Bar),
            Some(_) => {
                bar(n, Role::Track);
                bar(m, Role::BarStrong);
            }
        }
    }
    scene.hline(0.0, spec.width, BASE, Role::Divider);
    scene
}

/// The brush, to lay over the histogram. Empty without one.
pub fn brush(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, HEIGHT);
    let Some(range) = spec.brush else { return scene };
    let [a, b] = range.map(|v| scale(spec).px_clamped(v).round());
    scene.section("brush");
    scene.rect([a, 0.0, b - a, BASE], Ink::Role(Role::Text, 0.08));
    for x in [a, (b - 1.0).max(a)] {
        scene.vline(x, 0.0, BASE, Role::Text);
        scene.rect([x - 2.0, 8.0, 5.0, 9.0], Role::Background);
        scene.outline([x - 2.0, 8.0, 5.0, 9.0], Stroke::new(Role::Text, 1.0));
    }
    scene
}

/// All patients per bin, and those that pass.
fn counts(spec: &Spec) -> (Vec<usize>, Vec<usize>) {
    let all = spec.bins.counts.clone();
    let left = spec.passes.map(|p| spec.bins.count(|i| p.get(i) == Some(&true)));
    (all.clone(), left.unwrap_or(all))
}

/// A quantity with levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelsSpec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Name, for assistive technology and exports.
    pub name: &'a str,
    /// Text of each level.
    pub levels: &'a [String],
    /// Level per patient, NaN if missing.
    pub values: &'a [f64],
    /// Patients that pass every filter; None if nothing is filtered.
    pub passes: Option<&'a [bool]>,
    /// Levels chosen as a filter; None if all.
    pub chosen: Option<&'a [bool]>,
    /// True if the levels are clusters and take their colours.
    pub clusters: bool,
    /// The level of patients in no cluster.
    pub out: Option<u32>,
}

/// One stacked bar with counts beneath. Each part is a [`Target::Bin`] with the level's number.
pub fn draw_levels(spec: &LevelsSpec) -> Scene {
    let mut scene = Scene::new(spec.width, LEVELS_HEIGHT).titled(spec.name, "Patients per level.");
    let n = spec.levels.len();
    let (mut all, mut left) = (vec![0usize; n], vec![0usize; n]);
    for (i, v) in spec.values.iter().enumerate().filter(|(_, v)| !v.is_nan()) {
        let Some(slot) = all.get_mut(*v as usize) else { continue };
        *slot += 1;
        if spec.passes.is_none_or(|p| p.get(i).copied().unwrap_or(false)) {
            left[*v as usize] += 1;
        }
    }
    let total: usize = all.iter().sum();
    let room = spec.width - 2.0 * all.iter().filter(|c| **c > 0).count().saturating_sub(1) as f64;
    let mut x = 0.0;
    for (level, name) in spec.levels.iter().enumerate().filter(|(l, _)| all[*l] > 0) {
        let w = room * all[level] as f64 / total.max(1) as f64;
        let kept = w * left[level] as f64 / all[level] as f64;
        let target = Target::Bin(level as u32);
        let role = match (spec.clusters, spec.passes) {
            (true, _) => Role::ClusterMark(cluster_look(level as u32, spec.out) as u8),
            (false, Some(_)) => Role::BarStrong,
            (false, None) => Role::Bar,
        };
        scene.rect([x, 0.0, w, 8.0], Role::Track).on(target);
        scene.rect([x, 0.0, kept, 8.0], role).on(target);
        if spec.chosen.is_some_and(|c| c.get(level) == Some(&true)) {
            scene.rect([x, 9.0, w, 2.0], Role::Text);
        }
        scene.area([x, 0.0, w, LEVELS_HEIGHT], target);
        let number = count(left[level]);
        let wide = text::width(&number, 11.0, false) + 4.0;
        if w > 22.0 {
            let name = text::fit(name, (w - wide).max(12.0), 11.0, false);
            scene.text(x, 21.0, &name, Label::VALUE);
            let after = x + text::width(&name, 11.0, false) + 4.0;
            if after + wide - 4.0 <= x + w + 2.0 {
                scene.text(after, 21.0, number, Label::HINT);
            }
        }
        x += w + 2.0;
    }
    scene
}

/// Bins with their counts.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["From", "To", "Patients", "After filters"]);
    let (all, left) = counts(spec);
    let edges = spec.bins.scale;
    for i in 0..N_BINS {
        let edge = |k: usize| plain(edges.value(k as f64));
        table.rows.push(vec![edge(i), edge(i + 1), count(all[i]), count(left[i])]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scene::Item;

    const VALUES: [f64; 6] = [0.0, 1.0, 1.0, 29.0, 30.0, f64::NAN];

    fn spec<'a>(bins: &'a Bins, passes: Option<&'a [bool]>) -> Spec<'a> {
        Spec { width: 180.0, name: "Age", bins, passes, brush: None }
    }

    #[test]
    fn every_measured_patient_is_counted_once() {
        let bins = Bins::new(&VALUES);
        let (all, left) = counts(&spec(&bins, None));
        assert_eq!((all[0], all[1], all[28], all[29]), (1, 2, 0, 2));
        assert_eq!(all.iter().sum::<usize>(), 5);
        assert_eq!(all, left);
    }

    #[test]
    fn survivors_stand_before_the_total() {
        let passes = [true, true, false, false, false, true];
        let bins = Bins::new(&VALUES);
        let (_, left) = counts(&spec(&bins, Some(&passes)));
        assert_eq!(left.iter().sum::<usize>(), 2);
        let roles: Vec<Role> = draw(&spec(&bins, Some(&passes)))
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Rect { fill: Some(Ink::Role(role, _)), target: Some(Target::Bin(_)), .. } => {
                    Some(*role)
                }
                _ => None,
            })
            .collect();
        assert_eq!(roles, [Role::Track, Role::BarStrong, Role::Track, Role::BarStrong, Role::Track]);
    }

    #[test]
    fn the_brush_lies_over_its_range() {
        let bins = Bins::new(&VALUES);
        let brushed = Spec { brush: Some([10.0, 20.0]), ..spec(&bins, None) };
        let scene = brush(&brushed);
        assert!(matches!(scene.items[0], Item::Rect { x: 60.0, w: 60.0, .. }));
        assert!(brush(&spec(&bins, None)).items.is_empty());
        assert!((scale(&spec(&bins, None)).value(60.0) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn level_bars_fill_the_width() {
        let levels = ["a", "b"].map(String::from);
        let levels_spec = LevelsSpec {
            width: 102.0,
            name: "Sex",
            levels: &levels,
            values: &[0.0, 0.0, 0.0, 1.0, f64::NAN],
            passes: None,
            chosen: None,
            clusters: false,
            out: None,
        };
        let scene = draw_levels(&levels_spec);
        let tracks: Vec<[f64; 2]> = scene
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Rect { x, w, fill: Some(Ink::Role(Role::Track, _)), .. } => Some([*x, *w]),
                _ => None,
            })
            .collect();
        assert_eq!(tracks, [[0.0, 75.0], [77.0, 25.0]]);
    }
}
