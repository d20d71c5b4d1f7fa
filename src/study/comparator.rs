//! A second model of the same outcome that a study ships to be held against, usually one of clinical variables alone.

use super::{FileFacts, StudyError, bind_with, manifest::Manifest};
use crate::dataset::Dataset;
use crate::ensemble::Ensemble;
use crate::ids::RowId;

/// What the comparator says of every patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparator {
    /// What to call it, e.g. `Age, sex and stage`.
    pub title: String,
    /// Its file.
    pub file: FileFacts,
    /// Names of the features in its splits.
    pub features: Vec<String>,
    /// True if a higher margin means a longer time.
    pub reversed: bool,
    /// Margin per row of the table.
    pub margin: Vec<f64>,
    /// The margin through the link, per row.
    pub prediction: Vec<f64>,
}

impl Comparator {
    /// Binds a model to the table of a study by name and lets it judge every row.
    ///
    /// # Errors
    /// As [`bind_with`]; [`StudyError::Comparator`] if it has several outputs.
    pub fn of(
        model: &Ensemble,
        file: FileFacts,
        data: &Dataset,
        manifest: &Manifest,
    ) -> Result<Comparator, StudyError> {
        let summary = model.summary();
        if summary.outputs.len() != 1 {
            return Err(StudyError::Comparator { file: file.name, n_outputs: summary.outputs.len() });
        }
        let rows: Vec<RowId> = (0..data.n_rows()).map(RowId::of).collect();
        let margin = model.margins(&bind_with(&summary, data, manifest)?.value.matrix(data, &rows));
        let title = manifest.comparator.as_ref().map_or("", |c| c.title.as_str());
        Ok(Comparator {
            title: if title.is_empty() { file.name.clone() } else { title.to_string() },
            file,
            reversed: summary.objective == "survival:aft",
            prediction: model.predictions(&margin),
            features: summary.features.into_iter().filter(|f| f.n_splits > 0).map(|f| f.name).collect(),
            margin,
        })
    }
}
