//! Whom the numbers are about: who trained the model, how many there are, who occurs twice.

use super::{Finding, Look, Severity, Topic, ratio, some};
use crate::dataset::quality;
use crate::ids::RowId;
use crate::study::text::{count, of};
use crate::study::{ColumnRole, Outcome, SplitRole};

/// Events per biomarker below which ranks are unsteady (a rule of thumb).
const EVENTS_PER_BIOMARKER: f64 = 10.0;
/// Events below which performance is unsteady (a rule of thumb).
const FEW_EVENTS: usize = 100;
/// Patients below which hardly anything can be said.
const FEW_PATIENTS: usize = 50;
/// Share of patients with a twin from which on twins are no news.
const COARSE: f64 = 0.1;

pub(super) fn inspect(look: &Look<'_>, found: &mut Vec<Finding>) {
    split(look, found);
    events(look, found);
    outcome(look, found);
    repeats(look, found);
}

fn split(look: &Look<'_>, found: &mut Vec<Finding>) {
    let n = look.rows.len();
    let has_split = look.parts.iter().any(|&part| part != SplitRole::Unknown);
    if !has_split {
        found.push(Finding::new(
            Severity::High,
            Topic::Split,
            "No column says who trained the model.",
            format!(
                "Any of {} may be a patient the model has seen, and a model fits those better than new ones. \
                 Add a column split with train and test.",
                of(look.study.n_rows(), "patient", "patients"),
            ),
        ));
        return;
    }
    let n_of = |role| look.rows.iter().filter(|&&row| look.part(row) == role).count();
    let (train, tuned, unknown) =
        (n_of(SplitRole::Train), n_of(SplitRole::Validation), n_of(SplitRole::Unknown));
    if train > 0 {
        let title = match train == n {
            true => "These patients trained the model.".to_owned(),
            false => format!("{} of {} patients trained the model.", count(train), count(n)),
        };
        let detail = "A model fits the patients it has seen better than new ones. \
                      Choose the test patients for conclusions.";
        found.push(Finding::new(Severity::High, Topic::Split, title, detail));
    }
    if tuned > 0 {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Split,
            format!("{} of {} patients tuned the model.", count(tuned), count(n)),
            "Validation patients were used to choose or stop the fit. Choose the test patients for conclusions.",
        ));
    }
    if unknown > 0 {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Split,
            format!("{} of {} patients have no part.", count(unknown), count(n)),
            "The split column is empty or unclear for them. Fill it in, or choose the test patients.",
        ));
    }
    if train + tuned + unknown == 0 && n > 0 {
        found.push(Finding::new(
            Severity::Pass,
            Topic::Split,
            "No training patient is shown.",
            format!("{} of {} patients are held out, by the split column.", count(n), count(n)),
        ));
    }
}

fn events(look: &Look<'_>, found: &mut Vec<Finding>) {
    let n = look.rows.len();
    if n > 0 && n < FEW_PATIENTS {
        found.push(Finding::new(
            if n < FEW_PATIENTS / 2 { Severity::High } else { Severity::Medium },
            Topic::Size,
            format!("Only {}.", of(n, "patient", "patients")),
            "One patient more or less can change a rank. Read the intervals, not the estimates.",
        ));
    }
    let Some(labels) = look.labels() else { return };
    // The rarer label counts: 5 survivors are as few as 5 deaths.
    let rarer = |rows: &[RowId]| {
        let label = |what| rows.iter().filter(|row| labels[row.index()] == Some(what)).count();
        match look.outcome {
            Outcome::Survival { .. } => label(true),
            _ => label(true).min(label(false)),
        }
    };
    let what = match look.outcome {
        Outcome::Survival { .. } => ("event", "events"),
        _ => ("patient of the rarer class", "patients of the rarer class"),
    };
    let training = look.training();
    let n_features = look.study.n_features();
    if !training.is_empty() && n_features > 0 {
        let n_events = rarer(&training);
        let each = n_events as f64 / n_features as f64;
        if each < EVENTS_PER_BIOMARKER {
            found.push(Finding::new(
                Severity::Medium,
                Topic::Size,
                "Few events per biomarker.",
                format!(
                    "{} in training for {}, {} each. Expect lower ranks to move.",
                    of(n_events, what.0, what.1),
                    of(n_features, "biomarker", "biomarkers"),
                    ratio(each),
                ),
            ));
        }
    }
    let n_events = rarer(look.rows);
    if n > 0 && n_events < FEW_EVENTS {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Size,
            "Few events to judge by.",
            format!(
                "{} among {} {}. Quote the interval with every performance number.",
                of(n_events, what.0, what.1),
                count(n),
                look.patients(),
            ),
        ));
    }
}

fn outcome(look: &Look<'_>, found: &mut Vec<Finding>) {
    let n = look.rows.len();
    let known = |row: &&RowId| match &look.outcome {
        Outcome::None => false,
        Outcome::Binary { labels, .. } => labels[row.index()].is_some(),
        Outcome::Continuous(y) => !y[row.index()].is_nan(),
        Outcome::Survival { time, event, .. } => !time[row.index()].is_nan() && event[row.index()].is_some(),
    };
    let n_known = look.rows.iter().filter(known).count();
    if look.outcome == Outcome::None {
        found.push(Finding::new(
            Severity::Low,
            Topic::Performance,
            "No outcome in the table.",
            "Attributions can be read, performance cannot be checked. Choose the outcome columns if there are any.",
        ));
    } else if n_known < n {
        found.push(Finding::new(
            Severity::Low,
            Topic::Performance,
            format!("{} of {} patients have no outcome.", count(n - n_known), count(n)),
            "They are explained and left out of performance. Check that this is meant.",
        ));
    }
    if let Outcome::Survival { time, .. } = &look.outcome {
        let zero = look.rows.iter().filter(|row| time[row.index()] == 0.0).count();
        if zero > 0 {
            found.push(Finding::new(
                Severity::Low,
                Topic::Performance,
                format!("{} with a follow-up of 0.", of(zero, "patient", "patients")),
                "They were never observed, and Cox models are usually fitted without them. Check these rows.",
            ));
        }
    }
}

fn repeats(look: &Look<'_>, found: &mut Vec<Finding>) {
    let data = &look.study.data;
    let all: Vec<usize> = (0..look.study.n_rows()).collect();
    if let Some(id) = look.study.column_with(ColumnRole::Id) {
        let groups = quality::duplicates(data, &[id], &all);
        let ids: Vec<String> = groups.iter().filter_map(|rows| data.columns()[id].text(rows[0])).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if !groups.is_empty() {
            let across = straddling(look, &groups);
            let severity = if across > 0 { Severity::High } else { Severity::Medium };
            found.push(Finding::new(
                severity,
                Topic::Duplicates,
                format!("{} more than once.", of(groups.len(), "patient id occurs", "patient ids occur")),
                format!(
                    "{}{}. Keep one row per patient, or one part per patient.",
                    some(&ids, 5),
                    if across > 0 {
                        format!("; {} in training and elsewhere", count(across))
                    } else {
                        String::new()
                    },
                ),
            ));
        }
    }
    let features: Vec<usize> = look.study.binding.columns().collect();
    let groups = quality::duplicates(data, &features, &all);
    let n_rows: usize = groups.iter().map(Vec::len).sum();
    // Where many patients agree, the values are coarse and agreement says nothing.
    if n_rows == 0 || (n_rows as f64) > COARSE * all.len() as f64 {
        return;
    }
    let across = straddling(look, &groups);
    if across > 0 {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Duplicates,
            format!("{} in training and elsewhere.", of(across, "patient stands", "patients stand")),
            "Every biomarker has the same value in a training patient and in another one. \
             Check that no patient is in both parts.",
        ));
    } else {
        found.push(Finding::new(
            Severity::Low,
            Topic::Duplicates,
            format!("{} all values with another.", of(n_rows, "patient shares", "patients share")),
            "The same values in every biomarker may be one patient entered twice. Check these rows.",
        ));
    }
}

/// Groups with a training row and another one.
fn straddling(look: &Look<'_>, groups: &[Vec<usize>]) -> usize {
    let trains = |row: &usize| look.part(RowId::of(*row)) == SplitRole::Train;
    groups.iter().filter(|rows| rows.iter().any(trains) && !rows.iter().all(trains)).count()
}
