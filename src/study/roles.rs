//! What each column of the table is for.

use super::{Manifest, Outcome, SplitRole, Study};
use crate::dataset::Dataset;
use crate::ensemble::Summary;
use crate::ids::{FeatureId, RowId};

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ColumnRole {
    /// Names the patient.
    Id,
    /// Feeds this feature.
    Feature(FeatureId),
    /// Follow-up time.
    OutcomeTime,
    /// 1 if the event was seen.
    OutcomeEvent,
    /// Two levels.
    OutcomeBinary,
    /// A quantity.
    OutcomeContinuous,
    /// Train, validation, test or external.
    Split,
    /// Not in the model, worth filtering and colouring by.
    Covariate,
    /// Not used.
    Ignored,
}

/// A role for every column: the manifest's where it says, else by name and content.
pub fn propose_roles(_model: &Summary, _data: &Dataset, _manifest: &Manifest) -> Vec<ColumnRole> {
    Vec::new()
}

pub(super) fn split_role(_study: &Study, _row: RowId) -> SplitRole {
    SplitRole::Unknown
}

pub(super) fn outcome(_study: &Study) -> Outcome {
    Outcome::None
}
