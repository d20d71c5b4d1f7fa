//! Which patients join first: the tree of a hierarchical clustering and the line that cuts it.

use super::Table;
use crate::cohort::hierarchy::Hierarchy;
use crate::ids::{ClusterId, Target};
use crate::plot::axis::Axis;
use crate::plot::number::plain;
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene, Stroke};

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// The tree.
    pub tree: &'a Hierarchy,
    /// Number of groups that the line cuts off.
    pub k: usize,
    /// What a height is, e.g. `Ward distance`.
    pub title: &'a str,
    /// Cluster number of each patient under the cut, by which branches are coloured.
    pub groups: &'a [u32],
}

/// The plot. Each merge below the cut is a [`Target::Cluster`].
pub fn draw(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, spec.height).titled(
        "Dendrogram",
        format!("{} patients joined step by step; the line cuts off {} groups.", spec.tree.n(), spec.k),
    );
    let top_height = spec.tree.merges.last().map_or(0.0, |m| m.height);
    let x = Scale::linear([-0.5, spec.tree.n() as f64 - 0.5], [46.0, (spec.width - 12.0).max(56.0)]);
    let y = Scale::linear([0.0, if top_height > 0.0 { top_height } else { 1.0 }], [spec.height - 8.0, 22.0]);
    scene.section("axis");
    scene.text(12.0, 12.0, spec.title, Label::HINT);
    let axis = Axis::plain(y, ((y.range[0] - y.range[1]) / 30.0).max(0.0) as usize);
    axis.grid_y(&mut scene, x.range[0], x.range[1]);
    axis.labels_y(&mut scene, x.range[0] - 6.0, Label::LABEL);
    scene.section("tree");
    let n = spec.tree.n();
    // Place and height of every group made so far, and its cluster if it lies below the cut.
    let mut nodes = vec![([0.0, 0.0], None); n];
    for (place, &leaf) in spec.tree.order.iter().enumerate() {
        nodes[leaf as usize] = ([x.px(place as f64), y.px(0.0)], spec.groups.get(leaf as usize).copied());
    }
    let below = n.saturating_sub(spec.k.clamp(1, n.max(1)));
    for (i, merge) in spec.tree.merges.iter().enumerate() {
        let [(a, cluster), (b, _)] = merge.of.map(|c| nodes[c as usize]);
        let top = y.px(merge.height);
        let cluster = cluster.filter(|_| i < below);
        let ink: Ink = cluster.map_or(Role::Text3.into(), |c| Role::ClusterInk(c as u8).into());
        let line = scene.line(vec![a, [a[0], top], [b[0], top], b], Stroke::new(ink, 1.0));
        if let Some(c) = cluster {
            line.on(Target::Cluster(ClusterId(c)));
        }
        nodes.push(([(a[0] + b[0]) / 2.0, top], cluster));
    }
    if spec.k > 1 && n > 1 {
        scene.section("cut");
        let cut = y.px_clamped(spec.tree.cut_height(spec.k));
        scene.line(vec![[x.range[0], cut], [x.range[1], cut]], Stroke::new(Role::Text, 1.0).dashed(4.0, 3.0));
        scene.text(x.range[1], cut - 4.0, format!("{} groups", spec.k), Label::VALUE.end().halo());
    }
    scene
}

/// The last merges, highest first.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Groups before", "Height of the merge", "Patients in it"]);
    for (i, merge) in spec.tree.merges.iter().rev().take(20).enumerate() {
        table.rows.push(vec![(i + 2).to_string(), plain(merge.height), merge.size.to_string()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::hierarchy::{Linkage, hierarchy};
    use crate::cohort::metric::Metric;
    use crate::plot::dump::dump;

    #[test]
    fn branches_below_the_cut_take_the_colour_of_their_group() {
        let tree = hierarchy(&[0.0, 1.0, 10.0, 12.0], 1, Linkage::Average, Metric::Euclidean).unwrap();
        let groups = tree.cut(2);
        let spec =
            Spec { width: 258.0, height: 130.0, tree: &tree, k: 2, title: "Distance", groups: &groups };
        let text = dump(&draw(&spec));
        for line in [
            "line 71,122 … 121,122 (4) | ClusterInk(0) 1 → Cluster(ClusterId(0))",
            "line 171,122 … 221,122 (4) | ClusterInk(1) 1 → Cluster(ClusterId(1))",
            "line 96,112.5 … 196,103 (4) | Text3 1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!(table(&spec).rows[0], ["2", "10.5", "4"]);
    }
}
