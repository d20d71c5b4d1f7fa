//! From relative risk to probabilities at a horizon, and whether these hold.

use super::{kaplan_meier, known, survival_at};
use crate::evaluate::interval::Interval;
use crate::math::{Order as _, exp, mean};

/// Cumulative baseline hazard of a Cox model (Breslow 1972), estimated from the patients it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Time and H₀(t), ascending.
    steps: Vec<(f64, f64)>,
}

impl Baseline {
    /// H₀(t) = Σ dᵢ / Σ exp(marginⱼ) over the times tᵢ ≤ t and the patients j at risk then. None without an event.
    pub fn of(time: &[f64], event: &[bool], margin: &[f64]) -> Option<Baseline> {
        let mut patients: Vec<(f64, bool, f64)> = known(time, event)
            .zip(margin)
            .filter_map(|(p, &m)| p.filter(|_| m.is_finite()).map(|(t, e)| (t, e, m)))
            .collect();
        patients.order_by(|a, b| b.0.total_cmp(&a.0));
        let (mut at_risk, mut jumps) = (0.0, Vec::new());
        for tie in patients.chunk_by(|a, b| a.0 == b.0) {
            at_risk += tie.iter().map(|p| exp(p.2)).sum::<f64>();
            jumps.push((tie[0].0, tie.iter().filter(|p| p.1).count() as f64 / at_risk));
        }
        let mut total = 0.0;
        let steps: Vec<(f64, f64)> = jumps
            .into_iter()
            .rev()
            .map(|(t, jump)| {
                total += jump;
                (t, total)
            })
            .collect();
        (total > 0.0).then_some(Baseline { steps })
    }

    /// Last time of follow-up: beyond it the baseline says nothing.
    pub fn end(&self) -> f64 {
        self.steps.last().map_or(0.0, |s| s.0)
    }

    /// Probability that a patient with this margin outlives `horizon`: exp(−H₀(horizon) e^margin).
    pub fn survival(&self, margin: f64, horizon: f64) -> f64 {
        let after = self.steps.partition_point(|s| s.0 <= horizon);
        let hazard = after.checked_sub(1).map_or(0.0, |i| self.steps[i].1);
        exp(-hazard * exp(margin))
    }
}

/// Patients of similar predicted probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Patients.
    pub n: usize,
    /// Events by the horizon.
    pub n_events: usize,
    /// Mean predicted probability of the event by the horizon.
    pub predicted: f64,
    /// 1 − S(horizon) by Kaplan–Meier; None if follow-up of all ended before.
    pub observed: Option<Interval>,
}

/// Predicted against observed at a horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationAt {
    /// Everybody.
    pub overall: Band,
    /// Equal parts by predicted probability, lowest first; equal predictions stay together.
    pub bands: Vec<Band>,
}

impl CalibrationAt {
    /// Observed over expected events. None where the curve does not reach the horizon.
    pub fn observed_to_expected(&self) -> Option<Interval> {
        let observed = self.overall.observed.filter(|_| self.overall.predicted > 0.0)?;
        let over = |v: f64| v / self.overall.predicted;
        Some(Interval {
            estimate: over(observed.estimate),
            low: over(observed.low),
            high: over(observed.high),
        })
    }
}

/// Compares `predicted`, the probability of the event by `horizon`, with Kaplan–Meier in `n_bands` parts. None without
/// patients. Rows with NaN are left out.
pub fn calibration_at(
    time: &[f64],
    event: &[bool],
    predicted: &[f64],
    horizon: f64,
    n_bands: usize,
) -> Option<CalibrationAt> {
    let mut patients: Vec<(f64, f64, bool)> = known(time, event)
        .zip(predicted)
        .filter_map(|(p, &q)| p.filter(|_| !q.is_nan()).map(|(t, e)| (q, t, e)))
        .collect();
    patients.order_by(|a, b| a.0.total_cmp(&b.0));
    let n = patients.len();
    let mut bands: Vec<Vec<(f64, f64, bool)>> = vec![Vec::new(); n_bands.clamp(1, n.max(1))];
    let (mut start, n_bands) = (0, bands.len());
    for tie in patients.chunk_by(|a, b| a.0 == b.0) {
        bands[start * n_bands / n].extend_from_slice(tie);
        start += tie.len();
    }
    let overall = (n > 0).then(|| band(&patients, horizon))?;
    let bands = bands.iter().filter(|b| !b.is_empty()).map(|b| band(b, horizon)).collect();
    Some(CalibrationAt { overall, bands })
}

fn band(patients: &[(f64, f64, bool)], horizon: f64) -> Band {
    let time: Vec<f64> = patients.iter().map(|p| p.1).collect();
    let event: Vec<bool> = patients.iter().map(|p| p.2).collect();
    let steps = kaplan_meier(&time, &event);
    let reached = steps.last().is_some_and(|s| s.time >= horizon || s.survival == 0.0);
    let [low, high] = match steps.partition_point(|s| s.time <= horizon) {
        0 => [1.0; 2],
        after => steps[after - 1].interval,
    };
    let survival = survival_at(&steps, horizon);
    Band {
        n: patients.len(),
        n_events: patients.iter().filter(|p| p.2 && p.1 <= horizon).count(),
        predicted: mean(&patients.iter().map(|p| p.0).collect::<Vec<_>>()),
        observed: reached.then_some(Interval { estimate: 1.0 - survival, low: 1.0 - high, high: 1.0 - low }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_predictions_stay_together_and_nobody_is_lost() {
        let time: Vec<f64> = (0..40).map(|i| f64::from(i % 10 + 1)).collect();
        let event: Vec<bool> = (0..40).map(|i| i % 3 == 0).collect();
        let predicted: Vec<f64> = (0..40).map(|i| f64::from(i / 12) / 10.0).collect();
        let got = calibration_at(&time, &event, &predicted, 5.0, 5).unwrap();
        assert_eq!(got.bands.iter().map(|b| b.n).sum::<usize>(), 40);
        assert_eq!(got.bands.len(), 4);
        assert_eq!(got.bands.iter().map(|b| b.n_events).sum::<usize>(), got.overall.n_events);
        assert!(got.observed_to_expected().is_some());
        assert_eq!(calibration_at(&[], &[], &[], 5.0, 5), None);
        let beyond = calibration_at(&time, &event, &predicted, 50.0, 5).unwrap();
        assert_eq!((beyond.overall.observed, beyond.observed_to_expected()), (None, None));
    }

    #[test]
    fn without_an_event_there_is_no_baseline() {
        assert_eq!(Baseline::of(&[1., 2.], &[false, false], &[0.0, 0.0]), None);
        let two = Baseline::of(&[1., 2.], &[true, true], &[0.0, 0.0]).unwrap();
        assert!((two.survival(0.0, 2.0) - exp(-1.5)).abs() < 1e-15 && two.survival(0.0, 0.5) == 1.0);
        assert_eq!(two.end(), 2.0);
    }
}
