//! The patients as a table: which columns it has, what a cell says, and in which order the rows come.

use super::words::{column_label, outcomes_of};
use super::{cluster_names, unit_text};
use crate::dataset::Values;
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::plot::chart::Table;
use crate::plot::number::{plain, signed};
use crate::session::Analysis;
use crate::study::ColumnRole;
use std::cmp::Ordering;
use std::sync::Arc;

/// Biomarkers that have columns: more would be a sheet to get lost in.
const FEATURES: usize = 12;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatientColumn {
    /// The patient.
    Id,
    /// The model's margin.
    Prediction,
    /// What happened.
    Outcome,
    /// The cluster.
    Subgroup,
    /// A column of the table that the model does not use.
    Covariate(usize),
    /// A measured value.
    Value(FeatureId),
    /// The SHAP value of a measured value.
    Shap(FeatureId),
}

/// What the table of an analysis is read from.
pub struct PatientSheet {
    a: Arc<Analysis>,
    /// What happened to each explained patient.
    outcomes: Vec<Option<String>>,
    clusters: Vec<String>,
}

impl PatientSheet {
    /// The sheet of an analysis.
    pub fn new(a: Arc<Analysis>) -> Self {
        let outcomes = outcomes_of(&a.study, &a.rows);
        let clusters = cluster_names(&a.insight.clusters);
        PatientSheet { a, outcomes, clusters }
    }

    /// The columns for these biomarkers: what a patient is, what else is known, then value and SHAP value of each.
    pub fn columns(&self, features: &[FeatureId]) -> Vec<PatientColumn> {
        let has_outcome = self.outcomes.iter().any(Option::is_some);
        let mut columns = vec![PatientColumn::Id, PatientColumn::Prediction];
        columns.extend(has_outcome.then_some(PatientColumn::Outcome));
        columns.extend((self.clusters.len() > 1).then_some(PatientColumn::Subgroup));
        let roles = self.a.study.roles.iter().enumerate();
        columns.extend(
            roles.filter(|(_, r)| **r == ColumnRole::Covariate).map(|(c, _)| PatientColumn::Covariate(c)),
        );
        let shown = features.iter().take(FEATURES);
        columns.extend(shown.flat_map(|&f| [PatientColumn::Value(f), PatientColumn::Shap(f)]));
        columns
    }

    /// What stands above a column.
    pub fn head(&self, column: PatientColumn) -> String {
        let study = &self.a.study;
        match column {
            PatientColumn::Id => "Patient".into(),
            PatientColumn::Prediction => format!("Prediction, {}", study.model.scale.margin),
            PatientColumn::Outcome => "Outcome".into(),
            PatientColumn::Subgroup => "Subgroup".into(),
            PatientColumn::Covariate(c) => column_label(study, c),
            PatientColumn::Value(f) => match unit_text(study, f) {
                unit if unit.is_empty() => study.label(f).to_string(),
                unit => format!("{}, {unit}", study.label(f)),
            },
            PatientColumn::Shap(f) => format!("SHAP {}", study.label(f)),
        }
    }

    /// True if a column's cells are numbers.
    pub fn is_number(&self, column: PatientColumn) -> bool {
        match column {
            PatientColumn::Id | PatientColumn::Outcome | PatientColumn::Subgroup => false,
            PatientColumn::Prediction | PatientColumn::Shap(_) => true,
            PatientColumn::Covariate(c) => matches!(self.values(c), Some(Values::Numbers(_))),
            PatientColumn::Value(f) => !self.a.study.model.features[f.index()].categorical,
        }
    }

    /// What a column says of explained patient `i`: `missing` for a value that was not measured.
    pub fn cell(&self, column: PatientColumn, i: usize) -> String {
        let (a, row) = (&self.a, self.a.rows[i]);
        match column {
            PatientColumn::Id => a.study.patient_id(row),
            PatientColumn::Prediction => signed(a.margin(row), 3),
            PatientColumn::Outcome => self.outcomes[i].clone().unwrap_or_else(|| "unknown".into()),
            PatientColumn::Covariate(c) => match self.values(c) {
                Some(Values::Numbers(x)) if !x[row.index()].is_nan() => plain(x[row.index()]),
                _ => self.text(column, i).unwrap_or_else(|| "missing".into()),
            },
            PatientColumn::Subgroup => {
                let cluster = a.insight.clusters.labels.get(i).map(|&c| c as usize);
                cluster.and_then(|c| self.clusters.get(c).cloned()).unwrap_or_default()
            }
            PatientColumn::Value(f) => a.study.value_text(f, row).unwrap_or_else(|| "missing".into()),
            PatientColumn::Shap(f) => signed(a.phi(i, f), 3),
        }
    }

    fn values(&self, c: usize) -> Option<&Values> {
        self.a.study.data.columns().get(c).map(|column| &column.values)
    }

    /// A text to sort by; None for what is missing.
    fn text(&self, column: PatientColumn, i: usize) -> Option<String> {
        match column {
            PatientColumn::Outcome => self.outcomes[i].clone(),
            PatientColumn::Covariate(c) => match self.values(c)? {
                Values::Levels { codes, levels } => {
                    levels.get(*codes.get(self.a.rows[i].index())? as usize).cloned()
                }
                Values::Numbers(_) => None,
            },
            _ => None,
        }
    }

    /// A number to sort by, NaN for what is missing; None where texts are sorted.
    fn key(&self, column: PatientColumn, i: usize) -> Option<f64> {
        let a = &self.a;
        match column {
            PatientColumn::Prediction => Some(a.margin(a.rows[i])),
            PatientColumn::Shap(f) => Some(a.phi(i, f)),
            PatientColumn::Value(f) => Some(a.study.value(f, a.rows[i])),
            PatientColumn::Subgroup => a.insight.clusters.labels.get(i).map(|&c| f64::from(c)),
            PatientColumn::Covariate(c) => match self.values(c)? {
                Values::Numbers(x) => x.get(a.rows[i].index()).copied(),
                Values::Levels { .. } => None,
            },
            PatientColumn::Id | PatientColumn::Outcome => None,
        }
    }

    /// Positions of the patients that are kept and whose id contains `query`, sorted by a column; missing values last
    /// either way, equal ones in file order. Ids sort as the file lists them.
    pub fn order(
        &self,
        column: PatientColumn,
        descending: bool,
        query: &str,
        keep: Option<&[bool]>,
    ) -> Vec<u32> {
        let a = &self.a;
        let query = query.trim().to_lowercase();
        let shown = |&i: &u32| {
            let i = i as usize;
            keep.is_none_or(|k| k[i])
                && (query.is_empty() || a.study.patient_id(a.rows[i]).to_lowercase().contains(&query))
        };
        let mut order: Vec<u32> = (0..a.rows.len() as u32).filter(shown).collect();
        let turned = |o: Ordering| if descending { o.reverse() } else { o };
        let numbers: Option<Vec<f64>> = order.iter().map(|&i| self.key(column, i as usize)).collect();
        if column == PatientColumn::Id {
            if descending {
                order.reverse();
            }
        } else if let Some(keys) = numbers {
            let mut pairs: Vec<(f64, u32)> = keys.into_iter().zip(order).collect();
            pairs.order_by(|(x, _), (y, _)| x.is_nan().cmp(&y.is_nan()).then_with(|| turned(x.total_cmp(y))));
            order = pairs.into_iter().map(|(_, i)| i).collect();
        } else {
            let mut pairs: Vec<(Option<String>, u32)> =
                order.into_iter().map(|i| (self.text(column, i as usize), i)).collect();
            pairs.order_by(|(x, _), (y, _)| x.is_none().cmp(&y.is_none()).then_with(|| turned(x.cmp(y))));
            order = pairs.into_iter().map(|(_, i)| i).collect();
        }
        order
    }

    /// These patients and columns as text, to take away.
    pub fn table(&self, columns: &[PatientColumn], order: &[u32]) -> Table {
        Table {
            header: columns.iter().map(|c| self.head(*c)).collect(),
            rows: order
                .iter()
                .map(|&i| columns.iter().map(|c| self.cell(*c, i as usize)).collect())
                .collect(),
        }
    }
}

/// The patients chosen by hand, with `row` put in or taken out.
pub fn toggled(chosen: &[RowId], row: RowId) -> Vec<RowId> {
    let mut rows = chosen.to_vec();
    match rows.binary_search(&row) {
        Ok(at) => {
            rows.remove(at);
        }
        Err(at) => rows.insert(at, row),
    }
    rows
}
