//! One biomarker: measured value against φ, with everything needed to read it honestly: how many patients stand
//! behind each part of the curve, where the trees can change their mind at all, and what happens when the value is
//! missing.

mod axes;
mod layout;
mod margins;
mod marks;
mod smooth;
#[cfg(test)]
mod tests;

use super::{Emphasis, Kind, Table};
use crate::ids::RowId;
use crate::plot::legend::{self as plot_legend, Entry};
use crate::plot::number::{count, round3, signed};
use crate::plot::palette::{Role, ValueRamp};
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene, Stroke};
use crate::plot::text;
use layout::{Layout, X};

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Narrow layout: no side histogram, axis title on top.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// Display name of the biomarker.
    pub name: &'a str,
    /// Its unit; may be empty.
    pub unit: &'a str,
    /// Value per patient.
    pub values: &'a [f64],
    /// Missing values of all patients where only some are shown.
    pub n_missing: Option<usize>,
    /// What the values are.
    pub kind: Kind<'a>,
    /// φ per patient.
    pub phi: &'a [f64],
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Title of the vertical axis; None says `SHAP value, ` and the scale. For interaction values.
    pub title_y: Option<&'a str>,
    /// Draw the distributions outside the axes. Small panes go without.
    pub margins: bool,
    /// What positive and negative φ do, e.g. `["raises risk", "lowers risk"]`.
    pub sides: [&'a str; 2],
    /// φ at the ends of the axis; None fits it to the data.
    pub domain: Option<[f64; 2]>,
    /// Log axis: None decides by the spread of the values.
    pub log: Option<bool>,
    /// Draw the local linear smooth and where it crosses zero.
    pub smooth: bool,
    /// Split thresholds of the model on this biomarker: value and how often (or how strongly) it is used.
    pub thresholds: &'a [(f64, f64)],
    /// Another biomarker that colours the marks.
    pub colour: Option<ColourBy<'a>>,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// What colours the marks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourBy<'a> {
    /// Display name.
    pub name: &'a str,
    /// Unit; may be empty.
    pub unit: &'a str,
    /// Value per patient.
    pub values: &'a [f64],
    /// What the values are.
    pub kind: Kind<'a>,
}

/// Text for the two ends of the colour ramp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legend {
    /// Name of what is coloured.
    pub name: String,
    /// Value at and below which a mark has the lowest colour.
    pub low: String,
    /// Value at and above which a mark has the highest colour, with unit.
    pub high: String,
}

/// Share of the patients that each point of the smooth listens to.
pub const SPAN: f64 = 0.3;

/// The plot.
pub fn draw(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, spec.height).titled(
        format!("SHAP value against {}", spec.name),
        format!(
            "One mark per patient (n = {}, {} missing); vertical axis: SHAP value, {}.",
            count(spec.patients.len()),
            count(lay.missing.len()),
            spec.scale
        ),
    );
    axes::draw(&mut scene, spec, &lay);
    if spec.margins {
        margins::draw(&mut scene, spec, &lay);
    }
    margins::rug(&mut scene, spec, &lay);
    marks::draw(&mut scene, spec, &lay);
    smooth::draw(&mut scene, spec, &lay);
    scene
}

/// Crosshair, ring and label for one patient, to lay over the plot. Empty if the patient is not shown.
pub fn focus(spec: &Spec, patient: RowId, label: &str) -> Scene {
    let lay = Layout::of(spec);
    let mut scene = Scene::new(spec.width, spec.height);
    let Some(i) = spec.patients.iter().position(|&p| p == patient) else { return scene };
    let Some([x, y]) = lay.places(spec).get(i).copied().filter(|p| p[0].is_finite() && p[1].is_finite())
    else {
        return scene;
    };
    scene.section("focus");
    let [left, _, top, bottom] = lay.frame;
    let thin = Ink::Role(Role::Text, 0.35);
    scene.vline(x - 0.5, y + 6.0, bottom, thin);
    scene.hline(left, (x - 6.0).max(left), y - 0.5, thin);
    scene.ring(x, y, 6.0, Stroke::new(Role::Text, 1.5));
    let style = Label::VALUE.bold().halo();
    let w = text::width(label, style.size, true);
    let y = if y - 10.0 < top + 12.0 { y + 20.0 } else { y - 10.0 };
    if x - 10.0 - w > left {
        scene.text(x - 10.0, y, label, style.end());
    } else {
        scene.text(x + 10.0, y, label, style);
    }
    scene
}

/// The scale of the horizontal axis, to turn a dragged range into values. None for levels.
pub fn x_scale(spec: &Spec) -> Option<Scale> {
    match Layout::of(spec).x {
        X::Values(scale) => Some(scale),
        X::Levels(_) => None,
    }
}

/// Left, right, top and bottom pixel of the plotting area.
pub fn frame(spec: &Spec) -> [f64; 4] {
    Layout::of(spec).frame
}

/// Values at which the smooth crosses zero, ascending.
pub fn crossings(spec: &Spec) -> Vec<f64> {
    match Layout::of(spec).x {
        X::Values(scale) => smooth::crossings(spec, &scale).into_iter().map(|px| scale.value(px)).collect(),
        X::Levels(_) => Vec::new(),
    }
}

/// Each of [`crossings`] with the middle 95 % of where the lines of `n_resamples` resamples of the patients cross; an
/// infinity is beyond the next crossing or the axis.
pub fn crossing_intervals(spec: &Spec, n_resamples: usize, seed: u64) -> Vec<(f64, [f64; 2])> {
    let X::Values(scale) = Layout::of(spec).x else { return Vec::new() };
    let value = |px: f64| if px.is_finite() { scale.value(px) } else { px };
    let found = smooth::crossing_intervals(spec, &scale, n_resamples, seed);
    found.into_iter().map(|(at, ends)| (value(at), ends.map(value))).collect()
}

/// What the ends of the colour ramp stand for; None without colours.
pub fn legend(spec: &Spec) -> Option<Legend> {
    let by = spec.colour?;
    let ends = match by.kind {
        Kind::Number => ValueRamp::fit(by.values).clip.map(|v| by.kind.text(round3(v))),
        Kind::Levels { names, .. } => {
            if !by.kind.has_order() {
                return None;
            }
            [names.first().cloned().unwrap_or_default(), names.last().cloned().unwrap_or_default()]
        }
    };
    let [low, high] = ends;
    let high = if by.unit.is_empty() { high } else { format!("{high} {}", by.unit) };
    Some(Legend { name: by.name.into(), low, high })
}

/// What the colours and marks mean, to put beneath the plot.
pub fn key(spec: &Spec) -> Scene {
    let mut entries = Vec::new();
    if let Some(Legend { name, low, high }) = legend(spec) {
        let low = format!("{name} {low}");
        entries.push(Entry::Ramp { low, high });
    }
    entries.push(Entry::Missing("missing, own lane".into()));
    plot_legend::key(&entries, spec.width)
}

/// One row per patient.
pub fn table(spec: &Spec, patient_id: impl Fn(RowId) -> String) -> Table {
    let unit = if spec.unit.is_empty() { String::new() } else { format!(", {}", spec.unit) };
    let mut table =
        Table::new(["Patient", &format!("{}{unit}", spec.name), &format!("SHAP value, {}", spec.scale)]);
    if let Some(by) = spec.colour {
        table.header.push(by.name.into());
    }
    for (i, &p) in spec.patients.iter().enumerate() {
        let mut row = vec![patient_id(p), spec.kind.text(spec.values[i]), signed(spec.phi[i], 4)];
        row.extend(spec.colour.map(|by| by.kind.text(by.values[i])));
        table.rows.push(row);
    }
    table
}
