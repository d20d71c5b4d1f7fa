//! What a worker found inside the model for one patient or the cohort: tree paths and interactions, as words and charts.

use super::{Case, Figure, LevelNames, words};
use crate::explain::Interaction;
use crate::explain::paths::{Condition, Holds, TreePath};
use crate::ids::{FeatureId, RowId};
use crate::plot::chart::{Kind, Table, pairs as chart};
use crate::plot::number::{fixed, plain, signed};
use crate::session::Analysis;

/// Biomarkers of an interaction matrix.
const MATRIX: usize = 10;
const MATRIX_COMPACT: usize = 6;

/// The paths as a table: tree, effect, conditions as words.
pub fn path_table(a: &Analysis, case: &Case, paths: &[TreePath]) -> Table {
    if !case.fits(a) {
        return Table::default();
    }
    let names = LevelNames::of(&a.study);
    let header = ["Tree", "Effect", "Gives", "Because"].map(String::from).to_vec();
    let row = |path: &TreePath| {
        let why: Vec<String> =
            path.conditions.iter().map(|c| condition(a, case, names.kind(c.feature), c)).collect();
        vec![(path.tree + 1).to_string(), signed(path.effect, 3), signed(path.gives, 3), why.join("; ")]
    };
    Table { header, rows: paths.iter().map(row).collect() }
}

/// `Bilirubin 17.4: at least 3.5`, with the patient's own value.
fn condition(a: &Analysis, case: &Case, kind: Kind, condition: &Condition) -> String {
    let name = a.study.label(condition.feature);
    let own = case.text(a, kind, condition.feature).unwrap_or_else(|| "missing".into());
    let levels = |codes: &[u32]| {
        let texts: Vec<String> = codes.iter().map(|&c| kind.text(f64::from(c))).collect();
        texts.join(", ")
    };
    let holds = match &condition.holds {
        Holds::Missing => return format!("{name} missing, sent this way"),
        Holds::Between { from, below } if from.is_infinite() => format!("below {}", plain(*below)),
        Holds::Between { from, below } if below.is_infinite() => format!("at least {}", plain(*from)),
        Holds::Between { from, below } => format!("at least {} and below {}", plain(*from), plain(*below)),
        Holds::In(codes) => format!("one of {}", levels(codes)),
        Holds::NotIn(codes) => format!("not {}", levels(codes)),
    };
    format!("{name} {own}: {holds}")
}

/// The biomarkers whose interactions are shown for a patient: those with the largest contributions.
pub fn matrix_features(case: &Case, width: f64) -> Vec<FeatureId> {
    use crate::math::Order as _;
    let mut all: Vec<FeatureId> =
        (0..case.phi.len()).map(FeatureId::of).filter(|f| case.phi[f.index()] != 0.0).collect();
    all.order_by(|x, y| case.phi[y.index()].abs().total_cmp(&case.phi[x.index()].abs()));
    all.truncate(if super::compact(width) { MATRIX_COMPACT } else { MATRIX });
    all
}

/// Interactions of one patient.
pub fn interaction_matrix(
    a: &Analysis,
    case: &Case,
    features: &[FeatureId],
    matrix: &[f64],
    width: f64,
) -> Figure {
    let n = features.len();
    if n == 0 || matrix.len() != n * n || !case.fits(a) {
        return Figure::default();
    }
    // What fits is shown; the matrix is by size of effect.
    let shown = if super::compact(width) { n.min(MATRIX_COMPACT) } else { n };
    let kept: Vec<f64> = (0..shown).flat_map(|i| matrix[i * n..i * n + shown].to_vec()).collect();
    let id = a.study.patient_id(case.patient);
    let spec = chart::Spec {
        width,
        patient: &id,
        features: features[..shown].to_vec(),
        names: features[..shown].iter().map(|&f| a.study.label(f)).collect(),
        matrix: &kept,
        scale: &a.study.model.scale.margin,
    };
    Figure { scene: chart::draw(&spec), table: chart::table(&spec) }
}

/// Two names and their mean |interaction| as text: `Age and bilirubin`, `0.041`.
pub fn pair_said(a: &Analysis, pair: &Interaction) -> (String, String) {
    let [x, y] = pair.features.map(|f| a.study.label(f));
    (format!("{x} and {}", words::within(y)), fixed(pair.mean_abs, 3))
}

/// Patients whose interactions are averaged: all, or an even stride through the file, by the size of the model.
pub fn interaction_rows(a: &Analysis) -> Vec<RowId> {
    /// Rows times leaves that take a worker about a second.
    const WORK: usize = 4_000_000;
    let most = (WORK / (a.study.model.n_leaves as usize).max(1)).clamp(50, 2_000);
    a.rows.iter().copied().step_by(a.rows.len().div_ceil(most).max(1)).collect()
}
