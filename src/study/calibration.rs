//! A calibration in a table beside the model.
//!
//! Two columns, in one of two forms. The name of the column before `calibrated`, or after `parameter`, says which scale
//! is calibrated: `margin` (the sum of the trees, such as log-odds) or `prediction` (what follows from it, such as an
//! uncalibrated probability).
//!
//! ```text
//! margin,calibrated        parameter,margin
//! -2.5,0.04                slope,1.31
//! 0,0.31                   intercept,-0.2
//! 3,0.9
//! ```
//!
//! The first form is an isotonic function: straight lines between the points, constant before the first and after the
//! last, as in scikit-learn's `IsotonicRegression`. A step is two points next to each other. The second form is Platt's:
//! 1 / (1 + e^−(slope · x + intercept)), as a logistic regression gives it; `a` and `b` instead of `slope` and
//! `intercept` are Platt's and scikit-learn's signs, 1 / (1 + e^(a · x + b)).

use crate::Parsed;
use crate::dataset::{Column, DataError, Dataset, Values, csv};
use crate::ensemble::{Calibration, CalibrationError, CalibrationInput, Ensemble};

/// Largest table, bytes.
const MAX_BYTES: usize = 16 << 20;

/// Why a table is no calibration, or none of this model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationTableError {
    /// Too many bytes.
    #[error("the calibration table is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// Not a table.
    #[error(transparent)]
    Table(#[from] DataError),
    /// Other columns.
    #[error("a calibration has two columns, `margin` or `prediction` and `calibrated`; this has {0}")]
    Columns(String),
    /// A cell that is no number.
    #[error("column {column}, row {row}: there is no number")]
    Cell {
        /// Its name.
        column: String,
        /// As a spreadsheet counts.
        row: usize,
    },
    /// A value that is no probability.
    #[error("column {column}, row {row}: {value} is not between 0 and 1")]
    Probability {
        /// Its name.
        column: String,
        /// As a spreadsheet counts.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Other parameters.
    #[error("Platt's function has the parameters `slope` and `intercept`, or `a` and `b`; this has {0}")]
    Parameters(String),
    /// No function, or not for this model.
    #[error(transparent)]
    Function(#[from] CalibrationError),
}

impl CalibrationTableError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            CalibrationTableError::TooLarge => "A few hundred points describe a calibration; thin them out.".into(),
            CalibrationTableError::Table(error) => error.hint(),
            CalibrationTableError::Columns(_) => {
                "Name the first column after the scale that was calibrated, and the second `calibrated`; for Platt's \
                 function, `parameter` and the scale."
                    .into()
            }
            CalibrationTableError::Cell { .. } => "Write a number, or leave out the row.".into(),
            CalibrationTableError::Probability { .. } => {
                "Give calibrated probabilities, and check that the columns are not swapped.".into()
            }
            CalibrationTableError::Parameters(_) => "Write one row for each of the two.".into(),
            CalibrationTableError::Function(error) => error.hint().into(),
        }
    }
}

/// The scale that a column name means.
fn scale(name: &str) -> Option<CalibrationInput> {
    match name.trim().to_ascii_lowercase().as_str() {
        "margin" => Some(CalibrationInput::Margin),
        "prediction" => Some(CalibrationInput::Prediction),
        _ => None,
    }
}

/// True if a table with these column names is meant as a calibration.
pub fn is_calibration<'a>(columns: impl IntoIterator<Item = &'a str>) -> bool {
    let names: Vec<String> = columns.into_iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    match names.as_slice() {
        [first, second] => {
            second == "calibrated" && scale(first).is_some()
                || first == "parameter" && scale(second).is_some()
        }
        _ => false,
    }
}

/// Reads the table.
///
/// # Errors
/// [`CalibrationTableError`] with column and row.
pub fn read_calibration(bytes: &[u8]) -> Result<Calibration, CalibrationTableError> {
    if bytes.len() > MAX_BYTES {
        return Err(CalibrationTableError::TooLarge);
    }
    let table = csv::read(bytes, csv::Options::default())?.value;
    let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    let said = || {
        CalibrationTableError::Columns(
            names
                .iter()
                .take(10)
                .map(|n| format!("`{}`", n.escape_debug().take(40).collect::<String>()))
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    let [first, second] = table.columns() else { return Err(said()) };
    if !is_calibration(names.iter().copied()) {
        return Err(said());
    }
    match scale(&first.name) {
        Some(input) => Ok(Calibration::isotonic(points(&table, first, second)?)?.of(input)),
        None => {
            let input = scale(&second.name).ok_or_else(said)?;
            let (slope, intercept) = parameters(&table, first, second)?;
            Ok(Calibration::platt(slope, intercept)?.of(input))
        }
    }
}

fn number(column: &Column, row: usize) -> Result<f64, CalibrationTableError> {
    let cell = match &column.values {
        Values::Numbers(x) => x.get(row).copied().filter(|x| x.is_finite()),
        Values::Levels { .. } => None,
    };
    // Of a column of texts, the first cell that is none of the numbers is at fault.
    let text = || column.text(row).and_then(|t| t.parse().ok()).filter(|x: &f64| x.is_finite());
    cell.or_else(text)
        .ok_or_else(|| CalibrationTableError::Cell { column: column.name.clone(), row: row + 2 })
}

fn points(table: &Dataset, x: &Column, y: &Column) -> Result<Vec<(f64, f64)>, CalibrationTableError> {
    let point = |row| {
        let (at, value) = (number(x, row)?, number(y, row)?);
        if (0.0..=1.0).contains(&value) {
            Ok((at, value))
        } else {
            Err(CalibrationTableError::Probability { column: y.name.clone(), row: row + 2, value })
        }
    };
    (0..table.n_rows()).map(point).collect()
}

/// Factor and summand in Platt's signs.
fn parameters(table: &Dataset, names: &Column, values: &Column) -> Result<(f64, f64), CalibrationTableError> {
    let said: Vec<String> =
        (0..table.n_rows()).map(|r| names.text(r).unwrap_or_default().trim().to_ascii_lowercase()).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let (slope, intercept, sign) = match said.as_slice() {
        ["slope", "intercept"] => (0, 1, -1.0),
        ["intercept", "slope"] => (1, 0, -1.0),
        ["a", "b"] => (0, 1, 1.0),
        ["b", "a"] => (1, 0, 1.0),
        _ => {
            let shown: Vec<String> = said
                .iter()
                .take(4)
                .map(|n| format!("`{}`", n.escape_debug().take(40).collect::<String>()))
                .collect();
            return Err(CalibrationTableError::Parameters(shown.join(", ")));
        }
    };
    Ok((sign * number(values, slope)?, sign * number(values, intercept)?))
}

/// The model with the calibration of a table on top, and a sentence that says which function is explained.
///
/// # Errors
/// [`CalibrationTableError`] if the table cannot be read, or the model has a calibration already or several outputs.
pub fn calibrated(
    model: Ensemble,
    name: &str,
    bytes: &[u8],
) -> Result<Parsed<Ensemble>, CalibrationTableError> {
    let calibration = read_calibration(bytes)?;
    let said = format!(
        "{name} calibrates the {} ({}): what is explained is the {} before calibration, to which contributions add up; \
         the calibrated probability follows from it.",
        calibration.input().word(),
        calibration.name(),
        model.objective().scale.margin
    );
    Ok(Parsed { value: model.calibrated_by(calibration)?, warnings: vec![said] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensemble::Link;

    fn read(text: &str) -> Result<Calibration, String> {
        read_calibration(text.as_bytes()).map_err(|e| {
            assert!(!e.hint().is_empty());
            e.to_string()
        })
    }

    #[test]
    fn points_and_parameters_are_functions() {
        let at = |text: &str, margin: f64| read(text).unwrap().apply(margin, Link::Logistic);
        assert_eq!(at("margin,calibrated\n-1,0.25\n1,0.75\n", 0.5), 0.625);
        assert_eq!(at("Margin;Calibrated\n-1;0,25\n1;0,75\n", 9.0), 0.75);
        // A margin of 0 is a prediction of 0.5.
        assert_eq!(at("prediction,calibrated\n0.25,0\n0.75,0.5\n", 0.0), 0.25);
        let platt = "parameter,margin\nslope,2\nintercept,-1\n";
        assert_eq!(at(platt, 0.5), 0.5);
        assert_eq!(at(platt, 1.0), crate::math::sigmoid(1.0));
        assert_eq!(read("parameter,margin\nb,1\na,-2\n"), read(platt));
        assert_eq!(at("parameter,prediction\nslope,2\nintercept,-1\n", 0.0), 0.5);
    }

    #[test]
    fn what_is_no_calibration_is_refused_with_its_place() {
        for (text, expected) in [
            ("", "empty"),
            ("margin,prediction\n1,0.5\n", "this has `margin`, `prediction`"),
            ("id,margin,calibrated\na,1,0.5\n", "two columns"),
            ("margin,calibrated\n1,0.5\n2,x\n", "column calibrated, row 3: there is no number"),
            ("margin,calibrated\n1,0.5\n,0.6\n", "column margin, row 3"),
            ("margin,calibrated\n1,0.5\n2,1.5\n", "row 3: 1.5 is not between"),
            ("margin,calibrated\n1,0.5\n2,0.4\n", "falls from 0.5 to 0.4"),
            ("margin,calibrated\n1,0.5\n1,0.4\n", "two calibrated values"),
            ("parameter,margin\nslope,1\n", "`slope` and `intercept`"),
            ("parameter,margin\nslope,-1\nintercept,0\n", "no rising function"),
            ("parameter,margin\na,1\nb,0\n", "no rising function"),
            ("parameter,margin\nslope,1\nintercept,\n", "column margin, row 3"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }
}
