//! What the attributions show about the model and about themselves.

use super::{Finding, Look, Severity, Topic, some};
use crate::dataset::quality;
use crate::explain::Attributions;
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::math::{correlation, ranks, spearman};
use crate::study::roles::id_likeness;
use crate::study::text::{count, number, of, percent};
use crate::study::{ColumnRole, Outcome};

/// Largest relative difference that rounding explains.
const TOLERANCE: f64 = 1e-9;
/// Share of all attribution from which on one biomarker is said to decide.
const DOMINANT: f64 = 0.5;
/// |Spearman| from which on credit may be shared.
const CORRELATED: f64 = 0.8;
/// Features whose pairs are compared: the most important.
const N_COMPARED: usize = 20;
/// Pairs that are reported one by one.
const MAX_PAIRS: usize = 3;
/// Patients on whom pairs are compared; evenly spaced if there are more.
const MAX_PATIENTS: usize = 2_000;
/// AUC of one biomarker from which on it may tell the outcome.
const LEAKING: f64 = 0.98;
/// Patients of each class that an AUC needs.
const MIN_CLASS: usize = 5;
/// Rows from which on a column that counts them is no accident.
const MIN_ROWS: usize = 20;
/// Features searched for leaks; of more, the [`N_SEARCHED_WIDE`] most important.
const N_SEARCHED: usize = 200;
const N_SEARCHED_WIDE: usize = 50;

pub(super) fn inspect(look: &Look<'_>, found: &mut Vec<Finding>) {
    names(look, found);
    leaks(look, found);
    let Some(explained) = look.explained else { return };
    additivity(explained, found);
    dominance(look, found);
    pairs(look, found);
}

fn additivity(explained: &Attributions, found: &mut Vec<Finding>) {
    let n = explained.n_rows;
    if n == 0 {
        return;
    }
    let (mut within, mut largest) = (0, 0.0f64);
    for row in 0..n {
        let mut adds_up = true;
        for k in 0..explained.n_outputs {
            let sum: f64 = (0..explained.n_features).map(|f| explained.phi(row, f, k)).sum();
            let margin = explained.margin(row, k);
            let error = (explained.base_values[k] + sum - margin).abs();
            largest = largest.max(error);
            // A NaN is within nothing.
            adds_up &= error <= TOLERANCE * margin.abs().max(1.0);
        }
        within += usize::from(adds_up);
    }
    let numbers = format!("largest difference {}", number(largest, 2));
    found.push(if within == n {
        Finding::new(
            Severity::Pass,
            Topic::Exactness,
            "Attributions add up.",
            format!("{} of {} patients within 1e-9 relative; {numbers}.", count(within), count(n)),
        )
    } else {
        Finding::new(
            Severity::High,
            Topic::Exactness,
            format!("Attributions do not add up for {}.", of(n - within, "patient", "patients")),
            format!("Base value and attributions miss the model's margin, {numbers}. Report this with the model file."),
        )
    });
}

fn dominance(look: &Look<'_>, found: &mut Vec<Finding>) {
    let total: f64 = look.importance.iter().map(|(_, mean)| mean).sum();
    let Some(&(feature, mean)) = look.importance.first().filter(|_| total > 0.0 && look.importance.len() > 2)
    else {
        return;
    };
    if mean / total > DOMINANT {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Importance,
            format!("{} carries {} of all attribution.", look.label(feature), percent(mean / total)),
            format!(
                "The other {} share the rest. Check that it is known when the prediction is made and does not \
                 stand in for the outcome.",
                of(look.importance.len() - 1, "biomarker", "biomarkers"),
            ),
        ));
    }
}

fn pairs(look: &Look<'_>, found: &mut Vec<Finding>) {
    let step = look.rows.len().div_ceil(MAX_PATIENTS).max(1);
    let rows: Vec<RowId> = look.rows.iter().copied().step_by(step).collect();
    let compared: Vec<Ranked> = look
        .importance
        .iter()
        .filter(|(f, mean)| *mean > 0.0 && look.is_numeric(*f))
        .take(N_COMPARED)
        .map(|(f, _)| Ranked::new(*f, look.values(*f, &rows)))
        .collect();
    let mut pairs = Vec::new();
    for (i, a) in compared.iter().enumerate() {
        for b in &compared[i + 1..] {
            if let Some(rho) = a.correlation(b).filter(|rho| rho.abs() > CORRELATED) {
                pairs.push((a.feature, b.feature, rho));
            }
        }
    }
    pairs.order_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    for (a, b, rho) in pairs.iter().take(MAX_PAIRS) {
        let move_together = if *rho > 0.0 { "move together" } else { "move oppositely" };
        found.push(Finding::new(
            if rho.abs() > 0.95 { Severity::Medium } else { Severity::Low },
            Topic::Correlation,
            format!("{} and {} {move_together}.", look.label(*a), look.label(*b)),
            format!(
                "Spearman {} over {} patients: they can share or swap credit. Read them as a pair.",
                format!("{rho:.2}").replace('-', "−"),
                count(rows.len()),
            ),
        ));
    }
    if pairs.len() > MAX_PAIRS {
        found.push(Finding::new(
            Severity::Low,
            Topic::Correlation,
            format!("{} together.", of(pairs.len() - MAX_PAIRS, "more pair moves", "more pairs move")),
            format!(
                "|Spearman| above {CORRELATED} among the {} most important biomarkers. Read them in groups.",
                compared.len(),
            ),
        ));
    }
}

/// The values of a feature, and their ranks where none is missing.
struct Ranked {
    feature: FeatureId,
    values: Vec<f64>,
    ranks: Option<Vec<f64>>,
}

impl Ranked {
    fn new(feature: FeatureId, values: Vec<f64>) -> Self {
        let whole = !values.iter().any(|x| x.is_nan());
        Ranked { feature, ranks: whole.then(|| ranks(&values)), values }
    }

    /// Spearman's; where nothing is missing the ranks are those of every pair, and need no sorting again.
    fn correlation(&self, other: &Ranked) -> Option<f64> {
        match (&self.ranks, &other.ranks) {
            (Some(a), Some(b)) if a.len() > 2 => correlation(a, b),
            _ => spearman(&self.values, &other.values),
        }
    }
}

/// Features that are called or shaped like an identifier, or named after the outcome.
fn names(look: &Look<'_>, found: &mut Vec<Finding>) {
    const PLACE: [&str; 10] =
        ["site", "center", "centre", "hospital", "batch", "plate", "scanner", "date", "lab", "operator"];
    let study = look.study;
    let words = |f: FeatureId| -> Vec<String> {
        let name = &study.model.features[f.index()].name;
        name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect()
    };
    let called = |of: &[&str]| -> Vec<&str> {
        let is = |f: &FeatureId| words(*f).iter().any(|word| of.contains(&word.as_str()));
        look.features().filter(is).map(|f| look.label(f)).collect()
    };
    // A name like an id and many values, or values that count the rows.
    let is_id = |f: &FeatureId| {
        let column = &study.data.columns()[study.binding.column(*f)];
        let name = &study.model.features[f.index()].name;
        let called = id_likeness(name) > 0 && quality::few_values(column, study.n_rows() / 2).is_none();
        called || (study.n_rows() >= MIN_ROWS && quality::counts_rows(column))
    };
    let ids: Vec<&str> = look.features().filter(is_id).map(|f| look.label(f)).collect();
    let mut report = |names: Vec<&str>, severity, title: &str, detail: &str| {
        if !names.is_empty() {
            let (one, many) = title.split_once('|').unwrap_or((title, title));
            let title = if names.len() == 1 { one } else { many };
            found.push(Finding::new(
                severity,
                Topic::Leakage,
                format!("{} {title}", some(&names, 3)),
                detail,
            ));
        }
    };
    report(
        ids,
        Severity::High,
        "looks like an identifier.|look like identifiers.",
        "A number that only names a patient predicts nothing in new ones. Fit the model without it.",
    );
    report(
        called(&["outcome", "label", "target", "endpoint"]),
        Severity::High,
        "is named like the outcome.|are named like the outcome.",
        "A model that is given its outcome predicts nothing. Check when this value becomes known.",
    );
    report(
        called(&PLACE),
        Severity::Medium,
        "may tell where or when a sample was taken.|may tell where or when a sample was taken.",
        "Such a value is not known to carry over to other places. Compare the patients by it.",
    );
}

/// Single features that separate a binary outcome almost completely.
fn leaks(look: &Look<'_>, found: &mut Vec<Finding>) {
    let Outcome::Binary { labels, .. } = &look.outcome else { return };
    let searched: Vec<FeatureId> = match look.study.n_features() {
        n if n <= N_SEARCHED => look.features().collect(),
        _ => look.importance.iter().take(N_SEARCHED_WIDE).map(|(f, _)| *f).collect(),
    };
    for feature in searched.into_iter().filter(|&f| look.is_numeric(f)) {
        let (mut x, mut positive) = (Vec::new(), Vec::new());
        for &row in look.rows {
            let value = look.study.value(feature, row);
            if let (false, Some(label)) = (value.is_nan(), labels[row.index()]) {
                x.push(value);
                positive.push(label);
            }
        }
        let Some(auc) = auc(&x, &positive) else { continue };
        let auc = auc.max(1.0 - auc);
        if auc > LEAKING {
            let outcome = look.study.column_with(ColumnRole::OutcomeBinary);
            let outcome = outcome.map_or("the outcome", |c| look.study.data.columns()[c].name.as_str());
            found.push(Finding::new(
                Severity::High,
                Topic::Leakage,
                format!("{} alone tells the outcome.", look.label(feature)),
                format!(
                    "AUC {auc:.3} for {outcome} in {} patients without the model. Check when this value becomes known.",
                    count(x.len()),
                ),
            ));
        }
    }
}

/// Area under the ROC curve (Mann–Whitney, ties half); None with fewer than five of either class.
fn auc(x: &[f64], positive: &[bool]) -> Option<f64> {
    let n = positive.iter().filter(|&&label| label).count();
    let m = positive.len() - n;
    if n < MIN_CLASS || m < MIN_CLASS {
        return None;
    }
    let sum: f64 =
        ranks(x).iter().zip(positive).filter(|(_, positive)| **positive).map(|(rank, _)| rank).sum();
    Some((sum - (n * (n + 1)) as f64 / 2.0) / (n as f64 * m as f64))
}
