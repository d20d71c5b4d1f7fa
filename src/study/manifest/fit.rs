//! What a manifest says that the model or the table does not bear out.

use super::{Manifest, OutcomeSpec};
use crate::dataset::{Dataset, Values};
use crate::ensemble::Summary;
use crate::study::roles::{event_value, labels};
use crate::study::text::{list, of};
use std::collections::HashSet;

/// One sentence per misfit.
pub(in crate::study) fn misfits(manifest: &Manifest, model: &Summary, data: &Dataset) -> Vec<String> {
    let columns: HashSet<&str> = data.columns().iter().map(|c| c.name.as_str()).collect();
    let features: HashSet<&str> = model.features.iter().map(|f| f.name.as_str()).collect();
    let mut out = Vec::new();
    for (what, name) in roles(manifest) {
        if !columns.contains(name) {
            out.push(format!("The manifest names “{name}” as the {what}; the table has no such column."));
        } else if model.named && features.contains(name) {
            out.push(format!("“{name}” is the {what} and also feeds the model."));
        }
    }
    let absent = |names: &[String]| -> Vec<String> {
        names.iter().filter(|name| !columns.contains(name.as_str())).cloned().collect()
    };
    for (what, names) in
        [("to ignore", absent(&manifest.ignore)), ("covariates", absent(&manifest.covariates))]
    {
        if !names.is_empty() {
            let columns = of(names.len(), "column", "columns");
            out.push(format!(
                "The manifest names {columns} {what} that the table has not: {}.",
                list(&names)
            ));
        }
    }
    let strangers: Vec<&String> =
        manifest.features.keys().filter(|name| !features.contains(name.as_str())).collect();
    if !strangers.is_empty() {
        let names = of(strangers.len(), "feature", "features");
        out.push(format!("The manifest describes {names} that the model has not: {}.", list(&strangers)));
    }
    out.extend(wrong_type(manifest, data));
    out.extend(nobody_competes(manifest, data));
    out
}

/// A competing event that the table does not hold.
fn nobody_competes(manifest: &Manifest, data: &Dataset) -> Option<String> {
    let Some(OutcomeSpec::Survival { competing: Some(spec), .. }) = &manifest.outcome else { return None };
    let (name, value) = (&spec.column, &spec.value);
    let Some(column) = data.column_index(name) else {
        return Some(format!(
            "The manifest names “{name}” for competing events; the table has no such column."
        ));
    };
    let found = labels(&data.columns()[column], value).contains(&Some(true));
    (!found).then(|| format!("No row of “{name}” says “{value}”, the competing event of the manifest."))
}

/// The roles that the manifest gives to single columns.
fn roles(manifest: &Manifest) -> Vec<(&'static str, &str)> {
    let mut roles = Vec::new();
    roles.extend(manifest.id.as_deref().map(|name| ("id", name)));
    roles.extend(manifest.split.as_deref().map(|name| ("split", name)));
    match &manifest.outcome {
        Some(OutcomeSpec::Survival { time, event, .. }) => {
            roles.extend([("time of the outcome", time.as_str()), ("event of the outcome", event.as_str())]);
        }
        Some(OutcomeSpec::Binary { column, .. } | OutcomeSpec::Continuous { column }) => {
            roles.push(("outcome", column));
        }
        None => {}
    }
    roles
}

/// An outcome that its column cannot hold.
fn wrong_type(manifest: &Manifest, data: &Dataset) -> Option<String> {
    let column = |name: &str| data.column_index(name).map(|i| &data.columns()[i]);
    let texts = |name: &str| {
        let texts = matches!(column(name)?.values, Values::Levels { .. });
        texts.then(|| format!("“{name}” should hold numbers and holds text, so the outcome is not used."))
    };
    match manifest.outcome.as_ref()? {
        OutcomeSpec::Continuous { column } => texts(column),
        OutcomeSpec::Survival { time, event, .. } => texts(time).or_else(|| {
            event_value(column(event)?).is_none().then(|| {
                format!(
                    "“{event}” does not tell event from censored (1 and 0 do), so the outcome is not used."
                )
            })
        }),
        OutcomeSpec::Binary { column: name, positive } => {
            let found = match &column(name)?.values {
                Values::Levels { levels, .. } => levels.contains(positive),
                Values::Numbers(x) => positive.trim().parse().is_ok_and(|p: f64| x.contains(&p)),
            };
            (!found)
                .then(|| format!("No row of “{name}” says “{positive}”, the positive level of the manifest."))
        }
    }
}
