//! Intervals.

use crate::math::{Rng, quantile_sorted};

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// Point estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The 97.5 % point of the normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// Wilson score interval of a proportion (Wilson 1927). None if n = 0.
pub fn wilson(successes: u64, n: u64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let (p, n) = (successes as f64 / n as f64, n as f64);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Rounding must not leave the unit interval, nor the estimate outside its own interval.
    let (low, high) = (((centre - half) / scale).max(0.0).min(p), ((centre + half) / scale).min(1.0).max(p));
    Some(Interval { estimate: p, low, high })
}

/// Percentile bootstrap interval over `n` patients: `statistic` is called with how often each patient was drawn.
///
/// `estimate` is the statistic of the cohort as it is. Resamples without a value (one class absent, no comparable
/// pair) are left out; None if that is half of them or more.
pub fn bootstrap(
    estimate: f64,
    n: usize,
    n_resamples: usize,
    seed: u64,
    mut statistic: impl FnMut(&[u32]) -> Option<f64>,
) -> Option<Interval> {
    let mut rng = Rng::new(seed);
    let mut counts = vec![0; n];
    let mut replicates: Vec<f64> = (0..n_resamples)
        .filter_map(|_| {
            rng.resample(&mut counts);
            statistic(&counts)
        })
        .collect();
    crate::math::sort(&mut replicates);
    (2 * replicates.len() > n_resamples).then(|| Interval {
        estimate,
        low: quantile_sorted(&replicates, 0.025),
        high: quantile_sorted(&replicates, 0.975),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::mean;
    use proptest::prelude::*;

    #[test]
    fn wilson_as_published() {
        // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for ((r, n), (low, high)) in [
            ((81, 263), (0.2553, 0.3662)),
            ((15, 148), (0.0624, 0.1605)),
            ((0, 20), (0.0, 0.1611)),
            ((1, 29), (0.0061, 0.1718)),
        ] {
            let got = wilson(r, n).unwrap();
            assert!((got.low - low).abs() < 5e-5 && (got.high - high).abs() < 5e-5, "{r} of {n}: {got:?}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    proptest! {
        #[test]
        fn wilson_holds_its_estimate_inside_the_unit_interval(n in 1u64..5_000, share in 0.0..=1.0f64) {
            let r = (share * n as f64) as u64;
            let got = wilson(r, n).unwrap();
            prop_assert!(0.0 <= got.low && got.low <= got.estimate && got.estimate <= got.high && got.high <= 1.0);
            let mirrored = wilson(n - r, n).unwrap();
            prop_assert!((mirrored.low - (1.0 - got.high)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error() {
        let x: Vec<f64> = (0..400).map(|i| f64::from(i * 7919 % 400)).collect();
        let weighted =
            |counts: &[u32]| x.iter().zip(counts).map(|(x, &c)| x * f64::from(c)).sum::<f64>() / 400.0;
        let got = bootstrap(mean(&x), 400, 2_000, 3, |c| Some(weighted(c))).unwrap();
        let expected = 2.0 * Z * (400.0 * 400.0 / 12.0 / 400.0f64).sqrt();
        assert!(((got.high - got.low) / expected - 1.0).abs() < 0.05, "{got:?}");
        assert_eq!(bootstrap(0.0, 400, 100, 3, |_| None), None);
    }
}
