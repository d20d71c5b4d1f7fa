//! Other models of the same outcome on the same patients: which biomarkers all of them lean on.

use super::{Figure, Sheet, words};
use crate::evaluate::stability::{Stability, not_distinguishable, stability};
use crate::ids::FeatureId;
use crate::math::Order as _;
use crate::plot::chart::{Table, interval};
use crate::plot::number::{fixed, percent, plain};
use crate::session::Analysis;

/// Biomarkers that count as chosen by a model.
const CHOSEN: usize = 10;
/// Rows of the figure.
const TOP: usize = 20;

/// What was read off another model, on the explained patients.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherModel {
    /// Name of its file.
    pub name: String,
    /// Mean |SHAP| of each of the open model's biomarkers, margin units; 0 for one that it does not have.
    pub importance: Vec<f64>,
    /// Spearman's correlation of value and SHAP value; NaN where there is none.
    pub direction: Vec<f64>,
    /// Measure of discrimination and its value, on the explained patients.
    pub performance: Option<(&'static str, f64)>,
    /// What deserves a look.
    pub warnings: Vec<String>,
}

/// What several models agree on. `here` is the open model's own performance; `refused` says of each model that could not be used why.
pub fn across_models(
    a: &Analysis,
    here: Option<f64>,
    others: &[OtherModel],
    refused: &[String],
    width: f64,
) -> Sheet {
    let mut warnings: Vec<String> = refused.to_vec();
    warnings.extend(others.iter().flat_map(|m| m.warnings.iter().map(move |w| format!("{}: {w}", m.name))));
    if others.is_empty() {
        return Sheet { warnings, ..Sheet::default() };
    }
    let own: Vec<f64> = a.insight.importance.iter().map(|i| i.mean_abs).collect();
    let own_direction: Vec<f64> =
        a.insight.importance.iter().map(|i| i.direction.unwrap_or(f64::NAN)).collect();
    // A single other model is compared with the open one; several are resamples of one procedure, whose spread is theirs.
    let with_own = others.len() == 1;
    let chain = |own: &Vec<f64>, of: fn(&OtherModel) -> &Vec<f64>| -> Vec<Vec<f64>> {
        with_own.then(|| own.clone()).into_iter().chain(others.iter().map(|m| of(m).clone())).collect()
    };
    let importance = chain(&own, |m| &m.importance);
    let direction = chain(&own_direction, |m| &m.direction);
    let used = (0..own.len()).filter(|&f| importance.iter().any(|m| m[f] > 0.0)).count();
    let k = CHOSEN.min(used.saturating_sub(1)).max(1);
    let found = stability(&importance, &direction, k);
    let mut order: Vec<usize> = (0..own.len()).filter(|&f| importance.iter().any(|m| m[f] > 0.0)).collect();
    order.order_by(|&x, &y| found.features[x].rank.total_cmp(&found.features[y].rank));

    let label = |f: usize| a.study.label(FeatureId::of(f)).to_string();
    let mut figures = vec![("ranks".to_string(), ranks(&found, &order, &label, importance.len(), width))];
    figures.extend(discrimination(here, others, width).map(|f| ("by-model".to_string(), f)));
    Sheet {
        headline: headline(&found, importance.len(), k, &order, &label),
        figures,
        tables: vec![("Biomarkers over models".into(), table(a, &found, &order, &label, k))],
        warnings,
        more: vec![(
            "What the intervals cover".into(),
            "Ranks over these models: how the procedure that made them varies. Nothing is said of other procedures, \
             and resamples of one table share its faults."
                .into(),
        )],
    }
}

fn headline(
    found: &Stability,
    n_models: usize,
    k: usize,
    order: &[usize],
    label: &dyn Fn(usize) -> String,
) -> String {
    let number = |v: Option<f64>| v.map_or_else(|| "no estimate".into(), |v| fixed(v, 2));
    let mut out = format!(
        "{} models: Nogueira's stability of the {} most important is {} (1: always the same, 0: as if by lot); mean \
         Kendall τ of importance {}.",
        words::capitalised(&words::number_word(n_models)),
        words::number_word(k),
        number(found.nogueira),
        number(found.kendall)
    );
    // Of the biomarkers shown, by their place in the order.
    let shown: Vec<_> = order.iter().take(TOP).map(|&f| found.features[f]).collect();
    let runs: Vec<String> = not_distinguishable(&shown)
        .iter()
        .map(|run| words::list(&run.iter().map(|&i| label(order[i])).collect::<Vec<_>>()))
        .collect();
    if !runs.is_empty() {
        out += &format!(" Not told apart by rank: {}.", runs.join("; "));
    }
    out
}

fn ranks(
    found: &Stability,
    order: &[usize],
    label: &dyn Fn(usize) -> String,
    n_models: usize,
    width: f64,
) -> Figure {
    let shown: Vec<usize> = order.iter().copied().take(TOP).collect();
    let names: Vec<String> = shown.iter().map(|&f| label(f)).collect();
    let most = shown.iter().map(|&f| found.features[f].rank_interval[1]).fold(1.0, f64::max);
    let title = format!("Rank in {n_models} models: median, and where 95 % lie");
    let spec = interval::Spec {
        width,
        title: &title,
        rows: shown
            .iter()
            .zip(&names)
            .map(|(&f, name)| interval::Row {
                label: name,
                estimate: found.features[f].rank,
                interval: Some(found.features[f].rank_interval),
                strong: found.features[f].selected >= 0.5,
                cluster: None,
            })
            .collect(),
        domain: [0.0, most.ceil()],
        reference: None,
        marks: interval::Marks::Points,
        decimals: 1,
    };
    Figure { scene: interval::draw(&spec), table: interval::table(&spec) }
}

fn discrimination(here: Option<f64>, others: &[OtherModel], width: f64) -> Option<Figure> {
    let measure = others.iter().find_map(|m| m.performance)?.0;
    let here = here.map(|value| ("this model".to_string(), value));
    let rows: Vec<(String, f64)> = here
        .into_iter()
        .chain(others.iter().filter_map(|m| Some((m.name.clone(), m.performance?.1))))
        .collect();
    let least = rows.iter().map(|r| r.1).fold(0.5, f64::min);
    let title = format!("{measure} of each model on the explained patients");
    let spec = interval::Spec {
        width,
        title: &title,
        rows: rows
            .iter()
            .map(|(name, value)| interval::Row {
                label: name,
                estimate: *value,
                interval: None,
                strong: false,
                cluster: None,
            })
            .collect(),
        domain: [(least * 10.0).floor() / 10.0, 1.0],
        reference: Some(0.5),
        marks: interval::Marks::Points,
        decimals: 3,
    };
    Some(Figure { scene: interval::draw(&spec), table: interval::table(&spec) })
}

fn table(
    a: &Analysis,
    found: &Stability,
    order: &[usize],
    label: &dyn Fn(usize) -> String,
    k: usize,
) -> Table {
    let header = vec![
        "Biomarker".to_string(),
        "Rank here".into(),
        "Median rank".into(),
        "2.5 %".into(),
        "97.5 %".into(),
        format!("Among the first {k}"),
        "Same direction".into(),
    ];
    let rows = order
        .iter()
        .map(|&f| {
            let s = &found.features[f];
            vec![
                label(f),
                a.insight.importance[f].rank.to_string(),
                plain(s.rank),
                plain(s.rank_interval[0]),
                plain(s.rank_interval[1]),
                percent(s.selected),
                s.same_sign.map_or_else(|| "by level".into(), percent),
            ]
        })
        .collect();
    Table { header, rows }
}
