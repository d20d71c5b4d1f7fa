//! How often two patients share a cluster: a matrix, ordered by cluster, in which clear groups are dark squares.

use super::Table;
use crate::ids::{ClusterId, Target};
use crate::math::Order as _;
use crate::plot::number::fixed;
use crate::plot::palette::{Role, cluster_look};
use crate::plot::scene::{Ink, Label, Scene, Stroke};

/// Cells along each side, at most: more would be smaller than a pixel and slow.
const MAX_CELLS: usize = 60;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width and height of the square in pixels, key included.
    pub width: f64,
    /// Row-major shares in 0..1; NaN if never drawn together.
    pub matrix: &'a [f64],
    /// Cluster of each row.
    pub clusters: &'a [u32],
    /// The label of rows in no cluster.
    pub out: Option<u32>,
    /// Share of ambiguous pairs.
    pub ambiguous: Option<f64>,
}

struct Cells {
    /// Positions of the patients in each cell, cluster by cluster.
    of: Vec<Vec<usize>>,
    /// Cluster of each cell.
    cluster: Vec<u32>,
}

fn cells(spec: &Spec) -> Cells {
    let n = spec.clusters.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.order_by_key(|&i| spec.clusters[i]);
    let size = n.div_ceil(MAX_CELLS).max(1);
    let mut out = Cells { of: Vec::new(), cluster: Vec::new() };
    for group in order.chunk_by(|&a, &b| spec.clusters[a] == spec.clusters[b]) {
        for part in group.chunks(size) {
            out.of.push(part.to_vec());
            out.cluster.push(spec.clusters[part[0]]);
        }
    }
    out
}

fn mean_share(spec: &Spec, a: &[usize], b: &[usize]) -> f64 {
    let n = spec.clusters.len();
    let (mut sum, mut count) = (0.0, 0.0);
    for &i in a {
        for &j in b {
            let v = spec.matrix[i * n + j];
            if i != j && !v.is_nan() {
                sum += v;
                count += 1.0;
            }
        }
    }
    // A cell of one patient with itself.
    if count > 0.0 { sum / count } else { f64::from(u8::from(a == b)) }
}

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let top = 20.0;
    let side = (spec.width - 24.0).max(40.0);
    let mut scene = Scene::new(spec.width, top + side + 12.0).titled(
        "Consensus of clusterings",
        "Each cell: how often two groups of patients share a cluster when others are left out; dark is always.",
    );
    let title = spec.ambiguous.map_or_else(
        || "Consensus".to_string(),
        |a| format!("Consensus, ambiguous pairs {}", crate::plot::number::percent(a)),
    );
    scene.text(12.0, 12.0, crate::plot::text::fit(&title, spec.width - 24.0, 11.0, false), Label::HINT);
    if spec.matrix.len() != spec.clusters.len() * spec.clusters.len() || spec.clusters.is_empty() {
        return scene;
    }
    let cells = cells(spec);
    let pitch = side / cells.of.len() as f64;
    scene.section("cells");
    for (r, a) in cells.of.iter().enumerate() {
        for (c, b) in cells.of.iter().enumerate() {
            let share = mean_share(spec, a, b);
            if share >= 0.01 {
                let place = [12.0 + pitch * c as f64, top + pitch * r as f64, pitch, pitch];
                let cell = scene.rect(place, Ink::from(Role::BarStrong).fade(share.min(1.0) as f32));
                if cells.cluster[r] == cells.cluster[c] {
                    cell.on(Target::Cluster(ClusterId(cells.cluster[r])));
                }
            }
        }
    }
    scene.section("clusters");
    let mut start = 0;
    for run in cells.cluster.chunk_by(|a, b| a == b) {
        let (from, size) = (pitch * start as f64, pitch * run.len() as f64);
        let edge = [12.0 + from, top + from, size, size];
        scene.outline(edge, Stroke::new(Role::ClusterInk(cluster_look(run[0], spec.out) as u8), 1.5));
        start += run.len();
    }
    scene
}

/// Mean consensus within and between clusters.
pub fn table(spec: &Spec, names: &[String]) -> Table {
    let mut table = Table {
        header: std::iter::once(String::new()).chain(names.iter().cloned()).collect(),
        rows: Vec::new(),
    };
    let members = |c: usize| -> Vec<usize> {
        (0..spec.clusters.len()).filter(|&i| spec.clusters[i] as usize == c).collect()
    };
    for (c, name) in names.iter().enumerate() {
        let cell = |other: usize| fixed(mean_share(spec, &members(c), &members(other)), 2);
        table.rows.push(std::iter::once(name.clone()).chain((0..names.len()).map(cell)).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn patients_are_ordered_by_cluster() {
        let matrix = [1.0, 0.0, 0.8, 0.0, 1.0, 0.2, 0.8, 0.2, 1.0];
        let spec =
            Spec { width: 144.0, matrix: &matrix, clusters: &[0, 1, 0], out: None, ambiguous: Some(0.5) };
        let text = dump(&draw(&spec));
        for line in [
            "rect 52 20 40x40 BarStrong·0.80 → Cluster(ClusterId(0))",
            "rect 92 60 40x40 BarStrong·0.20",
            "rect 92 100 40x40 BarStrong → Cluster(ClusterId(1))",
            "rect 12 20 80x80 | ClusterInk(0) 1.5",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let names = ["A", "B"].map(String::from);
        assert_eq!(table(&spec, &names).rows, [["A", "0.80", "0.10"], ["B", "0.10", "1.00"]]);
    }
}
