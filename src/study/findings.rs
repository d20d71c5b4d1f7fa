//! What deserves a look before and after computing, each with the numbers behind it and what to do.

use super::Study;
use crate::explain::Attributions;
use crate::ids::RowId;

/// How much a finding restricts what may be concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Restricts a conclusion.
    High,
    /// Check before relying on it.
    Medium,
    /// Worth knowing.
    Low,
    /// Looked for, not found.
    Pass,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How serious.
    pub severity: Severity,
    /// A short statement.
    pub title: String,
    /// Numbers, cause and one action.
    pub detail: String,
}

/// All findings, most severe first. `explained` are the attributions of `rows`, if computed.
pub fn findings(_study: &Study, _rows: &[RowId], _explained: Option<&Attributions>) -> Vec<Finding> {
    Vec::new()
}
