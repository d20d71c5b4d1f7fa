//! One biomarker: value against attribution.

use super::{Figure, LevelNames, compact, drawn, phis, unit_text, values};
use crate::ids::{FeatureId, RowId};
use crate::plot::Scene;
use crate::plot::chart::{Emphasis, Table, dependence as chart, small};
use crate::plot::number::{plain, round3};
use crate::plot::smooth::joins_means;
use crate::session::{Analysis, ViewState};

/// What colours the dependence plot: the reader's choice, or the partner that was found.
pub fn partner(a: &Analysis, now: &ViewState, feature: FeatureId) -> Option<FeatureId> {
    now.colour_by
        .or_else(|| a.insight.partners.get(feature.index()).copied().flatten())
        .filter(|&f| f != feature)
}

/// How the line through the plot of a biomarker is made, for its caption.
pub fn line_word(a: &Analysis, feature: FeatureId) -> &'static str {
    if joins_means(&values(a, feature, &drawn(a))) {
        "the mean at each value"
    } else {
        "local linear smooth, span 0.3"
    }
}

/// What sizes do not matter for is asked of a plot of this one.
const ANY_SIZE: [f64; 2] = [600.0, 400.0];

/// Ends and name of the colours, None without.
pub fn dependence_legend(a: &Analysis, now: &ViewState, feature: FeatureId) -> Option<chart::Legend> {
    with_spec(a, now, feature, ANY_SIZE, chart::legend)
}

/// The numbers of the plot.
pub fn dependence_table(a: &Analysis, now: &ViewState, feature: FeatureId) -> Table {
    with_spec(a, now, feature, ANY_SIZE, |spec| chart::table(spec, |row| a.study.patient_id(row)))
}

/// Values at which the line through the plot crosses zero.
pub fn crossings(a: &Analysis, feature: FeatureId) -> Vec<f64> {
    with_spec(a, &ViewState::default(), feature, ANY_SIZE, chart::crossings)
}

/// The values under a horizontal stretch of the plot's pixels; None for levels.
pub fn values_between(
    a: &Analysis,
    now: &ViewState,
    feature: FeatureId,
    size: [f64; 2],
    pixels: [f64; 2],
) -> Option<[f64; 2]> {
    let scale = with_spec(a, now, feature, size, chart::x_scale)?;
    let [p, q] = pixels.map(|px| scale.value(px));
    Some([p.min(q), p.max(q)])
}

/// Draws the plot for one biomarker.
pub fn dependence(a: &Analysis, now: &ViewState, feature: FeatureId, size: [f64; 2]) -> Scene {
    with_spec(a, now, feature, size, |spec| {
        let mut scene = chart::draw(spec);
        if let Some(patient) = now.patient.filter(|p| spec.patients.contains(p))
            && let Some(i) = a.position(patient)
        {
            let value = a.study.value_text(feature, patient).unwrap_or_else(|| "missing".into());
            let label = format!(
                "{}, {}, {}",
                a.study.patient_id(patient),
                super::words::with_unit(&value, a.study.unit(feature)),
                crate::plot::number::signed(a.phi(i, feature), 2)
            );
            scene.place(chart::focus(spec, patient, &label), 0.0, 0.0);
        }
        scene
    })
}

/// Resamples of the patients behind the range of a crossing: 500, of many patients fewer, so that it takes a second or
/// two at most.
fn n_resamples(n_patients: usize) -> usize {
    (2_500_000 / n_patients.max(1)).clamp(200, 500)
}

/// Where the line of a biomarker crosses zero and how well the patients fix that, in a sentence; empty without a
/// crossing, or with more than two, which say little.
pub fn crossing_said(a: &Analysis, feature: FeatureId, log: Option<bool>) -> String {
    let now = ViewState { log_axis: log, ..ViewState::default() };
    let n = n_resamples(drawn(a).len());
    let found = with_spec(a, &now, feature, [1_000.0, 600.0], |spec| {
        let few = (1..=2).contains(&chart::crossings(spec).len());
        if few { chart::crossing_intervals(spec, n, 0) } else { Vec::new() }
    });
    let text = |v: f64| plain(round3(v));
    let one = |(at, [low, high]): &(f64, [f64; 2])| match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("{} ({} to {})", text(*at), text(*low), text(*high)),
        (true, false) => format!("{} (from {}, no upper end)", text(*at), text(*low)),
        (false, true) => format!("{} (up to {}, no lower end)", text(*at), text(*high)),
        (false, false) => format!("{} (anywhere)", text(*at)),
    };
    if found.is_empty() {
        return String::new();
    }
    format!(
        "The line crosses zero at {}; in brackets the middle 95 % of {n} bootstrap resamples of the patients, \
         exploratory.",
        found.iter().map(one).collect::<Vec<_>>().join(" and ")
    )
}

/// Hands the chart of one biomarker to `then`.
fn with_spec<R: Default>(
    a: &Analysis,
    now: &ViewState,
    feature: FeatureId,
    size: [f64; 2],
    then: impl Fn(&chart::Spec) -> R,
) -> R {
    let mut made = R::default();
    specify(a, now, feature, size, &mut |spec| made = then(spec));
    made
}

/// One copy of it for all that is read off the chart.
fn specify(
    a: &Analysis,
    now: &ViewState,
    feature: FeatureId,
    [width, height]: [f64; 2],
    then: &mut dyn FnMut(&chart::Spec),
) {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let names = LevelNames::of(&a.study);
    let (x, phi) = (values(a, feature, &positions), phis(a, feature, &positions));
    let unit = unit_text(&a.study, feature);
    let thresholds: Vec<(f64, f64)> = if now.splits {
        let f = &a.study.model.features[feature.index()];
        f.thresholds.iter().zip(&f.threshold_splits).map(|(&t, &n)| (t, f64::from(n))).collect()
    } else {
        Vec::new()
    };
    let colour = partner(a, now, feature);
    let colour_cells = colour.map(|f| (f, values(a, f, &positions), unit_text(&a.study, f)));
    let scale = &a.study.model.scale;
    let sides = [format!("raises {}", scale.higher), format!("lowers {}", scale.higher)];
    let spec = chart::Spec {
        width,
        height,
        compact: compact(width),
        patients: &patients,
        name: a.study.label(feature),
        unit: &unit,
        values: &x,
        n_missing: Some(a.importance(feature).n_missing as usize),
        kind: names.kind(feature),
        phi: &phi,
        scale: &scale.margin,
        title_y: None,
        margins: height >= 320.0,
        sides: [&sides[0], &sides[1]],
        domain: None,
        log: now.log_axis,
        smooth: now.smooth,
        thresholds: &thresholds,
        colour: colour_cells.as_ref().map(|(f, values, unit)| chart::ColourBy {
            name: a.study.label(*f),
            unit,
            values,
            kind: names.kind(*f),
        }),
        emphasis: Emphasis::default(),
    };
    then(&spec);
}

/// The next most important biomarkers on one SHAP axis.
pub fn next_biomarkers(
    a: &Analysis,
    feature: FeatureId,
    passes: Option<&[bool]>,
    n: usize,
    width: f64,
) -> Figure {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let names = LevelNames::of(&a.study);
    let shown: Vec<FeatureId> = a
        .insight
        .order
        .iter()
        .copied()
        .filter(|&f| f != feature && a.importance(f).mean_abs > 0.0)
        .take(n)
        .collect();
    let cells: Vec<(Vec<f64>, Vec<f64>)> =
        shown.iter().map(|&f| (values(a, f, &positions), phis(a, f, &positions))).collect();
    let spec = small::Spec {
        width,
        compact: compact(width),
        patients: &patients,
        panels: shown
            .iter()
            .zip(&cells)
            .map(|(&f, (x, phi))| small::Panel {
                feature: f,
                name: a.study.label(f),
                importance: a.importance(f).mean_abs,
                values: x,
                kind: names.kind(f),
                phi,
            })
            .collect(),
        domain: None,
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    Figure { scene: small::draw(&spec), table: small::table(&spec) }
}
