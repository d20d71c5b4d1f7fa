//! One column while it is read: numbers as long as every cell is one, else texts.

use super::cell::{Cell, MISSING_WORDS, missing_word};
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

/// A cell without white space around it.
fn trim(cell: &str) -> &str {
    let solid = |b: Option<&u8>| b.is_some_and(|b| (b'!'..=b'~').contains(b));
    let bytes = cell.as_bytes();
    if solid(bytes.first()) && solid(bytes.last()) { cell } else { cell.trim() }
}

/// What one cell brought.
pub(super) struct Seen {
    /// True if it is not empty.
    pub(super) used: bool,
    /// True if its text is the first of its kind in the column.
    pub(super) new_text: bool,
}

/// What is known of a column's cells.
enum Cells {
    /// All of them numbers so far; NaN where missing.
    Numbers(Vec<f64>),
    /// The first cell that said anything was a text.
    Texts(Texts),
    /// A text came after numbers, whose texts are gone: they are read again.
    Again,
}

/// A column in the first pass.
pub(super) struct Draft {
    cells: Cells,
    /// Cells per word for missing.
    pub(super) words: [u32; MISSING_WORDS.len()],
    /// Cells that are a lone `.`.
    pub(super) dots: u32,
    /// Cells that are numbers.
    n_numbers: u32,
    /// Cells with a decimal point.
    pub(super) points: u32,
    /// Cells with a decimal comma.
    pub(super) commas: u32,
    /// Of these, the ones that may be thousands.
    thousands: u32,
}

/// What the first pass made of a column.
pub(super) enum Finished {
    Numbers(Vec<f64>),
    Texts(Texts),
    Again,
}

impl Draft {
    pub(super) fn new() -> Self {
        let cells = Cells::Numbers(Vec::new());
        Draft { cells, words: [0; _], dots: 0, n_numbers: 0, points: 0, commas: 0, thousands: 0 }
    }

    /// Takes in the next cell.
    pub(super) fn push(&mut self, cell: &str, row: usize, buffer: &mut String) -> Result<Seen, DataError> {
        let text = trim(cell);
        let mut seen = Seen { used: !text.is_empty(), new_text: false };
        match &mut self.cells {
            Cells::Numbers(numbers) => {
                let cell_is = Cell::of(text, buffer);
                let value = match cell_is {
                    Cell::Text => {
                        seen.new_text = self.become_text_at(cell, row)?;
                        return Ok(seen);
                    }
                    Cell::Number { value, .. } | Cell::Comma { value, .. } => value,
                    Cell::Empty | Cell::Word(_) | Cell::Dot => f64::NAN,
                };
                push(numbers, value, row)?;
                self.count(cell_is);
            }
            Cells::Texts(texts) => match missing_word(text) {
                Some(word) => {
                    self.words[word] += 1;
                    texts.push_missing(row)?;
                }
                None => seen.new_text = texts.push(cell, row)?,
            },
            Cells::Again => {
                if let Some(word) = missing_word(text) {
                    self.words[word] += 1;
                }
            }
        }
        Ok(seen)
    }

    fn count(&mut self, cell: Cell) {
        match cell {
            Cell::Word(word) => self.words[word] += 1,
            Cell::Dot => self.dots += 1,
            Cell::Number { point, .. } => {
                self.n_numbers += 1;
                self.points += u32::from(point);
            }
            Cell::Comma { thousands, .. } => {
                self.n_numbers += 1;
                self.commas += 1;
                self.thousands += u32::from(thousands);
            }
            Cell::Empty | Cell::Text => {}
        }
    }

    /// The first text of the column; true, as it is new, if it is kept at once.
    fn become_text_at(&mut self, cell: &str, row: usize) -> Result<bool, DataError> {
        let Cells::Numbers(numbers) = &self.cells else { return Ok(false) };
        if self.n_numbers + self.dots > 0 {
            self.cells = Cells::Again;
            return Ok(false);
        }
        let mut texts = Texts::default();
        for _ in 0..numbers.len() {
            texts.push_missing(row)?;
        }
        let new = texts.push(cell, row)?;
        self.cells = Cells::Texts(texts);
        Ok(new)
    }

    /// Gives up on numbers.
    pub(super) fn become_text(&mut self) {
        self.cells = Cells::Again;
    }

    /// Keeps the first `n` cells.
    pub(super) fn truncate(&mut self, n: usize) {
        match &mut self.cells {
            Cells::Numbers(numbers) => numbers.truncate(n),
            Cells::Texts(texts) => texts.codes.truncate(n),
            Cells::Again => {}
        }
    }

    /// True if the column is numbers.
    pub(super) fn is_numbers(&self) -> bool {
        matches!(self.cells, Cells::Numbers(_))
    }

    /// True if every cell is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.is_numbers() && self.n_numbers + self.dots + self.words.iter().sum::<u32>() == 0
    }

    /// True if some comma in it can only be a decimal comma.
    pub(super) fn decimal_comma(&self) -> bool {
        self.is_numbers() && self.points == 0 && self.commas > self.thousands
    }

    /// The column, as far as it is read.
    pub(super) fn finish(self) -> Finished {
        match self.cells {
            Cells::Numbers(numbers) => Finished::Numbers(numbers),
            Cells::Texts(texts) => Finished::Texts(texts),
            Cells::Again => Finished::Again,
        }
    }
}

/// A column of texts, each text stored once.
#[derive(Default)]
pub(super) struct Texts {
    codes: Vec<u32>,
    code_of: HashMap<String, u32>,
    /// Cells whose text had white space around it.
    pub(super) n_trimmed: usize,
}

impl Texts {
    /// Takes in a missing cell.
    fn push_missing(&mut self, row: usize) -> Result<(), DataError> {
        push(&mut self.codes, MISSING, row)
    }

    /// Takes in the next cell; true if its text is new.
    pub(super) fn push(&mut self, cell: &str, row: usize) -> Result<bool, DataError> {
        let text = trim(cell);
        if text.is_empty() || missing_word(text).is_some() {
            self.push_missing(row)?;
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
