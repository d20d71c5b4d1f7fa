//! FLOW: exact path-dependent tree SHAP as a flow of probability.
//!
//! The Shapley value of a feature is ∫₀¹ of a polynomial in the participation probability p (Owen's multilinear
//! extension). On a path with k distinct features its degree is k − 1, so that Gauss–Legendre quadrature with
//! Q = ⌈k / 2⌉ points is exact. At each point, one walk down a tree carries the probability c with which a row with
//! features taking part at random reaches a node, and one walk up carries the expected leaf value H. Each internal
//! node then adds Σ_q c · δ · (H left − H right) to its feature. Nothing is divided by a share of cover, every
//! intermediate is bounded by the weights or the leaf values, and paths may be of any length.
//!
//! Q is chosen per tree. More than 8 points are taken in several passes over the tree, and no more than 32 in all:
//! with more than 64 distinct features on one path the rule is no longer exact, but converges geometrically.
//!
//! Rows are taken in blocks of 8 lanes that never meet: the result of a row does not depend on its neighbours,
//! to the last bit.
//!
//! `channels` lays the inputs out, `plan` prepares a tree, `kernel` runs it with the
//! formulas of `kind` and `one` does for a single row, `lanes` are the vectors.

mod channels;
mod kernel;
mod kind;
mod lanes;
mod one;
mod plan;
mod what_if;

use super::error::MAX_PER_ROW;
use super::quadrature::Rule;
use super::simd::{self, Plain, Task};
use super::{Attributions, ExplainError};
use crate::ensemble::Ensemble;
use crate::ids::FeatureId;
use kernel::Frame;
use plan::{Plan, Plans};

pub use what_if::{Curve, WhatIf};

pub(super) use channels::{CATEGORICAL, Channels};
pub(super) use kernel::MAX_POINTS;
pub(super) use lanes::{Block, Decisions, Lanes, Mask, ROWS, n_vectors};

/// Compiled once, though several functions call it.
#[inline(never)]
fn run(tree: kernel::Run<'_>) {
    match tree.n_rows {
        // Wider vectors would have more lanes that are not used.
        2 => tree.run(Plain),
        _ => simd::run(tree),
    }
}

/// Likewise.
#[inline(never)]
fn run_one(tree: one::One<'_>) {
    simd::run(tree);
}

/// Blocks of rows that go through a tree before the next tree does, so that trees come from memory once for all of them.
const BLOCKS: usize = 4;

/// A model prepared for explaining rows.
#[derive(Clone, Debug)]
pub struct Flow {
    model: Ensemble,
    base_values: Vec<f64>,
    channels: Channels,
    /// Prepared trees of each output, in file order.
    plans: Vec<Plans>,
    rules: Vec<Rule>,
    /// Their points as those of a single row.
    passes: Vec<Vec<one::Pass>>,
    /// Frames that the deepest tree needs.
    n_frames: usize,
}

impl Flow {
    /// Prepares a model: time and memory linear in its nodes (about 64 bytes each).
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn new(model: &Ensemble) -> Result<Self, ExplainError> {
        Flow::with(model, Rule::up_to(MAX_POINTS), |_| true)
    }

    /// Prepares a model for Banzhaf values: every set of other features counts the same, where Shapley values count
    /// every size of set the same (Wang and Jia 2023). They rank features more stably and do not sum to the margin.
    ///
    /// That is the one point p = ½ in place of a quadrature rule.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn banzhaf(model: &Ensemble) -> Result<Self, ExplainError> {
        Flow::with(model, vec![Rule { points: vec![0.5], weights: vec![1.0] }], |_| true)
    }

    /// Prepares those trees whose number `takes` accepts, with at most as many points as there are rules.
    pub(super) fn with(
        model: &Ensemble,
        rules: Vec<Rule>,
        takes: impl Fn(usize) -> bool,
    ) -> Result<Self, ExplainError> {
        let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
        if n_features.saturating_mul(n_outputs) > MAX_PER_ROW {
            return Err(ExplainError::TooWide { n_features, n_outputs });
        }
        let base_values = model.base_values().ok_or(ExplainError::NoCover)?;
        let channels = Channels::new(model);
        let mut path = vec![None; channels.used().len()];
        let mut plans = vec![Plans::default(); model.n_outputs()];
        for (t, tree) in model.trees().iter().enumerate().filter(|(t, tree)| tree.n_nodes() > 1 && takes(*t))
        {
            match tree.output() {
                Some(k) => plans[k.index()].add(t, tree, 0, &channels, &rules, &mut path),
                None => {
                    // A vector leaf is walked once per output; such trees are rare, and the kernel stays simple.
                    for (k, plans) in plans.iter_mut().enumerate() {
                        plans.add(t, tree, k, &channels, &rules, &mut path);
                    }
                }
            }
        }
        plans.iter_mut().for_each(Plans::finish);
        // One level more than the path, and one above the root that takes the root's value.
        let n_frames = plans.iter().flat_map(Plans::iter).map(|plan| plan.depth() + 2).max().unwrap_or(0);
        let passes = rules.iter().map(one::Pass::all).collect();
        Ok(Flow { model: model.clone(), base_values, channels, plans, rules, passes, n_frames })
    }

    /// The model that is explained.
    pub fn model(&self) -> &Ensemble {
        &self.model
    }

    /// Expected margin, `[output]`.
    pub fn base_values(&self) -> &[f64] {
        &self.base_values
    }

    /// The inputs as the kernel compares them.
    pub(super) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Sums and products that a row takes: 9 per internal node and quadrature point. For the distance from what a
    /// processor can do at most.
    pub fn operations(&self) -> f64 {
        let of_plan = |p: Plan<'_>| 9.0 * (p.forks().len() * p.n_together() * p.n_passes()) as f64;
        self.plans.iter().flat_map(Plans::iter).map(of_plan).sum()
    }

    /// Features that some tree splits on; all others have φ = 0 for every row.
    pub fn used_features(&self) -> &[FeatureId] {
        self.channels.used()
    }

    /// Explains rows given row-major `[row][feature]` model inputs (NaN = missing); what follows the last whole row
    /// is ignored.
    ///
    /// Takes memory for `rows × features × outputs` numbers at once: callers with many rows pass them in chunks, in
    /// any split, and get the same bits.
    pub fn explain(&self, rows: &[f64]) -> Attributions {
        self.explain_with(rows, true)
    }

    /// [`Flow::explain`], with the base margin in place of the margin unless that is asked for.
    pub(super) fn explain_with(&self, rows: &[f64], margins: bool) -> Attributions {
        let (n_features, n_outputs) = (self.model.n_features(), self.model.n_outputs());
        let n_rows = rows.len() / n_features.max(1);
        let mut values = vec![0.0; n_rows * n_features * n_outputs];
        let mut scratch = Scratch::new(self);
        let row_width = n_features * n_outputs;
        if row_width > 0 && self.n_frames > 0 {
            if n_rows == 1 {
                self.explain_one(&rows[..n_features], &mut values, &mut scratch);
            } else {
                let some = BLOCKS * ROWS;
                let blocks = rows.chunks(n_features * some).zip(values.chunks_mut(row_width * some));
                for (rows, values) in blocks {
                    self.explain_blocks(rows, values, &mut scratch, |_| true);
                }
            }
        }
        let margin = match margins {
            true => self.model.margins(rows),
            false => self.model.base_margin().repeat(n_rows),
        };
        Attributions { n_rows, n_features, n_outputs, values, margin, base_values: self.base_values.clone() }
    }

    /// At most [`BLOCKS`] blocks of rows by the trees whose number `takes` accepts, into values that are zero; the lanes of
    /// absent rows are not read.
    fn explain_blocks(
        &self,
        rows: &[f64],
        values: &mut [f64],
        scratch: &mut Scratch,
        takes: impl Fn(usize) -> bool,
    ) {
        if self.n_frames == 0 {
            return;
        }
        let (n_features, n_outputs) = (self.model.n_features(), self.model.n_outputs());
        let Scratch { inputs, frames, phi, .. } = scratch;
        let (n_inputs, n_used) = (self.channels.len(), self.used_features().len());
        let blocks = || rows.chunks(n_features * ROWS);
        inputs.resize(blocks().len() * n_inputs, Block::default());
        phi.resize(blocks().len() * n_used, Block::default());
        for (rows, inputs) in blocks().zip(inputs.chunks_exact_mut(n_inputs)) {
            self.channels.fill(rows, inputs);
        }
        for (k, plans) in self.plans.iter().enumerate() {
            phi.fill(Block::default());
            for plan in plans.iter().filter(|plan| takes(plan.tree())) {
                let tree = &self.model.trees()[plan.tree()];
                let of_blocks = inputs.chunks_exact_mut(n_inputs).zip(phi.chunks_exact_mut(n_used));
                for (rows, (channels, phi)) in blocks().zip(of_blocks) {
                    self.channels.fill_categorical(tree, plan.categorical(), rows, channels);
                    let n_rows = rows.len() / n_features;
                    run(kernel::Run { plan, rules: &self.rules, n_rows, channels, frames, phi });
                }
            }
            let of_blocks = values.chunks_mut(n_features * n_outputs * ROWS).zip(phi.chunks_exact(n_used));
            for (values, phi) in of_blocks {
                for (lane, row) in values.chunks_exact_mut(n_features * n_outputs).enumerate() {
                    for (phi, feature) in phi.iter().zip(self.used_features()) {
                        row[feature.index() * n_outputs + k] = phi.get(lane);
                    }
                }
            }
        }
    }

    /// A row by itself.
    fn explain_one(&self, row: &[f64], values: &mut [f64], scratch: &mut Scratch) {
        let n_outputs = self.model.n_outputs();
        self.channels.fill(row, &mut scratch.inputs);
        for (k, plans) in self.plans.iter().enumerate() {
            scratch.phi.fill(Block::default());
            let Scratch { inputs, state, phi, .. } = scratch;
            let (model, passes, channels) = (&self.model, &self.passes, &self.channels);
            run_one(one::One { model, plans, passes, row, channels, inputs, state, phi });
            for (phi, feature) in phi.iter().zip(self.used_features()) {
                values[feature.index() * n_outputs + k] = phi.get(0);
            }
        }
    }
}

/// Working memory of one call.
struct Scratch {
    /// `[block][channel]`
    inputs: Vec<Block>,
    frames: Vec<Frame>,
    /// Of a single row.
    state: one::State,
    /// φ, `[block][used feature]`.
    phi: Vec<Block>,
}

impl Scratch {
    fn new(flow: &Flow) -> Self {
        Scratch {
            inputs: vec![Block::default(); flow.channels.len()],
            frames: vec![Frame::default(); flow.n_frames],
            state: one::State::default(),
            phi: vec![Block::default(); flow.used_features().len()],
        }
    }
}
