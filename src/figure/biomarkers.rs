//! Biomarkers, ranked.

use super::{Figure, LevelNames, compact, drawn, phis, unit_text, values};
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::plot::chart::ranked::Marks;
use crate::plot::chart::{Emphasis, ranked as chart};
use crate::session::{Analysis, Sort, ViewState};

/// The biomarkers that the view shows, in its order: those the model uses, or all that match a search.
pub fn shown_features(a: &Analysis, now: &ViewState) -> Vec<FeatureId> {
    let study = &a.study;
    let query = now.query.trim().to_lowercase();
    let mut shown: Vec<FeatureId> = a
        .insight
        .order
        .iter()
        .copied()
        .filter(|&f| now.group.as_deref().is_none_or(|g| study.group(f) == g))
        .filter(|&f| {
            if query.is_empty() {
                study.model.features[f.index()].n_splits > 0
            } else {
                [study.label(f), study.group(f), &study.model.features[f.index()].name]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&query))
            }
        })
        .collect();
    if now.top > 0 {
        shown.truncate(now.top as usize);
    }
    match now.sort {
        Sort::Importance => {}
        Sort::Name => shown.order_by_key(|&f| study.label(f).to_lowercase()),
        Sort::Group => shown.order_by_key(|&f| study.group(f).to_lowercase()),
        Sort::Missing => shown.order_by_key(|&f| std::cmp::Reverse(a.importance(f).n_missing)),
    }
    shown
}

/// The biomarkers that a list names, one per line or with commas between, by label or by the model's name in any case; and
/// the names that are none.
pub fn named_features(a: &Analysis, list: &str) -> (Vec<FeatureId>, Vec<String>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for name in list.split(['\n', ',', ';', '\t']).map(str::trim).filter(|name| !name.is_empty()) {
        let lower = name.to_lowercase();
        let is = |f: &usize| {
            let own = [a.study.label(FeatureId::of(*f)), &a.study.model.features[*f].name];
            own.iter().any(|own| own.to_lowercase() == lower)
        };
        match (0..a.study.n_features()).find(is) {
            Some(f) => found.push(FeatureId::of(f)),
            None => unknown.push(name.to_string()),
        }
    }
    (found, unknown)
}

/// How the rows look: the biomarker with the keyboard, and how its patients are drawn.
pub type Look = (Option<FeatureId>, Marks);

/// The rows. They grow into the height that there is.
pub fn ranked(
    a: &Analysis,
    look: Look,
    features: &[FeatureId],
    passes: Option<&[bool]>,
    size: [f64; 2],
) -> Figure {
    with_spec(a, look, features, passes, size, &|spec| Figure {
        scene: chart::rows(spec),
        table: chart::table(spec),
    })
}

/// Heads, rows and key in one picture, to take away.
pub fn ranked_whole(
    a: &Analysis,
    marks: Marks,
    features: &[FeatureId],
    passes: Option<&[bool]>,
    width: f64,
) -> Figure {
    with_spec(a, (None, marks), features, passes, [width, 0.0], &|spec| Figure {
        scene: chart::draw(spec),
        table: chart::table(spec),
    })
}

/// The column heads and the axis, to stand above the rows while they scroll.
pub fn ranked_header(a: &Analysis, features: &[FeatureId], width: f64) -> Figure {
    with_spec(a, Look::default(), features, None, [width, 0.0], &|spec| Figure {
        scene: chart::header(spec),
        ..Figure::default()
    })
}

fn with_spec(
    a: &Analysis,
    (focused, marks): Look,
    features: &[FeatureId],
    passes: Option<&[bool]>,
    [width, room]: [f64; 2],
    read: &dyn Fn(&chart::Spec) -> Figure,
) -> Figure {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let names = LevelNames::of(&a.study);
    let cells: Vec<(Vec<f64>, Vec<f64>, String)> = features
        .iter()
        .map(|&f| (phis(a, f, &positions), values(a, f, &positions), unit_text(&a.study, f)))
        .collect();
    let domain = domain(a, features);
    let scale = &a.study.model.scale;
    let spec = chart::Spec {
        width,
        compact: compact(width),
        patients: &patients,
        rows: features
            .iter()
            .zip(&cells)
            .map(|(&f, (phi, values, unit))| {
                let importance = a.importance(f);
                chart::Row {
                    feature: f,
                    name: a.study.label(f),
                    unit,
                    group: a.study.group(f),
                    rank: importance.rank,
                    rank_interval: Some(importance.rank_interval),
                    importance: importance.mean_abs,
                    interval: Some(importance.interval),
                    direction: importance.direction,
                    phi,
                    values,
                    kind: names.kind(f),
                    of_all: Some(chart::OfAll {
                        n: a.rows.len(),
                        n_missing: importance.n_missing as usize,
                        range: importance.range,
                    }),
                    crowd: &[],
                }
            })
            .collect(),
        scale: &scale.margin,
        sides: &format!("left lowers {0}, right raises it", scale.higher),
        domain,
        focused,
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
        provisional: false,
        marks,
        room,
    };
    read(&spec)
}

/// One axis for all rows, also for patients that are not drawn.
fn domain(a: &Analysis, features: &[FeatureId]) -> Option<[f64; 2]> {
    let (low, high) = features
        .iter()
        .map(|&f| a.importance(f).range)
        .fold((0.0f64, 0.0f64), |(low, high), r| (low.min(r[0]), high.max(r[1])));
    (low < high).then_some([low, high])
}
