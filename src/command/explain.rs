//! `clarimark explain`.

use super::arguments::{Explain, Format};
use super::files::{Loaded, load};
use super::{CommandError, warn};
use crate::explain::{Attributions, Flow};
use crate::ids::RowId;
use crate::share::table::{Document, names_of};
use std::fs::File;
use std::io::{BufWriter, Write};

/// Rows whose inputs are laid out at a time.
const CHUNK: usize = 4096;

pub(super) fn run(options: &Explain, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), CommandError> {
    let Loaded { model, model_path, study } = load(&options.source, options.all_trees)?;
    warn(err, &study.warnings)?;
    let flow = Flow::new(&model).map_err(|problem| CommandError::Explain { path: model_path, problem })?;
    let rows: Vec<RowId> = study.rows().collect();
    let mut attributions = Attributions {
        n_features: model.n_features(),
        n_outputs: model.n_outputs(),
        base_values: flow.base_values().to_vec(),
        ..Attributions::default()
    };
    for rows in rows.chunks(CHUNK) {
        attributions.append(flow.explain(&study.binding.matrix(&study.data, rows)));
    }
    let document = Document {
        model: &study.model,
        sha256: &study.model_file.sha256,
        rows: &names_of(&study, &rows),
        attributions: &attributions,
        warnings: &study.warnings,
    };
    match &options.output {
        None => write(&document, options.format, &mut BufWriter::new(out)),
        Some(path) => {
            let file = File::create(path)
                .map_err(|problem| CommandError::File { path: path.display().to_string(), problem })?;
            write(&document, options.format, &mut BufWriter::new(file))
        }
    }
}

fn write(document: &Document<'_>, format: Format, mut out: &mut impl Write) -> Result<(), CommandError> {
    match format {
        Format::Csv => document.write_csv(&mut out)?,
        Format::Json | Format::Text => document.write_json(&mut out)?,
    }
    Ok(out.flush()?)
}
