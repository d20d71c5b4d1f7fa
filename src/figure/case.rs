//! A patient as figures see one: as measured, or with changed values; and where values lie among the training patients.

use crate::ids::{FeatureId, RowId};
use crate::plot::chart::Kind;
use crate::plot::chart::waterfall::Side;
use crate::session::{Analysis, Edits};
use crate::study::SplitRole;

/// Values of a patient and what the model makes of them.
#[derive(Clone, Debug)]
pub struct Case {
    /// Whose.
    pub patient: RowId,
    /// Model inputs, one per feature.
    pub values: Vec<f64>,
    /// φ of the shown output, one per feature.
    pub phi: Vec<f64>,
    /// Margin of the shown output.
    pub margin: f64,
    /// Features whose values are not the measured ones.
    pub changed: Vec<FeatureId>,
}

impl PartialEq for Case {
    fn eq(&self, other: &Self) -> bool {
        let bits = |c: &Case| c.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        self.patient == other.patient && self.phi == other.phi && bits(self) == bits(other)
    }
}

impl Case {
    /// A patient as measured; None if not explained.
    pub fn measured(a: &Analysis, patient: RowId) -> Option<Case> {
        let i = a.position(patient)?;
        Some(Case {
            patient,
            values: a.study.binding.matrix(&a.study.data, &[patient]),
            phi: (0..a.study.n_features()).map(|f| a.phi(i, FeatureId::of(f))).collect(),
            margin: a.margin(patient),
            changed: Vec::new(),
        })
    }

    /// A patient with changed values and what a worker made of them, `[feature][output]` and `[output]`; None if that
    /// does not belong to this study.
    pub fn changed(a: &Analysis, edits: &Edits, patient: RowId, phi: &[f64], margin: &[f64]) -> Option<Case> {
        let (n_outputs, output) = (a.attributions.n_outputs, a.insight.output);
        if phi.len() != a.study.n_features() * n_outputs {
            return None;
        }
        Some(Case {
            patient,
            values: edits.row(&a.study, patient),
            phi: phi.iter().skip(output).step_by(n_outputs).copied().collect(),
            margin: *margin.get(output)?,
            changed: edits.of(patient).iter().map(|(f, _)| *f).collect(),
        })
    }

    /// False for what was computed of another study.
    pub fn fits(&self, a: &Analysis) -> bool {
        self.values.len() == a.study.n_features() && self.patient.index() < a.study.n_rows()
    }

    /// A value as text without its unit; None if missing.
    pub(super) fn text(&self, a: &Analysis, kind: Kind, feature: FeatureId) -> Option<String> {
        let value = self.values[feature.index()];
        if value.is_nan() {
            None
        } else if self.changed.contains(&feature) {
            Some(kind.text(value))
        } else {
            a.study.value_text(feature, self.patient)
        }
    }
}

/// Smallest and largest value among the training patients, for the most important measurements.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TrainingRanges(Vec<Option<[f64; 2]>>);

impl TrainingRanges {
    /// Features that are looked at, most important first: the pass over a large table takes time.
    const MOST: usize = 200;

    /// The ranges; none if the table does not say who trained the model.
    pub fn of(a: &Analysis) -> Self {
        let rows = a.study.rows_of(SplitRole::Train);
        let mut ranges = vec![None; a.study.n_features()];
        let features = a.insight.order.iter().filter(|f| !a.study.model.features[f.index()].categorical);
        for f in features.take(Self::MOST).filter(|_| !rows.is_empty()) {
            ranges[f.index()] = crate::plot::scale::extent(rows.iter().map(|r| a.study.value(*f, *r)));
        }
        TrainingRanges(ranges)
    }

    /// True if the table says who trained the model.
    pub fn known(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }

    /// The range of one feature.
    pub fn range(&self, feature: FeatureId) -> Option<[f64; 2]> {
        self.0.get(feature.index()).copied().flatten()
    }

    /// Beyond which end a value lies.
    pub fn outside(&self, feature: FeatureId, value: f64) -> Option<Side> {
        let [low, high] = self.range(feature)?;
        if value < low {
            Some(Side::Below)
        } else if value > high {
            Some(Side::Above)
        } else {
            None
        }
    }
}
