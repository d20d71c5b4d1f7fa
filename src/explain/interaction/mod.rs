//! SHAP interaction values: how much of a feature's attribution it owes to each other feature.
//!
//! Off the diagonal a matrix holds half of a pair's effect on either side of it, on the diagonal what is left of φ, so that
//! each line sums to φ (Lundberg et al. 2020, equations 9 to 11). Path-dependent, or against a background: there the
//! walk of [`super::interventional`] gives them exactly, too.
//!
//! n × F² numbers are never held for many rows: there is the matrix of a patient, the column of a pair, and the
//! strongest pairs of a cohort. Pairs that are on no path together do not interact and take no memory.

mod cover;
mod pairs;

use super::error::MAX_PER_ROW;
use super::flow::{Block, Channels, MAX_POINTS, ROWS};
use super::interventional::{Gain, Interventional};
use super::quadrature::Rule;
use super::simd;
use super::{ExplainError, Flow};
use crate::ensemble::{Ensemble, Node, Tree};
use crate::ids::{FeatureId, OutputId};
use crate::math::Order as _;
use pairs::Pairs;

/// A model prepared for interactions.
#[derive(Clone, Debug)]
pub struct Interactions {
    how: How,
    channels: Channels,
    pairs: Pairs,
}

#[derive(Clone, Debug)]
enum How {
    Cover { flow: Box<Flow>, rules: Vec<Rule> },
    Background(Box<Interventional>),
}

/// Two features and how strongly they interact.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interaction {
    /// The features, in the model's order.
    pub features: [FeatureId; 2],
    /// Mean over the rows of the pair's whole absolute effect, both halves, summed over the outputs; margin units.
    pub mean_abs: f64,
}

impl Interactions {
    /// Prepares path-dependent interactions. Memory: linear in nodes and in pairs that are on a path together.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn by_cover(model: &Ensemble) -> Result<Self, ExplainError> {
        let flow = Box::new(Flow::new(model)?);
        let channels = flow.channels().clone();
        let pairs = Pairs::new(model, &channels);
        Ok(Interactions { how: How::Cover { flow, rules: Rule::up_to(MAX_POINTS) }, channels, pairs })
    }

    /// Interactions against the background of an interventional explanation.
    pub fn by_background(engine: &Interventional) -> Self {
        let channels = engine.channels().clone();
        let pairs = Pairs::new(engine.model(), &channels);
        Interactions { how: How::Background(Box::new(engine.clone())), channels, pairs }
    }

    fn model(&self) -> &Ensemble {
        match &self.how {
            How::Cover { flow, .. } => flow.model(),
            How::Background(engine) => engine.model(),
        }
    }

    /// Matrices of rows laid out `[row][feature]`, as `[row][i][j][output]`, symmetric.
    ///
    /// # Errors
    /// [`ExplainError::TooWide`] if that is more than is computed at once; give fewer rows.
    pub fn matrices(&self, rows: &[f64]) -> Result<Vec<f64>, ExplainError> {
        let (n_features, n_outputs) = (self.model().n_features(), self.model().n_outputs());
        let n_rows = rows.len() / n_features.max(1);
        let size = n_features.saturating_mul(n_features).saturating_mul(n_outputs);
        if size.saturating_mul(n_rows) > 4 * MAX_PER_ROW {
            return Err(ExplainError::TooManyPairs { n_rows, n_features });
        }
        let phi = match &self.how {
            How::Cover { flow, .. } => flow.explain(rows).values,
            How::Background(engine) => engine.explain(rows).values,
        };
        let mut values = vec![0.0; n_rows * size];
        let used = self.channels.used();
        self.each_block(rows, |first, n, sums| {
            for r in 0..n {
                let matrix = &mut values[(first + r) * size..][..size];
                let mut own = phi[(first + r) * n_features * n_outputs..][..n_features * n_outputs].to_vec();
                for (pair, sums) in self.pairs.iter().zip(sums.chunks_exact(n_outputs)) {
                    let [i, j] = pair.map(|f| used[f as usize].index());
                    for (k, sum) in sums.iter().enumerate() {
                        let value = sum.get(r);
                        matrix[(i * n_features + j) * n_outputs + k] = value;
                        matrix[(j * n_features + i) * n_outputs + k] = value;
                        own[i * n_outputs + k] -= value;
                        own[j * n_outputs + k] -= value;
                    }
                }
                for i in 0..n_features {
                    matrix[(i * n_features + i) * n_outputs..][..n_outputs]
                        .copy_from_slice(&own[i * n_outputs..][..n_outputs]);
                }
            }
        });
        Ok(values)
    }

    /// Half effect of one pair of different features for each row, `[row][output]`.
    pub fn pair(&self, rows: &[f64], a: FeatureId, b: FeatureId) -> Vec<f64> {
        let n_outputs = self.model().n_outputs();
        let mut out = vec![0.0; rows.len() / self.model().n_features().max(1) * n_outputs];
        let position = |f: FeatureId| self.channels.used().binary_search(&f).ok();
        let number = position(a).zip(position(b)).filter(|(a, b)| a != b);
        let number = number.and_then(|(a, b)| self.pairs.number(a as u32, b as u32));
        if let Some(number) = number {
            self.each_block(rows, |first, n, sums| {
                for r in 0..n {
                    for k in 0..n_outputs {
                        out[(first + r) * n_outputs + k] = sums[number * n_outputs + k].get(r);
                    }
                }
            });
        }
        out
    }

    /// The matrix of one row among some features, `[i][j]`, in one output: as [`Interactions::matrices`] has it, the
    /// diagonal without the pairs with features that are left out.
    pub fn among(&self, row: &[f64], features: &[FeatureId], output: OutputId) -> Vec<f64> {
        let (n_outputs, n) = (self.model().n_outputs(), features.len());
        let row = &row[..self.model().n_features().min(row.len())];
        let phi = match &self.how {
            How::Cover { flow, .. } => flow.explain(row).values,
            How::Background(engine) => engine.explain(row).values,
        };
        let phi = |f: FeatureId| phi.get(f.index() * n_outputs + output.index()).copied().unwrap_or(0.0);
        let mut own: Vec<f64> = self.channels.used().iter().map(|&f| phi(f)).collect();
        let mut matrix = vec![0.0; n * n];
        let place = |f: FeatureId| features.iter().position(|&g| g == f);
        self.each_block(row, |_, _, sums| {
            for (pair, sums) in self.pairs.iter().zip(sums.chunks_exact(n_outputs)) {
                let value = sums[output.index()].get(0);
                pair.iter().for_each(|&f| own[f as usize] -= value);
                let [a, b] = pair.map(|f| place(self.channels.used()[f as usize]));
                if let (Some(i), Some(j)) = (a, b) {
                    matrix[i * n + j] = value;
                    matrix[j * n + i] = value;
                }
            }
        });
        for (i, f) in features.iter().enumerate() {
            if let Ok(at) = self.channels.used().binary_search(f) {
                matrix[i * n + i] = own[at];
            }
        }
        matrix
    }

    /// The strongest pairs over rows, strongest first, ties in model order; at most `count`, none without effect.
    pub fn strongest(&self, rows: &[f64], count: usize) -> Vec<Interaction> {
        let n_outputs = self.model().n_outputs();
        let mut total = vec![0.0; self.pairs.len()];
        self.each_block(rows, |_, n, sums| {
            for (total, sums) in total.iter_mut().zip(sums.chunks_exact(n_outputs)) {
                for r in 0..n {
                    *total += 2.0 * sums.iter().map(|s| s.get(r).abs()).sum::<f64>();
                }
            }
        });
        let n_rows = rows.len() / self.model().n_features().max(1);
        let interaction = |(pair, total): ([u32; 2], f64)| Interaction {
            features: pair.map(|f| self.channels.used()[f as usize]),
            mean_abs: total / n_rows.max(1) as f64,
        };
        let mut found: Vec<Interaction> =
            self.pairs.iter().zip(total).filter(|(_, total)| *total > 0.0).map(interaction).collect();
        found.order_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs));
        found.truncate(count);
        found
    }

    /// Calls `on` with the number of the first row of each block, how many rows it has, and the half effects of all
    /// pairs, `[pair][output]`.
    fn each_block(&self, rows: &[f64], mut on: impl FnMut(usize, usize, &[Block])) {
        let (n_features, n_outputs) = (self.model().n_features(), self.model().n_outputs());
        let mut sums = vec![Block::default(); self.pairs.len() * n_outputs];
        let n_rows = rows.len() / n_features.max(1);
        let rows = &rows[..n_rows * n_features];
        for (b, rows) in rows.chunks((ROWS * n_features).max(1)).enumerate() {
            sums.fill(Block::default());
            match &self.how {
                How::Cover { rules, .. } => self.add_by_cover(rows, rules, &mut sums),
                How::Background(engine) => self.add_by_background(rows, engine, &mut sums),
            }
            on(b * ROWS, rows.len() / n_features, &sums);
        }
    }

    fn add_by_cover(&self, rows: &[f64], rules: &[Rule], sums: &mut [Block]) {
        let n_outputs = self.model().n_outputs();
        let whole = cover::Whole { channels: &self.channels, rules, pairs: &self.pairs, n_outputs };
        let mut inputs = vec![Block::default(); self.channels.len()];
        let mut memory = cover::Memory::default();
        self.channels.fill(rows, &mut inputs);
        for tree in self.model().trees().iter().filter(|tree| tree.n_nodes() > 1) {
            self.channels.fill_categorical(tree, &Channels::categorical_nodes(tree), rows, &mut inputs);
            let (whole, inputs, memory) = (&whole, &inputs, &mut memory);
            simd::run(cover::Add { whole, tree, inputs, memory, sums: &mut *sums });
        }
    }

    fn add_by_background(&self, rows: &[f64], engine: &Interventional, sums: &mut [Block]) {
        let n_outputs = self.model().n_outputs();
        for tree in self.model().trees().iter().filter(|tree| tree.n_nodes() > 1) {
            let mut gain = ToPairs { tree, pairs: &self.pairs, n_outputs, row: 0, sums: &mut *sums };
            engine.walk_rows(tree, rows, &mut gain);
        }
    }
}

/// Adds what leaves give to the pairs of one row.
struct ToPairs<'a> {
    tree: &'a Tree,
    pairs: &'a Pairs,
    n_outputs: usize,
    row: usize,
    sums: &'a mut [Block],
}

impl Gain for ToPairs<'_> {
    const PAIRS: bool = true;

    fn start(&mut self, row: usize) {
        self.row = row;
    }

    fn single(&mut self, _: usize, _: u32, _: f64) {}

    fn pair(&mut self, leaf: usize, [a, b]: [u32; 2], share: f64) {
        let (Node::Leaf { values }, Some(pair)) = (self.tree.node(leaf), self.pairs.number(a, b)) else {
            return;
        };
        let first = self.tree.output().map_or(0, OutputId::index);
        for (e, value) in values.iter().enumerate() {
            let sum = &mut self.sums[pair * self.n_outputs + first + e];
            sum.set(self.row, sum.get(self.row) + self.tree.weight() * value * share);
        }
    }
}
