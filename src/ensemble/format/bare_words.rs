//! `NaN` and `Infinity` in JSON: not allowed by the standard, written by libraries all the same.
//!
//! XGBoost writes `NaN` where a number has no meaning, for instance as the threshold of a categorical split.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The text with each bare `NaN`, `Infinity` and `-Infinity` replaced by an empty string of the same width, so that
/// standard JSON remains and places in messages stay right. [`Real`] reads it as NaN.
pub(super) fn blanked(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|&b| b == b'N' || b == b'I') {
        return Cow::Borrowed(text);
    }
    let mut out = Cow::Borrowed(text);
    let (mut i, mut in_string) = (0, false);
    while let Some(&byte) = text.get(i) {
        let word = [&b"NaN"[..], b"Infinity", b"-Infinity"].into_iter().find(|w| text[i..].starts_with(w));
        match (byte, word) {
            (b'"', _) => in_string = !in_string,
            (b'\\', _) if in_string => i += 1,
            (_, Some(word)) if !in_string => {
                let place = &mut out.to_mut()[i..i + word.len()];
                place.fill(b' ');
                place[..2].fill(b'"');
                i += word.len() - 1;
            }
            _ => {}
        }
        i += 1;
    }
    out
}

/// A 32-bit number of a model file; NaN where the file has a bare word.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct Real(pub(super) f32);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Real;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, x: f64) -> Result<Real, E> {
                Ok(Real(x as f32))
            }
            fn visit_i64<E: Error>(self, x: i64) -> Result<Real, E> {
                Ok(Real(x as f32))
            }
            fn visit_u64<E: Error>(self, x: u64) -> Result<Real, E> {
                Ok(Real(x as f32))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Real, E> {
                if text.is_empty() {
                    Ok(Real(f32::NAN))
                } else {
                    Err(E::invalid_type(Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_become_not_a_number_and_strings_stay() {
        let text = br#"[1, NaN, -Infinity, Infinity, 2.5e0, -3]"#;
        let blank = blanked(text);
        assert_eq!(blank.len(), text.len());
        let numbers: Vec<Real> = serde_json::from_slice(&blank).unwrap();
        let finite: Vec<f32> = numbers.iter().map(|r| r.0).filter(|x| x.is_finite()).collect();
        assert_eq!((numbers.len(), finite), (6, vec![1.0, 2.5, -3.0]));
        for untouched in [&br#"["NaN", "a\"NaN\\", "Infinity"]"#[..], b"[1, 2]", b"\"\\", b"N"] {
            assert!(matches!(blanked(untouched), Cow::Borrowed(_)), "{}", String::from_utf8_lossy(untouched));
        }
        assert!(serde_json::from_slice::<Vec<Real>>(b"[\"1\"]").is_err());
    }
}
