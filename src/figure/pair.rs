//! Two biomarkers together: what their values move the prediction as a pair.

use super::{Figure, LevelNames, Sheet, drawn, phis, unit_text, values, words};
use crate::ids::{FeatureId, RowId};
use crate::math::{Order as _, mean, median};
use crate::plot::chart::{Emphasis, Kind, Table, heatmap, pair as chart};
use crate::plot::number::{plain, signed};
use crate::session::Analysis;

/// Patients below which a part of the plane is not spoken of.
const FEW: usize = 5;
/// Levels that are parts of their own at most.
const MANY: usize = 6;

/// The scatter of the drawn patients at their two values, and the mean of the summed attributions in each part of the
/// plane: below and above the median, or each level.
pub fn pair(
    a: &Analysis,
    features: [FeatureId; 2],
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Sheet {
    let known = features.iter().all(|f| f.index() < a.study.n_features());
    if !known || features[0] == features[1] {
        return Sheet::said("Choose two biomarkers.");
    }
    let positions = drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let shown: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let names = LevelNames::of(&a.study);
    let [x, y] = features.map(|f| values(a, f, &positions));
    let [phi_x, phi_y] = features.map(|f| phis(a, f, &positions));
    let joint: Vec<f64> = phi_x.iter().zip(&phi_y).map(|(x, y)| x + y).collect();
    let units = features.map(|f| match names.kind(f) {
        Kind::Number => unit_text(&a.study, f),
        Kind::Levels { .. } => String::new(),
    });
    let scale = &a.study.model.scale;
    let side = |at: usize, values| chart::Side {
        name: a.study.label(features[at]),
        unit: &units[at],
        values,
        kind: names.kind(features[at]),
    };
    let spec = chart::Spec {
        width,
        height,
        patients: &patients,
        sides: [side(0, x.as_slice()), side(1, y.as_slice())],
        joint: &joint,
        limit: heatmap::limit([joint.as_slice()]),
        scale: &scale.margin,
        higher: &scale.higher,
        emphasis: Emphasis { passes: shown.as_deref(), selected: None },
    };
    let figure =
        Figure { scene: chart::draw(&spec), table: chart::table(&spec, |row| a.study.patient_id(row)) };
    let parts = parts(a, features, &names, passes);
    Sheet {
        headline: headline(&parts, &scale.higher),
        figures: vec![("pair".into(), figure)],
        tables: vec![("By part of the plane".into(), table(a, features, &parts))],
        ..Sheet::default()
    }
}

/// One part of the plane.
struct Part {
    /// What the two values are, e.g. `Bilirubin > 1.4`.
    says: [String; 2],
    n: usize,
    /// Mean φ of both added up, of the first, of the second.
    means: [f64; 3],
}

/// Where a value lies: which part, and its words. Levels beyond the first few are one part.
fn part_of(kind: Kind, middle: Option<f64>, name: &str, unit: &str, value: f64) -> (usize, String) {
    match (kind, middle) {
        _ if value.is_nan() => (usize::MAX, format!("{name} missing")),
        (Kind::Levels { .. }, _) if value as usize >= MANY => (MANY, format!("{name}: other levels")),
        (Kind::Levels { .. }, _) => (value as usize, format!("{name} {}", kind.text(value))),
        (Kind::Number, Some(m)) if value > m => {
            (1, format!("{name} > {}", words::with_unit(&plain(m), unit)))
        }
        (Kind::Number, m) => (0, format!("{name} ≤ {}", words::with_unit(&plain(m.unwrap_or(value)), unit))),
    }
}

/// The parts in which there is anybody, of all explained patients that pass.
fn parts(a: &Analysis, features: [FeatureId; 2], names: &LevelNames, passes: Option<&[bool]>) -> Vec<Part> {
    let all: Vec<usize> = (0..a.rows.len()).filter(|&i| passes.is_none_or(|p| p[i])).collect();
    let cells = features.map(|f| {
        let values = values(a, f, &all);
        let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let middle = median(&known);
        let of = |&v: &f64| part_of(names.kind(f), middle, a.study.label(f), a.study.unit(f), v);
        values.iter().map(of).collect::<Vec<_>>()
    });
    let mut found: Vec<((usize, usize), Vec<usize>)> = Vec::new();
    for (at, (first, second)) in cells[0].iter().zip(&cells[1]).enumerate() {
        let key = (first.0, second.0);
        match found.iter_mut().find(|(k, _)| *k == key) {
            Some((_, members)) => members.push(at),
            None => found.push((key, vec![at])),
        }
    }
    found.order_by_key(|(key, _)| *key);
    found
        .into_iter()
        .map(|(_, members)| {
            let of = |f: FeatureId| mean(&members.iter().map(|&at| a.phi(all[at], f)).collect::<Vec<_>>());
            let [first, second] = features.map(of);
            let says = [0, 1].map(|side| cells[side][members[0]].1.clone());
            Part { says, n: members.len(), means: [first + second, first, second] }
        })
        .collect()
}

fn headline(parts: &[Part], higher: &str) -> String {
    let spoken: Vec<&Part> = parts.iter().filter(|p| p.n >= FEW).collect();
    let by = |x: &&&Part, y: &&&Part| x.means[0].total_cmp(&y.means[0]);
    match (spoken.iter().max_by(by), spoken.iter().min_by(by)) {
        (Some(most), Some(least)) if most.says != least.says => format!(
            "Together they move {higher} most upwards where {}: {} on average, n = {}; most downwards where {}: {}, n = {}.",
            most.says.join(" and "),
            signed(most.means[0], 2),
            most.n,
            least.says.join(" and "),
            signed(least.means[0], 2),
            least.n
        ),
        _ => "Too few patients to compare parts of the plane.".into(),
    }
}

fn table(a: &Analysis, features: [FeatureId; 2], parts: &[Part]) -> Table {
    let [first, second] = features.map(|f| format!("Mean SHAP of {}", a.study.label(f)));
    let mut table = Table::new(["Where", "and", "Patients", "Mean of both", &first, &second]);
    for part in parts {
        let mut row = part.says.to_vec();
        row.push(part.n.to_string());
        row.extend(part.means.map(|m| signed(m, 3)));
        table.rows.push(row);
    }
    table
}
