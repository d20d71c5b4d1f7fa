//! The same for one row: here the lanes of a vector are the points of the quadrature, of which a single row fills more than
//! it would of a block of rows.
//!
//! Every lane does what [`super::kernel`] does for its row and point, and sums over points are taken in the same order, so
//! that the bits are the same. Lanes beyond the last point have no weight: what they add is zero.
//!
//! Loops count: closures and iterators stay calls here, since they are not compiled for the wider vectors.
#![allow(clippy::needless_range_loop, reason = "see above")]

use super::kernel::{Fork, Inner, MAX_TOGETHER, Move};
use super::kind::Repeat;
use super::lanes::{Block, Lanes, Mask};
use super::plan::Plan;
use crate::explain::quadrature::Rule;
use crate::explain::simd::{Simd, Task};

/// What is known at one level of the path, as in [`super::kernel::Frame`]; per point.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    reach: [Block; 2],
    value: [Block; 2],
    goes: [Bits; 2],
}

/// A decision: all ones or all zeros.
#[derive(Clone, Copy, Debug, Default)]
struct Bits(u64);

impl Bits {
    fn of(decision: bool) -> Self {
        Bits(u64::from(decision).wrapping_neg())
    }

    /// `value` where it is set, else 0.
    fn only(self, value: f64) -> f64 {
        f64::from_bits(self.0 & value.to_bits())
    }

    fn and(self, other: Self) -> Self {
        Bits(self.0 & other.0)
    }

    fn without(self, other: Self) -> Self {
        Bits(self.0 & !other.0)
    }

    #[inline(always)]
    fn mask<S: Simd>(self, simd: S) -> Mask<S> {
        Mask::every(simd, f64::from_bits(self.0))
    }
}

/// One tree and the first row of a block.
pub(super) struct One<'a> {
    pub(super) plan: &'a Plan,
    pub(super) rules: &'a [Rule],
    pub(super) channels: &'a [Block],
    /// Two more than the tree is deep.
    pub(super) frames: &'a mut [Frame],
    pub(super) phi: &'a mut [Block],
}

impl Task for One<'_> {
    /// Adds the tree's φ of the row.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.plan.n_together.div_ceil(size_of::<S::Vector>() / size_of::<f64>()) {
            1 => self.vectors::<S, 1>(simd),
            2 => self.vectors::<S, 2>(simd),
            3 => self.vectors::<S, 3>(simd),
            _ => self.vectors::<S, 4>(simd),
        }
    }
}

impl One<'_> {
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    fn vectors<S: Simd, const V: usize>(self, simd: S) {
        let One { plan, rules, channels, frames, phi } = self;
        let n = plan.n_together;
        let rule = &rules[n * plan.n_passes - 1];
        let n_repeats = plan.repeats.len() / plan.n_passes;
        for (pass, (points, weights)) in rule.points.chunks(n).zip(rule.weights.chunks(n)).enumerate() {
            let (mut p, mut rest, mut weight) = (Block::default(), Block::all(1.0), Block::default());
            for (q, (point, w)) in points.iter().zip(weights).enumerate() {
                p.set(q, *point);
                rest.set(q, 1.0 - *point);
                weight.set(q, *w);
            }
            frames[0].reach[0] = weight;
            let new = New::<S, V> { simd, p: &p, rest: &rest };
            let repeats = &plan.repeats[pass * n_repeats..][..n_repeats];
            for step in &plan.steps {
                let forks = &plan.forks[step.fork as usize..];
                let Some(fork) = forks.first() else { return };
                if step.repeated {
                    let followed = frames[fork.before as usize].goes[(fork.before_side & 1) as usize];
                    let repeats = &repeats[fork.repeat as usize * n..][..n];
                    repeated(step.step, fork, repeats, followed, channels, frames, phi);
                    continue;
                }
                match step.step {
                    Move::Four => new.four(forks, channels, frames, phi),
                    Move::Pair => new.pair(fork, channels, frames, phi),
                    Move::Enter(_) => new.enter(fork, channels, frames),
                    Move::Leave(inner) => new.leave(fork, inner, frames, phi),
                }
            }
        }
    }
}

/// Forks on features that are new on their path.
struct New<'a, S, const V: usize> {
    simd: S,
    /// The points.
    p: &'a Block,
    /// One less each of them.
    rest: &'a Block,
}

impl<S: Simd, const V: usize> New<'_, S, V> {
    #[inline(always)]
    fn all(&self, value: f64) -> Lanes<S> {
        Lanes::all(self.simd, value)
    }

    #[inline(always)]
    fn flow(&self, v: usize, share: f64, left: Mask<S>) -> Lanes<S> {
        self.rest.at(self.simd, v) * self.all(share) + left.these(self.p.at(self.simd, v))
    }

    #[inline(always)]
    fn flow_between(&self, v: usize, share: f64, left: Mask<S>, from: f64, by: f64) -> Lanes<S> {
        let p = self.p.at(self.simd, v);
        let right = self.all(from) + self.rest.at(self.simd, v) * self.all(share) * self.all(by);
        right + left.these(p * self.all(by))
    }

    #[inline(always)]
    fn enter(&self, fork: &Fork, channels: &[Block], frames: &mut [Frame]) {
        let side = (fork.side & 1) as usize;
        let [parent, frame] = parent_and_own(frames, fork);
        let left = decide(fork, channels);
        frame.goes = [left, Bits(!left.0)];
        let left = left.mask(self.simd);
        for v in 0..V {
            let reach = parent.reach[side].at(self.simd, v);
            let to_left = reach * self.flow(v, fork.share, left);
            frame.reach[0].put(v, to_left);
            frame.reach[1].put(v, reach - to_left);
        }
    }

    #[inline(always)]
    fn leave(&self, fork: &Fork, inner: Inner, frames: &mut [Frame], phi: &mut [Block]) {
        let side = (fork.side & 1) as usize;
        let [parent, frame] = parent_and_own(frames, fork);
        let left = frame.goes[0];
        let mask = left.mask(self.simd);
        let mut sums = [self.all(0.0); V];
        for v in 0..V {
            let on_left = match inner {
                Inner::Right => self.all(fork.left),
                _ => frame.value[0].at(self.simd, v),
            };
            let on_right = match inner {
                Inner::Left => self.all(fork.right),
                _ => frame.value[1].at(self.simd, v),
            };
            let difference = on_left - on_right;
            parent.value[side].put(v, on_right + self.flow(v, fork.share, mask) * difference);
            sums[v] = parent.reach[side].at(self.simd, v) * difference;
        }
        add(phi, fork, (left.only(1.0) - fork.share) * in_order(sums));
    }

    #[inline(always)]
    fn pair(&self, fork: &Fork, channels: &[Block], frames: &mut [Frame], phi: &mut [Block]) {
        let side = (fork.side & 1) as usize;
        let left = decide(fork, channels);
        let mask = left.mask(self.simd);
        let difference = fork.left - fork.right;
        let [parent, _] = parent_and_own(frames, fork);
        let mut sums = [self.all(0.0); V];
        for v in 0..V {
            sums[v] = parent.reach[side].at(self.simd, v);
            parent.value[side].put(v, self.flow_between(v, fork.share, mask, fork.right, difference));
        }
        add(phi, fork, (left.only(1.0) - fork.share) * in_order(sums) * difference);
    }

    #[inline(always)]
    fn four(&self, forks: &[Fork], channels: &[Block], frames: &mut [Frame], phi: &mut [Block]) {
        let [top, one, two, ..] = forks else { return };
        let side = (top.side & 1) as usize;
        let parent = &mut frames[top.level as usize - 1];
        let lefts = [decide(top, channels), decide(one, channels), decide(two, channels)];
        let masks = [lefts[0].mask(self.simd), lefts[1].mask(self.simd), lefts[2].mask(self.simd)];
        let (difference_one, difference_two) = (one.left - one.right, two.left - two.right);
        let none = [self.all(0.0); V];
        let (mut sums, mut sums_one, mut sums_two) = (none, none, none);
        for v in 0..V {
            let reach = parent.reach[side].at(self.simd, v);
            let flow = self.flow(v, top.share, masks[0]);
            let to_left = reach * flow;
            sums_one[v] = to_left;
            sums_two[v] = reach - to_left;
            let on_left = self.flow_between(v, one.share, masks[1], one.right, difference_one);
            let on_right = self.flow_between(v, two.share, masks[2], two.right, difference_two);
            let difference = on_left - on_right;
            parent.value[side].put(v, on_right + flow * difference);
            sums[v] = reach * difference;
        }
        add(phi, top, (lefts[0].only(1.0) - top.share) * in_order(sums));
        add(phi, one, (lefts[1].only(1.0) - one.share) * in_order(sums_one) * difference_one);
        add(phi, two, (lefts[2].only(1.0) - two.share) * in_order(sums_two) * difference_two);
    }
}

/// A fork whose feature was split on above, point by point.
fn repeated(
    step: Move,
    fork: &Fork,
    repeats: &[Repeat],
    followed: Bits,
    channels: &[Block],
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    let side = (fork.side & 1) as usize;
    let [parent, frame] = parent_and_own(frames, fork);
    let (reach, value) = (parent.reach[side].numbers(), parent.value[side].numbers_mut());
    match step {
        Move::Enter(_) => {
            let left = decide(fork, channels).and(followed);
            frame.goes = [left, followed.without(left)];
            let [on_left, on_right] = &mut frame.reach;
            let (on_left, on_right) = (on_left.numbers_mut(), on_right.numbers_mut());
            for (q, repeat) in repeats.iter().enumerate().take(MAX_TOGETHER) {
                let flow = fork.share + followed.only(repeat.flow) + left.only(repeat.flow_left);
                on_left[q] = reach[q] * flow;
                on_right[q] = reach[q] - on_left[q];
            }
            // What lies beyond is of another fork.
            on_left[repeats.len()..].fill(0.0);
            on_right[repeats.len()..].fill(0.0);
        }
        Move::Leave(inner) => {
            let left = frame.goes[0];
            let [on_left, on_right] = [0, 1].map(|child| frame.value[child].numbers());
            let mut sum = 0.0;
            for (q, repeat) in repeats.iter().enumerate().take(MAX_TOGETHER) {
                let on_left = if inner == Inner::Right { fork.left } else { on_left[q] };
                let on_right = if inner == Inner::Left { fork.right } else { on_right[q] };
                let difference = on_left - on_right;
                let flow = fork.share + followed.only(repeat.flow) + left.only(repeat.flow_left);
                value[q] = on_right + flow * difference;
                let slope = followed.only(repeat.slope) + left.only(repeat.slope_left);
                sum += slope * (reach[q] * difference);
            }
            add(phi, fork, sum);
        }
        Move::Pair | Move::Four => {
            let left = decide(fork, channels).and(followed);
            let difference = fork.left - fork.right;
            let mut sum = 0.0;
            for (q, repeat) in repeats.iter().enumerate().take(MAX_TOGETHER) {
                let slope = followed.only(repeat.slope) + left.only(repeat.slope_left);
                sum += slope * reach[q];
                value[q] = (fork.right + fork.share * difference)
                    + followed.only(repeat.flow * difference)
                    + left.only(repeat.flow_left * difference);
            }
            add(phi, fork, sum * difference);
        }
    }
}

#[inline(always)]
fn decide(fork: &Fork, channels: &[Block]) -> Bits {
    Bits::of(channels[fork.channel as usize].numbers()[0] < fork.threshold)
}

/// The sum over points, one after the other.
#[inline(always)]
fn in_order<S: Simd, const V: usize>(sums: [Lanes<S>; V]) -> f64 {
    let mut total = 0.0;
    for v in 0..V {
        let numbers = sums[v].numbers();
        for lane in 0..numbers.len() {
            total += numbers[lane];
        }
    }
    total
}

#[inline(always)]
fn add(phi: &mut [Block], fork: &Fork, value: f64) {
    phi[fork.phi as usize].numbers_mut()[0] += value;
}

/// The frame of a fork's parent (an empty one for the root) and its own.
#[inline(always)]
fn parent_and_own<'a>(frames: &'a mut [Frame], fork: &Fork) -> &'a mut [Frame; 2] {
    let level = fork.level as usize;
    match frames.get_mut(level - 1..).and_then(<[Frame]>::first_chunk_mut) {
        Some(frames) => frames,
        None => unreachable!("frames are two more than the tree is deep"),
    }
}
