//! The session in a link, a study in one file.

mod link;
pub mod page;

pub use link::{Link, LinkError};
