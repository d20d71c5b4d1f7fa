//! Cutting a tree into units.
//!
//! A unit is a subtree whose decisions, those of the path to it included, are few enough for a table with one line per
//! pattern of decisions. Bit j of a pattern says for the first features of the path whether the row followed every edge
//! of the feature so far, for the nodes of the subtree, in pre-order, whether it goes left there.

use super::codes::{Codes, Test};
use crate::ensemble::{Node, Tree};
use crate::explain::flow::Channels;

/// How finely a tree is cut.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Cut {
    /// A subtree with inner nodes is a unit if it takes no more bits than this.
    pub(in crate::explain) merge: usize,
    /// A leaf by itself is a unit if its path has no more distinct features than this.
    pub(in crate::explain) leaf: usize,
}

/// Most leaf values that the units of a tree have together, counted per output.
const MOST_LEAVES: usize = u16::MAX as usize;

/// A tree cut into units.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Plan {
    /// Number of the tree in the ensemble.
    pub(in crate::explain) tree: usize,
    pub(super) steps: Vec<Step>,
    /// Those of the inner nodes of the units, in the order of the steps and there in pre-order.
    pub(super) tests: Vec<Test>,
    pub(in crate::explain) units: Vec<Unit>,
    /// Nodes with a categorical split, in pre-order.
    pub(super) categorical: Vec<u32>,
    /// Longest path of edges above a unit.
    pub(in crate::explain) n_levels: usize,
    /// Features that the model uses.
    pub(super) n_used: usize,
    /// Roots of the units, ascending.
    pub(in crate::explain) roots: Vec<usize>,
    /// True if some leaf is in no unit.
    pub(in crate::explain) open: bool,
    /// Leaf values of the units, one for each pattern of decisions in a unit.
    n_leaf_values: usize,
}

/// What to do, in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Pattern of the next level = pattern of this level and what one edge says.
    Edge { level: u32, test: Test, side: Side, bit: i16, new: bool },
    /// The pattern of this level leads to the next unit, whose own bits come from the next tests.
    Unit { level: u32, n_path: u16, n_tests: u16 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A part of a tree that one table answers for.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Unit {
    /// Bits of a pattern.
    pub(in crate::explain) n_bits: usize,
    /// Bits that the path above takes.
    pub(super) n_path: usize,
    /// Features: positions among the used ones; those of the path first.
    pub(in crate::explain) columns: Vec<u32>,
    /// Leaves, in pre-order.
    pub(in crate::explain) leaves: Vec<Leaf>,
}

/// A leaf of a unit.
#[derive(Clone, Debug)]
pub(in crate::explain) struct Leaf {
    /// Its number in the tree.
    pub(in crate::explain) node: usize,
    /// One per distinct feature of its path, in the order of the path.
    pub(in crate::explain) factors: Vec<Factor>,
}

/// What a leaf asks of one feature.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Factor {
    /// Column of the unit.
    pub(in crate::explain) column: u32,
    /// Product of the shares of cover along the edges of this feature.
    pub(in crate::explain) share: f64,
    /// Bits that must be 1 for a row that follows the feature here.
    ones: u32,
    /// Bits that must be 0.
    zeros: u32,
}

impl Leaf {
    /// For every pattern of the unit, that of the leaf: bit j says whether a row follows every edge of factor j.
    pub(super) fn patterns(&self, n_bits: usize, out: &mut Vec<u32>) {
        out.clear();
        out.resize(1 << n_bits, 0);
        for (j, factor) in self.factors.iter().enumerate() {
            let asked = factor.ones | factor.zeros;
            for (m, out) in out.iter_mut().enumerate() {
                *out |= u32::from(m as u32 & asked == factor.ones) << j;
            }
        }
    }
}

/// A feature of the path.
#[derive(Clone, Copy, Debug)]
struct Above {
    bit: usize,
    share: f64,
}

enum Action {
    Enter { node: usize, level: usize },
    Edge { node: usize, level: usize, side: Side, before: Option<Above> },
    Restore { row: usize, before: Option<Above> },
}

impl Plan {
    /// `path` holds one None per used feature, before and after.
    pub(in crate::explain) fn new(number: usize, tree: &Tree, codes: &Codes, cut: Cut) -> Self {
        let n = tree.n_nodes();
        let mut size = vec![1; n];
        for i in (0..n).rev() {
            if let Node::Internal { left, right, .. } = tree.node(i) {
                size[i] = 1 + size[left] + size[right];
            }
        }
        let mut walk = Walk {
            tree,
            codes,
            size,
            path: vec![None; codes.channels().used().len()],
            distinct: Vec::new(),
            plan: Plan {
                tree: number,
                steps: Vec::new(),
                tests: Vec::new(),
                units: Vec::new(),
                categorical: Channels::categorical_nodes(tree),
                n_levels: 0,
                n_used: codes.channels().used().len(),
                roots: Vec::new(),
                open: false,
                n_leaf_values: 0,
            },
        };
        walk.run(cut);
        walk.plan
    }

    /// True if some split is categorical.
    pub(in crate::explain) fn is_categorical(&self) -> bool {
        !self.categorical.is_empty()
    }

    /// Numbers that the tables of this tree take, with so many values per leaf and lanes per vector.
    pub(in crate::explain) fn table_size(&self, n_entries: usize, lanes: usize) -> usize {
        self.units.iter().map(|u| (u.columns.len() * n_entries).next_multiple_of(lanes) << u.n_bits).sum()
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    codes: &'a Codes,
    /// Nodes below and including each node.
    size: Vec<usize>,
    /// By used feature.
    path: Vec<Option<Above>>,
    /// Used features of the path in order of their first split.
    distinct: Vec<u32>,
    plan: Plan,
}

impl Walk<'_> {
    fn run(&mut self, cut: Cut) {
        let mut actions = vec![Action::Enter { node: 0, level: 0 }];
        while let Some(action) = actions.pop() {
            match action {
                Action::Enter { node, level } => self.enter(node, level, cut, &mut actions),
                Action::Edge { node, level, side, before } => self.edge(node, level, side, before),
                Action::Restore { row, before } => {
                    self.path[row] = before;
                    if before.is_none() {
                        self.distinct.pop();
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize, level: usize, cut: Cut, actions: &mut Vec<Action>) {
        let (n_inner, n_path) = (self.size[node] / 2, self.distinct.len());
        if n_path > cut.leaf {
            self.plan.open = true;
            return;
        }
        let Node::Internal { feature, left, right, .. } = self.tree.node(node) else {
            return self.unit(node, level);
        };
        if n_path + n_inner <= cut.merge {
            return self.unit(node, level);
        }
        let row = self.codes.channels().row(feature) as usize;
        let before = self.path[row];
        if before.is_none() {
            self.path[row] = Some(Above { bit: n_path, share: 1.0 });
            self.distinct.push(row as u32);
        }
        // Actions are taken from the end.
        actions.push(Action::Restore { row, before });
        for (side, child) in [(Side::Right, right), (Side::Left, left)] {
            actions.push(Action::Enter { node: child, level: level + 1 });
            actions.push(Action::Edge { node, level, side, before });
        }
    }

    fn edge(&mut self, node: usize, level: usize, side: Side, before: Option<Above>) {
        let inner = self.tree.node(node);
        let (Node::Internal { feature, .. }, Some(test)) = (inner, self.test(&inner, node)) else {
            return;
        };
        let row = self.codes.channels().row(feature) as usize;
        let share = before.map_or(1.0, |b| b.share) * self.share(node, side);
        // Edges to leaves that are in no unit may go deeper than all units.
        self.plan.n_levels = self.plan.n_levels.max(level + 1);
        if let Some(above) = &mut self.path[row] {
            above.share = share;
            let bit = 1i16 << above.bit.min(15);
            self.plan.steps.push(Step::Edge { level: level as u32, test, side, bit, new: before.is_none() });
        }
    }

    fn test(&self, inner: &Node<'_>, node: usize) -> Option<Test> {
        self.codes.test(inner, self.plan.categorical.partition_point(|&c| (c as usize) < node))
    }

    fn share(&self, node: usize, side: Side) -> f64 {
        let left = self.tree.left_share(node);
        if side == Side::Left { left } else { 1.0 - left }
    }

    fn unit(&mut self, root: usize, level: usize) {
        let n_path = self.distinct.len();
        let n_leaf_values = self.plan.n_leaf_values + (1 << (self.size[root] / 2));
        if n_leaf_values > MOST_LEAVES {
            self.plan.open = true;
            return;
        }
        self.plan.n_leaf_values = n_leaf_values;
        let mut unit = Unit {
            n_bits: n_path + self.size[root] / 2,
            n_path,
            columns: self.distinct.clone(),
            leaves: Vec::new(),
        };
        let factors = (self.distinct.iter().enumerate())
            .filter_map(|(bit, &row)| {
                let share = self.path[row as usize]?.share;
                Some(Factor { column: bit as u32, share, ones: 1 << bit, zeros: 0 })
            })
            .collect();
        let first_test = self.plan.tests.len();
        let mut pending = vec![(root, factors)];
        while let Some((node, factors)) = pending.pop() {
            let inner = self.tree.node(node);
            let Node::Internal { feature, left, right, .. } = inner else {
                unit.leaves.push(Leaf { node, factors });
                continue;
            };
            let bit = 1u32 << (n_path + self.plan.tests.len() - first_test);
            let test = self.test(&inner, node);
            self.plan.tests.extend(test);
            let row = self.codes.channels().row(feature);
            let column = unit.columns.iter().position(|&c| c == row).unwrap_or_else(|| {
                unit.columns.push(row);
                unit.columns.len() - 1
            }) as u32;
            for (side, child) in [(Side::Right, right), (Side::Left, left)] {
                let mut factors: Vec<Factor> = factors.clone();
                let at = factors.iter().position(|f| f.column == column).unwrap_or_else(|| {
                    factors.push(Factor { column, share: 1.0, ones: 0, zeros: 0 });
                    factors.len() - 1
                });
                factors[at].share *= self.share(node, side);
                match side {
                    Side::Left => factors[at].ones |= bit,
                    Side::Right => factors[at].zeros |= bit,
                }
                pending.push((child, factors));
            }
        }
        // Both are fewer than the bits of a pattern.
        let (n_path, n_tests) = (n_path as u16, (self.plan.tests.len() - first_test) as u16);
        self.plan.steps.push(Step::Unit { level: level as u32, n_path, n_tests });
        self.plan.units.push(unit);
        self.plan.roots.push(root);
    }
}
