//! SHAP values of tree ensembles: the engine, the oracle that it is held against, and what is read off them.

mod attributions;
pub mod effect;
mod engine;
mod error;
pub mod flip;
mod flow;
pub mod groups;
mod interaction;
mod interventional;
pub mod oracle;
pub mod paths;
mod quadrature;
mod simd;
pub mod summary;
mod table;

pub use attributions::Attributions;
pub use engine::{Engine, Precision};
pub use error::ExplainError;
pub use flow::{Curve, Flow, WhatIf};
pub use interaction::{Interaction, Interactions};
pub use interventional::{Interventional, Output, Transformed};
