//! What every column was understood to be: the table that is shown before anything is computed.

use super::roles::repeats;
use super::text::{count, list, of, prose};
use super::{ColumnRole, Outcome, SplitRole, Study};
use crate::dataset::quality::{self, MissingBlock, Profile, Range};
use crate::dataset::{Column, Values};
use crate::ids::FeatureId;
use serde::{Deserialize, Serialize};

/// Bars of the small histograms.
pub const N_BINS: usize = 20;

/// Distinct texts up to which a column counts as categorical.
const FEW_LEVELS: usize = 20;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Name in the file.
    pub name: String,
    /// What it is used for.
    pub role: ColumnRole,
    /// The feature it feeds, whatever its role.
    pub feature: Option<FeatureId>,
    /// Display name of that feature, or "".
    pub label: String,
    /// Type and range, e.g. `number, 0.3 to 28`.
    pub kind: String,
    /// Missing cells.
    pub n_missing: usize,
    /// Cells per bin, at most [`N_BINS`]; see [`quality::histogram`].
    pub histogram: Vec<u32>,
    /// What deserves a look, or "".
    pub note: String,
}

/// What was understood of every column, in file order.
pub fn understood(study: &Study) -> Vec<ColumnFacts> {
    let outcome = study.outcome();
    let mut feature_of = vec![None; study.data.columns().len()];
    for (f, column) in study.binding.columns().enumerate() {
        feature_of[column] = Some(FeatureId::of(f));
    }
    let measured: Vec<usize> = (0..study.roles.len())
        .filter(|&i| matches!(study.roles[i], ColumnRole::Feature(_) | ColumnRole::Covariate))
        .collect();
    let rows: Vec<usize> = (0..study.n_rows()).collect();
    let blocks = quality::missing_blocks(&study.data, &measured, &rows);
    let lines = study.data.columns().iter().zip(&study.roles).enumerate();
    let lines = lines.map(|(i, (column, &role))| {
        let profile = quality::profile(column, N_BINS);
        let feature = feature_of[i];
        let notes = [
            note(study, column, role, &profile, &outcome),
            gap_note(&blocks, i, profile.n_missing),
            feature
                .filter(|f| study.model.features[f.index()].n_splits == 0)
                .map_or(String::new(), |_| "in no split".into()),
        ];
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        ColumnFacts {
            name: column.name.clone(),
            role,
            feature,
            label: feature.map_or(String::new(), |f| study.label(f).to_owned()),
            kind: kind(study, role, feature, &profile, &outcome),
            n_missing: profile.n_missing,
            note: notes.join("; "),
            histogram: profile.histogram,
        }
    });
    lines.collect()
}

/// Type and range.
fn kind(
    study: &Study,
    role: ColumnRole,
    feature: Option<FeatureId>,
    profile: &Profile,
    outcome: &Outcome,
) -> String {
    let categorical = feature.is_some_and(|f| study.model.features[f.index()].categorical);
    match (role, outcome) {
        (ColumnRole::OutcomeEvent, Outcome::Survival { event, word, .. }) => {
            let n = |what| event.iter().filter(|event| **event == Some(what)).count();
            return format!("{} {word}, {} censored", count(n(true)), count(n(false)));
        }
        (ColumnRole::OutcomeBinary, Outcome::Binary { labels, positive }) => {
            let n = |what| labels.iter().filter(|label| **label == Some(what)).count();
            return format!("{positive} in {}, other in {}", count(n(true)), count(n(false)));
        }
        (ColumnRole::OutcomeTime, Outcome::Survival { unit, .. }) => {
            if let Range::Numbers { min, max, .. } = profile.range {
                return format!("{} to {} {unit}", prose(min, 3), prose(max, 3)).trim_end().to_owned();
            }
        }
        (ColumnRole::Split, _) => return parts(study),
        _ => {}
    }
    let values = || of(profile.n_unique, "level", "levels");
    match &profile.range {
        Range::Empty => "empty".into(),
        Range::Numbers { min, max, .. } if min == max => format!("number, always {}", prose(*min, 4)),
        Range::Numbers { .. } if role == ColumnRole::Id => {
            format!("number, {} unique", count(profile.n_unique))
        }
        Range::Numbers { .. } if categorical => format!("categorical, {}", values()),
        Range::Numbers { min, max, whole, .. } => {
            let steps = *whole && profile.n_unique <= 10;
            let kind = if steps { "whole number" } else { "number" };
            format!("{kind}, {} to {}", prose(*min, 3), prose(*max, 3))
        }
        Range::Levels { .. } if feature.is_some() && !categorical => {
            format!("number written as text, {} unique", count(profile.n_unique))
        }
        Range::Levels { .. } if role != ColumnRole::Id && profile.n_unique <= FEW_LEVELS => {
            format!("categorical, {}", values())
        }
        Range::Levels { .. } => format!("text, {} unique", count(profile.n_unique)),
    }
}

/// `273 training, 145 test`.
fn parts(study: &Study) -> String {
    let roles = study.split_roles();
    let words = [
        (SplitRole::Train, "training"),
        (SplitRole::Validation, "validation"),
        (SplitRole::Test, "test"),
        (SplitRole::External, "external"),
    ];
    let n = |role| roles.iter().filter(|r| **r == role).count();
    let parts = words.iter().filter(|(role, _)| n(*role) > 0);
    parts.map(|(role, word)| format!("{} {word}", count(n(*role)))).collect::<Vec<_>>().join(", ")
}

/// What deserves a look about the content.
fn note(study: &Study, column: &Column, role: ColumnRole, profile: &Profile, outcome: &Outcome) -> String {
    let rows: Vec<usize> = (0..study.n_rows()).collect();
    match role {
        ColumnRole::Id => {
            let one = study.data.columns().iter().position(|c| std::ptr::eq(c, column));
            let groups = one.map_or(Vec::new(), |c| quality::duplicates(&study.data, &[c], &rows));
            let ids: Vec<String> = groups.iter().filter_map(|rows| column.text(rows[0])).collect();
            if ids.is_empty() { String::new() } else { format!("more than once: {}", list(&ids)) }
        }
        ColumnRole::Split => {
            let n = study.split_roles().iter().filter(|role| **role == SplitRole::Unknown).count();
            if n == 0 { String::new() } else { format!("no part in {}", of(n, "row", "rows")) }
        }
        ColumnRole::OutcomeTime | ColumnRole::OutcomeEvent if *outcome == Outcome::None => {
            let missing = if role == ColumnRole::OutcomeTime { "an event" } else { "a time" };
            format!("needs {missing} column")
        }
        ColumnRole::OutcomeTime => match &column.values {
            Values::Numbers(x) => match x.iter().filter(|x| **x == 0.0).count() {
                0 => String::new(),
                n => format!("0 in {}", of(n, "row", "rows")),
            },
            Values::Levels { .. } => String::new(),
        },
        ColumnRole::OutcomeEvent | ColumnRole::OutcomeBinary | ColumnRole::OutcomeContinuous => String::new(),
        _ if profile.n_unique == 1 => "one value only".into(),
        ColumnRole::Covariate | ColumnRole::Ignored if repeats(column, outcome) => {
            "repeats the outcome".into()
        }
        ColumnRole::Feature(_) | ColumnRole::Covariate | ColumnRole::Ignored => String::new(),
    }
}

/// `same 106 rows`, or `the 106, 28 more`.
fn gap_note(blocks: &[MissingBlock], column: usize, n_missing: usize) -> String {
    if let Some(block) = blocks.iter().find(|block| block.same.contains(&column)) {
        return format!("same {} rows", count(block.rows.len()));
    }
    let wider = blocks.iter().filter(|block| block.more.contains(&column));
    match wider.max_by_key(|block| block.rows.len()) {
        Some(block) => {
            let n = block.rows.len();
            format!("the {}, {} more", count(n), count(n_missing - n))
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::fixture::{model, study};
    use crate::study::{Manifest, with_role};

    const TEXT: &str = "\
patient_id,outcome_days,outcome_death,outcome_raw,treatment,bili,stage,copper,iron,site,code,x,part
P1,0,1,dead,a,14.5,1,,,s,007,,train
P2,4500,0,alive,b,1.25,2,,,s,8,,test
P2,1012,1,dead,a,1.4,2,,5,s,9,1,test
P4,1925,0,lost,,1.8,4,2,6,s,10,2,
";

    #[test]
    fn every_column_is_explained() {
        let features = ["treatment:a|b", "bili", "stage", "copper", "iron", "x", "code"];
        let mut model = model("survival:cox", &features);
        model.features[2].n_splits = 0;
        let study = study(model, TEXT, Manifest::default());
        let got = understood(&study);
        let check = |name: &str, kind: &str, n_missing: usize, histogram: &[u32], note: &str| {
            let facts = got.iter().find(|facts| facts.name == name).unwrap();
            assert_eq!((facts.kind.as_str(), facts.note.as_str()), (kind, note), "{name}");
            assert_eq!((facts.n_missing, facts.histogram.as_slice()), (n_missing, histogram), "{name}");
        };
        check("patient_id", "text, 3 unique", 0, &[1, 2, 1], "more than once: P2");
        check("outcome_days", "0 to 4,500 days", 0, &[1, 1, 1, 1], "0 in 1 row");
        check("outcome_death", "2 died, 2 censored", 0, &[2, 2], "");
        check("outcome_raw", "categorical, 3 levels", 0, &[2, 1, 1], "repeats the outcome");
        check("treatment", "categorical, 2 levels", 1, &[2, 1], "");
        check("bili", "number, 1.25 to 14.5", 0, &[1, 1, 1, 1], "");
        check("stage", "whole number, 1 to 4", 0, &[1, 2, 1], "in no split");
        check("iron", "whole number, 5 to 6", 2, &[1, 1], "same 2 rows");
        check("x", "whole number, 1 to 2", 2, &[1, 1], "same 2 rows");
        check("copper", "number, always 2", 3, &[1], "one value only; the 2, 1 more");
        check("site", "categorical, 1 level", 0, &[4], "one value only");
        check("code", "number written as text, 4 unique", 0, &[1, 1, 1, 1], "");
        check("part", "1 training, 2 test", 1, &[1, 2], "no part in 1 row");
        let without = with_role(&study, 2, ColumnRole::Ignored).unwrap();
        assert_eq!(understood(&without)[1].note, "needs an event column");
        assert_eq!(got[4].feature, Some(FeatureId(0)));
        assert_eq!((got[4].label.as_str(), got[0].label.as_str()), ("treatment", ""));
    }
}
