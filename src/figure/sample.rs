//! Which patients are drawn where there are more than an eye can tell apart. Numbers always use all of them.

use crate::session::{Analysis, drawn_of};

/// Positions of the patients that are drawn: all of them, or an even stride through the file.
pub fn drawn(a: &Analysis) -> Vec<usize> {
    drawn_of(a.rows.len())
}
