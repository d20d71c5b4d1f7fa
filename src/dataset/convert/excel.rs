//! Workbooks (`.xlsx`): the first sheet, cell by cell, so that cells far apart cost nothing.

use super::{Problem, Text, number};
use crate::dataset::DataError;
use crate::dataset::error::Cap;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use std::io::{Cursor, Read};

/// Largest unpacked size of all parts, per byte of the file.
const MAX_RATIO: u64 = 200;
/// What a small workbook may unpack to whatever its ratio, bytes.
const FREE: u64 = 16 << 20;

pub(super) fn to_csv(bytes: &[u8]) -> Result<Text, Problem> {
    check(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(Problem::of)?;
    let sheets = book.sheet_names();
    let Some(first) = sheets.first() else { return Err(Problem::Damaged("it has no sheet".into())) };
    let mut out = Text::new();
    if sheets.len() > 1 {
        out.warnings
            .push(format!("The workbook has {} sheets; the first, “{first}”, was read.", sheets.len()));
    }
    let mut cells = book.worksheet_cells_reader(first).map_err(Problem::of)?;
    let mut row = Row::default();
    while let Some(cell) = cells.next_cell().map_err(Problem::of)? {
        let Some(text) = text(cell.get_value()) else { continue };
        let (r, c) = cell.get_position();
        row.add(r, c, text, &mut out)?;
    }
    row.end(&mut out)?;
    if out.rows == 0 {
        return Err(Problem::Table(DataError::Empty));
    }
    Ok(out)
}

/// Refuses what unpacks to too much, before anything is unpacked whole.
fn check(bytes: &[u8]) -> Result<(), Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(Problem::of)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(Problem::Damaged("it is a zip archive without a workbook inside".into()));
    }
    let most = Cap::File.limit() as u64;
    let limit = (bytes.len() as u64).saturating_mul(MAX_RATIO).clamp(FREE, most);
    let mut total = 0u64;
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(Problem::of)?;
        total = total.saturating_add(part.size());
        if total > most {
            return Err(Problem::Table(DataError::TooLarge { cap: Cap::File, row: None }));
        }
        if total > limit {
            return Err(Problem::Damaged("it unpacks to far more than workbooks do".into()));
        }
        // What a list of texts says of its length is believed by its reader.
        let size = part.size();
        if part.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml")) {
            let mut head = Vec::new();
            part.by_ref().take(4096).read_to_end(&mut head).map_err(Problem::of)?;
            let head = String::from_utf8_lossy(&head);
            let counts = head.split("ount=").skip(1).map(|rest| {
                rest.trim_start_matches(['"', '\''])
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .collect::<String>()
            });
            for count in counts {
                if count.parse::<u64>().map_or(count.len() > 18, |n| n > size) {
                    return Err(Problem::Damaged(
                        "its list of texts claims more texts than it has bytes".into(),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The row under way.
#[derive(Default)]
struct Row {
    /// Place in the sheet.
    at: Option<u32>,
    /// First column of the header.
    left: Option<u32>,
    cells: Vec<Option<String>>,
    width: usize,
}

impl Row {
    fn add(&mut self, r: u32, c: u32, text: String, out: &mut Text) -> Result<(), Problem> {
        match self.at {
            Some(at) if r < at => return Err(Problem::Damaged(format!("row {} comes too late", r + 1))),
            Some(at) if r == at => {}
            _ => self.end(out)?,
        }
        self.at = Some(r);
        let left = *self.left.get_or_insert(c);
        let Some(column) = c.checked_sub(left) else {
            let row = r + 1;
            return Err(Problem::Damaged(format!("row {row} of the sheet has a cell left of the header")));
        };
        let column = column as usize;
        if column >= Cap::Columns.limit() {
            return Err(Problem::Table(DataError::TooLarge { cap: Cap::Columns, row: Some(r as usize + 1) }));
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, None);
        }
        self.cells[column] = Some(text);
        Ok(())
    }

    /// Writes the row, as wide as the header.
    fn end(&mut self, out: &mut Text) -> Result<(), Problem> {
        if self.at.is_none() {
            return Ok(());
        }
        if out.rows == 0 {
            self.width = self.cells.len();
        }
        let n = self.cells.len().max(self.width);
        let cells = std::mem::take(&mut self.cells);
        for i in 0..n {
            out.cell(cells.get(i).and_then(Option::as_deref));
        }
        out.end_row()
    }
}

/// A cell as text; None if it is empty.
fn text(cell: &DataRef<'_>) -> Option<String> {
    match cell {
        DataRef::Int(x) => Some(x.to_string()),
        DataRef::Float(x) => number(*x),
        DataRef::String(text) => Some(text.clone()),
        DataRef::SharedString(text) => Some((*text).to_owned()),
        DataRef::Bool(x) => Some(u8::from(*x).to_string()),
        DataRef::DateTime(x) if x.is_datetime() => Some(date(x)),
        DataRef::DateTime(x) => number(x.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.clone()),
        DataRef::Error(error) => Some(error.to_string()),
        DataRef::Empty => None,
    }
    .filter(|text| !text.is_empty())
}

fn date(x: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = x.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}
