//! Survival curves, and in the modules below: comparisons of groups, hazard ratios, measures at a horizon.

mod cox;
mod cut_point;
mod horizon;
mod incidence;
mod log_rank;
mod restricted_mean;
mod weighted;

pub use cox::{Cox, cox};
pub use cut_point::{CutPoint, best_cut};
pub use horizon::{Band, Baseline, CalibrationAt, calibration_at};
pub use incidence::{End, cumulative_incidence};
pub use log_rank::{Arm, LogRank, log_rank};
pub use restricted_mean::restricted_mean;
pub use weighted::{auc_at, brier_at, uno_concordance};

use super::interval::Z;
use crate::math::Order as _;
use crate::math::{exp, ln};

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// Time of follow-up.
    pub time: f64,
    /// Patients at risk just before this time.
    pub at_risk: u32,
    /// Events at this time.
    pub events: u32,
    /// Patients censored at this time.
    pub censored: u32,
    /// S(t): share without the event, from this time on.
    pub survival: f64,
    /// 95 % interval of S(t), log(−log) scale with Greenwood's variance; equal to S(t) where that is 1 or 0.
    pub interval: [f64; 2],
}

/// Kaplan–Meier curve, one step per distinct time, ascending: S(t) = Π (1 − dᵢ / nᵢ) (Kaplan & Meier 1958).
///
/// Rows whose time is NaN are left out. Patients censored at the time of an event were at risk of it.
pub fn kaplan_meier(time: &[f64], event: &[bool]) -> Vec<Step> {
    let mut sorted: Vec<(f64, bool)> =
        time.iter().copied().zip(event.iter().copied()).filter(|(t, _)| !t.is_nan()).collect();
    sorted.order_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = sorted.len() as u32;
    let (mut survival, mut greenwood, mut between) = (1.0, 0.0, [1.0; 2]);
    let mut steps = Vec::new();
    for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
        let (leaving, events) = (tie.len() as u32, tie.iter().filter(|(_, e)| *e).count() as u32);
        let (n, d) = (f64::from(at_risk), f64::from(events));
        if events > 0 {
            survival *= 1.0 - d / n;
            greenwood += d / (n * (n - d));
            between = interval(survival, greenwood);
        }
        steps.push(Step {
            time: tie[0].0,
            at_risk,
            events,
            censored: leaving - events,
            survival,
            interval: between,
        });
        at_risk -= leaving;
    }
    steps
}

/// S(t) read off a curve: 1 before the first step.
pub fn survival_at(steps: &[Step], time: f64) -> f64 {
    let after = steps.partition_point(|s| s.time <= time);
    after.checked_sub(1).map_or(1.0, |i| steps[i].survival)
}

/// Patients at risk just before `time`: those whose own time is not earlier.
pub fn at_risk(steps: &[Step], time: f64) -> u32 {
    steps.get(steps.partition_point(|s| s.time < time)).map_or(0, |s| s.at_risk)
}

/// The first time at which at most half are without the event. None if the curve stays above.
pub fn median_survival(steps: &[Step]) -> Option<f64> {
    steps.iter().find(|s| s.survival <= 0.5).map(|s| s.time)
}

/// 95 % interval of the median (Brookmeyer & Crowley 1982, on the log(−log) scale): the times at which the lower and
/// the upper end of the curve's interval reach one half. None where an end stays above.
pub fn median_interval(steps: &[Step]) -> [Option<f64>; 2] {
    [0, 1].map(|end| steps.iter().find(|s| s.interval[end] <= 0.5).map(|s| s.time))
}

/// Time and event of each row, None where the time is not known.
fn known<'a>(time: &'a [f64], event: &'a [bool]) -> impl Iterator<Item = Option<(f64, bool)>> + 'a {
    time.iter().zip(event).map(|(&t, &e)| (!t.is_nan()).then_some((t, e)))
}

/// S^exp(±z·√V / ln S) with V = Σ d / (n (n − d)) (Kalbfleisch & Prentice 1980, §1.4).
fn interval(survival: f64, greenwood: f64) -> [f64; 2] {
    if survival >= 1.0 || survival <= 0.0 {
        return [survival; 2];
    }
    let log = ln(survival);
    let half = Z * greenwood.sqrt() / log.abs();
    [exp(log * exp(half)), exp(log * exp(-half))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freireich_1963_as_in_every_textbook() {
        // 6-MP arm: remission in weeks, the product-limit estimates of Kalbfleisch & Prentice, table 1.2.
        let time = [
            6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35.,
        ];
        let event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|e| e == 1);
        let steps = kaplan_meier(&time, &event);
        let at = |t: f64| (survival_at(&steps, t) * 1000.0).round();
        assert_eq!(
            [5.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0].map(at),
            [1000., 857., 807., 753., 690., 627., 538., 448.]
        );
        assert_eq!(median_survival(&steps), Some(23.0));
        assert_eq!([0.0, 6.0, 6.5, 10.0, 36.0].map(|t| at_risk(&steps, t)), [21, 21, 17, 15, 0]);
        assert_eq!(steps.iter().map(|s| s.events + s.censored).sum::<u32>(), 21);
        assert!(steps.iter().all(|s| s.interval[0] <= s.survival && s.survival <= s.interval[1]));
    }

    #[test]
    fn everyone_dies_or_no_one_is_there() {
        let steps = kaplan_meier(&[1.0, 1.0], &[true, true]);
        assert_eq!((steps[0].survival, steps[0].interval), (0.0, [0.0, 0.0]));
        assert!(kaplan_meier(&[], &[]).is_empty());
        assert_eq!(survival_at(&[], 3.0), 1.0);
    }
}
