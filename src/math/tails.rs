//! Tails of distributions.
//!
//! Written here because the libraries that have them call the platform's `exp` and `ln`, whose last bits differ between
//! a browser and a native build; what they rest on (`erfc`, `lgamma`) is libm's.

use super::{exp, ln};

/// Terms after which a series or continued fraction is taken as it is; a few dozen suffice up to 10⁴ degrees.
const MAX_TERMS: usize = 10_000;

/// P(|Z| ≥ |z|) of a standard normal Z.
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt()
}

/// P(X ≥ x) of a chi-square variable with `df` degrees of freedom; NaN for x = NaN or without any degree.
pub fn chi_square_tail(x: f64, df: u32) -> f64 {
    if df == 0 || x.is_nan() {
        return f64::NAN;
    }
    upper_gamma(f64::from(df) / 2.0, x.max(0.0) / 2.0)
}

/// ln n!, exact to rounding.
pub fn ln_factorial(n: u64) -> f64 {
    libm::lgamma(n as f64 + 1.0)
}

/// Q(a, x) = Γ(a, x) / Γ(a): by the series below a + 1, by Legendre's continued fraction above
/// (DLMF 8.7.1 and 8.9.2, the latter evaluated by Lentz's method).
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let front = exp(a * ln(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..MAX_TERMS {
            term *= x / (a + n as f64);
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        return (1.0 - front * sum).max(0.0);
    }
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / tiny, 1.0 / b);
    let mut h = d;
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let an = -n * (n - a);
        b += 2.0;
        let away = |v: f64| if v.abs() < tiny { tiny } else { v };
        d = 1.0 / away(an * d + b);
        c = away(b + an / c);
        h *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    front * h
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn with_two_degrees_the_tail_is_an_exponential() {
        for x in [0.0, 0.3, 1.0, 3.9, 4.1, 40.0, 700.0] {
            let expected = exp(-x / 2.0);
            assert!((chi_square_tail(x, 2) / expected - 1.0).abs() < 1e-12, "{x}");
        }
        assert!(chi_square_tail(1.0, 0).is_nan() && chi_square_tail(f64::NAN, 1).is_nan());
        assert_eq!((chi_square_tail(f64::INFINITY, 3), chi_square_tail(-1.0, 3)), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn one_degree_is_a_squared_normal(z in 0.0f64..12.0) {
            let (chi, normal) = (chi_square_tail(z * z, 1), normal_two_sided(z));
            prop_assert!((chi - normal).abs() <= 1e-11 * normal.max(1e-3), "{} {}", chi, normal);
        }

        #[test]
        fn tails_fall(df in 1u32..60, x in 0.0f64..200.0, step in 1e-3f64..9.0) {
            let (near, far) = (chi_square_tail(x, df), chi_square_tail(x + step, df));
            prop_assert!((0.0..=1.0).contains(&near) && far <= near + 1e-14);
        }
    }
}
