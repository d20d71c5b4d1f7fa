//! Interactions of biomarkers for one patient: a square of cells, the main effects on its diagonal.

use super::Table;
use crate::ids::{FeatureId, Target};
use crate::plot::number::{decimals, settled, signed};
use crate::plot::palette::{Role, STRONGEST_CELL};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// The patient's id.
    pub patient: &'a str,
    /// Biomarkers, in the order of lines and columns.
    pub features: Vec<FeatureId>,
    /// Their names.
    pub names: Vec<&'a str>,
    /// `[i][j]`, half a pair's effect on either side of the diagonal; as long as the names squared.
    pub matrix: &'a [f64],
    /// What a number measures.
    pub scale: &'a str,
}

const ROW: f64 = 22.0;
const HEAD: f64 = 88.0;

/// The plot. Each line is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let n = spec.names.len();
    let names = (spec.width * 0.3).clamp(90.0, 150.0);
    let cell = ((spec.width - names - 12.0) / n.max(1) as f64).clamp(14.0, 62.0);
    let mut scene = Scene::new(spec.width, HEAD + ROW * n as f64 + 4.0).titled(
        "Interactions",
        format!(
            "SHAP interaction values of {} in {}: main effects on the diagonal, half of a pair's effect on either side.",
            spec.patient, spec.scale
        ),
    );
    let most = spec.matrix.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let places = decimals(most).min(2);
    scene.section("header");
    for (j, name) in spec.names.iter().enumerate() {
        let x = names + cell * (j as f64 + 0.5) + 4.0;
        let label = Label::LABEL.turned();
        scene.text(x, HEAD - 6.0, text::fit_middle(name, HEAD - 10.0, 11.0, false), label);
    }
    for (i, name) in spec.names.iter().enumerate() {
        let top = HEAD + ROW * i as f64;
        scene.section(*name);
        scene.text(12.0, top + 15.0, text::fit_middle(name, names - 18.0, 11.0, false), Label::VALUE);
        for (j, value) in spec.matrix[i * n..(i + 1) * n].iter().enumerate() {
            let x = names + cell * j as f64;
            let role = if *value < 0.0 { Role::Lowers } else { Role::Raises };
            let strength = (value.abs() / most).sqrt().min(1.0) * STRONGEST_CELL;
            let shape = [x, top, cell - 1.0, ROW - 1.0];
            scene.rect(shape, Ink::Role(role, strength as f32));
            if i == j {
                scene.outline(shape, Stroke::new(Role::MarkStrong, 1.0));
            }
            let says = settled(*value, places);
            if text::width(&says, 10.0, false) + 4.0 <= cell {
                scene.text(x + cell - 4.0, top + 15.0, says, Label::VALUE.size(10.0).end());
            }
        }
        scene.area([0.0, top, names + cell * n as f64, ROW], Target::Feature(spec.features[i]));
    }
    scene
}

/// The matrix.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker"]);
    table.header.extend(spec.names.iter().map(|n| (*n).to_owned()));
    for (i, name) in spec.names.iter().enumerate() {
        let line = &spec.matrix[i * spec.names.len()..(i + 1) * spec.names.len()];
        table
            .rows
            .push(std::iter::once((*name).to_owned()).chain(line.iter().map(|v| signed(*v, 4))).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn cells_are_as_strong_as_their_effect_and_the_diagonal_is_framed() {
        let spec = Spec {
            width: 300.0,
            patient: "A",
            features: vec![FeatureId(4), FeatureId(2)],
            names: vec!["Age", "Sex"],
            matrix: &[1.0, -0.25, -0.25, 0.0],
            scale: "log-odds",
        };
        let text = dump(&draw(&spec));
        let strongest = format!("Raises·{}", STRONGEST_CELL as f32);
        let half = format!("Lowers·{}", (STRONGEST_CELL * 0.5) as f32);
        for part in [strongest.as_str(), half.as_str(), "\"+1.00\"", "\"−0.25\"", "→ Feature(FeatureId(4))"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert_eq!(text.lines().filter(|l| l.contains("| MarkStrong 1")).count(), 2, "{text}");
        assert_eq!(table(&spec).rows[1], ["Sex", "−0.2500", "0.0000"]);
    }
}
