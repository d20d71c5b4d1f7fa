//! How good a model is on patients it has not seen: concordance, discrimination, errors, survival, intervals.

pub mod discrimination;
pub mod error;
pub mod interval;
pub mod survival;

pub use discrimination::{Pairs, auc, auc_interval, concordance, concordance_interval, concordant_pairs};
pub use error::{Fit, accuracy, fit};
pub use interval::{Interval, bootstrap, wilson};
pub use survival::{Step, kaplan_meier};
