//! The texts of categorical levels, which files have since 3.1.
//!
//! XGBoost 3.1 and 3.2 count characters where they mean bytes when a pandas table has levels outside ASCII: the
//! offsets are too small for the bytes and the last texts are cut off. What is whole is kept, what is lost is said.

use super::{MODEL, json};
use crate::ensemble::ModelError;

/// Level texts by code; None for a feature that is not categorical.
pub(super) fn of_feature(
    feature: usize,
    encoding: json::Encoding,
    version: (u32, u32),
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<String>>, ModelError> {
    let texts = match encoding.offsets {
        None => encoding.values.iter().map(number_text).collect(),
        Some(offsets) => {
            let bytes: Vec<u8> = encoding.values.iter().map(byte).collect();
            let cuts = cuts(&offsets, bytes.len()).ok_or_else(|| ModelError::Value {
                key: format!("{MODEL}.cats.enc[{feature}].offsets"),
                got: "a list that goes back or past the end".into(),
                expected: "ascending offsets into `values`",
            })?;
            match by_bytes(&bytes, &cuts) {
                Some(texts) => {
                    if version < (3, 3) && !bytes.is_ascii() {
                        warnings.push(format!(
                            "Feature {feature} has levels outside ASCII, which XGBoost 3.1 and 3.2 may have stored \
                             wrongly; compare the levels shown with those of the training data."
                        ));
                    }
                    texts
                }
                None => by_characters(feature, &bytes, &cuts, warnings),
            }
        }
    };
    for text in &texts {
        crate::ensemble::builder::within(
            "characters in a level",
            text.chars().count(),
            crate::ensemble::builder::MAX_NAME,
        )?;
    }
    Ok((!texts.is_empty()).then_some(texts))
}

/// Bytes are written as signed numbers.
fn byte(number: &serde_json::Number) -> u8 {
    (number.as_i64().unwrap_or(0) & 255) as u8
}

fn number_text(number: &serde_json::Number) -> String {
    match number.as_i64() {
        Some(whole) => whole.to_string(),
        None => number.as_f64().unwrap_or(0.0).to_string(),
    }
}

fn cuts(offsets: &[i64], end: usize) -> Option<Vec<usize>> {
    let cuts: Vec<usize> = offsets.iter().map(|&o| usize::try_from(o).ok()).collect::<Option<_>>()?;
    (cuts.is_sorted() && cuts.last().is_none_or(|&last| last <= end)).then_some(cuts)
}

fn by_bytes(bytes: &[u8], cuts: &[usize]) -> Option<Vec<String>> {
    cuts.windows(2).map(|cut| Some(std::str::from_utf8(&bytes[cut[0]..cut[1]]).ok()?.to_owned())).collect()
}

fn by_characters(feature: usize, bytes: &[u8], cuts: &[usize], warnings: &mut Vec<String>) -> Vec<String> {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default(),
    };
    let characters: Vec<char> = whole.chars().collect();
    let mut n_lost = 0;
    let texts = cuts
        .windows(2)
        .enumerate()
        .map(|(code, cut)| match characters.get(cut[0]..cut[1]) {
            Some(text) => text.iter().collect(),
            None => {
                n_lost += 1;
                format!("(text of level {code} lost)")
            }
        })
        .collect();
    warnings.push(format!(
        "XGBoost 3.1 and 3.2 cut off level texts outside ASCII: {n_lost} of {} levels of feature {feature} have lost \
         theirs and cannot be matched. Load the model in XGBoost 3.4 with its training data's levels and save it anew, \
         or train on level codes.",
        cuts.len().saturating_sub(1)
    ));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], offsets: &[i64], version: (u32, u32)) -> (Option<Vec<String>>, usize) {
        let values = text.iter().map(|&b| i64::from(b as i8).into()).collect();
        let encoding = json::Encoding { offsets: Some(offsets.to_vec()), values };
        let mut warnings = Vec::new();
        let levels = of_feature(0, encoding, version, &mut warnings).unwrap();
        (levels, warnings.len())
    }

    #[test]
    fn texts_are_cut_at_byte_offsets() {
        let (levels, n_warnings) = read("né≥x".as_bytes(), &[0, 3, 7], (3, 4));
        assert_eq!((levels.unwrap(), n_warnings), (vec!["né".to_owned(), "≥x".to_owned()], 0));
        assert_eq!(read(b"", &[], (3, 4)), (None, 0));
    }

    #[test]
    fn offsets_that_count_characters_are_recognised_and_lost_texts_named() {
        // Five characters in nine bytes, of which five are in the file.
        let (levels, n_warnings) = read(&"≥aé≥b".as_bytes()[..5], &[0, 2, 3, 5], (3, 1));
        assert_eq!(levels.unwrap(), ["≥a", "(text of level 1 lost)", "(text of level 2 lost)"]);
        assert_eq!(n_warnings, 1);
    }

    #[test]
    fn offsets_that_go_back_are_refused() {
        for offsets in [&[0, 3, 2][..], &[-1, 2], &[0, 9]] {
            let encoding = json::Encoding { offsets: Some(offsets.to_vec()), values: vec![0.into(); 4] };
            assert!(of_feature(1, encoding, (3, 4), &mut Vec::new()).is_err());
        }
    }
}
