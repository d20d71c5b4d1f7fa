//! Path-dependent SHAP values by whichever engine is faster, tree by tree.
//!
//! FLOW costs the same for every row; TABLE has its tables to make first and is faster from then on. Which one a tree
//! gets is settled once, from the model, the number of rows in all and the precision: not by the clock, and not by how
//! the rows come in chunks or how many threads there are. So a run gives the same bits everywhere, however it is split.
//! Both engines are exact; between them, or between runs of other sizes, last bits may differ (by about 1e-15 of the
//! margin in f64).

use super::flow::Flow;
use super::quadrature::Rule;
use super::table::{Codes, Cut, Memory, Number, Plan, ROWS, Scratch, Sheet, Sums, Tables};
use super::{Attributions, ExplainError};
use crate::ensemble::Ensemble;

/// How many bits the sums of a table have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Precision {
    /// f64: within 1e-12 of the definition, relative to the size of the margin.
    #[default]
    F64,
    /// Tables and the sums of 64 trees at a time in f32: within 5e-6, faster for many rows. Trees that no table takes
    /// are explained in f64.
    F32,
}

impl Precision {
    /// `f64` or `f32`.
    pub fn word(self) -> &'static str {
        match self {
            Precision::F64 => "f64",
            Precision::F32 => "f32",
        }
    }
}

/// Subtrees up to 7 bits are one unit; a leaf may have up to 10.
const CUT: Cut = Cut { merge: 7, leaf: 10 };
/// Rows below which no table pays, and none is thought about.
const FEWEST: usize = 128;
/// Most bytes of tables: 192 MB.
const MAX_BYTES: usize = 192 << 20;
/// Trees whose f32 sums are added up before they go into f64.
const GROUP: usize = 64;
/// Parts of a sheet at most, for 8 MB of sums and 1 MB of patterns; no power of two, for columns so far apart would meet in
/// the same places of a cache.
const MOST_PARTS: usize = 63;
const MAX_SUMS: usize = 8 << 20;
const MAX_PATTERNS: usize = 1 << 20;

/// A model prepared for explaining a known number of rows.
#[derive(Clone, Debug)]
pub struct Engine {
    flow: Flow,
    table: Option<Table>,
}

#[derive(Clone, Debug)]
struct Table {
    codes: Codes,
    trees: Trees,
    /// Rows of a sheet.
    n_together: usize,
}

/// The trees that are read from tables.
#[derive(Clone, Debug)]
enum Trees {
    F64(Vec<(Plan, Tables<f64>)>),
    F32(Vec<(Plan, Tables<f32>)>),
}

impl Engine {
    /// Prepares a model for explaining `n_rows` rows in all.
    ///
    /// Time: that of [`Flow::new`], and of the tables where they pay. Memory: at most 192 MB of tables.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn new(model: &Ensemble, n_rows: usize, precision: Precision) -> Result<Self, ExplainError> {
        if !model.has_cover() {
            return Err(ExplainError::NoCover);
        }
        if n_rows < FEWEST {
            return Ok(Engine { flow: Flow::new(model)?, table: None });
        }
        let bare = Flow::with(model, Rule::up_to(1), |_| false)?;
        let plans = Codes::new(model, bare.channels().clone()).map(|codes| {
            let plans = table_trees(model, &codes, n_rows, precision);
            (codes, plans)
        });
        let Some((codes, plans)) = plans.filter(|(_, plans)| !plans.is_empty()) else {
            return Ok(Engine { flow: Flow::new(model)?, table: None });
        };
        let rules = Rule::up_to(super::flow::MAX_POINTS);
        let in_table: Vec<usize> = plans.iter().map(|p| p.tree).collect();
        let flow = Flow::with(model, rules.clone(), |t| in_table.binary_search(&t).is_err())?;
        let n_levels = plans.iter().map(|p| p.n_levels).max().unwrap_or_default();
        let of_part = [
            (MAX_SUMS, flow.channels().used().len() * model.n_outputs() * Sums::<f64>::BYTES),
            (MAX_PATTERNS, (n_levels + 2) * 2 * ROWS),
        ];
        let n_parts =
            of_part.map(|(most, bytes)| most / bytes.max(1)).into_iter().fold(MOST_PARTS, usize::min);
        let trees = match precision {
            Precision::F64 => Trees::F64(tables(model, plans, &rules)),
            Precision::F32 => Trees::F32(tables(model, plans, &rules)),
        };
        let n_together = n_parts.max(1) * ROWS;
        Ok(Engine { flow, table: Some(Table { codes, trees, n_together }) })
    }

    /// The model that is explained.
    pub fn model(&self) -> &Ensemble {
        self.flow.model()
    }

    /// Expected margin, `[output]`.
    pub fn base_values(&self) -> &[f64] {
        self.flow.base_values()
    }

    /// Trees that are read from tables.
    pub fn n_table_trees(&self) -> usize {
        self.table.as_ref().map_or(0, |t| match &t.trees {
            Trees::F64(trees) => trees.len(),
            Trees::F32(trees) => trees.len(),
        })
    }

    /// Loads of vectors that a row takes in the tables: those of the lines, and those of the sums, which stand in vectors of
    /// 32 bytes. For the distance from what a processor can do at most.
    pub fn loads(&self) -> f64 {
        self.table.as_ref().map_or(0.0, |t| match &t.trees {
            Trees::F64(trees) => trees.iter().map(|(_, tables)| tables.loads()).sum(),
            Trees::F32(trees) => trees.iter().map(|(_, tables)| tables.loads()).sum(),
        })
    }

    /// Explains rows given row-major `[row][feature]`; what follows the last whole row is ignored.
    ///
    /// Callers with many rows pass them in chunks, in any split, and get the same bits.
    pub fn explain(&self, rows: &[f64]) -> Attributions {
        let Some(table) = &self.table else { return self.flow.explain(rows) };
        let model = self.flow.model();
        // Where tables have all trees, they know the margins, too, to the same bits.
        let all = self.n_table_trees() == model.trees().len();
        let mut explained = self.flow.explain_with(rows, !all);
        let (n_features, n_outputs) = (explained.n_features, explained.n_outputs);
        let (row_width, n_together) = (n_features * n_outputs, table.n_together);
        let sheets = rows[..explained.n_rows * n_features].chunks(n_together * n_features);
        let mut margins = explained.margin.chunks_mut(n_together * n_outputs);
        for (rows, values) in sheets.zip(explained.values.chunks_mut(n_together * row_width)) {
            let margins = margins.next().filter(|_| all).unwrap_or_default();
            let sums = table.sums(model, rows, margins, n_outputs);
            sums.add_to(self.flow.channels(), row_width, n_outputs, values);
        }
        explained
    }
}

impl Table {
    /// φ of the rows of a sheet. Adds to their margins, `[row][output]`, unless that is empty.
    fn sums(&self, model: &Ensemble, rows: &[f64], margins: &mut [f64], n_outputs: usize) -> Sums<f64> {
        let n_columns = self.codes.channels().used().len() * n_outputs;
        let mut sheet = self.codes.sheet(rows, model.n_features());
        let mut sums = Sums::new(n_columns, sheet.n_parts);
        let mut memory = Memory::default();
        match &self.trees {
            Trees::F64(trees) => {
                for (plan, tables) in trees {
                    self.fill(model, plan, rows, &mut sheet);
                    tables.read(plan, &sheet, &mut memory, &mut sums, margins, n_outputs);
                }
            }
            Trees::F32(trees) => {
                let mut narrow = Sums::new(n_columns, sheet.n_parts);
                for trees in trees.chunks(GROUP) {
                    for (plan, tables) in trees {
                        self.fill(model, plan, rows, &mut sheet);
                        tables.read(plan, &sheet, &mut memory, &mut narrow, margins, n_outputs);
                    }
                    sums.take(&mut narrow);
                }
            }
        }
        sums
    }

    /// Writes the categorical splits of a tree into a sheet.
    fn fill(&self, model: &Ensemble, plan: &Plan, rows: &[f64], sheet: &mut Sheet) {
        if plan.is_categorical() {
            self.codes.fill_categorical(&model.trees()[plan.tree], plan, rows, model.n_features(), sheet);
        }
    }
}

/// Makes the tables of the trees.
fn tables<N: Number>(model: &Ensemble, plans: Vec<Plan>, rules: &[Rule]) -> Vec<(Plan, Tables<N>)> {
    let mut scratch = Scratch::default();
    let made = |plan: Plan| {
        let tables =
            Tables::by_cover(&plan, &model.trees()[plan.tree], model.n_outputs(), rules, &mut scratch);
        (plan, tables)
    };
    plans.into_iter().map(made).collect()
}

/// The trees for which tables pay, in their order, as many as the memory takes.
fn table_trees(model: &Ensemble, codes: &Codes, n_rows: usize, precision: Precision) -> Vec<Plan> {
    let (lanes, size) = match precision {
        Precision::F64 => (f64::LANES, size_of::<f64>()),
        Precision::F32 => (f32::LANES, size_of::<f32>()),
    };
    let mut bytes = 0;
    let trees = model.trees().iter().enumerate().filter(|(_, tree)| tree.n_nodes() > 1);
    trees
        .filter_map(|(t, tree)| {
            let n_entries = if tree.output().is_some() { 1 } else { model.n_outputs() };
            let plan = Plan::new(t, tree, codes, CUT);
            if plan.open || !pays(&plan, tree.n_leaves() - 1, n_entries, n_rows, precision) {
                return None;
            }
            let of_tree = plan.table_size(n_entries, lanes) * size;
            if bytes + of_tree > MAX_BYTES {
                return None;
            }
            bytes += of_tree;
            Some(plan)
        })
        .collect()
}

/// Nanoseconds, measured natively on 500 trees of depth 6; only their ratios matter.
mod cost {
    /// FLOW, per row, inner node and point.
    pub(super) const NODE: f64 = 0.85;
    /// Reading a number of a line, in f64 and f32.
    pub(super) const READ: [f64; 2] = [0.42, 0.32];
    /// A comparison, per row.
    pub(super) const TEST: f64 = 0.5;
    /// Making a leaf's table, per point, pattern and feature.
    pub(super) const LEAF: f64 = 0.4;
    /// Adding it to that of its unit, per pattern and feature.
    pub(super) const UNIT: f64 = 1.2;
}

/// True if tables are faster for so many rows.
fn pays(plan: &Plan, n_inner: usize, n_entries: usize, n_rows: usize, precision: Precision) -> bool {
    let per_number = cost::READ[usize::from(precision == Precision::F32)];
    let n_distinct =
        plan.units.iter().flat_map(|u| &u.leaves).map(|l| l.factors.len()).max().unwrap_or_default();
    let (read, make) = plan.units.iter().fold((0.0, 0.0), |(read, make), unit| {
        let factors = unit.leaves.iter().map(|l| l.factors.len());
        let leaf = |k: usize| {
            let points = k.div_ceil(2) as f64;
            cost::LEAF * points * (k << k) as f64 + cost::UNIT * ((k * n_entries) << unit.n_bits) as f64
        };
        (read + per_number * (unit.columns.len() * n_entries) as f64, make + factors.map(leaf).sum::<f64>())
    });
    let rows = n_rows as f64;
    let by_flow = cost::NODE * rows * (n_inner * n_distinct.div_ceil(2) * n_entries) as f64;
    let by_table = rows * (read + cost::TEST * n_inner as f64) + make;
    by_table < by_flow
}
