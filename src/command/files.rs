//! Opening the files of a study.

use super::CommandError;
use super::arguments::{Reading, Source};
use crate::Parsed;
use crate::dataset::convert;
use crate::ensemble::{self, Ensemble, ReadOptions, format::MAX_FILE_BYTES};
use crate::study::{self, Comparator, FileFacts, FileRef, Manifest, Parts, Study};
use std::fs;
use std::path::{Path, PathBuf};

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

/// A study with its model, and the path of the model for messages.
pub(super) struct Loaded {
    pub(super) model: Ensemble,
    pub(super) model_path: String,
    pub(super) study: Study,
}

/// `calibration` is a table beside the model; that of the manifest otherwise.
pub(super) fn load(
    source: &Source,
    calibration: Option<&Path>,
    reading: &Reading,
) -> Result<Loaded, CommandError> {
    let mut calibration_file = calibration.map(open).transpose()?;
    let mut comparator_file = None;
    let (model_file, data_file, manifest) = match source {
        Source::Files { model, data } => (open(model)?, open(data)?, Parsed::clean(Manifest::default())),
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
    let Parsed { value: mut model, warnings: of_model } =
        model_file.model(&reading.over(manifest.value.reading.clone()))?;
    warnings.extend(of_model);
    if let Some(file) = &calibration_file {
        let calibrated = study::calibrated(model, &file.facts().name, &file.bytes)
            .map_err(|e| CommandError::Study { path: file.path.clone(), problem: e.into() })?;
        warnings.extend(calibrated.warnings);
        model = calibrated.value;
    }
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
        model_file: model_file.facts(),
        data_file: data_file.facts(),
        comparator,
        warnings,
    };
    let study = Study::join(model.summary(), data, parts)
        .map_err(|problem| CommandError::Study { path: data_file.path, problem })?;
    Ok(Loaded { model, model_path: model_file.path, study })
}

/// The table that a study is compared with, bound as the study's own, and what deserves a look about it.
pub(super) fn background(path: &Path, loaded: &Loaded) -> Result<(Study, Vec<String>), CommandError> {
    let file = open(path)?;
    let Parsed { value: data, warnings } = convert::read(&file.bytes)
        .map_err(|problem| CommandError::Data { path: file.path.clone(), problem })?;
    let parts = Parts {
        // A background is not judged.
        manifest: Manifest { comparator: None, ..loaded.study.manifest.clone() },
        model_file: loaded.study.model_file.clone(),
        data_file: file.facts(),
        comparator: None,
        warnings,
    };
    let study = Study::join(loaded.study.model.clone(), data, parts)
        .map_err(|problem| CommandError::Study { path: file.path, problem })?;
    let known = |warning: &&String| !loaded.study.warnings.contains(warning);
    let warnings = study.warnings.iter().filter(known).map(|w| format!("background: {w}")).collect();
    Ok((study, warnings))
}
