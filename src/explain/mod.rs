//! SHAP values of tree ensembles: the engine, the oracle that it is held against, and what is read off them.

mod attributions;
mod flow;
pub mod oracle;
mod quadrature;
pub mod summary;

pub use attributions::Attributions;
pub use flow::{ExplainError, Flow};
