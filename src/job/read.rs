//! From dropped files to a study: which file is what is decided by content, never by name.

use super::convert::{Origin, no_model, no_table};
use crate::dataset::convert::{self, Kind};
use crate::dataset::{self, DataError, Dataset, csv};
use crate::ensemble::{ModelError, ReadOptions};
use crate::session::{Change, CohortChoice, Notice};
use crate::study::{self, ColumnFacts, Comparator, FileFacts, Finding, Manifest, Parts, Study};
use crate::{Parsed, ensemble};
use std::sync::Arc;

/// A file as it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    /// Name without path.
    pub name: String,
    /// Content, shared by all who look at it.
    pub bytes: Arc<Vec<u8>>,
    /// What it was before it became what is in `bytes`; None of a file as it was chosen.
    pub origin: Option<Arc<Origin>>,
}

impl Picked {
    /// A file as it was chosen.
    pub fn new(name: String, bytes: Arc<Vec<u8>>) -> Self {
        Picked { name, bytes, origin: None }
    }

    /// Facts of the file that was chosen, whatever became of it.
    pub fn facts(&self) -> FileFacts {
        self.origin.as_ref().map_or_else(|| FileFacts::of(&self.name, &self.bytes), |o| o.file.clone())
    }

    /// The table in it.
    fn table(&self) -> Result<Parsed<Dataset>, DataError> {
        let Some(origin) = &self.origin else { return csv::read(&self.bytes, csv::Options::default()) };
        let mut parsed = convert::read_converted(&self.bytes)?;
        parsed.warnings.splice(0..0, origin.warnings.iter().cloned());
        Ok(parsed)
    }
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// `study.json`.
    Manifest,
    /// A model of any format, also one that will be refused by name.
    Model,
    /// Patients.
    Table,
    /// The author's own predictions.
    Predictions,
    /// A function on top of the model's one output.
    Calibration,
}

/// What was understood of the files so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A model and a table that fit together.
    Study {
        /// Bound.
        study: Arc<Study>,
        /// What was understood of every column.
        columns: Vec<ColumnFacts>,
        /// What deserves a look before computing the default cohort.
        notes: Vec<Finding>,
        /// The author's own predictions, as they came.
        predictions: Option<Picked>,
    },
    /// One of the two is missing.
    Waiting {
        /// One sentence per file.
        understood: Vec<String>,
        /// What to add.
        next: String,
    },
}

/// Formats of tables, for sentences.
const TABLES: &str = "CSV, TSV, Excel, Parquet or Arrow";
/// Largest file that is read, bytes.
const MAX_FILE: usize = 512 << 20;

/// Decides by content what a file is.
pub fn file_role(file: &Picked) -> FileRole {
    let head = &file.bytes[..file.bytes.len().min(4096)];
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') && text.contains("\"clarimark-study\"") {
        return FileRole::Manifest;
    }
    // What is named like a table is one, unless it is a model in disguise: the table reader says what is wrong with
    // it. Everything else goes to the model readers, which refuse by name what they do not know.
    let name = file.name.to_ascii_lowercase();
    let table_name = [
        ".csv", ".tsv", ".txt", ".tab", ".csv.gz", ".tsv.gz", ".xlsx", ".xlsm", ".parquet", ".arrow",
        ".feather",
    ]
    .iter()
    .any(|e| name.ends_with(e));
    // Of archives, some are models.
    let no_text =
        Kind::of(head).is_some_and(|kind| kind != Kind::Excel) || convert::has_workbook(&file.bytes);
    let first_line = text.lines().next().unwrap_or_default();
    let model_text = text.starts_with('{') || first_line.trim() == "tree" || first_line.starts_with("CBM1");
    let packed: [&[u8]; 3] = [&[0x1f, 0x8b], b"PK\x03\x04", b"BZh"];
    let binary = head.contains(&0) || packed.iter().any(|start| head.starts_with(start));
    let columns: Vec<String> = first_line
        .split([',', ';', '\t', '|'])
        .map(|c| c.trim().trim_matches('"').to_ascii_lowercase())
        .collect();
    if study::is_calibration(columns.iter().map(String::as_str)) {
        return FileRole::Calibration;
    }
    let predicts = columns.iter().any(|c| c == "margin" || c == "prediction");
    match () {
        () if model_text => FileRole::Model,
        () if predicts && columns.len() <= 4 => FileRole::Predictions,
        () if table_name || no_text => FileRole::Table,
        () if binary || text.starts_with('<') || name.ends_with(".json") => FileRole::Model,
        () if columns.len() > 1 || file.bytes.is_empty() => FileRole::Table,
        () => FileRole::Model,
    }
}

/// Reads the files and binds them.
///
/// # Errors
/// A notice that names the file, the place and what to do.
pub fn read_files(files: &[Picked]) -> Result<Reading, Notice> {
    let (mut manifest, mut table, mut predictions, mut calibration) = (None, None, None, None);
    let mut models = Vec::new();
    for file in files {
        if file.bytes.len() > MAX_FILE {
            return Err(Notice::error(
                format!("{} is too large", file.name),
                format!("It has {} MB; files up to 512 MB are read.", file.bytes.len() >> 20),
                "Keep only the columns the model uses, or explain it with the command `clarimark explain`.",
            ));
        }
        let slot = match file_role(file) {
            FileRole::Manifest => &mut manifest,
            FileRole::Model => {
                models.push(file);
                continue;
            }
            FileRole::Table => &mut table,
            FileRole::Predictions => &mut predictions,
            FileRole::Calibration => &mut calibration,
        };
        // A file chosen later replaces an earlier one of the same kind.
        *slot = Some(file);
    }

    let manifest = match manifest {
        Some(file) => Some(Manifest::read(&file.bytes).map_err(|e| study_notice(&file.name, &e))?),
        None => None,
    };
    let mut warnings = manifest.as_ref().map_or_else(Vec::new, |m| m.warnings.clone());
    let manifest = manifest.map(|m| m.value).unwrap_or_default();

    // A study may come with two models; which is which its manifest says.
    let is = |file: &Picked, sha256: &str| file.facts().sha256 == sha256;
    let comparator = match &manifest.comparator {
        Some(named) if !models.is_empty() => {
            let at = models.iter().position(|file| is(file, &named.sha256));
            // If none of two is it, the one that is not the model should have been.
            let other = || {
                let model = manifest.model.as_ref()?;
                (models.len() > 1).then(|| models.iter().position(|file| !is(file, &model.sha256)))?
            };
            at.or_else(other).map(|at| (models.remove(at), named.file()))
        }
        _ => None,
    };
    let model = match models.pop() {
        Some(file) => {
            let parsed =
                ensemble::read_with(&file.bytes, &manifest.reading).map_err(|e| no_model(&file.name, &e))?;
            warnings.extend(parsed.warnings);
            let mut model = parsed.value;
            if let Some(table) = calibration {
                let calibrated = study::calibrated(model, &table.name, &table.bytes).map_err(|e| {
                    Notice::error(
                        format!("{} cannot be used as a calibration", table.name),
                        e.to_string(),
                        e.hint(),
                    )
                })?;
                warnings.extend(calibrated.warnings);
                model = calibrated.value;
            }
            Some((file, model.summary()))
        }
        None => None,
    };
    let table = match table {
        Some(file) => {
            let parsed = file.table().map_err(|e| no_table(&file.name, &e))?;
            warnings.extend(parsed.warnings);
            Some((file, parsed.value))
        }
        None => None,
    };

    match (model, table) {
        (Some((model_file, summary)), Some((data_file, data))) => {
            let named = [
                (Some(model_file), &manifest.model),
                (Some(data_file), &manifest.data),
                (calibration, &manifest.calibration),
            ];
            for (file, expected) in named {
                if let (Some(file), Some(expected)) = (file, expected) {
                    expected.compare(&file.facts().sha256).map_err(|e| study_notice(&file.name, &e))?;
                }
            }
            let comparator = match comparator {
                Some((file, expected)) => {
                    let facts = file.facts();
                    expected.compare(&facts.sha256).map_err(|e| study_notice(&file.name, &e))?;
                    let second = ensemble::read(&file.bytes).map_err(|e| {
                        Notice::error(
                            format!("{} cannot be used as a comparator", file.name),
                            e.to_string(),
                            e.hint(),
                        )
                    })?;
                    warnings.extend(second.warnings);
                    let found = Comparator::of(&second.value, facts, &data, &manifest)
                        .map_err(|e| study_notice(&file.name, &e))?;
                    Some(found)
                }
                None => None,
            };
            let parts = Parts {
                manifest,
                comparator,
                model_file: model_file.facts(),
                data_file: data_file.facts(),
                warnings,
            };
            let study = Study::join(summary, data, parts).map_err(|e| study_notice(&data_file.name, &e))?;
            Ok(reading(study, predictions.cloned()))
        }
        (Some((file, summary)), None) => Ok(Reading::Waiting {
            understood: vec![format!(
                "{}: {} {}, {}, {} trees, {} features.",
                file.name,
                summary.library,
                summary.version,
                summary.objective,
                summary.n_trees,
                summary.features.len()
            )],
            next: format!("Now add the patient table that this model scores ({TABLES})."),
        }),
        (None, Some((file, data))) => Ok(Reading::Waiting {
            understood: vec![describe_table(&file.name, &data)],
            next: format!("Now add the model file: {}.", ensemble::FORMATS),
        }),
        (None, None) => Ok(Reading::Waiting {
            understood: Vec::new(),
            next: format!(
                "Add a model file ({}) and the patient table it scores ({TABLES}).",
                ensemble::FORMATS
            ),
        }),
    }
}

/// What there is to show of a bound study.
fn reading(study: Study, predictions: Option<Picked>) -> Reading {
    let columns = study::understood(&study);
    let rows = CohortChoice::default_for(&study).rows(&study);
    let notes = study::findings(&study, &rows, None);
    Reading::Study { study: Arc::new(study), columns, notes, predictions }
}

/// Understands the files otherwise; see [`study::with_role`]. `model` is needed where it is to be read otherwise.
///
/// # Errors
/// A notice that says why it cannot be.
pub fn restage(study: &Study, model: &[u8], change: Change) -> Result<Reading, Notice> {
    let changed = match change {
        Change::Role(column, role) => study::with_role(study, column as usize, role)
            .map_err(|e| Notice::error("The column cannot have this role", e.to_string(), e.hint()))?,
        Change::Reading(options) => read_again(study, model, &options)
            .map_err(|e| Notice::error("The model cannot be read so", e.to_string(), e.hint()))?,
    };
    Ok(reading(changed, None))
}

/// The study with another function of its model's file. Its inputs are the same, so all that was bound stays.
fn read_again(study: &Study, model: &[u8], options: &ReadOptions) -> Result<Study, ModelError> {
    let Parsed { value, warnings } = ensemble::read_with(model, options)?;
    let mut changed = Study { model: value.summary(), ..study.clone() };
    // A calibration that came beside the model belongs to the function that it was fitted to.
    if changed.model.calibration.is_none() && options.survival_at == study.model.options.survival_at {
        changed.model.calibration.clone_from(&study.model.calibration);
        changed.model.booster.clone_from(&study.model.booster);
    }
    // What the reading that is left had to say goes with it.
    let before = ensemble::read_with(model, &study.model.options)?.warnings;
    changed.warnings.retain(|w| !before.contains(w));
    changed.warnings.extend(warnings);
    Ok(changed)
}

fn describe_table(name: &str, data: &dataset::Dataset) -> String {
    format!("{name}: {} rows, {} columns.", data.n_rows(), data.columns().len())
}

pub(super) fn study_notice(file: &str, error: &study::StudyError) -> Notice {
    Notice::error(format!("{file} does not fit"), error.to_string(), error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_holds_and_then_what_it_is_called() {
        let check = |name: &str, bytes: &[u8], expect: FileRole| {
            let file = Picked::new(name.into(), Arc::new(bytes.to_vec()));
            assert_eq!(file_role(&file), expect, "{name}");
        };
        check("study.json", b"{\"format\": \"clarimark-study\"}", FileRole::Manifest);
        check("model.txt", b"{\"learner\": {}}", FileRole::Model);
        check("model.json", b"", FileRole::Model);
        check("patients.csv", b"", FileRole::Table);
        check("patients", b"id,age\n1,2\n", FileRole::Table);
        check("utf16.csv", b"\xff\xfei\0d\0", FileRole::Table);
        check("patients.csv.gz", b"\x1f\x8b\x08", FileRole::Table);
        check("model.json.gz", b"\x1f\x8b\x08", FileRole::Model);
        check("forest.joblib.bz2", b"BZh91AY, of no zero byte", FileRole::Model);
        check("book.xlsx", b"PK\x03\x04", FileRole::Table);
        check("workbook.csv", b"PK\x03\x04", FileRole::Table);
        check("book", b"PK\x03\x04 xl/workbook.xml", FileRole::Table);
        check("forest", b"PK\x03\x04 schema.json", FileRole::Model);
        check("table.bin", b"PAR1", FileRole::Table);
        check("table", b"ARROW1\0\0", FileRole::Table);
        check("page.csv", b"<!doctype html>", FileRole::Table);
        check("page.json", b"<!doctype html>", FileRole::Model);
        check("forest.pkl", b"\x80\x04", FileRole::Model);
        check("lgb.txt", b"tree\nversion=v4", FileRole::Model);
        check("isotonic.csv", b"margin,calibrated\n0,0.5\n", FileRole::Calibration);
        check("platt.txt", b"parameter,prediction\nslope,1\n", FileRole::Calibration);
        check("predictions.csv", b"margin,prediction\n", FileRole::Predictions);
        check("predictions.csv", b"patient_id,margin,prediction\n", FileRole::Predictions);
    }

    #[test]
    fn a_reading_that_is_left_takes_its_warnings_along() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/xgboost-3.4.1/best_iteration");
        let model = std::fs::read_to_string(format!("{folder}.model.json")).unwrap();
        let model = model.replace(r#""best_iteration":"4""#, r#""best_iteration":"four""#).into_bytes();
        let table = std::fs::read(format!("{folder}.csv")).unwrap();
        let picked = |name: &str, bytes: Vec<u8>| Picked::new(name.into(), Arc::new(bytes));
        let files = [picked("model.json", model.clone()), picked("patients.csv", table)];
        let bound = |reading: Result<Reading, Notice>| match reading {
            Ok(Reading::Study { study, .. }) => study,
            other => panic!("{other:?}"),
        };
        let first = bound(read_files(&files));
        let odd = "The attribute best_iteration is not a number; all trees are used.";
        assert_eq!(first.warnings.iter().filter(|w| *w == odd).count(), 1, "{:?}", first.warnings);
        let read = |study: &Study, use_all_trees| {
            let options = ReadOptions { use_all_trees, ..ReadOptions::default() };
            bound(restage(study, &model, Change::Reading(options)))
        };
        let all = read(&first, true);
        assert!(!all.warnings.iter().any(|w| w == odd), "{:?}", all.warnings);
        let back = read(&read(&read(&all, false), true), false);
        let sorted = |study: &Study| {
            let mut warnings = study.warnings.clone();
            warnings.sort();
            warnings
        };
        assert_eq!(sorted(&back), sorted(&first));
    }
}
