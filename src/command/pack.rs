//! `clarimark pack`.

use super::arguments::Pack;
use super::files::{folder, open};
use super::{CommandError, warn};
use crate::share::page;
use crate::study::ComparatorSpec;
use std::fs;
use std::io::Write;

pub(super) fn run(options: &Pack, err: &mut dyn Write) -> Result<(), CommandError> {
    let study = folder(&options.study)?;
    warn(err, &study.manifest.warnings)?;
    let named = [("model", &study.manifest.value.model), ("data", &study.manifest.value.data)];
    let calibration = study.manifest.value.calibration.as_ref().map(|file| ("calibration", Some(file)));
    let comparator = study.manifest.value.comparator.as_ref().map(ComparatorSpec::file);
    let named = named.map(|(what, file)| (what, file.as_ref())).into_iter().chain(calibration);
    let named = named.chain(comparator.as_ref().map(|file| ("comparator", Some(file))));
    let mut files = vec![("study.json", study.file.bytes.clone())];
    for (what, file) in named {
        let opened = study.open(what, file)?;
        files.push((file.map_or(what, |f| f.path.as_str()), opened.bytes));
    }
    let page_file = open(&options.page)?;
    let at_fault = |problem| CommandError::Pack { path: page_file.path.clone(), problem };
    let page = std::str::from_utf8(&page_file.bytes).map_err(|_| at_fault(page::PackError::NotATemplate))?;
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
    let packed = page::pack(page, &files).map_err(at_fault)?;
    fs::write(&options.output, packed)
        .map_err(|problem| CommandError::File { path: options.output.display().to_string(), problem })
}
