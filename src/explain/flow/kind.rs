//! The formulas of a fork, for a feature that is new on its path and for one that was split on above.
//!
//! Words: a fork is an internal node; ρ its left share of cover; r the product of the shares that the path above gave
//! to the fork's feature, o whether the row followed all of those edges (both 1 if the feature is new). At a point p
//! of the quadrature, a row goes left with probability
//!
//! ```text
//! f = ρ                                            if o = 0
//!   = (1 − p) r ρ / D                              if o = 1 and the row goes right
//!   = (p + (1 − p) r ρ) / D,  D = p + (1 − p) r    if o = 1 and the row goes left
//! ```
//!
//! and δ is the derivative that belongs to it, 0 if o = 0. For a new feature f = (1 − p) ρ + p × [goes left] and
//! δ = [goes left] − ρ. Decisions are masks of all ones or all zeros, so that every lane runs the same instructions.

use super::lanes::{Decisions, Lanes, Mask};
use crate::explain::simd::Simd;

/// Constants of a repeated fork, each of them one number per point: `f = ρ + o × flow + (o and left) × flow_left`, and δ
/// alike without ρ.
pub(super) mod repeat {
    pub(in super::super) const FLOW: usize = 0;
    pub(in super::super) const FLOW_LEFT: usize = 1;
    pub(in super::super) const SLOPE: usize = 2;
    pub(in super::super) const SLOPE_LEFT: usize = 3;
    /// How many there are, in this order.
    pub(in super::super) const N: usize = 4;

    /// At point `p`, given the share r of the feature above and the fork's own share ρ.
    pub(in super::super) fn constants(p: f64, above: f64, share: f64) -> [f64; N] {
        let d = p + (1.0 - p) * above;
        let right = (1.0 - p) * above * share / d;
        let left = (p + (1.0 - p) * above * share) / d;
        let g = (1.0 - above) / d;
        let slope = -above * share / d - right * g;
        let slope_left = (1.0 - above * share) / d - left * g;
        [right - share, left - right, slope, slope_left - slope]
    }
}

/// How a fork's feature stands to the path above it.
pub(super) trait Kind<S: Simd> {
    /// `from + f × by` at point q, where rows that followed the feature so far go left or do not.
    fn flow(&self, q: usize, left: Mask<S>, followed: Mask<S>) -> Lanes<S>;
    /// `from + f × by` for constants.
    fn flow_between(&self, q: usize, left: Mask<S>, followed: Mask<S>, from: f64, by: f64) -> Lanes<S>;
    /// δ × value at point q, up to the factor that all points share.
    fn slope(&self, q: usize, left: Mask<S>, followed: Mask<S>, value: Lanes<S>) -> Lanes<S>;
    /// The factor that all points share × sum.
    fn common_slope(&self, left: Mask<S>, sum: Lanes<S>) -> Lanes<S>;
    /// o: the row followed every edge of this feature above.
    fn followed(&self, vector: usize) -> Mask<S>;
}

/// First split on its feature.
pub(super) struct New<'a, const Q: usize, S> {
    pub(super) simd: S,
    pub(super) share: f64,
    pub(super) points: &'a [f64; Q],
}

impl<const Q: usize, S: Simd> Kind<S> for New<'_, Q, S> {
    #[inline(always)]
    fn flow(&self, q: usize, left: Mask<S>, _: Mask<S>) -> Lanes<S> {
        let p = self.points[q];
        Lanes::all(self.simd, (1.0 - p) * self.share) + left.only(p)
    }
    #[inline(always)]
    fn flow_between(&self, q: usize, left: Mask<S>, _: Mask<S>, from: f64, by: f64) -> Lanes<S> {
        let p = self.points[q];
        Lanes::all(self.simd, from + (1.0 - p) * self.share * by) + left.only(p * by)
    }
    #[inline(always)]
    fn slope(&self, _: usize, _: Mask<S>, _: Mask<S>, value: Lanes<S>) -> Lanes<S> {
        value
    }
    #[inline(always)]
    fn common_slope(&self, left: Mask<S>, sum: Lanes<S>) -> Lanes<S> {
        (left.only(1.0) - Lanes::all(self.simd, self.share)) * sum
    }
    #[inline(always)]
    fn followed(&self, _: usize) -> Mask<S> {
        Mask::all(self.simd)
    }
}

/// The feature was split on above.
pub(super) struct Repeated<'a, const Q: usize, S> {
    pub(super) simd: S,
    pub(super) share: f64,
    /// As in [`repeat`].
    pub(super) constants: &'a [[f64; Q]; repeat::N],
    /// o: the row followed every edge of this feature above.
    pub(super) followed: Decisions,
}

impl<const Q: usize, S: Simd> Kind<S> for Repeated<'_, Q, S> {
    #[inline(always)]
    fn flow(&self, q: usize, left: Mask<S>, followed: Mask<S>) -> Lanes<S> {
        Lanes::all(self.simd, self.share)
            + followed.only(self.constants[repeat::FLOW][q])
            + left.only(self.constants[repeat::FLOW_LEFT][q])
    }
    #[inline(always)]
    fn flow_between(&self, q: usize, left: Mask<S>, followed: Mask<S>, from: f64, by: f64) -> Lanes<S> {
        Lanes::all(self.simd, from + self.share * by)
            + followed.only(self.constants[repeat::FLOW][q] * by)
            + left.only(self.constants[repeat::FLOW_LEFT][q] * by)
    }
    #[inline(always)]
    fn slope(&self, q: usize, left: Mask<S>, followed: Mask<S>, value: Lanes<S>) -> Lanes<S> {
        (followed.only(self.constants[repeat::SLOPE][q]) + left.only(self.constants[repeat::SLOPE_LEFT][q]))
            * value
    }
    #[inline(always)]
    fn common_slope(&self, _: Mask<S>, sum: Lanes<S>) -> Lanes<S> {
        sum
    }
    #[inline(always)]
    fn followed(&self, vector: usize) -> Mask<S> {
        self.followed.at(self.simd, vector)
    }
}
