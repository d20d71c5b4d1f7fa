//! From records to a table, with every guess settled and said.

use super::cell::MISSING_WORDS;
use super::column::{Draft, Finished, Texts};
use super::records::{Record, Records};
use super::{Options, header};
use crate::Parsed;
use crate::dataset::error::Cap;
use crate::dataset::{Column, DataError, Dataset, Values};

/// A table between the passes.
pub(super) struct Table {
    delimiter: u8,
    has_header: bool,
    names: Vec<String>,
    /// One per name; None for a column that is left out.
    drafts: Vec<Option<Draft>>,
    n_rows: usize,
    /// Rows up to the last one that holds anything.
    n_used: usize,
    warnings: Vec<String>,
}

/// A column's name in quotation marks, as warnings and errors show it.
fn quoted(name: &str) -> String {
    format!("“{name}”")
}

/// “a”, “b” and 3 more.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| quoted(n)).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl Table {
    /// Checks the shape and reads what can be read at once.
    pub(super) fn first_pass(text: &str, delimiter: u8, options: Options) -> Result<Table, DataError> {
        let mut records = Records::new(text, delimiter);
        let has_header = options.header.unwrap_or(true);
        let mut warnings = Vec::new();
        let names = match Records::new(text, delimiter).next()? {
            None => return Err(DataError::Empty),
            Some(first) if has_header => header::names(&first, &mut warnings)?,
            Some(first) => (1..=first.len()).map(header::nameless).collect(),
        };
        if has_header {
            records.next()?;
        }
        let mut drafts: Vec<Draft> = names.iter().map(|_| Draft::new()).collect();
        let (mut n_rows, mut n_used, mut n_white, mut n_texts) = (0, 0, 0, 0);
        let mut buffer = String::new();
        while let Some(record) = records.next()? {
            let row = record.row;
            if record.len() != drafts.len() {
                if is_white(&record) {
                    n_white += 1;
                    continue;
                }
                let (expected, got, several_lines) = (drafts.len(), record.len(), record.several_lines());
                return Err(DataError::Ragged { row, expected, got, several_lines });
            }
            let mut used = false;
            for (draft, cell) in drafts.iter_mut().zip(record.iter()) {
                let seen = draft.push(cell, row, &mut buffer)?;
                used |= seen.used;
                n_texts += usize::from(seen.new_text);
            }
            n_rows += 1;
            if used {
                n_used = n_rows;
            }
            let sizes = [(Cap::Rows, n_rows), (Cap::Cells, n_rows * drafts.len()), (Cap::Texts, n_texts)];
            if let Some((cap, _)) = sizes.into_iter().find(|(cap, n)| *n > cap.limit()) {
                return Err(DataError::TooLarge { cap, row: Some(row) });
            }
        }
        let n_blank = records.n_blank + n_white;
        if n_blank > 0 {
            warnings.push(format!(
                "{n_blank} blank {} skipped; row numbers do not count {}.",
                if n_blank == 1 { "line was" } else { "lines were" },
                if n_blank == 1 { "it" } else { "them" },
            ));
        }
        let drafts = drafts.into_iter().map(Some).collect();
        Ok(Table { delimiter, has_header, names, drafts, n_rows, n_used, warnings })
    }

    /// Settles every guess, and says so.
    pub(super) fn settle(mut self, options: Options) -> Result<Table, DataError> {
        self.drop_empty_end();
        self.settle_commas(options.decimal_comma);
        self.drop_nameless();
        self.report_missing_words();
        if self.n_rows == 0 { Err(DataError::NoRows) } else { Ok(self) }
    }

    /// Leaves out rows without any cell at the end, which spreadsheets leave behind.
    fn drop_empty_end(&mut self) {
        let n_empty = self.n_rows - self.n_used;
        // A table of one column may end in missing values.
        if n_empty == 0 || self.drafts.len() < 2 {
            return;
        }
        self.n_rows = self.n_used;
        for draft in self.drafts.iter_mut().flatten() {
            draft.truncate(self.n_used);
        }
        let rows = if n_empty == 1 { "row" } else { "rows" };
        self.warnings.push(format!("{n_empty} empty {rows} at the end left out."));
    }

    /// Settles which columns with commas are numbers.
    fn settle_commas(&mut self, told: Option<bool>) {
        let allowed = told.unwrap_or(self.delimiter != b',');
        let seen = self.drafts.iter().flatten().any(Draft::decimal_comma);
        let (mut read, mut doubtful, mut mixed) = (Vec::new(), Vec::new(), Vec::new());
        for (name, draft) in self.names.iter().zip(&mut self.drafts) {
            let Some(draft) = draft.as_mut().filter(|d| d.is_numbers() && d.commas > 0) else { continue };
            let name = name.as_str();
            if !allowed {
                draft.become_text();
            } else if draft.points > 0 {
                mixed.push(name);
                draft.become_text();
            } else if told.is_none() && !seen {
                doubtful.push(name);
                draft.become_text();
            } else {
                read.push(name);
            }
        }
        let mut warn = |names: &[&str], what: &str| {
            if !names.is_empty() {
                let columns = if names.len() == 1 { "column" } else { "columns" };
                self.warnings.push(format!("{} {columns} {what}: {}.", names.len(), list(names)));
            }
        };
        if told.is_none() {
            warn(&read, "read with a decimal comma");
        }
        warn(&mixed, "read as text, because decimal commas and points are mixed");
        warn(&doubtful, "read as text, because 1,234 may be a thousand or a decimal");
    }

    /// Leaves out columns that have neither name nor cells.
    fn drop_nameless(&mut self) {
        if !self.has_header {
            return;
        }
        for (i, draft) in self.drafts.iter_mut().enumerate() {
            let nameless = self.names[i].is_empty();
            if nameless {
                let mut name = header::nameless(i + 1);
                while self.names.contains(&name) {
                    name.push('*');
                }
                self.names[i] = name;
            }
            let empty = draft.as_ref().is_some_and(Draft::is_empty);
            if nameless && empty {
                *draft = None;
                self.warnings.push(format!("Column {} has neither name nor values and is left out.", i + 1));
            } else if nameless {
                self.warnings.push(format!(
                    "Column {} has no name; it is called “{}” here.",
                    i + 1,
                    self.names[i]
                ));
            }
        }
    }

    /// Says which words were read as missing, and how often.
    fn report_missing_words(&mut self) {
        let count = |of: &dyn Fn(&Draft) -> u32| {
            let with: Vec<(&str, u32)> = self
                .names
                .iter()
                .zip(&self.drafts)
                .filter_map(|(name, draft)| draft.as_ref().map(|d| (name.as_str(), of(d))))
                .filter(|(_, n)| *n > 0)
                .collect();
            let names: Vec<&str> = with.iter().map(|(name, _)| *name).collect();
            (with.iter().map(|(_, n)| u64::from(*n)).sum::<u64>(), list(&names))
        };
        let mut found = Vec::new();
        for (word, text) in MISSING_WORDS.iter().enumerate() {
            found.push((*text, count(&|d: &Draft| d.words[word])));
        }
        found.push((".", count(&|d: &Draft| if d.is_numbers() { d.dots } else { 0 })));
        for (word, (n, columns)) in found {
            if n > 0 {
                let cells = if n == 1 { "cell says" } else { "cells say" };
                self.warnings.push(format!("{n} {cells} {word}, read as missing, in {columns}."));
            }
        }
    }

    /// Reads again what has to be, and puts the columns together.
    pub(super) fn second_pass(self, text: &str) -> Result<Parsed<Dataset>, DataError> {
        let Table { delimiter, has_header, names, drafts, n_rows, mut warnings, .. } = self;
        let mut columns: Vec<Option<Finished>> = drafts.into_iter().map(|d| d.map(Draft::finish)).collect();
        if columns.iter().flatten().any(|column| matches!(column, Finished::Again)) {
            let mut records = Records::new(text, delimiter);
            if has_header {
                records.next()?;
            }
            read_again(&mut records, n_rows, &mut columns)?;
        }
        let n_trimmed =
            |column: &Finished| if let Finished::Texts(texts) = column { texts.n_trimmed } else { 0 };
        let n_trimmed: usize = columns.iter().flatten().map(n_trimmed).sum();
        if n_trimmed > 0 {
            let cells = if n_trimmed == 1 { "cell has" } else { "cells have" };
            warnings.push(format!("{n_trimmed} text {cells} spaces around the text; they were left out."));
        }
        let columns = names.into_iter().zip(columns).filter_map(|(name, column)| {
            let values = match column? {
                Finished::Numbers(numbers) => Values::Numbers(numbers),
                Finished::Texts(texts) => {
                    let (codes, levels) = texts.finish();
                    Values::Levels { codes, levels }
                }
                Finished::Again => return None,
            };
            Some(Column { name, values })
        });
        Ok(Parsed { value: Dataset::new(columns.collect())?, warnings })
    }
}

/// Reads the columns in which a text came after numbers as texts.
fn read_again(
    records: &mut Records<&[u8]>,
    n_rows: usize,
    columns: &mut [Option<Finished>],
) -> Result<(), DataError> {
    let again = |column: &Option<Finished>| matches!(column, Some(Finished::Again)).then(Texts::default);
    let mut texts: Vec<Option<Texts>> = columns.iter().map(again).collect();
    let (mut n_read, mut n_texts) = (0, 0);
    while n_read < n_rows {
        let Some(record) = records.next()? else { break };
        if record.len() != texts.len() {
            continue; // a blank line, as in the first pass
        }
        for (column, cell) in texts.iter_mut().zip(record.iter()) {
            if let Some(column) = column {
                n_texts += usize::from(column.push(cell, record.row)?);
            }
        }
        if n_texts > Cap::Texts.limit() {
            return Err(DataError::TooLarge { cap: Cap::Texts, row: Some(record.row) });
        }
        n_read += 1;
    }
    for (column, texts) in columns.iter_mut().zip(texts) {
        if let Some(texts) = texts {
            *column = Some(Finished::Texts(texts));
        }
    }
    Ok(())
}

/// True if a record is a line of nothing but white space.
pub(super) fn is_white(record: &Record<'_>) -> bool {
    record.len() == 1 && record.iter().all(|cell| cell.trim().is_empty())
}
