//! What the principal components hold and what they are made of.

use super::{Figure, Sheet, map_matrix};
use crate::cohort::embed::{Scree, scree};
use crate::cohort::metric::Metric;
use crate::plot::chart::{Table, curve, interval};
use crate::plot::number::{fixed, percent};
use crate::session::{Analysis, MapOf};

/// Components drawn.
const MOST: usize = 12;
/// Features named per component.
const N_LEADING: usize = 8;
/// The share that a headline counts components up to.
const MOST_OF_IT: f64 = 0.9;

/// Scree and loadings of what the map is of.
pub(super) fn components(a: &Analysis, of: MapOf, metric: Metric, [width, height]: [f64; 2]) -> Sheet {
    let (matrix, names) = map_matrix(a, of, metric);
    let found = scree(&matrix, names.len(), N_LEADING);
    if found.shares.is_empty() {
        return Sheet { headline: "Nothing varies, so there are no components.".into(), ..Sheet::default() };
    }
    let mut figures = vec![("scree".to_string(), scree_figure(&found, [width, height]))];
    for (axis, name) in ["loadings-1", "loadings-2"].into_iter().enumerate() {
        if !found.loadings[axis].is_empty() {
            figures.push((name.to_string(), loadings_figure(&found, axis, &names, width)));
        }
    }
    Sheet { headline: said(&found, of), figures, ..Sheet::default() }
}

fn cumulative(found: &Scree) -> Vec<f64> {
    let add = |sum: &mut f64, share: &f64| {
        *sum += share;
        Some(*sum)
    };
    found.shares.iter().scan(0.0, add).collect()
}

fn said(found: &Scree, of: MapOf) -> String {
    let sums = cumulative(found);
    let shown = sums[1.min(sums.len() - 1)];
    let enough = sums.iter().position(|s| *s >= MOST_OF_IT).map_or(sums.len(), |i| i + 1);
    format!(
        "The two components of the PCA map hold {} of the variance of the {}; {} hold {}.",
        percent(shown),
        of.title(),
        match enough {
            1 => "the first alone would".to_string(),
            n => format!("the first {}", super::words::number_word(n)),
        },
        percent(sums[enough - 1])
    )
}

fn scree_figure(found: &Scree, [width, height]: [f64; 2]) -> Figure {
    let sums = cumulative(found);
    let n = sums.len().min(MOST);
    let line = |values: &[f64]| (0..n).map(|i| [(i + 1) as f64, values[i]]).collect::<Vec<_>>();
    let spec = curve::Spec {
        width,
        height,
        title: "Scree",
        description: "Share of the variance that each principal component holds, largest first, and their sum so far.",
        axes: ["Component", "Share of the variance"],
        domain: [[0.5, n as f64 + 0.5], [0.0, 1.0]],
        reference: Vec::new(),
        lines: vec![
            curve::Line {
                name: "Each component",
                points: line(&found.shares),
                band: Vec::new(),
                strong: true,
            },
            curve::Line { name: "Sum so far", points: line(&sums), band: Vec::new(), strong: false },
        ],
        points: line(&found.shares)
            .into_iter()
            .map(|at| curve::Point { at, interval: None, n: at[0] as usize })
            .collect(),
        marker: None,
    };
    let row = |(i, (share, sum)): (usize, (&f64, &f64))| {
        vec![(i + 1).to_string(), fixed(*share, 4), fixed(*sum, 4)]
    };
    Figure {
        scene: curve::draw(&spec),
        table: Table {
            header: ["Component", "Share of the variance", "Sum so far"].map(String::from).to_vec(),
            rows: found.shares.iter().zip(&sums).enumerate().map(row).collect(),
        },
    }
}

fn loadings_figure(found: &Scree, axis: usize, names: &[String], width: f64) -> Figure {
    let title = format!("Loadings of PC {}, {} of the variance", axis + 1, percent(found.shares[axis]));
    let spec = interval::Spec {
        width,
        title: &title,
        rows: found.loadings[axis]
            .iter()
            .map(|&(column, loading)| interval::Row {
                label: &names[column as usize],
                estimate: loading,
                interval: None,
                strong: false,
                cluster: None,
            })
            .collect(),
        domain: [-1.0, 1.0],
        reference: None,
        marks: interval::Marks::Bars,
        decimals: 2,
    };
    let row = |r: &interval::Row| vec![r.label.to_string(), fixed(r.estimate, 4)];
    Figure {
        scene: interval::draw(&spec),
        table: Table {
            header: ["Biomarker", "Loading"].map(String::from).to_vec(),
            rows: spec.rows.iter().map(row).collect(),
        },
    }
}
