//! `clarimark inspect`.

use super::arguments::{Format, Inspect};
use super::files::open;
use super::{CommandError, warn};
use crate::Parsed;
use crate::ensemble::{FeatureSummary, ReadOptions, Summary};
use crate::study::sha256_hex;
use serde::Serialize;
use std::io::{self, Write};

/// The JSON form.
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    sha256: &'a str,
    model: &'a Summary,
    warnings: &'a [String],
}

pub(super) fn run(options: &Inspect, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), CommandError> {
    let file = open(&options.model)?;
    let Parsed { value, warnings } = file.model(&options.reading.over(ReadOptions::default()))?;
    warn(err, &warnings)?;
    let (summary, sha256) = (value.summary(), sha256_hex(&file.bytes));
    if options.format == Format::Json {
        let document = Document {
            format: "clarimark-model",
            version: 1,
            sha256: &sha256,
            model: &summary,
            warnings: &warnings,
        };
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
        return Ok(writeln!(out)?);
    }
    Ok(text(&summary, &file.path, &sha256, out)?)
}

fn text(m: &Summary, path: &str, sha256: &str, out: &mut dyn Write) -> io::Result<()> {
    let tested = if m.tested { "" } else { " (a version without reference cases here)" };
    let trees = match m.best_iteration {
        Some(best) => format!("{} of {} stored, up to best iteration {best}", m.n_trees, m.n_trees_stored),
        None => m.n_trees.to_string(),
    };
    let numbers = |x: &[f64]| x.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    let base = m.base_values.as_deref().map_or_else(|| "not defined without cover".into(), numbers);
    let used = m.features.iter().filter(|f| f.n_splits > 0).count();
    let calibration = m.calibration.as_ref().map_or_else(
        || "none".into(),
        |c| format!("{} of the {}; the margin before it is explained", c.name(), c.input().word()),
    );
    let lines = [
        ("file", path.to_owned()),
        ("sha256", sha256.to_owned()),
        ("model", format!("{} {}, {}, {}{tested}", m.library, m.version, m.format, m.booster)),
        ("objective", m.objective.clone()),
        ("margin", m.scale.margin.clone()),
        ("prediction", m.scale.prediction.clone()),
        ("outputs", m.outputs.join(", ")),
        ("calibration", calibration),
        ("trees", trees),
        ("nodes", format!("{} splits, {} leaves, at most {} deep", m.n_splits, m.n_leaves, m.max_depth)),
        ("base score", format!("{} in the file, margin {}", m.base_score, numbers(&m.base_margin))),
        ("base value", base),
        ("cover", m.cover.clone()),
        ("features", format!("{}, {used} of them used", m.features.len())),
    ];
    for (name, value) in lines {
        writeln!(out, "{name:<12}{value}")?;
    }
    if !m.survival_quartiles.is_empty() && m.options.survival_at.is_empty() {
        let times = m.survival_quartiles.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        writeln!(
            out,
            "{:<12}not asked for, e.g. --at {times} (quartiles of the event times)",
            "survival at"
        )?;
    }
    for feature in &m.features {
        writeln!(out, "  {:<32} {}", feature.name, describe(feature))?;
    }
    Ok(())
}

fn describe(feature: &FeatureSummary) -> String {
    let splits = match feature.n_splits {
        0 => return "not used".into(),
        1 => "1 split".into(),
        n => format!("{n} splits"),
    };
    match (&feature.levels, feature.thresholds.as_slice()) {
        (Some(levels), _) => format!("{splits}, levels {}", levels.join(" / ")),
        (None, _) if feature.categorical => format!("{splits}, level codes"),
        (None, [only]) => format!("{splits}, at {only}"),
        (None, [first, .., last]) => format!("{splits}, from {first} to {last}"),
        (None, []) => splits,
    }
}
