//! Biomarkers that move together share credit: which ones, how much, and what they are worth as a group.

use super::{Figure, LevelNames, Sheet, compact, words};
use crate::cohort::hierarchy::{Hierarchy, Linkage, hierarchy_of};
use crate::ids::{FeatureId, RowId};
use crate::math;
use crate::plot::chart::{Table, redundancy as chart};
use crate::plot::number::{count, fixed, signed};
use crate::session::Analysis;

/// Biomarkers compared: the most important.
const MOST: usize = 30;
/// Patients compared at most, evenly through the file.
const MOST_PATIENTS: usize = 2_000;
/// Mean |Spearman| from which biomarkers are a group: that of the findings.
const TOGETHER: f64 = 0.8;

/// The tree of the most important biomarkers by 1 − |Spearman|, average linkage, and the groups it cuts off.
pub fn redundancy(a: &Analysis, width: f64) -> Sheet {
    let names = LevelNames::of(&a.study);
    // Codes of several levels have no order to compare.
    let features: Vec<FeatureId> = (a.insight.order.iter().copied())
        .filter(|&f| a.importance(f).mean_abs > 0.0 && names.kind(f).has_order())
        .take(MOST)
        .collect();
    let step = a.rows.len().div_ceil(MOST_PATIENTS).max(1);
    let rows: Vec<RowId> = a.rows.iter().copied().step_by(step).collect();
    let n = features.len();
    if n < 2 {
        return Sheet::said("Fewer than two biomarkers can be compared.");
    }
    let rho = correlations(a, &features, &rows);
    let distances = pairs(n).map(|(i, j)| 1.0 - rho[i * n + j].abs()).collect();
    let Some(tree) = hierarchy_of(distances, n, Linkage::Average) else { return Sheet::default() };
    let groups = groups(&tree, n);
    let spec = chart::Spec {
        width,
        compact: compact(width),
        tree: &tree,
        rows: features
            .iter()
            .enumerate()
            .map(|(i, &f)| chart::Row {
                feature: f,
                name: a.study.label(f),
                importance: a.importance(f).mean_abs,
                group: groups.iter().position(|g| g.contains(&i)),
            })
            .collect(),
        cut: 1.0 - TOGETHER,
        scale: &a.study.model.scale.margin,
    };
    let figure = Figure { scene: chart::draw(&spec), table: closest(a, &features, &rho) };
    let mut sheet = Sheet::said(headline(a, &features, &groups, &rho, rows.len()));
    sheet.figures.push(("redundancy".into(), figure));
    if !groups.is_empty() {
        sheet.tables.push(("Groups".into(), group_table(a, &features, &groups)));
    }
    sheet
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// Spearman's correlations, `[i][j]`, over the patients in whom both are measured; 0 where there is none.
fn correlations(a: &Analysis, features: &[FeatureId], rows: &[RowId]) -> Vec<f64> {
    let n = features.len();
    let values: Vec<Vec<f64>> =
        features.iter().map(|&f| rows.iter().map(|&r| a.study.value(f, r)).collect()).collect();
    let mut rho = vec![0.0; n * n];
    for (i, j) in pairs(n) {
        let found = math::spearman(&values[i], &values[j]).unwrap_or(0.0);
        rho[i * n + j] = found;
        rho[j * n + i] = found;
    }
    rho
}

/// Groups of at least two that join before the cut, in the tree's order.
fn groups(tree: &Hierarchy, n: usize) -> Vec<Vec<usize>> {
    let joined = tree.merges.iter().filter(|m| m.height <= 1.0 - TOGETHER).count();
    let labels = tree.cut(n - joined);
    let mut groups = vec![Vec::new(); n];
    tree.order.iter().for_each(|&i| groups[labels[i as usize] as usize].push(i as usize));
    groups.retain(|group| group.len() > 1);
    groups
}

fn headline(
    a: &Analysis,
    features: &[FeatureId],
    groups: &[Vec<usize>],
    rho: &[f64],
    n_rows: usize,
) -> String {
    let n = features.len();
    let label = |i: usize| a.study.label(features[i]).to_string();
    let over = format!("over {} patients", count(n_rows));
    if groups.is_empty() {
        let closest = pairs(n).max_by(|x, y| rho[x.0 * n + x.1].abs().total_cmp(&rho[y.0 * n + y.1].abs()));
        let (i, j) = closest.unwrap_or((0, 0));
        return format!(
            "No two of the {n} most important biomarkers move together (mean |Spearman| of at least {TOGETHER}); the \
             closest are {} and {}, Spearman {} {over}.",
            label(i),
            label(j),
            signed(rho[i * n + j], 2)
        );
    }
    let said: Vec<String> =
        groups.iter().map(|g| words::list(&g.iter().map(|&i| label(i)).collect::<Vec<_>>())).collect();
    format!(
        "{} of biomarkers {} together (mean |Spearman| of at least {TOGETHER} {over}): {}. Within a group the model can \
         lean on any of them: read the group's sum, not its members.",
        words::capitalised(&format!(
            "{} {}",
            words::number_word(groups.len()),
            if groups.len() == 1 { "group" } else { "groups" }
        )),
        if groups.len() == 1 { "moves" } else { "move" },
        said.join("; ")
    )
}

/// Each biomarker with the one nearest to it.
fn closest(a: &Analysis, features: &[FeatureId], rho: &[f64]) -> Table {
    let n = features.len();
    let mut table = Table::new(["Biomarker", "Mean |SHAP|", "Closest", "Spearman"]);
    for (i, &f) in features.iter().enumerate() {
        let others = (0..n).filter(|&j| j != i);
        let nearest = others.max_by(|&x, &y| rho[i * n + x].abs().total_cmp(&rho[i * n + y].abs()));
        let Some(j) = nearest else { continue };
        table.rows.push(vec![
            a.study.label(f).to_string(),
            fixed(a.importance(f).mean_abs, 4),
            a.study.label(features[j]).to_string(),
            signed(rho[i * n + j], 3),
        ]);
    }
    table
}

/// What each group is worth: its members by themselves, and their sum per patient.
fn group_table(a: &Analysis, features: &[FeatureId], groups: &[Vec<usize>]) -> Table {
    let mut table = Table::new(["Group", "Sum of mean |SHAP|", "Mean |sum of SHAP|", "Taken back"]);
    let n = a.rows.len().max(1) as f64;
    for group in groups {
        let members: Vec<FeatureId> = group.iter().map(|&i| features[i]).collect();
        let separate: f64 = members.iter().map(|&f| a.importance(f).mean_abs).sum();
        let sum = |i: usize| members.iter().map(|&f| a.phi(i, f)).sum::<f64>().abs();
        let together = (0..a.rows.len()).map(sum).sum::<f64>() / n;
        let names: Vec<String> = members.iter().map(|&f| a.study.label(f).to_string()).collect();
        table.rows.push(vec![
            words::list(&names),
            fixed(separate, 4),
            fixed(together, 4),
            crate::plot::number::percent(1.0 - together / separate.max(f64::MIN_POSITIVE)),
        ]);
    }
    table
}
