//! Numbers and decisions for a block of rows, in vectors of the target's width.
//!
//! Every operation does the same to each lane and no lane sees another; products and sums are not fused. So the bits
//! of a row depend neither on its neighbours nor on the width. Left to itself the compiler vectorises these loops
//! for x86 but not for WebAssembly, hence `wide`.

use std::ops::{Add, AddAssign, BitAnd, BitOr, Mul, Sub};

/// Two lanes: WebAssembly's simd128, x86's SSE2, ARM's NEON.
#[cfg(not(target_feature = "avx"))]
type Vector = wide::f64x2;
/// Four lanes.
#[cfg(target_feature = "avx")]
type Vector = wide::f64x4;

/// The same number in each lane.
///
/// `wide` makes a WebAssembly vector of an array; where the page is compiled for size, that array goes through memory as
/// two numbers and comes back as one vector, for which the processor has to wait every time.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn splat(value: f64) -> Vector {
    bytemuck::cast(core::arch::wasm32::f64x2_splat(value))
}

/// The same number in each lane.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn splat(value: f64) -> Vector {
    Vector::splat(value)
}

/// Rows in a block.
pub(in crate::explain) const ROWS: usize = 8;
/// Rows in a vector.
pub(super) const WIDTH: usize = size_of::<Vector>() / size_of::<f64>();
/// Vectors that make up a block.
pub(in crate::explain) const VECTORS: usize = ROWS / WIDTH;

/// One number per row of a block.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(in crate::explain) struct Block([Lanes; VECTORS]);

/// One decision per row of a block.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(in crate::explain) struct Decisions([Mask; VECTORS]);

/// One vector of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::explain) struct Lanes(Vector);

/// One vector of decisions: all ones or all zeros per lane.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::explain) struct Mask(Vector);

impl Block {
    /// The same number for each row.
    pub(in crate::explain) fn all(value: f64) -> Self {
        Block([Lanes::all(value); VECTORS])
    }

    pub(in crate::explain) fn set(&mut self, row: usize, value: f64) {
        self.0[row / WIDTH].0.as_mut_array()[row % WIDTH] = value;
    }

    pub(in crate::explain) fn get(&self, row: usize) -> f64 {
        self.0[row / WIDTH].0.as_array()[row % WIDTH]
    }
}

/// Blocks and decisions are taken apart into vectors.
macro_rules! vectors {
    ($whole:ident, $part:ident) => {
        impl std::ops::Index<usize> for $whole {
            type Output = $part;
            #[inline(always)]
            fn index(&self, vector: usize) -> &$part {
                &self.0[vector]
            }
        }
        impl std::ops::IndexMut<usize> for $whole {
            #[inline(always)]
            fn index_mut(&mut self, vector: usize) -> &mut $part {
                &mut self.0[vector]
            }
        }
    };
}
vectors!(Block, Lanes);
vectors!(Decisions, Mask);

impl Lanes {
    /// The same number in each lane.
    #[inline(always)]
    pub(in crate::explain) fn all(value: f64) -> Self {
        Lanes(splat(value))
    }

    /// Set where the number is below `bound`.
    #[inline(always)]
    pub(in crate::explain) fn below(self, bound: f64) -> Mask {
        Mask(self.0.simd_lt(splat(bound)))
    }
}

impl Mask {
    /// Set in each lane.
    #[inline(always)]
    pub(in crate::explain) fn all() -> Self {
        Mask(splat(f64::from_bits(u64::MAX)))
    }

    /// `value` where the mask is set, else 0.
    #[inline(always)]
    pub(in crate::explain) fn only(self, value: f64) -> Lanes {
        Lanes(self.0 & splat(value))
    }

    /// Set where this mask is and the other is not.
    #[inline(always)]
    pub(in crate::explain) fn without(self, other: Mask) -> Mask {
        Mask(self.0 ^ (self.0 & other.0))
    }
}

/// Lane by lane.
macro_rules! operator {
    ($type:ident, $operator:ident, $method:ident) => {
        impl $operator for $type {
            type Output = $type;
            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                $type(self.0.$method(other.0))
            }
        }
    };
}
operator!(Lanes, Add, add);
operator!(Lanes, Sub, sub);
operator!(Lanes, Mul, mul);
operator!(Mask, BitAnd, bitand);
operator!(Mask, BitOr, bitor);

impl AddAssign for Lanes {
    #[inline(always)]
    fn add_assign(&mut self, other: Lanes) {
        *self = *self + other;
    }
}
