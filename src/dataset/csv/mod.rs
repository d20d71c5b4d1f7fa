//! CSV and TSV tables.
//!
//! What is decided by looking, and how:
//! - **Delimiter**: see [`Options::delimiter`]; Excel's first line `sep=;` is obeyed.
//! - **Missing**: an empty cell, or one of NA, N/A, NaN, NULL, `<NA>`, `#N/A`; every word beside the empty cell
//!   is reported with its count. A lone `.` is missing in a column of numbers and a text in a column of texts.
//!   `None` is a text: it is a common level.
//! - **Type**: a column is numbers if every cell that is not missing is a finite decimal number, else texts.
//!   Infinities, integers with a leading zero (`007`) and integers beyond 2⁵³ are texts.
//! - **Decimal comma**: see [`Options::decimal_comma`].
//! - **gzip** around the text is taken off.
//! - White space around cells is not part of them.
//!
//! One pass checks the shape, settles the types and reads numbers and texts; a second one reads those columns again in
//! which a text came after numbers. Nothing is allocated per cell.

mod cell;
mod column;
mod decode;
mod header;
mod records;
mod sniff;
mod stream;
mod table;
mod unpack;
mod write;

pub use cell::Cell;
pub use stream::{Row, Stream};
pub use write::inert;

use super::{DataError, Dataset};
use crate::Parsed;
use table::Table;

/// How to read; `None` means decide by looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Field delimiter: `,` `;` tab or `|`. By looking: the one that cuts the first 50 records into equally many
    /// cells.
    pub delimiter: Option<u8>,
    /// True if `3,5` is three and a half. By looking: where the delimiter is not a comma, column by column, if all
    /// its cells are numbers that way. `1,234` alone is not taken for a number, since it may be a thousand.
    pub decimal_comma: Option<bool>,
    /// False if the first row is data already; columns are then called `column 1`, `column 2`, …
    /// By looking: the first row is the header, and a first row of numbers is an error.
    pub header: Option<bool>,
}

/// Reads a table.
///
/// # Errors
/// [`DataError`] with row (1-based, the header is row 1, blank lines not counted) and column.
pub fn read(bytes: &[u8], options: Options) -> Result<Parsed<Dataset>, DataError> {
    let bytes = unpack::unpacked(bytes)?;
    let text = decode::text(&bytes)?;
    let (delimiter, text) = match (options.delimiter, sniff::declared(text)) {
        (Some(delimiter), declared) => (delimiter, declared.map_or(text, |(_, rest)| rest)),
        (None, Some((delimiter, rest))) => (delimiter, rest),
        (None, None) => (sniff::delimiter(text), text),
    };
    Table::first_pass(text, delimiter, options)?.settle(options)?.second_pass(text)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
