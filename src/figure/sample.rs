//! Which patients are drawn where there are more than an eye can tell apart. Numbers always use all of them.

use crate::session::Analysis;

/// Patients that one plot draws at most.
pub const MAX_DRAWN: usize = 2_000;

/// Positions of the patients that are drawn: all of them, or an even stride through the file.
pub fn drawn(a: &Analysis) -> Vec<usize> {
    let n = a.rows.len();
    (0..n).step_by(n.div_ceil(MAX_DRAWN).max(1)).collect()
}
