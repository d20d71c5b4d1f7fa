//! Scenes: inert laid-out drawings. Charts make them, painters show them, a hit index finds what is under a point.

pub mod axis;
pub mod chart;
pub mod dodge;
pub mod hit;
pub mod paint;
pub mod palette;
pub mod scale;
pub mod scene;
pub mod svg;
pub mod text;

pub use scene::{Anchor, Ink, Item, Scene, Shape, Stroke};
