//! Path-dependent interactions of a block of rows, leaf by leaf.
//!
//! A leaf of value v gives the pair ij half of Σ_q w v c_q γ_i γ_j, with c_q = Π (p o + (1 − p) r) over the features of its
//! path and γ = (o − r) / (p o + (1 − p) r), which is −1 / (1 − p) where o = 0: no division by a share of cover.

use super::pairs::Pairs;
use crate::ensemble::{Node, Tree};
use crate::explain::flow::{Block, Channels, Decisions, Lanes, Mask, VECTORS};
use crate::explain::quadrature::Rule;
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
}

/// Adds the pairs of one tree, `[pair][output]`.
pub(super) fn add(
    tree: &Tree,
    channels: &Channels,
    inputs: &[Block],
    rules: &[Rule],
    pairs: &Pairs,
    n_outputs: usize,
    memory: &mut Memory,
    sums: &mut [Block],
) {
    memory.edges.resize((tree.depth() + 1).max(memory.edges.len()), Edge::default());
    memory.newest.resize(channels.used().len(), 0);
    let categorical = Channels::categorical_nodes(tree);
    let mut actions = vec![Action::Enter { node: 0, level: 0 }];
    while let Some(action) = actions.pop() {
        match action {
            Action::Enter { node, level } => match tree.node(node) {
                Node::Leaf { values } => leaf(tree, values, rules, pairs, n_outputs, memory, sums),
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
                for v in 0..VECTORS {
                    let followed = above.map_or(Mask::all(), |a| a.goes[v]);
                    let goes_left = inputs[channel as usize][v].below(threshold) & followed;
                    goes[v] = if left { goes_left } else { followed.without(goes_left) };
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

fn leaf(
    tree: &Tree,
    values: &[f64],
    rules: &[Rule],
    pairs: &Pairs,
    n_outputs: usize,
    memory: &Memory,
    sums: &mut [Block],
) {
    let k = memory.path.len();
    if k < 2 {
        return;
    }
    // A pair integrates a polynomial of degree k − 2.
    let rule = &rules[k.div_ceil(2).min(rules.len()) - 1];
    let first = tree.output().map_or(0, OutputId::index);
    let edge = |row: u32| &memory.edges[memory.newest[row as usize] as usize];
    let mut slopes = vec![Lanes::default(); k * rule.points.len()];
    for v in 0..VECTORS {
        let mut reach = vec![Lanes::all(0.5); rule.points.len()];
        for (j, &row) in memory.path.iter().enumerate() {
            let Edge { share: r, goes, .. } = *edge(row);
            for (q, &p) in rule.points.iter().enumerate() {
                let (without, with) = (-1.0 / (1.0 - p), (1.0 - r) / (p + (1.0 - p) * r));
                slopes[j * rule.points.len() + q] = Lanes::all(without) + goes[v].only(with - without);
                reach[q] = reach[q] * (Lanes::all((1.0 - p) * r) + goes[v].only(p));
            }
        }
        for (reach, &w) in reach.iter_mut().zip(&rule.weights) {
            *reach = *reach * Lanes::all(w);
        }
        let slopes: Vec<&[Lanes]> = slopes.chunks_exact(rule.points.len()).collect();
        for i in 0..k {
            let with_reach: Vec<Lanes> = slopes[i].iter().zip(&reach).map(|(&s, &c)| s * c).collect();
            for j in i + 1..k {
                let mut sum = Lanes::all(0.0);
                for (&a, &b) in with_reach.iter().zip(slopes[j]) {
                    sum += a * b;
                }
                if let Some(pair) = pairs.number(memory.path[i], memory.path[j]) {
                    for (entry, value) in values.iter().enumerate() {
                        sums[pair * n_outputs + first + entry][v] += sum * Lanes::all(tree.weight() * value);
                    }
                }
            }
        }
    }
}
