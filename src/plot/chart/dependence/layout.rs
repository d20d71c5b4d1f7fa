//! Where everything goes: the plotting area, its two axes, and the place of every mark.

use super::Spec;
use crate::plot::axis::nice;
use crate::plot::chart::{Kind, LevelScale};
use crate::plot::dodge;
use crate::plot::scale::{Scale, extent, wants_log};

/// The horizontal axis.
pub(super) enum X {
    Values(Scale),
    Levels(LevelScale),
}

/// Where everything goes.
pub(super) struct Layout {
    /// Left, right, top and bottom of the plotting area.
    pub(super) frame: [f64; 4],
    /// Baseline of the tick labels.
    pub(super) labels: f64,
    /// Left and right edge of the lane of missing values.
    pub(super) lane: [f64; 2],
    pub(super) x: X,
    pub(super) y: Scale,
    /// Patients without a value.
    pub(super) missing: Vec<usize>,
    /// Patients with one.
    pub(super) measured: Vec<usize>,
    /// Radius of a mark.
    pub(super) r: f64,
}

impl Layout {
    pub(super) fn of(spec: &Spec) -> Layout {
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
            Kind::Levels { .. } => X::Levels(LevelScale::new(spec.kind, spec.values, range, 8.0)),
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
    pub(super) fn places(&self, spec: &Spec) -> Vec<[f64; 2]> {
        let mut at: Vec<[f64; 2]> = (0..spec.patients.len())
            .map(|i| {
                let x = match &self.x {
                    X::Values(scale) => scale.px(spec.values[i]),
                    X::Levels(levels) => levels.middle(spec.values[i]),
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
        if let X::Levels(levels) = &self.x {
            for (slot, &code) in levels.codes.iter().enumerate() {
                let of = |&i: &usize| spec.values[i] as u32 == code;
                let of: Vec<usize> = self.measured.iter().copied().filter(of).collect();
                spread(&of, levels.band.middle(slot), (levels.band.width() / 2.0 - 6.0).max(4.0));
            }
        }
        at
    }
}
