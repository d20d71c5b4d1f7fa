//! The session in a link, a study in one file.

mod link;
#[cfg(not(target_arch = "wasm32"))]
pub mod page;
pub mod table;

pub use link::{Link, LinkError, PACKED};
