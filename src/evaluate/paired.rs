//! Two models on the same patients: how much better one is than the other. Both are judged by the same outcomes, so
//! that what they have in common does not widen the interval.

use super::cutoff::below;
use super::discrimination::Timeline;
use super::interval::{Interval, Z, bootstrap};
use super::residual::{Fit, weighted_fit};
use super::test_of_outcomes::{Comparison, sealed::Tail};
use crate::math::normal_two_sided;

/// A measure of two models on the same patients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Of the first model.
    pub first: f64,
    /// Of the second.
    pub second: f64,
    /// First less second, with its 95 % interval.
    pub difference: Interval,
    /// The difference in its standard errors, where there is a test of no difference.
    pub z: Option<f64>,
    /// Patients with outcome and both values.
    pub n: usize,
}

impl Tail for Paired {
    fn tail(&self) -> Option<f64> {
        self.z.map(normal_two_sided)
    }
}

impl Comparison for Paired {
    fn n(&self) -> usize {
        self.n
    }
}

/// Areas under two ROC curves of the same patients, with the interval and the test of DeLong, DeLong & Clarke-Pearson
/// 1988 for correlated curves. None with fewer than two patients of either class; no test where both models put the
/// patients in one order. Rows with NaN are left out.
pub fn auc_difference(label: &[bool], first: &[f64], second: &[f64]) -> Option<Paired> {
    let rows: Vec<usize> = (0..label.len()).filter(|&i| !first[i].is_nan() && !second[i].is_nan()).collect();
    let placed = |score: &[f64]| below(&rows.iter().map(|&i| (label[i], score[i])).collect::<Vec<_>>());
    let ([up, down], [up_second, down_second]) = (placed(first), placed(second));
    let (m, n) = (up.len() as f64, down.len() as f64);
    if up.len() < 2 || down.len() < 2 {
        return None;
    }
    let area = |up: &[f64]| up.iter().sum::<f64>() / (m * n);
    let (first, second) = (area(&up), area(&up_second));
    let estimate = first - second;
    // The variance of the mean of per-patient differences, per class.
    let spread = |x: &[f64], y: &[f64], of: f64, centre: f64| {
        let away = x.iter().zip(y).map(|(x, y)| (x - y) / of - centre);
        away.map(|d| d * d).sum::<f64>() / (x.len() as f64 - 1.0) / x.len() as f64
    };
    let error = (spread(&up, &up_second, n, estimate) + spread(&down, &down_second, m, -estimate)).sqrt();
    let difference = Interval { estimate, low: estimate - Z * error, high: estimate + Z * error };
    Some(Paired { first, second, difference, z: (error > 0.0).then(|| estimate / error), n: rows.len() })
}

/// Harrell's C of two risks for the same patients ([`super::concordance`]), with a percentile bootstrap interval of the
/// difference: a resample draws patients for both. None without comparable pairs. Rows with NaN are left out.
pub fn concordance_difference(
    time: &[f64],
    event: &[bool],
    first: &[f64],
    second: &[f64],
    n_resamples: usize,
    seed: u64,
) -> Option<Paired> {
    let known = |&i: &usize| !time[i].is_nan() && !first[i].is_nan() && !second[i].is_nan();
    let rows: Vec<usize> = (0..time.len()).filter(known).collect();
    let of = |x: &[f64]| rows.iter().map(|&i| x[i]).collect::<Vec<f64>>();
    let (times, events) = (of(time), rows.iter().map(|&i| event[i]).collect::<Vec<bool>>());
    let mut lines = [first, second].map(|risk| Timeline::new(&times, &events, &of(risk)));
    let [a, b] = &mut lines;
    let mut both = |counts: &[u32]| Some([a.index_of(counts)?, b.index_of(counts)?]);
    let [first, second] = both(&vec![1; rows.len()])?;
    let difference = bootstrap(first - second, rows.len(), n_resamples, seed, |counts| {
        both(counts).map(|[first, second]| first - second)
    })?;
    Some(Paired { first, second, difference, z: None, n: rows.len() })
}

/// A measure `of` the fit of two predictions to the same measurements, with a percentile bootstrap interval of the
/// difference: a resample draws patients for both. None where the measure has no value. Rows with NaN are left out.
pub fn fit_difference(
    measured: &[f64],
    first: &[f64],
    second: &[f64],
    of: impl Fn(&Fit) -> Option<f64>,
    n_resamples: usize,
    seed: u64,
) -> Option<Paired> {
    let known = |&i: &usize| !measured[i].is_nan() && !first[i].is_nan() && !second[i].is_nan();
    let rows: Vec<usize> = (0..measured.len()).filter(known).collect();
    let pairs = [first, second].map(|x| rows.iter().map(|&i| (measured[i], x[i])).collect::<Vec<_>>());
    let both = |counts: &[u32]| {
        let one = |pairs: &[(f64, f64)]| weighted_fit(pairs, |i| f64::from(counts[i])).and_then(|f| of(&f));
        Some([one(&pairs[0])?, one(&pairs[1])?])
    };
    let [first, second] = both(&vec![1; rows.len()])?;
    let difference = bootstrap(first - second, rows.len(), n_resamples, seed, |counts| {
        both(counts).map(|[first, second]| first - second)
    })?;
    Some(Paired { first, second, difference, z: None, n: rows.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{NotATest, PValue, concordance};
    use crate::study::SplitRole;

    const LABEL: [bool; 6] = [true, false, true, false, true, false];

    #[test]
    fn a_model_is_no_better_than_itself() {
        let score = [0.9, 0.1, 0.4, 0.5, 0.7, 0.3];
        let same = auc_difference(&LABEL, &score, &score).unwrap();
        assert_eq!((same.difference.estimate, same.difference.low, same.difference.high), (0.0, 0.0, 0.0));
        assert_eq!(PValue::of(&same, &[SplitRole::Test; 6]), Err(NotATest::NothingToCompare));
        let time = [5.0, 2.0, 4.0, 1.0, 6.0, 3.0];
        let same = concordance_difference(&time, &LABEL, &score, &score, 200, 0).unwrap();
        assert_eq!((same.difference.low, same.difference.high), (0.0, 0.0));
        assert_eq!(Some(same.first), concordance(&time, &LABEL, &score));
        let same = fit_difference(&time, &score, &score, |f| Some(f.rmse), 200, 0).unwrap();
        assert_eq!((same.difference.low, same.difference.high), (0.0, 0.0));
    }

    #[test]
    fn the_other_way_round_is_the_other_sign() {
        let (a, b) = ([0.9, 0.1, 0.4, 0.5, 0.7, 0.3], [0.2, 0.6, 0.8, 0.1, 0.5, 0.9]);
        let time = [5.0, 2.0, 4.0, 1.0, 6.0, 3.0];
        for (one, other) in [
            (auc_difference(&LABEL, &a, &b), auc_difference(&LABEL, &b, &a)),
            (
                concordance_difference(&time, &LABEL, &a, &b, 500, 1),
                concordance_difference(&time, &LABEL, &b, &a, 500, 1),
            ),
            (
                fit_difference(&time, &a, &b, |f| f.r_squared, 500, 1),
                fit_difference(&time, &b, &a, |f| f.r_squared, 500, 1),
            ),
        ] {
            let (one, other) = (one.unwrap(), other.unwrap());
            assert!((one.difference.low + other.difference.high).abs() < 1e-12);
            assert!((one.difference.estimate + other.difference.estimate).abs() < 1e-12);
            assert!(one.difference.low <= one.difference.estimate);
        }
    }

    #[test]
    fn patients_without_a_value_of_either_model_count_for_neither() {
        let (a, b) = ([0.9, 0.1, f64::NAN, 0.5, 0.7, 0.3], [0.2, f64::NAN, 0.8, 0.1, 0.5, 0.9]);
        assert_eq!(auc_difference(&LABEL, &a, &b).unwrap().n, 4);
        assert_eq!(auc_difference(&[true; 3], &[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(concordance_difference(&[], &[], &[], &[], 100, 0), None);
        assert_eq!(fit_difference(&[], &[], &[], |f| Some(f.mae), 100, 0), None);
    }

    #[test]
    fn only_patients_the_model_has_not_seen_have_a_p_value() {
        let (a, b) = ([0.9, 0.1, 0.4, 0.5, 0.7, 0.3], [0.2, 0.6, 0.8, 0.1, 0.5, 0.9]);
        let found = auc_difference(&LABEL, &a, &b).unwrap();
        assert!(PValue::of(&found, &[SplitRole::External; 6]).is_ok());
        assert_eq!(PValue::of(&found, &[SplitRole::Train; 6]), Err(NotATest::Fitted { n_seen: 6, n: 6 }));
    }
}
