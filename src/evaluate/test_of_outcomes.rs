//! Who may be tested: a p-value about outcomes exists only for patients whose outcomes the model has not seen.
//!
//! Groups that a model forms among the patients it was fitted on differ in their outcomes because it was fitted so.
//! With permuted outcomes, where nothing is to be found, a log-rank test between clusters of SHAP values rejects in
//! every run on training patients, in more than half with pooled out-of-fold values, in 5 % on held-out patients.
//! Hence [`PValue`] has one door, and it asks for the part that every patient played.

use crate::study::SplitRole;

/// A statistic that compares outcomes, and the patients behind it.
pub trait Comparison: sealed::Tail {
    /// Patients compared.
    fn n(&self) -> usize;
}

pub(super) mod sealed {
    /// The tail probability, for the gate alone.
    pub trait Tail {
        /// P(statistic at least as large) if the groups do not differ; None if there is nothing to compare.
        fn tail(&self) -> Option<f64>;
    }
}

/// The p-value of a valid test.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PValue(f64);

impl PValue {
    /// The p-value of `comparison`, if the model has seen the outcome of none of its patients: every one of `parts`,
    /// one per compared patient, has to be test or external.
    pub fn of(comparison: &impl Comparison, parts: &[SplitRole]) -> Result<PValue, NotATest> {
        let tail = comparison.tail().ok_or(NotATest::NothingToCompare)?;
        unseen(parts)?;
        if parts.len() != comparison.n() {
            return Err(NotATest::OtherPatients { n: comparison.n(), n_parts: parts.len() });
        }
        Ok(PValue(tail))
    }

    /// The probability.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Why a comparison of outcomes is no valid test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATest {
    /// Some were in the training data.
    #[error(
        "Not a valid test: the model saw these outcomes. It was fitted on {n_seen} of {n}. Compare test or external patients."
    )]
    Fitted {
        /// Training patients among them.
        n_seen: usize,
        /// Patients compared.
        n: usize,
    },
    /// Some were used to tune or stop the fit.
    #[error(
        "Not a valid test: the model saw these outcomes. It was tuned on {n_seen} of {n}. Compare test or external patients."
    )]
    Tuned {
        /// Validation patients among them.
        n_seen: usize,
        /// Patients compared.
        n: usize,
    },
    /// The table does not say.
    #[error(
        "Not a valid test: the table does not say whether the model saw {n_unknown} of these {n} outcomes. Add a column with train, validation, test or external."
    )]
    Unknown {
        /// Patients without a part.
        n_unknown: usize,
        /// Patients compared.
        n: usize,
    },
    /// Fewer than two groups with someone at risk, or no event.
    #[error("Nothing to compare: that takes two groups with patients at risk when an event happens.")]
    NothingToCompare,
    /// Some are in more than one group.
    #[error(
        "No test: {n} patients are in more than one of these groups, and a log-rank test compares separate ones."
    )]
    Overlap {
        /// Patients in several.
        n: usize,
    },
    /// The parts are those of other patients.
    #[error("Not a valid test: {n} patients were compared, but the part of {n_parts} is given.")]
    OtherPatients {
        /// Patients compared.
        n: usize,
        /// Parts given.
        n_parts: usize,
    },
}

impl NotATest {
    /// What a reader who asks for more is told.
    pub const WHY: &str = "A model fitted on these patients places them by what happened to them. Groups made from its \
         scores or attributions then differ in outcome even where the biomarkers carry nothing: with shuffled outcomes \
         the usual log-rank test between such groups rejected in 40 of 40 runs, on held-out patients in 3 of 60. \
         The curves describe; only patients the model has not seen can test.";
}

/// Ok if every part is one whose outcomes a model does not see.
pub fn unseen(parts: &[SplitRole]) -> Result<(), NotATest> {
    let n = parts.len();
    let among = |role| parts.iter().filter(|&&part| part == role).count();
    let [fitted, tuned, unknown] = [SplitRole::Train, SplitRole::Validation, SplitRole::Unknown].map(among);
    if fitted > 0 {
        Err(NotATest::Fitted { n_seen: fitted, n })
    } else if tuned > 0 {
        Err(NotATest::Tuned { n_seen: tuned, n })
    } else if unknown > 0 {
        Err(NotATest::Unknown { n_unknown: unknown, n })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Half(usize);
    impl sealed::Tail for Half {
        fn tail(&self) -> Option<f64> {
            (self.0 > 0).then_some(0.5)
        }
    }
    impl Comparison for Half {
        fn n(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn only_patients_the_model_has_not_seen_have_a_p_value() {
        use SplitRole::{External, Test, Train, Unknown, Validation};
        assert_eq!(PValue::of(&Half(2), &[Test, External]).map(PValue::get), Ok(0.5));
        let refused = |parts: &[SplitRole]| PValue::of(&Half(parts.len()), parts).unwrap_err();
        assert_eq!(refused(&[Test, Train, Train, Unknown]), NotATest::Fitted { n_seen: 2, n: 4 });
        assert_eq!(refused(&[Test, Validation]), NotATest::Tuned { n_seen: 1, n: 2 });
        assert_eq!(refused(&[Unknown, Test]), NotATest::Unknown { n_unknown: 1, n: 2 });
        assert_eq!(PValue::of(&Half(3), &[Test, Test]), Err(NotATest::OtherPatients { n: 3, n_parts: 2 }));
        assert_eq!(PValue::of(&Half(0), &[]), Err(NotATest::NothingToCompare));
        let said = refused(&[Train]).to_string();
        assert!(said.starts_with("Not a valid test: the model saw these outcomes."), "{said}");
    }
}
