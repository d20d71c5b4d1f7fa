//! From a cell to the number that the trees compare.

use crate::dataset::{Column, Values};
use crate::ensemble::FeatureSummary;
use crate::math::Order as _;
use crate::study::StudyError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Codes from here on are in no tree's level set (XGBoost's own limit: integers that an f32 holds exactly).
pub(super) const CODE_LIMIT: f64 = 16_777_216.0;

/// How the cells of one column become model inputs. A missing cell is NaN in every case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Decode {
    /// Numbers, as they are: quantities, or level codes.
    Number,
    /// Texts: the input per level of the column; 0 for levels in no row.
    Level(Vec<f64>),
    /// Numbers that name a level: number and code, ascending by number.
    Named(Vec<(f64, f64)>),
}

impl Decode {
    /// The input for one row; NaN if missing or not in the table.
    pub(super) fn value(&self, values: &Values, row: usize) -> f64 {
        match (self, values) {
            (Decode::Number, Values::Numbers(x)) => x.get(row).copied().unwrap_or(f64::NAN),
            (Decode::Named(codes), Values::Numbers(x)) => {
                x.get(row).and_then(|x| lookup(codes, *x)).unwrap_or(f64::NAN)
            }
            (Decode::Level(inputs), Values::Levels { codes, .. }) => {
                codes.get(row).and_then(|&code| inputs.get(code as usize)).copied().unwrap_or(f64::NAN)
            }
            _ => f64::NAN,
        }
    }
}

pub(super) fn lookup(codes: &[(f64, f64)], x: f64) -> Option<f64> {
    // Adding 0 turns −0 into 0, so that both name the same level.
    let at = codes.binary_search_by(|(number, _)| number.total_cmp(&(x + 0.0))).ok()?;
    Some(codes[at].1)
}

/// A row of the table as a spreadsheet counts.
pub(super) fn sheet_row(row: usize) -> usize {
    row + 2
}

/// Settles how a column feeds a feature, and checks every cell of it.
pub(super) fn decode(
    feature: &FeatureSummary,
    column: &Column,
    warnings: &mut Vec<String>,
) -> Result<Decode, StudyError> {
    match (&column.values, &feature.levels) {
        (Values::Numbers(_), _) if !feature.categorical => Ok(Decode::Number),
        (Values::Numbers(x), Some(levels)) => named(column, x, levels),
        (Values::Numbers(x), None) => codes(column, x),
        (Values::Levels { codes, levels }, known) => {
            let inputs = match known {
                Some(known) if feature.categorical => level_codes(levels, known),
                None if feature.categorical => levels.iter().map(|text| code(text)).collect(),
                _ => numbers(column, levels, warnings),
            };
            match codes.iter().position(|&code| inputs.get(code as usize).is_some_and(Option::is_none)) {
                None => Ok(Decode::Level(inputs.into_iter().map(|x| x.unwrap_or(0.0)).collect())),
                Some(row) => Err(refuse(feature, column, row, &levels[codes[row] as usize])),
            }
        }
    }
}

/// Why a text cannot feed a feature.
fn refuse(feature: &FeatureSummary, column: &Column, row: usize, text: &str) -> StudyError {
    let (column, row, text) = (column.name.clone(), sheet_row(row), text.to_owned());
    match &feature.levels {
        Some(known) if feature.categorical => {
            StudyError::UnseenLevel { column, row, level: text, known: known.clone() }
        }
        None if feature.categorical => StudyError::NoLevelNames { column, row, text },
        _ => StudyError::NotANumber { column, row, text },
    }
}

/// Input per level of a text column that feeds a numeric feature: numbers such as `007`, or true and false.
fn numbers(column: &Column, levels: &[String], warnings: &mut Vec<String>) -> Vec<Option<f64>> {
    let truths: Vec<Option<f64>> = levels.iter().map(|text| truth(text)).collect();
    if !truths.is_empty() && truths.iter().all(Option::is_some) {
        warnings.push(format!("Column {}: true was read as 1 and false as 0.", column.name));
        return truths;
    }
    levels.iter().map(|text| text.parse().ok().filter(|x: &f64| x.is_finite())).collect()
}

/// True is 1, false is 0.
pub(super) fn truth(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => None,
    }
}

/// A code that was written as text.
pub(super) fn code(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x| is_code(*x))
}

fn is_code(x: f64) -> bool {
    (0.0..CODE_LIMIT).contains(&x) && x == x.trunc()
}

/// Code per level of a text column, by the model's level texts; by trimmed texts where the model's have spaces.
fn level_codes(levels: &[String], known: &[String]) -> Vec<Option<f64>> {
    let code_of = code_of(known);
    levels.iter().map(|level| code_of.get(level.as_str()).copied()).collect()
}

/// Codes by level text, and by trimmed texts where these have spaces.
pub(super) fn code_of(known: &[String]) -> HashMap<&str, f64> {
    let mut code_of: HashMap<&str, f64> = HashMap::with_capacity(known.len());
    for (code, level) in known.iter().enumerate() {
        code_of.entry(level.trim()).or_insert(code as f64);
    }
    for (code, level) in known.iter().enumerate() {
        code_of.insert(level, code as f64);
    }
    code_of
}

/// Number and code of the level texts that are numbers, ascending: `1` names the level `1`, or else `1.0`.
pub(super) fn numbers_of(known: &[String]) -> Vec<(f64, f64)> {
    let mut codes: Vec<(f64, f64, bool)> = known
        .iter()
        .enumerate()
        .filter_map(|(code, level)| {
            let number: f64 = level.trim().parse().ok().filter(|x: &f64| x.is_finite())?;
            Some((number + 0.0, code as f64, level.trim() != number.to_string()))
        })
        .collect();
    codes.order_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    codes.dedup_by(|later, first| later.0 == first.0);
    codes.into_iter().map(|(number, code, _)| (number, code)).collect()
}

/// A column of numbers for level texts.
fn named(column: &Column, x: &[f64], known: &[String]) -> Result<Decode, StudyError> {
    let codes = numbers_of(known);
    match x.iter().position(|x| !x.is_nan() && lookup(&codes, *x).is_none()) {
        None => Ok(Decode::Named(codes)),
        Some(row) => Err(StudyError::UnseenLevel {
            column: column.name.clone(),
            row: sheet_row(row),
            level: x[row].to_string(),
            known: known.to_vec(),
        }),
    }
}

/// A column of numbers for a categorical feature whose level texts are not known.
fn codes(column: &Column, x: &[f64]) -> Result<Decode, StudyError> {
    match x.iter().position(|x| !x.is_nan() && !is_code(*x)) {
        None => Ok(Decode::Number),
        Some(row) => {
            let (column, row, text) = (column.name.clone(), sheet_row(row), x[row].to_string());
            Err(StudyError::NotACode { column, row, text })
        }
    }
}
