//! TABLE: SHAP values read from tables.
//!
//! What a part of a tree gives to each feature depends on the row only through its decisions there and on the path to
//! it. Where these are few, one table line per pattern of decisions answers for every row: a *unit*. The lines are
//! exact, made once per tree in f64, by cover ([`by_cover`]) or by a background.
//!
//! `codes` turns values into ranks among the thresholds, `plan` cuts a tree into units, `leaf` makes the
//! tables of single leaves, this file those of units, and `pass` reads them for 64 rows at a time.

mod codes;
mod leaf;
mod pass;
mod plan;

pub(super) use codes::{Codes, ROWS, Sheet};
pub(super) use leaf::by_background;
pub(super) use pass::{Patterns, Sums, add_lines, each_unit};
pub(super) use plan::{Cut, Plan};

use super::flow::Channels;
use super::quadrature::Rule;
use crate::ensemble::{Node, Tree};

/// The tables of a tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// `[unit][pattern][output the tree feeds][column]`.
    lines: Vec<f64>,
    /// Where each unit's lines start.
    start: Vec<usize>,
    /// Columns of φ that a line adds to, `[unit][output the tree feeds][column]`.
    columns: Vec<u32>,
    /// Where each unit's columns start, and their end.
    first_column: Vec<usize>,
}

/// Working memory for making tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    leaf: Vec<f64>,
    more: Vec<f64>,
    patterns: Vec<u32>,
}

impl Tables {
    /// Makes the tables of a tree from those of its leaves, which `leaf` writes for a leaf's place in the plan (counted
    /// over all units) and its shares of cover.
    pub(super) fn new(
        plan: &Plan,
        tree: &Tree,
        n_outputs: usize,
        scratch: &mut Scratch,
        mut leaf: impl FnMut(usize, &[f64], &mut Vec<f64>, &mut Vec<f64>),
    ) -> Self {
        let (first, n_entries) = tree.output().map_or((0, n_outputs), |k| (k.index(), 1));
        let mut tables = Tables { first_column: vec![0], ..Tables::default() };
        tables.lines = vec![0.0; plan.table_size(n_entries)];
        let (mut start, mut place, mut shares) = (0, 0, Vec::new());
        for unit in &plan.units {
            let width = unit.columns.len() * n_entries;
            let end = start + (width << unit.n_bits);
            let lines = &mut tables.lines[start..end];
            for of in &unit.leaves {
                shares.clear();
                shares.extend(of.factors.iter().map(|f| f.share));
                leaf(place, &shares, &mut scratch.leaf, &mut scratch.more);
                place += 1;
                scratch.patterns.clear();
                scratch.patterns.extend((0..1u32 << unit.n_bits).map(|pattern| {
                    let follows = of.factors.iter().enumerate();
                    follows.map(|(j, f)| u32::from(f.follows(pattern)) << j).sum::<u32>()
                }));
                let Node::Leaf { values } = tree.node(of.node) else { continue };
                let leaves = scratch.leaf.chunks_exact(1 << of.factors.len());
                for (factor, gives) in of.factors.iter().zip(leaves) {
                    for (entry, value) in values.iter().enumerate() {
                        let (value, column) =
                            (tree.weight() * value, entry * unit.columns.len() + factor.column as usize);
                        for (line, &pattern) in lines.chunks_exact_mut(width).zip(&scratch.patterns) {
                            line[column] += value * gives[pattern as usize];
                        }
                    }
                }
            }
            for entry in 0..n_entries {
                let column = |&c: &u32| c * n_outputs as u32 + (first + entry) as u32;
                tables.columns.extend(unit.columns.iter().map(column));
            }
            tables.start.push(start);
            tables.first_column.push(tables.columns.len());
            start = end;
        }
        tables
    }

    /// Makes the tables of a path-dependent explanation.
    pub(super) fn by_cover(
        plan: &Plan,
        tree: &Tree,
        n_outputs: usize,
        rules: &[Rule],
        scratch: &mut Scratch,
    ) -> Self {
        Tables::new(plan, tree, n_outputs, scratch, |_, shares, out, more| {
            leaf::by_cover(shares, rules, out, more)
        })
    }

    /// Adds what the tree gives to the rows of a sheet, `[used feature][output]`.
    pub(super) fn read(&self, plan: &Plan, sheet: &Sheet, patterns: &mut Patterns, sums: &mut [Sums]) {
        each_unit(plan, sheet, patterns, |u, _, pattern| {
            let columns = &self.columns[self.first_column[u]..self.first_column[u + 1]];
            if !columns.is_empty() {
                add_lines(&self.lines[self.start[u]..], columns, pattern, sums);
            }
        });
    }
}

/// φ by sheet, `[used feature][output]`, as `[row][feature][output]`.
pub(super) fn values(
    sums: &[Vec<Sums>],
    channels: &Channels,
    n_rows: usize,
    n_features: usize,
    n_outputs: usize,
) -> Vec<f64> {
    let mut values = vec![0.0; n_rows * n_features * n_outputs];
    for (r, row) in values.chunks_exact_mut((n_features * n_outputs).max(1)).enumerate() {
        let sums = &sums[r / ROWS];
        for (of_feature, feature) in sums.chunks_exact(n_outputs).zip(channels.used()) {
            for (k, sums) in of_feature.iter().enumerate() {
                row[feature.index() * n_outputs + k] = sums.0[r % ROWS];
            }
        }
    }
    values
}
