//! Facts about a table that deserve a look: missingness, ranges, duplicates.

use super::{Column, MISSING, Values};
use std::collections::HashSet;

/// The distinct values of a column as texts, ascending (numbers by value, texts by alphabet), or None if there are
/// more than `limit`. Missing cells do not count.
pub fn few_values(column: &Column, limit: usize) -> Option<Vec<String>> {
    match &column.values {
        Values::Numbers(x) => {
            let mut found: Vec<f64> = Vec::new();
            for x in x.iter().filter(|x| !x.is_nan()) {
                if let Err(at) = found.binary_search_by(|y| y.total_cmp(&(x + 0.0))) {
                    if found.len() == limit {
                        return None;
                    }
                    found.insert(at, x + 0.0);
                }
            }
            Some(found.iter().map(f64::to_string).collect())
        }
        Values::Levels { codes, levels } => {
            let mut found = HashSet::new();
            for &code in codes.iter().filter(|&&code| code != MISSING) {
                if found.insert(code) && found.len() > limit {
                    return None;
                }
            }
            let mut found: Vec<String> =
                found.into_iter().filter_map(|code| levels.get(code as usize).cloned()).collect();
            found.sort_unstable();
            Some(found)
        }
    }
}

/// True if a column has texts, none missing, all different.
pub fn all_different_texts(column: &Column) -> bool {
    let mut seen = HashSet::new();
    match &column.values {
        Values::Levels { codes, .. } => codes.iter().all(|&code| code != MISSING && seen.insert(code)),
        Values::Numbers(_) => false,
    }
}
