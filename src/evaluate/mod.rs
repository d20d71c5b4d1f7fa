//! How good a model is on patients it has not seen: concordance, discrimination, errors, survival, intervals; and which
//! comparisons of outcomes are tests at all.

pub mod calibration;
pub mod cutoff;
pub mod difference;
pub mod discrimination;
pub mod interval;
mod logistic;
pub mod paired;
pub mod residual;
pub mod stability;
pub mod survival;
pub mod test_of_outcomes;

pub use discrimination::{Pairs, auc, auc_interval, concordance, concordance_interval, concordant_pairs};
pub use interval::{Interval, bootstrap, wilson};
pub use residual::{Fit, accuracy, fit, r_squared_interval};
pub use survival::{Step, kaplan_meier};
pub use test_of_outcomes::{NotATest, PValue};
