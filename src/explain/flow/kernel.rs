//! The hot loop: one tree, one block of rows.
//!
//! A fork is an internal node. The formulas of a fork are in [`super::kind`]; here is the order in which they are
//! applied. Every lane runs the same instructions, whatever is decided.

use super::kind::{Kind, New, Repeated, repeat};
use super::lanes::{Block, Decisions, Lanes, Mask, ROWS, n_vectors};
use super::one::own_lines;
use super::plan::Plan;
use crate::explain::quadrature::Rule;
use crate::explain::simd::{Simd, Task};

/// Most quadrature points in one pass over a tree.
pub(super) const MAX_TOGETHER: usize = 8;
/// Most quadrature points per tree, exact for up to 64 distinct features on a path.
pub(in crate::explain) const MAX_POINTS: usize = 32;

/// One step of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) step: Move,
    /// True if the fork's feature was split on above it.
    pub(super) repeated: bool,
    pub(super) fork: u32,
}

/// What to do at a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Both children are leaves: all at once.
    Pair,
    /// Both children are such pairs, of this number and the next, and all three features are new: all at once.
    Four(u32),
    /// Decide, and carry the reach on to the children that are forks.
    Enter(Inner),
    /// The children that are forks are done: join.
    Leave(Inner),
}

/// Which children of a fork are forks themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    Both,
    Left,
    Right,
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
    /// Where it hangs from its parent.
    pub(super) place: Place,
    /// Where the path leaves the newest fork above on the same feature; [`Place::TOP`] if there is none.
    pub(super) before: Place,
    /// Number among the repeated forks of the plan.
    pub(super) repeat: u32,
}

/// A side of a fork, from which another fork or a leaf hangs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Twice the level of the fork (depth + 1), and 1 more on its right side.
    by_level: u32,
    /// The side's line among those of [`super::one`].
    line: u32,
}

impl Place {
    /// Where the root hangs.
    pub(super) const TOP: Place = Place { by_level: 0, line: 0 };

    /// A side, 0 left or 1 right, of the fork that hangs from `above` and has this number among those that are no pairs.
    pub(super) fn under(above: Place, number: usize, side: u32) -> Self {
        Place { by_level: 2 * (above.by_level / 2 + 1) + side, line: (own_lines(number) as u32) + side }
    }

    /// True above the root.
    #[inline(always)]
    pub(super) fn is_top(self) -> bool {
        self.line == 0
    }

    /// Level of the fork: 0 above the root.
    #[inline(always)]
    pub(super) fn level(self) -> usize {
        (self.by_level >> 1) as usize
    }

    /// Side of the fork: 0 left, 1 right.
    #[inline(always)]
    pub(super) fn side(self) -> usize {
        (self.by_level & 1) as usize
    }

    /// The side's line among those of [`super::one`].
    #[inline(always)]
    pub(super) fn line(self) -> usize {
        self.line as usize
    }
}

/// What is known at one level of the path. Pairs of entries are for the left and the right child.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    /// Weight × probability of reaching the child, per point.
    reach: [[Block; MAX_TOGETHER]; 2],
    /// Expected leaf value below the child, per point.
    value: [[Block; MAX_TOGETHER]; 2],
    /// The row followed every edge of the fork's feature, that to the child included.
    goes: [Decisions; 2],
}

/// One tree and one block of rows.
pub(super) struct Run<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) rules: &'a [Rule],
    pub(super) n_rows: usize,
    pub(super) channels: &'a [Block],
    /// Two more than the tree is deep.
    pub(super) frames: &'a mut [Frame],
    pub(super) phi: &'a mut [Block],
}

impl Task for Run<'_> {
    /// Adds the tree's φ of the first `n_rows` rows of the block.
    ///
    /// Where one vector holds them all, as for a single patient, the other vectors of the block are left alone. A row has
    /// the same bits either way.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match n_vectors::<S>() {
            n if self.n_rows <= ROWS / n => run_vectors::<S, 1>(simd, self),
            2 => run_vectors::<S, 2>(simd, self),
            _ => run_vectors::<S, 4>(simd, self),
        }
    }
}

/// Adds one tree's φ of the first `V` vectors of a block.
#[cfg_attr(target_arch = "x86_64", inline(always))]
fn run_vectors<S: Simd, const V: usize>(simd: S, run: Run<'_>) {
    let Run { plan, rules, channels, frames, phi, .. } = run;
    let rule = &rules[plan.n_together() * plan.n_passes() - 1];
    match plan.n_together() {
        1 => passes::<S, V, 1>(simd, plan, rule, channels, frames, phi),
        2 => passes::<S, V, 2>(simd, plan, rule, channels, frames, phi),
        3 => passes::<S, V, 3>(simd, plan, rule, channels, frames, phi),
        4 => passes::<S, V, 4>(simd, plan, rule, channels, frames, phi),
        5 => passes::<S, V, 5>(simd, plan, rule, channels, frames, phi),
        6 => passes::<S, V, 6>(simd, plan, rule, channels, frames, phi),
        _ => passes::<S, V, MAX_TOGETHER>(simd, plan, rule, channels, frames, phi),
    }
}

/// On x86, a function that is not part of [`Run::run`] is not compiled for its instructions.
#[cfg_attr(target_arch = "x86_64", inline(always))]
fn passes<S: Simd, const V: usize, const Q: usize>(
    simd: S,
    plan: Plan<'_>,
    rule: &Rule,
    channels: &[Block],
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    let forks = plan.forks();
    let (points, _) = rule.points.as_chunks::<Q>();
    let (weights, _) = rule.weights.as_chunks::<Q>();
    let (repeats, _) = plan.repeats().as_chunks::<Q>().0.as_chunks::<{ repeat::N }>();
    for (pass, (points, weights)) in points.iter().zip(weights).enumerate() {
        for (reach, weight) in frames[0].reach[0].iter_mut().zip(weights) {
            *reach = Block::all(*weight);
        }
        let repeats = &repeats[pass * plan.n_repeats()..];
        for step in plan.steps() {
            let fork = &forks[step.fork as usize];
            match (step.step, step.repeated) {
                (Move::Four(pairs), _) => {
                    let pairs = &forks[pairs as usize..];
                    four::<S, V, Q>(simd, fork, pairs, points, channels, frames, phi);
                }
                (step, false) => {
                    let kind = New { simd, share: fork.share, points };
                    go::<S, V, Q, _>(simd, step, fork, &kind, channels, frames, phi);
                }
                (step, true) => {
                    let followed = frames[fork.before.level()].goes[fork.before.side()];
                    let kind = Repeated {
                        simd,
                        share: fork.share,
                        constants: &repeats[fork.repeat as usize],
                        followed,
                    };
                    go::<S, V, Q, _>(simd, step, fork, &kind, channels, frames, phi);
                }
            }
        }
    }
}

/// The same for each point, written out: what the page loads is compiled for size, which keeps such loops rolled up and
/// makes the kernel half as fast.
macro_rules! each_point {
    ($n:ident, $q:ident, $body:block) => {
        each_point!($n, $q, $body, 0 1 2 3 4 5 6 7)
    };
    ($n:ident, $q:ident, $body:block, $($point:literal)*) => {
        $(if $n > $point {
            let $q: usize = $point;
            $body
        })*
    };
}

#[inline(always)]
fn go<S: Simd, const V: usize, const Q: usize, K: Kind<S>>(
    simd: S,
    step: Move,
    fork: &Fork,
    kind: &K,
    channels: &[Block],
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    match step {
        Move::Pair | Move::Four(_) => pair::<S, V, Q, K>(simd, fork, kind, channels, frames, phi),
        Move::Enter(Inner::Both) => enter::<S, V, Q, K, true, true>(simd, fork, kind, channels, frames),
        Move::Enter(Inner::Left) => enter::<S, V, Q, K, true, false>(simd, fork, kind, channels, frames),
        Move::Enter(Inner::Right) => enter::<S, V, Q, K, false, true>(simd, fork, kind, channels, frames),
        Move::Leave(Inner::Both) => leave::<S, V, Q, K, true, true>(simd, fork, kind, frames, phi),
        Move::Leave(Inner::Left) => leave::<S, V, Q, K, true, false>(simd, fork, kind, frames, phi),
        Move::Leave(Inner::Right) => leave::<S, V, Q, K, false, true>(simd, fork, kind, frames, phi),
    }
}

/// Decides where each row goes, carries the reach on to the children that are forks.
#[inline(always)]
fn enter<S: Simd, const V: usize, const Q: usize, K: Kind<S>, const LEFT: bool, const RIGHT: bool>(
    simd: S,
    fork: &Fork,
    kind: &K,
    channels: &[Block],
    frames: &mut [Frame],
) {
    let x = &channels[fork.channel as usize];
    let side = fork.place.side();
    let [parent, frame] = parent_and_own(frames, fork);
    for v in 0..V {
        let followed = kind.followed(v);
        let left = x.at(simd, v).below(fork.threshold) & followed;
        frame.goes[0].put(v, left);
        frame.goes[1].put(v, followed.without(left));
        each_point!(Q, q, {
            let reach = parent.reach[side][q].at(simd, v);
            let to_left = reach * kind.flow(q, left, followed);
            if LEFT {
                frame.reach[0][q].put(v, to_left);
            }
            if RIGHT {
                frame.reach[1][q].put(v, reach - to_left);
            }
        });
    }
}

/// Joins the values of both sides, hands the result to the parent, adds to φ.
#[inline(always)]
fn leave<S: Simd, const V: usize, const Q: usize, K: Kind<S>, const LEFT: bool, const RIGHT: bool>(
    simd: S,
    fork: &Fork,
    kind: &K,
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    let side = fork.place.side();
    let [parent, frame] = parent_and_own(frames, fork);
    let phi = &mut phi[fork.phi as usize];
    for v in 0..V {
        let left = frame.goes[0].at(simd, v);
        let followed = kind.followed(v);
        let mut sum = Lanes::all(simd, 0.0);
        each_point!(Q, q, {
            let on_left = if LEFT { frame.value[0][q].at(simd, v) } else { Lanes::all(simd, fork.left) };
            let on_right = if RIGHT { frame.value[1][q].at(simd, v) } else { Lanes::all(simd, fork.right) };
            let difference = on_left - on_right;
            let value = on_right + kind.flow(q, left, followed) * difference;
            parent.value[side][q].put(v, value);
            sum += kind.slope(q, left, followed, parent.reach[side][q].at(simd, v) * difference);
        });
        phi.add(v, kind.common_slope(left, sum));
    }
}

/// [`enter`] and [`leave`] in one for a fork with two leaves, which keeps nothing in its frame.
#[inline(always)]
fn pair<S: Simd, const V: usize, const Q: usize, K: Kind<S>>(
    simd: S,
    fork: &Fork,
    kind: &K,
    channels: &[Block],
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    let x = &channels[fork.channel as usize];
    let side = fork.place.side();
    let phi = &mut phi[fork.phi as usize];
    let difference = fork.left - fork.right;
    let [parent, _] = parent_and_own(frames, fork);
    for v in 0..V {
        let followed = kind.followed(v);
        let left = x.at(simd, v).below(fork.threshold) & followed;
        let mut sum = Lanes::all(simd, 0.0);
        each_point!(Q, q, {
            sum += kind.slope(q, left, followed, parent.reach[side][q].at(simd, v));
            let value = kind.flow_between(q, left, followed, fork.right, difference);
            parent.value[side][q].put(v, value);
        });
        phi.add(v, kind.common_slope(left, sum) * Lanes::all(simd, difference));
    }
}

/// A fork and its two pairs in one, all on new features.
#[inline(always)]
fn four<S: Simd, const V: usize, const Q: usize>(
    simd: S,
    top: &Fork,
    pairs: &[Fork],
    points: &[f64; Q],
    channels: &[Block],
    frames: &mut [Frame],
    phi: &mut [Block],
) {
    let [one, two, ..] = pairs else { return };
    let side = top.place.side();
    let parent = &mut frames[top.place.level()];
    let kinds = [top, one, two].map(|f| New { simd, share: f.share, points });
    let x = [top, one, two].map(|f| &channels[f.channel as usize]);
    let (difference_one, difference_two) = (one.left - one.right, two.left - two.right);
    for v in 0..V {
        let all = Mask::all(simd);
        let left = x[0].at(simd, v).below(top.threshold);
        let left_one = x[1].at(simd, v).below(one.threshold);
        let left_two = x[2].at(simd, v).below(two.threshold);
        let [mut sum, mut sum_one, mut sum_two] = [Lanes::all(simd, 0.0); 3];
        each_point!(Q, q, {
            let reach = parent.reach[side][q].at(simd, v);
            let flow = kinds[0].flow(q, left, all);
            let to_left = reach * flow;
            sum_one += to_left;
            sum_two += reach - to_left;
            let on_left = kinds[1].flow_between(q, left_one, all, one.right, difference_one);
            let on_right = kinds[2].flow_between(q, left_two, all, two.right, difference_two);
            let difference = on_left - on_right;
            parent.value[side][q].put(v, on_right + flow * difference);
            sum += reach * difference;
        });
        phi[top.phi as usize].add(v, kinds[0].common_slope(left, sum));
        phi[one.phi as usize]
            .add(v, kinds[1].common_slope(left_one, sum_one) * Lanes::all(simd, difference_one));
        phi[two.phi as usize]
            .add(v, kinds[2].common_slope(left_two, sum_two) * Lanes::all(simd, difference_two));
    }
}

/// The frame of a fork's parent (an empty one for the root) and its own.
#[inline(always)]
fn parent_and_own<'a>(frames: &'a mut [Frame], fork: &Fork) -> &'a mut [Frame; 2] {
    match frames.get_mut(fork.place.level()..).and_then(<[Frame]>::first_chunk_mut) {
        Some(frames) => frames,
        None => unreachable!("frames are two more than the tree is deep"),
    }
}
