//! One column while it is read: numbers as long as every cell is one, else texts.

use super::cell::{Cell, MISSING_WORDS};
use crate::dataset::MISSING;
use crate::dataset::error::{Cap, DataError};
use std::collections::HashMap;

/// Appends, or says that memory is out.
fn push<T>(cells: &mut Vec<T>, cell: T, row: usize) -> Result<(), DataError> {
    if cells.len() == cells.capacity() {
        let more = cells.len().max(64);
        cells.try_reserve(more).map_err(|_| DataError::OutOfMemory { row })?;
    }
    cells.push(cell);
    Ok(())
}

/// What the first pass learns about a column.
#[derive(Default)]
pub(super) struct Draft {
    /// The cells as numbers, NaN where missing; empty once a text was met.
    pub(super) numbers: Vec<f64>,
    /// True if a cell is neither a number nor missing.
    pub(super) text: bool,
    /// Cells per word for missing.
    pub(super) words: [u32; MISSING_WORDS.len()],
    /// Cells that are a lone `.`.
    pub(super) dots: u32,
    /// Cells with a decimal point.
    pub(super) points: u32,
    /// Cells with a decimal comma.
    pub(super) commas: u32,
    /// Of these, the ones that may be thousands.
    pub(super) thousands: u32,
}

impl Draft {
    /// Takes in the next cell, trimmed.
    pub(super) fn push(&mut self, cell: &str, row: usize, buffer: &mut String) -> Result<(), DataError> {
        let value = match Cell::of(cell, buffer) {
            Cell::Empty => f64::NAN,
            Cell::Word(word) => {
                self.words[word] += 1;
                f64::NAN
            }
            Cell::Dot => {
                self.dots += 1;
                f64::NAN
            }
            Cell::Number { value, point } => {
                self.points += u32::from(point);
                value
            }
            Cell::Comma { value, thousands } => {
                self.commas += 1;
                self.thousands += u32::from(thousands);
                value
            }
            Cell::Text => {
                self.become_text();
                return Ok(());
            }
        };
        if self.text { Ok(()) } else { push(&mut self.numbers, value, row) }
    }

    /// Gives up on numbers.
    pub(super) fn become_text(&mut self) {
        self.text = true;
        self.numbers = Vec::new();
    }

    /// True if some comma in it can only be a decimal comma.
    pub(super) fn decimal_comma(&self) -> bool {
        !self.text && self.points == 0 && self.commas > self.thousands
    }

    /// Missing cells that are written as a word.
    pub(super) fn n_words(&self) -> u32 {
        self.words.iter().sum()
    }
}

/// A column of texts in the second pass, each text stored once.
#[derive(Default)]
pub(super) struct Texts {
    codes: Vec<u32>,
    code_of: HashMap<String, u32>,
    /// Cells whose text had white space around it.
    pub(super) n_trimmed: usize,
}

impl Texts {
    /// Takes in the next cell; true if its text is new.
    pub(super) fn push(&mut self, cell: &str, row: usize) -> Result<bool, DataError> {
        let text = cell.trim();
        if text.is_empty() || MISSING_WORDS.contains(&text) {
            push(&mut self.codes, MISSING, row)?;
            return Ok(false);
        }
        self.n_trimmed += usize::from(text.len() < cell.len());
        if let Some(&code) = self.code_of.get(text) {
            push(&mut self.codes, code, row)?;
            return Ok(false);
        }
        let code = u32::try_from(self.code_of.len())
            .map_err(|_| DataError::TooLarge { cap: Cap::Texts, row: Some(row) })?;
        self.code_of.try_reserve(1).map_err(|_| DataError::OutOfMemory { row })?;
        self.code_of.insert(text.to_owned(), code);
        push(&mut self.codes, code, row)?;
        Ok(true)
    }

    /// Codes per row, and texts by code.
    pub(super) fn finish(self) -> (Vec<u32>, Vec<String>) {
        let mut levels = vec![String::new(); self.code_of.len()];
        for (text, code) in self.code_of {
            levels[code as usize] = text;
        }
        (self.codes, levels)
    }
}
