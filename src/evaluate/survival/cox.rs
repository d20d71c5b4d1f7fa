//! Hazard ratio of one covariate (Cox 1972), ties after Efron (1977).

use super::known;
use crate::evaluate::interval::{Interval, Z};
use crate::evaluate::test_of_outcomes::{Comparison, sealed};
use crate::math::{Order as _, exp, ln, mean, normal_two_sided};

/// Steps after which no maximum is in sight.
const MAX_STEPS: usize = 60;
/// |β| times the covariate's range from which on the likelihood has no maximum that the data could tell.
const MONOTONE: f64 = 30.0;

/// A proportional-hazards model with one covariate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cox {
    /// β: the log hazard ratio per unit of the covariate.
    pub log_hazard_ratio: f64,
    /// Standard error of β from the observed information.
    pub standard_error: f64,
    /// Patients.
    pub n: usize,
    /// Events.
    pub n_events: usize,
}

impl Cox {
    /// Hazard ratio with its Wald interval.
    pub fn hazard_ratio(&self) -> Interval {
        let at = |z: f64| exp(self.log_hazard_ratio + z * self.standard_error);
        Interval { estimate: at(0.0), low: at(-Z), high: at(Z) }
    }

    /// β with its Wald interval.
    pub fn slope(&self) -> Interval {
        let at = |z: f64| self.log_hazard_ratio + z * self.standard_error;
        Interval { estimate: at(0.0), low: at(-Z), high: at(Z) }
    }
}

impl Comparison for Cox {
    fn n(&self) -> usize {
        self.n
    }
}

impl sealed::Tail for Cox {
    fn tail(&self) -> Option<f64> {
        Some(normal_two_sided(self.log_hazard_ratio / self.standard_error))
    }
}

/// Fits the model to patients whose time and covariate are known. None where no finite estimate exists: no event, a
/// covariate that does not vary among those at risk, or one whose every event comes at an extreme of it.
pub fn cox(time: &[f64], event: &[bool], covariate: &[f64]) -> Option<Cox> {
    let mut patients: Vec<(f64, bool, f64)> = known(time, event)
        .zip(covariate)
        .filter_map(|(patient, &x)| patient.filter(|_| !x.is_nan()).map(|(t, e)| (t, e, x)))
        .collect();
    // The last come first: then those at risk are a running sum. Who comes in order of time need not be sorted.
    patients.reverse();
    patients.order_by(|a, b| b.0.total_cmp(&a.0));
    let centre = mean(&patients.iter().map(|p| p.2).collect::<Vec<_>>());
    patients.iter_mut().for_each(|p| p.2 -= centre);
    let range = patients.iter().fold((0.0f64, 0.0f64), |(low, high), p| (low.min(p.2), high.max(p.2)));
    let range = range.1 - range.0;

    let mut beta = 0.0;
    let mut here = likelihood(&patients, beta);
    for _ in 0..MAX_STEPS {
        if here.information <= 0.0 || here.information.is_nan() || (beta * range).abs() > MONOTONE {
            return None;
        }
        let mut step = here.score / here.information;
        if step.abs() * range <= 1e-13 {
            let n_events = patients.iter().filter(|p| p.1).count();
            let standard_error = (1.0 / here.information).sqrt();
            return Some(Cox { log_hazard_ratio: beta, standard_error, n: patients.len(), n_events });
        }
        let mut there = likelihood(&patients, beta + step);
        // The likelihood is concave: halving always leads uphill, up to rounding.
        while there.log < here.log - 1e-12 * here.log.abs().max(1.0) {
            step /= 2.0;
            there = likelihood(&patients, beta + step);
        }
        if beta + step == beta {
            return None;
        }
        (beta, here) = (beta + step, there);
    }
    None
}

#[derive(Clone, Copy, Default)]
struct Likelihood {
    log: f64,
    score: f64,
    information: f64,
}

/// Efron's partial likelihood of patients sorted by falling time, and its derivatives.
fn likelihood(patients: &[(f64, bool, f64)], beta: f64) -> Likelihood {
    let mut out = Likelihood::default();
    let mut risk = [0.0; 3];
    // Groups have two values, so that these are almost all weights there are.
    let mut known = [(f64::NAN, 0.0); 2];
    // Logarithms are taken of products while these are in range.
    let mut product = 1.0;
    for tie in patients.chunk_by(|a, b| a.0 == b.0) {
        let (mut dying, mut d) = ([0.0; 3], 0);
        for &(_, event, x) in tie {
            let weight = match known.iter().find(|(of, _)| *of == x) {
                Some((_, weight)) => *weight,
                None => {
                    known = [(x, exp(beta * x)), known[0]];
                    known[0].1
                }
            };
            let moments = [weight, weight * x, weight * x * x];
            for m in 0..3 {
                risk[m] += moments[m];
                dying[m] += if event { moments[m] } else { 0.0 };
            }
            if event {
                d += 1;
                out.log += beta * x;
                out.score += x;
            }
        }
        for l in 0..d {
            let gone = f64::from(l) / f64::from(d);
            let [s0, s1, s2] = [0, 1, 2].map(|m| risk[m] - gone * dying[m]);
            product *= s0;
            if !(1e-150..1e150).contains(&product) {
                out.log -= ln(product);
                product = 1.0;
            }
            out.score -= s1 / s0;
            out.information += s2 / s0 - (s1 / s0) * (s1 / s0);
        }
    }
    out.log -= ln(product);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_finite_estimate() {
        let all = [true; 4];
        assert_eq!(cox(&[], &[], &[]), None);
        assert_eq!(cox(&[1., 2., 3., 4.], &[false; 4], &[0., 1., 0., 1.]), None);
        assert_eq!(cox(&[1., 2., 3., 4.], &all, &[5.; 4]), None);
        assert_eq!(cox(&[1., 2., 3., 4.], &all, &[1., 1., 0., 0.]), None);
        assert_eq!(cox(&[1., 2.], &[true, true], &[f64::NAN; 2]), None);
    }

    #[test]
    fn a_unit_of_the_covariate_is_its_unit() {
        let time: Vec<f64> = (0..40).map(|i| f64::from(i * 13 % 17)).collect();
        let event: Vec<bool> = (0..40).map(|i| i % 4 != 0).collect();
        let x: Vec<f64> = (0..40).map(|i| f64::from(i * i % 7)).collect();
        let (once, thrice) = (
            cox(&time, &event, &x).unwrap(),
            cox(&time, &event, &x.iter().map(|v| 3.0 * v + 100.0).collect::<Vec<_>>()).unwrap(),
        );
        assert!((once.log_hazard_ratio - 3.0 * thrice.log_hazard_ratio).abs() < 1e-9);
        assert!((once.standard_error - 3.0 * thrice.standard_error).abs() < 1e-9);
        let ratio = once.hazard_ratio();
        assert!(ratio.low < ratio.estimate && ratio.estimate < ratio.high && once.n_events == 30);
    }
}
