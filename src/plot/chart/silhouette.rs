//! Are the clusters real? Silhouette width of every patient, and the mean for other numbers of clusters.

use super::Table;
use crate::ids::{RowId, Target};
use crate::math::Order as _;
use crate::math::mean;
use crate::plot::axis::Axis;
use crate::plot::number::fixed;
use crate::plot::palette::Role;
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Label, Scene, Stroke};
use crate::plot::text;

/// Silhouettes by patient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// The patients.
    pub patients: &'a [RowId],
    /// Cluster of each patient.
    pub clusters: &'a [u32],
    /// Short name of each cluster.
    pub names: &'a [String],
    /// Silhouette width of each patient; NaN where it was not computed.
    pub widths: &'a [f64],
}

/// One thin bar per patient, widest first within each cluster.
pub fn draw(spec: &Spec) -> Scene {
    let groups = groups(spec);
    let computed: Vec<f64> = groups.iter().flatten().map(|&i| spec.widths[i]).collect();
    let overall = mean(&computed);
    let height = if computed.is_empty() { 24.0 } else { spec.height };
    let mut scene = Scene::new(spec.width, height).titled(
        "Silhouette by patient",
        format!("Mean {}. Near 1: clearly in its cluster; below 0: nearer to another.", fixed(overall, 2)),
    );
    if computed.is_empty() {
        scene.text(12.0, 12.0, "No silhouettes: there are no two groups.", Label::HINT);
        return scene;
    }
    let [low, high] = extent(computed.iter().copied()).unwrap_or([0.0, 1.0]);
    let x = Scale::linear([low.min(0.0), high.max(0.5)], [38.0, spec.width - 44.0]);
    let (top, bottom) = (18.0, spec.height - 18.0);
    scene.section("axis");
    let title = format!("Silhouette by patient, mean {}", fixed(overall, 2));
    let short = format!("Silhouette, mean {}", fixed(overall, 2));
    let fits = text::width(&title, 11.0, false) <= spec.width - 16.0;
    scene.text(12.0, 12.0, if fits { title } else { short }, Label::HINT);
    let axis = Axis::plain(x, ((x.range[1] - x.range[0]) / 40.0) as usize);
    axis.grid_x(&mut scene, top, bottom);
    axis.labels_x(&mut scene, spec.height - 4.0, Label::LABEL);
    let gap = 8.0;
    let shown = groups.iter().filter(|g| !g.is_empty()).count();
    let pitch = (bottom - top - gap * shown as f64) / computed.len() as f64;
    let mut y = top + 4.0;
    for (c, group) in groups.iter().enumerate().filter(|(_, g)| !g.is_empty()) {
        let name = spec.names.get(c).map_or("", String::as_str);
        scene.section(name);
        let start = y;
        for &i in group {
            let (a, b) = (x.px(0.0), x.px(spec.widths[i]));
            let bar = [a.min(b), y, (b - a).abs().max(0.5), if pitch > 1.2 { pitch - 0.2 } else { pitch }];
            scene.rect(bar, Role::ClusterMark(c as u8)).on(Target::Patient(spec.patients[i]));
            y += pitch;
        }
        let label = Label::VALUE.bold().ink(Role::ClusterInk(c as u8));
        scene.text(12.0, start + 10.0, text::fit(name, 22.0, 11.0, true), label);
        let widths: Vec<f64> = group.iter().map(|&i| spec.widths[i]).collect();
        scene.text(spec.width - 12.0, start + 10.0, fixed(mean(&widths), 2), Label::VALUE.end());
        y += gap;
    }
    let px = x.px(overall);
    scene.section("mean");
    scene.line(vec![[px, top], [px, bottom]], Stroke::new(Role::Text, 1.0).dashed(2.0, 2.0));
    scene
}

fn groups(spec: &Spec) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); spec.names.len()];
    for (i, (&c, w)) in spec.clusters.iter().zip(spec.widths).enumerate() {
        if let (Some(group), true) = (groups.get_mut(c as usize), w.is_finite()) {
            group.push(i);
        }
    }
    for group in &mut groups {
        group.order_by(|&a, &b| spec.widths[b].total_cmp(&spec.widths[a]));
    }
    groups
}

/// Mean silhouette by number of clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByK<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Mean silhouette for 2, 3, … clusters.
    pub means: &'a [f64],
    /// The number in use.
    pub k: usize,
}

/// A line over k with the number in use filled, the best one labelled too.
pub fn draw_by_k(spec: &ByK) -> Scene {
    let mut scene = Scene::new(spec.width, spec.height)
        .titled("Silhouette by number of clusters", "Mean silhouette width; higher separates better.");
    scene.text(12.0, 12.0, "Silhouette by number of clusters", Label::HINT);
    let Some([low, high]) = extent(spec.means.iter().copied()) else {
        scene.text(12.0, 30.0, "The number of clusters is found, not chosen.", Label::LABEL);
        return scene;
    };
    let (top, bottom) = (28.0, spec.height - 22.0);
    let y = Scale::linear([low.min(0.0), high.max(0.1) * 1.05], [bottom, top]);
    let n = spec.means.len();
    let x = Scale::linear([2.0, (n + 1) as f64], [44.0, spec.width - 34.0]);
    scene.section("axis");
    let axis = Axis::plain(y, ((bottom - top) / 26.0).max(3.0) as usize);
    axis.grid_y(&mut scene, 38.0, spec.width - 12.0);
    axis.labels_y(&mut scene, 32.0, Label::HINT);
    let points: Vec<[f64; 2]> =
        spec.means.iter().enumerate().map(|(i, m)| [x.px((i + 2) as f64), y.px(*m)]).collect();
    scene.section("means");
    scene.line(points.clone(), Stroke::new(Role::MarkStrong, 1.0));
    let best = (0..n).max_by(|&a, &b| spec.means[a].total_cmp(&spec.means[b]).then(b.cmp(&a)));
    for (i, &[px, py]) in points.iter().enumerate() {
        let used = i + 2 == spec.k;
        let (fill, r) = if used { (Role::Text, 4.0) } else { (Role::Background, 2.5) };
        let stroke = Some(Stroke::new(Role::Text, 1.0));
        scene
            .mark(crate::plot::Shape::Circle, [px, py], r, Some(fill.into()), stroke)
            .on(Target::Bin(i as u32 + 2));
        let label = if used { Label::VALUE.bold() } else { Label::LABEL };
        scene.text(px, spec.height - 6.0, (i + 2).to_string(), label.middle());
        if used || best == Some(i) {
            scene.text(px + 7.0, py - 5.0, fixed(spec.means[i], 2), label.halo());
        }
    }
    scene
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let mut table = Table::new(["Patient", "Cluster", "Silhouette width"]);
    for (c, group) in groups(spec).iter().enumerate() {
        for &i in group {
            let name = spec.names[c].clone();
            table.rows.push(vec![patient_id(spec.patients[i]), name, fixed(spec.widths[i], 3)]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scene::Item;

    #[test]
    fn each_computed_patient_is_a_bar_in_its_cluster_widest_first() {
        let names = ["A", "B"].map(String::from);
        let patients: Vec<RowId> = (0..5).map(RowId::of).collect();
        let spec = Spec {
            width: 164.0,
            height: 258.0,
            patients: &patients,
            clusters: &[1, 0, 1, 0, 0],
            names: &names,
            widths: &[0.2, 0.5, -0.1, f64::NAN, 0.6],
        };
        let order: Vec<u32> = draw(&spec)
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Rect { target: Some(Target::Patient(p)), .. } => Some(p.0),
                _ => None,
            })
            .collect();
        assert_eq!(order, [4, 1, 0, 2]);
        assert_eq!(table(&spec, |r| r.0.to_string()).rows.len(), 4);
    }
}
