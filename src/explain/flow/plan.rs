//! Preparing a tree: the order of steps, and every constant that does not depend on the row.

use super::channels::{CATEGORICAL, Channels, Missing};
use super::kernel::{Fork, Inner, MAX_TOGETHER, Move, Step};
use super::kind::Repeat;
use crate::ensemble::{Node, Split, Tree};
use crate::explain::quadrature::Rule;

/// A tree prepared for the kernel.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Number of the tree in the ensemble.
    pub(super) tree: usize,
    /// Quadrature points taken together in a pass, 1 to 6 or 8.
    pub(super) n_together: usize,
    /// Passes over the tree, each with other points.
    pub(super) n_passes: usize,
    /// What to do, in order.
    pub(super) steps: Vec<Step>,
    /// Internal nodes, in pre-order.
    pub(super) forks: Vec<Fork>,
    /// `[pass][fork][point]` for the forks whose feature was already split on above them.
    pub(super) repeats: Vec<Repeat>,
    /// Nodes with a categorical split, in pre-order.
    pub(super) categorical: Vec<u32>,
    /// Longest path in edges.
    pub(super) depth: usize,
}

/// The newest fork on a feature along the path to a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Above {
    level: u32,
    /// The side of it that the path takes: 0 left, 1 right.
    side: u32,
    /// Product of the shares of cover along the edges of this feature.
    share: f64,
}

/// What is left to do of the walk.
enum Action {
    /// Go into the node that is the left (0) or right (1) child of its parent.
    Enter { node: usize, level: u32, side: u32 },
    /// Go over from the left subtree of a fork to the right one.
    Turn { fork: usize },
    /// Leave a fork whose subtrees are done.
    Leave { fork: usize, inner: Inner },
}

impl Plan {
    /// Prepares a tree with at least one split for one entry of its leaf vectors.
    ///
    /// `path` holds one None per used feature, before and after.
    pub(super) fn new(
        number: usize,
        tree: &Tree,
        entry: usize,
        channels: &Channels,
        rules: &[Rule],
        path: &mut [Option<Above>],
    ) -> Self {
        let mut walk = Walk {
            tree,
            entry,
            channels,
            path,
            n_distinct: 0,
            n_distinct_max: 0,
            n_repeats: 0,
            before: Vec::new(),
            actions: vec![Action::Enter { node: 0, level: 1, side: 0 }],
            steps: Vec::new(),
            forks: Vec::with_capacity(tree.n_leaves() - 1),
            categorical: Vec::new(),
        };
        walk.run();
        let (n_together, n_passes) = points(walk.n_distinct_max, rules.len());
        let shares: Vec<(f64, f64)> = (walk.forks.iter().zip(&walk.before))
            .filter_map(|(fork, before)| before.map(|b| (b.share, fork.share)))
            .collect();
        let passes = rules[n_together * n_passes - 1].points.chunks(n_together);
        let repeats = passes.flat_map(|points| {
            let of_fork = move |&(above, share)| points.iter().map(move |&p| Repeat::new(p, above, share));
            shares.iter().flat_map(of_fork)
        });
        Plan {
            tree: number,
            n_together,
            n_passes,
            repeats: repeats.collect(),
            steps: walk.steps,
            forks: walk.forks,
            categorical: walk.categorical,
            depth: tree.depth(),
        }
    }
}

/// How many points to take together, and in how many passes, for paths with up to this many distinct features; at most
/// as many as are allowed.
///
/// Such a path integrates a polynomial of degree `n_distinct − 1`, for which half as many points are exact.
pub(in crate::explain) fn points(n_distinct: usize, most: usize) -> (usize, usize) {
    let needed = n_distinct.div_ceil(2).clamp(1, most);
    let n_passes = needed.div_ceil(MAX_TOGETHER);
    match needed.div_ceil(n_passes) {
        7 => (8, n_passes),
        n => (n, n_passes),
    }
}

/// A walk over a tree that writes down the steps. The stack of actions takes the place of recursion.
struct Walk<'a> {
    tree: &'a Tree,
    entry: usize,
    channels: &'a Channels,
    /// By row of φ.
    path: &'a mut [Option<Above>],
    n_distinct: usize,
    n_distinct_max: usize,
    n_repeats: u32,
    /// What the path said of each fork's feature above it.
    before: Vec<Option<Above>>,
    actions: Vec<Action>,
    steps: Vec<Step>,
    forks: Vec<Fork>,
    categorical: Vec<u32>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(action) = self.actions.pop() {
            match action {
                Action::Enter { node, level, side } => self.enter(node, level, side),
                Action::Turn { fork } => self.follow(fork, 1),
                Action::Leave { fork, inner } => {
                    self.path[self.forks[fork].phi as usize] = self.before[fork];
                    self.n_distinct -= usize::from(self.before[fork].is_none());
                    self.step(Move::Leave(inner), fork);
                    self.join(fork);
                }
            }
        }
    }

    fn enter(&mut self, node: usize, level: u32, side: u32) {
        let Node::Internal { feature, split, left, right, default_left } = self.tree.node(node) else {
            return;
        };
        let numeric = |zero| self.channels.numeric(feature, Missing { left: default_left, zero });
        let (threshold, channel) = match split {
            Split::Below { threshold } => (threshold, numeric(false)),
            Split::BelowOrZero { threshold, .. } => (threshold, numeric(true)),
            Split::NotIn { .. } => {
                self.categorical.push(node as u32);
                (CATEGORICAL, self.channels.categorical(self.categorical.len() - 1))
            }
        };
        let phi = self.channels.row(feature);
        let before = self.path[phi as usize];
        let fork = self.forks.len();
        let (left_leaf, right_leaf) = (self.leaf(left), self.leaf(right));
        self.forks.push(Fork {
            threshold,
            share: self.tree.left_share(node),
            left: left_leaf.unwrap_or(0.0),
            right: right_leaf.unwrap_or(0.0),
            channel,
            phi,
            level,
            side,
            before: before.map_or(0, |b| b.level),
            before_side: before.map_or(0, |b| b.side),
            repeat: self.n_repeats,
        });
        self.before.push(before);
        match before {
            Some(_) => self.n_repeats += 1,
            None => self.n_distinct += 1,
        }
        self.n_distinct_max = self.n_distinct_max.max(self.n_distinct);
        let left = Action::Enter { node: left, level: level + 1, side: 0 };
        let right = Action::Enter { node: right, level: level + 1, side: 1 };
        // Actions are taken from the end.
        let inner = match (left_leaf.is_some(), right_leaf.is_some()) {
            (true, true) => {
                self.n_distinct -= usize::from(before.is_none());
                return self.step(Move::Pair, fork);
            }
            (false, false) => {
                self.actions.push(Action::Leave { fork, inner: Inner::Both });
                self.actions.extend([right, Action::Turn { fork }, left]);
                Inner::Both
            }
            (false, true) => {
                self.actions.extend([Action::Leave { fork, inner: Inner::Left }, left]);
                Inner::Left
            }
            (true, false) => {
                self.actions.extend([Action::Leave { fork, inner: Inner::Right }, right]);
                Inner::Right
            }
        };
        self.follow(fork, u32::from(inner == Inner::Right));
        self.step(Move::Enter(inner), fork);
    }

    /// Makes a fork the newest on its feature, with the side that is walked next.
    fn follow(&mut self, fork: usize, side: u32) {
        let Fork { share, phi, level, .. } = self.forks[fork];
        let share = if side == 0 { share } else { 1.0 - share };
        let above = self.before[fork].map_or(1.0, |b| b.share);
        self.path[phi as usize] = Some(Above { level, side, share: above * share });
    }

    /// Makes one step of the last four if they are a fork and its two pairs, all on new features.
    fn join(&mut self, fork: usize) {
        let n = self.steps.len();
        if let Some([enter, one, two, _]) = self.steps.last_chunk()
            && enter.fork as usize == fork
            && [one, two].iter().all(|s| s.step == Move::Pair)
            && ![enter, one, two].iter().any(|s| s.repeated)
        {
            self.steps.truncate(n - 4);
            self.step(Move::Four, fork);
        }
    }

    fn step(&mut self, step: Move, fork: usize) {
        let repeated = self.before[fork].is_some();
        self.steps.push(Step { step, repeated, fork: fork as u32 });
    }

    fn leaf(&self, node: usize) -> Option<f64> {
        match self.tree.node(node) {
            Node::Leaf { values } => Some(self.tree.weight() * values[self.entry]),
            Node::Internal { .. } => None,
        }
    }
}
