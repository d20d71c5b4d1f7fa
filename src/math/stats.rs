//! Order statistics that several rooms share.

use super::{ascending, sort};

/// Arithmetic mean; NaN for an empty slice.
pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Quantile `p` in [0, 1] of an ascending slice, linear between order statistics (type 7, the numpy default).
/// NaN for an empty slice.
pub fn quantile_sorted(ascending: &[f64], p: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return f64::NAN };
    let position = p.clamp(0.0, 1.0) * last as f64;
    let low = position.floor() as usize;
    let high = (low + 1).min(last);
    let fraction = position - low as f64;
    ascending[low] + (ascending[high] - ascending[low]) * fraction
}

/// Median of the values that are not missing (NaN). None if there are none.
pub fn median(x: &[f64]) -> Option<f64> {
    let mut known: Vec<f64> = x.iter().copied().filter(|v| !v.is_nan()).collect();
    sort(&mut known);
    (!known.is_empty()).then(|| quantile_sorted(&known, 0.5))
}

/// Ranks 1..n with ties averaged.
pub fn ranks(x: &[f64]) -> Vec<f64> {
    // Adding 0.0 turns −0.0 into 0.0, so equal numbers are neighbours.
    let order = ascending(x.iter().map(|v| v + 0.0));
    let mut out = vec![0.0; x.len()];
    let mut start = 0;
    for tie in order.chunk_by(|&a, &b| x[a] == x[b]) {
        let end = start + tie.len();
        let rank = (start + end + 1) as f64 / 2.0;
        for &i in tie {
            out[i] = rank;
        }
        start = end;
    }
    out
}

/// Spearman's rank correlation over the pairs in which neither value is missing (NaN).
/// None with fewer than 3 such pairs or where one side does not vary.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) =
        x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).map(|(a, b)| (*a, *b)).unzip();
    if a.len() < 3 {
        return None;
    }
    correlation(&ranks(&a), &ranks(&b))
}

/// Pearson's correlation. None where one side does not vary.
pub fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (mean(x), mean(y));
    let (mut sxy, mut sxx, mut syy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        sxy += (a - mx) * (b - my);
        sxx += (a - mx) * (a - mx);
        syy += (b - my) * (b - my);
    }
    (sxx > 0.0 && syy > 0.0).then(|| sxy / (sxx * syy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_like_numpy() {
        let x = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile_sorted(&x, 0.0), 1.0);
        assert_eq!(quantile_sorted(&x, 0.5), 3.0);
        assert!((quantile_sorted(&x, 0.9) - 6.8).abs() < 1e-14);
        assert!(quantile_sorted(&[], 0.5).is_nan());
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(ranks(&[0.0, -1.0, -0.0]), [2.5, 1.0, 2.5]);
    }

    #[test]
    fn the_median_skips_missing_values() {
        assert_eq!(median(&[4.0, f64::NAN, 1.0]), Some(2.5));
        assert_eq!(median(&[f64::NAN]), None);
    }

    #[test]
    fn spearman_skips_missing_and_refuses_constants() {
        let up = [1.0, 2.0, f64::NAN, 4.0];
        assert_eq!(spearman(&up, &[1.0, 4.0, 0.0, 9.0]), Some(1.0));
        assert_eq!(spearman(&up, &[5.0, 5.0, 0.0, 5.0]), None);
    }
}
