//! XGBoost's objectives: what the stored base score means, and what margin and prediction mean.

use crate::ensemble::{Link, ModelError, Scale};
use crate::math;

/// From the base score in the file to the margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stored {
    /// Already a margin.
    Margin,
    /// A probability.
    Probability,
    /// A positive mean or rate.
    Positive,
}

/// What is known of an objective by its name.
pub(super) struct Known {
    pub(super) stored: Stored,
    pub(super) scale: Scale,
    /// False if the name is none that XGBoost 1.7 to 3.4 writes.
    pub(super) recognised: bool,
}

/// The objective of this name. An unknown one is explained in margin space as it is.
pub(super) fn known(name: &str) -> Known {
    use Link::{Exp, Identity, Logistic, Softmax, Step};
    use Stored::{Margin, Positive, Probability};
    let (stored, link, margin, prediction, higher) = match name {
        "binary:logistic" => (Probability, Logistic, "log-odds", "probability", "probability"),
        "reg:logistic" => (Probability, Logistic, "log-odds", "proportion", "proportion"),
        "binary:logitraw" => (Margin, Identity, "log-odds", "log-odds", "probability"),
        "binary:hinge" => (Margin, Step, "margin", "class", "chance of the positive class"),
        "multi:softprob" | "multi:softmax" => {
            (Margin, Softmax, "log-odds (softmax)", "probability", "probability")
        }
        "survival:cox" => (Positive, Exp, "log hazard ratio", "hazard ratio", "risk"),
        "survival:aft" => (Positive, Exp, "log time", "predicted time", "time"),
        "count:poisson" => (Positive, Exp, "log count", "expected count", "count"),
        "reg:gamma" | "reg:tweedie" => (Positive, Exp, "log mean", "expected value", "value"),
        "reg:squarederror"
        | "reg:linear"
        | "reg:squaredlogerror"
        | "reg:pseudohubererror"
        | "reg:absoluteerror"
        | "reg:quantileerror"
        | "reg:expectileerror" => (Margin, Identity, "prediction", "prediction", "prediction"),
        "rank:pairwise" | "rank:ndcg" | "rank:map" => {
            (Margin, Identity, "ranking score", "ranking score", "rank")
        }
        _ => {
            let scale = Scale::new(Identity, "margin", "margin", "margin");
            return Known { stored: Margin, scale, recognised: false };
        }
    };
    Known { stored, scale: Scale::new(link, margin, prediction, higher), recognised: true }
}

impl Stored {
    /// The margin of a stored base score.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a positive score is needed and it is not.
    pub(super) fn margin(self, score: f32) -> Result<f64, ModelError> {
        let score = f64::from(score);
        match self {
            Stored::Margin => Ok(score),
            Stored::Probability => {
                // XGBoost 3 clamps alike; earlier versions refuse to train outside.
                let p = score.clamp(1e-6, 1.0 - 1e-6);
                Ok(-math::ln(1.0 / p - 1.0))
            }
            Stored::Positive if score > 0.0 => Ok(math::ln(score)),
            Stored::Positive => Err(ModelError::Value {
                key: "learner.learner_model_param.base_score".into(),
                got: score.to_string(),
                expected: "a positive number for this objective",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_scores_become_margins() {
        assert_eq!(Stored::Probability.margin(0.5), Ok(0.0));
        assert_eq!(Stored::Positive.margin(1.0), Ok(0.0));
        assert_eq!(Stored::Margin.margin(0.25), Ok(0.25));
        assert!(Stored::Positive.margin(0.0).is_err());
        assert!(Stored::Probability.margin(1.0).unwrap() < 14.0);
    }
}
