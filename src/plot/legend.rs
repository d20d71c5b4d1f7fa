//! Keys: what colours and marks mean, set in one line that wraps. On the page they sit in a pane's head; exports put
//! them beneath the plot.

use super::palette::{N_VALUES, Role};
use super::scene::{Ink, Label, Scene, Shape, Stroke};
use super::text;

/// One entry of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The value ramp between two texts.
    Ramp {
        /// Left of the ramp, e.g. `value low` or `age 36`.
        low: String,
        /// Right of the ramp, e.g. `high` or `69 years`.
        high: String,
    },
    /// The colours of lowering and raising attributions between two texts, weakest in the middle.
    Signs {
        /// Left, e.g. `lowers risk −1.2`.
        low: String,
        /// Right, e.g. `+1.2 raises risk`.
        high: String,
    },
    /// A hollow mark.
    Missing(String),
    /// A bar with its whisker.
    Interval(String),
    /// A filled bar.
    Bar(Role, String),
    /// The hollow bar of a missing value.
    HollowBar(String),
    /// The struck cell of a missing value.
    StruckCell(String),
    /// A cluster's mark.
    Cluster(u32, String),
    /// The diamond of a known marker.
    Known(String),
}

const LINE: f64 = 20.0;
const GAP: f64 = 16.0;

impl Entry {
    fn says(&self) -> &str {
        match self {
            Entry::Ramp { high: text, .. }
            | Entry::Signs { high: text, .. }
            | Entry::Missing(text)
            | Entry::Interval(text)
            | Entry::Bar(_, text)
            | Entry::HollowBar(text)
            | Entry::StruckCell(text)
            | Entry::Cluster(_, text)
            | Entry::Known(text) => text,
        }
    }

    fn before(&self) -> f64 {
        match self {
            Entry::Ramp { low, .. } | Entry::Signs { low, .. } => text::width(low, 11.0, false) + 6.0,
            _ => 0.0,
        }
    }

    fn symbol(&self) -> f64 {
        match self {
            Entry::Ramp { .. } | Entry::Signs { .. } => 72.0,
            Entry::Interval(_) => 22.0,
            _ => 10.0,
        }
    }

    fn width(&self) -> f64 {
        self.before() + self.symbol() + 6.0 + text::width(self.says(), 11.0, false)
    }

    /// Draws the entry with its left end at `x` and its middle at `y`.
    fn draw(&self, scene: &mut Scene, x: f64, y: f64) {
        let s = x + self.before();
        match self {
            Entry::Ramp { low, .. } => {
                scene.text(x, y + 4.0, low, Label::LABEL);
                let step = self.symbol() / f64::from(N_VALUES / 2);
                for i in 0..N_VALUES / 2 {
                    // One step wider than its share, so that no gap shows between two.
                    let w = if i + 1 < N_VALUES / 2 { step + 0.5 } else { step };
                    scene.rect([s + step * f64::from(i), y - 4.0, w, 8.0], Role::Value(i * 2 + i / 31));
                }
            }
            Entry::Signs { low, .. } => {
                scene.text(x, y + 4.0, low, Label::LABEL);
                for i in -8..=8 {
                    let role = if i < 0 { Role::Lowers } else { Role::Raises };
                    let step = self.symbol() / 17.0;
                    let ink = Ink::Role(role, i32::abs(i) as f32 / 8.0);
                    scene.rect([s + step * f64::from(i + 8), y - 4.0, step, 8.0], ink);
                }
            }
            Entry::Missing(_) => {
                scene.ring(s + 5.0, y, 3.0, Stroke::new(Role::Missing, 1.0));
            }
            Entry::Interval(_) => {
                scene.rect([s, y - 4.0, 17.0, 8.0], Role::Bar);
                super::chart::ranked::whisker(scene, [s + 12.0, s + 21.0], y);
            }
            Entry::Bar(role, _) => {
                scene.rect([s, y - 5.0, 10.0, 10.0], *role);
            }
            Entry::HollowBar(_) => {
                scene.outline([s, y - 5.0, 10.0, 10.0], Stroke::new(Role::Missing, 1.0));
            }
            Entry::StruckCell(_) => {
                scene.rect([s, y - 6.0, 10.0, 12.0], Ink::Role(Role::Lowers, 0.4));
                scene.rect([s + 1.0, y - 3.0, 8.0, 6.0], Role::Background);
                scene.rect([s + 1.0, y - 0.5, 8.0, 1.0], Role::Missing);
            }
            Entry::Known(_) => {
                scene.mark(Shape::Diamond, [s + 5.0, y], 3.5, Some(Role::Text.into()), None);
            }
            Entry::Cluster(c, _) => {
                let fill = Some(Role::ClusterMark(*c as u8).into());
                scene.mark(Shape::of_cluster(*c), [s + 5.0, y], 3.6, fill, None);
            }
        }
        scene.text(s + self.symbol() + 6.0, y + 4.0, self.says(), Label::LABEL);
    }
}

/// The entries from left to right, as many lines as they need.
pub fn key(entries: &[Entry], width: f64) -> Scene {
    let pad = 12.0;
    let mut scene = Scene::new(width, LINE + 4.0);
    scene.section("key");
    let (mut x, mut y) = (pad, 4.0 + LINE / 2.0);
    for entry in entries {
        if x > pad && x + entry.width() > width - pad {
            (x, y) = (pad, y + LINE);
        }
        entry.draw(&mut scene, x, y);
        x += entry.width() + GAP;
    }
    scene.height = y + LINE / 2.0;
    scene
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scene::Item;

    #[test]
    fn a_key_wraps_where_it_is_narrow() {
        let entries = [
            Entry::Ramp { low: "value low".into(), high: "high".into() },
            Entry::Missing("missing, own lane".into()),
            Entry::Interval("mean with 95 % interval".into()),
        ];
        assert_eq!(key(&entries, 944.0).height, 24.0);
        let narrow = key(&entries, 200.0);
        assert_eq!(narrow.height, 64.0);
        let starts = narrow.items.iter().filter_map(|i| match i {
            Item::Text { x, .. } => Some(*x),
            _ => None,
        });
        assert!(starts.fold(f64::INFINITY, f64::min) >= 12.0);
        assert_eq!(key(&[], 200.0).items.len(), 0);
    }
}
