//! Small multiples: how the next biomarkers act, on one SHAP axis, each over its own values.

use super::{Emphasis, Kind, LevelScale, Table};
use crate::ids::{FeatureId, RowId, Target};
use crate::math::Order as _;
use crate::plot::axis::nice;
use crate::plot::dodge;
use crate::plot::number::{fixed, plain, signed};
use crate::plot::palette::{Role, ValueRamp};
use crate::plot::scale::{Band, Scale, extent, wants_log};
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: two panels across.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// The biomarkers, in the order shown.
    pub panels: Vec<Panel<'a>>,
    /// φ at the ends of the shared axis; None fits it to the data.
    pub domain: Option<[f64; 2]>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// One biomarker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel<'a> {
    /// Which.
    pub feature: FeatureId,
    /// Display name.
    pub name: &'a str,
    /// Mean |φ|.
    pub importance: f64,
    /// Value per patient.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
    /// φ per patient.
    pub phi: &'a [f64],
}

/// Height of one panel.
pub const PANEL_HEIGHT: f64 = 112.0;

/// The panels, row by row. Each panel is a [`Target::Feature`].
pub fn draw(spec: &Spec) -> Scene {
    let columns = ((spec.width / 150.0) as usize).clamp(if spec.compact { 2 } else { 1 }, 6);
    let rows = spec.panels.len().div_ceil(columns);
    let band = Band { range: [0.0, spec.width], n: columns, gap: 0.0 };
    let fitted = extent(spec.panels.iter().flat_map(|p| p.phi.iter().copied())).unwrap_or([-1.0, 1.0]);
    let [low, high] = spec.domain.unwrap_or(fitted);
    let domain = nice([low.min(0.0), high.max(0.0)], 8);
    let mut scene = Scene::new(spec.width, rows as f64 * PANEL_HEIGHT).titled(
        "SHAP value against value, several biomarkers",
        "One panel per biomarker on one SHAP axis; horizontal axis: the measured value.",
    );
    for (i, panel) in spec.panels.iter().enumerate() {
        let origin = [band.start(i % columns), (i / columns) as f64 * PANEL_HEIGHT];
        one(&mut scene, spec, panel, origin, band.width(), domain);
        let [x, y] = origin;
        if i % columns > 0 {
            scene.vline(x, y, y + PANEL_HEIGHT, Role::Line);
        }
        if i / columns + 1 < rows {
            scene.hline(x, x + band.width(), y + PANEL_HEIGHT - 1.0, Role::Line);
        }
        scene.area([x, y, band.width(), PANEL_HEIGHT], Target::Feature(panel.feature));
    }
    scene
}

fn one(scene: &mut Scene, spec: &Spec, panel: &Panel, [x0, y0]: [f64; 2], w: f64, domain: [f64; 2]) {
    const R: f64 = 1.5;
    scene.section(panel.name);
    let y = Scale::linear(domain, [y0 + PANEL_HEIGHT - 8.0, y0 + 22.0]);
    let number = fixed(panel.importance, 2);
    let room = w - 20.0 - text::width(&number, 11.0, false);
    scene.text(x0 + 8.0, y0 + 13.0, text::fit_middle(panel.name, room, 11.0, false), Label::VALUE);
    scene.text(x0 + w - 8.0, y0 + 13.0, number, Label::HINT.end());
    scene.hline(x0 + 4.0, x0 + w - 8.0, y.px(0.0) - 0.5, Role::Zero);
    let range = [x0 + 22.0, x0 + w - 12.0];
    let x = place(spec, panel, &y, range, R);
    let ramp = ValueRamp::fit(panel.values);
    let role = |i: usize| if panel.kind.has_order() { ramp.role(panel.values[i]) } else { Role::MarkStrong };
    let (missing, mut measured): (Vec<usize>, Vec<usize>) =
        (0..spec.patients.len()).partition(|&i| panel.values[i].is_nan());
    measured.order_by_key(|&i| match role(i) {
        Role::Value(step) => step,
        _ => 0,
    });
    for i in measured {
        let ink = Ink::Role(role(i), spec.emphasis.opacity(i));
        scene.dot(x[i], y.px_clamped(panel.phi[i]), R, ink).on(Target::Cell(spec.patients[i], panel.feature));
    }
    for i in missing {
        let stroke = Stroke::new(Ink::Role(Role::Missing, spec.emphasis.opacity(i)), 0.75);
        scene
            .ring(x[i], y.px_clamped(panel.phi[i]), R, stroke)
            .on(Target::Cell(spec.patients[i], panel.feature));
    }
}

fn place(spec: &Spec, panel: &Panel, y: &Scale, range: [f64; 2], r: f64) -> Vec<f64> {
    let values = || panel.values.iter().copied();
    let mut x: Vec<f64> = match panel.kind {
        Kind::Number => {
            let domain = extent(values()).unwrap_or([0.0, 1.0]);
            let scale =
                if wants_log(values()) { Scale::log(domain, range) } else { Scale::linear(domain, range) };
            values().map(|v| scale.px(v)).collect()
        }
        Kind::Levels { .. } => {
            let levels = LevelScale::new(panel.kind, panel.values, range, 4.0);
            let mut x: Vec<f64> = values().map(|v| levels.middle(v)).collect();
            for &code in &levels.codes {
                let of: Vec<usize> =
                    (0..spec.patients.len()).filter(|&i| panel.values[i] == f64::from(code)).collect();
                let at: Vec<f64> = of.iter().map(|&i| y.px_clamped(panel.phi[i])).collect();
                let half = (levels.band.width() / 2.0 - 2.0).max(2.0);
                for (&i, d) in of.iter().zip(dodge::swarm(&at, r, half).offsets) {
                    x[i] += d;
                }
            }
            x
        }
    };
    // Missing values keep a lane at the left.
    let of: Vec<usize> = (0..spec.patients.len()).filter(|&i| panel.values[i].is_nan()).collect();
    let at: Vec<f64> = of.iter().map(|&i| y.px_clamped(panel.phi[i])).collect();
    for (&i, d) in of.iter().zip(dodge::swarm(&at, r, 5.0).offsets) {
        x[i] = range[0] - 11.0 + d;
    }
    x
}

/// One row per biomarker.
pub fn table(spec: &Spec) -> Table {
    let mut table = Table::new(["Biomarker", "Mean |SHAP|", "Lowest SHAP", "Highest SHAP", "Missing"]);
    for panel in &spec.panels {
        let [low, high] = extent(panel.phi.iter().copied()).unwrap_or([0.0; 2]);
        let missing = panel.values.iter().filter(|v| v.is_nan()).count();
        let cells = [
            panel.name.into(),
            plain(panel.importance),
            signed(low, 3),
            signed(high, 3),
            missing.to_string(),
        ];
        table.rows.push(cells.into());
    }
    table
}
