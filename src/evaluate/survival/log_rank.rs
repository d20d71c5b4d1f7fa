//! Do groups of patients differ in survival? The log-rank test (Mantel 1966; Peto & Peto 1972).

use super::known;
use crate::evaluate::test_of_outcomes::{Comparison, sealed};
use crate::math::{Order as _, chi_square_tail};
use nalgebra::{DMatrix, DVector};

/// One group of the comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    /// Patients.
    pub n: u32,
    /// Events seen.
    pub observed: u32,
    /// Events expected if the groups did not differ.
    pub expected: f64,
}

/// The comparison of k groups.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// One per group, in the order of their numbers.
    pub arms: Vec<Arm>,
    /// (O − E)ᵀ V⁻¹ (O − E).
    pub chi_square: f64,
    /// Groups with someone at risk when an event happened, less one; 0 if there is nothing to compare.
    pub df: u32,
}

impl Comparison for LogRank {
    fn n(&self) -> usize {
        self.arms.iter().map(|arm| arm.n as usize).sum()
    }
}

impl sealed::Tail for LogRank {
    fn tail(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_tail(self.chi_square, self.df))
    }
}

/// Compares the groups 0..`k`. Rows whose time is NaN or whose group is not below `k` are left out.
///
/// V has the hypergeometric variance d (n − d) / (n − 1) · nₐ / n · (δₐᵦ − nᵦ / n) at every event time. Groups that no
/// event found at risk carry no information and take no degree of freedom, as in R's `survdiff`.
pub fn log_rank(time: &[f64], event: &[bool], group: &[u32], k: usize) -> LogRank {
    let mut patients: Vec<(f64, bool, usize)> = known(time, event)
        .zip(group)
        .filter(|(patient, g)| patient.is_some() && (**g as usize) < k)
        .filter_map(|(patient, &g)| patient.map(|(t, e)| (t, e, g as usize)))
        .collect();
    patients.order_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = vec![0.0; k];
    patients.iter().for_each(|p| at_risk[p.2] += 1.0);
    let mut arms: Vec<Arm> =
        at_risk.iter().map(|&n| Arm { n: n as u32, observed: 0, expected: 0.0 }).collect();
    let mut variance = DMatrix::<f64>::zeros(k, k);
    for tie in patients.chunk_by(|a, b| a.0 == b.0) {
        let d = tie.iter().filter(|p| p.1).count() as f64;
        if d > 0.0 {
            let n: f64 = at_risk.iter().sum();
            let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
            for a in 0..k {
                let share = at_risk[a] / n;
                arms[a].expected += d * share;
                variance[(a, a)] += spread * share;
                for b in 0..k {
                    variance[(a, b)] -= spread * share * at_risk[b] / n;
                }
            }
        }
        for patient in tie {
            arms[patient.2].observed += u32::from(patient.1);
            at_risk[patient.2] -= 1.0;
        }
    }
    // The rows of V add up to nothing: one group more would make it singular.
    let informed: Vec<usize> = (0..k).filter(|&a| arms[a].expected > 0.0).collect();
    let free = &informed[..informed.len().saturating_sub(1)];
    let excess = DVector::from_iterator(
        free.len(),
        free.iter().map(|&a| f64::from(arms[a].observed) - arms[a].expected),
    );
    let solved = DMatrix::from_fn(free.len(), free.len(), |i, j| variance[(free[i], free[j])])
        .cholesky()
        .filter(|_| !free.is_empty())
        .map(|v| excess.dot(&v.solve(&excess)));
    LogRank { arms, chi_square: solved.unwrap_or(f64::NAN), df: solved.map_or(0, |_| free.len() as u32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_by_hand() {
        // Deaths at 1 (of 2 + 2 at risk) and 3 (of 1 + 1).
        let got = log_rank(&[1., 3., 2., 4.], &[true, true, false, false], &[0, 0, 1, 1], 2);
        let variance = 0.25 + 0.25;
        assert_eq!(got.arms[0], Arm { n: 2, observed: 2, expected: 1.0 });
        assert!((got.chi_square - 1.0 / variance).abs() < 1e-14 && got.df == 1);
    }

    #[test]
    fn nothing_to_compare() {
        for got in [
            log_rank(&[], &[], &[], 3),
            log_rank(&[1., 2.], &[false, false], &[0, 1], 2),
            log_rank(&[1., 2.], &[true, true], &[0, 0], 2),
            log_rank(&[1., 2.], &[true, true], &[7, 7], 2),
            // The only death comes when the other group has left.
            log_rank(&[1., 2.], &[false, true], &[0, 1], 2),
        ] {
            assert_eq!((got.df, got.chi_square.is_nan()), (0, true), "{got:?}");
        }
    }

    #[test]
    fn an_empty_group_changes_nothing_but_the_list() {
        let time: Vec<f64> = (0..30).map(|i| f64::from(i * 7 % 11)).collect();
        let event: Vec<bool> = (0..30).map(|i| i % 3 != 0).collect();
        let group: Vec<u32> = (0..30).map(|i| i % 2 * 2).collect();
        let halves: Vec<u32> = group.iter().map(|g| g / 2).collect();
        let (three, two) = (log_rank(&time, &event, &group, 3), log_rank(&time, &event, &halves, 2));
        assert_eq!((three.df, three.chi_square), (two.df, two.chi_square));
        assert_eq!(three.arms[1], Arm { n: 0, observed: 0, expected: 0.0 });
    }
}
