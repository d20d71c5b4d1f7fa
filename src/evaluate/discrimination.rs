//! Concordance of predictions with what happened.
//!
//! Both measures are read off patients that were sorted once; a bootstrap resample is a weight per patient, so it
//! costs one more pass and no sorting.

use super::interval::{Interval, bootstrap};
use crate::math::Fenwick;
use crate::math::Order as _;

/// Comparable pairs of patients: one of them had the event before the other's time ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Pairs {
    /// The earlier event had the higher risk.
    pub concordant: u64,
    /// The earlier event had the lower risk.
    pub discordant: u64,
    /// Both had the same risk.
    pub tied: u64,
}

impl Pairs {
    /// Harrell's C, (concordant + tied / 2) / comparable. None without comparable pairs.
    pub fn index(self) -> Option<f64> {
        let comparable = self.concordant + self.discordant + self.tied;
        (comparable > 0).then(|| (self.concordant as f64 + self.tied as f64 / 2.0) / comparable as f64)
    }
}

/// Harrell's C: share of comparable pairs in which the higher `risk` has the earlier event, ties in risk count half
/// (Harrell 1982). None without comparable pairs.
///
/// A pair is comparable if the earlier time is an event, or if times are equal and exactly one is an event, which
/// then counts as the earlier: the convention of lifelines and of R's survival. Rows with NaN are left out.
/// O(n log n).
pub fn concordance(time: &[f64], event: &[bool], risk: &[f64]) -> Option<f64> {
    concordant_pairs(time, event, risk).index()
}

/// The pairs behind [`concordance`].
pub fn concordant_pairs(time: &[f64], event: &[bool], risk: &[f64]) -> Pairs {
    Timeline::new(time, event, risk).pairs(|_| 1)
}

/// [`concordance`] with a percentile bootstrap interval over patients.
pub fn concordance_interval(
    time: &[f64],
    event: &[bool],
    risk: &[f64],
    n_resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let mut timeline = Timeline::new(time, event, risk);
    let estimate = timeline.pairs(|_| 1).index()?;
    bootstrap(estimate, timeline.patients.len(), n_resamples, seed, |counts| {
        timeline.pairs(|i| u64::from(counts[i])).index()
    })
}

/// Area under the ROC curve (Mann–Whitney, ties half). None if one class is absent. Rows with NaN are left out.
pub fn auc(label: &[bool], score: &[f64]) -> Option<f64> {
    weighted_auc(&by_score(label, score), |_| 1)
}

/// [`auc`] with a percentile bootstrap interval over patients.
pub fn auc_interval(label: &[bool], score: &[f64], n_resamples: usize, seed: u64) -> Option<Interval> {
    let sorted = by_score(label, score);
    let estimate = weighted_auc(&sorted, |_| 1)?;
    bootstrap(estimate, sorted.len(), n_resamples, seed, |counts| {
        weighted_auc(&sorted, |i| u64::from(counts[i]))
    })
}

/// One patient: where it stands in the input, time or score, event or label, rank of the risk.
#[derive(Clone, Copy)]
struct Patient {
    row: usize,
    key: f64,
    positive: bool,
    rank: usize,
}

/// Patients from the last time to the first, and who of them is still at risk.
pub(super) struct Timeline {
    patients: Vec<Patient>,
    at_risk: Fenwick,
}

impl Timeline {
    pub(super) fn new(time: &[f64], event: &[bool], risk: &[f64]) -> Self {
        let mut patients: Vec<Patient> = Vec::new();
        let mut known: Vec<(f64, f64, bool, usize)> = time
            .iter()
            .zip(risk)
            .zip(event)
            .enumerate()
            .filter(|(_, ((t, r), _))| !t.is_nan() && !r.is_nan())
            .map(|(row, ((&t, &r), &e))| (t, r, e, row))
            .collect();
        known.order_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal));
        for (rank, tie) in known.chunk_by(|a, b| a.1 == b.1).enumerate() {
            patients.extend(tie.iter().map(|&(key, _, positive, row)| Patient { row, key, positive, rank }));
        }
        let n_ranks = patients.last().map_or(0, |p| p.rank + 1);
        // Latest first; at the same time the censored come first, because an event there precedes them.
        patients.order_by(|a, b| {
            b.key.partial_cmp(&a.key).unwrap_or(std::cmp::Ordering::Equal).then(a.positive.cmp(&b.positive))
        });
        Timeline { patients, at_risk: Fenwick::new(n_ranks) }
    }

    /// Pairs where patient i (in this order) occurs `weight(i)` times.
    fn pairs(&mut self, weight: impl Fn(usize) -> u64) -> Pairs {
        let mut pairs = Pairs::default();
        self.visit(weight, |_, own| {
            pairs.concordant += own.concordant;
            pairs.discordant += own.discordant;
            pairs.tied += own.tied;
        });
        pairs
    }

    /// Harrell's C where the patient in row i of the input occurs `counts[i]` times.
    pub(super) fn index_of(&mut self, counts: &[u32]) -> Option<f64> {
        let weights: Vec<u64> = self.patients.iter().map(|p| u64::from(counts[p.row])).collect();
        self.pairs(|i| weights[i]).index()
    }

    /// The time of each event and the pairs in which it is the earlier one, latest first.
    pub(super) fn visit(&mut self, weight: impl Fn(usize) -> u64, mut each: impl FnMut(f64, Pairs)) {
        let Timeline { patients, at_risk } = self;
        at_risk.clear();
        let (mut n_at_risk, mut start) = (0, 0);
        for tie in patients.chunk_by(|a, b| a.key == b.key && a.positive == b.positive) {
            if tie[0].positive {
                for (i, patient) in tie.iter().enumerate() {
                    let times = weight(start + i);
                    if times > 0 {
                        let lower = at_risk.below(patient.rank);
                        let up_to = at_risk.below(patient.rank + 1);
                        let pairs = Pairs {
                            concordant: times * lower,
                            tied: times * (up_to - lower),
                            discordant: times * (n_at_risk - up_to),
                        };
                        each(patient.key, pairs);
                    }
                }
            }
            for (i, patient) in tie.iter().enumerate() {
                at_risk.add(patient.rank, weight(start + i));
                n_at_risk += weight(start + i);
            }
            start += tie.len();
        }
    }
}

fn by_score(label: &[bool], score: &[f64]) -> Vec<(f64, bool)> {
    let mut sorted: Vec<(f64, bool)> =
        score.iter().copied().zip(label.iter().copied()).filter(|(s, _)| !s.is_nan()).collect();
    sorted.order_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
    sorted
}

/// AUC where patient i of the ascending scores occurs `weight(i)` times.
fn weighted_auc(sorted: &[(f64, bool)], weight: impl Fn(usize) -> u64) -> Option<f64> {
    let (mut positives, mut negatives, mut twice_wins, mut start) = (0, 0, 0, 0);
    for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
        let (mut up, mut down) = (0, 0);
        for (i, &(_, label)) in tie.iter().enumerate() {
            *(if label { &mut up } else { &mut down }) += weight(start + i);
        }
        twice_wins += up * (2 * negatives + down);
        positives += up;
        negatives += down;
        start += tie.len();
    }
    (positives * negatives > 0).then(|| twice_wins as f64 / (2 * positives * negatives) as f64)
}

#[cfg(test)]
mod tests;
