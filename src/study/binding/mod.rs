//! Which column feeds which feature, and how a level text becomes the code the trees know.

mod decode;
mod names;
mod stream;

pub(super) use names::{Match, exact_columns, match_names};

pub use stream::{RowBinding, Seen};

use super::{Manifest, StudyError, roles, text};
use crate::Parsed;
use crate::dataset::{Dataset, Values};
use crate::ensemble::Summary;
use crate::ids::{FeatureId, RowId};
use decode::Decode;
use serde::{Deserialize, Serialize};

/// Significant digits of a value that is shown.
const DIGITS: usize = 4;

/// The binding of a table to a model's features. It holds one small entry per feature and no patient; like
/// [`Summary`] it is its own twin for worker messages.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Binding {
    /// One per feature, in model order.
    inputs: Vec<Input>,
    positional: bool,
}

/// Where one feature's values come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    column: u32,
    decode: Decode,
}

/// Binds by name, whatever the order of the columns; a model that stores no names is bound by position, with a
/// warning.
///
/// # Errors
/// Missing, ambiguous or unusable columns, each named; a text where a number is needed, an unseen level: with row.
pub fn bind(model: &Summary, data: &Dataset) -> Result<Parsed<Binding>, StudyError> {
    bind_with(model, data, &Manifest::default())
}

/// [`bind`], where the manifest says which columns are not features; it matters for models without names.
///
/// # Errors
/// As [`bind`].
pub fn bind_with(
    model: &Summary,
    data: &Dataset,
    manifest: &Manifest,
) -> Result<Parsed<Binding>, StudyError> {
    match match_names(model, data)? {
        Match::Names(columns) => bind_columns(model, data, &columns),
        Match::Nameless => bind_in_order(model, data, manifest),
    }
}

/// Binds feature f to column `columns[f]`, as a person has chosen.
///
/// # Errors
/// [`StudyError::MissingColumns`] for features without an entry or with one outside the table; cells as in [`bind`].
pub fn bind_columns(
    model: &Summary,
    data: &Dataset,
    columns: &[usize],
) -> Result<Parsed<Binding>, StudyError> {
    let mut warnings = Vec::new();
    let mut inputs = Vec::with_capacity(model.features.len());
    let mut missing = Vec::new();
    for (f, feature) in model.features.iter().enumerate() {
        let Some((c, column)) = columns.get(f).and_then(|&c| data.columns().get(c).map(|column| (c, column)))
        else {
            missing.push(feature.name.clone());
            continue;
        };
        let decode = decode::decode(feature, column, &mut warnings)?;
        inputs.push(Input { column: c as u32, decode });
    }
    if !missing.is_empty() {
        let unused = (0..data.columns().len()).filter(|c| !columns.contains(c));
        let unused = unused.map(|c| data.columns()[c].name.clone()).collect();
        return Err(StudyError::MissingColumns { missing, unused, near: Vec::new() });
    }
    let binding = Binding { inputs, positional: false };
    if model.refuses_missing {
        binding.complete(model, data)?;
    }
    Ok(Parsed { value: binding, warnings })
}

/// Binds the columns that have no other role, in file order.
fn bind_in_order(
    model: &Summary,
    data: &Dataset,
    manifest: &Manifest,
) -> Result<Parsed<Binding>, StudyError> {
    let n_features = model.features.len();
    let columns = roles::columns_left(model, data, manifest);
    let name = |c: &usize| data.columns()[*c].name.as_str();
    if columns.len() != n_features {
        let columns = columns.iter().map(|c| name(c).to_owned()).collect();
        return Err(StudyError::PositionCount { n_features, columns });
    }
    let mut bound = bind_columns(model, data, &columns)?;
    bound.value.positional = true;
    if let (Some(first), Some(last)) = (columns.first(), columns.last()) {
        bound.warnings.insert(
            0,
            format!(
                "The model stores no feature names: {} in file order, from “{}” to “{}”. Check the order.",
                text::of(n_features, "column was taken", "columns were taken"),
                name(first),
                name(last),
            ),
        );
    }
    Ok(bound)
}

impl Binding {
    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.inputs.len()
    }

    /// True if columns were taken in file order because the model stores no names.
    pub fn positional(&self) -> bool {
        self.positional
    }

    /// Column that feeds a feature.
    pub fn column(&self, feature: FeatureId) -> usize {
        self.inputs[feature.index()].column as usize
    }

    /// Column of every feature, in model order.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().map(|input| input.column as usize)
    }

    /// Feature that a column feeds, if any.
    pub fn feature_of(&self, column: usize) -> Option<FeatureId> {
        self.inputs.iter().position(|input| input.column as usize == column).map(FeatureId::of)
    }

    /// Checks that no value is missing that the trees ask for.
    fn complete(&self, model: &Summary, data: &Dataset) -> Result<(), StudyError> {
        let (mut first, mut n) = (None, 0);
        for (feature, column) in model.features.iter().zip(self.columns()) {
            let column = &data.columns()[column];
            if feature.n_splits > 0 {
                for row in (0..data.n_rows()).filter(|&row| column.is_missing(row)) {
                    first.get_or_insert((column.name.clone(), row + 2));
                    n += 1;
                }
            }
        }
        match first {
            Some((column, row)) => Err(StudyError::Missing { column, row, n }),
            None => Ok(()),
        }
    }

    /// The model's input: number or level code, NaN if missing.
    pub fn value(&self, data: &Dataset, feature: FeatureId, row: RowId) -> f64 {
        let input = &self.inputs[feature.index()];
        input.decode.value(&data.columns()[input.column as usize].values, row.index())
    }

    /// The cell as a person reads it: at most 4 significant digits, or the level; None if missing.
    pub fn text(&self, data: &Dataset, feature: FeatureId, row: RowId) -> Option<String> {
        match &data.columns()[self.column(feature)].values {
            Values::Numbers(x) => {
                x.get(row.index()).filter(|x| !x.is_nan()).map(|x| text::number(*x, DIGITS))
            }
            Values::Levels { codes, levels } => {
                codes.get(row.index()).and_then(|&code| levels.get(code as usize)).cloned()
            }
        }
    }

    /// Model inputs of these rows, row-major `[row][feature]`.
    pub fn matrix(&self, data: &Dataset, rows: &[RowId]) -> Vec<f64> {
        let n = self.inputs.len();
        let mut out = vec![f64::NAN; n * rows.len()];
        for (f, input) in self.inputs.iter().enumerate() {
            let values = &data.columns()[input.column as usize].values;
            for (row, out) in rows.iter().zip(out.iter_mut().skip(f).step_by(n)) {
                *out = input.decode.value(values, row.index());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
