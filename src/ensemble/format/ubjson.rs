//! Universal Binary JSON as XGBoost writes it: big-endian, keys without a string marker, typed arrays.
//!
//! A [`Deserializer`] over a slice, so that whatever is declared for the JSON form reads this one, too. Every length is
//! held against the bytes that remain before anything is made of it; what nobody asked for is skipped by a loop; what is
//! asked for may nest [`MAX_NESTING`] deep.
//!
//! Format: <https://ubjson.org/type-reference/>, draft 12.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Objects and arrays around a value that is read.
const MAX_NESTING: usize = 64;

/// What is wrong, and at which byte.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{problem}")]
pub(super) struct UbjError {
    /// Byte of the file.
    pub(super) at: usize,
    /// What is wrong there.
    pub(super) problem: String,
    /// Keys down to the value, innermost first.
    pub(super) path: Vec<String>,
}

impl serde::de::Error for UbjError {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        UbjError { at: usize::MAX, problem: problem.to_string(), path: Vec::new() }
    }
}

/// Reads a value from the whole of a slice.
///
/// # Errors
/// [`UbjError`].
pub(super) fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, UbjError> {
    let mut reader = Reader { bytes, at: 0, nesting: 0 };
    let marker = reader.marker()?;
    let value = T::deserialize(Value { reader: &mut reader, marker })?;
    match bytes[reader.at..].iter().all(|b| *b == b'N' || b.is_ascii_whitespace()) {
        true => Ok(value),
        false => Err(reader.error("there are bytes after the end of the model")),
    }
}

struct Reader<'de> {
    bytes: &'de [u8],
    at: usize,
    nesting: usize,
}

/// Contents of an array or object whose opening bracket was read.
struct Inside {
    /// Marker that all elements share.
    kind: Option<u8>,
    /// Elements left; None if a closing bracket ends them.
    left: Option<usize>,
}

impl<'de> Reader<'de> {
    fn error(&self, problem: impl Into<String>) -> UbjError {
        UbjError { at: self.at, problem: problem.into(), path: Vec::new() }
    }

    fn take(&mut self, n: usize) -> Result<&'de [u8], UbjError> {
        let taken = self.bytes[self.at..].get(..n).ok_or_else(|| self.error("the file ends here"))?;
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], UbjError> {
        let taken = self.take(N)?;
        <[u8; N]>::try_from(taken).map_err(|_| self.error("the file ends here"))
    }

    /// The next byte that is not a no-op.
    fn marker(&mut self) -> Result<u8, UbjError> {
        loop {
            match self.array()? {
                [b'N'] => {}
                [marker] => return Ok(marker),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// A whole number of this marker.
    fn whole(&mut self, marker: u8) -> Result<i64, UbjError> {
        Ok(match marker {
            b'i' => i64::from(i8::from_be_bytes(self.array()?)),
            b'U' => i64::from(u8::from_be_bytes(self.array()?)),
            b'I' => i64::from(i16::from_be_bytes(self.array()?)),
            b'l' => i64::from(i32::from_be_bytes(self.array()?)),
            b'L' => i64::from_be_bytes(self.array()?),
            _ => return Err(self.error(format!("a whole number cannot start with {:?}", char::from(marker)))),
        })
    }

    /// A length that the rest of the file has room for, if each element takes so many bytes.
    fn length(&mut self, element: usize) -> Result<usize, UbjError> {
        let marker = self.marker()?;
        let start = self.at;
        let length = self.whole(marker)?;
        let room = self.bytes.len() - self.at;
        match usize::try_from(length).ok().filter(|n| n.checked_mul(element).is_some_and(|n| n <= room)) {
            Some(length) => Ok(length),
            None => {
                let problem = format!("a length of {length} × {element} bytes, but {room} are left");
                Err(UbjError { at: start, problem, path: Vec::new() })
            }
        }
    }

    fn text(&mut self) -> Result<&'de str, UbjError> {
        let length = self.length(1)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text that is not UTF-8"))
    }

    /// What stands after an opening bracket: `$type#count`, `#count` or nothing.
    fn inside(&mut self) -> Result<Inside, UbjError> {
        let kind = match self.peek() {
            Some(b'$') => {
                self.at += 1;
                Some(self.marker()?)
            }
            _ => None,
        };
        let counted = self.peek() == Some(b'#');
        if kind.is_some() && !counted {
            return Err(self.error("a typed array without a count"));
        }
        let left = if counted {
            self.at += 1;
            Some(self.length(kind.map_or(1, |kind| size(kind).unwrap_or(1)))?)
        } else {
            None
        };
        if matches!(kind, Some(b'T' | b'F' | b'Z' | b'N')) {
            return Err(self.error("an array of elements without bytes"));
        }
        Ok(Inside { kind, left })
    }

    /// True if another element follows; the bracket at the end is taken.
    fn more(&mut self, inside: &mut Inside, close: u8) -> Result<bool, UbjError> {
        if let Some(left) = &mut inside.left {
            let more = *left > 0;
            *left = left.saturating_sub(1);
            return Ok(more);
        }
        while self.peek() == Some(b'N') {
            self.at += 1;
        }
        let more = self.peek() != Some(close);
        self.at += usize::from(!more);
        Ok(more)
    }

    /// Passes over a value. The stack of open brackets takes the place of recursion.
    fn skip(&mut self, marker: u8) -> Result<(), UbjError> {
        let mut open: Vec<(u8, Inside)> = Vec::new();
        let mut marker = marker;
        loop {
            match (marker, size(marker)) {
                (_, Some(size)) => {
                    self.take(size)?;
                }
                (b'S' | b'H', _) => {
                    let length = self.length(1)?;
                    self.take(length)?;
                }
                (b'[' | b'{', _) => {
                    let inside = self.inside()?;
                    open.push((if marker == b'[' { b']' } else { b'}' }, inside));
                }
                _ => return Err(self.unknown(marker)),
            }
            loop {
                let Some((close, inside)) = open.last_mut() else { return Ok(()) };
                if self.more(inside, *close)? {
                    if *close == b'}' {
                        self.text()?;
                    }
                    marker = match inside.kind {
                        Some(kind) => kind,
                        None => self.marker()?,
                    };
                    break;
                }
                open.pop();
            }
        }
    }

    fn unknown(&self, marker: u8) -> UbjError {
        self.error(format!("no value starts with byte {marker:#04X}"))
    }
}

/// Bytes after the marker of a value of fixed size.
fn size(marker: u8) -> Option<usize> {
    Some(match marker {
        b'T' | b'F' | b'Z' => 0,
        b'i' | b'U' | b'C' => 1,
        b'I' => 2,
        b'l' | b'd' => 4,
        b'L' | b'D' => 8,
        _ => return None,
    })
}

/// A value whose marker was read.
struct Value<'a, 'de> {
    reader: &'a mut Reader<'de>,
    marker: u8,
}

impl<'de> Value<'_, 'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjError> {
        let Value { reader, marker } = self;
        match marker {
            b'i' | b'U' | b'I' | b'l' | b'L' => match reader.whole(marker)? {
                whole @ 0.. => visitor.visit_u64(whole.unsigned_abs()),
                whole => visitor.visit_i64(whole),
            },
            b'd' => visitor.visit_f64(f64::from(f32::from_be_bytes(reader.array()?))),
            b'D' => visitor.visit_f64(f64::from_be_bytes(reader.array()?)),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'Z' => visitor.visit_unit(),
            b'S' => visitor.visit_borrowed_str(reader.text()?),
            b'[' | b'{' => {
                if reader.nesting == MAX_NESTING {
                    return Err(reader.error("values are nested too deep"));
                }
                reader.nesting += 1;
                let inside = reader.inside()?;
                let close = if marker == b'[' { b']' } else { b'}' };
                let mut inner = Inner { reader, inside, close, seen: 0, key: None };
                let value = if close == b']' {
                    visitor.visit_seq(&mut inner)?
                } else {
                    visitor.visit_map(&mut inner)?
                };
                if inner.reader.more(&mut inner.inside, close)? {
                    return Err(inner.reader.error("there are more elements than expected"));
                }
                inner.reader.nesting -= 1;
                Ok(value)
            }
            _ => Err(reader.unknown(marker)),
        }
    }
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = UbjError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjError> {
        let start = self.reader.at;
        self.visit(visitor).map_err(|mut error| {
            if error.at == usize::MAX {
                error.at = start;
            }
            error
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjError> {
        match self.marker {
            b'Z' => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, UbjError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, UbjError> {
        self.reader.skip(self.marker)?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// The elements of an array or object that is being read.
struct Inner<'a, 'de> {
    reader: &'a mut Reader<'de>,
    inside: Inside,
    close: u8,
    seen: usize,
    key: Option<&'de str>,
}

impl<'de> Inner<'_, 'de> {
    fn value<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, UbjError> {
        let marker = match self.inside.kind {
            Some(kind) => kind,
            None => self.reader.marker()?,
        };
        seed.deserialize(Value { reader: self.reader, marker })
    }
}

impl<'de> SeqAccess<'de> for &mut Inner<'_, 'de> {
    type Error = UbjError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, UbjError> {
        if !self.reader.more(&mut self.inside, self.close)? {
            // `more` is asked again at the end.
            self.inside.left = Some(0);
            return Ok(None);
        }
        self.seen += 1;
        let index = self.seen - 1;
        self.value(seed).map(Some).map_err(|mut error| {
            error.path.push(format!("[{index}]"));
            error
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inside.left
    }
}

impl<'de> MapAccess<'de> for &mut Inner<'_, 'de> {
    type Error = UbjError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, UbjError> {
        if !self.reader.more(&mut self.inside, self.close)? {
            self.inside.left = Some(0);
            return Ok(None);
        }
        let key = self.reader.text()?;
        self.key = Some(key);
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, UbjError> {
        let key = self.key.take().ok_or_else(|| UbjError::custom("a value without a key"))?;
        self.value(seed).map_err(|mut error| {
            error.path.push(key.chars().take(60).collect());
            error
        })
    }
}

impl UbjError {
    /// Where the value is, as a person would write it.
    pub(super) fn key(&self) -> String {
        let mut out = String::new();
        for part in self.path.iter().rev() {
            out.push_str(if out.is_empty() || part.starts_with('[') { "" } else { "." });
            out.push_str(part);
        }
        out.chars().take(200).collect()
    }
}
