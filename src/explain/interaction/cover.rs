//! Path-dependent interactions of a block of rows, leaf by leaf.
//!
//! A leaf of value v gives the pair ij half of Σ_q w v c_q γ_i γ_j, with c_q = Π (p o + (1 − p) r) over the features of its
//! path and γ = (o − r) / (p o + (1 − p) r), which is −1 / (1 − p) where o = 0: no division by a share of cover.

use super::pairs::Pairs;
use crate::ensemble::{Node, Tree};
use crate::explain::flow::{Block, Channels, Decisions, Lanes, Mask, n_vectors};
use crate::explain::quadrature::Rule;
use crate::explain::simd::{Simd, Task};
use crate::ids::OutputId;

/// One edge of the path.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    row: u32,
    /// Level of the edge before on the same feature, or 0.
    before: u32,
    /// Product of the shares of cover along the edges of the feature.
    share: f64,
    /// Rows that follow all of these edges.
    goes: Decisions,
}

enum Action {
    Enter { node: usize, level: usize },
    Take { node: usize, level: usize, left: bool },
    Undo { level: usize },
}

/// Working memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    edges: Vec<Edge>,
    /// Newest level of each feature, or 0.
    newest: Vec<u32>,
    /// Features on the path.
    path: Vec<u32>,
    /// γ, `[feature of the path][point]`.
    slopes: Vec<Block>,
    /// ½ w c per point.
    reach: Vec<Block>,
}

/// What is the same for all trees.
pub(super) struct Whole<'a> {
    pub(super) channels: &'a Channels,
    pub(super) rules: &'a [Rule],
    pub(super) pairs: &'a Pairs,
    pub(super) n_outputs: usize,
}

/// One tree and one block of rows.
pub(super) struct Add<'a> {
    pub(super) whole: &'a Whole<'a>,
    pub(super) tree: &'a Tree,
    pub(super) inputs: &'a [Block],
    pub(super) memory: &'a mut Memory,
    /// `[pair][output]`.
    pub(super) sums: &'a mut [Block],
}

impl Task for Add<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        add(simd, self.whole, self.tree, self.inputs, self.memory, self.sums);
    }
}

/// Adds the pairs of one tree.
#[inline(always)]
fn add<S: Simd>(
    simd: S,
    whole: &Whole<'_>,
    tree: &Tree,
    inputs: &[Block],
    memory: &mut Memory,
    sums: &mut [Block],
) {
    let channels = whole.channels;
    memory.edges.resize((tree.depth() + 1).max(memory.edges.len()), Edge::default());
    memory.newest.resize(channels.used().len(), 0);
    let categorical = Channels::categorical_nodes(tree);
    let mut actions = vec![Action::Enter { node: 0, level: 0 }];
    while let Some(action) = actions.pop() {
        match action {
            Action::Enter { node, level } => match tree.node(node) {
                Node::Leaf { values } => leaf(simd, whole, tree, values, memory, sums),
                Node::Internal { .. } => {
                    actions.extend([false, true].map(|left| Action::Take { node, level: level + 1, left }))
                }
            },
            Action::Take { node, level, left } => {
                let inner = tree.node(node);
                let nth = categorical.partition_point(|&c| (c as usize) < node);
                let (Node::Internal { feature, left: left_child, right, .. }, Some((channel, threshold))) =
                    (inner, channels.test(&inner, nth))
                else {
                    continue;
                };
                let row = channels.row(feature);
                let before = memory.newest[row as usize];
                let above = (before > 0).then(|| memory.edges[before as usize]);
                let mut goes = Decisions::default();
                for v in 0..n_vectors::<S>() {
                    let followed = above.map_or(Mask::all(simd), |a| a.goes.at(simd, v));
                    let goes_left = inputs[channel as usize].at(simd, v).below(threshold) & followed;
                    goes.put(v, if left { goes_left } else { followed.without(goes_left) });
                }
                let to_left = tree.left_share(node);
                let share = above.map_or(1.0, |a| a.share) * if left { to_left } else { 1.0 - to_left };
                memory.edges[level] = Edge { row, before, share, goes };
                memory.newest[row as usize] = level as u32;
                if before == 0 {
                    memory.path.push(row);
                }
                actions.push(Action::Undo { level });
                actions.push(Action::Enter { node: if left { left_child } else { right }, level });
            }
            Action::Undo { level } => {
                let Edge { row, before, .. } = memory.edges[level];
                memory.newest[row as usize] = before;
                if before == 0 {
                    memory.path.pop();
                }
            }
        }
    }
}

/// Adds the pairs of one leaf.
#[inline(always)]
fn leaf<S: Simd>(
    simd: S,
    whole: &Whole<'_>,
    tree: &Tree,
    values: &[f64],
    memory: &mut Memory,
    sums: &mut [Block],
) {
    let Memory { edges, newest, path, slopes, reach } = memory;
    let k = path.len();
    if k < 2 {
        return;
    }
    // A pair integrates a polynomial of degree k − 2.
    let rule = &whole.rules[k.div_ceil(2).min(whole.rules.len()) - 1];
    let n_points = rule.points.len();
    slopes.clear();
    reach.clear();
    reach.extend(rule.weights.iter().map(|w| Block::all(0.5 * w)));
    for &row in path.iter() {
        let Edge { share: r, goes, .. } = &edges[newest[row as usize] as usize];
        for (reach, &p) in reach.iter_mut().zip(&rule.points) {
            let (without, with) = (-1.0 / (1.0 - p), (1.0 - r) / (p + (1.0 - p) * r));
            let mut slope = Block::default();
            for v in 0..n_vectors::<S>() {
                let goes = goes.at(simd, v);
                slope.put(v, Lanes::all(simd, without) + goes.only(with - without));
                reach.put(v, reach.at(simd, v) * (Lanes::all(simd, (1.0 - p) * r) + goes.only(p)));
            }
            slopes.push(slope);
        }
    }
    let first = tree.output().map_or(0, OutputId::index);
    for i in 0..k {
        for j in i + 1..k {
            let Some(pair) = whole.pairs.number(path[i], path[j]) else { continue };
            let mut sum = Block::default();
            for q in 0..n_points {
                let (a, b) = (&slopes[i * n_points + q], &slopes[j * n_points + q]);
                for v in 0..n_vectors::<S>() {
                    sum.add(v, reach[q].at(simd, v) * a.at(simd, v) * b.at(simd, v));
                }
            }
            for (entry, value) in values.iter().enumerate() {
                let to = &mut sums[pair * whole.n_outputs + first + entry];
                for v in 0..n_vectors::<S>() {
                    to.add(v, sum.at(simd, v) * Lanes::all(simd, tree.weight() * value));
                }
            }
        }
    }
}
