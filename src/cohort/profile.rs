//! What sets a cluster apart: mean attribution and typical value per biomarker.

/// Profiles of clusters.
#[derive(Clone, Debug, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Profile {}
