//! A file that a person chose, read piece by piece where it lies: no more of it is in memory than what was asked for.

use js_sys::Uint8Array;
use std::io::{self, Read};
use wasm_bindgen::JsValue;
use web_sys::{Blob, FileReaderSync};

/// A file under way. A worker may wait for a disk; a page may not.
pub(crate) struct File {
    blob: Blob,
    reader: FileReaderSync,
    /// Bytes read. A whole number below 2⁵³, as browsers count them.
    at: f64,
}

impl File {
    /// From its start; None where the browser has no such reader.
    pub(crate) fn new(blob: Blob) -> Option<Self> {
        Some(File { blob, reader: FileReaderSync::new().ok()?, at: 0.0 })
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let failed = |error: JsValue| {
            let why = js_sys::Error::from(error).message();
            io::Error::other(format!("the browser could not read on: {}", String::from(why)))
        };
        let end = self.at + buffer.len() as f64;
        let piece = self.blob.slice_with_f64_and_f64(self.at, end).map_err(failed)?;
        let bytes = Uint8Array::new(&self.reader.read_as_array_buffer(&piece).map_err(failed)?.into());
        let n = bytes.length() as usize;
        bytes.copy_to(&mut buffer[..n]);
        self.at += n as f64;
        Ok(n)
    }
}
