//! What a file is, decided by its first bytes and, for JSON, by its keys.

use super::super::ModelError;
use super::super::error::quoted;
use super::bare_words::blanked;
use super::generic;
use super::json_path::json_error;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A format with a loader, and the bytes the loader wants.
#[derive(Debug, PartialEq)]
pub(super) enum Format<'a> {
    XgboostJson(Cow<'a, [u8]>),
    XgboostUbjson(&'a [u8]),
    CatboostJson(Cow<'a, [u8]>),
    CatboostBinary(&'a [u8]),
    GenericJson(Cow<'a, [u8]>),
    LightgbmText(&'a [u8]),
    LightgbmJson(Cow<'a, [u8]>),
    Onnx,
    Pickle,
    Pmml(&'a [u8]),
    Zip,
    TreeliteJson(Cow<'a, [u8]>),
}

const SAVE_AS_JSON: &str = "Save it from XGBoost in its own format: booster.save_model(\"model.json\").";
const RETRAIN: &str =
    "Open the file that XGBoost's or LightGBM's save_model, or CatBoost's save_model, has written.";
const UNPACK: &str = "Unpack it first and open the file inside.";

/// Recognises a file.
///
/// # Errors
/// [`ModelError::Empty`], [`ModelError::NotAModel`], [`ModelError::Unsupported`], [`ModelError::Unknown`], and
/// [`ModelError::Json`] for what starts like JSON and is not.
pub(super) fn sniff(bytes: &[u8]) -> Result<Format<'_>, ModelError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(ModelError::Empty);
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => return Ok(Format::Zip),
        [0x80, 2..=5, ..] => return Ok(Format::Pickle),
        _ => {}
    }
    for (magic, refusal) in MAGIC {
        if bytes.starts_with(magic) {
            return Err(refusal.error());
        }
    }
    let text = bytes.trim_ascii_start();
    match text.first() {
        None => Err(ModelError::Empty),
        Some(b'C') if bytes.starts_with(b"CBM1") => Ok(Format::CatboostBinary(bytes)),
        Some(b't') if bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n") => {
            Ok(Format::LightgbmText(bytes))
        }
        Some(b'{') if is_ubjson(text) => Ok(Format::XgboostUbjson(text)),
        Some(b'{') => by_keys(text),
        Some(b'[') => Err(by_list(text)),
        Some(b'<') if is_pmml(text) => Ok(Format::Pmml(text)),
        Some(b'<') => Err(by_markup(text)),
        Some(_) if is_onnx(bytes) => Ok(Format::Onnx),
        Some(_) => Err(by_text(text)),
    }
}

/// Why a magic number is refused.
enum Refusal {
    Model(&'static str, &'static str),
    Other(&'static str, &'static str),
}

impl Refusal {
    fn error(&self) -> ModelError {
        match *self {
            Refusal::Model(name, remedy) => unsupported(name, remedy),
            Refusal::Other(what, remedy) => ModelError::NotAModel { what, remedy },
        }
    }
}

fn unsupported(name: &'static str, remedy: &'static str) -> ModelError {
    ModelError::Unsupported { name, remedy }
}

/// First bytes of everything that is refused by name; longer before shorter where one starts the other.
const MAGIC: &[(&[u8], Refusal)] = {
    use Refusal::{Model, Other};
    const R: Refusal = Model(
        "an R data file",
        "In R, load it and save the model itself with xgb.save(model, \"model.json\").",
    );
    &[
        (b"binf", Model("an XGBoost binary model of the old kind", SAVE_AS_JSON)),
        (b"\x00\x00\x00\x3F", Model("an XGBoost binary model of the old kind", SAVE_AS_JSON)),
        (
            b"booster[",
            Model("an XGBoost text dump, which lacks the base score and the objective", SAVE_AS_JSON),
        ),
        (b"\x04\x22\x4D\x18", Other("an lz4 archive", UNPACK)),
        (b"\x28\xB5\x2F\xFD", Other("a Zstandard archive", UNPACK)),
        (b"RDX2\n", R),
        (b"RDX3\n", R),
        (b"X\n\x00\x00", R),
        (b"\xFF\xFE", Other("UTF-16 text", "Save the file as UTF-8; XGBoost itself writes UTF-8.")),
        (b"\xFE\xFF", Other("UTF-16 text", "Save the file as UTF-8; XGBoost itself writes UTF-8.")),
        (b"%PDF", Other("a PDF document", RETRAIN)),
        (b"PAR1", Other("a Parquet table", "Open it as data, saved as CSV; the model is another file.")),
        (b"\x89PNG", Other("a picture", RETRAIN)),
        (b"\x89HDF", Model("an HDF5 file", RETRAIN)),
        (b"\x93NUMPY", Other("a NumPy array", "Open it as data, saved as CSV; the model is another file.")),
    ]
};

/// `{` followed by a UBJSON marker. JSON has a quote, a brace or white space there.
fn is_ubjson(text: &[u8]) -> bool {
    text.get(1).is_some_and(|marker| b"iUIlL$#".contains(marker))
}

/// The keys that tell JSON models apart.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    format: Option<&'a RawValue>,
    leaf_vector_shape: Option<IgnoredAny>,
    task_param: Option<IgnoredAny>,
    learner: Option<IgnoredAny>,
    oblivious_trees: Option<IgnoredAny>,
    features_info: Option<IgnoredAny>,
    tree_info: Option<IgnoredAny>,
    nodeid: Option<IgnoredAny>,
}

fn by_keys(text: &[u8]) -> Result<Format<'_>, ModelError> {
    let text = blanked(text);
    let keys: Keys<'_> = serde_json::from_slice(&text).map_err(|e| json_error(&text, &e))?;
    if keys.format.is_some_and(|f| f.get().trim_matches('"') == generic::NAME) {
        Ok(Format::GenericJson(text))
    } else if keys.learner.is_some() {
        Ok(Format::XgboostJson(text))
    } else if keys.oblivious_trees.is_some() || keys.features_info.is_some() {
        Ok(Format::CatboostJson(text))
    } else if keys.tree_info.is_some() {
        Ok(Format::LightgbmJson(text))
    } else if keys.leaf_vector_shape.is_some() {
        Ok(Format::TreeliteJson(text))
    } else if keys.task_param.is_some() {
        Err(unsupported(
            "a model that a Treelite before 4.0 has written",
            "Open the file that Treelite has read, or write the JSON with Treelite 4: model.dump_as_json().",
        ))
    } else if keys.nodeid.is_some() {
        Err(dump())
    } else {
        Err(ModelError::NotAModel { what: "JSON without the keys of any model format", remedy: RETRAIN })
    }
}

fn dump() -> ModelError {
    unsupported("an XGBoost JSON dump, which lacks the base score and the objective", SAVE_AS_JSON)
}

fn by_list(text: &[u8]) -> ModelError {
    let head = &text[..text.len().min(200)];
    if head.windows(8).any(|w| w == b"\"nodeid\"") {
        return dump();
    }
    ModelError::NotAModel { what: "a JSON list", remedy: RETRAIN }
}

fn is_pmml(text: &[u8]) -> bool {
    text[..text.len().min(1024)].windows(5).any(|w| w == b"<PMML")
}

fn by_markup(text: &[u8]) -> ModelError {
    let head = text[..text.len().min(1024)].to_ascii_lowercase();
    let holds = |word: &[u8]| head.windows(word.len()).any(|w| w == word);
    if holds(b"<!doctype html") || holds(b"<html") {
        let remedy = "The download link led to a page; use the link to the raw file.";
        ModelError::NotAModel { what: "a web page", remedy }
    } else {
        ModelError::NotAModel { what: "an XML document", remedy: RETRAIN }
    }
}

fn by_text(text: &[u8]) -> ModelError {
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let line = &line[..line.len().min(4096)];
    if let Ok(line) = std::str::from_utf8(line)
        && [',', ';', '\t'].iter().any(|&d| line.contains(d))
        && !line.contains(|c: char| c.is_control() && c != '\t' && c != '\r')
    {
        return ModelError::NotAModel {
            what: "a table",
            remedy: "Open it as data; the model is another file.",
        };
    }
    ModelError::Unknown { start: quoted(&String::from_utf8_lossy(&text[..text.len().min(16)])) }
}

/// Protobuf field 1 (ir_version, a small varint), then field 2 or 3 (producer strings).
fn is_onnx(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, version, 0x12 | 0x1A, ..] if *version < 0x40)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        sniff(bytes).unwrap_err().to_string()
    }

    #[test]
    fn every_format_is_known_by_its_content() {
        let cases: &[(&[u8], &str)] = &[
            (b"", "the file is empty"),
            (b"\xEF\xBB\xBF \n", "the file is empty"),
            (b"\xFF\xFE{\x00", "UTF-16"),
            (b"binf\x00", "binary model of the old kind"),
            (b"<!DOCTYPE html><html>", "web page"),
            (b"RDX3\nX", "R data"),
            (b"booster[0]:\n0:[f0<1]", "text dump"),
            (br#"[{"nodeid": 0, "depth": 0}]"#, "JSON dump"),
            (br#"{"a": 1}"#, "without the keys"),
            (b"id,age,crp\n1,2,3\n", "a table"),
            (b"hello\n", "no model format"),
            (br#"{"learner": {"#, "line 1, column 13"),
        ];
        for (bytes, expected) in cases {
            let message = refusal(bytes);
            assert!(message.contains(expected), "{message} should contain {expected}");
            assert!(!sniff(bytes).unwrap_err().hint().is_empty());
        }
    }

    #[test]
    fn xgboost_json_is_passed_on_without_byte_order_mark_and_white_space() {
        let text = b"\xEF\xBB\xBF\n {\"version\":[3,4,1],\"learner\":{}}";
        assert_eq!(sniff(text), Ok(Format::XgboostJson(Cow::Borrowed(&text[5..]))));
    }
}
