//! The heads of a column's pages, looked at before the library reads them.
//!
//! The library skips what it does not know in a head without noticing the end of the file, element by element: a list that
//! claims two thousand million of them holds it up for seconds. No head that the format describes has a list, a set or a
//! map (Apache Parquet, `parquet.thrift`: `PageHeader` and what it holds; Thrift's compact protocol).

/// Structures within structures: a head, the head of its kind, its statistics, and one to spare.
const MOST_LEVELS: usize = 4;

/// Walks from page to page in `bytes` while they begin before `end`.
///
/// # Errors
/// True words about a head that no writer makes. What is merely cut off is left to the library.
pub(super) fn check(bytes: &[u8], start: usize, end: usize) -> Result<(), &'static str> {
    let mut at = start;
    while at < end {
        let mut head = Head { rest: bytes.get(at..end).unwrap_or_default(), size: None };
        match head.structure(MOST_LEVELS) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Damage) => return Err("the head of a page holds what no page has"),
        }
        let Some(size) = head.size.and_then(|size| usize::try_from(size).ok()) else {
            return Err("the head of a page does not say how long the page is");
        };
        at = (end - head.rest.len()).saturating_add(size);
    }
    Ok(())
}

/// Why a head is not read further.
enum Stop {
    /// The bytes are at an end.
    End,
    Damage,
}

struct Head<'a> {
    rest: &'a [u8],
    /// Bytes of the page after its head.
    size: Option<i64>,
}

impl Head<'_> {
    fn structure(&mut self, levels: usize) -> Result<(), Stop> {
        let mut field = 0;
        loop {
            let head = self.byte()?;
            let kind = head & 15;
            if kind == 0 {
                return Ok(());
            }
            field = match i64::from(head >> 4) {
                0 => self.number()?,
                step => field + step,
            };
            match kind {
                // Truth values are in the kind.
                1 | 2 => {}
                3 => _ = self.byte()?,
                4..=6 => {
                    let number = self.number()?;
                    // `compressed_page_size`.
                    if levels == MOST_LEVELS && field == 3 {
                        self.size = Some(number);
                    }
                }
                8 => {
                    let length = usize::try_from(self.unsigned()?).map_err(|_| Stop::Damage)?;
                    self.rest = self.rest.get(length..).ok_or(Stop::End)?;
                }
                12 if levels > 1 => self.structure(levels - 1)?,
                _ => return Err(Stop::Damage),
            }
        }
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let (&first, rest) = self.rest.split_first().ok_or(Stop::End)?;
        self.rest = rest;
        Ok(first)
    }

    fn unsigned(&mut self) -> Result<u64, Stop> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(Stop::Damage)
    }

    /// A signed number, in zigzag.
    fn number(&mut self) -> Result<i64, Stop> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head with 5 bytes after it: type 0, size 10, size 5, and a head of its kind with a text and a truth value.
    const PAGE: &[u8] = &[
        0x15, 0, 0x15, 20, 0x15, 10, 0x2c, 0x15, 2, 0x18, 2, b'h', b'i', 0x11, 0, 0, b'p', b'a', b'g', b'e',
        b's',
    ];

    fn said(bytes: &[u8]) -> Option<&'static str> {
        check(bytes, 0, bytes.len()).err()
    }

    #[test]
    fn pages_follow_each_other() {
        assert_eq!(said(PAGE), None);
        let two = [PAGE, PAGE].concat();
        assert_eq!(said(&two), None);
        let damaged = [PAGE, &[0x19, 0xf7, 0xff, 0xff, 0xff, 0xff, 7]].concat();
        assert_eq!(said(&damaged), Some("the head of a page holds what no page has"));
        assert_eq!(check(&damaged, 0, PAGE.len()), Ok(()));
    }

    #[test]
    fn a_cut_file_is_left_to_the_library() {
        for n in 0..PAGE.len() {
            assert_eq!(said(&PAGE[..n]), None, "{n}");
        }
        assert_eq!(check(PAGE, 100, 200), Ok(()));
    }

    #[test]
    fn what_no_page_has_is_refused() {
        let strange = "the head of a page holds what no page has";
        for kind in [7, 9, 10, 11, 13, 14, 15] {
            assert_eq!(said(&[0x10 | kind, 0, 0]), Some(strange), "{kind}");
        }
        assert_eq!(said(&[0x1c, 0x1c, 0x1c, 0x1c, 0, 0, 0, 0, 0]), Some(strange));
        assert_eq!(said(&[0x16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]), Some(strange));
        assert_eq!(said(&[0x15, 0, 0]), Some("the head of a page does not say how long the page is"));
        assert_eq!(said(&[0x35, 9, 0]), Some("the head of a page does not say how long the page is"));
    }
}
