//! How many patients stand behind each part of the plot, and where the model can change its mind.

use super::Spec;
use super::layout::{Layout, X};
use crate::plot::number::count;
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene};

/// Patients along each axis.
pub(super) fn draw(scene: &mut Scene, spec: &Spec, lay: &Layout) {
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
        X::Levels(levels) => {
            let band = levels.band;
            (0..band.n).map(|i| [band.start(i), band.start(i) + band.width()]).collect()
        }
    };
    let centre = |i: &usize| match &lay.x {
        X::Values(scale) => scale.px(spec.values[*i]),
        X::Levels(levels) => levels.middle(spec.values[*i]),
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

/// How many of `at` fall into each of the ascending bins.
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

/// Every threshold at which the trees split, as high as the root of its weight.
pub(super) fn rug(scene: &mut Scene, spec: &Spec, lay: &Layout) {
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
