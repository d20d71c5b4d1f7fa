//! One row against every background row at once, down a whole tree: for paths of any length.
//!
//! A mixture of the row x and a background row z reaches a leaf only if every feature of the path is followed by x or
//! by z. So the walk carries the *live* background rows, those that follow wherever x does not, as bits, and turns back
//! where none is left. At a leaf that is reached by a features of x alone and b of z alone, a feature of x gets
//! (a − 1)! b! / (a + b)! of the leaf's value and one of z loses a! (b − 1)! / (a + b)!; the features that both follow
//! are no matter. b is that of all live rows, since whatever x does not follow they do.

use super::decisions::Decisions;
use super::weight::Weights;
use crate::ensemble::{Node, Tree};

/// A tree with the decisions of the background at its nodes.
pub(super) struct Compared<'a> {
    pub(super) tree: &'a Tree,
    /// Row of φ of each feature.
    pub(super) row_of: &'a dyn Fn(usize) -> u32,
    pub(super) background: &'a Decisions,
    pub(super) weights: &'a Weights,
    /// Subtrees to leave out, ascending.
    pub(super) without: &'a [usize],
}

/// One edge of the path.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    /// Row of φ.
    row: u32,
    /// x follows every edge of the feature so far.
    follows: bool,
    /// Level of the edge before on the same feature, or 0.
    before: u32,
    /// Features of the path that x does not follow.
    n_left: u32,
}

#[derive(Debug)]
enum Action {
    Enter { node: usize, level: usize },
    Take { node: usize, level: usize, left: bool },
    Undo { level: usize },
}

/// Working memory of the walk.
#[derive(Debug, Default)]
pub(super) struct Memory {
    edges: Vec<Edge>,
    /// Background rows that follow every edge of the feature of each level's edge, `[level][word]`.
    follow: Vec<u64>,
    /// Live background rows, `[level][word]`.
    live: Vec<u64>,
    /// Background rows that leave the feature at this edge while x stays, `[level][word]`.
    leave: Vec<u64>,
    /// Newest level of each row of φ, or 0.
    newest: Vec<u32>,
    /// Rows of φ on the path.
    path: Vec<u32>,
    /// a of each background row.
    alone: Vec<u32>,
    /// Weight of each live background row at a leaf.
    single: Vec<f64>,
    double: Vec<f64>,
    actions: Vec<Action>,
}

/// Calls `on` with each bit that is set.
#[inline(always)]
fn each(n_words: usize, bits: impl Fn(usize) -> u64, mut on: impl FnMut(usize)) {
    for w in 0..n_words {
        let mut word = bits(w);
        while word != 0 {
            on(64 * w + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// Sum over the bits that are set, in order.
#[inline(always)]
fn sum(n_words: usize, bits: impl Fn(usize) -> u64, of: impl Fn(usize) -> f64) -> f64 {
    let mut sum = 0.0;
    each(n_words, bits, |z| sum += of(z));
    sum
}

/// What a leaf gives.
pub(in crate::explain) trait Gain {
    /// True if pairs are asked for.
    const PAIRS: bool;
    /// What follows is of this row.
    fn start(&mut self, _row: usize) {}
    /// This share of the leaf goes to the feature.
    fn single(&mut self, leaf: usize, row: u32, share: f64);
    /// This share of the leaf goes to each of the two features as their interaction.
    fn pair(&mut self, leaf: usize, rows: [u32; 2], share: f64);
}

impl Compared<'_> {
    /// Compares row `x` of `decisions` with all background rows, each of which counts `share[z]`.
    pub(super) fn walk(
        &self,
        decisions: &Decisions,
        x: usize,
        share: &[f64],
        n_used: usize,
        memory: &mut Memory,
        gain: &mut impl Gain,
    ) {
        let n_words = self.background.n_words;
        let n_levels = self.tree.depth() + 1;
        memory.edges.resize(n_levels, Edge::default());
        for bits in [&mut memory.follow, &mut memory.live, &mut memory.leave] {
            bits.resize(n_levels * n_words, 0);
        }
        memory.newest.resize(n_used, 0);
        memory.alone.resize(share.len(), 0);
        memory.single.resize(share.len(), 0.0);
        memory.double.resize(share.len(), 0.0);
        memory.live[..n_words].fill(0);
        for z in 0..share.len() {
            memory.live[z / 64] |= 1 << (z % 64);
        }
        memory.actions.push(Action::Enter { node: 0, level: 0 });
        while let Some(action) = memory.actions.pop() {
            match action {
                Action::Enter { node, level } => {
                    match self.tree.node(node) {
                        _ if self.without.binary_search(&node).is_ok() => {}
                        Node::Leaf { .. } => self.leaf(node, level, share, memory, gain),
                        Node::Internal { .. } => memory
                            .actions
                            .extend([false, true].map(|left| Action::Take { node, level: level + 1, left })),
                    }
                }
                Action::Take { node, level, left } => {
                    self.take(node, level, left, decisions.goes_left(node, x), memory)
                }
                Action::Undo { level } => self.undo(level, memory),
            }
        }
    }

    fn take(&self, node: usize, level: usize, left: bool, x_left: bool, memory: &mut Memory) {
        let Node::Internal { feature, left: left_child, right, .. } = self.tree.node(node) else { return };
        let n_words = self.background.n_words;
        let row = (self.row_of)(feature.index());
        let before = memory.newest[row as usize];
        let followed = before == 0 || memory.edges[before as usize].follows;
        let follows = followed && x_left == left;
        let above = if level > 1 { memory.edges[level - 1].n_left } else { 0 };
        let n_left = above + u32::from(followed && !follows);
        let along = self.background.at(node);
        let (mut any, own) = (0, level * n_words);
        for (w, &along) in along.iter().enumerate() {
            let live = memory.live[own - n_words + w];
            let earlier = if before == 0 { u64::MAX } else { memory.follow[before as usize * n_words + w] };
            let follow = earlier & if left { along } else { !along };
            let (live, leave) = if follows { (live, live & earlier & !follow) } else { (live & follow, 0) };
            any |= live;
            memory.follow[own + w] = follow;
            memory.live[own + w] = live;
            memory.leave[own + w] = leave;
        }
        if any == 0 {
            return;
        }
        each(n_words, |w| memory.leave[own + w], |z| memory.alone[z] += 1);
        memory.edges[level] = Edge { row, follows, before, n_left };
        memory.newest[row as usize] = level as u32;
        if before == 0 {
            memory.path.push(row);
        }
        memory.actions.push(Action::Undo { level });
        memory.actions.push(Action::Enter { node: if left { left_child } else { right }, level });
    }

    fn undo(&self, level: usize, memory: &mut Memory) {
        let n_words = self.background.n_words;
        each(n_words, |w| memory.leave[level * n_words + w], |z| memory.alone[z] -= 1);
        let Edge { row, before, .. } = memory.edges[level];
        memory.newest[row as usize] = before;
        if before == 0 {
            memory.path.pop();
        }
    }

    fn leaf<G: Gain>(&self, node: usize, level: usize, share: &[f64], memory: &mut Memory, gain: &mut G) {
        let n_words = self.background.n_words;
        let b = if level == 0 { 0 } else { memory.edges[level].n_left as usize };
        let (mut lost, mut lost_twice) = (0.0, 0.0);
        let live = &memory.live[level * n_words..][..n_words];
        each(
            n_words,
            |w| live[w],
            |z| {
                let a = memory.alone[z] as usize;
                if b > 0 {
                    lost += share[z] * self.weights.get(a, b - 1);
                }
                memory.single[z] = if a > 0 { share[z] * self.weights.get(a - 1, b) } else { 0.0 };
                if G::PAIRS {
                    lost_twice += if b > 1 { share[z] * self.weights.get(a, b - 2) } else { 0.0 };
                    memory.double[z] = if a > 1 { share[z] * self.weights.get(a - 2, b) } else { 0.0 };
                }
            },
        );
        let newest = |row: u32| memory.newest[row as usize] as usize;
        let follows = |row: u32| memory.edges[newest(row)].follows;
        // Live background rows that do not follow a feature which x follows.
        let alone = |row: u32, w: usize| live[w] & !memory.follow[newest(row) * n_words + w];
        for &row in &memory.path {
            let gained =
                if follows(row) { sum(n_words, |w| alone(row, w), |z| memory.single[z]) } else { -lost };
            if gained != 0.0 {
                gain.single(node, row, gained);
            }
        }
        if !G::PAIRS {
            return;
        }
        for (i, &row) in memory.path.iter().enumerate() {
            // Against a feature that x does not follow, all others of them are the same.
            let mixed = match follows(row) && b > 0 {
                true => sum(
                    n_words,
                    |w| alone(row, w),
                    |z| share[z] * self.weights.get(memory.alone[z] as usize - 1, b - 1),
                ),
                false => 0.0,
            };
            for (j, &other) in memory.path.iter().enumerate() {
                let share = match (follows(row), follows(other)) {
                    (true, true) if i < j => {
                        sum(n_words, |w| alone(row, w) & alone(other, w), |z| memory.double[z])
                    }
                    (false, false) if i < j => lost_twice,
                    (true, false) => -mixed,
                    _ => continue,
                };
                if share != 0.0 {
                    gain.pair(node, [row, other], 0.5 * share);
                }
            }
        }
    }
}
