//! Whether these patients are like those of the training data, and whether a gap says something by itself.

use super::{Finding, Look, Severity, Topic};
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::math::ln;
use crate::study::SplitRole;
use crate::study::text::{count, of, percent};

/// Known values on either side that a comparison of distributions needs.
const MIN_VALUES: usize = 20;
/// Chance of a false alarm over all biomarkers together.
const LEVEL: f64 = 0.01;
/// Largest vertical distance of two distributions from which on a difference matters, however many patients there are.
const APART: f64 = 0.2;
/// Patients with and without a value that their outcomes are compared for.
const MIN_SIDE: usize = 10;
/// Standard errors from which on outcomes differ; one comparison in two thousand by chance.
const FAR: f64 = 3.5;
/// Share of the attribution on missing values from which on gaps decide.
const DRIVEN: f64 = 0.2;
/// Biomarkers that are reported by name.
const MAX_NAMED: usize = 3;

pub(super) fn inspect(look: &Look<'_>, found: &mut Vec<Finding>) {
    drift(look, found);
    informative_gaps(look, found);
    driven_by_gaps(look, found);
}

/// Kolmogorov–Smirnov distances of these patients from the training patients.
fn drift(look: &Look<'_>, found: &mut Vec<Finding>) {
    let training = look.training();
    let others: Vec<RowId> =
        look.rows.iter().copied().filter(|&row| look.part(row) != SplitRole::Train).collect();
    if training.len() < MIN_VALUES || others.len() < MIN_VALUES {
        return;
    }
    let known = |f: FeatureId, rows: &[RowId]| {
        let mut x: Vec<f64> = look.values(f, rows).into_iter().filter(|v| !v.is_nan()).collect();
        crate::math::sort(&mut x);
        x
    };
    let numeric: Vec<FeatureId> = look.features().filter(|&f| look.is_numeric(f)).collect();
    let tests = numeric.len().max(1) as f64;
    let mut shifted: Vec<(f64, FeatureId)> = numeric
        .into_iter()
        .filter_map(|f| {
            let (a, b) = (known(f, &training), known(f, &others));
            let (n, m) = (a.len() as f64, b.len() as f64);
            let by_chance = (-ln(LEVEL / tests / 2.0) / 2.0 * (n + m) / (n * m)).sqrt();
            let apart = (a.len().min(b.len()) >= MIN_VALUES).then(|| distance(&a, &b))?;
            (apart > by_chance.max(APART)).then_some((apart, f))
        })
        .collect();
    if shifted.is_empty() {
        return;
    }
    shifted.order_by(|a, b| b.0.total_cmp(&a.0));
    let named: Vec<String> = shifted
        .iter()
        .take(MAX_NAMED)
        .map(|(apart, f)| format!("{} {}", look.label(*f), percent(*apart)))
        .collect();
    found.push(Finding::new(
        Severity::Medium,
        Topic::Range,
        format!("{} unlike in training.", of(shifted.len(), "biomarker is distributed", "biomarkers are distributed")),
        format!(
            "Largest differences in the share of patients below some value: {}; {} {} against {} training patients. \
             Check units and assay before trusting predictions here.",
            named.join(", "),
            count(others.len()),
            look.patients(),
            count(training.len()),
        ),
    ));
}

/// Largest difference of the two distribution functions; both slices ascending.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let below = |x: &[f64], v: f64| x.partition_point(|y| *y <= v) as f64 / x.len() as f64;
    a.iter().chain(b).map(|&v| (below(a, v) - below(b, v)).abs()).fold(0.0, f64::max)
}

/// Biomarkers whose absence goes with the outcome.
fn informative_gaps(look: &Look<'_>, found: &mut Vec<Finding>) {
    let Some(labels) = look.labels() else { return };
    let mut telling: Vec<(f64, FeatureId, [f64; 2])> = Vec::new();
    for f in look.features() {
        // Patients and events without and with the value.
        let (mut n, mut events) = ([0.0; 2], [0.0; 2]);
        for &row in look.rows {
            if let Some(event) = labels[row.index()] {
                let side = usize::from(!look.study.value(f, row).is_nan());
                n[side] += 1.0;
                events[side] += f64::from(u8::from(event));
            }
        }
        if n.iter().any(|&n| n < MIN_SIDE as f64) {
            continue;
        }
        let rate = [events[0] / n[0], events[1] / n[1]];
        let all = (events[0] + events[1]) / (n[0] + n[1]);
        let error = (all * (1.0 - all) * (1.0 / n[0] + 1.0 / n[1])).sqrt();
        let far = (rate[0] - rate[1]).abs() / error;
        if far > FAR {
            telling.push((far, f, rate));
        }
    }
    telling.order_by(|a, b| b.0.total_cmp(&a.0));
    let Some((_, first, rate)) = telling.first() else { return };
    found.push(Finding::new(
        Severity::Medium,
        Topic::Missing,
        format!("A missing value goes with the outcome in {}.", of(telling.len(), "biomarker", "biomarkers")),
        format!(
            "Outcome in {} of the patients without {} and in {} of the others. The model may have learned who was \
             measured: compare the patients with and without it.",
            percent(rate[0]),
            look.label(*first),
            percent(rate[1]),
        ),
    ));
}

/// How much of the attribution falls on values that were not measured.
fn driven_by_gaps(look: &Look<'_>, found: &mut Vec<Finding>) {
    let Some(explained) = look.explained else { return };
    let (mut on_gaps, mut all) = (0.0, 0.0);
    for f in look.features() {
        for (i, &row) in look.rows.iter().enumerate() {
            let size: f64 = (0..explained.n_outputs).map(|k| explained.phi(i, f.index(), k).abs()).sum();
            all += size;
            if look.study.value(f, row).is_nan() {
                on_gaps += size;
            }
        }
    }
    if all > 0.0 && on_gaps / all > DRIVEN {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Missing,
            format!("{} of all attribution falls on missing values.", percent(on_gaps / all)),
            "There the trees follow the branch that training patients without the value took. Read these patients one \
             by one, with the measured values beside.",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Topic, findings};
    use crate::explain::Attributions;
    use crate::study::fixture::{model, study};
    use crate::study::{Manifest, SplitRole, Study};

    fn cohort(cell: impl Fn(usize) -> String) -> Study {
        let rows = (0..200).map(|i| {
            let part = if i < 100 { "train" } else { "test" };
            format!("P{i},{},{},{part}\n", i * 7 % 3 / 2, cell(i))
        });
        let text = "id,outcome,a,b,part\n".to_string() + &rows.collect::<String>();
        study(model("binary:logistic", &["a", "b"]), &text, Manifest::default())
    }

    fn titles(study: &Study, topic: Topic, explained: Option<&Attributions>) -> Vec<String> {
        let rows = study.rows_of(SplitRole::Test);
        let found = findings(study, &rows, explained);
        found.into_iter().filter(|f| f.topic == topic).map(|f| f.title + " " + &f.detail).collect()
    }

    #[test]
    fn another_distribution_is_flagged_and_the_same_is_not() {
        let moved = cohort(|i| format!("{},{}", i * 37 % 100 + if i < 100 { 0 } else { 30 }, i * 53 % 100));
        let said = titles(&moved, Topic::Range, None);
        assert!(
            said.iter().any(|s| s.starts_with("1 biomarker is distributed unlike in training.")),
            "{said:?}"
        );
        assert!(said.iter().any(|s| s.contains("below some value: a 30 %;")), "{said:?}");
        let same = cohort(|i| format!("{},{}", i * 37 % 100, i * 53 % 100));
        assert!(!titles(&same, Topic::Range, None).iter().any(|s| s.contains("unlike")));
    }

    #[test]
    fn gaps_that_tell_the_outcome_and_gaps_that_decide() {
        let telling = cohort(|i| {
            let event = i * 7 % 3 / 2 == 1;
            format!("{},{i}", if event == (i % 9 > 0) { String::new() } else { i.to_string() })
        });
        let n = telling.rows_of(SplitRole::Test).len();
        let explained = Attributions {
            n_rows: n,
            n_features: 2,
            n_outputs: 1,
            values: [1.0, 3.0].repeat(n),
            margin: vec![4.0; n],
            base_values: vec![0.0],
        };
        let said = titles(&telling, Topic::Missing, Some(&explained));
        let starts = |what: &str| said.iter().any(|s| s.starts_with(what));
        assert!(starts("A missing value goes with the outcome in 1 biomarker."), "{said:?}");
        assert!(said.iter().all(|s| !s.contains("falls on missing values")), "{said:?}");
        let mut heavy = explained;
        heavy.values = [5.0, 1.0].repeat(n);
        heavy.margin = vec![6.0; n];
        let said = titles(&telling, Topic::Missing, Some(&heavy));
        assert!(said.iter().any(|s| s.contains("of all attribution falls on missing values.")), "{said:?}");
    }
}
