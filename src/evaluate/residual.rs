//! How far predictions are from what was measured.

use super::interval::{Interval, bootstrap};

/// How well a regression model fits.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Fit {
    /// 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; negative if the mean would have done better. None if y does not vary.
    pub r_squared: Option<f64>,
    /// Root of the mean squared error, units of y.
    pub rmse: f64,
    /// Mean absolute error, units of y.
    pub mae: f64,
    /// Patients with both values.
    pub n: usize,
}

/// Errors of predictions over the patients whose measurement and prediction are known (not NaN). None without any.
pub fn fit(measured: &[f64], predicted: &[f64]) -> Option<Fit> {
    let known = known(measured, predicted);
    weighted_fit(&known, |_| 1.0)
}

/// R² of [`fit`] with a percentile bootstrap interval over patients. None where R² has no value.
pub fn r_squared_interval(
    measured: &[f64],
    predicted: &[f64],
    n_resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let known = known(measured, predicted);
    let estimate = weighted_fit(&known, |_| 1.0)?.r_squared?;
    bootstrap(estimate, known.len(), n_resamples, seed, |counts| {
        weighted_fit(&known, |i| f64::from(counts[i]))?.r_squared
    })
}

/// Pairs of measurement and prediction without NaN.
fn known(measured: &[f64], predicted: &[f64]) -> Vec<(f64, f64)> {
    let pairs = measured.iter().copied().zip(predicted.iter().copied());
    pairs.filter(|(y, p)| !y.is_nan() && !p.is_nan()).collect()
}

/// [`fit`] where patient i occurs `weight(i)` times.
pub(super) fn weighted_fit(known: &[(f64, f64)], weight: impl Fn(usize) -> f64) -> Option<Fit> {
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        known.iter().enumerate().map(|(i, &(y, p))| weight(i) * of(y, p)).sum()
    };
    let n = sum(&|_, _| 1.0);
    if n == 0.0 {
        return None;
    }
    let mean = sum(&|y, _| y) / n;
    let squared = sum(&|y, p| (y - p) * (y - p));
    let total = sum(&|y, _| (y - mean) * (y - mean));
    Some(Fit {
        r_squared: (total > 0.0).then(|| 1.0 - squared / total),
        rmse: (squared / n).sqrt(),
        mae: sum(&|y, p| (y - p).abs()) / n,
        n: n as usize,
    })
}

/// Share of patients whose most probable class (the first of equals) is the true one.
///
/// `scores` is row-major `[row][class]`; probabilities and margins give the same answer. Rows whose class is None
/// are left out; None without any other.
pub fn accuracy(class: &[Option<u32>], scores: &[f64], n_classes: usize) -> Option<f64> {
    if n_classes == 0 {
        return None;
    }
    let (mut right, mut n) = (0u32, 0u32);
    for (truth, row) in class.iter().zip(scores.chunks_exact(n_classes)) {
        if let Some(truth) = truth {
            let best = (1..n_classes).fold(0, |best, c| if row[c] > row[best] { c } else { best });
            right += u32::from(best == *truth as usize);
            n += 1;
        }
    }
    (n > 0).then(|| f64::from(right) / f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_by_hand() {
        let fit = fit(&[1.0, 2.0, 3.0, f64::NAN], &[1.0, 2.0, 5.0, 0.0]).unwrap();
        assert_eq!(fit, Fit { r_squared: Some(-1.0), rmse: (4.0f64 / 3.0).sqrt(), mae: 2.0 / 3.0, n: 3 });
    }

    #[test]
    fn the_interval_of_r_squared_holds_it() {
        let measured: Vec<f64> = (0..150).map(|i| f64::from(i * 37 % 150)).collect();
        let predicted: Vec<f64> =
            (0..150).map(|i| measured[i] + f64::from(i as u32 * 53 % 40) - 20.0).collect();
        let got = r_squared_interval(&measured, &predicted, 400, 1).unwrap();
        assert_eq!(Some(got.estimate), fit(&measured, &predicted).unwrap().r_squared);
        assert!(got.low < got.estimate && got.estimate < got.high && got.high - got.low < 0.1, "{got:?}");
        assert_eq!(r_squared_interval(&[1.0, 1.0], &[1.0, 2.0], 400, 1), None);
        assert_eq!(r_squared_interval(&[], &[], 400, 1), None);
    }

    #[test]
    fn a_constant_has_no_r_squared_and_nothing_has_no_fit() {
        assert_eq!(fit(&[2.0, 2.0], &[1.0, 3.0]).unwrap().r_squared, None);
        assert_eq!(fit(&[], &[]), None);
    }

    #[test]
    fn the_first_of_equal_classes_wins() {
        let scores = [0.2, 0.8, 0.5, 0.5, 0.9, 0.1];
        assert_eq!(accuracy(&[Some(1), Some(0), None], &scores, 2), Some(1.0));
        assert_eq!(accuracy(&[Some(0), Some(1), Some(0)], &scores, 2), Some(1.0 / 3.0));
        assert_eq!(accuracy(&[None], &scores, 2), None);
        assert_eq!(accuracy(&[], &[], 0), None);
    }
}
