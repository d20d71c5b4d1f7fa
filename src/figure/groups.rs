//! Groups of biomarkers: what a layer, an organ or a panel does as a whole.

use super::{Figure, compact, drawn};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Emphasis, groups as chart};
use crate::session::Analysis;

/// The groups, most important first.
pub fn groups(a: &Analysis, passes: Option<&[bool]>, width: f64) -> Figure {
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let sums: Vec<Vec<f64>> = a
        .insight
        .groups
        .iter()
        .map(|g| {
            let sum = |&i: &usize| g.members.iter().map(|&f| a.phi(i, FeatureId(f))).sum();
            positions.iter().map(sum).collect()
        })
        .collect();
    let spec = chart::Spec {
        width,
        compact: compact(width),
        patients: &patients,
        rows: a
            .insight
            .groups
            .iter()
            .zip(&sums)
            .map(|(g, sums)| chart::Row {
                name: &g.name,
                n: g.members.len(),
                importance: g.mean_abs,
                separate: g.separate,
                cancelled: g.cancelled(),
                range: g.range,
                sums,
            })
            .collect(),
        scale: &a.study.model.scale.margin,
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    Figure { scene: chart::draw(&spec), table: chart::table(&spec) }
}
