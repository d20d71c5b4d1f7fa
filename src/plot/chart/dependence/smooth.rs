//! The smooth line and what is read off it.

use super::layout::{Layout, X};
use super::{SPAN, Spec};
use crate::plot::number::{plain, round3};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Item, Label, Scene, Stroke};
use crate::plot::smooth::{Smooth, crossing_interval, local_linear, means, zero_crossings};
use crate::plot::text;

const CURVE_POINTS: usize = 70;
/// Half the width of a 95 % interval, standard errors.
const Z: f64 = 1.96;

/// Pixels at which the smooth crosses zero.
pub(super) fn crossings(spec: &Spec, scale: &Scale) -> Vec<f64> {
    let (at, smooth) = smooth(spec, scale);
    zero_crossings(&at, &smooth.line)
}

/// Each crossing with the middle 95 % of those of resampled patients, in pixels; an infinity is beyond the crossings
/// next to it or the axis.
pub(super) fn crossing_intervals(
    spec: &Spec,
    scale: &Scale,
    n_resamples: usize,
    seed: u64,
) -> Vec<(f64, [f64; 2])> {
    let (at, Smooth { line, .. }) = smooth(spec, scale);
    let crossings = zero_crossings(&at, &line);
    let px: Vec<f64> = spec.values.iter().map(|&v| if v.is_nan() { v } else { scale.px(v) }).collect();
    let between = |i: usize| match (i.checked_sub(1).and_then(|i| crossings.get(i)), crossings.get(i)) {
        (Some(a), Some(b)) => (a + b) / 2.0,
        (None, _) => f64::NEG_INFINITY,
        (_, None) => f64::INFINITY,
    };
    let one = |(i, &crossing): (usize, &f64)| {
        let (from, to) = (between(i), between(i + 1));
        let places: Vec<f64> = at.iter().copied().filter(|x| (from..=to).contains(x)).collect();
        let rising = at.iter().zip(&line).find(|(x, _)| **x >= crossing).is_some_and(|(_, v)| *v >= 0.0);
        Some((crossing, crossing_interval([&px, spec.phi], SPAN, &places, rising, n_resamples, seed)?))
    };
    crossings.iter().enumerate().filter_map(one).collect()
}

/// The smooth over pixels: where it is evaluated and what it is there.
fn smooth(spec: &Spec, scale: &Scale) -> (Vec<f64>, Smooth) {
    let [a, b] = scale.range;
    let at: Vec<f64> =
        (0..CURVE_POINTS).map(|i| a + (b - a) * i as f64 / (CURVE_POINTS - 1) as f64).collect();
    let px: Vec<f64> = spec.values.iter().map(|&v| if v.is_nan() { v } else { scale.px(v) }).collect();
    if let Some(joined) = means(&px, spec.phi, &at) {
        return joined;
    }
    let smooth = local_linear(&px, spec.phi, SPAN, &at);
    if smooth.line.is_empty() { (Vec::new(), smooth) } else { (at, smooth) }
}

/// The smooth with its crossings, and what the two sides of zero mean.
pub(super) fn draw(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    let right = lay.frame[1];
    let sides = Label::HINT.end().halo();
    let zero = lay.y.px(0.0);
    scene.section("labels");
    scene.text(right - 4.0, zero - 5.0, spec.sides[0], sides);
    scene.text(right - 4.0, zero + 14.0, spec.sides[1], sides);
    let (X::Values(scale), true) = (&lay.x, spec.smooth) else { return };
    let (at, Smooth { line, error }) = smooth(spec, scale);
    if line.is_empty() {
        return;
    }
    scene.section("smooth");
    let edge = |side: f64| {
        let place = move |((x, v), e): ((&f64, &f64), &f64)| [*x, lay.y.px_clamped(v + side * e)];
        at.iter().zip(&line).zip(&error).map(place).collect::<Vec<_>>()
    };
    let mut band = edge(Z);
    band.extend(edge(-Z).into_iter().rev());
    let fill = Some(Ink::Role(Role::Text, 0.1));
    scene.push(Item::Path { points: band, closed: true, fill, stroke: None, target: None });
    let points: Vec<[f64; 2]> = edge(0.0);
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
    let says = format!("smooth line crosses zero at {values}, exploratory");
    let w = text::width(&says, 11.0, false);
    if first - 6.0 - w > lay.lane[1] {
        scene.text(first - 6.0, top + 14.0, says, label.end());
    } else if last + 6.0 + w < right {
        scene.text(last + 6.0, top + 14.0, says, label);
    } else {
        scene.text(right - 4.0, top + 14.0, says, label.end());
    }
}
