//! Do predicted probabilities come true? (Van Calster et al. 2016, 2019.)

use super::interval::{Interval, Z};
use super::logistic::logistic;
use crate::math::{exp, ln, quantile_sorted, sigmoid};
use nalgebra::DMatrix;

/// Places at which the flexible curve is given.
const N_PLACES: usize = 60;
/// Events and non-events that a curve needs.
const MIN_CLASS: usize = 10;

/// Observed against predicted probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Patients.
    pub n: usize,
    /// Patients with the outcome.
    pub n_events: usize,
    /// b of logit(P) = a' + b · log-odds; below 1 predictions are too extreme. None where classes are separated.
    pub slope: Option<Interval>,
    /// a of logit(P) = a + log-odds, calibration in the large; above 0 predictions are too low.
    pub intercept: Option<Interval>,
    /// Observed over expected events, interval on the log scale with variance (1 − O/n) / O (Debray et al. 2017).
    pub observed_to_expected: Option<Interval>,
    /// Flexible curve: logistic regression on a restricted cubic spline of the log-odds with knots at the 10th, 50th
    /// and 90th percentile. Empty with fewer than 10 patients of either class.
    pub curve: Vec<Place>,
}

/// One place of the flexible curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Predicted probability.
    pub predicted: f64,
    /// Observed probability with its pointwise interval.
    pub observed: Interval,
}

/// Calibration of predictions given as log-odds. Rows whose log-odds are not finite are left out.
pub fn calibration(label: &[bool], log_odds: &[f64]) -> Calibration {
    let (x, y): (Vec<f64>, Vec<bool>) =
        log_odds.iter().zip(label).filter(|(x, _)| x.is_finite()).map(|(&x, &y)| (x, y)).unzip();
    let (n, n_events) = (x.len(), y.iter().filter(|e| **e).count());
    let expected: f64 = x.iter().map(|&v| sigmoid(v)).sum();
    let none = vec![0.0; n];
    let ones = DMatrix::from_element(n, 1, 1.0);
    let line = DMatrix::from_fn(n, 2, |i, a| if a == 0 { 1.0 } else { x[i] });
    let of = |fit: super::logistic::Logistic, a: usize| {
        let half = Z * fit.covariance[(a, a)].sqrt();
        Interval { estimate: fit.beta[a], low: fit.beta[a] - half, high: fit.beta[a] + half }
    };
    let ratio = (n_events > 0 && expected > 0.0).then(|| {
        let observed = n_events as f64;
        let half = Z * ((1.0 - observed / n as f64) / observed).sqrt();
        let centre = ln(observed / expected);
        Interval { estimate: observed / expected, low: exp(centre - half), high: exp(centre + half) }
    });
    Calibration {
        n,
        n_events,
        slope: logistic(&line, &y, &none).map(|fit| of(fit, 1)),
        intercept: logistic(&ones, &y, &x).map(|fit| of(fit, 0)),
        observed_to_expected: ratio,
        curve: curve(&x, &y, n_events).unwrap_or_default(),
    }
}

fn curve(x: &[f64], y: &[bool], n_events: usize) -> Option<Vec<Place>> {
    if n_events < MIN_CLASS || y.len() - n_events < MIN_CLASS {
        return None;
    }
    let mut sorted = x.to_vec();
    crate::math::sort(&mut sorted);
    let knots = [0.1, 0.5, 0.9].map(|p| quantile_sorted(&sorted, p));
    let bent = knots[0] < knots[1] && knots[1] < knots[2];
    let basis = |v: f64| {
        let mut row = vec![1.0, v];
        row.extend(bent.then(|| bend(v, knots)));
        row
    };
    let rows: Vec<Vec<f64>> = x.iter().map(|&v| basis(v)).collect();
    let design = DMatrix::from_fn(x.len(), rows[0].len(), |i, a| rows[i][a]);
    let fit = logistic(&design, y, &vec![0.0; x.len()])?;
    let (low, high) = (sigmoid(sorted[0]), sigmoid(sorted[sorted.len() - 1]));
    let place = |i: usize| {
        let predicted = low + (high - low) * i as f64 / (N_PLACES - 1) as f64;
        // The ends are the patients' own log-odds, not what rounding makes of them.
        let at = match i {
            0 => sorted[0],
            i if i + 1 == N_PLACES => sorted[sorted.len() - 1],
            _ => ln(predicted / (1.0 - predicted)),
        };
        let (linear, error) = fit.predict(&basis(at));
        let [estimate, low, high] = [0.0, -Z, Z].map(|z| sigmoid(linear + z * error));
        Place { predicted, observed: Interval { estimate, low, high } }
    };
    Some((0..N_PLACES).map(place).collect())
}

/// The bent column of a restricted cubic spline with three knots (Harrell 2015, §2.4.5): linear outside them.
fn bend(x: f64, [a, b, c]: [f64; 3]) -> f64 {
    let cube = |v: f64| if v > 0.0 { v * v * v } else { 0.0 };
    (cube(x - a) - cube(x - b) * (c - a) / (c - b) + cube(x - c) * (b - a) / (c - b)) / ((c - a) * (c - a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn true_probabilities_are_calibrated_and_doubled_log_odds_are_too_extreme() {
        let mut rng = Rng::new(3);
        let log_odds: Vec<f64> = (0..4_000).map(|_| 4.0 * rng.uniform() - 2.5).collect();
        let label: Vec<bool> = log_odds.iter().map(|&x| rng.uniform() < sigmoid(x)).collect();
        // Twice as wide as the interval: a seed that misses by chance would be one in ten thousand.
        let holds = |i: Option<Interval>, v: f64| i.is_some_and(|i| (v - i.estimate).abs() < i.high - i.low);
        let good = calibration(&label, &log_odds);
        assert!(holds(good.slope, 1.0) && holds(good.intercept, 0.0), "{good:?}");
        assert!(holds(good.observed_to_expected, 1.0));
        let inside = |p: &&Place| p.observed.low < p.predicted && p.predicted < p.observed.high;
        assert!(good.curve.len() == N_PLACES && good.curve.iter().filter(inside).count() > 30);
        let extreme = calibration(&label, &log_odds.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
        assert!(holds(extreme.slope, 0.5) && !holds(extreme.slope, 1.0));
    }

    #[test]
    fn what_has_no_estimate_is_absent() {
        let one = calibration(&[true; 5], &[0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!((one.slope, one.intercept, one.curve.len()), (None, None, 0));
        let apart = calibration(&[false, false, true, true], &[-2.0, -1.0, 1.0, 2.0]);
        assert_eq!(apart.slope, None);
        let nobody = calibration(&[], &[]);
        assert_eq!((nobody.n, nobody.observed_to_expected), (0, None));
        assert_eq!(calibration(&[true, false], &[f64::NAN, f64::INFINITY]).n, 0);
    }
}
