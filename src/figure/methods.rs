//! Two ways to leave a biomarker out, on the same patients: where the explanation depends on the way.

use super::cohorts::method_said;
use super::{Figure, Sheet, compact};
use crate::explain::summary::{compare_means, resamples_within_a_second};
use crate::ids::FeatureId;
use crate::math::{self, Order as _};
use crate::plot::chart::{Table, sides as chart};
use crate::plot::number::{fixed, percent};
use crate::session::{Analysis, Method};
use ndarray::Array2;

/// Biomarkers that are drawn.
const TOP: usize = 20;
/// Biomarkers whose places are compared in words.
const LEADING: usize = 10;

/// What one biomarker is by two methods.
struct Row {
    feature: FeatureId,
    /// Mean |φ|, by each.
    means: [f64; 2],
    /// Place by mean |φ|, from 1, by each.
    rank: [usize; 2],
    /// Spearman's correlation of φ over patients.
    agreement: Option<f64>,
    /// Share of the patients whose φ has opposite signs.
    opposite: f64,
}

/// Compares the analysis with `phi` of the same patients and output by `other`, `[row][feature]`, margin units.
pub fn across_methods(a: &Analysis, other: Method, phi: &[f64], width: f64) -> Sheet {
    let (n, n_features) = (a.rows.len(), a.study.n_features());
    if n == 0 || phi.len() != n * n_features {
        return Sheet::default();
    }
    let rows = compare(a, phi);
    let names = [a.method, other].map(method_said);
    let sets: Vec<(String, usize)> = names.iter().map(|name| (name.clone(), n)).collect();
    // Intervals of what is drawn, by the same resamples for all three: the patients are the same.
    let drawn: Vec<&Row> = rows.iter().take(TOP).collect();
    let size = |by: usize| {
        Array2::from_shape_fn((n, drawn.len()), |(i, c)| {
            let f = drawn[c].feature;
            if by == 0 { a.phi(i, f).abs() } else { phi[i * n_features + f.index()].abs() }
        })
    };
    let sizes = [size(0), size(1)];
    let n_resamples = resamples_within_a_second(n, 3 * drawn.len());
    let means = |rows: Array2<f64>| compare_means(&[rows], n_resamples, 0).0.pop().unwrap_or_default();
    let difference = means(&sizes[1] - &sizes[0]);
    let [here, there] = sizes.map(means);
    let spec = chart::Spec {
        width,
        compact: compact(width),
        sets: &sets,
        rows: drawn
            .iter()
            .enumerate()
            .map(|(c, r)| chart::Row {
                feature: r.feature,
                name: a.study.label(r.feature),
                means: vec![here[c], there[c]],
                difference: Some(difference[c]),
            })
            .collect(),
        scale: &a.study.model.scale.margin,
    };
    let figure = Figure { scene: chart::draw(&spec), table: chart::table(&spec) };
    Sheet {
        headline: headline(a, &rows, &names),
        figures: vec![("methods".into(), figure)],
        tables: vec![("Biomarkers by both methods".into(), table(a, &rows, &names))],
        warnings: Vec::new(),
        more: vec![("Which one is right".into(), WHICH.into())],
    }
}

const WHICH: &str = "Both are exact, and answer different questions. By cover, what is left out follows the shares of the \
    training patients in each tree, which keeps some of what correlated biomarkers say about each other. Against a \
    background, what is left out is taken from those patients whatever the other values are, so only what the model itself \
    reads gets credit. Where the two disagree, correlated biomarkers share the credit differently: read them as a group.";

/// The biomarkers that matter by either, most important by the analysis first.
fn compare(a: &Analysis, phi: &[f64]) -> Vec<Row> {
    let (n, n_features) = (a.rows.len(), a.study.n_features());
    let mut rows: Vec<Row> = (0..n_features)
        .map(|f| {
            let here: Vec<f64> = (0..n).map(|i| a.phi(i, FeatureId::of(f))).collect();
            let there: Vec<f64> = (0..n).map(|i| phi[i * n_features + f]).collect();
            let opposite = here.iter().zip(&there).filter(|(x, y)| **x * **y < 0.0).count();
            Row {
                feature: FeatureId::of(f),
                means: [&here, &there].map(|x| x.iter().map(|v| v.abs()).sum::<f64>() / n as f64),
                rank: [0; 2],
                agreement: math::spearman(&here, &there),
                opposite: opposite as f64 / n as f64,
            }
        })
        .filter(|r| r.means[0] > 0.0 || r.means[1] > 0.0)
        .collect();
    for by in [1, 0] {
        rows.order_by(|x, y| y.means[by].total_cmp(&x.means[by]).then(x.feature.cmp(&y.feature)));
        rows.iter_mut().enumerate().for_each(|(i, r)| r.rank[by] = i + 1);
    }
    rows
}

fn headline(a: &Analysis, rows: &[Row], names: &[String; 2]) -> String {
    let k = LEADING.min(rows.len());
    let shared = rows.iter().filter(|r| r.rank.iter().all(|&rank| rank <= k)).count();
    let means = [0, 1].map(|by| rows.iter().map(|r| r.means[by]).collect::<Vec<_>>());
    let mut out = format!("{shared} of the {k} most important are the same {} and {}", names[0], names[1]);
    if let Some(rho) = math::spearman(&means[0], &means[1]) {
        out += &format!("; Spearman of importance over {} biomarkers {}", rows.len(), fixed(rho, 2));
    }
    out += ".";
    let share = |r: &Row| {
        let [here, there] = [0, 1].map(|by| r.means[by]);
        (here - there).abs() / here.max(there)
    };
    // Of those that matter: a large share of nothing is nothing.
    let leading = rows.iter().filter(|r| r.rank.iter().any(|&rank| rank <= k));
    let most = leading.max_by(|x, y| share(x).total_cmp(&share(y)));
    if let Some(r) = most.filter(|r| share(r) > 0.0) {
        out += &format!(
            " They disagree most on {}: {} {}, {} {}; {} of the patients have opposite signs.",
            a.study.label(r.feature),
            fixed(r.means[0], 3),
            names[0],
            fixed(r.means[1], 3),
            names[1],
            percent(r.opposite)
        );
    }
    out
}

fn table(a: &Analysis, rows: &[Row], names: &[String; 2]) -> Table {
    let mut table = Table::new([
        "Biomarker",
        &format!("Mean |SHAP| {}", names[0]),
        &format!("Mean |SHAP| {}", names[1]),
        &format!("Rank {}", names[0]),
        &format!("Rank {}", names[1]),
        "Spearman over patients",
        "Opposite signs",
    ]);
    for r in rows.iter().take(TOP) {
        table.rows.push(vec![
            a.study.label(r.feature).to_string(),
            fixed(r.means[0], 4),
            fixed(r.means[1], 4),
            r.rank[0].to_string(),
            r.rank[1].to_string(),
            r.agreement.map_or_else(String::new, |rho| fixed(rho, 3)),
            percent(r.opposite),
        ]);
    }
    table
}
