//! NumPy arrays as the file stores them: a type, a shape, bytes.

use std::rc::Rc;

/// Bytes of the file, or bytes made from it.
#[derive(Clone, Debug)]
pub(in crate::ensemble::format) enum Blob<'a> {
    File(&'a [u8]),
    Made(Rc<[u8]>),
}

impl Blob<'_> {
    pub(in crate::ensemble::format) fn bytes(&self) -> &[u8] {
        match self {
            Blob::File(bytes) => bytes,
            Blob::Made(bytes) => bytes,
        }
    }
}

/// What the bytes of one item are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Signed,
    Unsigned,
    Bool,
    /// Bytes, padded with zeros.
    Bytes,
    /// UTF-32, padded with zeros.
    Unicode,
    /// References, which have no bytes here.
    Object,
    /// Anything that no model needs.
    Other,
}

/// A kind and its width in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) kind: Kind,
    pub(super) size: usize,
}

/// One field of a structured type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) scalar: Scalar,
    pub(super) offset: usize,
}

/// The type of an item: a scalar, or named fields within `scalar.size` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ensemble::format) struct Dtype {
    pub(super) scalar: Scalar,
    pub(super) fields: Vec<Field>,
}

impl Scalar {
    /// Reads `<f8`, `|b1`, `U5` and the like; None if it is no type at all. Big-endian numbers are of another kind.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix(['<', '|', '=']).unwrap_or(text);
        let (bare, foreign) = bare.strip_prefix('>').map_or((bare, false), |bare| (bare, true));
        let letter = bare.chars().next()?;
        let digits = &bare[letter.len_utf8()..];
        let width: usize = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let (kind, size) = match (letter, width) {
            ('f', 4 | 8) => (Kind::Float, width),
            ('i', 1 | 2 | 4 | 8) => (Kind::Signed, width),
            ('u', 1 | 2 | 4 | 8) => (Kind::Unsigned, width),
            ('b', 1) | ('?', 0) => (Kind::Bool, 1),
            ('S', _) => (Kind::Bytes, width),
            ('U', _) => (Kind::Unicode, width.checked_mul(4)?),
            ('O', _) => (Kind::Object, 8),
            _ => (Kind::Other, width),
        };
        Some(Scalar { kind: if foreign && size > 1 { Kind::Other } else { kind }, size })
    }
}

impl Dtype {
    pub(super) fn plain(scalar: Scalar) -> Self {
        Dtype { scalar, fields: Vec::new() }
    }

    /// True if the items are references.
    pub(super) fn holds_objects(&self) -> bool {
        self.scalar.kind == Kind::Object || self.fields.iter().any(|f| f.scalar.kind == Kind::Object)
    }
}

/// An array whose bytes are all there.
#[derive(Clone, Debug)]
pub(in crate::ensemble::format) struct Array<'a> {
    dtype: Rc<Dtype>,
    shape: Vec<usize>,
    /// First index fastest.
    fortran: bool,
    data: Blob<'a>,
}

/// Bytes that an array of this type and shape takes; None if no memory could hold them.
pub(super) fn n_bytes(dtype: &Dtype, shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(dtype.scalar.size, |n, &extent| n.checked_mul(extent))
}

impl<'a> Array<'a> {
    /// None if the bytes are not as many as type and shape say.
    pub(super) fn new(dtype: Rc<Dtype>, shape: Vec<usize>, fortran: bool, data: Blob<'a>) -> Option<Self> {
        (n_bytes(&dtype, &shape) == Some(data.bytes().len())).then_some(Array { dtype, shape, fortran, data })
    }

    /// Extents.
    pub(in crate::ensemble::format) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of items. No more than there are bytes, unless items have none.
    pub(in crate::ensemble::format) fn len(&self) -> usize {
        self.data.bytes().len().checked_div(self.dtype.scalar.size).unwrap_or(0)
    }

    /// A field of a one-dimensional structured array.
    pub(in crate::ensemble::format) fn column(&self, name: &str) -> Option<Column<'_>> {
        let field = self.dtype.fields.iter().find(|f| f.name == name)?;
        let end = field.offset.checked_add(field.scalar.size)?;
        (self.shape.len() == 1 && end <= self.dtype.scalar.size).then_some(Column {
            bytes: self.data.bytes(),
            scalar: field.scalar,
            offset: field.offset,
            stride: self.dtype.scalar.size,
        })
    }

    /// All items as numbers, last index fastest; None if they are not numbers.
    pub(in crate::ensemble::format) fn numbers(&self) -> Option<Vec<f64>> {
        let items = self.items()?;
        self.order().map(|i| items.f64(i)).collect()
    }

    /// All items as text, last index fastest: numbers as a table would have them. None for what is neither.
    pub(in crate::ensemble::format) fn texts(&self) -> Option<Vec<String>> {
        let items = self.items()?;
        self.order().map(|i| items.text(i)).collect()
    }

    fn items(&self) -> Option<Column<'_>> {
        self.dtype.fields.is_empty().then(|| Column {
            bytes: self.data.bytes(),
            scalar: self.dtype.scalar,
            offset: 0,
            stride: self.dtype.scalar.size,
        })
    }

    /// Positions of the items in memory, in the order last index fastest.
    fn order(&self) -> impl Iterator<Item = usize> {
        let shape = if self.fortran { self.shape.as_slice() } else { &[] };
        (0..self.len()).map(move |i| {
            if shape.len() < 2 {
                return i;
            }
            let (mut rest, mut at, mut stride) = (i, 0, self.len());
            for &extent in shape.iter().rev() {
                stride /= extent;
                at += rest % extent * stride;
                rest /= extent;
            }
            at
        })
    }
}

/// Scalars at equal distances.
#[derive(Clone, Copy, Debug)]
pub(in crate::ensemble::format) struct Column<'a> {
    bytes: &'a [u8],
    scalar: Scalar,
    offset: usize,
    stride: usize,
}

impl Column<'_> {
    fn item(&self, i: usize) -> Option<&[u8]> {
        let start = i.checked_mul(self.stride)?.checked_add(self.offset)?;
        self.bytes.get(start..start + self.scalar.size)
    }

    /// The item as a whole number.
    pub(in crate::ensemble::format) fn i64(&self, i: usize) -> Option<i64> {
        let item = self.item(i)?;
        Some(match (self.scalar.kind, item) {
            (Kind::Signed, &[a]) => i64::from(a as i8),
            (Kind::Unsigned | Kind::Bool, &[a]) => i64::from(a),
            (Kind::Signed, &[a, b]) => i64::from(i16::from_le_bytes([a, b])),
            (Kind::Unsigned, &[a, b]) => i64::from(u16::from_le_bytes([a, b])),
            (Kind::Signed, &[a, b, c, d]) => i64::from(i32::from_le_bytes([a, b, c, d])),
            (Kind::Unsigned, &[a, b, c, d]) => i64::from(u32::from_le_bytes([a, b, c, d])),
            (Kind::Signed, _) => i64::from_le_bytes(item.try_into().ok()?),
            (Kind::Unsigned, _) => i64::try_from(u64::from_le_bytes(item.try_into().ok()?)).ok()?,
            _ => return None,
        })
    }

    /// The item as a number.
    pub(in crate::ensemble::format) fn f64(&self, i: usize) -> Option<f64> {
        match (self.scalar.kind, self.scalar.size) {
            (Kind::Float, 4) => Some(f64::from(f32::from_le_bytes(self.item(i)?.try_into().ok()?))),
            (Kind::Float, _) => Some(f64::from_le_bytes(self.item(i)?.try_into().ok()?)),
            _ => self.i64(i).map(|whole| whole as f64),
        }
    }

    fn text(&self, i: usize) -> Option<String> {
        let item = self.item(i)?;
        match self.scalar.kind {
            Kind::Bytes => Some(String::from_utf8_lossy(item).trim_end_matches('\0').to_owned()),
            Kind::Unicode => {
                let (units, _) = item.as_chunks::<4>();
                let characters = units.iter().map(|&u| char::from_u32(u32::from_le_bytes(u)));
                let text: String = characters.collect::<Option<_>>()?;
                Some(text.trim_end_matches('\0').to_owned())
            }
            Kind::Bool => Some(if item == [0] { "False" } else { "True" }.to_owned()),
            _ => self.f64(i).map(|x| x.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(kind: &str, shape: &[usize], fortran: bool, data: &'static [u8]) -> Option<Array<'static>> {
        let dtype = Rc::new(Dtype::plain(Scalar::parse(kind).unwrap()));
        Array::new(dtype, shape.to_vec(), fortran, Blob::File(data))
    }

    #[test]
    fn items_are_read_in_the_order_of_the_last_index() {
        let c = array("|u1", &[2, 3], false, &[1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(c.numbers().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let f = array("|u1", &[2, 3], true, &[1, 4, 2, 5, 3, 6]).unwrap();
        assert_eq!(f.numbers().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let deep = array("|u1", &[2, 1, 2], true, &[1, 3, 2, 4]).unwrap();
        assert_eq!(deep.numbers().unwrap(), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn numbers_and_texts_of_every_kind() {
        assert_eq!(array("<i2", &[1], false, &[0xFE, 0xFF]).unwrap().numbers().unwrap(), [-2.0]);
        assert_eq!(array("<f4", &[], false, &[0, 0, 0x80, 0x3F]).unwrap().numbers().unwrap(), [1.0]);
        assert_eq!(array("<f8", &[1], false, &[0, 0, 0, 0, 0, 0, 4, 64]).unwrap().texts().unwrap(), ["2.5"]);
        assert_eq!(array("?", &[2], false, &[0, 1]).unwrap().texts().unwrap(), ["False", "True"]);
        assert_eq!(array("<U2", &[1], false, &[0x41, 0, 0, 0, 0, 0, 0, 0]).unwrap().texts().unwrap(), ["A"]);
        assert_eq!(array("S3", &[1], false, b"ab\0").unwrap().texts().unwrap(), ["ab"]);
        assert!(array(">f8", &[1], false, &[0; 8]).unwrap().numbers().is_none());
        assert!(array("<U1", &[1], false, &[0, 0, 0x11, 0]).unwrap().texts().is_none());
    }

    #[test]
    fn shapes_that_do_not_fit_the_bytes_are_refused() {
        assert!(array("<f8", &[2], false, &[0; 8]).is_none());
        assert!(array("<f8", &[usize::MAX, 2], false, &[]).is_none());
        assert!(array("<f8", &[0, 5], false, &[]).is_some());
        assert!(
            Scalar::parse("").is_none()
                && Scalar::parse("<").is_none()
                && Scalar::parse("U99999999999999999999").is_none()
        );
    }
}
