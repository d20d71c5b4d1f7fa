//! What can be wrong with a table.

use std::fmt;

/// Why a table cannot be read, where, and what to do.
///
/// Rows are counted as a spreadsheet shows them: the header is row 1. Columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// No bytes, or nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// A file of another kind.
    #[error("this is not a table of text: it looks like {0}")]
    NotATable(Look),
    /// UTF-16 text, as some spreadsheets save it.
    #[error("the file is UTF-16 text (byte {byte})")]
    Utf16 {
        /// 0-based offset of the evidence.
        byte: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("byte {byte} (line {line}) is not valid UTF-8")]
    NotUtf8 {
        /// 0-based offset of the first bad byte.
        byte: usize,
        /// 1-based line it is in.
        line: usize,
    },
    /// A file of another format that cannot be read as its format says.
    #[error("the {kind} cannot be read: {problem}")]
    Damaged {
        /// e.g. `Parquet file`.
        kind: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A compressed file that unpacks to far more than a table does.
    #[error("the gzip file unpacks to more than {limit_mb} MB")]
    Inflates {
        /// Most megabytes, from the size of the file.
        limit_mb: usize,
    },
    /// Columns of different length.
    #[error("column {column} has {got} cells, expected {expected}")]
    Lengths {
        /// Its name.
        column: String,
        /// Rows of the table.
        expected: usize,
        /// Its cells.
        got: usize,
    },
    /// A row with more or fewer cells than the header.
    #[error("row {row} has {got} cells, the header has {expected}")]
    Ragged {
        /// Row as a spreadsheet counts.
        row: usize,
        /// Cells of the header.
        expected: usize,
        /// Cells of the row.
        got: usize,
        /// True if the row spans several lines, which a stray quotation mark causes.
        several_lines: bool,
    },
    /// A quotation mark that opens a cell and is never closed.
    #[error("a quotation mark that opens in row {row} is never closed")]
    UnclosedQuote {
        /// Row as a spreadsheet counts.
        row: usize,
    },
    /// Two columns of one name.
    #[error("columns {first} and {second} are both called “{name}”")]
    DuplicateHeader {
        /// The name.
        name: String,
        /// 1-based position of the first.
        first: usize,
        /// 1-based position of the second.
        second: usize,
    },
    /// The first row holds numbers, not names.
    #[error("row 1 holds numbers where column names are expected, beginning with {first}")]
    NoHeader {
        /// Its first cell.
        first: String,
    },
    /// A header and nothing below it.
    #[error("the table has a header and no rows")]
    NoRows,
    /// More than is read.
    #[error("the table has more than {}{}", .cap, row.map(|r| format!(" (reached in row {r})")).unwrap_or_default())]
    TooLarge {
        /// What there is too much of.
        cap: Cap,
        /// Row in which the cap was reached, as a spreadsheet counts.
        row: Option<usize>,
    },
    /// The table does not fit in the memory that is left.
    #[error("there is not enough memory for the table (row {row})")]
    OutOfMemory {
        /// Row at which it ran out.
        row: usize,
    },
}

/// What a file that is not a table looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A web page.
    Html,
    /// JSON, as models and manifests are.
    Json,
    /// A binary XGBoost model.
    UbJson,
    /// LightGBM's model text.
    LightGbm,
    /// A zip archive, as `.xlsx` files are.
    Zip,
    /// The older Excel format.
    Xls,
    /// gzip inside gzip.
    Gzip,
    /// Parquet.
    Parquet,
    /// Arrow or Feather.
    Arrow,
    /// Anything with NUL bytes.
    Binary {
        /// 0-based offset of the first NUL byte.
        byte: usize,
    },
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Look::Html => f.write_str("a web page (HTML)"),
            Look::Json => f.write_str("JSON, as model files are"),
            Look::UbJson => f.write_str("a binary XGBoost model (UBJSON)"),
            Look::LightGbm => f.write_str("a LightGBM model"),
            Look::Zip => f.write_str("a zip archive or an Excel workbook"),
            Look::Xls => f.write_str("an old Excel workbook"),
            Look::Gzip => f.write_str("a gzip file"),
            Look::Parquet => f.write_str("a Parquet file"),
            Look::Arrow => f.write_str("an Arrow or Feather file"),
            Look::Binary { byte } => write!(f, "a binary file (byte {byte} is NUL)"),
        }
    }
}

/// A limit on what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// Bytes of the file.
    File,
    /// Rows below the header.
    Rows,
    /// Columns.
    Columns,
    /// Cells in all.
    Cells,
    /// Bytes in one cell.
    Cell,
    /// Different texts in all text columns.
    Texts,
    /// Bytes in one column name.
    Name,
}

impl Cap {
    /// The limit.
    pub const fn limit(self) -> usize {
        match self {
            Cap::File => 512 << 20,
            Cap::Rows => 5_000_000,
            Cap::Columns => 20_000,
            Cap::Cells => 100_000_000,
            Cap::Cell => 1 << 20,
            Cap::Texts => 10_000_000,
            Cap::Name => 512,
        }
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cap::File => "512 MiB",
            Cap::Rows => "5,000,000 rows",
            Cap::Columns => "20,000 columns",
            Cap::Cells => "100,000,000 cells",
            Cap::Cell => "1 MiB in one cell",
            Cap::Texts => "10,000,000 different texts",
            Cap::Name => "512 bytes in one column name",
        })
    }
}

impl DataError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            DataError::Empty => "Choose a CSV file with a header row and one row per patient.".into(),
            DataError::NotATable(look) => match look {
                Look::Html => "The download was probably a sign-in or error page; download the CSV file again.",
                Look::Json | Look::UbJson | Look::LightGbm => {
                    "Open it as the model, and choose a CSV file as the table."
                }
                Look::Zip => {
                    "Choose the workbook itself (.xlsx) as the table, or export the sheet as CSV (UTF-8)."
                }
                Look::Xls => "Save it as .xlsx, or export the sheet as CSV (UTF-8), and choose that file.",
                Look::Gzip => "Unpack it, or in R write the table with write.csv, and choose the CSV file.",
                Look::Parquet | Look::Arrow => "Choose the file as it was written, not packed in another.",
                Look::Binary { .. } => "Export the table as CSV and choose that file.",
            }
            .into(),
            DataError::Damaged { .. } => {
                "The file was perhaps cut off: save it again, or export the table as CSV and choose that file.".into()
            }
            DataError::Inflates { .. } => "Unpack it and choose the CSV file.".into(),
            DataError::Utf16 { .. } | DataError::NotUtf8 { .. } => {
                "Save the table again as CSV with UTF-8 encoding.".into()
            }
            DataError::Lengths { .. } => "Give every column one cell per row.".into(),
            DataError::Ragged { several_lines: true, .. } => {
                "The row spans several lines: look for a quotation mark that is never closed.".into()
            }
            DataError::Ragged { row: 2, expected, got, .. } if *got == expected + 1 => {
                "If R wrote the table with row names, write it again with row.names = FALSE.".into()
            }
            DataError::Ragged { .. } => {
                "Give the row as many cells as the header, and put quotation marks around cells with a delimiter."
                    .into()
            }
            DataError::UnclosedQuote { .. } => {
                "Close the quotation mark, or write it twice where it is part of the text.".into()
            }
            DataError::DuplicateHeader { .. } => "Rename one of them.".into(),
            DataError::NoHeader { .. } => "Add a first row with the column names.".into(),
            DataError::NoRows => "Choose a table with one row per patient.".into(),
            DataError::TooLarge { cap, .. } => match cap {
                Cap::Columns => "Keep the columns that the model uses.",
                Cap::Name => "Shorten the name, or look for a quotation mark that is never closed.",
                Cap::Cell => "Look for a quotation mark that is never closed, or shorten the cell.",
                _ => "Keep the columns that the model uses, or a part of the patients.",
            }
            .into(),
            DataError::OutOfMemory { .. } => {
                "Close other pages, keep the columns that the model uses, or use the clarimark command.".into()
            }
        }
    }
}
