//! LightGBM's objectives: what margin and prediction mean.

use crate::ensemble::error::quoted;
use crate::ensemble::{Link, ModelError, Scale};

/// What is known of an objective by its line in the file.
pub(super) struct Known {
    pub(super) scale: Scale,
    /// From `raw_score` to the margin.
    pub(super) factor: f64,
    /// False if the name is none that LightGBM writes.
    pub(super) recognised: bool,
}

/// The objective of this line, such as `binary sigmoid:1` or `regression sqrt`.
///
/// # Errors
/// [`ModelError::Value`] for a `sigmoid` that is not a positive number.
pub(super) fn known(line: &str) -> Result<Known, ModelError> {
    use Link::{Exp, Identity, Logistic, SignedSquare, Softmax, Softplus};
    let mut words = line.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let words: Vec<&str> = words.collect();
    let (link, margin, prediction, higher) = match name {
        "binary" => (Logistic, "log-odds", "probability", "probability"),
        "multiclass" => (Softmax, "log-odds (softmax)", "probability", "probability"),
        "multiclassova" => {
            (Logistic, "log-odds (one class against the others)", "probability", "probability")
        }
        "cross_entropy" => (Logistic, "log-odds", "proportion", "proportion"),
        "cross_entropy_lambda" => (Softplus, "log intensity", "intensity", "intensity"),
        "poisson" => (Exp, "log count", "expected count", "count"),
        "gamma" | "tweedie" => (Exp, "log mean", "expected value", "value"),
        "regression" if words.contains(&"sqrt") => {
            (SignedSquare, "square root of the prediction", "prediction", "prediction")
        }
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => {
            (Identity, "prediction", "prediction", "prediction")
        }
        "lambdarank" | "rank_xendcg" => (Identity, "ranking score", "ranking score", "rank"),
        _ => {
            let scale = Scale::new(Identity, "margin", "margin", "margin");
            return Ok(Known { scale, factor: 1.0, recognised: false });
        }
    };
    let scaled = matches!(name, "binary" | "multiclassova");
    let factor = match words.iter().find_map(|w| w.strip_prefix("sigmoid:")).filter(|_| scaled) {
        None => 1.0,
        Some(text) => text.parse().ok().filter(|s: &f64| s.is_finite() && *s > 0.0).ok_or_else(|| {
            ModelError::Value { key: "objective".into(), got: quoted(line), expected: "a positive sigmoid" }
        })?,
    };
    Ok(Known { scale: Scale::new(link, margin, prediction, higher), factor, recognised: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_an_objective_are_read() {
        let of = |line| known(line).map(|k| (k.scale.link, k.factor, k.recognised));
        assert_eq!(of("binary sigmoid:0.7"), Ok((Link::Logistic, 0.7, true)));
        assert_eq!(of("multiclassova num_class:3 sigmoid:2"), Ok((Link::Logistic, 2.0, true)));
        assert_eq!(of("regression sqrt"), Ok((Link::SignedSquare, 1.0, true)));
        assert_eq!(of("tweedie tweedie_variance_power:1.5"), Ok((Link::Exp, 1.0, true)));
        assert_eq!(of(""), Ok((Link::Identity, 1.0, false)));
        for line in ["binary sigmoid:0", "binary sigmoid:x", "binary sigmoid:inf", "binary sigmoid:-1"] {
            assert!(known(line).is_err(), "{line}");
        }
    }
}
