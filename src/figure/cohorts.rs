//! What drives the model in several sets of patients.

use super::words::{level_names, within};
use super::{Figure, Sheet, compact};
use crate::explain::summary::{compare_means, resamples_within_a_second};
use crate::ids::FeatureId;
use crate::math::Order as _;
use crate::plot::chart::sides as chart;
use crate::plot::number::signed;
use crate::session::{Analysis, CohortChoice, Method, Named, Variable, ViewState, level_of, matching_rows};
use crate::study::SplitRole;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Sets that are drawn at most: more bars in a row could not be told apart.
const MOST: usize = 6;
/// The word for clusters in [`ViewState::compare`]; columns have their names.
const SUBGROUPS: &str = "\u{1}subgroups";

/// Sets of patients: a name, and the position of each of its patients.
pub type Sets = Vec<(String, Vec<usize>)>;

/// How patients are divided into the sets that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Compared {
    /// A word of [`comparisons`].
    Word(String),
    /// Named selections.
    Named(Sets),
}

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
pub(super) fn named_sets(a: &Analysis, now: &ViewState) -> Sets {
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

/// The word of what is compared: the reader's choice, or the first that there is.
pub fn compared_word(a: &Analysis, now: &ViewState) -> Option<String> {
    let offered: Vec<(String, String)> = comparisons(a).into_iter().chain(named_comparison(now)).collect();
    let chosen = now.compare.clone().unwrap_or_default();
    let known = offered.iter().any(|(word, _)| *word == chosen);
    if known { Some(chosen) } else { offered.into_iter().next().map(|(word, _)| word) }
}

/// What is compared; all explained patients as one set where there is nothing to compare.
pub fn compared(a: &Analysis, now: &ViewState) -> Compared {
    let word = compared_word(a, now).unwrap_or_default();
    if word == NAMED { Compared::Named(named_sets(a, now)) } else { Compared::Word(word) }
}

impl Compared {
    /// The sets.
    pub fn sets(&self, a: &Analysis) -> Sets {
        match self {
            Compared::Word(word) => compared_sets(a, word),
            Compared::Named(sets) => sets.clone(),
        }
    }

    /// By what, on screen.
    pub fn title(&self, a: &Analysis) -> String {
        match self {
            Compared::Word(word) => {
                comparisons(a).into_iter().find(|(w, _)| w == word).map_or_else(String::new, |c| c.1)
            }
            Compared::Named(_) => "named cohorts".into(),
        }
    }
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
    by: &Compared,
    features: &[FeatureId],
    passes: Option<&[bool]>,
    width: f64,
) -> Sheet {
    let mut sets = by.sets(a);
    if let Some(passes) = passes {
        sets.iter_mut().for_each(|(_, of)| of.retain(|&i| passes.get(i).copied().unwrap_or(false)));
    }
    let names: Vec<(String, usize)> = sets.iter().map(|(name, of)| (name.clone(), of.len())).collect();
    let sizes: Vec<Array2<f64>> = sets
        .iter()
        .map(|(_, of)| {
            Array2::from_shape_fn((of.len(), features.len()), |(i, f)| a.phi(of[i], features[f]).abs())
        })
        .collect();
    let n_resamples = resamples_within_a_second(names.iter().map(|(_, n)| n).sum(), features.len());
    let (means, differences) = compare_means(&sizes, n_resamples, 0);
    let spec = chart::Spec {
        width,
        compact: compact(width),
        sets: &names,
        rows: features
            .iter()
            .enumerate()
            .map(|(i, &f)| chart::Row {
                feature: f,
                name: a.study.label(f),
                means: means.iter().map(|of| of[i]).collect(),
                difference: differences.get(i).copied(),
            })
            .collect(),
        scale: &a.study.model.scale.margin,
    };
    let figure = Figure { scene: chart::draw(&spec), table: chart::table(&spec) };
    Sheet { figures: vec![("cohorts".into(), figure)], ..Sheet::said(differences_said(&spec, n_resamples)) }
}

/// Biomarkers that are named where sets differ.
const N_NAMED: usize = 5;

/// Which biomarkers matter more in one of two sets; empty unless there are two, with patients.
fn differences_said(spec: &chart::Spec, n_resamples: usize) -> String {
    let ([(first, n), (second, m)], true) = (spec.sets, spec.rows.iter().any(|r| r.difference.is_some()))
    else {
        return String::new();
    };
    if *n == 0 || *m == 0 {
        return format!("{} has no patients here.", if *n == 0 { first } else { second });
    }
    let how = format!(
        "95 % interval of {n_resamples} bootstrap resamples of the patients, each biomarker by itself"
    );
    let apart = |r: &&chart::Row| r.difference.is_some_and(|[_, low, high]| low > 0.0 || high < 0.0);
    let mut apart: Vec<&chart::Row> = spec.rows.iter().filter(apart).collect();
    if apart.is_empty() {
        return format!(
            "No biomarker's mean |SHAP| differs between {first} and {second}: every {how}, holds zero."
        );
    }
    let size = |r: &chart::Row| r.difference.map_or(0.0, |d| d[0]);
    apart.order_by(|x, y| size(y).abs().total_cmp(&size(x).abs()));
    let named: Vec<String> =
        apart.iter().take(N_NAMED).map(|r| format!("{} ({})", within(r.name), signed(size(r), 3))).collect();
    let list = named.join(", ");
    let rest = apart.len().saturating_sub(N_NAMED);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!(
        "{} of {} biomarkers matter differently in {second} than in {first}: {list}{more}. Mean |SHAP|, {second} minus \
         {first}; the {how}, leaves out zero.",
        apart.len(),
        spec.rows.len()
    )
}
