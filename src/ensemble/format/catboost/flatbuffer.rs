//! The little of FlatBuffers that a `.cbm` file needs: tables, vectors, strings, numbers. Every offset is checked.
//!
//! A table starts with the distance back to its vtable: a list of 16-bit distances from the table's start to its fields,
//! 0 for a field that has its default. A field that is a table, vector or string holds the distance to it. All numbers
//! are little-endian. Format: <https://flatbuffers.dev/internals/>.

use crate::ensemble::ModelError;

/// A buffer, which starts so many bytes into the file.
#[derive(Clone, Copy)]
pub(super) struct Buffer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: usize,
}

/// A table in a buffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    buffer: Buffer<'a>,
    at: usize,
    vtable: usize,
    vtable_len: usize,
}

impl<'a> Buffer<'a> {
    fn error(&self, at: usize, problem: &str) -> ModelError {
        ModelError::Binary { at: self.start.saturating_add(at), key: String::new(), problem: problem.into() }
    }

    fn number<const N: usize>(&self, at: usize) -> Result<[u8; N], ModelError> {
        let end = at.checked_add(N);
        let bytes = end.and_then(|end| self.bytes.get(at..end)).and_then(|b| <[u8; N]>::try_from(b).ok());
        bytes.ok_or_else(|| self.error(at, "an offset leads out of the file"))
    }

    fn u32(&self, at: usize) -> Result<usize, ModelError> {
        Ok(u32::from_le_bytes(self.number(at)?) as usize)
    }

    /// Where the offset at this place leads.
    fn follow(&self, at: usize) -> Result<usize, ModelError> {
        let offset = self.u32(at)?;
        at.checked_add(offset)
            .filter(|to| *to < self.bytes.len())
            .ok_or_else(|| self.error(at, "an offset leads out of the file"))
    }

    /// The table that the buffer is about.
    pub(super) fn root(self) -> Result<Table<'a>, ModelError> {
        self.table(self.follow(0)?)
    }

    fn table(self, at: usize) -> Result<Table<'a>, ModelError> {
        let back = i64::from(i32::from_le_bytes(self.number(at)?));
        let vtable = usize::try_from(at as i64 - back)
            .map_err(|_| self.error(at, "an offset leads out of the file"))?;
        let vtable_len = usize::from(u16::from_le_bytes(self.number(vtable)?));
        Ok(Table { buffer: self, at, vtable, vtable_len })
    }

    /// The bytes of a vector whose elements have this size.
    fn vector(&self, at: usize, size: usize) -> Result<&'a [u8], ModelError> {
        let length = self.u32(at)?;
        let start = at + 4;
        let end = length.checked_mul(size).and_then(|n| start.checked_add(n));
        end.and_then(|end| self.bytes.get(start..end))
            .ok_or_else(|| self.error(at, "a list is longer than the file"))
    }
}

impl<'a> Table<'a> {
    /// Where a field is; None if it has its default.
    fn field(&self, number: usize) -> Result<Option<usize>, ModelError> {
        let entry = 4 + 2 * number;
        if entry + 2 > self.vtable_len {
            return Ok(None);
        }
        match u16::from_le_bytes(self.buffer.number(self.vtable + entry)?) {
            0 => Ok(None),
            distance => Ok(Some(self.at + usize::from(distance))),
        }
    }

    pub(super) fn f64(&self, field: usize, default: f64) -> Result<f64, ModelError> {
        self.field(field)?.map_or(Ok(default), |at| Ok(f64::from_le_bytes(self.buffer.number(at)?)))
    }

    pub(super) fn i32(&self, field: usize, default: i32) -> Result<i32, ModelError> {
        self.field(field)?.map_or(Ok(default), |at| Ok(i32::from_le_bytes(self.buffer.number(at)?)))
    }

    pub(super) fn u8(&self, field: usize) -> Result<u8, ModelError> {
        self.field(field)?.map_or(Ok(0), |at| Ok(self.buffer.number::<1>(at)?[0]))
    }

    pub(super) fn table(&self, field: usize) -> Result<Option<Table<'a>>, ModelError> {
        let Some(at) = self.field(field)? else { return Ok(None) };
        self.buffer.table(self.buffer.follow(at)?).map(Some)
    }

    /// A text; empty by default.
    pub(super) fn text(&self, field: usize) -> Result<&'a str, ModelError> {
        let Some(at) = self.field(field)? else { return Ok("") };
        let bytes = self.buffer.vector(self.buffer.follow(at)?, 1)?;
        std::str::from_utf8(bytes).map_err(|_| self.buffer.error(at, "a text that is not UTF-8"))
    }

    /// Numbers of so many bytes each; empty by default.
    fn numbers<const N: usize, T>(&self, field: usize, read: fn([u8; N]) -> T) -> Result<Vec<T>, ModelError> {
        let Some(at) = self.field(field)? else { return Ok(Vec::new()) };
        let bytes = self.buffer.vector(self.buffer.follow(at)?, N)?;
        Ok(bytes.as_chunks().0.iter().map(|b| read(*b)).collect())
    }

    pub(super) fn i32s(&self, field: usize) -> Result<Vec<i32>, ModelError> {
        self.numbers(field, i32::from_le_bytes)
    }

    pub(super) fn f32s(&self, field: usize) -> Result<Vec<f32>, ModelError> {
        self.numbers(field, f32::from_le_bytes)
    }

    pub(super) fn f64s(&self, field: usize) -> Result<Vec<f64>, ModelError> {
        self.numbers(field, f64::from_le_bytes)
    }

    /// Length of a list of tables or texts; 0 by default.
    pub(super) fn len(&self, field: usize) -> Result<usize, ModelError> {
        let Some(at) = self.field(field)? else { return Ok(0) };
        Ok(self.buffer.vector(self.buffer.follow(at)?, 4)?.len() / 4)
    }

    /// A list of tables; empty by default.
    pub(super) fn tables(&self, field: usize) -> Result<Vec<Table<'a>>, ModelError> {
        let Some(at) = self.field(field)? else { return Ok(Vec::new()) };
        let first = self.buffer.follow(at)? + 4;
        let n = self.len(field)?;
        (0..n).map(|i| self.buffer.table(self.buffer.follow(first + 4 * i)?)).collect()
    }
}
