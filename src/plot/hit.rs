//! What is under a point: the other reader of a scene. The same items that were painted are searched.

use super::scene::{Item, Scene};
use crate::ids::Target;

/// How far from a mark's centre the pointer may be, in pixels.
pub const REACH: f64 = 12.0;
const CELL: f64 = 16.0;

/// Something that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// What it stands for.
    pub target: Target,
    /// Its centre.
    pub x: f64,
    /// Its centre.
    pub y: f64,
}

/// A scene, indexed for searching. Build it once per layout.
#[derive(Clone, Debug, Default)]
pub struct HitIndex {
    dots: Vec<Hit>,
    /// Indices into `dots`, cell by cell.
    cells: Vec<Vec<u32>>,
    columns: usize,
    areas: Vec<(Area, Target)>,
}

#[derive(Clone, Debug)]
enum Area {
    Rect([f64; 4]),
    Polygon(Vec<[f64; 2]>),
}

impl HitIndex {
    /// Indexes every item that has a target.
    pub fn new(scene: &Scene) -> Self {
        let columns = (scene.width / CELL).ceil().max(1.0) as usize;
        let rows = (scene.height / CELL).ceil().max(1.0) as usize;
        let mut index = HitIndex { cells: vec![Vec::new(); columns * rows], columns, ..HitIndex::default() };
        for item in &scene.items {
            let Some(target) = item.target() else { continue };
            match item {
                Item::Dot { x, y, .. } => {
                    let (column, row) = index.cell(*x, *y);
                    index.cells[row * columns + column].push(index.dots.len() as u32);
                    index.dots.push(Hit { target, x: *x, y: *y });
                }
                Item::Rect { x, y, w, h, .. } => {
                    index.areas.push((Area::Rect([*x, *y, x + w, y + h]), target))
                }
                Item::Path { points, closed: true, .. } => {
                    index.areas.push((Area::Polygon(points.clone()), target));
                }
                Item::Text { x, y, text, size, bold, anchor, turned: false, .. } => {
                    let w = super::text::width(text, *size, *bold);
                    let left = match anchor {
                        super::Anchor::Start => *x,
                        super::Anchor::Middle => x - w / 2.0,
                        super::Anchor::End => x - w,
                    };
                    index.areas.push((Area::Rect([left, y - size, left + w, y + size * 0.3]), target));
                }
                Item::Path { .. } | Item::Text { .. } => {}
            }
        }
        index
    }

    /// Every target once, in painting order, marks before areas: the order in which the keyboard visits them.
    pub fn in_order(&self) -> Vec<Target> {
        let mut seen = std::collections::HashSet::new();
        let marks = self.dots.iter().map(|d| d.target);
        marks.chain(self.areas.iter().map(|(_, t)| *t)).filter(|t| seen.insert(*t)).collect()
    }

    /// The nearest mark within [`REACH`], else the topmost area under the point.
    pub fn at(&self, x: f64, y: f64) -> Option<Hit> {
        self.nearest(x, y, REACH).or_else(|| self.area(x, y).map(|target| Hit { target, x, y }))
    }

    /// The nearest mark within `reach` pixels; of equally near ones the one painted last.
    pub fn nearest(&self, x: f64, y: f64, reach: f64) -> Option<Hit> {
        let (c0, r0) = self.cell(x - reach, y - reach);
        let (c1, r1) = self.cell(x + reach, y + reach);
        let mut best: Option<(f64, u32)> = None;
        for row in r0..=r1 {
            for &i in self
                .cells
                .get(row * self.columns + c0..=row * self.columns + c1)
                .into_iter()
                .flatten()
                .flatten()
            {
                let dot = self.dots[i as usize];
                let d = (dot.x - x) * (dot.x - x) + (dot.y - y) * (dot.y - y);
                let nearer = best.is_none_or(|(least, j)| d < least || (d == least && i > j));
                if d <= reach * reach && nearer {
                    best = Some((d, i));
                }
            }
        }
        best.map(|(_, i)| self.dots[i as usize])
    }

    /// The topmost rectangle, polygon or text under the point.
    pub fn area(&self, x: f64, y: f64) -> Option<Target> {
        self.areas
            .iter()
            .rev()
            .find(|(area, _)| match area {
                Area::Rect([x0, y0, x1, y1]) => x >= *x0 && x < *x1 && y >= *y0 && y < *y1,
                Area::Polygon(points) => inside(points, x, y),
            })
            .map(|(_, target)| *target)
    }

    /// Targets of all marks inside a polygon, in painting order.
    pub fn within_polygon(&self, polygon: &[[f64; 2]]) -> Vec<Target> {
        self.dots.iter().filter(|d| inside(polygon, d.x, d.y)).map(|d| d.target).collect()
    }

    /// Targets of all marks inside the rectangle between two corners, in painting order.
    pub fn within_rect(&self, a: [f64; 2], b: [f64; 2]) -> Vec<Target> {
        let between = |v: f64, p: f64, q: f64| v >= p.min(q) && v <= p.max(q);
        let covered = |d: &&Hit| between(d.x, a[0], b[0]) && between(d.y, a[1], b[1]);
        self.dots.iter().filter(covered).map(|d| d.target).collect()
    }

    fn cell(&self, x: f64, y: f64) -> (usize, usize) {
        let rows = self.cells.len() / self.columns.max(1);
        let at = |v: f64, n: usize| ((v / CELL).max(0.0) as usize).min(n.saturating_sub(1));
        (at(x, self.columns), at(y, rows))
    }
}

/// Even-odd rule.
fn inside(polygon: &[[f64; 2]], x: f64, y: f64) -> bool {
    let mut inside = false;
    for (i, [x1, y1]) in polygon.iter().enumerate() {
        let [x0, y0] = polygon[(i + polygon.len() - 1) % polygon.len()];
        if (*y1 > y) != (y0 > y) && x < (x0 - x1) * (y - y1) / (y0 - y1) + x1 {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{FeatureId, RowId};
    use crate::plot::Role;
    use crate::plot::chart::fixture::Fixture;

    fn scene() -> Scene {
        let mut scene = Scene::new(100.0, 60.0);
        scene.dot(20.0, 20.0, 3.0, Role::Text).on(Target::Patient(RowId(1)));
        scene.dot(26.0, 20.0, 3.0, Role::Text).on(Target::Patient(RowId(2)));
        scene.area([0.0, 0.0, 100.0, 30.0], Target::Feature(FeatureId(5)));
        scene
    }

    #[test]
    fn the_nearest_mark_wins_then_the_area() {
        let index = HitIndex::new(&scene());
        let at = |x, y| index.at(x, y).map(|h| h.target);
        assert_eq!(at(22.9, 20.0), Some(Target::Patient(RowId(1))));
        assert_eq!(at(23.1, 20.0), Some(Target::Patient(RowId(2))));
        assert_eq!(at(26.0, 32.0), Some(Target::Patient(RowId(2))));
        assert_eq!(at(60.0, 20.0), Some(Target::Feature(FeatureId(5))));
        assert_eq!(at(60.0, 40.0), None);
        assert_eq!(at(-500.0, 9e9), None);
        assert_eq!(HitIndex::default().at(1.0, 1.0), None);
    }

    #[test]
    fn every_mark_of_every_chart_is_found_at_its_centre() {
        for (name, scene) in Fixture::new(40).all(944.0) {
            let index = HitIndex::new(&scene);
            for item in &scene.items {
                if let Item::Dot { x, y, target: Some(target), .. } = item {
                    let found = index.nearest(*x, *y, REACH).expect(name);
                    assert_eq!((found.x, found.y), (*x, *y), "{name}");
                    let twins = scene
                        .items
                        .iter()
                        .filter(|i| matches!(i, Item::Dot { x: a, y: b, .. } if a == x && b == y));
                    assert!(found.target == *target || twins.count() > 1, "{name}: {target:?}");
                }
            }
        }
    }

    #[test]
    fn lasso_and_rubber_band_take_what_they_enclose() {
        let index = HitIndex::new(&scene());
        let both = vec![Target::Patient(RowId(1)), Target::Patient(RowId(2))];
        assert_eq!(index.within_polygon(&[[0.0, 0.0], [60.0, 20.0], [0.0, 40.0]]), both);
        assert_eq!(index.within_polygon(&[[0.0, 0.0], [23.0, 20.0], [0.0, 40.0]]), both[..1]);
        assert!(index.within_polygon(&[]).is_empty());
        assert_eq!(index.within_rect([30.0, 30.0], [10.0, 10.0]), both);
    }
}
