//! Gauss–Legendre quadrature on [0, 1].

/// A quadrature rule on [0, 1].
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) points: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Rule {
    /// The rule with this many points.
    pub(super) fn new(n_points: usize) -> Self {
        let (points, weights) = gauss_legendre(n_points).into_iter().unzip();
        Rule { points, weights }
    }

    /// The rules with 1 to `n` points.
    pub(super) fn up_to(n: usize) -> Vec<Self> {
        (1..=n).map(Rule::new).collect()
    }
}

/// Nodes and weights of the rule that integrates polynomials of degree below `2 × n` exactly; `n` is at least 1.
/// Nodes ascend.
///
/// Newton's method on the Legendre polynomial of degree `n` from Tricomi's starting points
/// (Abramowitz & Stegun 22.16.6, 25.4.29), in f64; the same bits on every platform.
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let mut rule: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
            let mut slope = 1.0;
            // Quadratic convergence from a start that is right to 1e-3: five steps are ample.
            for _ in 0..8 {
                let (value, derivative) = legendre(n, x);
                slope = derivative;
                x -= value / slope;
            }
            (0.5 * (1.0 + x), 1.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect();
    rule.reverse();
    rule
}

/// Pₙ(x) and its derivative, by Bonnet's recurrence.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_below_twice_the_points_are_integrated_exactly() {
        for n in 1..=32 {
            let rule = gauss_legendre(n);
            assert!(rule.is_sorted_by(|a, b| a.0 < b.0));
            for degree in 0..2 * n {
                let sum: f64 = rule.iter().map(|(p, w)| w * p.powi(degree as i32)).sum();
                assert!(
                    (sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-15,
                    "{n} points, degree {degree}: {sum}"
                );
            }
        }
    }
}
