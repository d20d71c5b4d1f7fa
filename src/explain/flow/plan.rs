//! Preparing a tree: the order of steps, and every constant that does not depend on the row.

use super::channels::{CATEGORICAL, Channels, Missing};
use super::kernel::{Fork, Inner, MAX_TOGETHER, Move, Place, Step};
use super::kind::repeat;
use super::lanes::ROWS;
use crate::ensemble::{Node, Split, Tree};
use crate::explain::quadrature::Rule;

/// Trees prepared for the kernel. What is alike lies in one piece, in the order of the trees: a single row goes through all
/// of it once and would wait for memory at each beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Plans {
    heads: Vec<Head>,
    steps: Ragged<Step>,
    forks: Ragged<Fork>,
    mixed: Ragged<u32>,
    adds: Ragged<Add>,
    repeats: Ragged<f64>,
    categorical: Ragged<u32>,
}

/// What there is once for each tree.
#[derive(Clone, Copy, Debug)]
struct Head {
    tree: u32,
    n_inner: u32,
    n_repeats: u32,
    depth: u32,
    n_together: u8,
    n_passes: u8,
}

/// A tree prepared for the kernel.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    plans: &'a Plans,
    head: &'a Head,
    number: usize,
}

impl<'a> Plan<'a> {
    /// Number of the tree in the ensemble.
    pub(super) fn tree(self) -> usize {
        self.head.tree as usize
    }

    /// Longest path in edges.
    pub(super) fn depth(self) -> usize {
        self.head.depth as usize
    }

    /// Quadrature points taken together in a pass, 1 to 6 or 8.
    #[inline(always)]
    pub(super) fn n_together(self) -> usize {
        usize::from(self.head.n_together)
    }

    /// Passes over the tree, each with other points.
    #[inline(always)]
    pub(super) fn n_passes(self) -> usize {
        usize::from(self.head.n_passes)
    }

    /// What to do, in order.
    #[inline(always)]
    pub(super) fn steps(self) -> &'a [Step] {
        self.plans.steps.get(self.number)
    }

    /// Internal nodes: those with an internal node below them, parents first, then pairs, which have two leaves.
    #[inline(always)]
    pub(super) fn forks(self) -> &'a [Fork] {
        self.plans.forks.get(self.number)
    }

    /// Forks that are no pairs.
    #[inline(always)]
    pub(super) fn n_inner(self) -> usize {
        self.head.n_inner as usize
    }

    /// Those of them that have a leaf, too.
    #[inline(always)]
    pub(super) fn mixed(self) -> &'a [u32] {
        self.plans.mixed.get(self.number)
    }

    /// What is added to φ, in order.
    #[inline(always)]
    pub(super) fn adds(self) -> &'a [Add] {
        self.plans.adds.get(self.number)
    }

    /// Forks whose feature was already split on above them.
    #[inline(always)]
    pub(super) fn n_repeats(self) -> usize {
        self.head.n_repeats as usize
    }

    /// Constants of those as in [`repeat`], `[pass][fork][constant][point]`; other numbers follow, for the last vector to lie
    /// on.
    #[inline(always)]
    pub(super) fn repeats(self) -> &'a [f64] {
        self.plans.repeats.from(self.number)
    }

    /// Nodes with a categorical split, in pre-order.
    pub(super) fn categorical(self) -> &'a [u32] {
        self.plans.categorical.get(self.number)
    }
}

/// Slices of many lengths in one piece.
#[derive(Clone, Debug)]
struct Ragged<T> {
    items: Vec<T>,
    ends: Vec<usize>,
}

impl<T> Default for Ragged<T> {
    fn default() -> Self {
        Ragged { items: Vec::new(), ends: vec![0] }
    }
}

impl<T: Clone> Ragged<T> {
    fn push(&mut self, items: &[T]) {
        self.items.extend_from_slice(items);
        self.ends.push(self.items.len());
    }

    #[inline(always)]
    fn get(&self, i: usize) -> &[T] {
        &self.items[self.ends[i]..self.ends[i + 1]]
    }

    /// The same with all that follows.
    #[inline(always)]
    fn from(&self, i: usize) -> &[T] {
        &self.items[self.ends[i]..]
    }
}

/// What a fork adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Add {
    /// Row of φ.
    pub(super) phi: u32,
    pub(super) fork: u32,
}

/// The newest fork on a feature along the path to a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Above {
    /// Where the path leaves it.
    place: Place,
    /// Product of the shares of cover along the edges of this feature.
    share: f64,
}

/// What is left to do of the walk.
enum Action {
    /// Go into the node that hangs from a place.
    Enter { node: usize, place: Place },
    /// Go over from the left subtree of a fork to the right one.
    Turn { fork: usize },
    /// Leave a fork whose subtrees are done.
    Leave { fork: usize, inner: Inner },
}

impl Plans {
    /// Prepares a tree with at least one split for one entry of its leaf vectors.
    ///
    /// `path` holds one None per used feature, before and after.
    pub(super) fn add(
        &mut self,
        number: usize,
        tree: &Tree,
        entry: usize,
        channels: &Channels,
        rules: &[Rule],
        path: &mut [Option<Above>],
    ) {
        let mut walk = Walk {
            tree,
            entry,
            channels,
            path,
            n_distinct: 0,
            n_distinct_max: 0,
            before: Vec::new(),
            actions: vec![Action::Enter { node: 0, place: Place::TOP }],
            steps: Vec::new(),
            pairs: Vec::new(),
            inner: Vec::new(),
            mixed: Vec::new(),
            repeats: Vec::new(),
            categorical: Vec::new(),
        };
        walk.run();
        let (n_together, n_passes) = points(walk.n_distinct_max, rules.len());
        let mut repeats = Vec::with_capacity(repeat::N * n_together * n_passes * walk.repeats.len());
        for points in rules[n_together * n_passes - 1].points.chunks(n_together) {
            for &(above, share) in &walk.repeats {
                let of_fork = repeats.len();
                repeats.resize(of_fork + repeat::N * points.len(), 0.0);
                for (q, &p) in points.iter().enumerate() {
                    for (constant, value) in repeat::constants(p, above, share).into_iter().enumerate() {
                        repeats[of_fork + constant * points.len() + q] = value;
                    }
                }
            }
        }
        let adds = walk.adds();
        // In the plan, the pairs come after all other forks.
        let n_inner = walk.inner.len() as u32;
        for step in &mut walk.steps {
            match &mut step.step {
                Move::Pair => step.fork += n_inner,
                Move::Four(pairs) => *pairs += n_inner,
                Move::Enter(_) | Move::Leave(_) => {}
            }
        }
        self.heads.push(Head {
            tree: number as u32,
            n_inner: walk.inner.len() as u32,
            n_repeats: walk.repeats.len() as u32,
            depth: tree.depth() as u32,
            n_together: n_together as u8,
            n_passes: n_passes as u8,
        });
        walk.inner.append(&mut walk.pairs);
        self.steps.push(&walk.steps);
        self.forks.push(&walk.inner);
        self.mixed.push(&walk.mixed);
        self.adds.push(&adds);
        self.repeats.push(&repeats);
        self.categorical.push(&walk.categorical);
    }

    /// Makes room after the last tree for a vector that begins in it.
    pub(super) fn finish(&mut self) {
        self.repeats.items.extend([0.0; ROWS]);
    }

    /// The trees in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Plan<'_>> {
        self.heads.iter().enumerate().map(|(number, head)| Plan { plans: self, head, number })
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
    /// What the path said above each inner fork of its feature.
    before: Vec<Option<Above>>,
    actions: Vec<Action>,
    steps: Vec<Step>,
    pairs: Vec<Fork>,
    inner: Vec<Fork>,
    mixed: Vec<u32>,
    /// Shares of each repeated fork: that of its feature above, and its own.
    repeats: Vec<(f64, f64)>,
    categorical: Vec<u32>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(action) = self.actions.pop() {
            match action {
                Action::Enter { node, place } => self.enter(node, place),
                Action::Turn { fork } => self.follow(fork, 1),
                Action::Leave { fork, inner } => {
                    self.path[self.inner[fork].phi as usize] = self.before[fork];
                    self.n_distinct -= usize::from(self.before[fork].is_none());
                    self.step(Move::Leave(inner), fork, self.before[fork]);
                    self.join(fork);
                }
            }
        }
    }

    fn enter(&mut self, node: usize, place: Place) {
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
        let (left_leaf, right_leaf) = (self.leaf(left), self.leaf(right));
        let share = self.tree.left_share(node);
        let fork = Fork {
            threshold,
            share,
            left: left_leaf.unwrap_or(0.0),
            right: right_leaf.unwrap_or(0.0),
            channel,
            phi,
            place,
            before: before.map_or(Place::TOP, |b| b.place),
            repeat: self.repeats.len() as u32,
        };
        match before {
            Some(above) => self.repeats.push((above.share, share)),
            None => self.n_distinct += 1,
        }
        self.n_distinct_max = self.n_distinct_max.max(self.n_distinct);
        if left_leaf.is_some() && right_leaf.is_some() {
            self.n_distinct -= usize::from(before.is_none());
            self.pairs.push(fork);
            return self.step(Move::Pair, self.pairs.len() - 1, before);
        }
        let number = self.inner.len();
        self.inner.push(fork);
        self.before.push(before);
        let [left, right] = [(left, 0), (right, 1)]
            .map(|(node, side)| Action::Enter { node, place: Place::under(place, number, side) });
        // Actions are taken from the end.
        let inner = match (left_leaf, right_leaf) {
            (_, Some(_)) => {
                self.actions.extend([Action::Leave { fork: number, inner: Inner::Left }, left]);
                Inner::Left
            }
            (Some(_), _) => {
                self.actions.extend([Action::Leave { fork: number, inner: Inner::Right }, right]);
                Inner::Right
            }
            (None, None) => {
                self.actions.push(Action::Leave { fork: number, inner: Inner::Both });
                self.actions.extend([right, Action::Turn { fork: number }, left]);
                Inner::Both
            }
        };
        self.mixed.extend((inner != Inner::Both).then_some(number as u32));
        self.follow(number, u32::from(inner == Inner::Right));
        self.step(Move::Enter(inner), number, before);
    }

    /// Makes a fork the newest on its feature, with the side that is walked next.
    fn follow(&mut self, fork: usize, side: u32) {
        let Fork { share, phi, place, .. } = self.inner[fork];
        let share = if side == 0 { share } else { 1.0 - share };
        let above = self.before[fork].map_or(1.0, |b| b.share);
        self.path[phi as usize] =
            Some(Above { place: Place::under(place, fork, side), share: above * share });
    }

    /// Makes one step of the last four if they are a fork and its two pairs, all on new features.
    fn join(&mut self, fork: usize) {
        let n = self.steps.len();
        if let Some([enter, one, two, _]) = self.steps.last_chunk()
            && (enter.step, enter.fork as usize) == (Move::Enter(Inner::Both), fork)
            && [one, two].iter().all(|s| s.step == Move::Pair)
            && ![enter, one, two].iter().any(|s| s.repeated)
        {
            let pairs = one.fork;
            self.steps.truncate(n - 4);
            self.step(Move::Four(pairs), fork, None);
        }
    }

    fn step(&mut self, step: Move, fork: usize, before: Option<Above>) {
        self.steps.push(Step { step, repeated: before.is_some(), fork: fork as u32 });
    }

    /// What the steps add, in their order.
    fn adds(&self) -> Vec<Add> {
        let mut adds = Vec::with_capacity(self.pairs.len() + self.inner.len());
        let pair =
            |fork: u32| Add { phi: self.pairs[fork as usize].phi, fork: self.inner.len() as u32 + fork };
        let inner = |fork: u32| Add { phi: self.inner[fork as usize].phi, fork };
        for &Step { step, fork, .. } in &self.steps {
            match step {
                Move::Enter(_) => {}
                Move::Pair => adds.push(pair(fork)),
                Move::Leave(_) => adds.push(inner(fork)),
                Move::Four(pairs) => adds.extend([inner(fork), pair(pairs), pair(pairs + 1)]),
            }
        }
        adds
    }

    fn leaf(&self, node: usize) -> Option<f64> {
        match self.tree.node(node) {
            Node::Leaf { values } => Some(self.tree.weight() * values[self.entry]),
            Node::Internal { .. } => None,
        }
    }
}
