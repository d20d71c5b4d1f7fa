//! Importance, direction and quantiles of a cohort that is never held whole.
//!
//! Chunks are added as they come, and parts that other workers made are added to each other. Every sum is exact and
//! every count a whole number, so the result is the same to the last bit for any split and any order; what there is so
//! far can be read at any time.

use crate::math::ExactSum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureStream {
    /// Values of φ.
    n: u64,
    /// Missing values of the feature.
    n_missing: u64,
    /// Σ |φ|, Σ φ, Σ φ².
    sums: [ExactSum; 3],
    /// Least and largest φ.
    range: [f64; 2],
    /// Where the feature is present: count, Σ x, Σ φ, Σ x², Σ φ², Σ x φ.
    n_present: u64,
    moments: [ExactSum; 5],
    /// Patients by [`bucket`] of φ.
    mass: BTreeMap<i32, Mass>,
}

/// Patients whose φ are of about the same size and sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mass {
    /// How many they are.
    pub n: u64,
    /// How many of them have a place among the feature's thresholds.
    pub n_placed: u64,
    /// Sum of these places, 0..=[`PLACES`] each.
    pub places: u64,
}

/// Summary of a cohort, feature by feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// They stay where rows are added.
    #[serde(skip)]
    values: Vec<Values>,
    features: Vec<FeatureStream>,
}

/// What a feature's values are to the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Nothing: φ is 0 in every row, and of the values no more is kept than how many are missing.
    Unused,
    /// Levels without an order.
    WithoutOrder,
    /// Numbers, which the model compares with these thresholds, ascending.
    Ordered(Vec<f64>),
}

/// The place of a value above all thresholds of its feature; one below all has 0.
pub const PLACES: u64 = 255;

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

/// Where a value lies among ascending thresholds; None without any, and of a value that is missing.
fn place(thresholds: &[f64], value: f64) -> Option<u64> {
    let n = thresholds.len() as u64;
    let below = thresholds.partition_point(|&t| t <= value) as u64;
    (n > 0 && !value.is_nan()).then(|| PLACES * below / n)
}

impl Mass {
    fn add(&mut self, other: Mass) {
        self.n += other.n;
        self.n_placed += other.n_placed;
        self.places += other.places;
    }
}

impl Default for FeatureStream {
    fn default() -> Self {
        FeatureStream {
            n: 0,
            n_missing: 0,
            sums: Default::default(),
            range: [f64::INFINITY, f64::NEG_INFINITY],
            n_present: 0,
            moments: Default::default(),
            mass: BTreeMap::new(),
        }
    }
}

impl FeatureStream {
    /// Adds patients of a feature that the model does not use.
    fn add_unused(&mut self, values: impl Iterator<Item = f64>) {
        let mut n = 0;
        for value in values {
            n += 1;
            self.n_missing += u64::from(value.is_nan());
        }
        if n > 0 {
            self.n += n;
            self.range = [0.0, 0.0];
            self.mass.entry(0).or_default().n += n;
        }
    }

    /// Adds patients: the feature's value (NaN = missing) and its φ. φ that is not finite is left out.
    fn add(&mut self, of: &Values, patients: impl Iterator<Item = (f64, f64)>, scratch: &mut Scratch) {
        let Scratch { counts, finite, present } = scratch;
        finite.clear();
        finite.extend(patients.filter(|(_, phi)| phi.is_finite()));
        present.clear();
        present.extend(finite.iter().copied().filter(|(value, _)| value.is_finite()));
        let [absolute, signed, squares] = &mut self.sums;
        absolute.add_all(finite.iter().map(|(_, phi)| phi.abs()));
        signed.add_all(finite.iter().map(|(_, phi)| *phi));
        squares.add_all(finite.iter().map(|(_, phi)| phi * phi));
        let [x, y, xx, yy, xy] = &mut self.moments;
        x.add_all(present.iter().map(|(value, _)| *value));
        y.add_all(present.iter().map(|(_, phi)| *phi));
        xx.add_all(present.iter().map(|(value, _)| value * value));
        yy.add_all(present.iter().map(|(_, phi)| phi * phi));
        xy.add_all(present.iter().map(|(value, phi)| value * phi));
        self.n += finite.len() as u64;
        self.n_present += present.len() as u64;
        for &(value, phi) in finite.iter() {
            self.n_missing += u64::from(value.is_nan());
            self.range = [self.range[0].min(phi), self.range[1].max(phi)];
            let place = match of {
                Values::Ordered(thresholds) => place(thresholds, value),
                _ => None,
            };
            let one = Mass { n: 1, n_placed: u64::from(place.is_some()), places: place.unwrap_or(0) };
            counts.add(bucket(phi), one);
        }
        counts.empty_into(&mut self.mass);
    }

    /// Adds what another worker saw.
    pub fn merge(&mut self, other: &FeatureStream) {
        self.n += other.n;
        self.n_missing += other.n_missing;
        self.n_present += other.n_present;
        self.range = [self.range[0].min(other.range[0]), self.range[1].max(other.range[1])];
        self.sums.iter_mut().zip(&other.sums).for_each(|(own, other)| own.merge(other));
        self.moments.iter_mut().zip(&other.moments).for_each(|(own, other)| own.merge(other));
        for (&bucket, &mass) in &other.mass {
            self.mass.entry(bucket).or_default().add(mass);
        }
    }

    /// Patients seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// How many of them have no value.
    pub fn n_missing(&self) -> u64 {
        self.n_missing
    }

    /// Mean |φ|; 0 before the first patient.
    pub fn mean_abs(&self) -> f64 {
        self.sums[0].value() / self.n.max(1) as f64
    }

    /// 95 % interval of the mean |φ| over patients, by the normal approximation; None of fewer than two.
    pub fn interval(&self) -> Option<[f64; 2]> {
        let n = self.n as f64;
        let (mean, square) = (self.mean_abs(), self.sums[2].value());
        let error = ((square - n * mean * mean).max(0.0) / (n - 1.0) / n).sqrt();
        (self.n > 1)
            .then(|| [(mean - 1.959_963_984_540_054 * error).max(0.0), mean + 1.959_963_984_540_054 * error])
    }

    /// Mean φ; 0 before the first patient.
    pub fn mean(&self) -> f64 {
        self.sums[1].value() / self.n.max(1) as f64
    }

    /// Least and largest φ; None before the first patient.
    pub fn range(&self) -> Option<[f64; 2]> {
        (self.n > 0).then_some(self.range)
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
        self.mass
            .iter()
            .find(|(_, mass)| {
                seen += mass.n;
                seen > rank
            })
            .map(|(&bucket, _)| middle(bucket))
    }

    /// Patients by φ in ascending order, each φ within 1 / 256 of itself.
    pub fn mass(&self) -> impl Iterator<Item = (f64, Mass)> {
        self.mass.iter().map(|(&bucket, &mass)| (middle(bucket), mass))
    }
}

/// Working memory.
#[derive(Default)]
struct Scratch {
    counts: Counts,
    /// Value and φ where φ is finite, and where the value is, too.
    finite: Vec<(f64, f64)>,
    present: Vec<(f64, f64)>,
}

/// Masses of a chunk, in an array from the least bucket of each sign to its largest: a search in the map for every patient
/// would take longer than all the rest.
#[derive(Default)]
struct Counts {
    /// Of φ < 0 and of the others: the first bucket's size, and the masses from it on.
    sides: [(i32, Vec<Mass>); 2],
}

impl Counts {
    fn add(&mut self, bucket: i32, mass: Mass) {
        let (first, masses) = &mut self.sides[usize::from(bucket >= 0)];
        let size = bucket.abs();
        if masses.is_empty() {
            *first = size;
        } else if size < *first {
            let before = (*first - size) as usize;
            masses.splice(0..0, std::iter::repeat_n(Mass::default(), before));
            *first = size;
        }
        let at = (size - *first) as usize;
        if at >= masses.len() {
            masses.resize(at + 1, Mass::default());
        }
        masses[at].add(mass);
    }

    fn empty_into(&mut self, map: &mut BTreeMap<i32, Mass>) {
        for (sign, (first, masses)) in [-1, 1].into_iter().zip(&mut self.sides) {
            for (size, mass) in (*first..).zip(masses.drain(..)).filter(|(_, mass)| mass.n > 0) {
                map.entry(sign * size).or_default().add(mass);
            }
        }
    }
}

impl Stream {
    /// Nothing yet, of features with these values.
    pub fn new(values: Vec<Values>) -> Self {
        let features = vec![FeatureStream::default(); values.len()];
        Stream { values, features }
    }

    /// Adds rows: values and φ of one output, both `[row][feature]`.
    pub fn add(&mut self, values: &[f64], phi: &[f64]) {
        let n = self.features.len().max(1);
        let mut scratch = Scratch::default();
        for (f, (feature, of)) in self.features.iter_mut().zip(&self.values).enumerate() {
            let values = values.iter().skip(f).step_by(n).copied();
            match of {
                Values::Unused => feature.add_unused(values),
                _ => feature.add(of, values.zip(phi.iter().skip(f).step_by(n).copied()), &mut scratch),
            }
        }
    }

    /// Adds what another worker saw of the same features.
    pub fn merge(&mut self, other: &[FeatureStream]) {
        self.features.iter_mut().zip(other).for_each(|(own, other)| own.merge(other));
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

    const THRESHOLDS: [f64; 4] = [-1e3, 0.0, 1e-3, 7.0];

    fn kinds() -> Vec<Values> {
        vec![Values::Ordered(THRESHOLDS.to_vec()), Values::WithoutOrder]
    }

    #[test]
    fn any_split_and_any_order_give_the_same() {
        let (values, phi) = cohort(500);
        let mut whole = Stream::new(kinds());
        whole.add(&values, &phi);
        for n in [1, 7, 100] {
            let parts: Vec<Stream> = values
                .chunks(2 * n)
                .zip(phi.chunks(2 * n))
                .map(|(values, phi)| {
                    let mut part = Stream::new(kinds());
                    part.add(values, phi);
                    part
                })
                .collect();
            let mut merged = Stream::new(kinds());
            parts.iter().rev().for_each(|part| merged.merge(part.features()));
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn says_what_the_whole_cohort_says() {
        let (values, phi) = cohort(500);
        let mut stream = Stream::new(kinds());
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
            let n_missing = values.iter().skip(f).step_by(2).filter(|x| x.is_nan()).count();
            assert!(n_missing > 2, "{n_missing}");
            assert_eq!(of.n_missing(), n_missing as u64);
            let error = (own.iter().map(|x| (x.abs() - mean).powi(2)).sum::<f64>() / 499.0 / 500.0).sqrt();
            let [low, high] = of.interval().unwrap();
            assert!(((low - (mean - 1.959964 * error).max(0.0)) / mean).abs() < 1e-6, "{low}");
            assert!(((high - (mean + 1.959964 * error)) / mean).abs() < 1e-6, "{high}");
            crate::math::sort(&mut own);
            assert_eq!(of.range(), Some([own[0], own[499]]));
            // Everybody is in one mass, and its place is where the value lies among the thresholds.
            let (mut n, mut n_placed, mut places) = (0, 0, 0);
            for (_, mass) in of.mass() {
                (n, n_placed, places) = (n + mass.n, n_placed + mass.n_placed, places + mass.places);
            }
            let at = |v: f64| THRESHOLDS.iter().filter(|t| **t <= v).count() as u64 * 255 / 4;
            let known = x.len() as u64;
            assert_eq!(n, 500);
            match f {
                0 => assert_eq!((n_placed, places), (known, x.iter().map(|v| at(*v)).sum())),
                _ => assert_eq!((n_placed, places), (0, 0)),
            }
            for (share, at) in [(0.0, 0), (0.25, 125), (0.5, 250), (1.0, 499)] {
                let (got, exact) = (of.quantile(share).unwrap(), own[at]);
                assert!((got - exact).abs() <= exact.abs() / 200.0, "{share}: {got}, {exact}");
            }
        }
    }

    #[test]
    fn a_feature_that_is_not_used_says_as_much_as_one_whose_phi_is_zero() {
        let values = [1.0, f64::NAN, 3.0, f64::INFINITY];
        let mut streams = [Values::Unused, Values::WithoutOrder].map(|of| Stream::new(vec![of]));
        streams.iter_mut().for_each(|stream| stream.add(&values, &[0.0; 4]));
        let [unused, zero] = streams.each_ref().map(|stream| &stream.features()[0]);
        for of in [unused, zero] {
            assert_eq!((of.n(), of.n_missing(), of.mean_abs(), of.mean()), (4, 1, 0.0, 0.0));
            assert_eq!((of.range(), of.direction(), of.interval()), (Some([0.0; 2]), None, Some([0.0; 2])));
            assert_eq!(of.mass().collect::<Vec<_>>(), [(0.0, Mass { n: 4, n_placed: 0, places: 0 })]);
        }
    }

    #[test]
    fn nothing_is_no_trouble() {
        let nothing = FeatureStream::default();
        assert_eq!((nothing.mean_abs(), nothing.direction(), nothing.quantile(0.5)), (0.0, None, None));
        assert_eq!((nothing.range(), nothing.interval(), nothing.mass().count()), (None, None, 0));
        let mut constant = FeatureStream::default();
        let patients = [(1.0, 0.0), (1.0, f64::NAN), (2.0, 0.0)];
        constant.add(&Values::WithoutOrder, patients.into_iter(), &mut Scratch::default());
        assert_eq!((constant.n(), constant.direction(), constant.quantile(1.0)), (2, None, Some(0.0)));
    }
}
