//! One biomarker: value against attribution.

use super::{Figure, LevelNames, compact, drawn, phis, unit_text, values};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Emphasis, dependence as chart, small};
use crate::plot::number::{plain, round3};
use crate::plot::smooth::joins_means;
use crate::session::{Analysis, ViewState};

/// What colours the dependence plot: the reader's choice, or the partner that was found.
pub fn partner(a: &Analysis, now: &ViewState, feature: FeatureId) -> Option<FeatureId> {
    now.colour_by
        .or_else(|| a.insight.partners.get(feature.index()).copied().flatten())
        .filter(|&f| f != feature)
}

/// Turns a horizontal stretch of pixels into a range of values.
pub type RangeOfPixels = Box<dyn Fn(f64, f64) -> [f64; 2] + Send + Sync>;

/// The dependence plot, with what is needed to lay things over it.
pub struct Dependence {
    /// Scene and table.
    pub figure: Figure,
    /// Ends and name of the colour ramp.
    pub legend: Option<chart::Legend>,
    /// Values at which the smooth line crosses zero.
    pub crossings: Vec<f64>,
    /// Value range of a horizontal stretch of pixels; None for levels.
    pub range_of_pixels: Option<RangeOfPixels>,
}

/// How the line through the plot of a biomarker is made, for its caption.
pub fn line_word(a: &Analysis, feature: FeatureId) -> &'static str {
    if joins_means(&values(a, feature, &drawn(a))) {
        "the mean at each value"
    } else {
        "local linear smooth, span 0.3"
    }
}

/// Draws the plot for one biomarker.
pub fn dependence(
    a: &Analysis,
    now: &ViewState,
    feature: FeatureId,
    passes: Option<&[bool]>,
    size: [f64; 2],
) -> Dependence {
    with_spec(a, now, feature, passes, size, |spec| {
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
        let range_of_pixels = chart::x_scale(spec).map(|scale| {
            Box::new(move |from: f64, to: f64| {
                let (p, q) = (scale.value(from), scale.value(to));
                [p.min(q), p.max(q)]
            }) as RangeOfPixels
        });
        Dependence {
            figure: Figure { scene, table: chart::table(spec, |row| a.study.patient_id(row)) },
            legend: chart::legend(spec),
            crossings: chart::crossings(spec),
            range_of_pixels,
        }
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
    let found = with_spec(a, &now, feature, None, [1_000.0, 600.0], |spec| {
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
fn with_spec<R>(
    a: &Analysis,
    now: &ViewState,
    feature: FeatureId,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
    then: impl FnOnce(&chart::Spec) -> R,
) -> R {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
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
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    then(&spec)
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
