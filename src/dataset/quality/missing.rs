//! Which columns are missing in the same rows.

use crate::dataset::Dataset;
use crate::math::Order as _;
use std::collections::HashMap;

/// Blocks that are reported.
const MAX_BLOCKS: usize = 20;

/// Rows in which the same columns are missing: one fact, however many cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingBlock {
    /// The rows, ascending.
    pub rows: Vec<usize>,
    /// Columns that are missing in these rows and in no other.
    pub same: Vec<usize>,
    /// Columns that are missing in these rows and in others too.
    pub more: Vec<usize>,
}

impl MissingBlock {
    /// Every column that is missing in these rows, ascending.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns = [self.same.as_slice(), &self.more].concat();
        columns.order_by_key(|c| *c);
        columns
    }
}

/// Groups of at least two columns that are missing in exactly the same rows, at least two, with the columns whose gaps
/// include these rows; the largest blocks first (by cells), at most 20. Only `columns` and `rows` are looked at.
pub fn missing_blocks(data: &Dataset, columns: &[usize], rows: &[usize]) -> Vec<MissingBlock> {
    let mut columns_of: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
    for &column in columns {
        let gaps = gaps(data, column, rows);
        if gaps.iter().any(|&word| word != 0) {
            columns_of.entry(gaps).or_default().push(column);
        }
    }
    let size = |(gaps, columns): &(&Vec<u64>, &Vec<usize>)| n_rows(gaps) * columns.len();
    let mut groups: Vec<(&Vec<u64>, &Vec<usize>)> =
        columns_of.iter().filter(|(gaps, columns)| columns.len() > 1 && n_rows(gaps) > 1).collect();
    // The map has no order; size and first column make one.
    groups.order_by_key(|group| (std::cmp::Reverse(size(group)), group.1[0]));
    groups.truncate(MAX_BLOCKS);
    let block = |(gaps, same): (&Vec<u64>, &Vec<usize>)| {
        let includes = |other: &Vec<u64>| other != gaps && gaps.iter().zip(other).all(|(a, b)| a & !b == 0);
        let wider = columns_of.iter().filter(|(other, _)| includes(other));
        let mut more: Vec<usize> = wider.flat_map(|(_, columns)| columns.iter().copied()).collect();
        more.order_by_key(|c| *c);
        let is_gap = |i: &usize| gaps[i / 64] >> (i % 64) & 1 == 1;
        let rows = (0..rows.len()).filter(is_gap).map(|i| rows[i]).collect();
        MissingBlock { rows, same: same.clone(), more }
    };
    groups.into_iter().map(block).collect()
}

/// One bit per entry of `rows`: set where the cell is missing.
fn gaps(data: &Dataset, column: usize, rows: &[usize]) -> Vec<u64> {
    let column = &data.columns()[column];
    let mut bits = vec![0u64; rows.len().div_ceil(64)];
    for (i, &row) in rows.iter().enumerate() {
        bits[i / 64] |= u64::from(column.is_missing(row)) << (i % 64);
    }
    bits
}

fn n_rows(gaps: &[u64]) -> usize {
    gaps.iter().map(|word| word.count_ones() as usize).sum()
}
