//! Which other biomarker may explain the spread of a dependence plot.

use crate::math::Order as _;
use crate::math::correlation;

/// A biomarker that may modify another one's effect.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Partner {
    /// Feature index in the model.
    pub feature: u32,
    /// Mean over windows of |correlation| between the partner and φ, 0..1.
    pub strength: f64,
}

/// Candidates to colour one feature's dependence plot by, strongest first, ties in model order.
///
/// A heuristic, not an interaction value: patients are sorted by the feature and cut into windows of n / 10 (at most
/// 50); within a window the feature hardly varies, so a correlation between φ and another feature hints at an
/// interaction, but also comes from chance and from features that move together. After `approximate_interactions`
/// of the Python package shap, with two differences: a missing value drops its pair rather than its window, and the
/// sum over windows is divided by their number. Like there, being missing counts as a value of its own where that
/// correlates better.
///
/// `phi` holds φ of `feature` per row; `values` is row-major `[row][feature]`, NaN = missing.
pub fn approximate_partners(feature: usize, phi: &[f64], values: &[f64], n_features: usize) -> Vec<Partner> {
    if n_features == 0 || phi.is_empty() || values.len() != phi.len() * n_features {
        return Vec::new();
    }
    let value = |row: usize, f: usize| values[row * n_features + f];
    let mut order: Vec<usize> = (0..phi.len()).collect();
    order.order_by(|&a, &b| value(a, feature).total_cmp(&value(b, feature)));
    let windows: Vec<&[usize]> = order.chunks((phi.len() / 10).clamp(1, 50)).collect();
    let strength = |of: &dyn Fn(usize) -> f64| -> f64 {
        let sum: f64 = windows
            .iter()
            .filter_map(|rows| {
                let (x, y): (Vec<f64>, Vec<f64>) =
                    rows.iter().map(|&r| (of(r), phi[r])).filter(|(x, _)| !x.is_nan()).unzip();
                correlation(&x, &y)
            })
            .map(f64::abs)
            .sum();
        sum / windows.len() as f64
    };
    let mut partners: Vec<Partner> = (0..n_features)
        .filter(|&f| f != feature)
        .map(|f| {
            let by_value = strength(&|r| value(r, f));
            let by_absence = strength(&|r| f64::from(u8::from(value(r, f).is_nan())));
            Partner { feature: f as u32, strength: by_value.max(by_absence) }
        })
        .collect();
    partners.order_by(|a, b| b.strength.total_cmp(&a.strength));
    partners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    /// φ of feature 0 = x0 · x2; feature 1 is noise, feature 3 constant.
    fn product(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = Rng::new(1);
        let (mut phi, mut values) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let [a, b, c] = [(); 3].map(|()| rng.uniform() - 0.5);
            phi.push(a * c);
            values.extend([a, b, c, 7.0]);
        }
        (phi, values)
    }

    #[test]
    fn finds_the_factor_of_a_product() {
        let (phi, values) = product(300);
        let found = approximate_partners(0, &phi, &values, 4);
        assert_eq!(found.iter().map(|p| p.feature).collect::<Vec<_>>(), [2, 1, 3]);
        assert!(found[0].strength > 0.8 && found[1].strength < 0.4, "{found:?}");
        assert_eq!(found[2].strength, 0.0);
    }

    #[test]
    fn absence_can_be_the_partner() {
        let (mut phi, mut values) = product(200);
        for r in 0..200 {
            values[r * 4 + 3] = if r % 2 == 0 { f64::NAN } else { 7.0 };
            phi[r] = if r % 2 == 0 { 1.0 } else { -1.0 };
        }
        let found = approximate_partners(0, &phi, &values, 4);
        assert_eq!((found[0].feature, found[0].strength), (3, 1.0));
    }

    #[test]
    fn shapes_that_do_not_fit_give_nothing() {
        assert!(approximate_partners(0, &[], &[], 0).is_empty());
        assert!(approximate_partners(0, &[1.0], &[1.0], 2).is_empty());
        assert_eq!(approximate_partners(0, &[1.0], &[1.0, 2.0], 2)[0].strength, 0.0);
    }
}
