//! The session in a link, a study in one file.

mod link;
pub mod page;
pub mod table;

pub use link::{Link, LinkError};
