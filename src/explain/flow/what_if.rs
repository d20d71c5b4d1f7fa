//! One patient whose values are changed: only trees in which a decision turns are looked at again.

use super::{Flow, ROWS, Scratch};
use crate::ensemble::{Node, Tree};
use crate::ids::FeatureId;
use std::ops::Deref;

/// Changes after which everything is computed anew, so that rounding does not add up.
const MAX_CHANGES: usize = 64;

/// Values that change at once and are still taken one by one.
const FEW: usize = 4;

/// A patient's attributions, kept up to date while values change.
///
/// Equal to those of [`Flow::explain`] for the changed row to within 1e-12 of the margin's size; margins are the same.
/// It borrows its engine, or keeps it by a shared pointer.
#[derive(Clone, Debug)]
pub struct WhatIf<F> {
    flow: F,
    row: Vec<f64>,
    /// `[feature][output]`
    phi: Vec<f64>,
    margin: Vec<f64>,
    /// Trees that split on each feature, with the nodes that do.
    trees: Vec<Vec<(usize, Vec<u32>)>>,
    n_changes: usize,
}

/// What becomes of a patient along one feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// `[value][output]`
    pub margin: Vec<f64>,
    /// `[value][feature][output]`
    pub phi: Vec<f64>,
}

impl<F: Deref<Target = Flow>> WhatIf<F> {
    /// Starts from a row of model inputs.
    ///
    /// # Panics
    /// If the row is shorter than the model's features.
    pub fn new(flow: F, row: &[f64]) -> Self {
        let model = flow.model();
        let mut trees = vec![Vec::new(); model.n_features()];
        for (t, tree) in model.trees().iter().enumerate() {
            for i in 0..tree.n_nodes() {
                let Node::Internal { feature, .. } = tree.node(i) else { continue };
                let of_feature: &mut Vec<(usize, Vec<u32>)> = &mut trees[feature.index()];
                match of_feature.last_mut() {
                    Some((last, nodes)) if *last == t => nodes.push(i as u32),
                    _ => of_feature.push((t, vec![i as u32])),
                }
            }
        }
        let row = row[..model.n_features()].to_vec();
        let mut new = WhatIf { flow, row, phi: Vec::new(), margin: Vec::new(), trees, n_changes: 0 };
        new.refresh();
        new
    }

    fn refresh(&mut self) {
        let explained = self.flow.explain(&self.row);
        (self.phi, self.margin, self.n_changes) = (explained.values, explained.margin, 0);
    }

    /// Takes another row: change by change if it differs in few values, else computed anew.
    ///
    /// # Panics
    /// If the row is shorter than the model's features.
    pub fn become_row(&mut self, row: &[f64]) {
        let row = &row[..self.row.len()];
        let differs = |(a, b): (&f64, &f64)| a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan());
        let changed: Vec<usize> = (0..row.len()).filter(|&f| differs((&self.row[f], &row[f]))).collect();
        if changed.len() > FEW {
            self.row.copy_from_slice(row);
            self.refresh();
            return;
        }
        for f in changed {
            self.set(FeatureId::of(f), row[f]);
        }
    }

    /// The row as it is now.
    pub fn row(&self) -> &[f64] {
        &self.row
    }

    /// φ, `[feature][output]`.
    pub fn phi(&self) -> &[f64] {
        &self.phi
    }

    /// Margin, `[output]`.
    pub fn margin(&self) -> &[f64] {
        &self.margin
    }

    /// Gives a feature another value (NaN = missing). Returns the number of trees in which a decision turned.
    pub fn set(&mut self, feature: FeatureId, value: f64) -> usize {
        let turned: Vec<usize> = (self.trees[feature.index()].iter())
            .filter(|(t, nodes)| {
                let tree = &self.flow.model().trees()[*t];
                nodes.iter().any(|&node| self.turns(tree, node as usize, self.row[feature.index()], value))
            })
            .map(|(t, _)| *t)
            .collect();
        let mut rows = self.row.clone();
        self.row[feature.index()] = value;
        if turned.is_empty() {
            return 0;
        }
        rows.extend_from_slice(&self.row);
        self.n_changes += 1;
        if self.n_changes == MAX_CHANGES {
            self.refresh();
            return turned.len();
        }
        let phi = self.of_trees(&turned, &rows);
        let (old, new) = phi.split_at(self.phi.len());
        for (phi, (old, new)) in self.phi.iter_mut().zip(old.iter().zip(new)) {
            *phi += new - old;
        }
        self.flow.model().margin(&self.row, &mut self.margin);
        turned.len()
    }

    /// True if a node decides otherwise for the new value.
    fn turns(&self, tree: &Tree, node: usize, old: f64, new: f64) -> bool {
        let goes_left = |value: f64| match tree.node(node) {
            Node::Leaf { .. } => false,
            Node::Internal { split, default_left, .. } => {
                let value = self.flow.model().cast().apply(value);
                if value.is_nan() { default_left } else { split.holds(value) }
            }
        };
        goes_left(old) != goes_left(new)
    }

    /// What the patient would be with each of these values of a feature, all else as it is now. Seven values cost about
    /// as much as one.
    pub fn curve(&self, feature: FeatureId, values: &[f64]) -> Curve {
        let trees: Vec<usize> = self.trees[feature.index()].iter().map(|(t, _)| *t).collect();
        let mut curve = Curve { margin: Vec::new(), phi: Vec::with_capacity(values.len() * self.phi.len()) };
        for values in values.chunks(ROWS - 1) {
            let mut rows = self.row.repeat(values.len() + 1);
            for (row, &value) in rows.chunks_exact_mut(self.row.len()).skip(1).zip(values) {
                row[feature.index()] = value;
            }
            let phi = self.of_trees(&trees, &rows);
            let (now, then) = phi.split_at(self.phi.len());
            for then in then.chunks_exact(self.phi.len().max(1)) {
                curve.phi.extend(
                    self.phi.iter().zip(then.iter().zip(now)).map(|(phi, (then, now))| phi + (then - now)),
                );
            }
            curve.margin.append(&mut self.flow.model().margins(&rows[self.row.len()..]));
        }
        curve
    }

    /// φ of at most [`ROWS`] rows by some of the trees, ascending, `[row][feature][output]`.
    fn of_trees(&self, trees: &[usize], rows: &[f64]) -> Vec<f64> {
        let flow = &*self.flow;
        let mut values = vec![0.0; rows.len() * flow.model().n_outputs()];
        let mut scratch = Scratch::new(flow);
        flow.explain_blocks(rows, &mut values, &mut scratch, |plan| trees.binary_search(&plan).is_ok());
        values
    }
}
