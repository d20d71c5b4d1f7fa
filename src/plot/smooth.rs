//! Local linear smoothing (Cleveland 1979, one pass, no robustness weights): tricube weights over the nearest share
//! of the points.

use crate::math::Order as _;

/// A smooth at some places, with its pointwise standard error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Smooth {
    /// The line.
    pub line: Vec<f64>,
    /// Standard error of each point, from the residuals near it: the sandwich of White (1980), which needs no equal
    /// spread. It says how well the patients fix the line, not how well it fits them.
    pub error: Vec<f64>,
}

/// The smooth of y over x at each of the ascending places `at`, using the nearest `span` (0..1] of the points. Pairs
/// with a missing side are left out. Empty if fewer than 4 pairs or fewer than 3 distinct x remain.
pub fn local_linear(x: &[f64], y: &[f64], span: f64, at: &[f64]) -> Smooth {
    let mut pairs: Vec<[f64; 2]> =
        x.iter().zip(y).filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| [*a, *b]).collect();
    pairs.order_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let distinct = 1 + pairs.windows(2).filter(|w| w[0][0] != w[1][0]).count();
    if pairs.len() < 4 || distinct < 3 {
        return Smooth::default();
    }
    let k = ((pairs.len() as f64 * span).ceil() as usize).clamp(3, pairs.len());
    let fits: Vec<Fit> = at.iter().map(|&x0| Fit::at(&pairs, k, x0)).collect();
    let line: Vec<f64> = fits.iter().map(|fit| fit.weigh(&pairs, |i| pairs[i][1], |w| w)).collect();
    let residuals: Vec<f64> = pairs.iter().map(|[x, y]| y - interpolated(at, &line, *x)).collect();
    let variance = |fit: &Fit| fit.weigh(&pairs, |i| residuals[i] * residuals[i], |w| w * w);
    let error = fits.iter().map(|fit| variance(fit).sqrt()).collect();
    Smooth { line, error }
}

/// The weights of the points in the smooth at one place.
struct Fit {
    x0: f64,
    reach: f64,
    /// Sums of w, w·d and w·d², d being the distance from x0.
    s: [f64; 3],
}

impl Fit {
    fn at(pairs: &[[f64; 2]], k: usize, x0: f64) -> Fit {
        // Reach of the k nearest, and at least to the third distinct x so that ties cannot make the line singular.
        let mut distance: Vec<f64> = pairs.iter().map(|p| (p[0] - x0).abs()).collect();
        distance.sort_by(f64::total_cmp);
        let kth = distance[k - 1];
        distance.dedup();
        let reach = kth.max(distance.get(2).copied().unwrap_or(kth)) * 1.000_001;
        let mut fit = Fit { x0, reach, s: [0.0; 3] };
        for [x, _] in pairs {
            let (w, d) = (fit.tricube(*x), x - x0);
            fit.s[0] += w;
            fit.s[1] += w * d;
            fit.s[2] += w * d * d;
        }
        fit
    }

    fn tricube(&self, x: f64) -> f64 {
        let u = (x - self.x0).abs() / self.reach;
        let v = 1.0 - u * u * u;
        if u < 1.0 { v * v * v } else { 0.0 }
    }

    /// Σ f(lᵢ) vᵢ, lᵢ being what the line at x0 changes by when yᵢ rises by one.
    fn weigh(&self, pairs: &[[f64; 2]], value: impl Fn(usize) -> f64, f: impl Fn(f64) -> f64) -> f64 {
        let [s0, s1, s2] = self.s;
        let determinant = s0 * s2 - s1 * s1;
        let straight = determinant > 1e-9 * s0 * s2;
        let near = pairs.iter().enumerate().map(|(i, [x, _])| (i, self.tricube(*x), x - self.x0));
        near.filter(|(_, w, _)| *w > 0.0)
            .map(|(i, w, d)| f(if straight { w * (s2 - s1 * d) / determinant } else { w / s0 }) * value(i))
            .sum()
    }
}

/// The polyline at x, its ends continued level.
fn interpolated(at: &[f64], line: &[f64], x: f64) -> f64 {
    match at.partition_point(|a| *a <= x) {
        0 => line[0],
        i if i == at.len() => line[i - 1],
        i => line[i - 1] + (line[i] - line[i - 1]) * (x - at[i - 1]) / (at[i] - at[i - 1]),
    }
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
        let Smooth { line, error } = local_linear(&x, &y, 0.3, &[0.0, 3.3, 29.0]);
        assert!(error.iter().all(|e| e.abs() < 1e-6), "{error:?}");
        for (got, want) in line.iter().zip([-7.0, -0.4, 51.0]) {
            assert!((got - want).abs() < 1e-9, "{got} {want}");
        }
    }

    #[test]
    fn ties_and_gaps_do_not_break_the_line() {
        let x = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, f64::NAN, 9.0];
        let y = [0.0, 1.0, 2.0, 1.0, 1.0, 3.0, 5.0, f64::NAN];
        assert!(local_linear(&x, &y, 0.3, &[1.0]).line.is_empty(), "two distinct x carry no smooth");
        let x = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 5.0, 9.0];
        let Smooth { line, error } = local_linear(&x, &y, 0.3, &[1.0, 1.5, 4.0, 9.0]);
        assert!(line.iter().chain(&error).all(|v| v.is_finite()));
    }

    #[test]
    fn the_error_is_that_of_a_weighted_mean_of_independent_patients() {
        // With a span of 1 and x0 in the middle of evenly spaced points the line is the tricube mean.
        let x = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
        let y = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0];
        let at = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
        let Smooth { line, error } = local_linear(&x, &y, 1.0, &at);
        let w = x.map(|x: f64| (1.0 - (x.abs() / (3.0 * 1.000_001)).powi(3)).max(0.0).powi(3));
        let total: f64 = w.iter().sum();
        let mean: f64 = w.iter().zip(&y).map(|(w, y)| w * y).sum::<f64>() / total;
        let residual = |i: usize| y[i] - line[i];
        let variance: f64 = (0..7).map(|i| (w[i] / total * residual(i)).powi(2)).sum();
        assert!(
            (line[3] - mean).abs() < 1e-12 && (error[3] - variance.sqrt()).abs() < 1e-12,
            "{line:?} {error:?}"
        );
    }

    #[test]
    fn crossings_are_interpolated() {
        assert_eq!(zero_crossings(&[0.0, 1.0, 2.0], &[-1.0, 1.0, -3.0]), [0.5, 1.25]);
        assert!(zero_crossings(&[0.0, 1.0], &[1.0, 2.0]).is_empty());
    }
}
