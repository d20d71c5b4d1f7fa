//! Mean time without the event up to a horizon: what a curve says without any assumption about hazards.

use super::Step;
use crate::evaluate::interval::{Interval, Z};

/// Restricted mean ∫₀^horizon S(t) dt of a Kaplan–Meier curve with a 95 % interval (Irwin 1949; variance
/// Σ (∫ₜᵢ^horizon S)² dᵢ / (nᵢ (nᵢ − dᵢ)), as R's survfit gives it).
///
/// None if somebody was still at risk of the event when follow-up ended before the horizon: the curve does not say.
pub fn restricted_mean(steps: &[Step], horizon: f64) -> Option<Interval> {
    let last = steps.last()?;
    if horizon <= 0.0 || (horizon > last.time && last.survival > 0.0) {
        return None;
    }
    let before: &[Step] = &steps[..steps.partition_point(|s| s.time < horizon)];
    // From the last step to the first: the area to the right of each step is a running sum.
    let (mut right, mut variance, mut end) = (0.0, 0.0, horizon);
    for step in before.iter().rev() {
        right += step.survival * (end - step.time);
        end = step.time;
        let (n, d) = (f64::from(step.at_risk), f64::from(step.events));
        if d < n {
            variance += right * right * d / (n * (n - d));
        }
    }
    let mean = right + end;
    let half = Z * variance.sqrt();
    Some(Interval { estimate: mean, low: mean - half, high: mean + half })
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier;
    use super::*;

    #[test]
    fn without_censoring_it_is_the_mean_of_the_times_cut_at_the_horizon() {
        let steps = kaplan_meier(&[1., 2., 4., 9.], &[true; 4]);
        let mean = |h| restricted_mean(&steps, h).map(|i| i.estimate);
        assert_eq!(mean(9.0), Some(4.0));
        assert_eq!(mean(3.0), Some(2.25));
        assert_eq!(mean(20.0), Some(4.0));
        assert_eq!(mean(0.5), Some(0.5));
        assert_eq!(mean(0.0), None);
    }

    #[test]
    fn a_curve_says_nothing_beyond_its_end() {
        let steps = kaplan_meier(&[1., 5.], &[true, false]);
        assert!(restricted_mean(&steps, 5.0).is_some());
        assert_eq!(restricted_mean(&steps, 5.5), None);
        assert_eq!(restricted_mean(&[], 1.0), None);
    }
}
