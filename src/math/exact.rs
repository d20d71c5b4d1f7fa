//! Sums without rounding.

/// Bits per digit.
const DIGIT: usize = 32;
/// Digits that hold every finite f64 and 2³¹ times its largest: 2⁻¹⁰⁷⁴ up to 2¹⁰²⁴ and carries.
const DIGITS: usize = (1074 + 1024 + 64) / DIGIT + 2;

/// An exact sum of finite f64: the same for any order of the summands, rounded once when read (after Kulisch's long
/// accumulator).
#[derive(Clone, Debug)]
pub struct ExactSum {
    /// Σ digit · 2^(32 i − 1074).
    digits: [i64; DIGITS],
    /// Summands since the last carry; a digit takes 2³¹ of them.
    n_pending: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        ExactSum { digits: [0; DIGITS], n_pending: 0 }
    }
}

impl ExactSum {
    /// Adds a number; what is not finite is left out.
    pub fn add(&mut self, x: f64) {
        let bits = x.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as usize;
        if exponent == 0x7ff {
            return;
        }
        let fraction = (bits & ((1 << 52) - 1)) as i64;
        let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
        self.add_whole(if x < 0.0 { -mantissa } else { mantissa }, exponent.max(1) - 1);
    }

    /// Adds many numbers, which costs less than one by one; what is not finite is left out.
    pub fn add_all(&mut self, numbers: impl IntoIterator<Item = f64>) {
        // A sum of whole mantissas for each exponent (Neal 2015, arXiv:1505.05571): 2¹⁰ of 53 bits fit into 63.
        let mut sums = [0i64; 1 << 11];
        let mut numbers = numbers.into_iter().filter(|x| x.is_finite());
        loop {
            let (mut n, mut least, mut largest) = (0, sums.len(), 0);
            for x in numbers.by_ref().take(1 << 10) {
                let bits = x.to_bits();
                let exponent = (bits >> 52 & 0x7ff) as usize;
                let fraction = (bits & ((1 << 52) - 1)) as i64;
                let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
                sums[exponent] += if x < 0.0 { -mantissa } else { mantissa };
                (least, largest) = (least.min(exponent), largest.max(exponent));
                n += 1;
            }
            if n == 0 {
                return;
            }
            for (exponent, sum) in sums.iter_mut().enumerate().take(largest + 1).skip(least) {
                match std::mem::take(sum) {
                    0 => {}
                    sum => self.add_whole(sum, exponent.max(1) - 1),
                }
            }
        }
    }

    /// Adds `whole` · 2^(`place` − 1074).
    fn add_whole(&mut self, whole: i64, place: usize) {
        let shifted = u128::from(whole.unsigned_abs()) << (place % DIGIT);
        for i in 0..3 {
            let digit = i64::from((shifted >> (DIGIT * i)) as u32);
            self.digits[place / DIGIT + i] += if whole < 0 { -digit } else { digit };
        }
        self.n_pending += 1;
        if self.n_pending == 1 << 30 {
            self.carry();
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        self.digits.iter_mut().zip(other.digits).for_each(|(own, other)| *own += other);
        self.carry();
    }

    /// Brings all digits but the last to 0..2³².
    fn carry(&mut self) {
        let mut carry = 0;
        let (last, digits) = match self.digits.split_last_mut() {
            Some(split) => split,
            None => return,
        };
        for digit in digits {
            let sum = *digit + carry;
            *digit = sum & ((1 << DIGIT) - 1);
            carry = sum >> DIGIT;
        }
        *last += carry;
        self.n_pending = 0;
    }

    /// The sum, rounded.
    pub fn value(&self) -> f64 {
        let mut sum = self.clone();
        sum.carry();
        // Negative sums are turned around, so that all digits have one sign.
        let negative = sum.digits[DIGITS - 1] < 0;
        if negative {
            sum.digits.iter_mut().for_each(|d| *d = -*d);
            sum.carry();
        }
        let Some(top) = sum.digits.iter().rposition(|&d| d != 0) else { return 0.0 };
        // Four digits have at least 97 bits; whatever lies below only breaks a tie.
        let low = top.saturating_sub(3);
        let mut bits = sum.digits[low..=top].iter().rev().fold(0u128, |bits, &d| bits << DIGIT | d as u128);
        bits |= u128::from(sum.digits[..low].iter().any(|&d| d != 0));
        let scale = (low * DIGIT) as i32 - 1074;
        // The conversion rounds to nearest; both factors are powers of two in range, one of them possibly subnormal.
        let half = scale / 2;
        let value = bits as f64 * 2f64.powi(half) * 2f64.powi(scale - half);
        if negative { -value } else { value }
    }
}

/// Written as its digits after the last carry.
impl serde::Serialize for ExactSum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sum = self.clone();
        sum.carry();
        sum.digits.as_slice().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for ExactSum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = Vec::<i64>::deserialize(deserializer)?;
        let digits = digits.try_into().map_err(|_| serde::de::Error::custom("a sum of another size"))?;
        Ok(ExactSum { digits, n_pending: 0 })
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self.clone(), other.clone());
        a.carry();
        b.carry();
        a.digits == b.digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost() {
        let mut sum = ExactSum::default();
        for x in [1e300, 1.0, -1e300, 5e-324, 1e-30, -1.0, f64::NAN, f64::INFINITY] {
            sum.add(x);
        }
        assert_eq!(sum.value(), 1e-30);
        sum.add(-1e-30);
        assert_eq!(sum.value(), 5e-324);
        sum.add(-1.5);
        assert_eq!(sum.value(), -1.5);
        let mut large = ExactSum::default();
        (0..1000).for_each(|_| large.add(f64::MAX));
        (0..999).for_each(|_| large.add(-f64::MAX));
        assert_eq!(large.value(), f64::MAX);
    }

    #[test]
    fn many_at_once_are_the_same_as_one_by_one() {
        let mut rng = crate::math::Rng::new(5);
        let mut any = || f64::from_bits(u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32()));
        let mut numbers: Vec<f64> = (0..5_000).map(|_| any()).collect();
        numbers.extend([0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN, f64::NAN, f64::NEG_INFINITY]);
        numbers.extend([f64::MAX; 3_000]);
        for n in [0, 1, 1023, 1024, 1025, numbers.len()] {
            let (mut one, mut many) = (ExactSum::default(), ExactSum::default());
            numbers[..n].iter().for_each(|&x| one.add(x));
            many.add_all(numbers[..n].iter().copied());
            assert_eq!(one, many, "{n}");
            let bytes = postcard::to_allocvec(&many).unwrap();
            assert_eq!(postcard::from_bytes::<ExactSum>(&bytes).unwrap(), one);
        }
    }

    #[test]
    fn a_tenth_ten_times_is_rounded_once() {
        let mut sum = ExactSum::default();
        (0..10).for_each(|_| sum.add(0.1));
        assert_eq!(sum.value(), 1.0);
        let mut merged = ExactSum::default();
        (0..3).for_each(|_| merged.merge(&sum));
        assert_eq!(merged.value(), 3.0);
        assert_eq!(ExactSum::default().value(), 0.0);
    }
}
