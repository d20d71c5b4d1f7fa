//! CatBoost's losses: what margin and prediction mean.

use crate::ensemble::{Link, Scale};

/// What is known of a loss by its name.
pub(super) struct Known {
    pub(super) scale: Scale,
    /// Outputs are classes.
    pub(super) classes: bool,
    /// False if the name is none of the library's that are read here.
    pub(super) recognised: bool,
}

/// The loss of this name.
pub(super) fn known(name: &str) -> Known {
    use Link::{Exp, Identity, Logistic, Softmax};
    let (link, margin, prediction, higher, classes) = match name {
        "Logloss" => (Logistic, "log-odds", "probability", "probability", true),
        "CrossEntropy" => (Logistic, "log-odds", "proportion", "proportion", true),
        "MultiClass" => (Softmax, "log-odds (softmax)", "probability", "probability", true),
        "MultiClassOneVsAll" => {
            (Logistic, "log-odds (one class against the others)", "probability", "probability", true)
        }
        "MultiLogloss" | "MultiCrossEntropy" => (Logistic, "log-odds", "probability", "probability", true),
        "Poisson" => (Exp, "log count", "expected count", "count", false),
        "Tweedie" => (Exp, "log mean", "expected value", "value", false),
        "Cox" => (Exp, "log hazard ratio", "hazard ratio", "risk", false),
        "RMSE"
        | "MAE"
        | "Quantile"
        | "MultiQuantile"
        | "MAPE"
        | "Huber"
        | "Expectile"
        | "Lq"
        | "LogCosh"
        | "MultiRMSE"
        | "MultiRMSEWithMissingValues" => (Identity, "prediction", "prediction", "prediction", false),
        "YetiRank" | "YetiRankPairwise" | "PairLogit" | "PairLogitPairwise" | "QueryRMSE"
        | "QuerySoftMax" | "QueryCrossEntropy" | "LambdaMart" | "StochasticRank" | "StochasticFilter" => {
            (Identity, "ranking score", "ranking score", "rank", false)
        }
        _ => {
            let scale = Scale::new(Identity, "margin", "margin", "margin");
            return Known { scale, classes: false, recognised: false };
        }
    };
    Known { scale: Scale::new(link, margin, prediction, higher), classes, recognised: true }
}
