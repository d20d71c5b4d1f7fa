//! Importance, direction and quantiles of a cohort that is never held whole.
//!
//! Chunks are added as they come, and parts that other workers made are added to each other. Every sum is exact and
//! every count a whole number, so the result is the same to the last bit for any split and any order; what there is so
//! far can be read at any time.

use crate::math::ExactSum;
use std::collections::BTreeMap;

/// What is known of one feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureStream {
    /// Values of φ.
    n: u64,
    /// Σ |φ|.
    absolute: ExactSum,
    /// Σ φ.
    signed: ExactSum,
    /// Where the feature is present: count, Σ x, Σ φ, Σ x², Σ φ², Σ x φ.
    n_present: u64,
    moments: [ExactSum; 5],
    /// Values of φ by [`bucket`].
    counts: BTreeMap<i32, u64>,
}

/// Summary of a cohort, feature by feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    features: Vec<FeatureStream>,
}

/// Leading bits of a number that tell buckets apart, after its exponent: neighbours differ by 1 / 128.
const BITS: u32 = 7;

/// Numbers of about the same size and sign, in ascending order.
fn bucket(value: f64) -> i32 {
    let size = (value.abs().to_bits() >> (52 - BITS)) as i32;
    if value < 0.0 { -size } else { size }
}

/// The middle of a bucket.
fn middle(bucket: i32) -> f64 {
    let size = u64::from(bucket.unsigned_abs()) << (52 - BITS) | 1 << (51 - BITS);
    match bucket {
        0 => 0.0,
        b if b < 0 => -f64::from_bits(size),
        _ => f64::from_bits(size),
    }
}

impl FeatureStream {
    /// Adds one patient: the feature's value (NaN = missing) and its φ. φ that is not finite is left out.
    pub fn add(&mut self, value: f64, phi: f64) {
        if !phi.is_finite() {
            return;
        }
        self.n += 1;
        self.absolute.add(phi.abs());
        self.signed.add(phi);
        *self.counts.entry(bucket(phi)).or_default() += 1;
        if value.is_finite() {
            self.n_present += 1;
            for (sum, x) in self.moments.iter_mut().zip([value, phi, value * value, phi * phi, value * phi]) {
                sum.add(x);
            }
        }
    }

    /// Adds what another worker saw.
    pub fn merge(&mut self, other: &FeatureStream) {
        self.n += other.n;
        self.n_present += other.n_present;
        self.absolute.merge(&other.absolute);
        self.signed.merge(&other.signed);
        self.moments.iter_mut().zip(&other.moments).for_each(|(own, other)| own.merge(other));
        for (&bucket, count) in &other.counts {
            *self.counts.entry(bucket).or_default() += count;
        }
    }

    /// Patients seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean |φ|; 0 before the first patient.
    pub fn mean_abs(&self) -> f64 {
        self.absolute.value() / self.n.max(1) as f64
    }

    /// Mean φ; 0 before the first patient.
    pub fn mean(&self) -> f64 {
        self.signed.value() / self.n.max(1) as f64
    }

    /// Pearson correlation of value and φ where the value is present and finite; None where one of them is constant.
    pub fn direction(&self) -> Option<f64> {
        let n = self.n_present as f64;
        let [x, y, xx, yy, xy] = [0, 1, 2, 3, 4].map(|i| self.moments[i].value() / n);
        let (of_x, of_y) = (xx - x * x, yy - y * y);
        // Below this the difference is rounding.
        let varies = |variance: f64, square: f64| variance > 1e-13 * square;
        (n > 1.0 && varies(of_x, xx) && varies(of_y, yy))
            .then(|| ((xy - x * y) / (of_x * of_y).sqrt()).clamp(-1.0, 1.0))
    }

    /// The φ below which a share of the patients lies (0..1), within 1 / 256 of itself; None before the first patient.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.n.checked_sub(1)?;
        let rank = (share.clamp(0.0, 1.0) * last as f64).round() as u64;
        let mut seen = 0;
        self.counts
            .iter()
            .find(|(_, count)| {
                seen += **count;
                seen > rank
            })
            .map(|(&bucket, _)| middle(bucket))
    }
}

impl Stream {
    /// Nothing yet.
    pub fn new(n_features: usize) -> Self {
        Stream { features: vec![FeatureStream::default(); n_features] }
    }

    /// Adds rows: values and φ of one output, both `[row][feature]`.
    pub fn add(&mut self, values: &[f64], phi: &[f64]) {
        let n = self.features.len().max(1);
        for (values, phi) in values.chunks_exact(n).zip(phi.chunks_exact(n)) {
            for (feature, (&value, &phi)) in self.features.iter_mut().zip(values.iter().zip(phi)) {
                feature.add(value, phi);
            }
        }
    }

    /// Adds what another worker saw of the same features.
    pub fn merge(&mut self, other: &Stream) {
        self.features.iter_mut().zip(&other.features).for_each(|(own, other)| own.merge(other));
    }

    /// One per feature, in the model's order.
    pub fn features(&self) -> &[FeatureStream] {
        &self.features
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Rng, correlation};

    fn cohort(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = Rng::new(3);
        let mut number = || (rng.uniform() - 0.5) * 10f64.powi(rng.below(20) as i32 - 10);
        let phi: Vec<f64> = (0..2 * n).map(|_| number()).collect();
        let values = phi
            .iter()
            .map(|y| if number() > 1e8 { f64::NAN } else { y + number().clamp(-1.0, 1.0) })
            .collect();
        (values, phi)
    }

    #[test]
    fn any_split_and_any_order_give_the_same() {
        let (values, phi) = cohort(500);
        let mut whole = Stream::new(2);
        whole.add(&values, &phi);
        for n in [1, 7, 100] {
            let parts: Vec<Stream> = values
                .chunks(2 * n)
                .zip(phi.chunks(2 * n))
                .map(|(values, phi)| {
                    let mut part = Stream::new(2);
                    part.add(values, phi);
                    part
                })
                .collect();
            let mut merged = Stream::new(2);
            parts.iter().rev().for_each(|part| merged.merge(part));
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn says_what_the_whole_cohort_says() {
        let (values, phi) = cohort(500);
        let mut stream = Stream::new(2);
        stream.add(&values, &phi);
        for (f, of) in stream.features().iter().enumerate() {
            let mut own: Vec<f64> = phi.iter().skip(f).step_by(2).copied().collect();
            let mean = own.iter().map(|x| x.abs()).sum::<f64>() / 500.0;
            assert!((of.mean_abs() / mean - 1.0).abs() < 1e-12 && of.n() == 500);
            let (x, y): (Vec<f64>, Vec<f64>) = (values.iter().zip(&phi).skip(f).step_by(2))
                .filter(|(x, _)| !x.is_nan())
                .map(|(x, y)| (*x, *y))
                .unzip();
            assert!((of.direction().unwrap() - correlation(&x, &y).unwrap()).abs() < 1e-9);
            crate::math::sort(&mut own);
            for (share, at) in [(0.0, 0), (0.25, 125), (0.5, 250), (1.0, 499)] {
                let (got, exact) = (of.quantile(share).unwrap(), own[at]);
                assert!((got - exact).abs() <= exact.abs() / 200.0, "{share}: {got}, {exact}");
            }
        }
    }

    #[test]
    fn nothing_is_no_trouble() {
        let nothing = FeatureStream::default();
        assert_eq!((nothing.mean_abs(), nothing.direction(), nothing.quantile(0.5)), (0.0, None, None));
        let mut constant = FeatureStream::default();
        constant.add(1.0, 0.0);
        constant.add(1.0, f64::NAN);
        constant.add(2.0, 0.0);
        assert_eq!((constant.n(), constant.direction(), constant.quantile(1.0)), (2, None, Some(0.0)));
    }
}
