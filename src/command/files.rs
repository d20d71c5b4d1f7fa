//! Opening the files of a study.

use super::CommandError;
use super::arguments::{Reading, Source};
use crate::Parsed;
use crate::dataset::convert;
use crate::ensemble::{self, Ensemble, ReadOptions, Summary, format::MAX_FILE_BYTES};
use crate::study::{self, Comparator, FileFacts, FileRef, Manifest, Parts, Study};
use std::fs;
use std::path::{Path, PathBuf};

/// What the table is called in messages when it comes that way.
pub(super) const STANDARD_INPUT: &str = "standard input";

/// A file that was read.
pub(super) struct Opened {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// A manifest and the folder that its paths start from.
pub(super) struct Folder {
    pub(super) manifest: Parsed<Manifest>,
    pub(super) file: Opened,
    root: PathBuf,
}

pub(super) fn open(path: &Path) -> Result<Opened, CommandError> {
    let shown = path.display().to_string();
    let problem = |problem| CommandError::File { path: shown.clone(), problem };
    let size = fs::metadata(path).map_err(problem)?.len();
    if size > MAX_FILE_BYTES as u64 {
        let (size_mb, limit_mb) = (size >> 20, MAX_FILE_BYTES as u64 >> 20);
        return Err(CommandError::TooLarge { path: shown, size_mb, limit_mb });
    }
    let bytes = fs::read(path).map_err(problem)?;
    Ok(Opened { path: shown, bytes })
}

pub(super) fn folder(path: &Path) -> Result<Folder, CommandError> {
    let file = open(path)?;
    let manifest = Manifest::read(&file.bytes)
        .map_err(|problem| CommandError::Study { path: file.path.clone(), problem })?;
    Ok(Folder { manifest, file, root: path.parent().unwrap_or(Path::new("")).to_owned() })
}

impl Folder {
    /// A file that the manifest names, held against its checksum.
    pub(super) fn open(&self, what: &'static str, file: Option<&FileRef>) -> Result<Opened, CommandError> {
        let file = file.ok_or_else(|| CommandError::Unnamed { path: self.file.path.clone(), what })?;
        let opened = open(&self.root.join(&file.path))?;
        file.verify(&opened.bytes)
            .map_err(|problem| CommandError::Study { path: opened.path.clone(), problem })?;
        Ok(opened)
    }
}

impl Opened {
    fn facts(&self) -> FileFacts {
        let name = Path::new(&self.path).file_name().map_or_else(String::new, |n| n.display().to_string());
        FileFacts::of(&name, &self.bytes)
    }

    pub(super) fn model(&self, options: &ReadOptions) -> Result<Parsed<Ensemble>, CommandError> {
        ensemble::read_with(&self.bytes, options)
            .map_err(|problem| CommandError::Model { path: self.path.clone(), problem })
    }
}

/// A model with its file.
pub(super) struct Fitted {
    pub(super) model: Ensemble,
    pub(super) path: String,
    pub(super) facts: FileFacts,
    pub(super) warnings: Vec<String>,
}

/// Reads a model, and puts a calibration on top of it.
pub(super) fn fitted(
    path: &Path,
    calibration: Option<&Path>,
    reading: &Reading,
) -> Result<Fitted, CommandError> {
    let calibration = calibration.map(open).transpose()?;
    Fitted::read(&open(path)?, calibration.as_ref(), &reading.over(ReadOptions::default()))
}

impl Fitted {
    fn read(
        file: &Opened,
        calibration: Option<&Opened>,
        options: &ReadOptions,
    ) -> Result<Self, CommandError> {
        let Parsed { value: mut model, mut warnings } = file.model(options)?;
        if let Some(calibration) = calibration {
            let calibrated = study::calibrated(model, &calibration.facts().name, &calibration.bytes)
                .map_err(|e| CommandError::Study { path: calibration.path.clone(), problem: e.into() })?;
            warnings.extend(calibrated.warnings);
            model = calibrated.value;
        }
        Ok(Fitted { model, path: file.path.clone(), facts: file.facts(), warnings })
    }
}

/// A study with its model, and the path of the model for messages.
pub(super) struct Loaded {
    pub(super) model: Ensemble,
    pub(super) model_path: String,
    pub(super) study: Study,
}

/// `id` names the column of ids of a table without a manifest; `calibration` is a table beside the model, that of the
/// manifest otherwise.
pub(super) fn load(
    source: &Source,
    id: Option<&str>,
    calibration: Option<&Path>,
    reading: &Reading,
) -> Result<Loaded, CommandError> {
    let mut calibration_file = calibration.map(open).transpose()?;
    let mut comparator_file = None;
    let (model_file, data_file, manifest) = match source {
        Source::Files { model, data } => {
            let manifest = Manifest { id: id.map(str::to_owned), ..Manifest::default() };
            (open(model)?, open(data)?, Parsed::clean(manifest))
        }
        Source::Manifest(path) => {
            let folder = folder(path)?;
            let model = folder.open("model", folder.manifest.value.model.as_ref())?;
            let data = folder.open("data", folder.manifest.value.data.as_ref())?;
            let named = folder.manifest.value.calibration.as_ref();
            if calibration_file.is_none() && named.is_some() {
                calibration_file = Some(folder.open("calibration", named)?);
            }
            if let Some(named) = &folder.manifest.value.comparator {
                comparator_file = Some(folder.open("comparator", Some(&named.file()))?);
            }
            (model, data, folder.manifest)
        }
    };
    let mut warnings = manifest.warnings;
    let options = reading.over(manifest.value.reading.clone());
    let fitted = Fitted::read(&model_file, calibration_file.as_ref(), &options)?;
    warnings.extend(fitted.warnings);
    let Parsed { value: data, warnings: of_data } = convert::read(&data_file.bytes)
        .map_err(|problem| CommandError::Data { path: data_file.path.clone(), problem })?;
    warnings.extend(of_data);
    let comparator = match &comparator_file {
        Some(file) => {
            let second = file.model(&ReadOptions::default())?;
            warnings.extend(second.warnings);
            let found = Comparator::of(&second.value, file.facts(), &data, &manifest.value)
                .map_err(|problem| CommandError::Study { path: file.path.clone(), problem })?;
            Some(found)
        }
        None => None,
    };
    let parts = Parts {
        manifest: manifest.value,
        model_file: fitted.facts,
        data_file: data_file.facts(),
        comparator,
        warnings,
    };
    let study = Study::join(fitted.model.summary(), data, parts)
        .map_err(|problem| CommandError::Study { path: data_file.path, problem })?;
    Ok(Loaded { model: fitted.model, model_path: fitted.path, study })
}

/// The table that patients are compared with, bound as theirs, and what deserves a look about it beside what is known.
pub(super) fn background(
    path: &Path,
    model: &Summary,
    model_file: &FileFacts,
    manifest: &Manifest,
    known: &[String],
) -> Result<(Study, Vec<String>), CommandError> {
    let file = open(path)?;
    let Parsed { value: data, warnings } = convert::read(&file.bytes)
        .map_err(|problem| CommandError::Data { path: file.path.clone(), problem })?;
    let parts = Parts {
        // A background is not judged.
        manifest: Manifest { comparator: None, ..manifest.clone() },
        model_file: model_file.clone(),
        data_file: file.facts(),
        comparator: None,
        warnings,
    };
    let study = Study::join(model.clone(), data, parts)
        .map_err(|problem| CommandError::Study { path: file.path, problem })?;
    let new = study.warnings.iter().filter(|warning| !known.contains(warning));
    let warnings = new.map(|w| format!("background: {w}")).collect();
    Ok((study, warnings))
}
