//! A study packed into the one-file page: the page's bytes with the study's files as data blocks in its head.
//!
//! The page (`page/boot.js`) reads every `<script type="application/octet-stream" data-packed-file="PATH">` between
//! the comments `clarimark:packed` and `/clarimark:packed`: base64 text, gzip inside where `data-gzip` stands.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

const OPENING: &str = "<!--clarimark:packed-->";
const CLOSING: &str = "<!--/clarimark:packed-->";

/// Why a study cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The template is something else.
    #[error("this is not a Clarimark page: it has no place for a study")]
    NotATemplate,
    /// Compression failed, which memory alone can cause.
    #[error("{0} could not be compressed")]
    Compression(String),
}

/// The page with `files` (path within the study, bytes) inside; a study packed before is replaced.
///
/// The same input gives the same bytes.
///
/// # Errors
/// [`PackError::NotATemplate`] if the page lacks the two comments.
pub fn pack(page: &str, files: &[(&str, &[u8])]) -> Result<String, PackError> {
    let start = page.find(OPENING).ok_or(PackError::NotATemplate)? + OPENING.len();
    let end = page[start..].find(CLOSING).ok_or(PackError::NotATemplate)? + start;
    let mut out = String::with_capacity(page.len() + files.iter().map(|f| f.1.len()).sum::<usize>());
    out.push_str(&page[..start]);
    for (path, bytes) in files {
        let gzip = gzip(bytes).map_err(|_| PackError::Compression((*path).to_string()))?;
        out.push_str("\n<script type=\"application/octet-stream\" data-packed-file=\"");
        out.push_str(&crate::plot::svg::escape(path));
        out.push_str("\" data-gzip>");
        STANDARD.encode_string(&gzip, &mut out);
        out.push_str("</script>");
    }
    out.push('\n');
    out.push_str(&page[end..]);
    Ok(out)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // No file name and no time: the header is the same every time.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    const PAGE: &str = "<head><!--clarimark:packed-->old<!--/clarimark:packed--></head>";

    #[test]
    fn what_is_packed_can_be_taken_out_again() {
        let data: Vec<u8> = (0..5_000u32).map(|i| (i * i % 251) as u8).collect();
        let page = pack(PAGE, &[("study.json", b"{}"), ("a \"b\".csv", &data)]).unwrap();
        assert!(!page.contains("old") && page.contains("data-packed-file=\"a &quot;b&quot;.csv\""), "{page}");
        let block = page.rsplit("data-gzip>").next().unwrap().split('<').next().unwrap();
        let mut back = Vec::new();
        GzDecoder::new(STANDARD.decode(block).unwrap().as_slice()).read_to_end(&mut back).unwrap();
        assert_eq!(back, data);
        assert_eq!(pack(&page, &[("study.json", b"{}"), ("a \"b\".csv", &data)]).unwrap(), page);
    }

    #[test]
    fn another_page_is_refused() {
        assert_eq!(pack("<html></html>", &[]), Err(PackError::NotATemplate));
    }
}
