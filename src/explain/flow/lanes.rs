//! Numbers and decisions for a block of rows, in vectors.

use crate::explain::simd::Simd;
use std::ops::{Add, AddAssign, BitAnd, Mul, Sub};

/// Rows in a block.
pub(in crate::explain) const ROWS: usize = 8;

/// A block's numbers where vectors of every kind may lie on them.
pub(in crate::explain) type Numbers = [wide::f64x4; ROWS / 4];

/// One number per row of a block.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(in crate::explain) struct Block(Numbers);

/// One decision per row of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::explain) struct Decisions(Block);

/// One vector of numbers.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Lanes<S: Simd>(S::Vector, S);

/// One vector of decisions: all ones or all zeros per lane.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Mask<S: Simd>(S::Vector, S);

/// Vectors that make up a block.
pub(in crate::explain) const fn n_vectors<S: Simd>() -> usize {
    size_of::<Numbers>() / size_of::<S::Vector>()
}

impl Block {
    /// The same number for each row.
    pub(in crate::explain) fn all(value: f64) -> Self {
        Block([wide::f64x4::splat(value); ROWS / 4])
    }

    pub(in crate::explain) fn set(&mut self, row: usize, value: f64) {
        self.0[row / 4].as_mut_array()[row % 4] = value;
    }

    pub(in crate::explain) fn get(&self, row: usize) -> f64 {
        self.0[row / 4].as_array()[row % 4]
    }

    /// The numbers one by one.
    #[inline(always)]
    pub(in crate::explain) fn numbers(&self) -> &[f64; ROWS] {
        bytemuck::must_cast_ref(&self.0)
    }

    /// The numbers one by one.
    #[inline(always)]
    pub(in crate::explain) fn numbers_mut(&mut self) -> &mut [f64; ROWS] {
        bytemuck::must_cast_mut(&mut self.0)
    }

    /// One of its vectors.
    #[inline(always)]
    pub(in crate::explain) fn at<S: Simd>(&self, simd: S, vector: usize) -> Lanes<S> {
        let vectors: &[S::Vector] = bytemuck::must_cast_slice(&self.0);
        Lanes(vectors[vector], simd)
    }

    /// Writes one of its vectors.
    #[inline(always)]
    pub(in crate::explain) fn put<S: Simd>(&mut self, vector: usize, lanes: Lanes<S>) {
        let vectors: &mut [S::Vector] = bytemuck::must_cast_slice_mut(&mut self.0);
        vectors[vector] = lanes.0;
    }

    /// Adds to one of its vectors.
    #[inline(always)]
    pub(in crate::explain) fn add<S: Simd>(&mut self, vector: usize, lanes: Lanes<S>) {
        self.put(vector, self.at(lanes.1, vector) + lanes);
    }
}

impl Decisions {
    /// One of its vectors.
    #[inline(always)]
    pub(in crate::explain) fn at<S: Simd>(&self, simd: S, vector: usize) -> Mask<S> {
        Mask(self.0.at(simd, vector).0, simd)
    }

    /// Writes one of its vectors.
    #[inline(always)]
    pub(in crate::explain) fn put<S: Simd>(&mut self, vector: usize, mask: Mask<S>) {
        self.0.put(vector, Lanes(mask.0, mask.1));
    }
}

impl<S: Simd> Lanes<S> {
    /// How many there are.
    pub(in crate::explain) const N: usize = size_of::<S::Vector>() / size_of::<f64>();

    #[inline(always)]
    pub(in crate::explain) fn of(simd: S, vector: S::Vector) -> Self {
        Lanes(vector, simd)
    }

    #[inline(always)]
    pub(in crate::explain) fn vector(self) -> S::Vector {
        self.0
    }

    /// The first of these numbers, of which there are enough.
    #[inline(always)]
    pub(in crate::explain) fn read(simd: S, numbers: &[f64]) -> Self {
        Lanes(bytemuck::pod_read_unaligned(bytemuck::must_cast_slice(&numbers[..Self::N])), simd)
    }

    /// That of the first lane.
    #[inline(always)]
    pub(in crate::explain) fn first(self) -> f64 {
        let numbers: &[f64] = bytemuck::must_cast_slice(std::slice::from_ref(&self.0));
        numbers[0]
    }

    /// The same number in each lane.
    #[inline(always)]
    pub(in crate::explain) fn all(simd: S, value: f64) -> Self {
        Lanes(simd.splat(value), simd)
    }

    /// Set where the number is below `bound`.
    #[inline(always)]
    pub(in crate::explain) fn below(self, bound: f64) -> Mask<S> {
        let Lanes(own, simd) = self;
        Mask(simd.below(own, simd.splat(bound)), simd)
    }
}

impl<S: Simd> Mask<S> {
    /// Set in each lane.
    #[inline(always)]
    pub(in crate::explain) fn all(simd: S) -> Self {
        Mask(simd.splat(f64::from_bits(u64::MAX)), simd)
    }

    #[inline(always)]
    pub(in crate::explain) fn of(simd: S, vector: S::Vector) -> Self {
        Mask(vector, simd)
    }

    #[inline(always)]
    pub(in crate::explain) fn vector(self) -> S::Vector {
        self.0
    }

    /// The numbers where the mask is set, else 0.
    #[inline(always)]
    pub(in crate::explain) fn these(self, numbers: Lanes<S>) -> Lanes<S> {
        let Mask(own, simd) = self;
        Lanes(simd.and(own, numbers.0), simd)
    }

    /// `value` where the mask is set, else 0.
    #[inline(always)]
    pub(in crate::explain) fn only(self, value: f64) -> Lanes<S> {
        let Mask(own, simd) = self;
        Lanes(simd.and(own, simd.splat(value)), simd)
    }

    /// Set where this mask is and the other is not.
    #[inline(always)]
    pub(in crate::explain) fn without(self, other: Mask<S>) -> Mask<S> {
        let Mask(own, simd) = self;
        Mask(simd.xor(own, simd.and(own, other.0)), simd)
    }
}

/// Lane by lane.
macro_rules! operator {
    ($type:ident, $operator:ident, $method:ident, $of:ident) => {
        impl<S: Simd> $operator for $type<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                $type(self.1.$of(self.0, other.0), self.1)
            }
        }
    };
}
operator!(Lanes, Add, add, add);
operator!(Lanes, Sub, sub, sub);
operator!(Lanes, Mul, mul, mul);
operator!(Mask, BitAnd, bitand, and);

impl<S: Simd> AddAssign for Lanes<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::simd::{self, Plain, Task};
    use crate::math::Rng;

    /// Everything that is computed here, of numbers made from a seed.
    #[derive(Default)]
    struct All(Vec<u64>);

    impl Task for &mut All {
        fn run<S: Simd>(self, simd: S) {
            let mut rng = Rng::new(7);
            for _ in 0..100 {
                let (mut x, mut out, mut decided) = (Block::default(), Block::all(0.1), Decisions::default());
                for row in 0..ROWS {
                    let value =
                        [rng.uniform() - 0.5, f64::NAN, f64::NEG_INFINITY, f64::INFINITY, 0.25, 1e300];
                    x.set(row, value[rng.below(6) as usize]);
                }
                for v in 0..n_vectors::<S>() {
                    let (x, y) = (x.at(simd, v), Lanes::all(simd, 0.3));
                    let left = x.below(0.25) & y.below(0.5);
                    decided.put(v, Mask::all(simd).without(left));
                    let some = left.only(3.0) + decided.at(simd, v).only(7.0);
                    let mut sum = x - y * some;
                    sum += x * x;
                    out.add(v, sum);
                }
                self.0.extend((0..ROWS).map(|row| out.get(row).to_bits()));
            }
        }
    }

    #[test]
    fn the_bits_do_not_depend_on_the_instructions() {
        let (mut plain, mut best) = (All::default(), All::default());
        plain.run(Plain);
        simd::run(&mut best);
        assert_eq!(plain.0.len(), 800);
        assert!(plain.0.iter().any(|&bits| f64::from_bits(bits).is_finite()));
        assert_eq!(plain.0, best.0);
    }
}
