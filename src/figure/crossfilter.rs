//! The crossfilter: one small histogram per quantity that is worth selecting by.

use super::{Figure, words};
use crate::dataset::{MISSING, Values};
use crate::plot::Scene;
use crate::plot::chart::histogram as chart;
use crate::plot::number::plain;
use crate::plot::scale::Scale;
use crate::session::{Analysis, Filter, Variable};
use crate::study::ColumnRole;

/// Biomarkers that get a histogram.
const TOP: usize = 5;
/// Levels beyond which a column is not offered.
const MAX_LEVELS: usize = 8;

/// A quantity of the crossfilter.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// What rules on it look at.
    pub variable: Variable,
    /// Name.
    pub label: String,
    /// Range with unit, or number of levels.
    pub note: String,
    /// Level texts; empty for a numeric quantity.
    pub levels: Vec<String>,
    /// Level per explained patient, NaN missing; empty for a numeric quantity.
    pub values: Vec<f64>,
    /// Values of a numeric quantity; None for levels.
    pub bins: Option<chart::Bins>,
}

/// The quantities, the margin first.
pub fn histograms(a: &Analysis) -> Vec<Histogram> {
    let mut out = vec![numeric(a, Variable::Margin, a.rows.iter().map(|&r| a.margin(r)).collect())];
    let feature_columns: Vec<usize> = a
        .insight
        .order
        .iter()
        .filter(|f| a.study.model.features[f.index()].n_splits > 0)
        .map(|&f| a.study.binding.column(f))
        .collect();
    let numbers = feature_columns
        .iter()
        .copied()
        .filter(|&c| matches!(a.study.data.columns()[c].values, Values::Numbers(_)))
        .take(TOP);
    let mut texts: Vec<usize> = feature_columns
        .iter()
        .copied()
        .filter(|&c| matches!(a.study.data.columns()[c].values, Values::Levels { .. }))
        .take(2)
        .collect();
    for (c, role) in a.study.roles.iter().enumerate() {
        if matches!(role, ColumnRole::Covariate | ColumnRole::OutcomeEvent | ColumnRole::OutcomeBinary) {
            texts.push(c);
        }
    }
    for c in numbers {
        out.extend(column(a, c));
    }
    for c in texts.into_iter().take(4) {
        out.extend(column(a, c));
    }
    if a.insight.clusters.k > 1 {
        let levels = super::subgroups::letters(&a.insight.clusters);
        out.push(Histogram {
            variable: Variable::Cluster,
            label: "Subgroup".into(),
            note: format!("{} levels", levels.len()),
            levels,
            values: a.insight.clusters.labels.iter().map(|&l| f64::from(l)).collect(),
            bins: None,
        });
    }
    out
}

fn column(a: &Analysis, c: usize) -> Option<Histogram> {
    let column = a.study.data.columns().get(c)?;
    match &column.values {
        Values::Numbers(x) => {
            let values: Vec<f64> = a.rows.iter().map(|r| x[r.index()]).collect();
            let levels = words::level_names(a, Variable::Column(c));
            if levels.is_empty() {
                Some(numeric(a, Variable::Column(c), values))
            } else {
                Some(levelled(a, c, levels, values))
            }
        }
        Values::Levels { codes, levels } if levels.len() <= MAX_LEVELS => {
            let code = |r: &crate::ids::RowId| match codes[r.index()] {
                MISSING => f64::NAN,
                code => f64::from(code),
            };
            Some(levelled(a, c, levels.clone(), a.rows.iter().map(code).collect()))
        }
        Values::Levels { .. } => None,
    }
}

fn levelled(a: &Analysis, c: usize, levels: Vec<String>, values: Vec<f64>) -> Histogram {
    Histogram {
        variable: Variable::Column(c),
        label: words::column_label(&a.study, c),
        note: format!("{} levels", levels.len()),
        levels,
        values,
        bins: None,
    }
}

fn numeric(a: &Analysis, variable: Variable, values: Vec<f64>) -> Histogram {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let unit = match variable {
        Variable::Column(c) => match a.study.roles.get(c) {
            Some(ColumnRole::Feature(f)) => a.study.unit(*f),
            _ => "",
        },
        _ => "",
    };
    let range = if low <= high { format!("{} to {}", plain(low), plain(high)) } else { "all missing".into() };
    Histogram {
        variable,
        label: words::variable_label(a, variable),
        note: words::range_with_unit(&range, unit),
        levels: Vec::new(),
        values: Vec::new(),
        bins: Some(chart::Bins::new(&values)),
    }
}

/// Draws one of them; what other rules leave stands out.
pub fn histogram(
    a: &Analysis,
    h: &Histogram,
    filters: &[Filter],
    passes: Option<&[bool]>,
    width: f64,
) -> Figure {
    if let Some(bins) = &h.bins {
        let spec = chart::Spec { width, name: &h.label, bins, passes, brush: brush_of(h, filters) };
        let mut scene = chart::draw(&spec);
        scene.place(chart::brush(&spec), 0.0, 0.0);
        return Figure { scene, table: chart::table(&spec) };
    }
    let chosen = filters.iter().find_map(|f| match f {
        Filter::Levels { variable, levels } if *variable == h.variable => {
            Some((0..h.levels.len()).map(|l| levels.contains(&(l as u32))).collect::<Vec<bool>>())
        }
        _ => None,
    });
    let scene: Scene = chart::draw_levels(&chart::LevelsSpec {
        width,
        name: &h.label,
        levels: &h.levels,
        values: &h.values,
        passes,
        chosen: chosen.as_deref(),
        clusters: h.variable == Variable::Cluster,
        out: a.insight.clusters.out(),
    });
    Figure { scene, ..Figure::default() }
}

/// The rule of a stretch dragged over a numeric histogram, bounds rounded to what a reader can tell apart.
pub fn brushed(h: &Histogram, width: f64, from: f64, to: f64) -> Filter {
    let scale = scale(h, width);
    let (p, q) = (scale.value(from), scale.value(to));
    let step = round_step((q - p).abs() / 50.0);
    let round = |v: f64| (v / step).round() * step;
    // Rounding again drops digits that the product brought in.
    let clean = |v: f64| format!("{v:.6}").parse::<f64>().unwrap_or(v);
    Filter::Range { variable: h.variable, low: clean(round(p.min(q))), high: clean(round(p.max(q))) }
}

/// The rule after a bin of a numeric histogram was chosen: its values, with `extend` also those from it to what was
/// chosen before. None where the bin alone was chosen: choosing it again takes the rule away.
pub fn chosen_bin(h: &Histogram, filters: &[Filter], bin: u32, extend: bool) -> Option<Filter> {
    let before = brush_of(h, filters);
    let n = chart::N_BINS as f64;
    let at = f64::from(bin);
    let Filter::Range { variable, mut low, mut high } = brushed(h, n, at, at + 1.0) else { return None };
    // The outermost bins hold the outermost values whatever the rounding.
    let ends = scale(h, n).domain;
    if bin == 0 {
        low = low.min(ends[0]);
    }
    if at + 1.0 >= n {
        high = high.max(ends[1]);
    }
    match before {
        Some(before) if before == [low, high] => return None,
        Some([from, to]) if extend => (low, high) = (low.min(from), high.max(to)),
        _ => {}
    }
    Some(Filter::Range { variable, low, high })
}

/// The largest power of ten that is not above x.
fn round_step(x: f64) -> f64 {
    if x > 0.0 { crate::math::powf(10.0, crate::math::log10(x).floor()) } else { 1e-6 }
}

/// From values to the pixels of a numeric histogram.
fn scale(h: &Histogram, width: f64) -> Scale {
    let range = [0.0, width];
    h.bins.as_ref().map_or(Scale::linear([0.0, 1.0], range), |bins| Scale { range, ..bins.scale() })
}

fn brush_of(h: &Histogram, filters: &[Filter]) -> Option<[f64; 2]> {
    filters.iter().find_map(|f| match f {
        Filter::Range { variable, low, high } if *variable == h.variable => Some([*low, *high]),
        _ => None,
    })
}
