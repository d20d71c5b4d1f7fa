//! Patients who are scored alike: map, profile, silhouettes.

use super::{Figure, compact, drawn, words};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Emphasis, map as map_chart};
use crate::session::Analysis;

/// `A low`, `B middle`, `C high`: letters in order of mean margin.
pub fn cluster_names(k: usize) -> Vec<String> {
    (0..k)
        .map(|c| {
            let letter = char::from(b'A' + (c as u8).min(25));
            match (c, k) {
                (0, 2..) => format!("{letter} low"),
                (c, k) if c + 1 == k && k > 1 => format!("{letter} high"),
                (1, 3) => format!("{letter} middle"),
                _ => letter.to_string(),
            }
        })
        .collect()
}

fn with_spec<T>(
    a: &Analysis,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
    read: impl FnOnce(&map_chart::Spec) -> T,
) -> T {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let points: Vec<[f64; 2]> = positions.iter().map(|&i| a.insight.embedding.points[i]).collect();
    let clusters: Vec<u32> = positions.iter().map(|&i| a.insight.clusters.labels[i]).collect();
    let leading: Vec<String> = a
        .insight
        .embedding
        .leading
        .iter()
        .map(|f| {
            let names: Vec<String> =
                f.iter().take(2).map(|&f| a.study.label(FeatureId(f)).to_lowercase()).collect();
            names.join(", then ")
        })
        .collect();
    let names = cluster_names(a.insight.clusters.k);
    let spec = map_chart::Spec {
        width,
        height,
        compact: compact(width),
        patients: &patients,
        points: &points,
        clusters: &clusters,
        names: &names,
        share: a.insight.embedding.share,
        leading: [&leading[0], &leading[1]],
        values: None,
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    read(&spec)
}

/// The map of attributions.
pub fn map(a: &Analysis, passes: Option<&[bool]>, size: [f64; 2]) -> Figure {
    with_spec(a, passes, size, |spec| Figure {
        scene: map_chart::draw(spec),
        table: map_chart::table(spec, |row| a.study.patient_id(row)),
    })
}

/// A polygon of pixels as a polygon on the map, rounded so that a link carries it exactly.
pub fn map_point(a: &Analysis, size: [f64; 2], polygon: &[[f64; 2]]) -> Vec<[f64; 2]> {
    with_spec(a, None, size, |spec| {
        let [x, y] = map_chart::scales(spec);
        // A drawn line has more corners than it needs; a hundred keep its shape.
        let step = polygon.len().div_ceil(100).max(1);
        let round = |v: f64| (v * 1e3).round() / 1e3;
        polygon.iter().step_by(step).map(|p| [round(x.value(p[0])), round(y.value(p[1]))]).collect()
    })
}

/// What the silhouettes and the stability say, in plain words.
pub fn trust(a: &Analysis) -> String {
    let c = &a.insight.clusters;
    let mean = c.mean_silhouette(None).unwrap_or(f64::NAN);
    let word = match mean {
        m if m >= 0.5 => "clearly apart",
        m if m >= 0.25 => "partly apart",
        _ => "hardly apart: treat them as a way to sort patients, not as types of patients",
    };
    let mut out = format!("The {} groups are {word} (mean silhouette {}).", c.k, crate::plot::number::fixed(mean, 2));
    if let Some(best) = c.best_k().filter(|&b| b != c.k) {
        if let Some(s) = c.silhouette_by_k.get(best - 2) {
            out += &format!(" {} groups fit better ({}).", words::capitalised(&words::number_word(best)), crate::plot::number::fixed(*s, 2));
        }
    }
    out
}
