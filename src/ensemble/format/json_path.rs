//! Where in a JSON text an error lies, as a person would write it.
//!
//! Tracking the path while reading costs time and code for every good file. So it is found afterwards, by walking the
//! text up to the place that the reader names. The text may be damaged there; until there it is well-formed.

use crate::ensemble::ModelError;

/// An error of the JSON reader with its place.
pub(super) fn json_error(text: &[u8], error: &serde_json::Error) -> ModelError {
    let (line, column) = (error.line(), error.column());
    ModelError::Json { line, column, key: path_at(text, line, column), problem: bare(error) }
}

/// An error in a value that was read apart: `at` is where the value starts in the text.
pub(super) fn json_error_at(text: &[u8], at: usize, error: &serde_json::Error) -> ModelError {
    let before = &text[..at.min(text.len())];
    let line = before.split(|&b| b == b'\n').count();
    let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
    ModelError::Json { line, column, key: path_at(text, line, column), problem: bare(error) }
}

/// What the reader says without " at line 1 column 2", which is said apart.
fn bare(error: &serde_json::Error) -> String {
    let message = error.to_string();
    shortened(message.rsplit_once(" at line ").map_or(message.as_str(), |(problem, _)| problem))
}

/// A message that may quote the file, at a length that fits a sentence.
pub(super) fn shortened(message: &str) -> String {
    message.chars().take(200).collect()
}

/// One level of nesting.
enum Level<'a> {
    /// The key of the entry, once it was read.
    Object(Option<&'a [u8]>),
    /// The index of the element.
    Array(usize),
}

/// Path of the value at `line` and `column` (both 1-based, columns in bytes), such as `learner.trees[3].depth`;
/// empty at the top.
pub(super) fn path_at(text: &[u8], line: usize, column: usize) -> String {
    let start =
        text.split_inclusive(|&b| b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    let end = start.saturating_add(column).min(text.len());
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut i = 0;
    while i < end {
        match text[i] {
            b'{' => levels.push(Level::Object(None)),
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' if i + 1 < end => {
                levels.pop();
            }
            // The bracket closes too early: something of this level is missing.
            b'}' => {
                if let Some(Level::Object(key)) = levels.last_mut() {
                    *key = None;
                }
            }
            b',' => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                let length = string_length(&text[i + 1..]);
                if let Some(Level::Object(key @ None)) = levels.last_mut() {
                    *key = Some(&text[i + 1..i + 1 + length]);
                }
                i += length + 1;
            }
            _ => {}
        }
        i += 1;
    }
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(Some(key)) => {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(&String::from_utf8_lossy(&key[..key.len().min(60)]));
            }
            Level::Array(index) => path.push_str(&format!("[{index}]")),
            Level::Object(None) => {}
        }
    }
    // A path of absurd nesting says nothing more by being complete.
    path.chars().take(200).collect()
}

/// Bytes up to the closing quote, or to the end.
fn string_length(text: &[u8]) -> usize {
    let mut i = 0;
    while i < text.len() && text[i] != b'"' {
        i += if text[i] == b'\\' { 2 } else { 1 };
    }
    i.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Node {
        left: Vec<i32>,
        #[serde(default)]
        name: String,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct File {
        trees: Vec<Node>,
        count: u32,
    }

    #[test]
    fn the_reader_s_place_becomes_a_path() {
        for (text, expected) in [
            (r#"{"trees":[{"left":[1,2]},{"left":[1,"x"]}],"count":1}"#, "trees[1].left[1]"),
            ("{\"trees\":[],\n \"count\": -4}", "count"),
            ("{\n\"trees\":[\n{\"name\":\"a \\\"{[,\",\"left\":[1.5]}\n],\"count\":1}", "trees[0].left[0]"),
            (r#"{"trees":[{"name":"x"}],"count":1}"#, "trees[0]"),
            (r#"{"trees":[{"left":[1,2]"#, "trees[0].left[1]"),
            (r#"{"trees":{"left":1}}"#, "trees"),
            ("[", "[0]"),
            ("", ""),
        ] {
            let error = serde_json::from_str::<File>(text).unwrap_err();
            assert_eq!(path_at(text.as_bytes(), error.line(), error.column()), expected, "{text}: {error}");
        }
    }

    #[test]
    fn no_place_and_no_text_is_too_odd() {
        for text in [&b"\"\\"[..], b"}}]]", b"{\"a", b",,,", b"\xFF\"\xFF"] {
            for line in 0..3 {
                for column in [0, 1, 2, 9, usize::MAX] {
                    path_at(text, line, column);
                }
            }
        }
    }
}
