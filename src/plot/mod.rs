//! Scenes: inert laid-out drawings. Charts make them, painters show them, a hit index finds what is under a point.
//!
//! ```text
//! spec (plain data) → chart → Scene → paint (plotters backend, canvas)
//!                                   → svg   (export, print)
//!                                   → hit   (hover, lasso)
//! ```
//!
//! Everything a plot says is in its scene, text included, so an exported figure is complete. A chart is laid out for
//! the width it is given; scenes are never scaled.

pub mod axis;
pub mod chart;
pub mod dodge;
#[cfg(test)]
mod dump;
pub mod hit;
pub mod legend;
pub mod number;
pub mod overlay;
pub mod paint;
pub mod palette;
pub mod place;
pub mod scale;
pub mod scene;
pub mod smooth;
pub mod svg;
pub mod text;

pub use palette::{Role, Theme};
pub use scene::{Anchor, Ink, Item, Label, Scene, Shape, Stroke};
