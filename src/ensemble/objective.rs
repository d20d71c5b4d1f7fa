//! Objectives: how stored base scores and margins become predictions.

use serde::{Deserialize, Serialize};

/// From margins to predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Prediction = margin.
    Identity,
    /// 1 / (1 + e^−m) per output.
    Logistic,
    /// 1 / (1 + e^−2m) per output: the margin is half the log-odds (exponential loss).
    LogisticOfTwice,
    /// Over all outputs.
    Softmax,
    /// e^m.
    Exp,
    /// 1 if m > 0, else 0.
    Step,
    /// m², with the sign of m.
    SignedSquare,
    /// ln (1 + e^m).
    Softplus,
}

/// What a model's numbers mean, in the reader's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// From margin to prediction.
    pub link: Link,
    /// e.g. `log hazard ratio`, `log-odds`.
    pub margin: String,
    /// e.g. `hazard ratio`, `probability`.
    pub prediction: String,
    /// What a higher margin means: `risk` for hazards, `time` for AFT, `probability` …; used in sentences.
    pub higher: String,
}

impl Scale {
    /// True if a higher margin means that an event comes later, not sooner.
    pub fn is_of_survival(&self) -> bool {
        matches!(self.higher.as_str(), "time" | "survival")
    }

    /// A link with its three words.
    pub fn new(link: Link, margin: &str, prediction: &str, higher: &str) -> Self {
        Scale { link, margin: margin.into(), prediction: prediction.into(), higher: higher.into() }
    }
}

/// An objective that the loader understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Name in the file.
    pub name: String,
    /// Meaning of margin and prediction.
    pub scale: Scale,
}
