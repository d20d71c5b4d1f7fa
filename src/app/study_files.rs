//! The files a person gave, kept in this tab's memory until they are computed or put away.

use crate::job::{FileRole, Picked, file_role};
use crate::study::FileFacts;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static PICKED: RefCell<Vec<Picked>> = const { RefCell::new(Vec::new()) };
    /// The author's own predictions that came with the staged files.
    static PREDICTIONS: RefCell<Option<Picked>> = const { RefCell::new(None) };
    /// Model files of studies that are staged or open, by SHA-256: workers need them again for another cohort.
    static MODELS: RefCell<Vec<(String, Arc<Vec<u8>>)>> = const { RefCell::new(Vec::new()) };
}

/// Adds files to those given before; one of the same kind replaces the earlier one, but for models: of these the last
/// two stay, because a study may come with a second one. Returns all.
pub(crate) fn add(files: Vec<Picked>) -> Vec<Picked> {
    PICKED.with_borrow_mut(|picked| {
        for file in files {
            let role = file_role(&file);
            let more = usize::from(role == FileRole::Model);
            while picked.iter().filter(|p| file_role(p) == role).count() > more {
                let first = picked.iter().position(|p| file_role(p) == role);
                first.map(|first| picked.remove(first));
            }
            picked.push(file);
        }
        picked.clone()
    })
}

/// Forgets files that were not computed.
pub(crate) fn forget() {
    PICKED.with_borrow_mut(Vec::clear);
}

/// Keeps the author's predictions until the study they came with has been computed.
pub(crate) fn keep_predictions(file: Option<Picked>) {
    PREDICTIONS.set(file);
}

/// Takes the author's predictions.
pub(crate) fn take_predictions() -> Option<Picked> {
    PREDICTIONS.take()
}

/// Keeps the model among `files` for later runs.
pub(crate) fn keep_model(FileFacts { name, size_bytes, sha256 }: &FileFacts, files: &[Picked]) {
    // The last of that name and size is the one that was read.
    let is = |f: &&Picked| {
        let size = f.origin.as_ref().map_or(f.bytes.len() as u64, |origin| origin.file.size_bytes);
        f.name == *name && size == *size_bytes
    };
    if let Some(model) = files.iter().rfind(is) {
        MODELS.with_borrow_mut(|models| {
            models.retain(|(hash, _)| hash != sha256);
            // The open study's and the staged one's.
            if models.len() >= 2 {
                models.remove(0);
            }
            models.push((sha256.clone(), model.bytes.clone()));
        });
    }
}

/// The model file with this hash.
pub(crate) fn model(sha256: &str) -> Option<Arc<Vec<u8>>> {
    MODELS
        .with_borrow(|models| models.iter().find(|(hash, _)| hash == sha256).map(|(_, bytes)| bytes.clone()))
}
