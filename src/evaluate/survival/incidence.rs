//! Cumulative incidence where another event can come first.

use super::{Step, interval};
use crate::math::Order as _;

/// What ended a patient's follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Nothing that is known.
    Censored,
    /// The event of interest.
    Event,
    /// Another event, after which that of interest cannot come or means something else.
    Competing,
}

/// Cumulative incidence of the event of interest (Aalen & Johansen 1978), one step per distinct time, ascending:
/// F(t) = Σ S(tᵢ−) dᵢ / nᵢ with S the share free of any event. [`Step::survival`] is F(t) and [`Step::interval`] its 95 %
/// interval, log(−log) scale with the variance of Collett (2015, §12.3), as lifelines has it.
///
/// Without competing events F is 1 − Kaplan–Meier. Rows whose time is NaN are left out.
pub fn cumulative_incidence(time: &[f64], end: &[End]) -> Vec<Step> {
    let mut sorted: Vec<(f64, End)> =
        time.iter().copied().zip(end.iter().copied()).filter(|(t, _)| !t.is_nan()).collect();
    sorted.order_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = sorted.len() as u32;
    let (mut free, mut incidence) = (1.0, 0.0);
    // Sums of a, a·F and a·F² with a = d / (n (n − d)); the same without the square for the third term.
    let (mut first, mut second, mut third) = ([0.0; 3], 0.0, [0.0; 2]);
    let mut steps = Vec::new();
    for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
        let count = |what| tie.iter().filter(|(_, e)| *e == what).count() as u32;
        let (events, others) = (count(End::Event), count(End::Competing));
        let (n, d, all) = (f64::from(at_risk), f64::from(events), f64::from(events + others));
        incidence += free * d / n;
        // After the last patient the incidence does not change, so that this term stays 0.
        if all < n {
            let a = all / n / (n - all);
            first = [first[0] + a, first[1] + a * incidence, first[2] + a * incidence * incidence];
        }
        second += free * free * d * (n - d) / (n * n * n);
        let b = free * d / (n * n);
        third = [third[0] + b, third[1] + b * incidence];
        free *= 1.0 - all / n;
        let variance = first[0] * incidence * incidence - 2.0 * first[1] * incidence + first[2] + second
            - 2.0 * (third[0] * incidence - third[1]);
        steps.push(Step {
            time: tie[0].0,
            at_risk,
            events,
            censored: count(End::Censored),
            survival: incidence,
            interval: interval(incidence, variance.max(0.0) / (incidence * incidence)),
        });
        at_risk -= tie.len() as u32;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::kaplan_meier;

    #[test]
    fn three_patients_by_hand_and_one_less_kaplan_meier() {
        use End::{Censored, Competing, Event};
        let steps = cumulative_incidence(&[1.0, 2.0, 3.0], &[Event, Competing, Event]);
        let values: Vec<f64> = steps.iter().map(|s| (s.survival * 3.0 * 1e12).round() / 1e12).collect();
        assert_eq!(values, [1.0, 1.0, 2.0]);
        let time = [4.0, 2.0, 2.0, 9.0, 7.0];
        let end = [Event, Event, Censored, Censored, Event];
        let km = kaplan_meier(&time, &end.map(|e| e == Event));
        for (f, s) in cumulative_incidence(&time, &end).iter().zip(&km) {
            assert!((f.survival - (1.0 - s.survival)).abs() < 1e-15);
        }
        assert!(cumulative_incidence(&[], &[]).is_empty());
        assert_eq!(cumulative_incidence(&[1.0], &[Competing])[0].interval, [0.0, 0.0]);
    }
}
