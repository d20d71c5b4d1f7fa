//! The only door through which trees enter an ensemble.

/// A node as a loader reads it.
#[derive(Clone, Debug)]
pub struct NodeSpec {}
/// A tree as a loader reads it.
#[derive(Clone, Debug)]
pub struct TreeSpec {}
/// Collects and validates.
#[derive(Clone, Debug)]
pub struct Builder {}
