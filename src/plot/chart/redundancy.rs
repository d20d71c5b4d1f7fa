//! Which biomarkers move together: one row each with its importance, and the tree that joins them at the right.

use crate::cohort::hierarchy::Hierarchy;
use crate::ids::{FeatureId, Target};
use crate::plot::axis::Axis;
use crate::plot::number::{count, decimals, fixed};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: no bars.
    pub compact: bool,
    /// The tree, its leaves numbered as the rows; heights are 1 − |ρ|.
    pub tree: &'a Hierarchy,
    /// The biomarkers, in any order: the tree's is drawn.
    pub rows: Vec<Row<'a>>,
    /// Height below which biomarkers are a group.
    pub cut: f64,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
}

/// One biomarker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Mean |φ|.
    pub importance: f64,
    /// The group that it belongs to.
    pub group: Option<usize>,
}

const HEAD: f64 = 40.0;
const ROW: f64 = 22.0;
/// Room of the bars, with their numbers.
const BARS: f64 = 150.0;

/// The plot. Each row is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let n = spec.tree.n().min(spec.rows.len());
    let left = if spec.compact {
        (spec.width * 0.4).clamp(96.0, 150.0)
    } else {
        (spec.width * 0.2).clamp(130.0, 200.0)
    };
    let start = if spec.compact { left } else { left + BARS };
    let end = (spec.width - 12.0).max(start + 40.0);
    let mut scene = Scene::new(spec.width, HEAD + ROW * n as f64 + 4.0).titled(
        "Biomarkers that move together",
        format!(
            "{} biomarkers joined by 1 − |Spearman|, average linkage; the line cuts at {}.",
            count(n),
            fixed(1.0 - spec.cut, 1)
        ),
    );
    // From the biomarkers, where |ρ| is 1, to the right, where nothing is shared.
    let x = Scale::linear([0.0, 1.0], [end, start]);
    scene.section("header");
    scene.text(start, 15.0, text::fit("|Spearman|", end - start, 11.0, false), Label::HINT);
    let mut axis = Axis::plain(x, ((end - start) / 48.0) as usize);
    // From left to right, as labels make room for each other.
    axis.ticks.reverse();
    axis.labels_x(&mut scene, 33.0, Label::HINT);
    axis.grid_x(&mut scene, HEAD, HEAD + ROW * n as f64);
    scene.hline(0.0, spec.width, HEAD - 1.0, Role::Divider);
    let most = spec.rows.iter().map(|r| r.importance).fold(f64::MIN_POSITIVE, f64::max);
    if !spec.compact {
        let title = format!("Mean |SHAP|, {}", spec.scale);
        scene.text(left, 15.0, text::fit(&title, BARS - 12.0, 11.0, false), Label::HINT);
    }
    let bars = Scale::linear([0.0, most], [left, left + BARS - 66.0]);
    let digits = decimals(most);
    // Place and height of every group made so far, and its group if it lies below the cut.
    let mut nodes = vec![([start, 0.0], None); spec.tree.n()];
    for (place, &leaf) in spec.tree.order.iter().enumerate() {
        let Some(row) = spec.rows.get(leaf as usize) else { continue };
        let top = HEAD + ROW * place as f64;
        let base = top + ROW / 2.0 + 4.0;
        scene.section(row.name);
        let name = text::fit_middle(row.name, left - 24.0, 12.0, row.group.is_some());
        let label = Label::VALUE.size(12.0);
        scene.text(12.0, base, name, if row.group.is_some() { label.bold() } else { label });
        if !spec.compact {
            let end = bars.px_clamped(row.importance).max(left + 1.0);
            scene.rect([left, top + ROW / 2.0 - 4.0, end - left, 8.0], Role::Bar);
            scene.text(left + BARS - 14.0, base, fixed(row.importance, digits), Label::VALUE.end());
        }
        scene.area([0.0, top, spec.width, ROW], Target::Feature(row.feature));
        nodes[leaf as usize] = ([start, top + ROW / 2.0], row.group);
    }
    scene.section("tree");
    for merge in &spec.tree.merges {
        let [(a, group), (b, _)] = merge.of.map(|c| nodes[c as usize]);
        let at = x.px_clamped(1.0 - merge.height);
        let group = group.filter(|_| merge.height <= spec.cut);
        let ink: Ink = group.map_or(Role::Text3.into(), |g| Role::ClusterInk(g as u8).into());
        let width = if group.is_some() { 2.0 } else { 1.0 };
        scene.line(vec![a, [at, a[1]], [at, b[1]], b], Stroke::new(ink, width));
        nodes.push(([at, (a[1] + b[1]) / 2.0], group));
    }
    scene.section("cut");
    let cut = x.px(1.0 - spec.cut);
    let ends = vec![[cut, HEAD], [cut, HEAD + ROW * n as f64]];
    scene.line(ends, Stroke::new(Role::Text, 1.0).dashed(4.0, 3.0));
    scene
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::hierarchy::{Linkage, hierarchy_of};
    use crate::plot::dump::dump;

    #[test]
    fn what_joins_before_the_cut_takes_the_colour_of_its_group() {
        // 0 and 2 are nearly one measurement, 1 stands by itself.
        let tree = hierarchy_of(vec![0.9, 0.1, 0.8], 3, Linkage::Average).unwrap();
        let row =
            |f: u32, name, group| Row { feature: FeatureId(f), name, importance: f64::from(f + 1), group };
        let spec = Spec {
            width: 700.0,
            compact: false,
            tree: &tree,
            rows: vec![row(0, "Albumin", Some(0)), row(1, "Age", None), row(2, "Protein", Some(0))],
            cut: 0.2,
            scale: "log odds",
        };
        let text = dump(&draw(&spec));
        for line in [
            "line 290,73 … 290,95 (4) | ClusterInk(0) 2",
            "line 290,51 … 329.8,84 (4) | Text3 1",
            "line 369.6,40 … 369.6,106 (2) | Text 1",
            "text 290 33 11 middle \"1\"",
            "text 688 33 11 middle \"0\"",
            "→ Feature(FeatureId(2))",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
