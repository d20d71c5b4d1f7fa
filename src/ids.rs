//! Small typed numbers: which row, which feature, which output, which cluster.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
        impl $name {
            /// The id as an array index.
            pub fn index(self) -> usize { self.0 as usize }
            /// The id of an array index.
            pub fn of(index: usize) -> Self { $name(index as u32) }
        }
    };
}

id!(
    /// A row of the data table, 0-based, in file order.
    RowId
);
id!(
    /// A feature of the model, 0-based, in the model's order.
    FeatureId
);
id!(
    /// An output of the model: 0, or one per class or target.
    OutputId
);
id!(
    /// A cluster of patients, 0-based, ordered by mean margin (lowest first).
    ClusterId
);

/// What a drawn item stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// One patient.
    Patient(RowId),
    /// One biomarker.
    Feature(FeatureId),
    /// One patient's value of one biomarker.
    Cell(RowId, FeatureId),
    /// One cluster.
    Cluster(ClusterId),
    /// One bin or level of a histogram.
    Bin(u32),
}

impl Target {
    /// The patient this target is about, if any.
    pub fn patient(self) -> Option<RowId> {
        match self {
            Target::Patient(r) | Target::Cell(r, _) => Some(r),
            _ => None,
        }
    }
    /// The biomarker this target is about, if any.
    pub fn feature(self) -> Option<FeatureId> {
        match self {
            Target::Feature(f) | Target::Cell(_, f) => Some(f),
            _ => None,
        }
    }
}
