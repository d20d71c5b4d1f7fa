//! What was measured: one column per patient, one strip per biomarker, so that values missing together show as one
//! block.

use super::Table;
use crate::ids::{FeatureId, RowId, Target};
use crate::plot::legend::{self, Entry};
use crate::plot::palette::Role;
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: only the first number column.
    pub compact: bool,
    /// The patients, one column each.
    pub patients: &'a [RowId],
    /// What a column is, e.g. `One column per patient, PBC004 to PBC418`.
    pub columns: &'a str,
    /// The biomarkers.
    pub rows: Vec<Row<'a>>,
    /// Heads of the numbers at the right, e.g. `test`, `train`.
    pub heads: &'a [&'a str],
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// True where the value is missing, one per patient.
    pub missing: &'a [bool],
    /// One text per head, e.g. `27 %`.
    pub shares: Vec<String>,
}

const ROW: f64 = 14.0;
const BAR: f64 = 11.0;
const TOP: f64 = 19.0;

/// The plot. Each strip is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let mut scene = Scene::new(spec.width, TOP + ROW * spec.rows.len() as f64 + 4.0)
        .titled("What was measured", format!("{}; hollow where the value is missing.", spec.columns));
    let heads = if spec.compact { spec.heads.len().min(1) } else { spec.heads.len() };
    let x0 = (spec.width * 0.3).clamp(96.0, 132.0).round();
    let x1 = spec.width - 12.0 - 46.0 * heads as f64 - 6.0;
    scene.section("header");
    scene.text(x0, 12.0, text::fit(spec.columns, x1 - x0, 11.0, false), Label::HINT);
    let number = |i: usize| spec.width - 12.0 - 46.0 * (heads - 1 - i) as f64;
    for (i, head) in spec.heads.iter().take(heads).enumerate() {
        scene.text(number(i), 12.0, *head, Label::HINT.end());
    }
    let pitch = (x1 - x0) / spec.patients.len().max(1) as f64;
    for (r, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = TOP + ROW * r as f64;
        scene.text(12.0, top + 10.0, text::fit_middle(row.name, x0 - 18.0, 11.0, false), Label::VALUE);
        if pitch >= 2.0 {
            patients(&mut scene, row, [x0, top], pitch);
        } else {
            shares(&mut scene, row, [x0, top], x1 - x0);
        }
        for (i, share) in row.shares.iter().take(heads).enumerate() {
            let label = if share == "0" { Label::HINT } else { Label::VALUE };
            scene.text(number(i), top + 10.0, share, label.end());
        }
        scene.area([0.0, top - 1.5, spec.width, ROW], Target::Feature(row.feature));
    }
    scene
}

/// What filled and hollow mean.
pub fn key(spec: &Spec) -> Scene {
    legend::key(&[Entry::Bar(Role::Mark, "measured".into()), Entry::HollowBar("missing".into())], spec.width)
}

/// One bar per patient, an outline around each run of missing values.
fn patients(scene: &mut Scene, row: &Row, [x0, top]: [f64; 2], pitch: f64) {
    let gap = if pitch >= 3.0 { 1.0 } else { 0.35 };
    let mut start = 0;
    for run in row.missing.chunk_by(|a, b| a == b) {
        let x = x0 + pitch * start as f64;
        if run[0] {
            scene.outline([x, top, pitch * run.len() as f64 - gap, BAR], Stroke::new(Role::Missing, 1.0));
        } else if gap < 1.0 {
            // Bars this thin cannot be told apart: one block says the same.
            scene.rect([x, top, pitch * run.len() as f64 - gap, BAR], Role::Mark);
        } else {
            for i in 0..run.len() {
                scene.rect([x + pitch * i as f64, top, pitch - gap, BAR], Role::Mark);
            }
        }
        start += run.len();
    }
}

/// Many patients per pixel: shade by the share that was measured.
fn shares(scene: &mut Scene, row: &Row, [x0, top]: [f64; 2], width: f64) {
    const SLOT: f64 = 3.0;
    let n = (width / SLOT) as usize;
    scene.outline([x0, top, SLOT * n as f64, BAR], Stroke::new(Role::Missing, 1.0));
    let slot = |k: usize| row.missing.len() * k / n.max(1);
    let shades: Vec<f32> = (0..n)
        .map(|i| {
            let part = &row.missing[slot(i)..slot(i + 1).max(slot(i) + 1)];
            part.iter().filter(|m| !**m).count() as f32 / part.len() as f32
        })
        .collect();
    let mut x = x0;
    for run in shades.chunk_by(|a, b| a == b) {
        let w = SLOT * run.len() as f64;
        if run[0] > 0.0 {
            scene.rect([x, top, w, BAR], Ink::Role(Role::Mark, run[0]));
        }
        x += w;
    }
}

/// The shares.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker", "Patients", "Missing"]);
    table.header.extend(spec.heads.iter().map(|h| format!("Missing, {h}")));
    for row in &spec.rows {
        let n = row.missing.iter().filter(|m| **m).count();
        let mut cells = vec![row.name.into(), row.missing.len().to_string(), n.to_string()];
        cells.extend(row.shares.iter().cloned());
        table.rows.push(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scene::Item;

    #[test]
    fn missing_values_side_by_side_share_one_outline() {
        let patients: Vec<RowId> = (0..6).map(RowId::of).collect();
        let missing = [false, false, true, true, true, false];
        let row = Row { feature: FeatureId(0), name: "AST", missing: &missing, shares: vec!["50 %".into()] };
        let spec = Spec {
            width: 560.0,
            compact: false,
            patients: &patients,
            columns: "One column per patient",
            rows: vec![row],
            heads: &["test"],
        };
        let scene = draw(&spec);
        let outlines = scene.items.iter().filter(|i| matches!(i, Item::Rect { stroke: Some(_), .. })).count();
        let filled = scene.items.iter().filter(|i| matches!(i, Item::Rect { fill: Some(_), .. })).count();
        assert_eq!((outlines, filled), (1, 3));
    }
}
