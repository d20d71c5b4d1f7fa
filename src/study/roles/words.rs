//! What column names and cell texts usually mean in tables of patients.

use crate::study::SplitRole;

/// Lower-case words of a name: `OS.time` → `os`, `time`.
pub(super) fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

fn any(words: &[String], of: &[&str]) -> bool {
    words.iter().any(|w| of.contains(&w.as_str()))
}

/// How much a name looks like a patient id: 0 not at all.
pub(in crate::study) fn id_likeness(name: &str) -> u32 {
    const WHO: [&str; 8] =
        ["patient", "subject", "participant", "sample", "case", "record", "donor", "individual"];
    const ALONE: [&str; 8] =
        ["id", "barcode", "usubjid", "subjid", "patientid", "sampleid", "subjectid", "mrn"];
    let words = words(name);
    let is_id = any(&words, &["id", "ids", "barcode", "no", "number", "nr", "code", "key"]);
    match words.as_slice() {
        [] => 0,
        [one] if ALONE.contains(&one.as_str()) => 3,
        _ if is_id && any(&words, &WHO) => 3,
        [one] if WHO.contains(&one.as_str()) || one == "index" => 2,
        [first, second] if first == "column" && second == "1" => 1,
        [.., last] if last == "id" => 1,
        _ => 0,
    }
}

/// The part a cell text names.
pub(super) fn split_word(text: &str) -> Option<SplitRole> {
    let word = words(text).join(" ");
    Some(match word.as_str() {
        "train" | "training" | "derivation" | "discovery" | "development" | "fit" => SplitRole::Train,
        "valid" | "validation" | "val" | "dev" | "tune" | "tuning" | "calibration" => SplitRole::Validation,
        "test" | "testing" | "holdout" | "hold out" | "held out" | "internal validation" => SplitRole::Test,
        "external" | "ext" | "external validation" | "external test" | "replication" => SplitRole::External,
        _ => return None,
    })
}

/// True if a name announces a column of such words.
pub(super) fn is_split_name(name: &str) -> bool {
    let of = ["split", "set", "partition", "cohort", "subset", "fold", "role", "dataset", "group"];
    any(&words(name), &of)
}

/// True if a name announces a follow-up time.
pub(super) fn is_time_name(name: &str) -> bool {
    const TIME: [&str; 17] = [
        "day", "days", "week", "weeks", "month", "months", "year", "years", "time", "times", "duration",
        "futime", "followup", "survival", "tte", "stime", "dtime",
    ];
    let words = words(name);
    let ends = |w: &String| ["time", "days", "months", "years"].iter().any(|end| w.ends_with(end));
    !any(&words, &["age", "birth", "dob"]) && (any(&words, &TIME) || words.iter().any(ends))
}

/// True if a name announces whether the event was seen. `cens` and `censored` do not: tables disagree on whether 1
/// means censored or seen.
pub(super) fn is_event_name(name: &str) -> bool {
    const EVENT: [&str; 18] = [
        "event",
        "events",
        "death",
        "dead",
        "died",
        "deceased",
        "status",
        "vital",
        "relapse",
        "relapsed",
        "recurrence",
        "progression",
        "progressed",
        "fustat",
        "dstat",
        "evt",
        "failure",
        "mortality",
    ];
    let words = words(name);
    let ends = |w: &String| ["event", "status"].iter().any(|end| w.ends_with(end));
    any(&words, &EVENT) || words.iter().any(ends)
}

/// How much a name looks like an outcome: 0 not at all, 2 says so, 3 says nothing else.
pub(super) fn outcome_likeness(name: &str) -> u32 {
    const SAYS: [&str; 6] = ["outcome", "label", "target", "y", "response", "endpoint"];
    const HINTS: [&str; 8] =
        ["class", "diagnosis", "responder", "progressor", "case", "disease", "survived", "result"];
    let words = words(name);
    match words.len() {
        1 if any(&words, &SAYS) => 3,
        _ if any(&words, &SAYS) => 2,
        _ => u32::from(any(&words, &HINTS) || is_event_name(name)),
    }
}

/// The value of two (ascending) that means that the event happened, if it is clear.
pub(super) fn positive_of(values: &[String]) -> Option<&String> {
    const YES: [&str; 24] = [
        "yes",
        "true",
        "positive",
        "pos",
        "case",
        "event",
        "dead",
        "death",
        "died",
        "deceased",
        "relapse",
        "relapsed",
        "recurrence",
        "recurred",
        "progressed",
        "progression",
        "responder",
        "disease",
        "malignant",
        "tumor",
        "tumour",
        "impaired",
        "observed",
        "present",
    ];
    let says = |text: &&String| {
        let words = words(text);
        any(&words, &YES) && !any(&words, &["no", "not", "non", "without"])
    };
    let mut yes = values.iter().filter(says);
    match (yes.next(), yes.next()) {
        (Some(one), None) => Some(one),
        (None, _) => match values {
            [one] => ["0", "1"].contains(&one.as_str()).then_some(one),
            // 0 and 1, 1 and 2, −1 and 1: the larger.
            [low, high] if low.parse::<f64>().is_ok() && high.parse::<f64>().is_ok() => Some(high),
            [low, high] if ["n y", "f t"].contains(&format!("{low} {high}").to_lowercase().as_str()) => {
                Some(high)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Unit of time that a column name tells, or "".
pub(super) fn time_unit(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    ["day", "week", "month", "year"]
        .into_iter()
        .zip(["days", "weeks", "months", "years"])
        .find(|(one, _)| lower.contains(one))
        .map_or("", |(_, many)| many)
}

/// Past participle for the event that a column name tells.
pub(super) fn event_word(name: &str) -> &'static str {
    let words = words(name);
    if any(&words, &["death", "dead", "died", "deceased", "os", "vital", "mortality"]) {
        "died"
    } else if any(&words, &["relapse", "relapsed", "recurrence", "rfs"]) {
        "relapsed"
    } else if any(&words, &["progression", "progressed", "pfs"]) {
        "progressed"
    } else {
        "had the event"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood() {
        let check = |of: fn(&str) -> bool, yes: &[&str], no: &[&str]| {
            yes.iter().for_each(|name| assert!(of(name), "{name}"));
            no.iter().for_each(|name| assert!(!of(name), "{name}"));
        };
        check(
            |n| id_likeness(n) > 1,
            &["patient_id", "PatientID", "id", "ID", "Subject ID", "sample", "barcode", "case_no"],
            &["bilirubin", "idh1", "video", "status", "hospital_id"],
        );
        check(
            is_time_name,
            &["outcome_days", "OS.time", "ostime", "futime", "time", "months_to_death", "pfs_months"],
            &["age_years", "sex", "bilirubin", "sometimes_", "event"],
        );
        check(
            is_event_name,
            &["outcome_death", "OS_event", "status", "OS.status", "vital_status", "fustat"],
            &["cens", "censored", "eventual", "days"],
        );
        check(
            |n| outcome_likeness(n) >= 2,
            &["outcome_impaired", "y", "Label", "target"],
            &["class", "bmi", "status"],
        );
    }

    #[test]
    fn split_words() {
        let check = |text: &str, expect| assert_eq!(split_word(text), expect, "{text}");
        check("Training", Some(SplitRole::Train));
        check("valid", Some(SplitRole::Validation));
        check("dev", Some(SplitRole::Validation));
        check("hold-out", Some(SplitRole::Test));
        check("TEST", Some(SplitRole::Test));
        check("External validation", Some(SplitRole::External));
        check("fold1", None);
        check("trained", None);
    }

    #[test]
    fn the_positive_value() {
        let check = |values: &[&str], expect: Option<&str>| {
            let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
            assert_eq!(positive_of(&values).map(String::as_str), expect, "{values:?}");
        };
        check(&["0", "1"], Some("1"));
        check(&["1", "2"], Some("2"));
        check(&["-1", "1"], Some("1"));
        check(&["1"], Some("1"));
        check(&["alive", "dead"], Some("dead"));
        check(&["Deceased", "Living"], Some("Deceased"));
        check(&["False", "True"], Some("True"));
        check(&["no", "yes"], Some("yes"));
        check(&["no relapse", "relapse"], Some("relapse"));
        check(&["case", "control"], Some("case"));
        check(&["F", "T"], Some("T"));
        check(&["B", "T"], None);
        check(&["blue", "red"], None);
        check(&["dead", "died"], None);
    }
}
