//! The cut of a biomarker that separates survival most, paid for by what searching for it costs.

use super::{known, log_rank};
use crate::evaluate::test_of_outcomes::{Comparison, sealed};
use crate::math::{Order as _, ln, normal_density, normal_two_sided};

/// Share of patients that either side keeps.
const LEAST: f64 = 0.1;
/// Cuts that are compared; of more, evenly spaced ones.
const MAX_CUTS: usize = 200;

/// The best of all cuts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutPoint {
    /// Patients with a value above it are compared with the others.
    pub cut: f64,
    /// Patients on either side: at most the cut, above it.
    pub n: [usize; 2],
    /// Cuts that were compared.
    pub n_cuts: usize,
    /// Log-rank χ² of the best.
    pub chi_square: f64,
}

impl Comparison for CutPoint {
    fn n(&self) -> usize {
        self.n[0] + self.n[1]
    }
}

impl sealed::Tail for CutPoint {
    /// P(max over all cuts ≥ z) after Miller & Siegmund 1982 (as Altman et al. 1994 recommend for cut-points):
    /// φ(z) (z − 1/z) ln((1 − ε)² / ε²) + 4 φ(z) / z, never less than for a cut that was fixed beforehand.
    fn tail(&self) -> Option<f64> {
        let z = self.chi_square.sqrt();
        if z <= 1.0 {
            return Some(1.0);
        }
        let odds = ln((1.0 - LEAST) * (1.0 - LEAST) / (LEAST * LEAST));
        let corrected = normal_density(z) * ((z - 1.0 / z) * odds + 4.0 / z);
        Some(if self.n_cuts == 1 { normal_two_sided(z) } else { corrected.clamp(normal_two_sided(z), 1.0) })
    }
}

/// Searches the cuts that leave at least a tenth of the patients on either side. None if there is none, or no event.
pub fn best_cut(time: &[f64], event: &[bool], value: &[f64]) -> Option<CutPoint> {
    let mut patients: Vec<(f64, f64, bool)> = known(time, event)
        .zip(value)
        .filter_map(|(p, &x)| p.filter(|_| !x.is_nan()).map(|(t, e)| (x, t, e)))
        .collect();
    patients.order_by(|a, b| a.0.total_cmp(&b.0));
    let n = patients.len();
    let time: Vec<f64> = patients.iter().map(|p| p.1).collect();
    let event: Vec<bool> = patients.iter().map(|p| p.2).collect();
    // How many patients each cut leaves below.
    let below: Vec<usize> = (1..n)
        .filter(|&i| patients[i - 1].0 < patients[i].0)
        .filter(|&i| i as f64 >= LEAST * n as f64 && (n - i) as f64 >= LEAST * n as f64)
        .collect();
    let step = below.len().div_ceil(MAX_CUTS).max(1);
    let mut best: Option<CutPoint> = None;
    let mut n_cuts = 0;
    for &below in below.iter().step_by(step) {
        let side: Vec<u32> = (0..n).map(|i| u32::from(i >= below)).collect();
        let test = log_rank(&time, &event, &side, 2);
        if test.df == 1 {
            n_cuts += 1;
            if best.is_none_or(|b| test.chi_square > b.chi_square) {
                best = Some(CutPoint {
                    cut: patients[below - 1].0,
                    n: [below, n - below],
                    n_cuts,
                    chi_square: test.chi_square,
                });
            }
        }
    }
    best.map(|b| CutPoint { n_cuts, ..b })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::test_of_outcomes::PValue;
    use crate::math::Rng;
    use crate::study::SplitRole;

    #[test]
    fn a_planted_cut_is_found() {
        let mut rng = Rng::new(5);
        let value: Vec<f64> = (0..100).map(f64::from).collect();
        let time: Vec<f64> =
            value.iter().map(|v| rng.uniform() * if *v > 59.0 { 1.0 } else { 8.0 }).collect();
        let found = best_cut(&time, &[true; 100], &value).unwrap();
        assert!((found.cut - 59.0).abs() <= 3.0, "{found:?}");
        assert!(PValue::of(&found, &[SplitRole::Test; 100]).unwrap().get() < 1e-6);
        assert!(PValue::of(&found, &[SplitRole::Train; 100]).is_err());
    }

    /// Without correction the best of many cuts would be below 0.05 in about half of all null data sets.
    #[test]
    fn the_correction_keeps_the_level() {
        let rejections = (0..300u64)
            .filter(|&seed| {
                let mut rng = Rng::new(seed);
                let draw = |rng: &mut Rng| (0..80).map(|_| rng.uniform()).collect::<Vec<f64>>();
                let (time, value) = (draw(&mut rng), draw(&mut rng));
                let event: Vec<bool> = (0..80).map(|_| rng.uniform() < 0.6).collect();
                let found = best_cut(&time, &event, &value).unwrap();
                PValue::of(&found, &[SplitRole::Test; 80]).unwrap().get() < 0.05
            })
            .count();
        assert!((3..=27).contains(&rejections), "{rejections} of 300");
    }

    #[test]
    fn no_cut() {
        assert_eq!(best_cut(&[1., 2.], &[true, true], &[3., 3.]), None);
        assert_eq!(best_cut(&[], &[], &[]), None);
        assert_eq!(best_cut(&[1., 2., 3.], &[false; 3], &[1., 2., 3.]), None);
    }
}
