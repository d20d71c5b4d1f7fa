//! What drives the model in several sets of patients.

use super::words::level_names;
use super::{Figure, compact};
use crate::ids::FeatureId;
use crate::plot::chart::sides as chart;
use crate::session::{Analysis, CohortChoice, Method, Named, Variable, ViewState, level_of, matching_rows};
use crate::study::SplitRole;

/// Sets that are drawn at most: more bars in a row could not be told apart.
const MOST: usize = 6;
/// The word for clusters in [`ViewState::compare`]; columns have their names.
const SUBGROUPS: &str = "\u{1}subgroups";

/// Sets of patients: a name, and the position of each of its patients.
pub type Sets = Vec<(String, Vec<usize>)>;

/// What can be compared: the word for [`ViewState::compare`] ("" is the split role) and the words on screen.
pub fn comparisons(a: &Analysis) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if by_role(a).len() > 1 {
        out.push((String::new(), "split role".to_string()));
    }
    if a.insight.clusters.k > 1 {
        out.push((SUBGROUPS.to_string(), "subgroup".to_string()));
    }
    for (c, column) in a.study.data.columns().iter().enumerate() {
        let names = level_names(a, Variable::Column(c));
        if (2..=MOST).contains(&names.len()) {
            out.push((column.name.clone(), column.name.clone()));
        }
    }
    out
}

/// The word for the named selections in [`ViewState::compare`].
const NAMED: &str = "\u{3}named";

/// The named selections as something to compare, where there are any.
pub fn named_comparison(now: &ViewState) -> Option<(String, String)> {
    (!now.named.is_empty()).then(|| (NAMED.into(), "named cohorts".into()))
}

/// Each named selection and its patients.
fn named_sets(a: &Analysis, now: &ViewState) -> Sets {
    let set = |named: &Named| {
        let flags = matching_rows(a, &named.filters, None);
        (named.name.clone(), (0..a.rows.len()).filter(|&i| flags[i]).collect())
    };
    now.named.iter().take(MOST).map(set).collect()
}

/// What says in [`ViewState::compare`] that a method follows; no column has such a name.
const METHOD: char = '\u{2}';

/// Methods that the analysis's own can be compared with, as words for [`ViewState::compare`] and words on screen.
pub fn other_methods(a: &Analysis) -> Vec<(String, String)> {
    let others = Method::offered(&a.study).into_iter().filter(|m| *m != a.method);
    others.map(|m| (format!("{METHOD}{}", m.id()), format!("method: {}", method_said(m)))).collect()
}

/// The method that a word of [`other_methods`] names.
pub fn other_method(a: &Analysis, word: &str) -> Option<Method> {
    let method = Method::from_id(word.strip_prefix(METHOD)?)?;
    (method != a.method && Method::offered(&a.study).contains(&method)).then_some(method)
}

/// `by cover`, `against training patients`.
pub(super) fn method_said(method: Method) -> String {
    match method {
        Method::PathDependent => "by cover".into(),
        Method::Interventional(CohortChoice::All) => "against all patients".into(),
        Method::Interventional(c) => format!("against {} patients", c.word()),
    }
}

/// What is compared where sets are compared: the reader's choice, or the first that there is.
pub fn compared(a: &Analysis, now: &ViewState) -> Option<String> {
    chosen(comparisons(a), now)
}

/// Likewise where named selections are sets, too.
pub fn compared_cohorts(a: &Analysis, now: &ViewState) -> Option<String> {
    chosen(comparisons(a).into_iter().chain(named_comparison(now)).collect(), now)
}

fn chosen(offered: Vec<(String, String)>, now: &ViewState) -> Option<String> {
    let chosen = now.compare.clone().unwrap_or_default();
    let known = offered.iter().any(|(word, _)| *word == chosen);
    if known { Some(chosen) } else { offered.into_iter().next().map(|(word, _)| word) }
}

/// The sets that a word of [`comparisons`] names.
pub fn compared_sets(a: &Analysis, by: &str) -> Sets {
    match by {
        "" => by_role(a),
        SUBGROUPS => by_level(a, Variable::Cluster),
        name => a.study.data.column_index(name).map(|c| by_level(a, Variable::Column(c))).unwrap_or_default(),
    }
}

fn by_role(a: &Analysis) -> Sets {
    let roles = a.study.split_roles();
    [SplitRole::Test, SplitRole::External, SplitRole::Validation, SplitRole::Train, SplitRole::Unknown]
        .into_iter()
        .map(|role| {
            let of = (0..a.rows.len()).filter(|&i| roles[a.rows[i].index()] == role).collect::<Vec<_>>();
            (CohortChoice::Role(role).word().to_string(), of)
        })
        .filter(|(_, of)| !of.is_empty())
        .collect()
}

fn by_level(a: &Analysis, variable: Variable) -> Sets {
    let names = level_names(a, variable);
    let mut sets: Sets = names.into_iter().take(MOST).map(|name| (name, Vec::new())).collect();
    for i in 0..a.rows.len() {
        if let Some((_, of)) = level_of(a, variable, i).and_then(|l| sets.get_mut(l as usize)) {
            of.push(i);
        }
    }
    sets
}

/// The biomarkers in each of the sets, of the selected patients only where there is a selection.
pub fn cohorts(
    a: &Analysis,
    now: &ViewState,
    features: &[FeatureId],
    passes: Option<&[bool]>,
    width: f64,
) -> Figure {
    let mut sets = match compared_cohorts(a, now) {
        Some(by) if by == NAMED => named_sets(a, now),
        by => by.map_or_else(Vec::new, |by| compared_sets(a, &by)),
    };
    if let Some(passes) = passes {
        sets.iter_mut().for_each(|(_, of)| of.retain(|&i| passes[i]));
    }
    let names: Vec<(String, usize)> = sets.iter().map(|(name, of)| (name.clone(), of.len())).collect();
    let spec = chart::Spec {
        width,
        compact: compact(width),
        sets: &names,
        rows: features
            .iter()
            .map(|&f| chart::Row {
                feature: f,
                name: a.study.label(f),
                means: sets
                    .iter()
                    .map(|(_, of)| mean_with_interval(of.iter().map(|&i| a.phi(i, f).abs())))
                    .collect(),
            })
            .collect(),
        scale: &a.study.model.scale.margin,
    };
    Figure { scene: chart::draw(&spec), table: chart::table(&spec) }
}

/// Mean and ± 1.96 standard errors, not below zero; NaN without values, no width for a single one.
pub(super) fn mean_with_interval(values: impl Iterator<Item = f64> + Clone) -> [f64; 3] {
    let n = values.clone().count() as f64;
    if n == 0.0 {
        return [f64::NAN; 3];
    }
    let mean = values.clone().sum::<f64>() / n;
    let squares: f64 = values.map(|v| (v - mean) * (v - mean)).sum();
    let half = if n > 1.0 { 1.96 * (squares / (n - 1.0) / n).sqrt() } else { 0.0 };
    [mean, (mean - half).max(0.0), mean + half]
}

#[cfg(test)]
mod tests {
    use super::mean_with_interval;

    #[test]
    fn the_interval_is_two_standard_errors() {
        let [mean, low, high] = mean_with_interval([1.0, 2.0, 3.0, 4.0].into_iter());
        assert_eq!(mean, 2.5);
        assert!((high - mean - 1.96 * (5.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12 && low + high == 2.0 * mean);
        assert!(mean_with_interval(std::iter::empty()).iter().all(|v| v.is_nan()));
        assert_eq!(mean_with_interval(std::iter::once(2.0)), [2.0; 3]);
    }
}
