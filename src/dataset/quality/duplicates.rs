//! Rows that say the same.

use crate::dataset::Dataset;
use std::collections::HashMap;

/// Groups of at least two rows that agree in every one of `columns`, missing cells included; groups and rows in file
/// order. Rows in which all these cells are missing do not count.
pub fn duplicates(data: &Dataset, columns: &[usize], rows: &[usize]) -> Vec<Vec<usize>> {
    let key = |row: usize| columns.iter().map(move |&c| data.columns()[c].key(row));
    // Column by column, as the cells lie in memory.
    let mut hashes: Vec<Option<u64>> = vec![None; rows.len()];
    for (i, &column) in columns.iter().enumerate() {
        for (hash, &row) in hashes.iter_mut().zip(rows) {
            if let Some(cell) = data.columns()[column].key(row) {
                *hash = Some(mix(hash.unwrap_or(0), cell, i as u64));
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // Groups by hash; rows of one hash are compared cell by cell.
    let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    for (hash, &row) in hashes.into_iter().zip(rows) {
        let Some(hash) = hash else { continue };
        let candidates = by_hash.entry(hash).or_default();
        match candidates.iter().find(|&&group| key(groups[group][0]).eq(key(row))) {
            Some(&group) => groups[group].push(row),
            None => {
                candidates.push(groups.len());
                groups.push(vec![row]);
            }
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Adds the cell of column `i` to a hash.
fn mix(hash: u64, cell: u64, i: u64) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2⁶⁴ / golden ratio
    let x = (hash.rotate_left(23) ^ cell ^ i.wrapping_mul(ODD)).wrapping_mul(ODD);
    x ^ (x >> 32)
}
