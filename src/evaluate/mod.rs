//! How good a model is on patients it has not seen: concordance, discrimination, intervals.

pub mod discrimination;
pub mod interval;

pub use discrimination::{auc, concordance};
pub use interval::{Interval, wilson};
