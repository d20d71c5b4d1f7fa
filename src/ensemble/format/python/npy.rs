//! The `.npy` format: a magic number, a header that is a Python dict, and the bytes of the array.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>, versions 1 to 3.

use super::array::{Array, Blob, Dtype, Field, Kind, Scalar, n_bytes};
use std::rc::Rc;

/// Dimensions of an array.
pub(super) const MAX_DIMENSIONS: usize = 8;
/// Fields of a structured type.
const MAX_FIELDS: usize = 64;

/// Reads an array, whose items start at the position that comes with it.
///
/// # Errors
/// What is wrong, for the end of a sentence.
pub(super) fn read(bytes: Rc<[u8]>) -> Result<Array<'static>, &'static str> {
    let header_at = match bytes.get(..8) {
        Some(&[0x93, b'N', b'U', b'M', b'P', b'Y', 1, _]) => 10,
        Some(&[0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _]) => 12,
        _ => return Err("it does not start like a .npy file"),
    };
    let length = bytes.get(8..header_at).ok_or("the header is cut off")?;
    let length = length.iter().rev().fold(0usize, |n, &byte| n << 8 | usize::from(byte));
    let data_at = header_at.checked_add(length).ok_or("the header is cut off")?;
    let header = bytes.get(header_at..data_at).ok_or("the header is longer than the file")?;
    let header = std::str::from_utf8(header).map_err(|_| "the header is not text")?;
    let Header { dtype, fortran, shape } = Cursor { rest: header }.header()?;
    if dtype.holds_objects() {
        return Err("it holds Python objects, which are never read from a .npy file");
    }
    let data = &bytes[data_at..];
    if n_bytes(&dtype, &shape) != Some(data.len()) {
        return Err("the header claims another number of bytes than there are");
    }
    let data = Blob::Made(data.into());
    Array::new(Rc::new(dtype), shape, fortran, data).ok_or("the header does not fit the bytes")
}

struct Header {
    dtype: Dtype,
    fortran: bool,
    shape: Vec<usize>,
}

/// Reads the few Python literals that a header is made of.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn header(mut self) -> Result<Header, &'static str> {
        let (mut dtype, mut fortran, mut shape) = (None, None, None);
        self.expect('{')?;
        while !self.take('}') {
            let key = self.text()?;
            self.expect(':')?;
            match key {
                "descr" => dtype = Some(self.dtype()?),
                "fortran_order" => fortran = Some(self.flag()?),
                "shape" => shape = Some(self.shape()?),
                _ => return Err("the header has an unknown key"),
            }
            if !self.take(',') {
                self.expect('}')?;
                break;
            }
        }
        match (dtype, fortran, shape) {
            (Some(dtype), Some(fortran), Some(shape)) => Ok(Header { dtype, fortran, shape }),
            _ => Err("the header lacks descr, fortran_order or shape"),
        }
    }

    fn take(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), &'static str> {
        if self.take(c) { Ok(()) } else { Err("the header is not a dict of the known form") }
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        const ODD: &str = "the header has text of an unknown form";
        let quote = if self.take('\'') {
            '\''
        } else if self.take('"') {
            '"'
        } else {
            return Err(ODD);
        };
        let (text, rest) = self.rest.split_once(quote).ok_or(ODD)?;
        self.rest = rest;
        if text.contains('\\') { Err(ODD) } else { Ok(text) }
    }

    fn flag(&mut self) -> Result<bool, &'static str> {
        self.rest = self.rest.trim_start();
        for (word, flag) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(flag);
            }
        }
        Err("fortran_order is neither True nor False")
    }

    fn shape(&mut self) -> Result<Vec<usize>, &'static str> {
        let mut shape = Vec::new();
        self.expect('(')?;
        while !self.take(')') {
            self.rest = self.rest.trim_start();
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let extent = self.rest[..end].parse().map_err(|_| "the shape is not a list of counts")?;
            self.rest = &self.rest[end..];
            shape.push(extent);
            if shape.len() > MAX_DIMENSIONS {
                return Err("it has too many dimensions");
            }
            if !self.take(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(shape)
    }

    /// A type name, or a list of (name, type name).
    fn dtype(&mut self) -> Result<Dtype, &'static str> {
        if !self.take('[') {
            return Ok(Dtype::plain(self.scalar()?));
        }
        let (mut fields, mut size) = (Vec::new(), 0usize);
        while !self.take(']') {
            self.expect('(')?;
            let name = self.text()?.to_owned();
            self.expect(',')?;
            let scalar = self.scalar()?;
            self.take(',');
            self.expect(')')?;
            fields.push(Field { name, scalar, offset: size });
            size = size.checked_add(scalar.size).ok_or("its fields are too wide")?;
            if fields.len() > MAX_FIELDS {
                return Err("it has too many fields");
            }
            if !self.take(',') {
                self.expect(']')?;
                break;
            }
        }
        Ok(Dtype { scalar: Scalar { kind: Kind::Other, size }, fields })
    }

    fn scalar(&mut self) -> Result<Scalar, &'static str> {
        Scalar::parse(self.text()?).ok_or("it has an unknown type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Rc<[u8]> {
        let mut out = b"\x93NUMPY\x01\x00".to_vec();
        out.extend((header.len() as u16).to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(data);
        out.into()
    }

    #[test]
    fn plain_and_structured_arrays_are_read() {
        let array =
            read(file("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 1), }  \n", &[1, 0, 2, 0]))
                .unwrap();
        assert_eq!((array.shape(), array.numbers().unwrap()), (&[2, 1][..], vec![1.0, 2.0]));
        let header =
            "{'descr': [('a', '|u1'), ('b', '<i2'), ('', '|V1')], 'fortran_order': False, 'shape': (2,), }";
        let array = read(file(header, &[1, 2, 0, 9, 3, 4, 0, 9])).unwrap();
        let (a, b) = (array.column("a").unwrap(), array.column("b").unwrap());
        assert_eq!(
            [a.i64(0), b.i64(0), a.i64(1), b.i64(1), b.i64(2)],
            [Some(1), Some(2), Some(3), Some(4), None]
        );
        assert!(array.column("c").is_none() && array.numbers().is_none());
        assert_eq!(read(file("{'descr':'<f8','fortran_order':False,'shape':()}", &[0; 8])).unwrap().len(), 1);
    }

    #[test]
    fn lies_are_refused() {
        for (header, data) in [
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", &[0u8; 8][..]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 8), }", &[]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1), 'more': (1,)}", &[0; 8]),
            ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", &[0; 8]),
            ("{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,), }", &[0; 8]),
            ("{'descr': '<f8', 'shape': (1,), }", &[0; 8]),
            ("{'descr': [('a', '<f8', (2,))], 'fortran_order': False, 'shape': (1,), }", &[0; 16]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", &[0; 8]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", &[0; 8]),
            ("", &[]),
        ] {
            assert!(read(file(header, data)).is_err(), "{header}");
        }
        assert!(read(b"\x93NUMPY\x01\x00\xFF\xFF{}".as_slice().into()).is_err());
        assert!(read(b"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}".as_slice().into()).is_err());
        assert!(read(b"\x93NUMPY\x01".as_slice().into()).is_err());
    }
}
