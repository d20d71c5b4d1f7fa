//! A score turned into a decision: ROC, precision, confusion at a cutoff, what a decision is worth.

use super::interval::{Interval, Z, bootstrap, wilson};
use crate::math::{Order as _, ranks};

/// Patients on the four sides of a cutoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Confusion {
    /// At or above the cutoff, with the outcome.
    pub true_positives: u64,
    /// At or above the cutoff, without the outcome.
    pub false_positives: u64,
    /// Below the cutoff, with the outcome.
    pub false_negatives: u64,
    /// Below the cutoff, without the outcome.
    pub true_negatives: u64,
}

impl Confusion {
    /// Share of those with the outcome that are found, Wilson interval. None without any.
    pub fn sensitivity(&self) -> Option<Interval> {
        wilson(self.true_positives, self.true_positives + self.false_negatives)
    }
    /// Share of those without the outcome that are left alone.
    pub fn specificity(&self) -> Option<Interval> {
        wilson(self.true_negatives, self.true_negatives + self.false_positives)
    }
    /// Share of those called positive that have the outcome.
    pub fn precision(&self) -> Option<Interval> {
        wilson(self.true_positives, self.true_positives + self.false_positives)
    }
    /// Share of those called negative that do not have it.
    pub fn negative_predictive_value(&self) -> Option<Interval> {
        wilson(self.true_negatives, self.true_negatives + self.false_negatives)
    }
    /// Share called rightly.
    pub fn accuracy(&self) -> Option<Interval> {
        wilson(self.true_positives + self.true_negatives, self.n())
    }
    /// Patients.
    pub fn n(&self) -> u64 {
        self.true_positives + self.false_positives + self.false_negatives + self.true_negatives
    }
    /// TP/n − FP/n · w/(1 − w) at threshold probability `w` in 0..1 (Vickers & Elkin 2006). None without patients.
    pub fn net_benefit(&self, w: f64) -> Option<f64> {
        let share = |count: u64| count as f64 / self.n() as f64;
        (self.n() > 0).then(|| share(self.true_positives) - share(self.false_positives) * w / (1.0 - w))
    }
}

/// Patients sorted by score: every cutoff in one pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Cutoffs {
    /// Score and what is at or above it, highest score first; one entry per distinct score.
    pub points: Vec<(f64, Confusion)>,
    /// Patients with the outcome.
    pub n_positive: u64,
    /// Patients without.
    pub n_negative: u64,
}

impl Cutoffs {
    /// Of labels and scores; rows whose score is NaN are left out.
    pub fn of(label: &[bool], score: &[f64]) -> Self {
        let mut sorted: Vec<(f64, bool)> =
            score.iter().copied().zip(label.iter().copied()).filter(|(s, _)| !s.is_nan()).collect();
        sorted.order_by(|a, b| b.0.total_cmp(&a.0));
        let n_positive = sorted.iter().filter(|p| p.1).count() as u64;
        let n_negative = sorted.len() as u64 - n_positive;
        let (mut found, mut wrong) = (0, 0);
        let points = sorted
            .chunk_by(|a, b| a.0 == b.0)
            .map(|tie| {
                let up = tie.iter().filter(|p| p.1).count() as u64;
                found += up;
                wrong += tie.len() as u64 - up;
                let confusion = Confusion {
                    true_positives: found,
                    false_positives: wrong,
                    false_negatives: n_positive - found,
                    true_negatives: n_negative - wrong,
                };
                (tie[0].0, confusion)
            })
            .collect();
        Cutoffs { points, n_positive, n_negative }
    }

    /// What calling everybody at or above `cutoff` positive does.
    pub fn at(&self, cutoff: f64) -> Confusion {
        let n = self.points.partition_point(|p| p.0 >= cutoff);
        let nobody = Confusion {
            false_negatives: self.n_positive,
            true_negatives: self.n_negative,
            ..Confusion::default()
        };
        n.checked_sub(1).map_or(nobody, |i| self.points[i].1)
    }

    /// The ROC curve: 1 − specificity and sensitivity, from (0, 0) to (1, 1). Empty if one class is absent.
    pub fn roc(&self) -> Vec<[f64; 2]> {
        if self.n_positive == 0 || self.n_negative == 0 {
            return Vec::new();
        }
        let point = |c: &Confusion| {
            [
                c.false_positives as f64 / self.n_negative as f64,
                c.true_positives as f64 / self.n_positive as f64,
            ]
        };
        std::iter::once([0.0; 2]).chain(self.points.iter().map(|p| point(&p.1))).collect()
    }

    /// Sensitivity (recall) and precision, from the highest cutoff to the lowest. Empty without positives.
    pub fn precision_recall(&self) -> Vec<[f64; 2]> {
        let point = |c: &Confusion| {
            let called = (c.true_positives + c.false_positives) as f64;
            [c.true_positives as f64 / self.n_positive as f64, c.true_positives as f64 / called]
        };
        if self.n_positive == 0 { Vec::new() } else { self.points.iter().map(|p| point(&p.1)).collect() }
    }

    /// Average precision Σ (Rᵢ − Rᵢ₋₁) Pᵢ, as in scikit-learn. None without positives.
    pub fn average_precision(&self) -> Option<f64> {
        let mut before = 0.0;
        (self.n_positive > 0).then(|| {
            let area = |[recall, precision]: [f64; 2]| {
                let step = (recall - before) * precision;
                before = recall;
                step
            };
            self.precision_recall().into_iter().map(area).sum()
        })
    }
}

/// Average precision with a percentile bootstrap interval over patients.
pub fn average_precision_interval(
    label: &[bool],
    score: &[f64],
    n_resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let known: Vec<(bool, f64)> =
        label.iter().copied().zip(score.iter().copied()).filter(|(_, s)| !s.is_nan()).collect();
    let of = |rows: &mut dyn Iterator<Item = (bool, f64)>| {
        let (label, score): (Vec<bool>, Vec<f64>) = rows.unzip();
        Cutoffs::of(&label, &score).average_precision()
    };
    let estimate = of(&mut known.iter().copied())?;
    bootstrap(estimate, known.len(), n_resamples, seed, |counts| {
        of(&mut known.iter().zip(counts).flat_map(|(&row, &n)| std::iter::repeat_n(row, n as usize)))
    })
}

/// AUC with the interval of DeLong, DeLong & Clarke-Pearson 1988, cut to 0..1, from midranks (Sun & Xu 2014):
/// O(n log n). None with fewer than two patients of either class.
pub fn auc_delong(label: &[bool], score: &[f64]) -> Option<Interval> {
    let known: Vec<(bool, f64)> =
        label.iter().copied().zip(score.iter().copied()).filter(|(_, s)| !s.is_nan()).collect();
    let [up, down] = below(&known);
    let (m, n) = (up.len() as f64, down.len() as f64);
    if up.len() < 2 || down.len() < 2 {
        return None;
    }
    let auc = up.iter().sum::<f64>() / (m * n);
    let spread = |x: &[f64], of: f64, centre: f64| {
        let squares = x.iter().map(|v| (v / of - centre) * (v / of - centre));
        squares.sum::<f64>() / (x.len() as f64 - 1.0) / x.len() as f64
    };
    let half = Z * (spread(&up, n, auc) + spread(&down, m, 1.0 - auc)).sqrt();
    Some(Interval { estimate: auc, low: (auc - half).max(0.0), high: (auc + half).min(1.0) })
}

/// Of each positive and of each negative, how many of the other class lie below, ties half.
pub(super) fn below(known: &[(bool, f64)]) -> [Vec<f64>; 2] {
    let all = ranks(&known.iter().map(|p| p.1).collect::<Vec<_>>());
    [true, false].map(|class| {
        let own: Vec<usize> = (0..known.len()).filter(|&i| known[i].0 == class).collect();
        // The rank among all less the rank within the class.
        let within = ranks(&own.iter().map(|&i| known[i].1).collect::<Vec<_>>());
        own.iter().zip(within).map(|(&i, rank)| all[i] - rank).collect()
    })
}

/// Brier score, the mean squared difference of probability and outcome, and its share of what the prevalence alone would
/// score, taken from 1 (scaled Brier, 0 = no better). None without patients; no share where the outcome does not vary.
pub fn brier(label: &[bool], probability: &[f64]) -> Option<(f64, Option<f64>)> {
    let known: Vec<(f64, f64)> = label
        .iter()
        .zip(probability)
        .filter(|(_, p)| !p.is_nan())
        .map(|(&y, &p)| (f64::from(u8::from(y)), p))
        .collect();
    let n = known.len() as f64;
    if known.is_empty() {
        return None;
    }
    let score = known.iter().map(|(y, p)| (y - p) * (y - p)).sum::<f64>() / n;
    let prevalence = known.iter().map(|k| k.0).sum::<f64>() / n;
    let worst = prevalence * (1.0 - prevalence);
    Some((score, (worst > 0.0).then(|| 1.0 - score / worst)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let cutoffs = Cutoffs::of(&[true, false, true, false, true], &[0.9, 0.8, 0.8, 0.1, f64::NAN]);
        assert_eq!((cutoffs.n_positive, cutoffs.n_negative), (2, 2));
        assert_eq!(cutoffs.roc(), [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]]);
        let at = cutoffs.at(0.8);
        assert_eq!((at.true_positives, at.false_positives, at.false_negatives), (2, 1, 0));
        assert_eq!(cutoffs.at(0.95).n(), 4);
        assert_eq!(cutoffs.at(0.95).sensitivity().unwrap().estimate, 0.0);
        assert_eq!(at.net_benefit(0.2), Some(0.5 - 0.25 * 0.25));
        assert_eq!(cutoffs.average_precision(), Some(0.5 + 0.5 * 2.0 / 3.0));
    }

    #[test]
    fn one_class_or_nobody() {
        let one = Cutoffs::of(&[true, true], &[0.1, 0.2]);
        assert!(one.roc().is_empty() && one.at(0.15).specificity().is_none());
        assert_eq!(auc_delong(&[true, true, false], &[0.1, 0.2, 0.3]), None);
        assert_eq!((brier(&[], &[]), brier(&[true], &[0.5])), (None, Some((0.25, None))));
        assert_eq!(Cutoffs::of(&[], &[]).average_precision(), None);
    }

    proptest! {
        #[test]
        fn the_area_under_the_curve_is_the_auc(rows in prop::collection::vec((any::<bool>(), 0u8..9), 4..40)) {
            let (label, score): (Vec<bool>, Vec<f64>) = rows.iter().map(|r| (r.0, f64::from(r.1))).unzip();
            let area: f64 = Cutoffs::of(&label, &score)
                .roc()
                .windows(2)
                .map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1]) / 2.0)
                .sum();
            let auc = super::super::auc(&label, &score);
            prop_assert!((area - auc.unwrap_or(0.0)).abs() < 1e-12);
            if let Some(delong) = auc_delong(&label, &score) {
                prop_assert!((delong.estimate - area).abs() < 1e-12);
                prop_assert!(delong.low <= delong.estimate && delong.estimate <= delong.high);
            }
        }
    }
}
