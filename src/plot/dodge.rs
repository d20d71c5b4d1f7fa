//! Dodging: marks that would cover each other are moved aside, so that the swarm's height shows density.

use crate::math::{Rng, ascending};
use std::collections::BTreeMap;

/// Marks above which the exact packing gives way to columns: its cost grows with the square of the crowd, and by then
/// marks overlap whatever one does.
const MAX_EXACT: usize = 1_000;

/// Offsets of the marks of one swarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Swarm {
    /// Offset across the axis per mark, centred on 0.
    pub offsets: Vec<f64>,
    /// 1 if there was room for all, else the share of the height that there was.
    pub squeeze: f64,
}

/// Packs marks of radius `r` at `x` within ±`half` of the middle.
///
/// Marks are taken in an order that is arbitrary but depends on `x` alone (left to right would draw arrows), each
/// put as near to the middle as it fits without touching an earlier one. If the swarm is higher than ±`half`, it is
/// squeezed: the middle keeps its spacing, the crowd gives way.
pub fn swarm(x: &[f64], r: f64, half: f64) -> Swarm {
    let order = ascending(x.iter().copied());
    let sorted: Vec<f64> = order.iter().map(|&i| x[i]).collect();
    let mut packed = if x.len() <= MAX_EXACT { packed(&sorted, 2.0 * r) } else { columns(&sorted, 2.0 * r) };
    let squeeze = squeeze(&mut packed, half.max(0.0));
    let mut offsets = vec![0.0; x.len()];
    for (&i, y) in order.iter().zip(packed) {
        offsets[i] = y;
    }
    Swarm { offsets, squeeze }
}

/// Circle packing of ascending `x`: each mark at the free offset nearest the middle.
fn packed(x: &[f64], diameter: f64) -> Vec<f64> {
    let mut y: Vec<Option<f64>> = vec![None; x.len()];
    let mut taken: Vec<[f64; 2]> = Vec::new();
    for (k, i) in shuffled(x.len()).into_iter().enumerate() {
        let reach = |j: usize| {
            let dx = x[i] - x[j];
            y[j].map(|y| {
                let h = (diameter * diameter - dx * dx).max(0.0).sqrt();
                [y - h, y + h]
            })
        };
        taken.clear();
        taken.extend((0..i).rev().take_while(|&j| x[i] - x[j] < diameter).filter_map(reach));
        taken.extend((i + 1..x.len()).take_while(|&j| x[j] - x[i] < diameter).filter_map(reach));
        y[i] = Some(nearest_free(&mut taken, k.is_multiple_of(2)));
    }
    y.into_iter().map(Option::unwrap_or_default).collect()
}

/// 0..n in an arbitrary fixed order (Fisher–Yates).
fn shuffled(n: usize) -> Vec<usize> {
    let mut rng = Rng::new(n as u64);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, rng.below(i as u32 + 1) as usize);
    }
    order
}

/// The point nearest to 0 outside all of the intervals; `upward` breaks ties.
fn nearest_free(taken: &mut [[f64; 2]], upward: bool) -> f64 {
    let above = first_free(taken);
    for interval in taken.iter_mut() {
        *interval = [-interval[1], -interval[0]];
    }
    let below = first_free(taken);
    if above < below || (above == below && upward) { above } else { -below }
}

/// The smallest point from 0 upward outside all of the intervals; touching one is outside.
fn first_free(taken: &mut [[f64; 2]]) -> f64 {
    const TOUCH: f64 = 1e-9;
    // A handful, and nearly in order: insertion beats every other sort.
    for i in 1..taken.len() {
        let mut j = i;
        while j > 0 && taken[j - 1][0] > taken[j][0] {
            taken.swap(j - 1, j);
            j -= 1;
        }
    }
    taken
        .iter()
        .fold(0.0, |free, &[low, high]| if low < free - TOUCH && high > free + TOUCH { high } else { free })
}

/// Marks of one column stacked alternately above and below the middle.
fn columns(x: &[f64], diameter: f64) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    let mut heights: BTreeMap<i64, u32> = BTreeMap::new();
    for i in shuffled(x.len()) {
        let height = heights.entry((x[i] / diameter * 2.0).floor() as i64).or_default();
        let side = if height.is_multiple_of(2) { 1.0 } else { -1.0 };
        y[i] = side * f64::from(height.div_ceil(2)) * diameter / 2.0;
        *height += 1;
    }
    y
}

/// Brings all offsets within ±`half`, the outermost exactly to it; small offsets change least. Returns the share of
/// the height that there was room for.
fn squeeze(y: &mut [f64], half: f64) -> f64 {
    /// Beyond this many times the room, the whole swarm is scaled first, or all marks would pile up at the edge.
    const ELASTIC: f64 = 2.5;
    let highest = y.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if highest <= half {
        return 1.0;
    }
    let first = (ELASTIC * half / highest).min(1.0);
    let top = highest * first;
    for v in y {
        let a = v.abs() * first;
        *v = v.signum() * if half > 0.0 { a / (1.0 + a * (1.0 / half - 1.0 / top)) } else { 0.0 };
    }
    half / highest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(x: &[f64], y: &[f64], diameter: f64) -> usize {
        let apart = |i: usize, j: usize| {
            let (across, along) = (x[i] - x[j], y[i] - y[j]);
            (across * across + along * along).sqrt()
        };
        let touch = |i: usize, j: usize| apart(i, j) < diameter - 1e-6;
        (0..x.len()).map(|i| (0..i).filter(|&j| touch(i, j)).count()).sum()
    }

    #[test]
    fn a_lone_mark_stays_in_the_middle_and_twins_part() {
        let swarm = swarm(&[10.0, 50.0, 50.0], 2.0, 20.0);
        assert_eq!(swarm.offsets[0], 0.0);
        assert_eq!((swarm.offsets[1] - swarm.offsets[2]).abs(), 4.0);
        assert_eq!(swarm.squeeze, 1.0);
    }

    #[test]
    fn a_crowd_is_squeezed_into_its_row() {
        let x = vec![7.0; 200];
        let swarm = swarm(&x, 2.1, 15.0);
        assert!(swarm.squeeze < 0.1);
        let highest = swarm.offsets.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        assert!((highest - 15.0).abs() < 1e-9);
    }

    #[test]
    fn thousands_of_marks_are_columns() {
        let x: Vec<f64> = (0..20_000).map(|i| f64::from(i % 350)).collect();
        let swarm = swarm(&x, 2.1, 15.0);
        assert!(swarm.offsets.iter().all(|y| y.abs() <= 15.0 + 1e-9));
    }

    #[test]
    fn missing_positions_do_not_disturb_the_others() {
        let swarm = swarm(&[f64::NAN, 1.0, 1.0], 2.0, 20.0);
        assert_eq!((swarm.offsets[1] - swarm.offsets[2]).abs(), 4.0);
    }

    proptest! {
        #[test]
        fn marks_do_not_overlap_where_there_is_room(x in prop::collection::vec(0.0f64..300.0, 0..150)) {
            let swarm = swarm(&x, 2.1, 1e6);
            prop_assert_eq!(overlaps(&x, &swarm.offsets, 4.2), 0);
        }

        #[test]
        fn marks_stay_within_their_row(x in prop::collection::vec(0.0f64..60.0, 0..200), half in 0.0f64..30.0) {
            let swarm = swarm(&x, 2.1, half);
            prop_assert!(swarm.offsets.iter().all(|y| y.abs() <= half + 1e-9));
        }

        #[test]
        fn the_order_of_patients_does_not_change_the_shape(x in prop::collection::vec(0u32..60, 0..60)) {
            let x: Vec<f64> = x.into_iter().map(f64::from).collect();
            let back: Vec<f64> = x.iter().rev().copied().collect();
            let pairs = |x: &[f64]| {
                let mut p: Vec<[f64; 2]> =
                    x.iter().zip(swarm(x, 2.1, 20.0).offsets).map(|(x, y)| [*x, y]).collect();
                p.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
                p
            };
            prop_assert_eq!(pairs(&x), pairs(&back));
        }
    }
}
