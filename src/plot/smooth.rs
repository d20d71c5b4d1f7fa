//! Local linear smoothing (Cleveland 1979, one pass, no robustness weights): tricube weights over the nearest share
//! of the points.

use crate::math::Order as _;

/// The smooth of y over x at each of `at`, using the nearest `span` (0..1] of the points. Pairs with a missing side
/// are left out. Empty if fewer than 4 pairs or fewer than 3 distinct x remain.
pub fn local_linear(x: &[f64], y: &[f64], span: f64, at: &[f64]) -> Vec<f64> {
    let mut pairs: Vec<[f64; 2]> =
        x.iter().zip(y).filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| [*a, *b]).collect();
    pairs.order_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let distinct = 1 + pairs.windows(2).filter(|w| w[0][0] != w[1][0]).count();
    if pairs.len() < 4 || distinct < 3 {
        return Vec::new();
    }
    let k = ((pairs.len() as f64 * span).ceil() as usize).clamp(3, pairs.len());
    at.iter().map(|&x0| fit(&pairs, k, x0)).collect()
}

fn fit(pairs: &[[f64; 2]], k: usize, x0: f64) -> f64 {
    // Reach of the k nearest, and at least to the third distinct x so that ties cannot make the line singular.
    let mut distance: Vec<f64> = pairs.iter().map(|p| (p[0] - x0).abs()).collect();
    distance.sort_by(f64::total_cmp);
    let kth = distance[k - 1];
    distance.dedup();
    let reach = kth.max(distance.get(2).copied().unwrap_or(kth)) * 1.000_001;
    let (mut s0, mut s1, mut s2, mut t0, mut t1) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [x, y] in pairs {
        let u = (x - x0).abs() / reach;
        if u >= 1.0 {
            continue;
        }
        let v = 1.0 - u * u * u;
        let (w, d) = (v * v * v, x - x0);
        s0 += w;
        s1 += w * d;
        s2 += w * d * d;
        t0 += w * y;
        t1 += w * d * y;
    }
    let determinant = s0 * s2 - s1 * s1;
    if determinant > 1e-9 * s0 * s2 { (s2 * t0 - s1 * t1) / determinant } else { t0 / s0 }
}

/// Where a polyline crosses zero, by linear interpolation.
pub fn zero_crossings(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.windows(2)
        .zip(y.windows(2))
        .filter(|(_, y)| (y[0] < 0.0) != (y[1] < 0.0))
        .map(|(x, y)| x[0] + (x[1] - x[0]) * y[0] / (y[0] - y[1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_kept() {
        let x: Vec<f64> = (0..30).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 2.0 * x - 7.0).collect();
        let line = local_linear(&x, &y, 0.3, &[0.0, 3.3, 29.0]);
        for (got, want) in line.iter().zip([-7.0, -0.4, 51.0]) {
            assert!((got - want).abs() < 1e-9, "{got} {want}");
        }
    }

    #[test]
    fn ties_and_gaps_do_not_break_the_line() {
        let x = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, f64::NAN, 9.0];
        let y = [0.0, 1.0, 2.0, 1.0, 1.0, 3.0, 5.0, f64::NAN];
        assert!(local_linear(&x, &y, 0.3, &[1.0]).is_empty(), "two distinct x carry no smooth");
        let x = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 5.0, 9.0];
        assert!(local_linear(&x, &y, 0.3, &[1.0, 1.5, 4.0, 9.0]).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn crossings_are_interpolated() {
        assert_eq!(zero_crossings(&[0.0, 1.0, 2.0], &[-1.0, 1.0, -3.0]), [0.5, 1.25]);
        assert!(zero_crossings(&[0.0, 1.0], &[1.0, 2.0]).is_empty());
    }
}
