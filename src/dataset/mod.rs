//! A table of patients: typed columns, levels, missing values. Knows nothing of models.

pub mod convert;
pub mod csv;
mod error;
pub mod quality;

pub use error::{Cap, DataError, Look};

/// Code of a missing level.
pub const MISSING: u32 = u32::MAX;

/// The values of one column, one per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; NaN is missing.
    Numbers(Vec<f64>),
    /// Texts, each stored once.
    Levels {
        /// Index into `levels` per row, [`MISSING`] where the cell is missing.
        codes: Vec<u32>,
        /// Distinct texts in order of first appearance.
        levels: Vec<String>,
    },
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Header text, trimmed.
    pub name: String,
    /// Cells.
    pub values: Values,
}

/// A table: columns of equal length.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dataset {
    columns: Vec<Column>,
    n_rows: usize,
}

impl Dataset {
    /// A table of these columns.
    ///
    /// # Errors
    /// [`DataError::Lengths`] if columns differ in length.
    pub fn new(columns: Vec<Column>) -> Result<Self, DataError> {
        let n_rows = columns.first().map_or(0, Column::len);
        if let Some(c) = columns.iter().find(|c| c.len() != n_rows) {
            return Err(DataError::Lengths { column: c.name.clone(), expected: n_rows, got: c.len() });
        }
        Ok(Dataset { columns, n_rows })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Columns in file order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Index of the column with exactly this name.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

impl Column {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Numbers(x) => x.len(),
            Values::Levels { codes, .. } => codes.len(),
        }
    }

    /// True if there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if the cell of this row is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        match &self.values {
            Values::Numbers(x) => x[row].is_nan(),
            Values::Levels { codes, .. } => codes[row] == MISSING,
        }
    }

    /// Number of missing cells.
    pub fn n_missing(&self) -> usize {
        (0..self.len()).filter(|&r| self.is_missing(r)).count()
    }

    /// A number that two cells of this column share exactly if they say the same; None if missing.
    pub fn key(&self, row: usize) -> Option<u64> {
        match &self.values {
            // Adding 0 turns −0 into 0.
            Values::Numbers(x) => x.get(row).filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits()),
            Values::Levels { codes, .. } => {
                codes.get(row).filter(|&&code| code != MISSING).map(|&code| u64::from(code))
            }
        }
    }

    /// The cell as text: the level, or the shortest decimal form of the number; None if missing.
    pub fn text(&self, row: usize) -> Option<String> {
        match &self.values {
            Values::Numbers(x) => (!x[row].is_nan()).then(|| x[row].to_string()),
            Values::Levels { codes, levels } => levels.get(codes[row] as usize).cloned(),
        }
    }
}
