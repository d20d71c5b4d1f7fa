//! Importance of each biomarker in several sets of patients, side by side: one bar per set, with its interval.

use super::Table;
use super::ranked::whisker;
use crate::ids::{FeatureId, Target};
use crate::plot::axis::{Axis, nice};
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, fixed};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Label, Scene};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: names above the bars.
    pub compact: bool,
    /// Name of each set, and its patients.
    pub sets: &'a [(String, usize)],
    /// The biomarkers, in the order shown.
    pub rows: Vec<Row<'a>>,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
}

/// One biomarker.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Mean |φ| and its interval per set; NaN for an empty set.
    pub means: Vec<[f64; 3]>,
    /// Of two sets, second less first with its interval.
    pub difference: Option<[f64; 3]>,
}

const HEAD: f64 = 40.0;
const BAR: f64 = 9.0;
const PITCH: f64 = 12.0;

/// The plot. Each row is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let above = if spec.compact { 18.0 } else { 0.0 };
    let height = above + 10.0 + PITCH * spec.sets.len().max(2) as f64;
    let left = if spec.compact { 16.0 } else { (spec.width * 0.24).clamp(140.0, 220.0) };
    let right = spec.width - 12.0 - 48.0;
    let top = spec.rows.iter().flat_map(|r| &r.means).map(|m| m[2]).filter(|v| v.is_finite());
    let top = top.fold(f64::MIN_POSITIVE, f64::max);
    let x = Scale::linear(nice([0.0, top], 6), [left, right]);
    let digits = decimals(top);
    let names: Vec<String> = spec.sets.iter().map(|(name, n)| format!("{name} ({})", count(*n))).collect();
    let mut scene = Scene::new(spec.width, HEAD + height * spec.rows.len() as f64).titled(
        "Mean absolute SHAP value by sets of patients",
        format!("{} biomarkers; {}, in {}.", spec.rows.len(), names.join(", "), spec.scale),
    );
    let axis = Axis::plain(x, ((right - left) / 60.0) as usize);
    scene.section("header");
    let title = format!("Mean |SHAP|, {}", spec.scale);
    scene.text(left, 15.0, text::fit(&title, right - left, 11.0, false), Label::HINT);
    axis.labels_x(&mut scene, 33.0, Label::HINT);
    scene.hline(0.0, spec.width, HEAD - 1.0, Role::Divider);
    for (i, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = HEAD + height * i as f64;
        let bars = top + above + 5.0;
        axis.grid_x(&mut scene, bars - 5.0, top + height);
        let (y, room) =
            if spec.compact { (top + 15.0, right) } else { (top + height / 2.0 + 4.0, left - 24.0) };
        let name = text::fit_middle(row.name, room, 12.0, true);
        scene.text(12.0, y, name, Label::VALUE.size(12.0).bold());
        for (s, [mean, low, high]) in row.means.iter().copied().enumerate() {
            let y = bars + PITCH * s as f64;
            if mean.is_nan() {
                scene.text(left, y + BAR, "no patients", Label::HINT);
                continue;
            }
            let width = (x.px_clamped(mean) - left).max(1.0);
            scene.rect([left, y, width, BAR], Role::ClusterMark(s as u8));
            whisker(&mut scene, [low, high].map(|v| x.px_clamped(v)), y + BAR / 2.0);
            scene.text(spec.width - 12.0, y + BAR, fixed(mean, digits), Label::VALUE.end());
        }
        scene.hline(0.0, spec.width, top + height - 1.0, Role::Line);
        scene.area([0.0, top, spec.width, height], Target::Feature(row.feature));
    }
    let bar = |(s, name): (usize, String)| Entry::Bar(Role::ClusterMark(s as u8), name);
    let mut entries: Vec<Entry> = names.into_iter().enumerate().map(bar).collect();
    entries.push(Entry::Interval("mean with 95 % interval".into()));
    scene.stack(legend::key(&entries, spec.width))
}

/// What the rows say; of two sets also how they differ.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker", "Patients", "n", "Mean |SHAP|", "Lower 95 %", "Upper 95 %"]);
    let number = |v: f64| if v.is_nan() { String::new() } else { format!("{v:.6}") };
    for row in &spec.rows {
        for ((name, n), means) in spec.sets.iter().zip(&row.means) {
            let mut cells = vec![row.name.to_string(), name.clone(), n.to_string()];
            cells.extend(means.iter().map(|m| number(*m)));
            table.rows.push(cells);
        }
        if let ([(first, _), (second, _)], Some(difference)) = (spec.sets, row.difference) {
            let mut cells = vec![row.name.to_string(), format!("{second} minus {first}"), String::new()];
            cells.extend(difference.map(number));
            table.rows.push(cells);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn every_set_has_a_bar_on_one_axis() {
        let sets = [("test".to_string(), 90), ("training".to_string(), 1_200)];
        let row = Row {
            feature: FeatureId(2),
            name: "Bilirubin",
            means: vec![[0.5, 0.4, 0.6], [1.0, 0.9, 1.0]],
            difference: Some([0.5, 0.4, 0.6]),
        };
        let empty = Row {
            feature: FeatureId(3),
            name: "Age",
            means: vec![[f64::NAN; 3], [0.25, 0.2, 0.3]],
            difference: Some([f64::NAN; 3]),
        };
        let spec = Spec {
            width: 800.0,
            compact: false,
            sets: &sets,
            rows: vec![row, empty],
            scale: "log hazard ratio",
        };
        let text = dump(&draw(&spec));
        for line in [
            "rect 192 45 274x9 ClusterMark(0)",
            "rect 192 57 548x9 ClusterMark(1)",
            "text 788 54 11 end \"0.50\"",
            "\"no patients\"",
            "\"training (1200)\"",
            "→ Feature(FeatureId(3))",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let rows = table(&spec).rows;
        assert_eq!(rows.len(), 6);
        assert_eq!(rows[2], ["Bilirubin", "training minus test", "", "0.500000", "0.400000", "0.600000"]);
        assert_eq!(rows[3][3], "");
        assert_eq!(rows[5][3], "", "nobody is on one side");
    }
}
