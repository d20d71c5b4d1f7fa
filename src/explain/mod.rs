//! SHAP values of tree ensembles: the engine, the oracle that it is held against, and what is read off them.

mod attributions;
mod error;
mod flow;
mod interventional;
pub mod oracle;
mod quadrature;
pub mod summary;
mod table;

pub use attributions::Attributions;
pub use error::ExplainError;
pub use flow::Flow;
pub use interventional::{Interventional, Output, Transformed};
