//! Direct labels: where a group's name covers no mark, stands out of the crowd and is still plainly the group's.

/// Candidate places across and down.
const GRID: [u32; 2] = [20, 20];
/// Marks looked at; a few hundred say where there is room.
const MAX_MARKS: usize = 400;

/// Finds places for labels over a scatter of marks.
#[derive(Clone, Debug)]
pub struct Placer {
    frame: [f64; 4],
    marks: Vec<([f64; 2], u32)>,
    placed: Vec<[f64; 4]>,
}

impl Placer {
    /// A placer for the area between left, right, top and bottom pixel; each mark has its place and its group.
    pub fn new(frame: [f64; 4], marks: impl ExactSizeIterator<Item = ([f64; 2], u32)>) -> Self {
        let every = marks.len().div_ceil(MAX_MARKS).max(1);
        Placer { frame, marks: marks.step_by(every).collect(), placed: Vec::new() }
    }

    /// Left end and baseline for a label of this width and font size, and keeps others away from it.
    /// None if the group has no mark.
    pub fn label(&mut self, group: u32, width: f64, size: f64) -> Option<[f64; 2]> {
        let own: Vec<[f64; 2]> = self.marks.iter().filter(|m| m.1 == group).map(|m| m.0).collect();
        if own.is_empty() {
            return None;
        }
        let mean = [0, 1].map(|a| own.iter().map(|p| p[a]).sum::<f64>() / own.len() as f64);
        let [left, right, top, bottom] = self.frame;
        let steps = |from: f64, to: f64, n: u32| {
            (0..n).map(move |i| from + (to - from).max(0.0) * f64::from(i) / f64::from(n - 1))
        };
        let mut best: Option<(f64, [f64; 4])> = None;
        for y in steps(top + size, bottom - 4.0, GRID[1]) {
            for x in steps(left + 4.0, right - width - 4.0, GRID[0]) {
                let area = [x - 3.0, x + width + 3.0, y - size - 1.0, y + 5.0];
                let cost = self.cost(area, group, mean);
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, area));
                }
            }
        }
        let (_, area) = best?;
        self.placed.push(area);
        Some([area[0] + 3.0, area[3] - 5.0])
    }

    fn cost(&self, area: [f64; 4], group: u32, mean: [f64; 2]) -> f64 {
        let (mut hidden, mut crowd, mut own, mut other) = (0.0, 0.0, f64::INFINITY, f64::INFINITY);
        for (at, of) in &self.marks {
            let d = distance(area, *at);
            hidden += f64::from(u8::from(d == 0.0));
            crowd += f64::from(u8::from(d < 10.0));
            let nearest = if *of == group { &mut own } else { &mut other };
            *nearest = d.min(*nearest);
        }
        let clash =
            self.placed.iter().any(|o| area[0] < o[1] && area[1] > o[0] && area[2] < o[3] && area[3] > o[2]);
        hidden * 60.0
            + if clash { 1e6 } else { 0.0 }
            + crowd * 12.0
            + (own - 8.0).max(0.0) * 3.0
            + if other < own { 40.0 } else { 0.0 }
            + distance(area, mean) * 0.25
    }
}

/// From a rectangle to a point, 0 inside.
fn distance([x0, x1, y0, y1]: [f64; 4], [x, y]: [f64; 2]) -> f64 {
    let (dx, dy) = ((x0 - x).max(x - x1).max(0.0), (y0 - y).max(y - y1).max(0.0));
    (dx * dx + dy * dy).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cover_no_mark_where_there_is_room_and_never_each_other() {
        let marks: Vec<([f64; 2], u32)> = (0..60)
            .map(|i| {
                let (x, y) = (f64::from(i % 10) * 8.0, f64::from(i / 10) * 8.0);
                if i % 2 == 0 { ([60.0 + x, 60.0 + y], 0) } else { ([260.0 + x, 220.0 + y], 1) }
            })
            .collect();
        let mut placer = Placer::new([0.0, 400.0, 0.0, 300.0], marks.iter().copied());
        let places: Vec<[f64; 2]> = (0..2).filter_map(|g| placer.label(g, 70.0, 12.0)).collect();
        for [x, y] in &places {
            let area = [*x, x + 70.0, y - 12.0, y + 2.0];
            assert!(marks.iter().all(|m| distance(area, m.0) > 0.0), "{places:?}");
        }
        assert!(places[0][1] < 150.0 && places[1][1] > 150.0, "{places:?}");
        assert_eq!(placer.label(7, 70.0, 12.0), None);
    }
}
