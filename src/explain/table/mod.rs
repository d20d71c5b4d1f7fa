//! TABLE: SHAP values read from tables.
//!
//! What a part of a tree gives to each feature depends on the row only through its decisions there and on the path to
//! it. Where these are few, one table line per pattern of decisions answers for every row: a *unit*. The lines are
//! exact, made once per tree in f64, by cover ([`leaf::by_cover`]) or by a background ([`by_background`]).
//!
//! `codes` turns values into ranks among the thresholds, `plan` cuts a tree into units, `leaf` makes the tables of
//! single leaves, this file those of units, and `pass` reads them for the rows of a sheet, in numbers of either width
//! (`number`). Lanes never meet, and sums run over the trees in their order: the bits of a row do not depend on the
//! rows around it.

mod codes;
mod leaf;
mod number;
mod pass;
mod plan;

use codes::Column;
pub(super) use codes::{Codes, ROWS, Sheet};
pub(super) use leaf::by_background;
pub(super) use number::{Number, Sums};
pub(super) use pass::{Patterns, each_unit};
pub(super) use plan::{Cut, Plan};

use super::quadrature::Rule;
use super::simd::{self, Simd, Task};
use crate::ensemble::{Node, Tree};

/// The tables of a tree.
#[derive(Clone, Debug)]
pub(super) struct Tables<N: Number> {
    /// `[unit][vector of columns][pattern]`, a unit's columns being `[output the tree feeds][column]`, padded to whole
    /// vectors.
    lines: Vec<N::Vector>,
    /// Where each unit's lines start.
    start: Vec<usize>,
    /// Columns of the sums that lines add to, `[unit][output the tree feeds][column]`. Padding adds 0 to such as nobody
    /// reads.
    columns: Vec<u32>,
    /// Where each unit's columns start, and the end.
    first_column: Vec<usize>,
    /// Weighted leaf values, `[unit][decisions in the unit][output the tree feeds]`.
    leaves: Vec<f64>,
    /// Number of each unit's first leaf value.
    first_leaf: Vec<u16>,
    /// First output that the tree feeds, and how many.
    first_output: usize,
    n_entries: usize,
}

/// Working memory for making tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    leaf: Vec<f64>,
    more: Vec<f64>,
    patterns: Vec<u32>,
    unit: Vec<f64>,
}

impl<N: Number> Tables<N> {
    /// Makes the tables of a tree from those of its leaves, which `leaf` writes for the number of a leaf's unit, its
    /// shares of cover and its pattern for each pattern of the unit.
    ///
    /// A function by itself: browsers compile well what is called often, and a loop over all trees is called once.
    #[inline(never)]
    pub(super) fn new(
        plan: &Plan,
        tree: &Tree,
        n_outputs: usize,
        scratch: &mut Scratch,
        mut leaf: impl FnMut(usize, &[f64], &[u32], &mut Vec<f64>, &mut Vec<f64>),
    ) -> Self {
        let (first, n_entries) = tree.output().map_or((0, n_outputs), |k| (k.index(), 1));
        let mut tables = Tables {
            lines: bytemuck::zeroed_vec(plan.table_size(n_entries, N::LANES) / N::LANES),
            start: Vec::with_capacity(plan.units.len()),
            columns: Vec::new(),
            first_column: vec![0],
            leaves: Vec::new(),
            first_leaf: Vec::with_capacity(plan.units.len()),
            first_output: first,
            n_entries,
        };
        let (mut start, mut shares) = (0, Vec::new());
        let n_all = (plan.n_used * n_outputs) as u32;
        for (u, unit) in plan.units.iter().enumerate() {
            let n_columns = unit.columns.len() * n_entries;
            let n_patterns = 1 << unit.n_bits;
            scratch.unit.clear();
            scratch.unit.resize(n_columns * n_patterns, 0.0);
            let first_leaf = tables.leaves.len();
            // Plans have fewer, see `MOST_LEAVES`.
            tables.first_leaf.push((first_leaf / n_entries.max(1)) as u16);
            tables.leaves.resize(first_leaf + (n_entries << (unit.n_bits - unit.n_path)), 0.0);
            let leaves = &mut tables.leaves[first_leaf..];
            for of in &unit.leaves {
                shares.clear();
                shares.extend(of.factors.iter().map(|f| f.share));
                of.patterns(unit.n_bits, &mut scratch.patterns);
                leaf(u, &shares, &scratch.patterns, &mut scratch.leaf, &mut scratch.more);
                let Node::Leaf { values } = tree.node(of.node) else { continue };
                for (decisions, to) in leaves.chunks_exact_mut(n_entries).enumerate() {
                    // The path is followed where its bits are set.
                    let pattern = scratch.patterns[((decisions + 1) << unit.n_path) - 1];
                    if pattern as usize == (1 << of.factors.len()) - 1 {
                        to.iter_mut().zip(values).for_each(|(to, value)| *to = tree.weight() * value);
                    }
                }
                let gives = scratch.leaf.chunks_exact(1 << of.factors.len());
                for (factor, gives) in of.factors.iter().zip(gives) {
                    for (entry, value) in values.iter().enumerate() {
                        let value = tree.weight() * value;
                        let column = entry * unit.columns.len() + factor.column as usize;
                        let out = &mut scratch.unit[column * n_patterns..][..n_patterns];
                        add_leaf(value, gives, &scratch.patterns, unit.n_path, out);
                    }
                }
            }
            for entry in 0..n_entries {
                let column = |&c: &u32| c * n_outputs as u32 + (first + entry) as u32;
                tables.columns.extend(unit.columns.iter().map(column));
            }
            tables.columns.extend((n_all..).take(n_columns.next_multiple_of(N::LANES) - n_columns));
            tables.first_column.push(tables.columns.len());
            start = tables.finish_unit(start, n_patterns, &scratch.unit);
        }
        tables
    }

    /// Turns a unit's columns into lines, and says where these end.
    fn finish_unit(&mut self, start: usize, n_patterns: usize, unit: &[f64]) -> usize {
        self.start.push(start);
        let of_vector = unit.chunks(N::LANES * n_patterns);
        let end = start + of_vector.len() * n_patterns;
        for (lines, columns) in self.lines[start..end].chunks_exact_mut(n_patterns).zip(of_vector) {
            let numbers: &mut [N] = bytemuck::cast_slice_mut(lines);
            for (lane, column) in columns.chunks_exact(n_patterns).enumerate() {
                let to = numbers.iter_mut().skip(lane).step_by(N::LANES);
                to.zip(column).for_each(|(to, value)| *to = N::of(*value));
            }
        }
        end
    }

    /// Makes the tables of a path-dependent explanation.
    pub(super) fn by_cover(
        plan: &Plan,
        tree: &Tree,
        n_outputs: usize,
        rules: &[Rule],
        scratch: &mut Scratch,
    ) -> Self {
        Tables::new(plan, tree, n_outputs, scratch, |_, shares, _, out, more| {
            leaf::by_cover(shares, rules, out, more);
        })
    }

    /// Loads per row: a vector of the line per so many columns, and a number of the sums per column.
    pub(super) fn loads(&self) -> f64 {
        let n_columns = self.columns.len() as f64;
        n_columns / N::LANES as f64 + n_columns / (2 * N::LANES) as f64
    }

    /// Adds what the tree gives on average where `shares` of the rows have each pattern, `[unit][pattern]`, to `[output]`.
    pub(super) fn add_mean(&self, plan: &Plan, shares: &[Vec<f64>], mean: &mut [f64]) {
        for ((unit, shares), &first) in plan.units.iter().zip(shares).zip(&self.first_leaf) {
            // Who has not followed the whole path is elsewhere.
            let followed = shares.chunks_exact(1 << unit.n_path).filter_map(<[f64]>::last);
            let leaves = &self.leaves[usize::from(first) * self.n_entries..];
            for (share, values) in followed.zip(leaves.chunks_exact(self.n_entries)) {
                for (mean, value) in mean[self.first_output..].iter_mut().zip(values) {
                    *mean += share * value;
                }
            }
        }
    }

    /// Adds what the tree gives to the rows of a sheet to their sums, and to their margins, `[row][output]`; if these are
    /// empty, nobody asks for them.
    pub(super) fn read(
        &self,
        plan: &Plan,
        sheet: &Sheet,
        memory: &mut Memory,
        sums: &mut Sums<N>,
        margins: &mut [f64],
        n_outputs: usize,
    ) {
        simd::run(Read { tables: self, plan, sheet, memory, sums, margins, n_outputs });
    }

    #[inline(always)]
    fn read_with<S: Simd>(&self, simd: S, read: Read<'_, N>) {
        let Read { plan, sheet, memory, sums, margins, n_outputs, .. } = read;
        let Memory { patterns, bytes, reached } = memory;
        bytes.resize(sheet.n_parts, pass::Bytes::default());
        reached.clear();
        reached.resize(sheet.n_parts, Column::default());
        each_unit(simd, plan, sheet, patterns, |u, n_path, patterns| {
            let columns = &self.columns[self.first_column[u]..self.first_column[u + 1]];
            let lines = &self.lines[self.start[u]..];
            pass::add_lines(simd, lines, plan.units[u].n_bits, columns, patterns, bytes, sums);
            if !margins.is_empty() {
                for (pattern, reached) in patterns.iter().zip(reached.iter_mut()) {
                    pass::note_leaves(simd, self.first_leaf[u], n_path, pattern, reached);
                }
            }
        });
        let reached: &[u16] = bytemuck::cast_slice(reached);
        for (margins, &leaf) in margins.chunks_exact_mut(n_outputs).zip(reached) {
            let values = &self.leaves[usize::from(leaf) * self.n_entries..][..self.n_entries];
            margins[self.first_output..].iter_mut().zip(values).for_each(|(m, value)| *m += value);
        }
    }
}

/// Working memory for reading tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    patterns: Patterns,
    /// The patterns of a unit's rows as bytes.
    bytes: Vec<pass::Bytes>,
    /// Leaves that rows have reached.
    reached: Vec<Column>,
}

/// What [`Tables::read`] is given.
struct Read<'a, N: Number> {
    tables: &'a Tables<N>,
    plan: &'a Plan,
    sheet: &'a Sheet,
    memory: &'a mut Memory,
    sums: &'a mut Sums<N>,
    margins: &'a mut [f64],
    n_outputs: usize,
}

impl<N: Number> Task for Read<'_, N> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.tables.read_with(simd, self);
    }
}

/// Adds value × what a leaf gives, for every pattern of the unit.
fn add_leaf(value: f64, gives: &[f64], patterns: &[u32], n_path: usize, out: &mut [f64]) {
    let n = 1 << n_path;
    for (out, patterns) in out.chunks_exact_mut(n).zip(patterns.chunks_exact(n)) {
        let first = patterns[0] as usize;
        if patterns[n - 1] as usize == first + n - 1 {
            // The decisions in the unit let the path's bits through as they are.
            out.iter_mut().zip(&gives[first..first + n]).for_each(|(out, gives)| *out += value * gives);
        } else {
            out.iter_mut().zip(patterns).for_each(|(out, &pattern)| *out += value * gives[pattern as usize]);
        }
    }
}
