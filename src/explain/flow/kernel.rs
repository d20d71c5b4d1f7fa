//! The hot loop: one tree, one block of rows.
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
//! and δ is the derivative that belongs to it, 0 if o = 0. For a new feature f = (1 − p) ρ + p·\[goes left\] and
//! δ = \[goes left\] − ρ. Decisions are masks of all ones or all zeros, so that every lane runs the same instructions.
#![allow(clippy::needless_range_loop, reason = "lanes of several arrays advance together, which vectorises")]

use super::plan::Plan;
use crate::explain::quadrature::gauss_legendre;

/// Rows explained together.
pub(super) const ROWS: usize = 8;
/// Most quadrature points in one pass over a tree.
pub(super) const MAX_TOGETHER: usize = 8;
/// Most quadrature points per tree, exact for up to 64 distinct features on a path.
pub(super) const MAX_POINTS: usize = 32;

/// One number per row of the block.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f64; ROWS]);

/// One decision per row of the block: all ones or all zeros.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Mask([u64; ROWS]);

/// What to do at a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Both children are leaves: all at once.
    Pair,
    /// Decide, go to the left child.
    EnterLeft,
    /// Decide, go to the right child (the left one is a leaf).
    EnterRight,
    /// From the left subtree to the right one.
    Turn,
    /// Both subtrees are done.
    Leave,
    /// The left subtree is done, the right child is a leaf.
    LeaveLeft,
    /// The right subtree is done, the left child is a leaf.
    LeaveRight,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) step: Move,
    /// True if the fork's feature was split on above it.
    pub(super) repeated: bool,
    pub(super) fork: u32,
}

/// An internal node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fork {
    /// Left iff the channel is below this.
    pub(super) threshold: f64,
    /// ρ.
    pub(super) share: f64,
    /// Weighted value of the left child, if that is a leaf.
    pub(super) left: f64,
    /// Weighted value of the right child, if that is a leaf.
    pub(super) right: f64,
    pub(super) channel: u32,
    /// Row of φ.
    pub(super) phi: u32,
    /// Depth + 1.
    pub(super) level: u32,
    /// Which child of its parent this is: 0 left, 1 right.
    pub(super) side: u32,
    /// Level of the newest fork above on the same feature, or 0.
    pub(super) before: u32,
    /// Number among the repeated forks of the plan.
    pub(super) repeat: u32,
}

/// Constants of a repeated fork at one point: f = ρ + [o]·flow + [o, left]·flow_left, and δ alike without the ρ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeat {
    flow: f64,
    flow_left: f64,
    slope: f64,
    slope_left: f64,
}

impl Repeat {
    /// Constants at point `p`, given the share r of the feature above and the fork's own share ρ.
    pub(super) fn new(p: f64, above: f64, share: f64) -> Self {
        let d = p + (1.0 - p) * above;
        let right = (1.0 - p) * above * share / d;
        let left = (p + (1.0 - p) * above * share) / d;
        let g = (1.0 - above) / d;
        let slope = -above * share / d - right * g;
        let slope_left = (1.0 - above * share) / d - left * g;
        Repeat { flow: right - share, flow_left: left - right, slope, slope_left: slope_left - slope }
    }
}

/// A quadrature rule on [0, 1].
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) points: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Rule {
    /// The rule with this many points.
    pub(super) fn new(n_points: usize) -> Self {
        let (points, weights) = gauss_legendre(n_points).into_iter().unzip();
        Rule { points, weights }
    }
}

/// What is known at one level of the path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    /// Weight × probability of reaching the fork, per point.
    reach: [Lanes; MAX_TOGETHER],
    /// Expected leaf value of the left and the right subtree, per point.
    value: [[Lanes; MAX_TOGETHER]; 2],
    /// o: the row followed every edge of this feature above.
    followed: Mask,
    /// The row followed and goes left here.
    left: Mask,
    /// The row followed and goes to the side that is walked now.
    follows: Mask,
}

/// Adds one tree's φ of a block of rows. `frames` has two more entries than the tree is deep.
pub(super) fn run(plan: &Plan, rules: &[Rule], channels: &[Lanes], frames: &mut [Frame], phi: &mut [Lanes]) {
    let rule = &rules[plan.n_together * plan.n_passes - 1];
    match plan.n_together {
        1 => passes::<1>(plan, rule, channels, frames, phi),
        2 => passes::<2>(plan, rule, channels, frames, phi),
        3 => passes::<3>(plan, rule, channels, frames, phi),
        4 => passes::<4>(plan, rule, channels, frames, phi),
        5 => passes::<5>(plan, rule, channels, frames, phi),
        6 => passes::<6>(plan, rule, channels, frames, phi),
        _ => passes::<MAX_TOGETHER>(plan, rule, channels, frames, phi),
    }
}

fn passes<const Q: usize>(
    plan: &Plan,
    rule: &Rule,
    channels: &[Lanes],
    frames: &mut [Frame],
    phi: &mut [Lanes],
) {
    let (points, _) = rule.points.as_chunks::<Q>();
    let (weights, _) = rule.weights.as_chunks::<Q>();
    let (repeats, _) = plan.repeats.as_chunks::<Q>();
    let n_repeats = repeats.len() / plan.n_passes;
    for (pass, (points, weights)) in points.iter().zip(weights).enumerate() {
        for (reach, weight) in frames[1].reach.iter_mut().zip(weights) {
            reach.0 = [*weight; ROWS];
        }
        let repeats = &repeats[pass * n_repeats..];
        for step in &plan.steps {
            let fork = &plan.forks[step.fork as usize];
            let x = &channels[fork.channel as usize];
            let phi = &mut phi[fork.phi as usize];
            if step.repeated {
                let kind = Repeated { share: fork.share, repeats: &repeats[fork.repeat as usize] };
                go::<Q, _>(step.step, fork, &kind, x, frames, phi);
            } else {
                let kind = New { share: fork.share, points };
                go::<Q, _>(step.step, fork, &kind, x, frames, phi);
            }
        }
    }
}

/// How a fork's feature stands to the path above it.
trait Kind {
    /// f at point q for one lane.
    fn flow(&self, q: usize, followed: u64, left: u64) -> f64;
    /// The part of δ that depends on q, for one lane.
    fn slope(&self, q: usize, followed: u64, left: u64) -> f64;
    /// The part of δ that does not.
    fn common_slope(&self, left: u64) -> f64;
    const REPEATED: bool;
}

/// First split on its feature.
struct New<'a, const Q: usize> {
    share: f64,
    points: &'a [f64; Q],
}

/// The feature was split on above.
struct Repeated<'a, const Q: usize> {
    share: f64,
    repeats: &'a [Repeat; Q],
}

/// `value` where the mask is set, else 0.
#[inline(always)]
fn only(mask: u64, value: f64) -> f64 {
    f64::from_bits(mask & value.to_bits())
}

impl<const Q: usize> Kind for New<'_, Q> {
    const REPEATED: bool = false;
    #[inline(always)]
    fn flow(&self, q: usize, _: u64, left: u64) -> f64 {
        (1.0 - self.points[q]) * self.share + only(left, self.points[q])
    }
    #[inline(always)]
    fn slope(&self, _: usize, _: u64, _: u64) -> f64 {
        1.0
    }
    #[inline(always)]
    fn common_slope(&self, left: u64) -> f64 {
        only(left, 1.0) - self.share
    }
}

impl<const Q: usize> Kind for Repeated<'_, Q> {
    const REPEATED: bool = true;
    #[inline(always)]
    fn flow(&self, q: usize, followed: u64, left: u64) -> f64 {
        self.share + only(followed, self.repeats[q].flow) + only(left, self.repeats[q].flow_left)
    }
    #[inline(always)]
    fn slope(&self, q: usize, followed: u64, left: u64) -> f64 {
        only(followed, self.repeats[q].slope) + only(left, self.repeats[q].slope_left)
    }
    #[inline(always)]
    fn common_slope(&self, _: u64) -> f64 {
        1.0
    }
}

#[inline(always)]
fn go<const Q: usize, K: Kind>(
    step: Move,
    fork: &Fork,
    kind: &K,
    x: &Lanes,
    frames: &mut [Frame],
    phi: &mut Lanes,
) {
    match step {
        Move::Pair => {
            decide::<K>(fork, x, frames, true);
            leave::<Q, K, true, true>(fork, kind, frames, phi);
        }
        Move::EnterLeft => {
            decide::<K>(fork, x, frames, true);
            pass::<Q, K, true>(fork, kind, frames);
        }
        Move::EnterRight => {
            decide::<K>(fork, x, frames, false);
            pass::<Q, K, false>(fork, kind, frames);
        }
        Move::Turn => turn::<Q>(fork, frames),
        Move::Leave => leave::<Q, K, false, false>(fork, kind, frames, phi),
        Move::LeaveLeft => leave::<Q, K, false, true>(fork, kind, frames, phi),
        Move::LeaveRight => leave::<Q, K, true, false>(fork, kind, frames, phi),
    }
}

/// Decides where each row goes.
#[inline(always)]
fn decide<K: Kind>(fork: &Fork, x: &Lanes, frames: &mut [Frame], to_left: bool) {
    let followed = if K::REPEATED { frames[fork.before as usize].follows } else { Mask([u64::MAX; ROWS]) };
    let frame = &mut frames[fork.level as usize];
    for lane in 0..ROWS {
        let left = u64::from(x.0[lane] < fork.threshold).wrapping_neg() & followed.0[lane];
        frame.left.0[lane] = left;
        frame.follows.0[lane] = if to_left { left } else { followed.0[lane] & !left };
    }
    frame.followed = followed;
}

/// Carries the reach on to the child that is walked.
#[inline(always)]
fn pass<const Q: usize, K: Kind, const LEFT: bool>(fork: &Fork, kind: &K, frames: &mut [Frame]) {
    let (above, below) = frames.split_at_mut(fork.level as usize + 1);
    let (Some(frame), Some(child)) = (above.last(), below.first_mut()) else { return };
    for q in 0..Q {
        for lane in 0..ROWS {
            let reach = frame.reach[q].0[lane];
            let left = reach * kind.flow(q, frame.followed.0[lane], frame.left.0[lane]);
            child.reach[q].0[lane] = if LEFT { left } else { reach - left };
        }
    }
}

/// The reach of the right child is what the left one, which is still there, did not take.
#[inline(always)]
fn turn<const Q: usize>(fork: &Fork, frames: &mut [Frame]) {
    let (above, below) = frames.split_at_mut(fork.level as usize + 1);
    let (Some(frame), Some(child)) = (above.last_mut(), below.first_mut()) else { return };
    for q in 0..Q {
        for lane in 0..ROWS {
            child.reach[q].0[lane] = frame.reach[q].0[lane] - child.reach[q].0[lane];
        }
    }
    for lane in 0..ROWS {
        frame.follows.0[lane] = frame.followed.0[lane] & !frame.left.0[lane];
    }
}

/// Joins the values of both sides, hands the result to the parent, adds to φ.
#[inline(always)]
fn leave<const Q: usize, K: Kind, const LEFT_LEAF: bool, const RIGHT_LEAF: bool>(
    fork: &Fork,
    kind: &K,
    frames: &mut [Frame],
    phi: &mut Lanes,
) {
    let (above, below) = frames.split_at_mut(fork.level as usize);
    let (Some(parent), Some(frame)) = (above.last_mut(), below.first()) else { return };
    let out = &mut parent.value[(fork.side & 1) as usize];
    let mut sum = [0.0; ROWS];
    for q in 0..Q {
        for lane in 0..ROWS {
            let (followed, left) = (frame.followed.0[lane], frame.left.0[lane]);
            let on_left = if LEFT_LEAF { fork.left } else { frame.value[0][q].0[lane] };
            let on_right = if RIGHT_LEAF { fork.right } else { frame.value[1][q].0[lane] };
            let difference = on_left - on_right;
            out[q].0[lane] = on_right + kind.flow(q, followed, left) * difference;
            sum[lane] += frame.reach[q].0[lane] * kind.slope(q, followed, left) * difference;
        }
    }
    for lane in 0..ROWS {
        phi.0[lane] += kind.common_slope(frame.left.0[lane]) * sum[lane];
    }
}
