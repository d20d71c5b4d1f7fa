//! Dodging: marks that would cover each other are moved aside, so that the swarm's height shows density.

/// Rows above which the exact packing gives way to columns; by then marks overlap whatever one does.
const MAX_EXACT: usize = 4_000;

/// Offsets across the axis for marks of radius `r` at `x`, centred on 0 and within ±`half`.
///
/// Marks are taken from left to right and put as near to the middle as they fit without touching an earlier one, so
/// the result depends on `x` alone. If the swarm is higher than ±`half`, it is squeezed: the middle keeps its
/// spacing, the crowd gives way.
pub fn swarm(x: &[f64], r: f64, half: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let mut y = if x.len() <= MAX_EXACT { packed(x, &order, 2.0 * r) } else { columns(x, &order, 2.0 * r) };
    squeeze(&mut y, half.max(0.0));
    y
}

/// Circle packing: each mark at the free offset nearest the middle.
fn packed(x: &[f64], order: &[usize], diameter: f64) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    let mut window = 0;
    let mut taken: Vec<[f64; 2]> = Vec::new();
    for (k, &i) in order.iter().enumerate() {
        while x[order[window]] <= x[i] - diameter {
            window += 1;
        }
        taken.clear();
        taken.extend(order[window..k].iter().map(|&j| {
            let dx = x[i] - x[j];
            let reach = (diameter * diameter - dx * dx).max(0.0).sqrt();
            [y[j] - reach, y[j] + reach]
        }));
        y[i] = nearest_free(&mut taken, k.is_multiple_of(2));
    }
    y
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
    taken.sort_by(|a, b| a[0].total_cmp(&b[0]));
    taken
        .iter()
        .fold(0.0, |free, &[low, high]| if low < free + TOUCH && high > free + TOUCH { high } else { free })
}

/// Marks of one column stacked alternately above and below the middle.
fn columns(x: &[f64], order: &[usize], diameter: f64) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    let (mut column, mut height) = (f64::NAN, 0u32);
    for &i in order {
        let this = (x[i] / diameter * 2.0).floor();
        height = if this == column { height + 1 } else { 0 };
        column = this;
        let side = if height.is_multiple_of(2) { 1.0 } else { -1.0 };
        y[i] = side * f64::from(height.div_ceil(2)) * diameter / 2.0;
    }
    y
}

/// Brings all offsets within ±`half`, the outermost exactly to it. Small offsets change least.
fn squeeze(y: &mut [f64], half: f64) {
    /// Beyond this many times the room, the whole swarm is scaled first, or all marks would pile up at the edge.
    const ELASTIC: f64 = 2.5;
    let highest = y.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if highest <= half {
        return;
    }
    let first = (ELASTIC * half / highest).min(1.0);
    let top = highest * first;
    for v in y {
        let a = v.abs() * first;
        *v = v.signum() * if half > 0.0 { a / (1.0 + a * (1.0 / half - 1.0 / top)) } else { 0.0 };
    }
}
