//! Parquet, by way of Arrow's arrays.

mod pages;

use super::columnar::{Table, check_size};
use super::{Problem, Text};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Cells that are decoded together.
const CELLS: usize = 1 << 20;
/// What a column may claim to unpack to, bytes.
const MAX_COLUMN: i64 = 1 << 31;

pub(super) fn to_csv(bytes: &[u8]) -> Result<Text, Problem> {
    let file = bytes::Bytes::copy_from_slice(bytes);
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(Problem::of)?;
    let metadata = builder.metadata();
    let n_columns = builder.schema().fields().len();
    let n_rows = usize::try_from(metadata.file_metadata().num_rows()).unwrap_or(usize::MAX);
    check_size(n_columns, n_rows)?;
    // What is known of the file stands at its end, before its own length and the format's name.
    let known = bytes.last_chunk::<8>().map_or(0, |end| u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    let data_ends = bytes.len().saturating_sub(8).saturating_sub(known as usize);
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        if !(0..=MAX_COLUMN).contains(&column.uncompressed_size()) {
            return Err(Problem::Damaged("a column claims an impossible size".into()));
        }
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        let end = start.saturating_add(column.compressed_size());
        let [start, end] = [start, end].map(|at| usize::try_from(at).unwrap_or_default().min(data_ends));
        pages::check(bytes, start, end).map_err(|problem| Problem::Damaged(problem.into()))?;
    }
    let mut table = Table::new(builder.schema())?;
    let rows_together = (CELLS / n_columns.max(1)).clamp(64, 8_192);
    for batch in builder.with_batch_size(rows_together).build().map_err(Problem::of)? {
        table.add(&batch.map_err(Problem::of)?)?;
    }
    Ok(table.out)
}
