//! Lines through a cloud of points. Local linear smoothing (Cleveland 1979, one pass, no robustness weights): tricube
//! weights over the nearest share of the points. Where x takes few values, as a grade does, there is nothing to smooth:
//! the line joins the means.

use crate::math::{Order as _, Rng};

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
    let (pairs, distinct) = sorted(x, y);
    if pairs.len() < 4 || distinct < 3 {
        return Smooth::default();
    }
    let k = n_nearest(&pairs, span);
    let fits: Vec<Fit> = at.iter().map(|&x0| Fit::at(&pairs, k, x0)).collect();
    let line: Vec<f64> = fits.iter().map(|fit| fit.weigh(&pairs, |i| pairs[i][1], |w| w)).collect();
    let residuals: Vec<f64> = pairs.iter().map(|[x, y]| y - interpolated(at, &line, *x)).collect();
    let variance = |fit: &Fit| fit.weigh(&pairs, |i| residuals[i] * residuals[i], |w| w * w);
    let error = fits.iter().map(|fit| variance(fit).sqrt()).collect();
    Smooth { line, error }
}

fn n_nearest(pairs: &[[f64; 2]], span: f64) -> usize {
    ((pairs.len() as f64 * span).ceil() as usize).clamp(3, pairs.len())
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
        crate::math::sort(&mut distance);
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

/// The smooth at one place of points drawn `counts` times each, the reach of the fit kept: the points in reach with
/// their weight and distance. NaN if none of them was drawn.
fn refitted(pairs: &[[f64; 2]], window: &[(usize, f64, f64)], counts: &[u32]) -> f64 {
    let [mut s0, mut s1, mut s2, mut t0, mut t1] = [0.0; 5];
    for &(i, w, d) in window {
        let (w, y) = (w * f64::from(counts[i]), pairs[i][1]);
        s0 += w;
        s1 += w * d;
        s2 += w * d * d;
        t0 += w * y;
        t1 += w * d * y;
    }
    let determinant = s0 * s2 - s1 * s1;
    if determinant > 1e-9 * s0 * s2 { (s2 * t0 - s1 * t1) / determinant } else { t0 / s0 }
}

/// Resampled lines and where they cross zero: the bootstrap over points (Efron 1979), the reach of each fit kept.
/// `places` are ascending, the crossing in question lies between them, and `rising` says which way the line goes there.
/// A resampled line that does not cross there crosses beyond the end that its sign points to. Returns the middle 95 %
/// of the crossings, an infinity standing for beyond; None where [`local_linear`] has no line.
pub fn crossing_interval(
    [x, y]: [&[f64]; 2],
    span: f64,
    places: &[f64],
    rising: bool,
    n_resamples: usize,
    seed: u64,
) -> Option<[f64; 2]> {
    let (pairs, distinct) = sorted(x, y);
    if pairs.len() < 4 || distinct < 3 || n_resamples == 0 || places.len() < 2 {
        return None;
    }
    let k = n_nearest(&pairs, span);
    let window = |&x0: &f64| {
        let fit = Fit::at(&pairs, k, x0);
        let near = pairs.iter().enumerate().map(|(i, [x, _])| (i, fit.tricube(*x), x - x0));
        near.filter(|(_, w, _)| *w > 0.0).collect::<Vec<_>>()
    };
    let windows: Option<Vec<_>> = (!joins_means(x)).then(|| places.iter().map(window).collect());
    let mut rng = Rng::new(seed);
    let mut counts = vec![0; pairs.len()];
    let mut found: Vec<f64> = (0..n_resamples)
        .map(|_| {
            rng.resample(&mut counts);
            let line: Vec<f64> = match &windows {
                Some(windows) => windows.iter().map(|w| refitted(&pairs, w, &counts)).collect(),
                None => {
                    let (at, means) = drawn_means(&pairs, &counts);
                    places.iter().map(|x| interpolated(&at, &means, *x)).collect()
                }
            };
            crossing_in(places, &line, rising)
        })
        .collect();
    crate::math::sort(&mut found);
    // Nearest ranks: an infinity cannot be interpolated.
    Some([0.025, 0.975].map(|p| found[((n_resamples - 1) as f64 * p).round() as usize]))
}

/// Each x that was drawn, and the mean of what was drawn there.
fn drawn_means(pairs: &[[f64; 2]], counts: &[u32]) -> (Vec<f64>, Vec<f64>) {
    let (mut at, mut means) = (Vec::new(), Vec::new());
    let mut i = 0;
    for group in pairs.chunk_by(|a, b| a[0] == b[0]) {
        let drawn = &counts[i..i + group.len()];
        i += group.len();
        let n: u32 = drawn.iter().sum();
        if n > 0 {
            at.push(group[0][0]);
            means
                .push(group.iter().zip(drawn).map(|(p, c)| p[1] * f64::from(*c)).sum::<f64>() / f64::from(n));
        }
    }
    (at, means)
}

/// The first crossing in this direction; without one, the infinity on the side where it must be.
fn crossing_in(places: &[f64], line: &[f64], rising: bool) -> f64 {
    let over = |v: f64| (v >= 0.0) == rising;
    let known: Vec<(f64, f64)> =
        places.iter().copied().zip(line.iter().copied()).filter(|(_, v)| v.is_finite()).collect();
    for pair in known.windows(2) {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        if !over(y0) && over(y1) {
            return x0 + (x1 - x0) * y0 / (y0 - y1);
        }
    }
    if known.last().is_some_and(|(_, v)| over(*v)) { f64::NEG_INFINITY } else { f64::INFINITY }
}

/// The polyline at x, its ends continued level.
fn interpolated(at: &[f64], line: &[f64], x: f64) -> f64 {
    match at.partition_point(|a| *a <= x) {
        0 => line[0],
        i if i == at.len() => line[i - 1],
        i => line[i - 1] + (line[i] - line[i - 1]) * (x - at[i - 1]) / (at[i] - at[i - 1]),
    }
}

/// At most so many different x are joined by their means.
const FEW: usize = 10;

/// The points sorted by x, pairs with a missing side left out, and how many different x they have.
fn sorted(x: &[f64], y: &[f64]) -> (Vec<[f64; 2]>, usize) {
    let mut pairs: Vec<[f64; 2]> =
        x.iter().zip(y).filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| [*a, *b]).collect();
    pairs.order_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let distinct = pairs.chunk_by(|a, b| a[0] == b[0]).count();
    (pairs, distinct)
}

/// Whether x takes so few values that the line joins their means: 3 to 10 of them, on average shared by two points.
pub fn joins_means(x: &[f64]) -> bool {
    let (pairs, distinct) = sorted(x, x);
    (3..=FEW).contains(&distinct) && pairs.len() >= 2 * distinct
}

/// The means of y at each x joined by straight lines: the places `at` and every x between them, in order, with the line
/// there. The error at an x is that of its mean, the deviation within all x pooled; between two it is that of the
/// straight line. None unless [`joins_means`].
pub fn means(x: &[f64], y: &[f64], at: &[f64]) -> Option<(Vec<f64>, Smooth)> {
    if !joins_means(x) {
        return None;
    }
    let (pairs, distinct) = sorted(x, y);
    let groups: Vec<(f64, f64, f64)> = pairs
        .chunk_by(|a, b| a[0] == b[0])
        .map(|g| (g[0][0], g.iter().map(|p| p[1]).sum::<f64>() / g.len() as f64, g.len() as f64))
        .collect();
    let within = |(g, (_, mean, _)): (&[[f64; 2]], &(f64, f64, f64))| {
        g.iter().map(|p| (p[1] - mean) * (p[1] - mean)).sum::<f64>()
    };
    let spread: f64 = pairs.chunk_by(|a, b| a[0] == b[0]).zip(&groups).map(within).sum();
    let variance = spread / (pairs.len() - distinct) as f64;
    let (first, last) = (groups[0].0, groups[distinct - 1].0);
    let mut places: Vec<f64> = at.iter().copied().filter(|&x| first < x && x < last).collect();
    places.extend(groups.iter().map(|g| g.0));
    crate::math::sort(&mut places);
    places.dedup();
    let mut smooth = Smooth::default();
    for &x in &places {
        let right = groups.partition_point(|g| g.0 < x).max(1);
        let ((x0, y0, n0), (x1, y1, n1)) = (groups[right - 1], groups[right]);
        let t = (x - x0) / (x1 - x0);
        smooth.line.push(y0 + (y1 - y0) * t);
        smooth.error.push((variance * ((1.0 - t) * (1.0 - t) / n0 + t * t / n1)).sqrt());
    }
    Some((places, smooth))
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
    fn a_grade_is_joined_by_its_means() {
        // Two points at each of three grades, one deviation of 1 on either side: variance 2 · 3 / (6 − 3) = 2.
        let x = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, f64::NAN];
        let y = [0.0, 2.0, 3.0, 5.0, 1.0, 3.0, 9.0];
        let (places, Smooth { line, error }) = means(&x, &y, &[0.5, 1.5, 3.5]).unwrap();
        assert_eq!(places, [1.0, 1.5, 2.0, 3.0]);
        assert_eq!(line, [1.0, 2.5, 4.0, 2.0]);
        assert_eq!(error, [1.0, (2.0f64 * (0.125 + 0.125)).sqrt(), 1.0, 1.0]);
    }

    #[test]
    fn what_is_measured_on_a_scale_is_smoothed() {
        let x: Vec<f64> = (0..40).map(f64::from).collect();
        assert!(!joins_means(&x), "every patient has a value of his own");
        assert!(!joins_means(&[1.0, 1.0, 2.0, 2.0]), "two values carry no line");
        assert!(!joins_means(&[1.0, 2.0, 3.0, 4.0, 4.0]), "hardly any value is shared");
    }

    #[test]
    fn the_crossing_of_a_clear_line_is_certain() {
        let x: Vec<f64> = (0..60).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.5 * x - 15.2).collect();
        let places: Vec<f64> = (0..60).map(f64::from).collect();
        let [low, high] = crossing_interval([&x, &y], 0.3, &places, true, 200, 1).unwrap();
        assert!((low - 30.4).abs() < 1e-9 && (high - 30.4).abs() < 1e-9, "{low} {high}");
        assert_eq!(
            crossing_interval([&x, &y], 0.3, &places[40..], true, 50, 1),
            Some([f64::NEG_INFINITY; 2])
        );
        assert_eq!(crossing_interval([&x, &y], 0.3, &places[..20], true, 50, 1), Some([f64::INFINITY; 2]));
        assert_eq!(crossing_interval([&[1.0; 9], &[1.0; 9]], 0.3, &places, true, 50, 1), None);
    }

    #[test]
    fn a_resample_is_the_smooth_of_the_points_drawn() {
        // With a span of 1 and every point in reach the reach stays as it is when points are repeated.
        let mut rng = crate::math::Rng::new(5);
        let x: Vec<f64> = (0..20).map(|i| f64::from(i) + 0.25 * rng.uniform()).collect();
        let y: Vec<f64> = x.iter().map(|x| x - 9.0 + rng.normal()).collect();
        let (pairs, _) = sorted(&x, &y);
        let mut counts = vec![1; 20];
        (counts[3], counts[7]) = (3, 2);
        let repeat = |of: usize| {
            let mut out = Vec::new();
            pairs.iter().zip(&counts).for_each(|(p, c)| (0..*c).for_each(|_| out.push(p[of])));
            out
        };
        let fit = Fit::at(&pairs, 20, 8.0);
        let window: Vec<(usize, f64, f64)> =
            pairs.iter().enumerate().map(|(i, p)| (i, fit.tricube(p[0]), p[0] - 8.0)).collect();
        let want = local_linear(&repeat(0), &repeat(1), 1.0, &[8.0]).line[0];
        assert!((refitted(&pairs, &window, &counts) - want).abs() < 1e-9);
        let (at, means) = drawn_means(&[[1.0, 2.0], [1.0, 5.0], [2.0, 7.0], [3.0, 1.0]], &[2, 1, 0, 4]);
        assert_eq!((at, means), (vec![1.0, 3.0], vec![3.0, 1.0]));
    }

    #[test]
    fn the_interval_of_a_crossing_holds_the_truth_as_often_as_it_says() {
        // y = x − 5 with noise: 200 samples, the share of intervals that hold 5. A bootstrap of 60 points is a little
        // too sure of itself; 0.95 less four binomial standard errors is 0.888.
        let places: Vec<f64> = (0..=40).map(|i| f64::from(i) * 0.25).collect();
        let held = (0..200u64)
            .filter(|&seed| {
                let mut rng = crate::math::Rng::new(seed);
                let x: Vec<f64> = (0..60).map(|_| 10.0 * rng.uniform()).collect();
                let y: Vec<f64> = x.iter().map(|x| x - 5.0 + rng.normal()).collect();
                let [low, high] = crossing_interval([&x, &y], 0.3, &places, true, 200, seed).unwrap();
                low <= 5.0 && 5.0 <= high
            })
            .count();
        assert!(held >= 178, "{held} of 200");
    }

    #[test]
    fn crossings_are_interpolated() {
        assert_eq!(zero_crossings(&[0.0, 1.0, 2.0], &[-1.0, 1.0, -3.0]), [0.5, 1.25]);
        assert!(zero_crossings(&[0.0, 1.0], &[1.0, 2.0]).is_empty());
    }
}
