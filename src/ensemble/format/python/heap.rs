//! Records of objects, which refer to each other by number: sharing and cycles cost nothing, and nothing recurses.

use super::array::{Array, Blob, Dtype};
use crate::ensemble::ModelError;
use crate::ensemble::builder::within;
use std::borrow::Cow;
use std::rc::Rc;

/// Records per file. A forest of a thousand trees has some fifty thousand.
const MAX_RECORDS: usize = 4_000_000;
/// Entries of a state that are searched for a name.
const MAX_STATE: usize = 10_000;

/// Number of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::ensemble::format) struct Id(u32);

/// An inert object.
#[derive(Clone, Debug)]
pub(in crate::ensemble::format) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Bytes(Blob<'a>),
    /// A list, a set, an array of objects (last index fastest).
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Array(Box<Array<'a>>),
    Type(Rc<Dtype>),
    /// `module.name` of a class or function.
    Global(Rc<str>),
    /// What something named made or is.
    Object(Box<Object>),
    /// Not needed to understand a model.
    Opaque,
}

/// Something of a class.
#[derive(Clone, Debug)]
pub(in crate::ensemble::format) struct Object {
    /// `module.name` of its class, or of the function that would make it.
    pub(super) class: Rc<str>,
    /// What it was given afterwards.
    pub(super) state: Option<Id>,
}

/// All records of a file.
#[derive(Debug)]
pub(in crate::ensemble::format) struct Heap<'a> {
    values: Vec<Value<'a>>,
    /// `pickle`, `joblib` or `skops`.
    pub(in crate::ensemble::format) format: &'static str,
    /// Bytes that may still be copied.
    budget: usize,
}

impl<'a> Heap<'a> {
    /// An empty heap for a file of this size.
    pub(super) fn new(format: &'static str, n_bytes: usize) -> Self {
        Heap { values: Vec::new(), format, budget: n_bytes.saturating_mul(8).saturating_add(1 << 20) }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`ModelError::Limit`].
    pub(super) fn add(&mut self, value: Value<'a>) -> Result<Id, ModelError> {
        within("objects", self.values.len() + 1, MAX_RECORDS)?;
        self.values.push(value);
        Ok(Id(self.values.len() as u32 - 1))
    }

    /// Pays for bytes that are about to be copied.
    ///
    /// # Errors
    /// [`ModelError::Limit`] for a file that asks for the same bytes again and again.
    pub(super) fn pay(&mut self, n_bytes: usize) -> Result<(), ModelError> {
        within("bytes, copied over and over,", n_bytes, self.budget)?;
        self.budget -= n_bytes;
        Ok(())
    }

    pub(in crate::ensemble::format) fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut Value<'a> {
        &mut self.values[id.0 as usize]
    }

    pub(in crate::ensemble::format) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// A whole number, also if it is stored as an array of one.
    pub(super) fn int(&self, id: Id) -> Option<i64> {
        match self.get(id) {
            Value::Int(int) => Some(*int),
            Value::Bool(bool) => Some(i64::from(*bool)),
            _ => self.number(id).filter(|x| x.fract() == 0.0 && x.abs() < 9e15).map(|x| x as i64),
        }
    }

    /// A number, also if it is stored as an array of one.
    pub(super) fn number(&self, id: Id) -> Option<f64> {
        match self.get(id) {
            Value::Float(x) => Some(*x),
            Value::Int(int) => Some(*int as f64),
            Value::Array(array) if array.len() == 1 => array.numbers()?.first().copied(),
            _ => None,
        }
    }

    /// An attribute of an object, or an entry of a dict.
    pub(super) fn attribute(&self, id: Id, name: &str) -> Option<Id> {
        let state = match self.get(id) {
            Value::Object(object) => object.state?,
            _ => id,
        };
        let of = |state: Id| match self.get(state) {
            Value::Dict(entries) => {
                let entries = &entries[..entries.len().min(MAX_STATE)];
                entries.iter().rev().find(|(key, _)| self.text(*key) == Some(name)).map(|&(_, value)| value)
            }
            _ => None,
        };
        match self.get(state) {
            // With slots the state is a pair of dicts.
            Value::Tuple(pair) if pair.len() == 2 => pair.iter().find_map(|&half| of(half)),
            _ => of(state),
        }
    }

    /// What a record is, for a sentence.
    pub(in crate::ensemble::format) fn name(&self, id: Id) -> String {
        match self.get(id) {
            Value::Object(object) => object.class.to_string(),
            Value::Global(name) => name.to_string(),
            Value::None => "None".to_owned(),
            Value::Bool(_) => "a bool".to_owned(),
            Value::Int(_) => "an int".to_owned(),
            Value::Float(_) => "a float".to_owned(),
            Value::Text(_) => "a text".to_owned(),
            Value::Bytes(_) => "bytes".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Tuple(_) => "a tuple".to_owned(),
            Value::Dict(_) => "a dict".to_owned(),
            Value::Array(_) => "a NumPy array".to_owned(),
            Value::Type(_) => "a NumPy type".to_owned(),
            Value::Opaque => "something that no model needs".to_owned(),
        }
    }
}
