//! The smooth line and what is read off it.

use super::layout::{Layout, X};
use super::{SPAN, Spec, round3};
use crate::plot::number::plain;
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Item, Label, Scene, Stroke};
use crate::plot::smooth::{Smooth, local_linear, zero_crossings};
use crate::plot::text;

const CURVE_POINTS: usize = 70;
/// Half the width of a 95 % interval, standard errors.
const Z: f64 = 1.96;

/// Pixels at which the smooth crosses zero.
pub(super) fn crossings(spec: &Spec, scale: &Scale) -> Vec<f64> {
    let (at, smooth) = smooth(spec, scale);
    zero_crossings(&at, &smooth.line)
}

/// The smooth over pixels: where it is evaluated and what it is there.
fn smooth(spec: &Spec, scale: &Scale) -> (Vec<f64>, Smooth) {
    let [a, b] = scale.range;
    let at: Vec<f64> =
        (0..CURVE_POINTS).map(|i| a + (b - a) * i as f64 / (CURVE_POINTS - 1) as f64).collect();
    let px: Vec<f64> = spec.values.iter().map(|&v| if v.is_nan() { v } else { scale.px(v) }).collect();
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
    let ends: Vec<[f64; 2]> = crossings.iter().map(|&px| unsure(&at, &line, &error, px)).collect();
    crossing_labels(scene, lay, &crossings, &ends, |px| scale.value(px));
}

/// How far to the left and right of a crossing the band still holds zero.
fn unsure(at: &[f64], line: &[f64], error: &[f64], crossing: f64) -> [f64; 2] {
    let holds = |i: &usize| line[*i].abs() <= Z * error[*i];
    let after = at.partition_point(|x| *x < crossing);
    let left = (0..after).rev().take_while(holds).last().map_or(crossing, |i| at[i]);
    let right = (after..at.len()).take_while(holds).last().map_or(crossing, |i| at[i]);
    [left, right]
}

/// Where the effect changes its sign. A wiggly line crosses often and says little: then only how often.
fn crossing_labels(
    scene: &mut Scene,
    lay: &Layout,
    crossings: &[f64],
    ends: &[[f64; 2]],
    value: impl Fn(f64) -> f64,
) {
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
    let text_at = |px: f64| plain(round3(value(px)));
    let one = |(&px, [from, to]): (&f64, &[f64; 2])| {
        format!("{} ({} to {})", text_at(px), text_at(*from), text_at(*to))
    };
    let values = crossings.iter().zip(ends).map(one).collect::<Vec<_>>().join(" and ");
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
