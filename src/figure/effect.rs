//! Effect curves of one biomarker over the explained patients.

use super::{Choice, Figure, LevelNames, Sheet, choice, words};
use crate::explain::effect::Effect;
use crate::ids::{FeatureId, RowId};
use crate::math::quantile_sorted;
use crate::plot::chart::{Emphasis, effect as chart};
use crate::session::Analysis;

/// Patients over which effects are averaged at most: each costs a prediction per value.
const MOST: usize = 400;
/// Patients with a curve of their own at most.
const DRAWN: usize = 80;
/// Values along a numeric biomarker at most.
const VALUES: usize = 40;

/// Positions of the patients whose effects are computed: all, or an even stride.
pub fn effect_patients(a: &Analysis) -> Vec<usize> {
    (0..a.rows.len()).step_by(a.rows.len().div_ceil(MOST).max(1)).collect()
}

/// Values along which effects are computed: every level, or quantiles of the explained patients.
pub fn effect_along(a: &Analysis, feature: FeatureId) -> Vec<f64> {
    match choice(a, feature) {
        Choice::Levels(names) => (0..names.len()).map(|code| code as f64).collect(),
        Choice::Number(_) => {
            let mut known: Vec<f64> =
                a.rows.iter().map(|&r| a.study.value(feature, r)).filter(|v| v.is_finite()).collect();
            crate::math::sort(&mut known);
            if known.is_empty() {
                return Vec::new();
            }
            let mut along: Vec<f64> =
                (0..VALUES).map(|i| quantile_sorted(&known, i as f64 / (VALUES - 1) as f64)).collect();
            along.dedup();
            along
        }
    }
}

/// The curves of `found`, which are of [`effect_patients`] along [`effect_along`].
pub fn effect(
    a: &Analysis,
    feature: FeatureId,
    along: &[f64],
    found: &Effect,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Sheet {
    let (n, positions) = (along.len(), effect_patients(a));
    if n == 0 || found.individual.len() != positions.len() * n {
        return Sheet::said("No explained patient has a value of this biomarker.");
    }
    let names = LevelNames::of(&a.study);
    let levels: Vec<String> = match choice(a, feature) {
        Choice::Levels(_) => along.iter().map(|&v| names.kind(feature).text(v)).collect(),
        Choice::Number(_) => Vec::new(),
    };
    let step = positions.len().div_ceil(DRAWN).max(1);
    let drawn: Vec<usize> = (0..positions.len()).step_by(step).collect();
    let patients: Vec<RowId> = drawn.iter().map(|&i| a.rows[positions[i]]).collect();
    let individual: Vec<f64> =
        drawn.iter().flat_map(|&i| found.individual[i * n..(i + 1) * n].iter().copied()).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| drawn.iter().map(|&i| p[positions[i]]).collect());
    let measured: Vec<f64> = positions.iter().map(|&i| a.study.value(feature, a.rows[i])).collect();
    let name = words::with_unit(a.study.label(feature), a.study.unit(feature));
    // Levels have no neighbours to accumulate over.
    let accumulated: &[f64] = if levels.is_empty() { &found.accumulated } else { &[] };
    let spec = chart::Spec {
        width,
        height,
        name: &name,
        scale: &a.study.model.scale.margin,
        along,
        levels: &levels,
        patients: &patients,
        individual: &individual,
        partial: &found.partial,
        accumulated,
        measured: if levels.is_empty() { &measured } else { &[] },
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    let figure = Figure { scene: chart::draw(&spec), table: chart::table(&spec) };
    Sheet { figures: vec![("effect".into(), figure)], ..Sheet::default() }
}
