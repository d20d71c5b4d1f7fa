//! Rows that say the same.

use crate::dataset::Dataset;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Groups of at least two rows that agree in every one of `columns`, missing cells included; groups and rows in file
/// order. Rows in which all these cells are missing do not count.
pub fn duplicates(data: &Dataset, columns: &[usize], rows: &[usize]) -> Vec<Vec<usize>> {
    let key = |row: usize| columns.iter().map(move |&c| data.columns()[c].key(row));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // Groups by hash; rows of one hash are compared cell by cell.
    let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    for &row in rows {
        let mut hasher = DefaultHasher::new();
        let mut n_present = 0;
        for cell in key(row) {
            n_present += usize::from(cell.is_some());
            cell.hash(&mut hasher);
        }
        if n_present == 0 {
            continue;
        }
        let candidates = by_hash.entry(hasher.finish()).or_default();
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
