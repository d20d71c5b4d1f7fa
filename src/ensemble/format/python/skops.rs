//! `.skops` files: a zip archive with `schema.json`, which describes every object, and one `.npy` file per array.
//!
//! Format: <https://skops.readthedocs.io/en/stable/persistence.html>, protocol 2 and its predecessors. Objects of a kind
//! that no model needs stay opaque.

use super::array::Blob;
use super::heap::{Heap, Id, Object, Value};
use super::npy;
use crate::ensemble::ModelError;
use crate::ensemble::builder::within;
use crate::ensemble::format::MAX_FILE_BYTES;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

const FORMAT: &str = "skops";
const SCHEMA: &str = "schema.json";
/// Files in the archive.
const MAX_ENTRIES: usize = 200_000;
/// How much larger than the archive its contents may be, beside [`FREE_BYTES`].
const MAX_RATIO: u64 = 200;
const FREE_BYTES: u64 = 16 << 20;

/// Reads a `.skops` file into records; the last is the object it is about.
///
/// # Errors
/// [`ModelError::NotAModel`] for other archives, [`ModelError::Damaged`], [`ModelError::Limit`].
pub(in crate::ensemble::format) fn read(bytes: &[u8]) -> Result<(Heap<'static>, Id), ModelError> {
    let mut archive = Archive::open(bytes)?;
    let schema = archive.file(SCHEMA)?;
    let root: Json = serde_json::from_slice(&schema).map_err(|e| damaged(SCHEMA, e.to_string()))?;
    drop(schema);
    let mut reader = Reader {
        archive,
        heap: Heap::new(FORMAT, bytes.len()),
        known: HashMap::new(),
        arrays: HashMap::new(),
    };
    let root = reader.records(root)?;
    Ok((reader.heap, root))
}

fn damaged(file: &str, problem: impl Into<String>) -> ModelError {
    let place = format!("in {}", file.chars().take(60).collect::<String>());
    ModelError::Damaged { format: FORMAT, place, problem: problem.into() }
}

/// The archive, with a limit on what comes out of it.
struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    budget: u64,
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged("the zip archive", e.to_string()))?;
        within("files", zip.len(), MAX_ENTRIES)?;
        if zip.index_for_name(SCHEMA).is_none() {
            let (what, remedy) = if zip.index_for_name("[Content_Types].xml").is_some() {
                (
                    "a spreadsheet or office document",
                    "Save the table as CSV and open it as data; the model is another file.",
                )
            } else if zip.file_names().any(|name| name.is_ok_and(|name| name.ends_with(".npy"))) {
                (
                    "an archive of NumPy arrays (.npz)",
                    "Save the table as CSV and open it as data; the model is another file.",
                )
            } else {
                ("a zip archive without a skops model", "Unpack it first and open the file inside.")
            };
            return Err(ModelError::NotAModel { what, remedy });
        }
        let budget = (bytes.len() as u64).saturating_mul(MAX_RATIO).saturating_add(FREE_BYTES);
        Ok(Archive { zip, budget: budget.min(MAX_FILE_BYTES as u64) })
    }

    fn file(&mut self, name: &str) -> Result<Vec<u8>, ModelError> {
        let file = self.zip.by_name(name).map_err(|e| damaged(name, e.to_string()))?;
        let mut out = Vec::new();
        // One byte more than allowed tells a file that ends there from one that goes on.
        file.take(self.budget + 1).read_to_end(&mut out).map_err(|e| damaged(name, e.to_string()))?;
        within("unpacked bytes", out.len(), self.budget as usize)?;
        self.budget -= out.len() as u64;
        Ok(out)
    }
}

/// A node of the schema that waits for its turn.
struct Pending {
    node: Json,
    /// The record that was promised for it.
    id: Id,
}

struct Reader<'z> {
    archive: Archive<'z>,
    heap: Heap<'static>,
    /// Records by `__id__`.
    known: HashMap<u64, Id>,
    /// Records of arrays by their file.
    arrays: HashMap<String, Id>,
}

impl Reader<'_> {
    /// The record of the root; those below it are made one after the other, not one within the other.
    fn records(&mut self, root: Json) -> Result<Id, ModelError> {
        let mut pending = Vec::new();
        let first = self.promise(root, &mut pending)?;
        // In the order of the file, so that a reference finds what came before it.
        let mut links = Vec::new();
        while let Some(Pending { node, id }) = pending.pop() {
            let Json::Object(mut node) = node else { continue };
            if let Some(own) = node.get("__id__").and_then(Json::as_u64) {
                if node.get("__loader__").and_then(Json::as_str) == Some("CachedNode") {
                    links.push((id, own));
                    continue;
                }
                self.known.insert(own, id);
            }
            let start = pending.len();
            let value = self.value(&mut node, &mut pending)?;
            pending[start..].reverse();
            *self.heap.get_mut(id) = value;
        }
        for (id, own) in links {
            // What a link leads to is read by now, whatever the order.
            let target = self.known.get(&own).copied().filter(|&target| target != id);
            let target = target.ok_or_else(|| damaged(SCHEMA, "it refers to an object that is not there"))?;
            let value = self.heap.get(target).clone();
            if let Value::List(items) | Value::Tuple(items) = &value {
                self.heap.pay(size_of_val(items.as_slice()))?;
            }
            if let Value::Dict(items) = &value {
                self.heap.pay(size_of_val(items.as_slice()))?;
            }
            *self.heap.get_mut(id) = value;
        }
        Ok(first)
    }

    fn promise(&mut self, node: Json, pending: &mut Vec<Pending>) -> Result<Id, ModelError> {
        let id = self.heap.add(Value::Opaque)?;
        pending.push(Pending { node, id });
        Ok(id)
    }

    fn list(&mut self, nodes: Json, pending: &mut Vec<Pending>) -> Result<Vec<Id>, ModelError> {
        match nodes {
            Json::Array(nodes) => nodes.into_iter().map(|node| self.promise(node, pending)).collect(),
            _ => Err(damaged(SCHEMA, "the content of a list is no list")),
        }
    }

    fn value(
        &mut self,
        node: &mut Map<String, Json>,
        pending: &mut Vec<Pending>,
    ) -> Result<Value<'static>, ModelError> {
        let take = |node: &mut Map<String, Json>, key: &str| node.get_mut(key).map_or(Json::Null, Json::take);
        let loader = node.get("__loader__").and_then(Json::as_str).unwrap_or_default().to_owned();
        let content = take(node, "content");
        Ok(match loader.as_str() {
            "JsonNode" => literal(&content)?,
            "ListNode" | "SetNode" => Value::List(self.list(content, pending)?),
            "TupleNode" => Value::Tuple(self.list(content, pending)?),
            "DictNode" | "DefaultDictNode" | "OrderedDictNode" => {
                // Only keys that are texts are asked for later, and they are the keys of the JSON object.
                let Json::Object(entries) = content else {
                    return Err(damaged(SCHEMA, "the content of a dict is no object"));
                };
                let mut dict = Vec::with_capacity(entries.len());
                for (key, node) in entries {
                    let key = self.heap.add(Value::Text(Cow::Owned(key)))?;
                    dict.push((key, self.promise(node, pending)?));
                }
                Value::Dict(dict)
            }
            "NdArrayNode" if node.get("type").and_then(Json::as_str) == Some("json") => {
                Value::List(self.list(content, pending)?)
            }
            "NdArrayNode" => {
                let Some(file) = node.get("file").and_then(Json::as_str) else {
                    return Err(damaged(SCHEMA, "an array names no file"));
                };
                self.array(file)?
            }
            "BytesNode" | "BytearrayNode" => {
                let Some(file) = node.get("file").and_then(Json::as_str) else {
                    return Err(damaged(SCHEMA, "bytes name no file"));
                };
                Value::Bytes(Blob::Made(self.archive.file(file)?.into()))
            }
            "ObjectNode" | "TreeNode" | "ReduceNode" => {
                let text = |key: &str| node.get(key).and_then(Json::as_str).unwrap_or_default();
                let (module, name) = (text("__module__"), text("__class__"));
                within("characters in a Python name", module.len() + name.len(), 240)?;
                let class = format!("{module}.{name}").into();
                Value::Object(Box::new(Object { class, state: Some(self.promise(content, pending)?) }))
            }
            _ => Value::Opaque,
        })
    }

    fn array(&mut self, file: &str) -> Result<Value<'static>, ModelError> {
        if let Some(&id) = self.arrays.get(file) {
            return Ok(self.heap.get(id).clone());
        }
        let bytes = self.archive.file(file)?;
        let array = npy::read(bytes.into()).map_err(|problem| damaged(file, problem))?;
        let value = Value::Array(Box::new(array));
        let id = self.heap.add(value.clone())?;
        self.arrays.insert(file.to_owned(), id);
        Ok(value)
    }
}

/// A number, a text, a truth value or None, written as JSON within JSON.
fn literal(content: &Json) -> Result<Value<'static>, ModelError> {
    let text = content.as_str().unwrap_or("null");
    match text {
        "NaN" => return Ok(Value::Float(f64::NAN)),
        "Infinity" => return Ok(Value::Float(f64::INFINITY)),
        "-Infinity" => return Ok(Value::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    Ok(
        match serde_json::from_str(text).map_err(|e| damaged(SCHEMA, format!("a value is not JSON: {e}")))? {
            Json::Null => Value::None,
            Json::Bool(bool) => Value::Bool(bool),
            Json::String(text) => Value::Text(Cow::Owned(text)),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Value::Int(int),
                (None, Some(x)) => Value::Float(x),
                (None, None) => Value::Opaque,
            },
            Json::Array(_) | Json::Object(_) => Value::Opaque,
        },
    )
}
