//! A small seeded generator (PCG-XSH-RR 64/32, O'Neill 2014), the same stream everywhere.

/// A seeded random number generator.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
    increment: u64,
}

impl Rng {
    /// A generator whose stream is decided by `seed` alone.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng { state: 0, increment: (seed << 1) | 1 };
        rng.next_u32();
        rng.state = rng.state.wrapping_add(seed ^ 0x853c_49e6_748f_ea9b);
        rng.next_u32();
        rng
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(self.increment);
        let xorshifted = (((old >> 18) ^ old) >> 27) as u32;
        xorshifted.rotate_right((old >> 59) as u32)
    }

    /// A number in [0, 1) with 32 random bits.
    pub fn uniform(&mut self) -> f64 {
        f64::from(self.next_u32()) / 4_294_967_296.0
    }

    /// A standard normal number: Marsaglia's polar method, one of the pair.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * super::ln(s) / s).sqrt();
            }
        }
    }

    /// An index in 0..n, without modulo bias (Lemire 2019). `n` must be positive.
    pub fn below(&mut self, n: u32) -> u32 {
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.next_u32()) * u64::from(n);
            if (product as u32) >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// Draws as many patients as there are, with replacement: how often each of them came up.
    pub fn resample(&mut self, counts: &mut [u32]) {
        counts.fill(0);
        let n = counts.len() as u32;
        for _ in 0..n {
            counts[self.below(n) as usize] += 1;
        }
    }

    /// `size` of the indices 0..n without replacement, ascending (selection sampling, Knuth's algorithm S);
    /// all of them if `size >= n`.
    pub fn sample(&mut self, n: usize, size: usize) -> Vec<usize> {
        let mut chosen = Vec::with_capacity(size.min(n));
        for i in 0..n {
            let wanted = size.min(n) - chosen.len();
            if (self.below((n - i) as u32) as usize) < wanted {
                chosen.push(i);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_stream_other_seed_other_stream() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (0..8).map(|_| rng.next_u32()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn a_sample_is_ascending_distinct_and_even() {
        let mut rng = Rng::new(3);
        let mut hits = [0u32; 10];
        for _ in 0..10_000 {
            let chosen = rng.sample(10, 3);
            assert_eq!(chosen.len(), 3);
            assert!(chosen.is_sorted_by(|a, b| a < b));
            chosen.iter().for_each(|&i| hits[i] += 1);
        }
        assert!(hits.iter().all(|&h| (2_800..3_200).contains(&h)), "{hits:?}");
        assert_eq!(rng.sample(4, 9), [0, 1, 2, 3]);
        assert_eq!(rng.sample(0, 9), [0usize; 0]);
    }

    #[test]
    fn normal_numbers_have_the_moments_of_a_normal() {
        let mut rng = Rng::new(8);
        let x: Vec<f64> = (0..40_000).map(|_| rng.normal()).collect();
        let moment = |p: i32| x.iter().map(|v| v.powi(p)).sum::<f64>() / x.len() as f64;
        assert!(moment(1).abs() < 0.02 && (moment(2) - 1.0).abs() < 0.03 && (moment(4) - 3.0).abs() < 0.2);
    }

    #[test]
    fn a_resample_draws_as_many_as_there_are() {
        let mut counts = [9u32; 50];
        Rng::new(1).resample(&mut counts);
        assert_eq!(counts.iter().sum::<u32>(), 50);
    }

    #[test]
    fn below_reaches_every_value_about_equally() {
        let mut rng = Rng::new(1);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[rng.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|&c| (9_500..10_500).contains(&c)), "{counts:?}");
    }
}
