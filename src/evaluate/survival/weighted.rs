//! Measures at a horizon: patients censored before it say nothing about it, those that remain speak for them
//! (inverse probability of censoring weights).
//!
//! G(t), the share not yet censored, is the Kaplan–Meier curve of the same patients with events and censoring swapped;
//! at equal times the events come first. The conventions are those of scikit-survival.

use super::known;
use crate::evaluate::discrimination::Timeline;
use crate::math::Order as _;

/// Kaplan–Meier curve of censoring.
struct Censoring(Vec<(f64, f64)>);

impl Censoring {
    fn of(time: &[f64], event: &[bool]) -> Self {
        let mut sorted: Vec<(f64, bool)> = known(time, event).flatten().collect();
        sorted.order_by(|a, b| a.0.total_cmp(&b.0));
        let (mut at_risk, mut share) = (sorted.len() as f64, 1.0);
        let steps = sorted.chunk_by(|a, b| a.0 == b.0).map(|tie| {
            let events = tie.iter().filter(|p| p.1).count() as f64;
            let censored = tie.len() as f64 - events;
            if censored > 0.0 {
                share *= 1.0 - censored / (at_risk - events);
            }
            at_risk -= tie.len() as f64;
            (tie[0].0, share)
        });
        Censoring(steps.collect())
    }

    /// G(t).
    fn at(&self, time: f64) -> f64 {
        let after = self.0.partition_point(|step| step.0 <= time);
        after.checked_sub(1).map_or(1.0, |i| self.0[i].1)
    }
}

/// Uno's C (Uno et al. 2011): concordance in which a pair counts 1 / G(t)² for the time t of its earlier event, so that
/// it does not depend on when follow-up ended; events before `horizon` only, if there is one. Higher `risk`, earlier
/// event. Events at the very end, when all others are censored, have no weight. None without comparable pairs.
pub fn uno_concordance(time: &[f64], event: &[bool], risk: &[f64], horizon: Option<f64>) -> Option<f64> {
    let (time, event, risk) = complete(time, event, risk);
    let censoring = Censoring::of(&time, &event);
    let (mut agreeing, mut comparable) = (0.0, 0.0);
    Timeline::new(&time, &event, &risk).visit(
        |_| 1,
        |t, pairs| {
            let share = censoring.at(t);
            if share > 0.0 && horizon.is_none_or(|end| t < end) {
                let weight = 1.0 / (share * share);
                agreeing += weight * (pairs.concordant as f64 + pairs.tied as f64 / 2.0);
                comparable += weight * (pairs.concordant + pairs.discordant + pairs.tied) as f64;
            }
        },
    );
    (comparable > 0.0).then(|| agreeing / comparable)
}

/// Cumulative/dynamic AUC (Uno et al. 2007; Hung & Chiang 2010): how well `risk` tells patients with the event by
/// `horizon` from those who outlive it. None if either is missing.
pub fn auc_at(time: &[f64], event: &[bool], risk: &[f64], horizon: f64) -> Option<f64> {
    let (time, event, risk) = complete(time, event, risk);
    let censoring = Censoring::of(&time, &event);
    // (risk, weight as a case, weight as a control), ascending by risk.
    let mut sorted: Vec<(f64, f64, f64)> = (0..time.len())
        .map(|i| {
            let case = time[i] <= horizon && event[i];
            let weight = if case { inverse(censoring.at(time[i])) } else { 0.0 };
            (risk[i], weight, f64::from(u8::from(time[i] > horizon)))
        })
        .collect();
    sorted.order_by(|a, b| a.0.total_cmp(&b.0));
    let (mut cases, mut controls, mut wins) = (0.0, 0.0, 0.0);
    for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
        let up: f64 = tie.iter().map(|p| p.1).sum();
        let down: f64 = tie.iter().map(|p| p.2).sum();
        wins += up * (controls + down / 2.0);
        cases += up;
        controls += down;
    }
    (cases > 0.0 && controls > 0.0).then(|| wins / (cases * controls))
}

/// Brier score at `horizon` (Graf et al. 1999): mean squared difference between `survival`, the predicted probability of
/// outliving it, and what happened. None without patients or if everybody is censored before.
pub fn brier_at(time: &[f64], event: &[bool], survival: &[f64], horizon: f64) -> Option<f64> {
    let (time, event, survival) = complete(time, event, survival);
    let censoring = Censoring::of(&time, &event);
    let at_horizon = censoring.at(horizon);
    let term = |i: usize| {
        let s = survival[i];
        match (time[i] > horizon, event[i]) {
            (true, _) => (1.0 - s) * (1.0 - s) * inverse(at_horizon),
            (false, true) => s * s * inverse(censoring.at(time[i])),
            (false, false) => 0.0,
        }
    };
    let n = time.len();
    let says = (0..n).any(|i| time[i] > horizon || event[i]);
    says.then(|| (0..n).map(term).sum::<f64>() / n as f64)
}

/// 1 / G; 0 where everybody is censored.
fn inverse(share: f64) -> f64 {
    if share > 0.0 { 1.0 / share } else { 0.0 }
}

/// The patients of whom everything is known.
fn complete(time: &[f64], event: &[bool], value: &[f64]) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let rows = known(time, event).zip(value).filter_map(|(p, &v)| p.filter(|_| !v.is_nan()).map(|p| (p, v)));
    let (mut times, mut events, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for ((t, e), v) in rows {
        times.push(t);
        events.push(e);
        values.push(v);
    }
    (times, events, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{auc, concordance};

    #[test]
    fn without_censoring_they_are_the_plain_measures() {
        let time: Vec<f64> = (0..50).map(|i| f64::from(i * 17 % 23)).collect();
        let risk: Vec<f64> = (0..50).map(|i| f64::from(i * 29 % 13)).collect();
        let event = vec![true; 50];
        let c = uno_concordance(&time, &event, &risk, None).unwrap();
        assert!((c - concordance(&time, &event, &risk).unwrap()).abs() < 1e-14);
        let by_ten: Vec<bool> = time.iter().map(|t| *t <= 10.0).collect();
        assert!((auc_at(&time, &event, &risk, 10.0).unwrap() - auc(&by_ten, &risk).unwrap()).abs() < 1e-14);
        let half = brier_at(&time, &event, &[0.5; 50], 10.0).unwrap();
        assert!((half - 0.25).abs() < 1e-14);
    }

    #[test]
    fn nothing_known_has_no_measure() {
        assert_eq!(uno_concordance(&[], &[], &[], None), None);
        assert_eq!(uno_concordance(&[1., 2.], &[false, false], &[1., 2.], None), None);
        assert_eq!(auc_at(&[1., 2.], &[true, true], &[1., 2.], 5.0), None);
        assert_eq!(auc_at(&[1., 2.], &[true, true], &[f64::NAN; 2], 1.0), None);
        assert_eq!(brier_at(&[1., 2.], &[false, false], &[0.5; 2], 5.0), None);
    }
}
