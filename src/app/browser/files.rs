//! Files that a person chose or dropped.

use super::clock;
use crate::job::Picked;
use js_sys::{Reflect, Uint8Array};
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, HtmlInputElement};

/// Largest file that is taken into memory, bytes.
pub(crate) const MAX_BYTES: f64 = 512.0 * 1024.0 * 1024.0;

/// Why a file could not be taken.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// Larger than the limit: name and megabytes.
    TooLarge(String, f64),
    /// The browser could not read it.
    Unreadable(String),
}

/// Opens the browser's file dialog by clicking the page's file input.
pub(crate) fn open_dialog() {
    if let Some(input) = gloo::utils::document().get_element_by_id("file-input")
        && let Ok(input) = input.dyn_into::<HtmlInputElement>()
    {
        // So that the same file can be chosen again.
        input.set_value("");
        input.click();
    }
}

/// The files of an input element.
pub(crate) fn of_input(event: &web_sys::Event) -> Option<FileList> {
    event.target()?.dyn_into::<HtmlInputElement>().ok()?.files()
}

/// The files of a drop.
pub(crate) fn of_drop(transfer: Option<DataTransfer>) -> Option<FileList> {
    transfer?.files()
}

/// The files of a list.
pub(crate) fn all(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

/// Reads files into memory.
pub(crate) async fn read(files: Vec<File>) -> Result<Vec<Picked>, Refused> {
    let mut picked = Vec::new();
    for file in files {
        if file.size() > MAX_BYTES {
            return Err(Refused::TooLarge(file.name(), file.size() / 1_048_576.0));
        }
        let buffer =
            JsFuture::from(file.array_buffer()).await.map_err(|_| Refused::Unreadable(file.name()))?;
        picked.push(Picked::new(file.name(), Arc::new(copied(&Uint8Array::new(&buffer)).await)));
    }
    Ok(picked)
}

/// Bytes copied at once: a few milliseconds' worth.
const PIECE: u32 = 4 << 20;

/// Copies a file into this program's memory, piece by piece, so that the page goes on answering.
async fn copied(from: &Uint8Array) -> Vec<u8> {
    let mut bytes = vec![0; from.length() as usize];
    for (i, piece) in bytes.chunks_mut(PIECE as usize).enumerate() {
        let start = i as u32 * PIECE;
        from.subarray(start, start + piece.len() as u32).copy_to(piece);
        clock::next_turn().await;
    }
    bytes
}

/// The files that a manifest names, as far as a page needs to know them before a worker reads it whole.
///
/// # Errors
/// The browser's word where the text is no JSON.
pub(crate) fn named(manifest: &[u8]) -> Result<Vec<String>, String> {
    let why = |error: JsValue| {
        error.dyn_into::<js_sys::Error>().map_or_else(|_| String::new(), |e| e.message().into())
    };
    let manifest = js_sys::JSON::parse(&String::from_utf8_lossy(manifest)).map_err(why)?;
    let path = |file: &str| {
        let file = Reflect::get(&manifest, &file.into()).ok()?;
        Reflect::get(&file, &"path".into()).ok()?.as_string()
    };
    Ok(["model", "data", "calibration", "comparator"].into_iter().filter_map(path).collect())
}
