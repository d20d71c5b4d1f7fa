//! Scales: from a value to a pixel and back.

use crate::math::{exp, ln};

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Equal differences, equal distances.
    Linear,
    /// Equal ratios, equal distances. The domain must be positive.
    Log,
    /// Distance grows with the square root; for counts.
    Sqrt,
}

/// A continuous scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// How values are spread.
    pub spread: Spread,
    /// First and last value.
    pub domain: [f64; 2],
    /// Pixel of the first and of the last value.
    pub range: [f64; 2],
}

impl Scale {
    /// A linear scale.
    pub fn linear(domain: [f64; 2], range: [f64; 2]) -> Self {
        Scale { spread: Spread::Linear, domain, range }
    }

    /// A logarithmic scale.
    pub fn log(domain: [f64; 2], range: [f64; 2]) -> Self {
        Scale { spread: Spread::Log, domain, range }
    }

    /// A square-root scale.
    pub fn sqrt(domain: [f64; 2], range: [f64; 2]) -> Self {
        Scale { spread: Spread::Sqrt, domain, range }
    }

    /// Pixel of a value. A scale without extent puts everything in its middle.
    pub fn px(&self, value: f64) -> f64 {
        let [a, b] = self.domain.map(|v| self.bend(v));
        let [p, q] = self.range;
        if a == b { (p + q) / 2.0 } else { p + (self.bend(value) - a) / (b - a) * (q - p) }
    }

    /// Pixel of a value, kept inside the range.
    pub fn px_clamped(&self, value: f64) -> f64 {
        let [p, q] = self.range;
        self.px(value).clamp(p.min(q), p.max(q))
    }

    /// Value at a pixel, kept inside the domain.
    pub fn value(&self, px: f64) -> f64 {
        let [a, b] = self.domain.map(|v| self.bend(v));
        let [p, q] = self.range;
        let t = if p == q { 0.5 } else { ((px - p) / (q - p)).clamp(0.0, 1.0) };
        self.unbend(a + t * (b - a))
    }

    fn bend(&self, v: f64) -> f64 {
        match self.spread {
            Spread::Linear => v,
            Spread::Log => ln(v.max(f64::MIN_POSITIVE)),
            Spread::Sqrt => v.signum() * v.abs().sqrt(),
        }
    }

    fn unbend(&self, v: f64) -> f64 {
        match self.spread {
            Spread::Linear => v,
            Spread::Log => exp(v),
            Spread::Sqrt => v.signum() * v * v,
        }
    }
}

/// Smallest and largest finite value; None if there is none.
pub fn extent(values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |seen, v| match seen {
        None => Some([v, v]),
        Some([low, high]) => Some([v.min(low), v.max(high)]),
    })
}

/// True if the values are positive and spread over more than a factor of 8: then a log axis shows them better.
pub fn wants_log(values: impl IntoIterator<Item = f64>) -> bool {
    extent(values).is_some_and(|[low, high]| low > 0.0 && high / low > 8.0)
}

/// Equal slots for `n` categories.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// First and last pixel.
    pub range: [f64; 2],
    /// Number of slots.
    pub n: usize,
    /// Pixels between slots.
    pub gap: f64,
}

impl Band {
    /// Width of one slot.
    pub fn width(&self) -> f64 {
        let n = self.n.max(1) as f64;
        ((self.range[1] - self.range[0] - self.gap * (n - 1.0)) / n).max(0.0)
    }

    /// First pixel of slot `i`.
    pub fn start(&self, i: usize) -> f64 {
        self.range[0] + i as f64 * (self.width() + self.gap)
    }

    /// Middle of slot `i`.
    pub fn middle(&self, i: usize) -> f64 {
        self.start(i) + self.width() / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_of_the_domain_are_ends_of_the_range() {
        for scale in [
            Scale::linear([-1.0, 3.0], [10.0, 90.0]),
            Scale::log([0.3, 24.0], [10.0, 90.0]),
            Scale::sqrt([0.0, 9.0], [10.0, 90.0]),
        ] {
            let [a, b] = scale.domain.map(|v| scale.px(v));
            assert!((a - 10.0).abs() < 1e-9 && (b - 90.0).abs() < 1e-9, "{scale:?}");
        }
        assert_eq!(Scale::linear([5.0, 5.0], [0.0, 10.0]).px(5.0), 5.0);
        assert_eq!(Scale::linear([0.0, 1.0], [0.0, 10.0]).px_clamped(3.0), 10.0);
    }

    #[test]
    fn a_log_axis_needs_a_wide_positive_spread() {
        assert!(wants_log([0.3, 24.0, f64::NAN]));
        assert!(!wants_log([30.0, 78.0]));
        assert!(!wants_log([0.0, 24.0]));
        assert!(!wants_log([]));
    }

    #[test]
    fn bands_fill_their_range() {
        let band = Band { range: [10.0, 110.0], n: 4, gap: 4.0 };
        assert_eq!(band.width(), 22.0);
        assert_eq!(band.start(3) + band.width(), 110.0);
        assert_eq!(band.middle(0), 21.0);
    }

    proptest! {
        #[test]
        fn pixels_lead_back_to_values(low in 0.01f64..10.0, span in 0.1f64..100.0, t in 0.0f64..1.0) {
            let domain = [low, low + span];
            for scale in [
                Scale::linear(domain, [300.0, 20.0]),
                Scale::log(domain, [20.0, 300.0]),
                Scale::sqrt(domain, [20.0, 300.0]),
            ] {
                let v = low + t * span;
                prop_assert!((scale.value(scale.px(v)) - v).abs() < 1e-9 * (1.0 + v));
            }
        }
    }
}
