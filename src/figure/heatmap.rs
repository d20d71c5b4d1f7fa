//! Attributions of every patient at a glance.

use super::cohorts::{compared_sets, comparisons};
use super::{Figure, compact, phis, values};
use crate::dataset::Values;
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Emphasis, heatmap as chart};
use crate::plot::legend::Entry;
use crate::plot::number::plain;
use crate::plot::palette::{Role, ValueRamp};
use crate::session::Analysis;

/// Rows where the reader asks for all: more are a carpet without names.
const MOST: usize = 60;

/// The shown biomarkers by the drawn patients; biomarkers that have no row are summed into the last one.
pub fn heatmap(
    a: &Analysis,
    features: &[FeatureId],
    note: Option<&str>,
    focused: Option<FeatureId>,
    passes: Option<&[bool]>,
    [width, room]: [f64; 2],
) -> Figure {
    let positions: Vec<usize> = a.insight.by_likeness.iter().map(|&i| i as usize).collect();
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let margin: Vec<f64> = patients.iter().map(|&r| a.margin(r)).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let features = &features[..features.len().min(MOST)];
    let cells: Vec<(Vec<f64>, Vec<bool>)> = features
        .iter()
        .map(|&f| {
            let missing = values(a, f, &positions).iter().map(|v| v.is_nan()).collect();
            (phis(a, f, &positions), missing)
        })
        .collect();
    let used = |f: &FeatureId| a.study.model.features[f.index()].n_splits > 0;
    let n_others = a.insight.order.iter().filter(|f| used(f) && !features.contains(f)).count();
    // What the shown rows leave of the prediction.
    let others: Vec<f64> = (0..positions.len())
        .map(|i| margin[i] - a.base_value() - cells.iter().map(|(phi, _)| phi[i]).sum::<f64>())
        .collect();
    let others_name = format!("{n_others} others, summed");
    let mut rows: Vec<chart::Row> = features
        .iter()
        .zip(&cells)
        .map(|(&f, (phi, missing))| chart::Row {
            feature: Some(f),
            name: a.study.label(f),
            importance: a.importance(f).mean_abs,
            phi,
            missing,
        })
        .collect();
    if n_others > 0 {
        rows.push(chart::Row {
            feature: None,
            name: &others_name,
            importance: others.iter().map(|p| p.abs()).sum::<f64>() / others.len().max(1) as f64,
            phi: &others,
            missing: &[],
        });
    }
    let scale = &a.study.model.scale;
    let note = note.and_then(|word| annotations(a).into_iter().find(|n| n.0 == word));
    let spec = chart::Spec {
        width,
        compact: compact(width),
        room,
        patients: &patients,
        margin: &margin,
        base: a.base_value(),
        note: note.as_ref().map(|(word, name)| annotation(a, word, name, &positions)),
        limit: chart::limit(cells.iter().map(|(phi, _)| phi.as_slice())),
        rows,
        scale: &scale.margin,
        higher: &scale.higher,
        focused,
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    Figure { scene: chart::draw(&spec), table: chart::table(&spec, |row| a.study.patient_id(row)) }
}

/// What can stand above the cells: words for [`crate::session::ViewState::note`] and words on screen. Sets of patients, and numbers that
/// the model does not use.
pub fn annotations(a: &Analysis) -> Vec<(String, String)> {
    let mut out = comparisons(a);
    let used = |c: usize| (0..a.study.n_features()).any(|f| a.study.binding.column(FeatureId::of(f)) == c);
    for (c, column) in a.study.data.columns().iter().enumerate() {
        let listed = out.iter().any(|(word, _)| *word == column.name);
        if matches!(column.values, Values::Numbers(_)) && !listed && !used(c) {
            out.push((column.name.clone(), column.name.clone()));
        }
    }
    out
}

/// The bar for a word of [`annotations`], for the patients at `positions`.
fn annotation<'a>(a: &Analysis, word: &str, name: &'a str, positions: &[usize]) -> chart::Note<'a> {
    let column = a.study.data.column_index(word).map(|c| &a.study.data.columns()[c].values);
    let sets = compared_sets(a, word);
    if let (Some(Values::Numbers(numbers)), true) = (column, sets.is_empty()) {
        let values: Vec<f64> = positions.iter().map(|&i| numbers[a.rows[i].index()]).collect();
        let ramp = ValueRamp::fit(&values);
        let [low, high] = ramp.clip.map(plain);
        return chart::Note {
            name,
            colours: values.iter().map(|v| (!v.is_nan()).then(|| ramp.role(*v))).collect(),
            key: vec![Entry::Ramp { low: format!("{name} {low}"), high }],
        };
    }
    let mut of = vec![None; a.rows.len()];
    for (level, (_, members)) in sets.iter().enumerate() {
        members.iter().for_each(|&i| of[i] = Some(Role::ClusterMark(level as u8)));
    }
    chart::Note {
        name,
        colours: positions.iter().map(|&i| of[i]).collect(),
        key: sets.into_iter().enumerate().map(|(l, (name, _))| Entry::Cluster(l as u32, name)).collect(),
    }
}
