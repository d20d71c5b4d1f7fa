//! What sets clusters apart: mean φ per biomarker and cluster as colour and number, the same on one axis, and the
//! typical value behind it.

use super::Table;
use crate::ids::{ClusterId, FeatureId, Target};
use crate::plot::axis::{Axis, nice};
use crate::plot::number::{settled, signed};
use crate::plot::palette::{Role, STRONGEST_CELL, cluster_look};
use crate::plot::scale::{Scale, extent};
use crate::plot::scene::{Ink, Label, Scene, Shape, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: names and coloured numbers only.
    pub compact: bool,
    /// Short name of each cluster, e.g. `A`.
    pub clusters: &'a [String],
    /// Which of them are the patients in no cluster.
    pub out: Option<u32>,
    /// The biomarkers, in the order shown.
    pub rows: Vec<Row<'a>>,
    /// The row with the keyboard.
    pub focused: Option<FeatureId>,
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name, with the level that a share counts, e.g. `Ascites, yes`.
    pub name: &'a str,
    /// Mean φ per cluster.
    pub means: &'a [f64],
    /// Median value or share per cluster, as text.
    pub typical: &'a [String],
}

const ROW: f64 = 16.0;
const HEAD: f64 = 31.0;

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, HEAD + ROW * spec.rows.len() as f64 + 4.0).titled(
        "Profile of the clusters",
        "Mean SHAP value per biomarker and cluster, and the median value or share behind it.",
    );
    heads(&mut scene, spec, &lay);
    for (i, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = HEAD + ROW * i as f64;
        let base = top + 11.5;
        if spec.focused == Some(row.feature) {
            scene.rect([0.0, top, spec.width, ROW - 1.0], Role::Selected);
            scene.rect([0.0, top, 2.0, ROW - 1.0], Role::Text);
        }
        scene.text(12.0, base, text::fit_middle(row.name, lay.cells - 18.0, 11.0, false), Label::VALUE);
        for (c, mean) in row.means.iter().enumerate() {
            let x = lay.cells + lay.cell * c as f64;
            let role = if *mean < 0.0 { Role::Lowers } else { Role::Raises };
            let strength = (mean.abs() / lay.most).sqrt().min(1.0) * STRONGEST_CELL;
            scene.rect([x, top, lay.cell - 1.0, ROW - 1.0], Ink::Role(role, strength as f32));
            scene.text(x + lay.cell - 6.0, base, settled(*mean, 2), Label::VALUE.end());
        }
        if let Some(axis) = lay.axis {
            dots(&mut scene, spec, row, axis, top + (ROW - 1.0) / 2.0);
        }
        for (c, says) in row.typical.iter().enumerate().filter(|_| lay.typical > 0.0) {
            let x = spec.width - 12.0 - lay.typical * (row.typical.len() - 1 - c) as f64;
            scene.text(x, base, text::fit(says, lay.typical - 6.0, 11.0, false), Label::VALUE.end());
        }
        scene.hline(0.0, spec.width, top + ROW - 1.0, Role::Line);
        scene.area([0.0, top, spec.width, ROW], Target::Feature(row.feature));
    }
    scene
}

fn heads(scene: &mut Scene, spec: &Spec, lay: &Layout) {
    scene.section("header");
    let bottom = HEAD + ROW * spec.rows.len() as f64;
    scene.text(lay.cells, 10.0, "Mean SHAP", Label::HINT);
    for (c, name) in spec.clusters.iter().enumerate() {
        let name_room = lay.cell - 18.0;
        let name = text::fit(name, name_room, 11.0, true);
        let x = lay.cells + lay.cell * c as f64 + 13.0;
        cluster_mark(scene, spec, c, [x, 20.0], 3.6, None);
        let target = Target::Cluster(ClusterId::of(c));
        scene.text(x + 8.0, 24.0, &name, Label::VALUE.bold()).on(target);
        if lay.typical > 0.0 {
            let x = spec.width - 12.0 - lay.typical * (spec.clusters.len() - 1 - c) as f64;
            scene.text(x, 24.0, &name, Label::VALUE.bold().end());
        }
    }
    if lay.typical > 0.0 {
        scene.text(spec.width - 12.0, 10.0, "Median value, or share", Label::HINT.end());
    }
    if let Some(x) = lay.axis {
        let axis = Axis::signed(x, ((x.range[1] - x.range[0]) / 34.0) as usize);
        scene.text(x.range[0].max(lay.cells), 10.0, "Same, on one axis", Label::HINT);
        axis.grid_x(scene, 28.0, bottom);
        axis.labels_x(scene, 24.0, Label::HINT);
    }
    scene.hline(0.0, spec.width, HEAD - 1.0, Role::Line);
}

fn dots(scene: &mut Scene, spec: &Spec, row: &Row, axis: Scale, y: f64) {
    if let Some([low, high]) = extent(row.means.iter().copied()) {
        scene.hline(axis.px(low), axis.px(high), y - 0.5, Role::Mark);
    }
    for (c, mean) in row.means.iter().enumerate() {
        let rim = Some(Stroke::new(Role::Background, 0.6));
        cluster_mark(scene, spec, c, [axis.px(*mean), y], 3.2, rim);
    }
}

fn cluster_mark(scene: &mut Scene, spec: &Spec, c: usize, at: [f64; 2], r: f64, rim: Option<Stroke>) {
    let look = cluster_look(c as u32, spec.out);
    let fill = Some(Role::ClusterMark(look as u8).into());
    scene.mark(Shape::of_cluster(look), at, r, fill, rim).on(Target::Cluster(ClusterId::of(c)));
}

struct Layout {
    cells: f64,
    cell: f64,
    axis: Option<Scale>,
    typical: f64,
    most: f64,
}

impl Layout {
    fn of(spec: &Spec) -> Layout {
        let k = spec.clusters.len().max(1) as f64;
        let all = || spec.rows.iter().flat_map(|r| r.means.iter().copied());
        let most = all().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let w = spec.width;
        if spec.compact {
            let cells = (w - 12.0 - 52.0 * k).clamp(90.0, 150.0);
            return Layout { cells, cell: (w - 12.0 - cells) / k, axis: None, typical: 0.0, most };
        }
        let cells = if w >= 560.0 { 116.0 } else { 104.0 };
        let cell = if k <= 4.0 { 46.0 } else { 42.0 };
        let typical = if w - cells - cell * k >= 53.0 * k + 130.0 { 53.0 } else { 0.0 };
        let from = cells + cell * k + 22.0;
        let to = w - 16.0 - typical * k;
        let domain = extent(all().chain([0.0])).map_or([-1.0, 1.0], |d| nice(d, 5));
        Layout {
            cells,
            cell,
            axis: (to - from >= 70.0).then(|| Scale::linear(domain, [from, to])),
            typical,
            most,
        }
    }
}

/// The numbers.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker"]);
    table.header.extend(spec.clusters.iter().map(|c| format!("Mean SHAP, {c}")));
    table.header.extend(spec.clusters.iter().map(|c| format!("Median value or share, {c}")));
    for row in &spec.rows {
        let mut cells = vec![row.name.to_owned()];
        cells.extend(row.means.iter().map(|m| signed(*m, 3)));
        cells.extend(row.typical.iter().cloned());
        table.rows.push(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn colour_grows_with_the_root_and_the_number_is_always_there() {
        let clusters = ["A", "B"].map(String::from);
        let typical = ["5.5", "0.8"].map(String::from);
        let row = Row { feature: FeatureId(2), name: "Bilirubin", means: &[1.0, -0.25], typical: &typical };
        let spec = Spec {
            width: 600.0,
            compact: false,
            clusters: &clusters,
            out: None,
            rows: vec![row],
            focused: None,
        };
        let text = dump(&draw(&spec));
        assert!(text.contains("rect 116 31 45x15 Raises·0.74"), "{text}");
        assert!(text.contains("rect 162 31 45x15 Lowers·0.37"), "{text}");
        for number in ["\"+1.00\"", "\"−0.25\"", "\"5.5\"", "\"0.8\""] {
            assert!(text.contains(number), "{number} in {text}");
        }
    }
}
