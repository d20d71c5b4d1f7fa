//! A record and the way to it, so that what is missing or odd is said with its place.

use super::array::Array;
use super::heap::{Heap, Id, Value};
use crate::ensemble::ModelError;
use crate::ensemble::builder::within;

/// A record of a [`Heap`], reached by `path`, such as `estimators_[3].tree_`.
#[derive(Clone, Debug)]
pub(in crate::ensemble::format) struct Place<'h, 'a> {
    pub(in crate::ensemble::format) heap: &'h Heap<'a>,
    pub(in crate::ensemble::format) id: Id,
    path: String,
}

impl<'h, 'a> Place<'h, 'a> {
    /// The object that the file is about.
    pub(in crate::ensemble::format) fn root(heap: &'h Heap<'a>, id: Id) -> Self {
        Place { heap, id, path: String::new() }
    }

    fn step(&self, id: Id, step: &str) -> Self {
        let dot = if self.path.is_empty() || step.starts_with('[') { "" } else { "." };
        Place { heap: self.heap, id, path: format!("{}{dot}{step}", self.path) }
    }

    /// The value itself.
    pub(in crate::ensemble::format) fn value(&self) -> &'h Value<'a> {
        self.heap.get(self.id)
    }

    /// What it is, for a sentence or to tell classes apart.
    pub(in crate::ensemble::format) fn class(&self) -> String {
        self.heap.name(self.id)
    }

    /// An attribute or entry, if it is there and not None.
    pub(in crate::ensemble::format) fn find(&self, name: &str) -> Option<Self> {
        let found = self.step(self.heap.attribute(self.id, name)?, name);
        (!matches!(found.value(), Value::None)).then_some(found)
    }

    /// An attribute or entry.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if it is missing.
    pub(in crate::ensemble::format) fn get(&self, name: &str) -> Result<Self, ModelError> {
        self.find(name).ok_or_else(|| {
            self.step(self.id, name)
                .wrong("it is missing, so the model was not fitted or is of an unknown version")
        })
    }

    /// Items of a list or tuple; lists directly within it are taken apart.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if it is no list, [`ModelError::Limit`].
    pub(in crate::ensemble::format) fn items(
        &self,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<Self>, ModelError> {
        let ids = self.ids(what, limit)?;
        Ok(ids.into_iter().enumerate().map(|(i, id)| self.step(id, &format!("[{i}]"))).collect())
    }

    /// Items of a list or tuple as they are.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if it is no list, [`ModelError::Limit`].
    pub(in crate::ensemble::format) fn items_whole(
        &self,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<Self>, ModelError> {
        let ids = self.heap.items(self.id).ok_or_else(|| self.wrong("it is not a list"))?;
        within(what, ids.len(), limit)?;
        Ok(ids.iter().enumerate().map(|(i, &id)| self.step(id, &format!("[{i}]"))).collect())
    }

    fn ids(&self, what: &'static str, limit: usize) -> Result<Vec<Id>, ModelError> {
        let mut out = Vec::new();
        for &id in self.heap.items(self.id).ok_or_else(|| self.wrong("it is not a list"))? {
            match self.heap.items(id) {
                Some(inner) => out.extend_from_slice(inner),
                None => out.push(id),
            }
            within(what, out.len(), limit)?;
        }
        Ok(out)
    }

    /// An array.
    ///
    /// # Errors
    /// [`ModelError::Damaged`].
    pub(in crate::ensemble::format) fn array(&self) -> Result<&'h Array<'a>, ModelError> {
        match self.value() {
            Value::Array(array) => Ok(array),
            _ => Err(self.wrong("it is not an array")),
        }
    }

    /// Numbers of an array, a list or a single one.
    ///
    /// # Errors
    /// [`ModelError::Damaged`].
    pub(in crate::ensemble::format) fn numbers(&self) -> Result<Vec<f64>, ModelError> {
        let numbers = match self.value() {
            Value::Array(array) => array.numbers(),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().map(|&id| self.heap.number(id)).collect()
            }
            _ => self.heap.number(self.id).map(|x| vec![x]),
        };
        numbers.ok_or_else(|| self.wrong("it does not hold numbers"))
    }

    /// A number.
    ///
    /// # Errors
    /// [`ModelError::Damaged`].
    pub(in crate::ensemble::format) fn number(&self) -> Result<f64, ModelError> {
        self.heap.number(self.id).ok_or_else(|| self.wrong("it is not a number"))
    }

    /// A number of things.
    ///
    /// # Errors
    /// [`ModelError::Damaged`].
    pub(in crate::ensemble::format) fn count(&self) -> Result<usize, ModelError> {
        let count = self.heap.int(self.id).and_then(|n| usize::try_from(n).ok());
        count.ok_or_else(|| self.wrong("it is not a count"))
    }

    /// Bytes, if it is some.
    pub(in crate::ensemble::format) fn bytes(&self) -> Option<&'h [u8]> {
        match self.value() {
            Value::Bytes(blob) => Some(blob.bytes()),
            _ => None,
        }
    }

    /// Text, if it is one.
    pub(in crate::ensemble::format) fn text(&self) -> Option<&'h str> {
        self.heap.text(self.id)
    }

    /// Names or labels: texts, or numbers as a table would have them. None stands for a missing value.
    ///
    /// # Errors
    /// [`ModelError::Damaged`], [`ModelError::Limit`].
    pub(in crate::ensemble::format) fn labels(
        &self,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<Option<String>>, ModelError> {
        if let Value::Array(array) = self.value() {
            within(what, array.len(), limit)?;
            let texts = array.texts().ok_or_else(|| self.wrong("it does not hold texts or numbers"))?;
            return Ok(texts.into_iter().map(|t| (t != "NaN").then_some(t)).collect());
        }
        self.ids(what, limit)?
            .into_iter()
            .map(|id| match self.heap.get(id) {
                Value::Text(text) => Ok(Some(text.clone().into_owned())),
                Value::Bool(true) => Ok(Some("True".to_owned())),
                Value::Bool(false) => Ok(Some("False".to_owned())),
                Value::Float(x) if x.is_nan() => Ok(None),
                Value::None => Ok(None),
                _ => match self.heap.number(id) {
                    Some(x) => Ok(Some(x.to_string())),
                    None => Err(self.wrong("it does not hold texts or numbers")),
                },
            })
            .collect()
    }

    /// An error at this place.
    pub(in crate::ensemble::format) fn wrong(&self, problem: &str) -> ModelError {
        let at = if self.path.is_empty() { "the model" } else { &self.path };
        ModelError::Damaged {
            format: self.heap.format,
            place: format!("at `{}`", at.chars().take(200).collect::<String>()),
            problem: problem.to_owned(),
        }
    }
}
