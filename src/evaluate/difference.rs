//! Do groups of patients differ in a measurement or a finding? For covariates, never for outcomes: those have
//! [`PValue`](super::PValue).

use crate::math::{Order as _, chi_square_tail, exp, ln_factorial, normal_two_sided, ranks};

/// A comparison of groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// P(as large a difference) if the groups do not differ.
    pub p: f64,
    /// Size of the difference, on the scale of the test that made it.
    pub effect: f64,
}

/// Mann–Whitney test of two groups, normal approximation with ties and continuity correction. Effect: the probability
/// that a value of the first exceeds one of the second, ties half (0.5 = no difference). NaN is left out; None if a group
/// is empty or nothing varies.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<Difference> {
    let known = |x: &[f64]| x.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<f64>>();
    let (a, b) = (known(first), known(second));
    let (m, n) = (a.len() as f64, b.len() as f64);
    let all: Vec<f64> = a.iter().chain(&b).copied().collect();
    let u = ranks(&all)[..a.len()].iter().sum::<f64>() - m * (m + 1.0) / 2.0;
    let total = m + n;
    let variance = m * n / 12.0 * (total + 1.0 - ties(&all) / (total * (total - 1.0)));
    if a.is_empty() || b.is_empty() || variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let away = ((u - m * n / 2.0).abs() - 0.5).max(0.0);
    Some(Difference { p: normal_two_sided(away / variance.sqrt()), effect: u / (m * n) })
}

/// Kruskal–Wallis test of several groups, corrected for ties. Effect: ε² = H / (n − 1), the share of the variance of the
/// ranks that the groups explain. NaN is left out, as are empty groups; None with fewer than two groups or where nothing
/// varies.
pub fn kruskal_wallis(groups: &[Vec<f64>]) -> Option<Difference> {
    let groups: Vec<Vec<f64>> = groups
        .iter()
        .map(|g| g.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<f64>>())
        .filter(|g| !g.is_empty())
        .collect();
    let all: Vec<f64> = groups.iter().flatten().copied().collect();
    let n = all.len() as f64;
    let correction = 1.0 - ties(&all) / (n * n * n - n);
    if groups.len() < 2 || correction.is_nan() || correction <= 0.0 {
        return None;
    }
    let ranks = ranks(&all);
    let mut start = 0;
    let squares: f64 = groups
        .iter()
        .map(|g| {
            let sum: f64 = ranks[start..start + g.len()].iter().sum();
            start += g.len();
            sum * sum / g.len() as f64
        })
        .sum();
    let h = (12.0 / (n * (n + 1.0)) * squares - 3.0 * (n + 1.0)) / correction;
    Some(Difference { p: chi_square_tail(h, groups.len() as u32 - 1), effect: h / (n - 1.0) })
}

/// Σ (t³ − t) over runs of t equal values.
fn ties(x: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = x.iter().map(|v| v + 0.0).collect();
    crate::math::sort(&mut sorted);
    sorted
        .chunk_by(|a, b| a == b)
        .map(|run| {
            let t = run.len() as f64;
            t * t * t - t
        })
        .sum()
}

/// Fisher's exact test of a 2 × 2 table, two-sided: tables at most as likely as the one seen. Effect: the odds ratio of
/// the counts, infinite where a denominator is 0. None if a row or a column is empty.
pub fn fisher([[a, b], [c, d]]: [[u64; 2]; 2]) -> Option<Difference> {
    let (row, column, n) = (a + b, a + c, a + b + c + d);
    if row == 0 || column == 0 || row == n || column == n {
        return None;
    }
    let choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let log = |x: u64| choose(row, x) + choose(n - row, column - x) - choose(n, column);
    let seen = log(a);
    let (low, high) = ((row + column).saturating_sub(n), row.min(column));
    // As R and scipy: equal up to rounding counts as equal.
    let p: f64 = (low..=high).map(log).filter(|l| *l <= seen + 1e-7).map(exp).sum();
    Some(Difference { p: p.min(1.0), effect: (a * d) as f64 / (b * c) as f64 })
}

/// Pearson's χ² test of a table of counts, rows in `table`. Effect: Cramér's V. Rows and columns without anybody are
/// left out; None with fewer than two of either.
pub fn chi_square(table: &[Vec<u64>]) -> Option<Difference> {
    let rows: Vec<f64> = table.iter().map(|r| r.iter().sum::<u64>() as f64).collect();
    let width = table.first().map_or(0, Vec::len);
    let columns: Vec<f64> = (0..width).map(|c| table.iter().map(|r| r[c]).sum::<u64>() as f64).collect();
    let n: f64 = rows.iter().sum();
    let filled = |x: &[f64]| x.iter().filter(|v| **v > 0.0).count();
    let (n_rows, n_columns) = (filled(&rows), filled(&columns));
    if n_rows < 2 || n_columns < 2 {
        return None;
    }
    let mut statistic = 0.0;
    for (row, sum) in table.iter().zip(&rows) {
        for (&count, column) in row.iter().zip(&columns) {
            let expected = sum * column / n;
            if expected > 0.0 {
                statistic += (count as f64 - expected) * (count as f64 - expected) / expected;
            }
        }
    }
    let df = (n_rows - 1) * (n_columns - 1);
    let effect = (statistic / (n * (n_rows.min(n_columns) - 1) as f64)).sqrt();
    Some(Difference { p: chi_square_tail(statistic, df as u32), effect })
}

/// q-values of Benjamini & Hochberg 1995, in the order of `p`; tests that could not be made (None) do not count.
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> = p.iter().enumerate().filter_map(|(i, p)| p.map(|p| (p, i))).collect();
    order.order_by(|a, b| b.0.total_cmp(&a.0));
    let m = order.len();
    let mut out = vec![None; p.len()];
    let mut least = 1.0f64;
    for (place, &(p, i)) in order.iter().enumerate() {
        least = least.min(p * m as f64 / (m - place) as f64);
        out[i] = Some(least);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lady_tasting_tea() {
        let got = fisher([[3, 1], [1, 3]]).unwrap();
        assert!((got.p - 34.0 / 70.0).abs() < 1e-12 && got.effect == 9.0);
        assert_eq!(fisher([[0, 0], [2, 3]]), None);
        assert!(fisher([[5, 0], [0, 5]]).unwrap().effect.is_infinite());
    }

    #[test]
    fn nothing_to_compare() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), None);
        assert_eq!(mann_whitney(&[f64::NAN; 3], &[f64::NAN; 2]), None);
        assert_eq!(kruskal_wallis(&[vec![1.0, 2.0], vec![f64::NAN]]), None);
        assert_eq!(kruskal_wallis(&[vec![4.0], vec![4.0]]), None);
        assert_eq!(chi_square(&[vec![3, 0], vec![2, 0]]), None);
        assert_eq!(chi_square(&[]), None);
        assert_eq!(benjamini_hochberg(&[None]), [None]);
    }

    #[test]
    fn q_values_never_fall_below_their_p() {
        let q = benjamini_hochberg(&[Some(0.01), None, Some(0.04), Some(0.03), Some(0.5)]);
        let expected = [Some(0.04), None, Some(0.16 / 3.0), Some(0.16 / 3.0), Some(0.5)];
        for (q, e) in q.iter().zip(expected) {
            assert!(q.zip(e).is_none_or(|(q, e)| (q - e).abs() < 1e-15) && q.is_some() == e.is_some());
        }
    }
}
