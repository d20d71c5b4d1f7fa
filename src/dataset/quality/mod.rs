//! Facts about a table that deserve a look: ranges, missingness, duplicates. Facts only; what to make of them is said
//! elsewhere.

mod duplicates;
mod missing;
mod profile;

pub use duplicates::duplicates;
pub use missing::{MissingBlock, missing_blocks};
pub use profile::{Profile, Range, histogram, profile};

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

/// True if a column counts or names its rows: nothing missing, all different, and texts or whole numbers that lie
/// close together.
pub fn counts_rows(column: &Column) -> bool {
    match &column.values {
        Values::Levels { .. } => all_different_texts(column),
        Values::Numbers(x) => {
            let mut sorted = x.clone();
            crate::math::sort(&mut sorted);
            let (Some(low), Some(high)) = (sorted.first(), sorted.last()) else { return false };
            // NaN sorts last and fails the comparison.
            high - low < 2.0 * x.len() as f64
                && sorted.iter().all(|x| *x == x.trunc())
                && sorted.windows(2).all(|pair| pair[0] < pair[1])
        }
    }
}

#[cfg(test)]
mod tests;
