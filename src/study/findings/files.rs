//! What the files say about themselves.

use super::{Finding, Look, Severity, Topic};
use crate::study::text::{count, of};

/// Warnings that are reported one by one.
const MAX_WARNINGS: usize = 6;

pub(super) fn inspect(look: &Look<'_>, found: &mut Vec<Finding>) {
    let study = look.study;
    let model = &study.model;
    let n = study.n_features();
    if study.binding.positional() {
        found.push(Finding::new(
            Severity::High,
            Topic::Matching,
            "Columns were matched by their order.",
            format!(
                "The model stores no names for its {}, so a column in the wrong place stays unnoticed. \
                 Save the model with feature names.",
                of(n, "feature", "features"),
            ),
        ));
    } else {
        found.push(Finding::new(
            Severity::Pass,
            Topic::Matching,
            "All columns matched.",
            format!("{} of {} by name and type; no level is unknown to the model.", count(n), count(n)),
        ));
    }
    if !model.tested {
        found.push(Finding::new(
            Severity::Medium,
            Topic::Files,
            format!("{} {} is untested.", model.library, model.version),
            "No reference case covers this format and version. Compare with predictions of your own: \
             drop a table of them on the page.",
        ));
    }
    // The binding by order is said above, and louder.
    let said = |warning: &&String| {
        study.binding.positional() && warning.starts_with("The model stores no feature names")
    };
    let warnings: Vec<&String> = study.warnings.iter().filter(|warning| !said(warning)).collect();
    for warning in warnings.iter().take(MAX_WARNINGS) {
        found.push(Finding::new(Severity::Low, Topic::Files, "Noted while reading.", warning.as_str()));
    }
    if warnings.len() > MAX_WARNINGS {
        let title = format!(
            "{} noted while reading.",
            of(warnings.len() - MAX_WARNINGS, "more thing", "more things")
        );
        let detail = "The start page lists them all. Read them before you rely on the table.";
        found.push(Finding::new(Severity::Low, Topic::Files, title, detail));
    }
    if model.objective.contains("cox") {
        found.push(Finding::new(
            Severity::Low,
            Topic::Scale,
            "Relative scale only.",
            "A Cox model gives hazard ratios, not survival probabilities. Compare patients with each other only.",
        ));
    }
    found.push(Finding::new(
        Severity::Low,
        Topic::Scale,
        "Attributions describe the model.",
        "Attributions describe the model, not biology or treatment effect.",
    ));
}
