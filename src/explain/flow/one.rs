//! The same for one row: here the lanes of a vector are the points of the quadrature, of which a single row fills more than
//! it would of a block of rows.
//!
//! Nor are there steps to be told apart: all forks carry their reach down, then all join their values upwards.
//!
//! Every lane does what [`super::kernel`] does for its row and point, and sums over points and forks are taken in the same
//! order, so that the bits are the same. Lanes beyond the last point have no weight: what they add is zero.
//!
//! Loops count: closures and iterators stay calls here, since they are not compiled for the wider vectors.
#![allow(clippy::needless_range_loop, reason = "see above")]

use super::channels::Channels;
use super::kernel::{Fork, MAX_TOGETHER};
use super::kind::repeat;
use super::lanes::{Block, Lanes, Mask, Numbers};
use super::plan::{Add, Plan, Plans};
use crate::ensemble::Ensemble;
use crate::explain::quadrature::Rule;
use crate::explain::simd::{Simd, Task};

/// Lines of vectors that a fork has. Of the first three things there are two, for the left side and the right one.
const LINES: usize = 7;
/// Weight × probability of reaching the side.
const REACH: usize = 0;
/// Expected leaf value below it.
const VALUE: usize = 2;
/// The row followed every edge of the fork's feature, that to this side included: all ones or all zeros, in the first vector.
const GOES: usize = 4;
/// Probability of going left.
const FLOW: usize = 6;

/// Where the lines of a fork begin, given its number among those that are no pairs. The first ones are above the root.
pub(super) fn own_lines(number: usize) -> usize {
    LINES * (number + 1)
}

/// The points of a pass.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    p: Block,
    /// One less each of them.
    rest: Block,
    weight: Block,
}

impl Pass {
    /// All passes of a rule.
    pub(super) fn all(rule: &Rule) -> Vec<Self> {
        let n_together = rule.points.len().div_ceil(rule.points.len().div_ceil(MAX_TOGETHER));
        let passes = rule.points.chunks(n_together).zip(rule.weights.chunks(n_together));
        let pass = |(points, weights): (&[f64], &[f64])| {
            let mut pass = Pass { p: Block::default(), rest: Block::all(1.0), weight: Block::default() };
            for (q, (point, weight)) in points.iter().zip(weights).enumerate() {
                pass.p.set(q, *point);
                pass.rest.set(q, 1.0 - *point);
                pass.weight.set(q, *weight);
            }
            pass
        };
        passes.map(pass).collect()
    }
}

/// Working memory.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    lines: Vec<Numbers>,
    /// What each fork adds to φ.
    adds: Vec<f64>,
}

impl State {
    /// Has room for a tree.
    fn fit(&mut self, plan: Plan<'_>) {
        let n_forks = plan.forks().len();
        let n_lines = own_lines(plan.n_inner());
        if self.lines.len() < n_lines {
            self.lines.resize(n_lines, Numbers::default());
        }
        if self.adds.len() < n_forks {
            self.adds.resize(n_forks, 0.0);
        }
    }
}

/// Trees of one output and a row.
pub(super) struct One<'a> {
    pub(super) model: &'a Ensemble,
    pub(super) plans: &'a Plans,
    /// By number of points.
    pub(super) passes: &'a [Vec<Pass>],
    pub(super) row: &'a [f64],
    pub(super) channels: &'a Channels,
    /// The row's channels, first in each block; categorical ones are written here.
    pub(super) inputs: &'a mut [Block],
    pub(super) state: &'a mut State,
    pub(super) phi: &'a mut [Block],
}

impl Task for One<'_> {
    /// Adds the trees' φ of the row.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let One { model, plans, passes, row, channels, inputs, state, phi } = self;
        for plan in plans.iter() {
            if !plan.categorical().is_empty() {
                let tree = &model.trees()[plan.tree()];
                channels.fill_categorical(tree, plan.categorical(), row, inputs);
            }
            state.fit(plan);
            let passes = &passes[plan.n_together() * plan.n_passes() - 1];
            match plan.n_together().div_ceil(Lanes::<S>::N) {
                1 => of_tree::<S, 1>(simd, plan, passes, inputs, state, phi),
                2 => of_tree::<S, 2>(simd, plan, passes, inputs, state, phi),
                // Natively there are vectors of four, of which two hold a pass.
                #[cfg(target_arch = "wasm32")]
                3 => of_tree::<S, 3>(simd, plan, passes, inputs, state, phi),
                _ => of_tree::<S, 4>(simd, plan, passes, inputs, state, phi),
            }
        }
    }
}

#[cfg_attr(target_arch = "x86_64", inline(always))]
fn of_tree<S: Simd, const V: usize>(
    simd: S,
    plan: Plan<'_>,
    passes: &[Pass],
    inputs: &[Block],
    state: &mut State,
    phi: &mut [Block],
) {
    let (forks, n_inner, n) = (plan.forks(), plan.n_inner(), plan.n_together());
    let (inner, pairs) = forks.split_at(n_inner);
    let lines: &mut [S::Vector] = bytemuck::must_cast_slice_mut(&mut state.lines);
    let (lines, _) = lines.as_chunks_mut::<V>();
    let sums = &mut state.adds[..forks.len()];
    for i in 0..passes.len() {
        let repeats = &plan.repeats()[i * plan.n_repeats() * repeat::N * n..];
        let walk = Walk::<S, V> { simd, n, pass: &passes[i], repeats, inputs };
        for v in 0..V {
            lines[REACH][v] = passes[i].weight.at(simd, v).vector();
        }
        for i in 0..inner.len() {
            walk.enter(&inner[i], own_lines(i), lines);
        }
        let mixed = plan.mixed();
        for i in 0..mixed.len() {
            let fork = &inner[mixed[i] as usize];
            let own = own_lines(mixed[i] as usize);
            // One of them is a fork, which writes over it.
            lines[own + VALUE] = [walk.all(fork.left).vector(); V];
            lines[own + VALUE + 1] = [walk.all(fork.right).vector(); V];
        }
        for i in 0..pairs.len() {
            sums[n_inner + i] = walk.pair(&pairs[i], lines);
        }
        for i in (0..inner.len()).rev() {
            sums[i] = walk.leave(&inner[i], own_lines(i), lines);
        }
        let adds = plan.adds();
        for i in 0..adds.len() {
            let Add { phi: row, fork } = adds[i];
            phi[row as usize].numbers_mut()[0] += sums[fork as usize];
        }
    }
}

/// One pass over a tree.
struct Walk<'a, S, const V: usize> {
    simd: S,
    /// Points.
    n: usize,
    pass: &'a Pass,
    /// `[fork][constant][point]`, see [`repeat`].
    repeats: &'a [f64],
    inputs: &'a [Block],
}

impl<S: Simd, const V: usize> Walk<'_, S, V> {
    #[inline(always)]
    fn all(&self, value: f64) -> Lanes<S> {
        Lanes::all(self.simd, value)
    }

    #[inline(always)]
    fn lanes(&self, line: [S::Vector; V], v: usize) -> Lanes<S> {
        Lanes::of(self.simd, line[v])
    }

    #[inline(always)]
    fn goes_left(&self, fork: &Fork) -> Mask<S> {
        self.all(self.inputs[fork.channel as usize].numbers()[0]).below(fork.threshold)
    }

    /// The row followed the fork's feature so far.
    #[inline(always)]
    fn followed(&self, fork: &Fork, lines: &[[S::Vector; V]]) -> Mask<S> {
        Mask::of(self.simd, lines[fork.before.line() + GOES][0])
    }

    #[inline(always)]
    fn flow(&self, v: usize, share: Lanes<S>, left: Mask<S>) -> Lanes<S> {
        self.pass.rest.at(self.simd, v) * share + left.these(self.pass.p.at(self.simd, v))
    }

    /// The constants of a repeated fork, see [`repeat`].
    #[inline(always)]
    fn constants(&self, fork: &Fork) -> [[S::Vector; V]; repeat::N] {
        let first = fork.repeat as usize * repeat::N * self.n;
        let mut constants = [[self.all(0.0).vector(); V]; repeat::N];
        for constant in 0..repeat::N {
            for v in 0..V {
                let at = first + constant * self.n + v * Lanes::<S>::N;
                constants[constant][v] = Lanes::read(self.simd, &self.repeats[at..]).vector();
            }
        }
        constants
    }

    #[inline(always)]
    fn slope_repeated(
        &self,
        v: usize,
        constants: [[S::Vector; V]; repeat::N],
        followed: Mask<S>,
        left: Mask<S>,
    ) -> Lanes<S> {
        followed.these(self.lanes(constants[repeat::SLOPE], v))
            + left.these(self.lanes(constants[repeat::SLOPE_LEFT], v))
    }

    /// δ, where all points share it.
    #[inline(always)]
    fn slope(&self, fork: &Fork, left: Mask<S>) -> f64 {
        left.only(1.0).first() - fork.share
    }

    /// Carries the reach on to both sides.
    #[inline(always)]
    fn enter(&self, fork: &Fork, own: usize, lines: &mut [[S::Vector; V]]) {
        let mut left = self.goes_left(fork);
        let mut followed = Mask::all(self.simd);
        let reach = lines[fork.place.line() + REACH];
        let mut flow = reach;
        if fork.before.is_top() {
            for v in 0..V {
                flow[v] = self.flow(v, self.all(fork.share), left).vector();
            }
        } else {
            followed = self.followed(fork, lines);
            left = left & followed;
            let constants = self.constants(fork);
            for v in 0..V {
                let on_both = self.all(fork.share) + followed.these(self.lanes(constants[repeat::FLOW], v));
                flow[v] = (on_both + left.these(self.lanes(constants[repeat::FLOW_LEFT], v))).vector();
            }
        }
        let Some(own) = lines.get_mut(own..).and_then(<[_]>::first_chunk_mut::<LINES>) else {
            unreachable!("the state fits the tree")
        };
        own[GOES][0] = left.vector();
        own[GOES + 1][0] = followed.without(left).vector();
        own[FLOW] = flow;
        for v in 0..V {
            let reach = self.lanes(reach, v);
            let to_left = reach * self.lanes(flow, v);
            own[REACH][v] = to_left.vector();
            own[REACH + 1][v] = (reach - to_left).vector();
        }
    }

    /// Joins the values of both sides; gives what the fork adds to φ.
    #[inline(always)]
    fn leave(&self, fork: &Fork, own: usize, lines: &mut [[S::Vector; V]]) -> f64 {
        let parent = fork.place.line();
        let reach = lines[parent + REACH];
        let Some(own) = lines.get(own..).and_then(<[_]>::first_chunk::<LINES>) else {
            unreachable!("the state fits the tree")
        };
        let (left, on_left, on_right, flow) =
            (Mask::of(self.simd, own[GOES][0]), own[VALUE], own[VALUE + 1], own[FLOW]);
        let [mut value, mut sums] = [reach; 2];
        for v in 0..V {
            let on_right = self.lanes(on_right, v);
            let difference = self.lanes(on_left, v) - on_right;
            value[v] = (on_right + self.lanes(flow, v) * difference).vector();
            sums[v] = (self.lanes(reach, v) * difference).vector();
        }
        lines[parent + VALUE] = value;
        if fork.before.is_top() {
            return self.slope(fork, left) * in_order(&sums);
        }
        let followed = self.followed(fork, lines);
        let constants = self.constants(fork);
        for v in 0..V {
            sums[v] = (self.slope_repeated(v, constants, followed, left) * self.lanes(sums, v)).vector();
        }
        in_order(&sums)
    }

    /// Both in one for a fork with two leaves.
    #[inline(always)]
    fn pair(&self, fork: &Fork, lines: &mut [[S::Vector; V]]) -> f64 {
        let parent = fork.place.line();
        let left = self.goes_left(fork);
        let difference = fork.left - fork.right;
        let (from, share, by) = (self.all(fork.right), self.all(fork.share), self.all(difference));
        let reach = lines[parent + REACH];
        let mut value = reach;
        if fork.before.is_top() {
            for v in 0..V {
                let right = from + self.pass.rest.at(self.simd, v) * share * by;
                value[v] = (right + left.these(self.pass.p.at(self.simd, v) * by)).vector();
            }
            lines[parent + VALUE] = value;
            return self.slope(fork, left) * in_order(&reach) * difference;
        }
        let followed = self.followed(fork, lines);
        let left = left & followed;
        let mut sums = reach;
        let constants = self.constants(fork);
        for v in 0..V {
            let flow = followed.these(self.lanes(constants[repeat::FLOW], v) * by);
            let flow_left = left.these(self.lanes(constants[repeat::FLOW_LEFT], v) * by);
            value[v] = (from + share * by + flow + flow_left).vector();
            sums[v] = (self.slope_repeated(v, constants, followed, left) * self.lanes(reach, v)).vector();
        }
        lines[parent + VALUE] = value;
        in_order(&sums) * difference
    }
}

/// The sum over points, one after the other.
#[inline(always)]
fn in_order<V: bytemuck::Pod, const N: usize>(sums: &[V; N]) -> f64 {
    let numbers: &[f64] = bytemuck::must_cast_slice(sums);
    let mut total = numbers[0];
    for i in 1..numbers.len() {
        total += numbers[i];
    }
    total
}
