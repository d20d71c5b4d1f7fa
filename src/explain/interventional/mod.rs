//! Interventional SHAP values: patients compared with the rows of a background.
//!
//! The value of a set S of features is the mean, over the background rows z, of the model's output for the patient with
//! the features outside S taken from z (Lundberg et al. 2020, supplementary 2.2; Janzing et al. 2020). φ sums to the
//! patient's output minus the background's mean output. No cover is needed, every background row counts, none is
//! sampled away.
//!
//! Two engines share a tree. Units whose path decisions are few are read from tables ([`super::table`]), made from the
//! numbers of background rows with each pattern of decisions: explaining a row then costs the same whatever the size
//! of the background. What is deeper is walked ([`walk`]). Which of them is used depends on the model and the size of the
//! background, so that the bits of a row depend on nothing but model, background and row.
//!
//! On the scale of probability or loss the output is not a sum over trees. Here it is, as in the Python package shap,
//! shared out pair by pair: the difference of output between patient and background row, in the proportions in which
//! the margin's difference is. That sum runs over all pairs.

mod decisions;
mod output;
mod walk;
mod weight;

pub use output::{Output, Transformed};

use super::error::MAX_PER_ROW;
use super::flow::Channels;
use super::quadrature::Rule;
use super::simd::Plain;
use super::table::{self, Codes, Cut, Number, Patterns, Plan, ROWS, Scratch, Sheet, Sums, Tables};
use super::{Attributions, ExplainError};
use crate::ensemble::{Ensemble, Node, Tree};
use crate::ids::OutputId;
use decisions::Decisions;
use std::sync::OnceLock;
use walk::{Compared, Memory};

pub(super) use walk::Gain;
use weight::Weights;

/// Subtrees up to 7 bits are one unit; a leaf may have up to 12.
const CUT: Cut = Cut { merge: 7, leaf: 12 };
/// For backgrounds of so many rows and more a leaf may have up to 14: by then walking takes longer than its table.
const LARGE: (usize, Cut) = (2_000, Cut { merge: 7, leaf: 14 });
/// Numbers that tables may take between calls: 128 MB. The tables of further trees are made anew in each call.
const MAX_KEPT: usize = 1 << 24;
/// Numbers that the shares of such trees may take: 64 MB. Tables made from them cost the same whatever the size of the
/// background; for still further trees the background is counted again.
const MAX_SHARES: usize = 1 << 23;

/// A model prepared for explaining rows against a background.
#[derive(Clone, Debug)]
pub struct Interventional {
    model: Ensemble,
    background: Vec<f64>,
    /// Margins of the background, `[row][output]`, once somebody has asked for them.
    background_margins: OnceLock<Vec<f64>>,
    base_values: Vec<f64>,
    channels: Channels,
    prepared: Option<Prepared>,
    weights: Weights,
}

/// What the table engine needs.
#[derive(Clone, Debug)]
struct Prepared {
    codes: Codes,
    rules: Vec<Rule>,
    plans: Vec<Plan>,
    /// The background as sheets.
    background: Vec<Sheet>,
    /// Tables of the first trees.
    kept: Vec<Tables<f64>>,
    /// Of the next trees, the shares that their tables follow from, see [`Interventional::shares`].
    shares: Vec<Vec<Vec<f64>>>,
}

impl Prepared {
    /// True if the tables answer for every leaf, so that they know the margins, too, to the same bits.
    fn in_tables(&self, model: &Ensemble) -> bool {
        self.plans.iter().zip(model.trees()).all(|(plan, tree)| !plan.open && tree.n_nodes() > 1)
    }
}

/// Rows of a sheet.
const TOGETHER: usize = 16 * ROWS;

/// Sums for so many rows, by sheet.
fn sums_of(n_rows: usize, n_columns: usize) -> Vec<Sums<f64>> {
    let of_sheet = |from: usize| Sums::new(n_columns, (n_rows - from).min(TOGETHER).div_ceil(ROWS));
    (0..n_rows).step_by(TOGETHER).map(of_sheet).collect()
}

/// Adds what leaves give to the φ of one row.
struct ToRow<'a> {
    tree: &'a Tree,
    /// Entry of the leaf vectors, or all.
    entry: Option<usize>,
    n_outputs: usize,
    /// Its place in the sums.
    x: usize,
    sums: &'a mut Sums<f64>,
}

impl Gain for ToRow<'_> {
    const PAIRS: bool = false;

    fn single(&mut self, leaf: usize, row: u32, share: f64) {
        let Node::Leaf { values } = self.tree.node(leaf) else { return };
        let first = self.tree.output().map_or(0, OutputId::index);
        for (e, value) in values.iter().enumerate().filter(|(e, _)| self.entry.is_none_or(|only| only == *e))
        {
            let column = row as usize * self.n_outputs + first + e;
            self.sums.add(self.x, column, self.tree.weight() * value * share);
        }
    }

    fn pair(&mut self, _: usize, _: [u32; 2], _: f64) {}
}

impl Interventional {
    /// Prepares a model and a background laid out `[row][feature]` (NaN = missing); what follows the last whole row is
    /// ignored.
    ///
    /// Time: linear in nodes × background rows, plus k² 2ᵏ for a leaf with k distinct features on its path, if k is at most
    /// 12, or 14 for 2,000 background rows and more.
    /// Memory: the background, at most 128 MB of tables and 64 MB of what further tables are made from.
    ///
    /// # Errors
    /// [`ExplainError::TooWide`], [`ExplainError::NoBackground`].
    pub fn new(model: &Ensemble, background: &[f64]) -> Result<Self, ExplainError> {
        let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
        if n_features.saturating_mul(n_outputs) > MAX_PER_ROW {
            return Err(ExplainError::TooWide { n_features, n_outputs });
        }
        let n_background = background.len() / n_features.max(1);
        if n_background == 0 {
            return Err(ExplainError::NoBackground);
        }
        let cut = if n_background < LARGE.0 { CUT } else { LARGE.1 };
        Ok(Self::with_cut(model, background, cut))
    }

    /// With trees cut so.
    fn with_cut(model: &Ensemble, background: &[f64], cut: Cut) -> Self {
        let n_features = model.n_features();
        let n_background = background.len() / n_features;
        let background = background[..n_background * n_features].to_vec();
        let channels = Channels::new(model);
        let prepared = Codes::new(model, channels.clone()).map(|codes| {
            let plan = |(t, tree)| Plan::new(t, tree, &codes, cut);
            let plans = model.trees().iter().enumerate().map(plan).collect();
            let background =
                background.chunks(TOGETHER * n_features).map(|rows| codes.sheet(rows, n_features)).collect();
            Prepared {
                codes,
                rules: Rule::up_to(cut.leaf.div_ceil(2).max(1)),
                plans,
                background,
                kept: Vec::new(),
                shares: Vec::new(),
            }
        });
        let mut whole = Interventional {
            model: model.clone(),
            background,
            background_margins: OnceLock::new(),
            base_values: Vec::new(),
            channels,
            prepared,
            weights: Weights::new(),
        };
        whole.base_values = match whole.keep([MAX_KEPT, MAX_SHARES]) {
            Some(mean) => mean,
            None => whole.mean_margin(),
        };
        whole
    }

    /// Makes the tables of as many trees as may be kept, and then shares. If all tables are kept, returns the mean margin of the background,
    /// which then follows from the numbers of its rows with each pattern; walking them down every tree takes longer
    /// than the tables.
    fn keep(&mut self, [most_kept, most_shares]: [usize; 2]) -> Option<Vec<f64>> {
        let mut prepared = self.prepared.take()?;
        let (mut scratch, mut n_kept, mut n_shares) = (Scratch::default(), 0, 0);
        let mut mean = self.model.base_margin().to_vec();
        for (plan, tree) in prepared.plans.iter().zip(self.model.trees()) {
            n_kept +=
                plan.table_size(if tree.output().is_some() { 1 } else { self.model.n_outputs() }, f64::LANES);
            if n_kept <= most_kept {
                let shares = self.shares(&prepared, plan, tree);
                let tables = self.tables(&prepared, plan, tree, &shares, &mut scratch);
                tables.add_mean(plan, &shares, &mut mean);
                prepared.kept.push(tables);
                continue;
            }
            n_shares += plan.units.iter().map(|unit| 1 << unit.n_bits).sum::<usize>();
            if n_shares > most_shares {
                break;
            }
            let shares = self.shares(&prepared, plan, tree);
            prepared.shares.push(shares);
        }
        let whole = prepared.in_tables(&self.model) && prepared.kept.len() == prepared.plans.len();
        self.prepared = Some(prepared);
        whole.then_some(mean)
    }

    /// Mean margin of the background, by walking.
    fn mean_margin(&self) -> Vec<f64> {
        let (n_outputs, margins) = (self.model.n_outputs(), self.background_margins());
        let mean =
            |k: usize| margins.iter().skip(k).step_by(n_outputs).sum::<f64>() / self.n_background() as f64;
        (0..n_outputs).map(mean).collect()
    }

    /// Margins of the background, `[row][output]`.
    fn background_margins(&self) -> &[f64] {
        self.background_margins.get_or_init(|| self.model.margins(&self.background))
    }

    /// The model that is explained.
    pub fn model(&self) -> &Ensemble {
        &self.model
    }

    /// Rows of the background.
    pub fn n_background(&self) -> usize {
        self.background.len() / self.model.n_features().max(1)
    }

    /// Mean margin of the background, `[output]`.
    pub fn base_values(&self) -> &[f64] {
        &self.base_values
    }

    /// Explains the margin of rows given row-major `[row][feature]`; what follows the last whole row is ignored.
    ///
    /// Callers with many rows pass them in chunks, in any split, and get the same bits.
    pub fn explain(&self, rows: &[f64]) -> Attributions {
        let (n_features, n_outputs) = (self.model.n_features(), self.model.n_outputs());
        let n_rows = rows.len() / n_features.max(1);
        let n_columns = self.channels.used().len() * n_outputs;
        let mut sums = sums_of(n_rows, n_columns);
        let share = vec![1.0 / self.n_background() as f64; self.n_background()];
        let mut sheets = self.prepared.as_ref().map(|p| -> Vec<Sheet> {
            let sheets = rows[..n_rows * n_features].chunks(TOGETHER * n_features);
            sheets.map(|rows| p.codes.sheet(rows, n_features)).collect()
        });
        let by_tables = self.prepared.as_ref().is_some_and(|p| p.in_tables(&self.model));
        let mut margin = match by_tables {
            true => self.model.base_margin().repeat(n_rows),
            false => self.model.margins(rows),
        };
        let (mut reading, mut scratch, mut memory) =
            (table::Memory::default(), Scratch::default(), Memory::default());
        for (t, tree) in self.model.trees().iter().enumerate().filter(|(_, tree)| tree.n_nodes() > 1) {
            let mut plan = None;
            if let (Some(prepared), Some(sheets)) = (&self.prepared, &mut sheets) {
                let of_tree = &prepared.plans[t];
                let made;
                let tables = match prepared.kept.get(t) {
                    Some(kept) => kept,
                    None => {
                        let counted;
                        let shares = match prepared.shares.get(t - prepared.kept.len()) {
                            Some(shares) => shares,
                            None => {
                                counted = self.shares(prepared, of_tree, tree);
                                &counted
                            }
                        };
                        made = self.tables(prepared, of_tree, tree, shares, &mut scratch);
                        &made
                    }
                };
                let mut margins = margin.chunks_mut(TOGETHER * n_outputs);
                let rows = rows.chunks(TOGETHER * n_features);
                for ((sheet, rows), sums) in sheets.iter_mut().zip(rows).zip(&mut sums) {
                    prepared.codes.fill_categorical(tree, of_tree, rows, n_features, sheet);
                    let margins = margins.next().filter(|_| by_tables).unwrap_or_default();
                    tables.read(of_tree, sheet, &mut reading, sums, margins, n_outputs);
                }
                plan = Some(of_tree);
            }
            if plan.is_none_or(|p| p.open) {
                let without = plan.map_or(&[][..], |p| &p.roots);
                self.compare(tree, without, rows, &mut memory, |compared, decisions, memory| {
                    for r in 0..n_rows {
                        let (x, sums) = (r % TOGETHER, &mut sums[r / TOGETHER]);
                        let mut gain = ToRow { tree, entry: None, n_outputs, x, sums };
                        compared.walk(decisions, r, &share, self.channels.used().len(), memory, &mut gain);
                    }
                });
            }
        }
        let mut values = vec![0.0; n_rows * n_features * n_outputs];
        self.add_sums(&sums, &mut values);
        Attributions { n_rows, n_features, n_outputs, values, margin, base_values: self.base_values.clone() }
    }

    /// Adds the sums of rows to φ laid out `[row][feature][output]`.
    fn add_sums(&self, sums: &[Sums<f64>], values: &mut [f64]) {
        let n_outputs = self.model.n_outputs();
        let row_width = self.model.n_features() * n_outputs;
        for (sums, values) in sums.iter().zip(values.chunks_mut((TOGETHER * row_width).max(1))) {
            sums.add_to(&self.channels, row_width, n_outputs, values);
        }
    }

    /// The inputs as trees compare them.
    pub(super) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Compares each of the rows with the whole background in one tree.
    pub(super) fn walk_rows<G: Gain>(&self, tree: &Tree, rows: &[f64], gain: &mut G) {
        let n_rows = rows.len() / self.model.n_features().max(1);
        let share = vec![1.0 / self.n_background() as f64; self.n_background()];
        self.compare(tree, &[], rows, &mut Memory::default(), |compared, decisions, memory| {
            for r in 0..n_rows {
                gain.start(r);
                compared.walk(decisions, r, &share, self.channels.used().len(), memory, gain);
            }
        });
    }

    /// Calls `run` with a tree ready for walking and the decisions of rows in it.
    fn compare(
        &self,
        tree: &Tree,
        without: &[usize],
        rows: &[f64],
        memory: &mut Memory,
        run: impl FnOnce(&Compared<'_>, &Decisions, &mut Memory),
    ) {
        let (cast, n_features) = (self.model.cast(), self.model.n_features());
        let background = Decisions::new(tree, cast, &self.background, n_features);
        let decisions = Decisions::new(tree, cast, rows, n_features);
        let row_of = |feature: usize| self.channels.row(crate::ids::FeatureId::of(feature));
        let compared =
            Compared { tree, row_of: &row_of, background: &background, weights: &self.weights, without };
        run(&compared, &decisions, memory);
    }

    /// The share of the background rows that have each pattern in each unit.
    fn shares(&self, prepared: &Prepared, plan: &Plan, tree: &Tree) -> Vec<Vec<f64>> {
        let n_features = self.model.n_features();
        let mut shares: Vec<Vec<f64>> = plan.units.iter().map(|u| vec![0.0; 1 << u.n_bits]).collect();
        let (mut patterns, one) = (Patterns::new(), 1.0 / self.n_background() as f64);
        for (sheet, rows) in prepared.background.iter().zip(self.background.chunks(TOGETHER * n_features)) {
            let mut count = |sheet: &Sheet| {
                table::each_unit(Plain, plan, sheet, &mut patterns, |u, _, patterns| {
                    let patterns: &[u16] = bytemuck::cast_slice(patterns);
                    patterns[..sheet.n_rows].iter().for_each(|&m| shares[u][m as usize] += 1.0);
                });
            };
            if plan.is_categorical() {
                let mut sheet = sheet.clone();
                prepared.codes.fill_categorical(tree, plan, rows, n_features, &mut sheet);
                count(&sheet);
            } else {
                count(sheet);
            }
        }
        shares.iter_mut().flatten().for_each(|share| *share *= one);
        shares
    }

    /// The tables of a tree that follow from the shares.
    fn tables(
        &self,
        prepared: &Prepared,
        plan: &Plan,
        tree: &Tree,
        shares: &[Vec<f64>],
        scratch: &mut Scratch,
    ) -> Tables<f64> {
        let mut of_leaf = Vec::new();
        Tables::new(plan, tree, self.model.n_outputs(), scratch, |unit, of_path, patterns, out, more| {
            of_leaf.clear();
            of_leaf.resize(1 << of_path.len(), 0.0);
            for (&pattern, share) in patterns.iter().zip(&shares[unit]) {
                of_leaf[pattern as usize] += share;
            }
            table::by_background(of_path.len(), &of_leaf, &prepared.rules, out, more);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_between_calls_does_not_change_a_bit() {
        let bytes = include_bytes!("../../../public/studies/pbc/model.json");
        let model = crate::ensemble::read(bytes).expect("it is a model").value;
        let mut rng = crate::math::Rng::new(5);
        let mut rows =
            |n: usize| -> Vec<f64> { (0..n * model.n_features()).map(|_| 200.0 * rng.uniform()).collect() };
        let (background, rows) = (rows(70), rows(5));
        let mut explainer = Interventional::new(&model, &background).expect("it is no wide model");
        let expected = explainer.explain(&rows);
        for most in [[0, 0], [0, usize::MAX], [3_000, 0], [3_000, 1_000], [3_000, usize::MAX]] {
            let prepared = explainer.prepared.as_mut().expect("tables answer for it");
            prepared.kept.clear();
            prepared.shares.clear();
            explainer.keep(most);
            let prepared = explainer.prepared.as_ref().expect("it is put back");
            assert_eq!(prepared.kept.is_empty(), most[0] == 0);
            assert_eq!(prepared.shares.is_empty(), most[1] == 0);
            assert!(prepared.kept.len() < prepared.plans.len());
            assert_eq!(explainer.explain(&rows).values, expected.values, "{most:?}");
        }
    }
}
