//! Sentences and small texts that several figures share.

use super::cluster_names;
use crate::ids::{FeatureId, RowId};
use crate::plot::number::plain;
use crate::session::{Analysis, Filter, Variable};
use crate::study::{ColumnRole, Outcome, Study};

/// First letter upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// `17.4 mg/dL`, `yes`.
pub fn with_unit(value: &str, unit: &str) -> String {
    if value.parse::<f64>().is_ok() {
        range_with_unit(&value.replace('-', "−"), unit)
    } else {
        value.to_string()
    }
}

/// `0.3 to 28 mg/dL`: a unit that counts something is written, one that lists the values (`1–4`, `−2 to 2`) or says what was
/// done to them (`log2(x+1)`) is not.
pub fn range_with_unit(range: &str, unit: &str) -> String {
    let lists = unit.starts_with(|c: char| c.is_ascii_digit() || "-−".contains(c)) && !unit.starts_with("10");
    let counts = !unit.is_empty() && !lists && !unit.starts_with("log");
    if counts { format!("{range} {unit}") } else { range.to_string() }
}

/// A name within a sentence: `Urine copper` becomes `urine copper`, `AST` and `miR-29c` stay.
pub fn within(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second))
            if first.is_uppercase()
                && second.is_lowercase()
                && !name
                    .split(' ')
                    .next()
                    .is_some_and(|word| word.contains(|c: char| c.is_ascii_digit())) =>
        {
            first.to_lowercase().collect::<String>() + &name[first.len_utf8()..]
        }
        _ => name.to_string(),
    }
}

/// `two`, `three`, … `nine`, then digits.
pub fn number_word(n: usize) -> String {
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        .get(n)
        .map_or_else(|| n.to_string(), |w| (*w).to_string())
}

/// `the highest`, `the 5th highest`.
pub fn ordinal_from_top(rank: usize) -> String {
    match rank {
        0 | 1 => "the highest".into(),
        n => {
            let suffix = match (n % 10, n % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("the {n}{suffix} highest")
        }
    }
}

/// Display name of a column: its feature's label, or the header.
pub fn column_label(study: &Study, column: usize) -> String {
    let header = || study.data.columns().get(column).map_or_else(String::new, |c| c.name.clone());
    match study.roles.get(column) {
        Some(ColumnRole::Feature(f)) => study.label(*f).to_string(),
        Some(ColumnRole::OutcomeEvent | ColumnRole::OutcomeBinary) => "Outcome".into(),
        Some(ColumnRole::OutcomeTime) => "Follow-up".into(),
        _ => header(),
    }
}

/// Display name of what a rule looks at.
pub fn variable_label(a: &Analysis, variable: Variable) -> String {
    match variable {
        Variable::Margin => capitalised(&a.study.model.scale.margin),
        Variable::Cluster => "Subgroup".into(),
        Variable::Column(c) => column_label(&a.study, c),
    }
}

fn variable_unit(a: &Analysis, variable: Variable) -> String {
    match variable {
        Variable::Column(c) => match a.study.roles.get(c) {
            Some(ColumnRole::Feature(f)) => a.study.unit(*f).to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// A rule of the selection as a chip shows it.
pub fn filter(a: &Analysis, filter: &Filter) -> String {
    match filter {
        Filter::Range { variable, low, high } => {
            let unit = variable_unit(a, *variable);
            let range = format!("{} to {}", plain(*low), plain(*high));
            format!(
                "{} {}",
                variable_label(a, *variable),
                if unit.is_empty() { range } else { format!("{range} {unit}") }
            )
        }
        Filter::Levels { variable, levels } => {
            let names = level_names(a, *variable);
            let chosen: Vec<String> = levels
                .iter()
                .map(|&l| names.get(l as usize).cloned().unwrap_or_else(|| l.to_string()))
                .collect();
            format!("{} {}", variable_label(a, *variable), list(&chosen))
        }
        Filter::Region(_) => "Lasso on map".into(),
        Filter::Rows(rows) => format!("{} chosen patients", rows.len()),
    }
}

/// Level texts of a variable, by the code that rules use.
pub fn level_names(a: &Analysis, variable: Variable) -> Vec<String> {
    match variable {
        Variable::Cluster => cluster_names(&a.insight.clusters),
        Variable::Column(c) => {
            match (&a.study.data.columns().get(c).map(|c| &c.values), a.study.roles.get(c)) {
                (Some(crate::dataset::Values::Levels { levels, .. }), _) => levels.clone(),
                (_, Some(ColumnRole::OutcomeEvent)) => match a.study.outcome() {
                    Outcome::Survival { word, .. } => vec!["censored".into(), word],
                    _ => Vec::new(),
                },
                (_, Some(ColumnRole::OutcomeBinary)) => vec!["no".into(), "yes".into()],
                _ => Vec::new(),
            }
        }
        Variable::Margin => Vec::new(),
    }
}

/// `52 died`, `37 positive`; None without such an outcome.
pub fn events_among(study: &Study, rows: &[RowId]) -> Option<String> {
    let events = crate::job::events(study, rows);
    if events.is_empty() {
        return None;
    }
    let n = events.iter().filter(|e| **e > 0.5).count();
    Some(match study.outcome() {
        Outcome::Survival { word, .. } => format!("{n} {word}"),
        Outcome::Binary { positive, .. } => format!("{n} {positive}"),
        Outcome::None | Outcome::Continuous(_) => return None,
    })
}

/// What happened to one patient, e.g. `died on day 130`.
pub fn outcome_of(study: &Study, row: RowId) -> Option<String> {
    outcome_text(&study.outcome(), row)
}

/// Likewise for many.
pub fn outcomes_of(study: &Study, rows: &[RowId]) -> Vec<Option<String>> {
    let outcome = study.outcome();
    rows.iter().map(|&r| outcome_text(&outcome, r)).collect()
}

fn outcome_text(outcome: &Outcome, row: RowId) -> Option<String> {
    let i = row.index();
    match outcome {
        Outcome::None => None,
        Outcome::Binary { labels, positive } => {
            labels[i].map(|l| if l { positive.clone() } else { format!("not {positive}") })
        }
        Outcome::Continuous(y) => (!y[i].is_nan()).then(|| plain(y[i])),
        Outcome::Survival { time, event, unit, word } => {
            let seen = event[i]?;
            (!time[i].is_nan()).then(|| {
                let unit = unit.trim_end_matches('s');
                format!("{} on {unit} {}", if seen { word.as_str() } else { "censored" }, plain(time[i]))
            })
        }
    }
}

/// Below which value a biomarker lowers, and above which it raises: read off the smooth line's crossings.
pub fn effect(a: &Analysis, feature: FeatureId, crossings: &[f64]) -> String {
    let importance = a.importance(feature);
    let scale = &a.study.model.scale;
    let unit = a.study.unit(feature);
    let up = importance.direction.map(|d| d > 0.0);
    let rank = format!(
        "Rank {} of {}, {} to {} in the middle 95 % of resamples.",
        importance.rank,
        a.study.model.features.iter().filter(|f| f.n_splits > 0).count(),
        importance.rank_interval[0],
        importance.rank_interval[1]
    );
    let first = match (crossings, up) {
        ([one], Some(up)) => {
            let (below, above) = if up { ("lowers", "raises") } else { ("raises", "lowers") };
            format!(
                "Below {} it {below} the predicted {}, above it {above} it. ",
                with_unit(&plain(*one), unit),
                scale.higher
            )
        }
        (_, Some(up)) => {
            format!("Higher values {} the predicted {}. ", if up { "raise" } else { "lower" }, scale.higher)
        }
        _ => String::new(),
    };
    first + &rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals() {
        for (n, expect) in
            [(1, "the highest"), (2, "the 2nd highest"), (11, "the 11th highest"), (23, "the 23rd highest")]
        {
            assert_eq!(ordinal_from_top(n), expect);
        }
    }

    #[test]
    fn units_count_and_ranges_do_not() {
        for (value, unit, expect) in [
            ("17.4", "mg/dL", "17.4 mg/dL"),
            ("4", "1–4", "4"),
            ("yes", "yes / no", "yes"),
            ("210", "10³/µL", "210 10³/µL"),
            ("-1", "−2 to 2", "−1"),
            ("9.353", "log2(x+1)", "9.353"),
            ("-0.5", "mmol/L", "−0.5 mmol/L"),
        ] {
            assert_eq!(with_unit(value, unit), expect);
        }
    }

    #[test]
    fn names_within_a_sentence() {
        for (name, expect) in [
            ("Urine copper", "urine copper"),
            ("AST", "AST"),
            ("miR-29c", "miR-29c"),
            ("T stage", "T stage"),
            ("Prothrombin time 13 s", "prothrombin time 13 s"),
        ] {
            assert_eq!(within(name), expect);
        }
    }

    #[test]
    fn lists() {
        let items: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        assert_eq!(list(&items), "a, b and c");
        assert_eq!(list(&items[..1]), "a");
        assert_eq!(list(&[]), "");
    }
}
