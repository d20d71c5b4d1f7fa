//! Values of one patient that a reader changed to see what the model would do. They are thought up, not measured: they
//! can be undone, kept under a name and sent in a link. Another patient starts as measured.

use crate::ids::{FeatureId, RowId};
use crate::study::Study;

/// Changed values of one patient; without changes it is the default.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    patient: Option<RowId>,
    changed: Vec<(FeatureId, f64)>,
}

/// Changes under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The reader's word.
    pub name: String,
    /// The changes.
    pub edits: Edits,
}

impl PartialEq for Edits {
    fn eq(&self, other: &Self) -> bool {
        let bits = |e: &Edits| e.changed.iter().map(|(f, v)| (*f, v.to_bits())).collect::<Vec<_>>();
        self.patient == other.patient && bits(self) == bits(other)
    }
}

impl Edits {
    /// Changes of a patient.
    pub fn new(patient: RowId, changed: Vec<(FeatureId, f64)>) -> Self {
        if changed.is_empty() { Edits::default() } else { Edits { patient: Some(patient), changed } }
    }

    /// Whose values these are; None without changes.
    pub fn patient(&self) -> Option<RowId> {
        self.patient
    }

    /// Gives a patient another value of a feature (NaN is missing); the measured one takes the change back.
    pub fn set(&mut self, study: &Study, patient: RowId, feature: FeatureId, value: f64) {
        if self.patient != Some(patient) {
            *self = Edits { patient: Some(patient), changed: Vec::new() };
        }
        let measured = study.value(feature, patient);
        let as_measured = measured == value || (measured.is_nan() && value.is_nan());
        match self.changed.iter().position(|(f, _)| *f == feature) {
            Some(at) if as_measured => {
                self.changed.remove(at);
            }
            Some(at) => self.changed[at].1 = value,
            None if as_measured => {}
            None => self.changed.push((feature, value)),
        }
        if self.changed.is_empty() {
            self.patient = None;
        }
    }

    /// The changed values of a patient, in the order in which they were changed first.
    pub fn of(&self, patient: RowId) -> &[(FeatureId, f64)] {
        if self.patient == Some(patient) { &self.changed } else { &[] }
    }

    /// The value of a feature as it is now.
    pub fn value(&self, study: &Study, patient: RowId, feature: FeatureId) -> f64 {
        let changed = self.of(patient).iter().find(|(f, _)| *f == feature);
        changed.map_or_else(|| study.value(feature, patient), |(_, v)| *v)
    }

    /// The model's inputs with the changes.
    pub fn row(&self, study: &Study, patient: RowId) -> Vec<f64> {
        let mut row = study.binding.matrix(&study.data, &[patient]);
        for (f, v) in self.of(patient) {
            row[f.index()] = *v;
        }
        row
    }
}
