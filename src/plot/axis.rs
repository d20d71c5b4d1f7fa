//! Axes: which values get a tick, what the tick says, and the lines that go with it.
//!
//! Tick positions come from Plotters' key points; what is added here is a cap on their number, the 1-2-3-5 series on
//! log axes, and labels a clinician reads at a glance.

use super::number;
use super::palette::Role;
use super::scale::{Scale, Spread};
use super::scene::{Label, Scene};
use crate::math::{log10, powf};
use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;

/// Most ticks an axis may have.
pub const MAX_TICKS: usize = 8;

/// Round values inside a linear domain, at most `max` of them, evenly spaced and ascending.
pub fn ticks([low, high]: [f64; 2], max: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite() && low < high) || max == 0 {
        return if low.is_finite() && low == high { vec![low] } else { Vec::new() };
    }
    // Plotters compares with an absolute epsilon; work on a span between 1 and 10 so that tiny domains are not lost.
    let unit = powf(10.0, log10(high - low).floor());
    let coord = RangedCoordf64::from(low / unit..high / unit);
    let mut out: Vec<f64> = coord.key_points(BoldPoints(max)).into_iter().map(|t| t * unit).collect();
    out.retain(|t| *t >= low - unit * 1e-9 && *t <= high + unit * 1e-9);
    out.truncate(max);
    out
}

/// Values 1, 2, 3, 5 × powers of ten inside a log domain, thinned until at most `max` are left.
pub fn log_ticks([low, high]: [f64; 2], max: usize) -> Vec<f64> {
    if !(low > 0.0 && high.is_finite() && low < high) {
        return ticks([low, high], max);
    }
    let decades = (log10(high).ceil() - log10(low).floor()).max(1.0) as usize;
    let floor = powf(10.0, log10(low).floor());
    // A hair below the decade, or rounding in the coordinate's logarithm could skip it.
    let coord: LogCoord<f64> = (floor * (1.0 - 1e-9)..high).log_scale().into();
    let every: Vec<f64> = coord.key_points(BoldPoints(decades * 12));
    let leading = |v: f64| (v / powf(10.0, log10(v * (1.0 + 1e-9)).floor())).round() as u32;
    let chosen = |digits: &[u32]| -> Vec<f64> {
        let mut kept: Vec<f64> = every
            .iter()
            .copied()
            .filter(|&v| v >= low * (1.0 - 1e-9) && v <= high * (1.0 + 1e-9) && digits.contains(&leading(v)))
            .collect();
        kept.dedup_by(|a, b| (*a / *b - 1.0).abs() < 1e-9);
        kept
    };
    let series: [&[u32]; 5] = [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 3, 5], &[1, 2, 5], &[1, 3], &[1]];
    let fits = series.iter().map(|digits| chosen(digits)).find(|kept| kept.len() <= max);
    match fits {
        Some(kept) if kept.len() >= 2 => kept,
        // Less than a decade: the linear ticks say more.
        Some(_) => ticks([low, high], max.min(5)),
        None => {
            let all = chosen(&[1]);
            let step = all.len().div_ceil(max.max(1));
            all.into_iter().step_by(step).collect()
        }
    }
}

/// The domain widened to whole tick steps. A domain without extent gets some.
pub fn nice([low, high]: [f64; 2], max: usize) -> [f64; 2] {
    if !(low.is_finite() && high.is_finite()) {
        return [0.0, 1.0];
    }
    if low == high {
        let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        return nice([low - pad, high + pad], max);
    }
    let t = ticks([low, high], max);
    let [Some(first), Some(second)] = [t.first(), t.get(1)] else { return [low, high] };
    let step = second - first;
    let widen = |v: f64, outward: f64| {
        let n = v / step;
        let whole = if (n - n.round()).abs() < 1e-9 { n.round() } else { (n * outward).ceil() * outward };
        whole * step
    };
    [widen(low, -1.0), widen(high, 1.0)]
}

/// Labelled ticks of a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The scale.
    pub scale: Scale,
    /// Value and label of each tick, ascending.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis of measured values: no plus signs.
    pub fn plain(scale: Scale, max: usize) -> Self {
        Axis::new(scale, max, false)
    }

    /// An axis of effects: plus and minus signs.
    pub fn signed(scale: Scale, max: usize) -> Self {
        Axis::new(scale, max, true)
    }

    fn new(scale: Scale, max: usize, with_sign: bool) -> Self {
        let max = max.min(MAX_TICKS);
        let values = match scale.spread {
            Spread::Log => log_ticks(scale.domain, max),
            Spread::Linear | Spread::Sqrt => ticks(scale.domain, max),
        };
        let step = match values.as_slice() {
            [a, b, ..] if scale.spread != Spread::Log => b - a,
            _ => 0.0,
        };
        let label = |v: f64| match scale.spread {
            Spread::Log if !(1e-4..1e6).contains(&v) => number::ten_to(log10(v).round() as i32),
            Spread::Log => number::plain(v),
            Spread::Linear | Spread::Sqrt => number::tick(v, step, with_sign),
        };
        Axis { scale, ticks: values.into_iter().map(|v| (v, label(v))).collect() }
    }

    /// Grid lines across from `y0` to `y1` for a horizontal axis; zero is drawn darker.
    pub fn grid_x(&self, scene: &mut Scene, y0: f64, y1: f64) {
        for (v, _) in &self.ticks {
            scene.vline(self.scale.px(*v) - 0.5, y0, y1, self.line(*v));
        }
    }

    /// Grid lines across from `x0` to `x1` for a vertical axis; zero is drawn darker.
    pub fn grid_y(&self, scene: &mut Scene, x0: f64, x1: f64) {
        for (v, _) in &self.ticks {
            scene.hline(x0, x1, self.scale.px(*v) - 0.5, self.line(*v));
        }
    }

    /// Labels of a horizontal axis, baseline at `y`; zero in full ink. Labels that would touch are left out.
    pub fn labels_x(&self, scene: &mut Scene, y: f64, label: Label) {
        let mut free = f64::NEG_INFINITY;
        for (v, text) in &self.ticks {
            let (x, w) = (self.scale.px(*v), super::text::width(text, label.size, label.bold));
            if x - w / 2.0 >= free + 4.0 || (*v == 0.0 && free.is_infinite()) {
                scene.text(x, y, text, self.emphasised(*v, label).middle());
                free = x + w / 2.0;
            }
        }
    }

    /// Labels of a vertical axis, right-aligned at `x`.
    pub fn labels_y(&self, scene: &mut Scene, x: f64, label: Label) {
        for (v, text) in &self.ticks {
            scene.text(x, self.scale.px(*v) + 4.0, text, self.emphasised(*v, label).end());
        }
    }

    fn line(&self, v: f64) -> Role {
        if v == 0.0 && self.scale.spread == Spread::Linear { Role::Zero } else { Role::Grid }
    }

    fn emphasised(&self, v: f64, label: Label) -> Label {
        if v == 0.0 { label.ink(Role::Text) } else { label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|t| t.1.as_str()).collect()
    }

    #[test]
    fn signed_ticks_read_like_a_scale() {
        let axis = Axis::signed(Scale::linear([-1.5, 2.0], [0.0, 350.0]), 8);
        assert_eq!(labels(&axis), ["−1.5", "−1", "−0.5", "0", "+0.5", "+1", "+1.5", "+2"]);
    }

    #[test]
    fn log_ticks_follow_1_2_3_5() {
        let axis = Axis::plain(Scale::log([0.3, 24.5], [0.0, 700.0]), 8);
        assert_eq!(labels(&axis), ["0.3", "0.5", "1", "2", "3", "5", "10", "20"]);
        let axis = Axis::plain(Scale::log([0.1, 11.0], [0.0, 700.0]), 8);
        assert_eq!(labels(&axis), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        let axis = Axis::plain(Scale::log([1e-8, 1e3], [0.0, 700.0]), 5);
        assert_eq!(labels(&axis), ["10⁻⁸", "10⁻⁵", "0.01", "10"]);
    }

    #[test]
    fn nice_domains_end_on_ticks() {
        assert_eq!(nice([-1.44, 1.83], 8), [-1.5, 2.0]);
        assert_eq!(nice([0.0, 0.84], 4), [0.0, 1.0]);
        assert_eq!(nice([0.0, 0.0], 8), [-1.0, 1.0]);
        assert_eq!(nice([f64::NAN, 1.0], 8), [0.0, 1.0]);
    }

    #[test]
    fn labels_never_touch() {
        let axis = Axis::plain(Scale::linear([0.0, 100_000.0], [20.0, 120.0]), 8);
        let mut scene = Scene::new(140.0, 20.0);
        axis.labels_x(&mut scene, 10.0, Label::HINT);
        assert!(scene.items.len() >= 2 && scene.items.len() < axis.ticks.len());
    }

    proptest! {
        #[test]
        fn ticks_are_few_round_and_inside(low in -1e4f64..1e4, magnitude in -6i32..5, max in 2usize..9) {
            let high = low + powf(10.0, f64::from(magnitude)) * 1.7;
            let t = ticks([low, high], max);
            prop_assert!(t.len() <= max);
            let slack = (high - low) * 1e-6;
            prop_assert!(t.iter().all(|v| *v >= low - slack && *v <= high + slack));
            let steps: Vec<f64> = t.windows(2).map(|w| w[1] - w[0]).collect();
            prop_assert!(steps.iter().all(|s| *s > 0.0 && (s / steps[0] - 1.0).abs() < 1e-3), "{t:?}");
        }

        #[test]
        fn nice_domains_contain_the_data(low in -1e4f64..1e4, span in 1e-6f64..1e4) {
            let [a, b] = nice([low, low + span], 8);
            let slack = span * 1e-9;
            prop_assert!(a <= low + slack && b >= low + span - slack && b - a <= span * 4.0 + slack);
        }

        #[test]
        fn log_ticks_are_few_and_inside(low in 1e-9f64..1e3, ratio in 1.01f64..1e9) {
            let t = log_ticks([low, low * ratio], 8);
            prop_assert!(t.len() <= 8);
            prop_assert!(t.iter().all(|v| *v >= low * 0.999 && *v <= low * ratio * 1.001));
            prop_assert!(t.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
