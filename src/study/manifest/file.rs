//! Files beside the manifest: names that cannot lead elsewhere, checksums that are held.

use super::{FileRef, ManifestError};
use crate::study::StudyError;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Longest path.
const MAX_PATH: usize = 512;

/// SHA-256 of some bytes, lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl FileRef {
    /// Compares a file with its checksum.
    ///
    /// # Errors
    /// [`ManifestError::Mismatch`] shows both checksums.
    pub fn verify(&self, bytes: &[u8]) -> Result<(), StudyError> {
        self.compare(&sha256_hex(bytes))
    }

    /// Compares a file's SHA-256 with the checksum.
    ///
    /// # Errors
    /// As [`FileRef::verify`].
    pub fn compare(&self, sha256: &str) -> Result<(), StudyError> {
        if sha256 == self.sha256 {
            return Ok(());
        }
        let (path, expected) = (self.path.clone(), self.sha256.clone());
        Err(ManifestError::Mismatch { path, expected, got: sha256.to_owned() }.into())
    }
}

/// Checks path and checksum; the checksum is brought to lower case.
pub(super) fn check(key: &'static str, file: &mut FileRef) -> Result<(), ManifestError> {
    if let Some(reason) = stray(&file.path) {
        return Err(ManifestError::Path { key, path: file.path.clone(), reason });
    }
    file.sha256.make_ascii_lowercase();
    if file.sha256.len() != 64 || !file.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ManifestError::Hash { key, sha256: file.sha256.clone() });
    }
    Ok(())
}

/// Why a path may lead away from the manifest, as a file path or as a part of a URL.
fn stray(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("is empty")
    } else if path.len() > MAX_PATH {
        Some("is longer than 512 bytes")
    } else if path.starts_with('/') {
        Some("is absolute")
    } else if path.contains('\\') {
        Some("contains a backslash")
    } else if path.contains(':') {
        Some("contains a colon, as a scheme or a drive does")
    } else if path.contains(['?', '#', '%']) {
        Some("contains ?, # or %, which mean something else in a URL")
    } else if path.chars().any(char::is_control) {
        Some("contains a control character")
    } else if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        Some("contains an empty part, . or ..")
    } else {
        None
    }
}
