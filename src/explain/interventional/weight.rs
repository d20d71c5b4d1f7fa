//! The weights of a comparison with one background row.

/// s! t! / (s + t + 1)! = ∫₀¹ p^s (1 − p)^t dp.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    /// By s and t below [`SMALL`].
    small: Vec<f64>,
}

/// Features per path for which weights are kept.
const SMALL: usize = 64;

impl Weights {
    pub(super) fn new() -> Self {
        Weights { small: (0..SMALL * SMALL).map(|i| weight(i / SMALL, i % SMALL)).collect() }
    }

    pub(super) fn get(&self, s: usize, t: usize) -> f64 {
        if s < SMALL && t < SMALL { self.small[s * SMALL + t] } else { weight(s, t) }
    }
}

/// 1 / ((s + t + 1) × (s + t choose s)); 0 where that is too small for a number.
fn weight(s: usize, t: usize) -> f64 {
    let (few, many) = (s.min(t), s.max(t));
    let mut choose = 1.0;
    for i in 1..=few {
        choose = choose * (many + i) as f64 / i as f64;
        if choose == f64::INFINITY {
            break;
        }
    }
    1.0 / ((s + t + 1) as f64 * choose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_beta_integrals() {
        let weights = Weights::new();
        assert_eq!(weights.get(0, 0), 1.0);
        assert_eq!(weights.get(3, 0), 0.25);
        assert!((weights.get(2, 3) - 1.0 / 60.0).abs() < 1e-18);
        // ∫ p^s (1 − p)^t (p + (1 − p)) dp
        for (s, t) in [(5, 9), (70, 2), (100, 80), (2_000, 1)] {
            let sum = weights.get(s + 1, t) + weights.get(s, t + 1);
            assert!((sum / weights.get(s, t) - 1.0).abs() < 1e-13, "{s}, {t}");
        }
        assert_eq!(weights.get(5_000, 5_000), 0.0);
    }
}
