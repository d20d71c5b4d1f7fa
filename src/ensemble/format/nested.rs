//! Trees that JSON writes as objects within objects, taken apart without recursion: such a file nests as deep as its
//! trees, and a browser's stack is small.

use serde::de::DeserializeOwned;

/// A node of a nest.
#[derive(Debug, PartialEq)]
pub(super) struct Nested<T> {
    /// What it holds beside its children.
    pub(super) value: T,
    /// Positions of its children in the list.
    pub(super) children: [Option<usize>; 2],
}

/// Where a part of a text starts in it.
pub(super) fn offset(text: &[u8], part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// The objects of a nest, parents before children. `text` is well-formed JSON; `keys` name the two children.
///
/// # Errors
/// Of the first object that is no `T`, with the byte of the text where it starts.
pub(super) fn flattened<T: DeserializeOwned>(
    text: &str,
    keys: [&str; 2],
) -> Result<Vec<Nested<T>>, (usize, serde_json::Error)> {
    let text = text.as_bytes();
    let mut nodes: Vec<Option<Nested<T>>> = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' => {
                open.push(Open { number: nodes.len(), at, shallow: vec![b'{'], children: [None; 2] });
                nodes.push(None);
                at += 1;
            }
            b'"' => {
                let Some(parent) = open.last_mut() else { break };
                let key_end = past_value(text, at);
                let value = past(text, key_end, |b| b == b':' || b.is_ascii_whitespace());
                let key = text.get(at + 1..key_end.saturating_sub(1)).unwrap_or_default();
                match keys.iter().position(|k| k.as_bytes() == key) {
                    Some(side) if text.get(value) == Some(&b'{') => {
                        parent.children[side] = Some(nodes.len());
                        at = value;
                    }
                    _ => {
                        let end = past_value(text, value);
                        parent.member(&text[at..end]);
                        at = end;
                    }
                }
            }
            b'}' => {
                let Some(Open { number, at: start, mut shallow, children }) = open.pop() else { break };
                shallow.push(b'}');
                let value = serde_json::from_slice(&shallow).map_err(|e| (start, e))?;
                nodes[number] = Some(Nested { value, children });
                if open.is_empty() {
                    break;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    // Well-formed JSON closes what it opens; what is no object has no nodes.
    Ok(nodes.into_iter().map_while(|node| node).collect())
}

/// An object that is not yet closed.
struct Open {
    number: usize,
    at: usize,
    /// Its text without the children.
    shallow: Vec<u8>,
    children: [Option<usize>; 2],
}

impl Open {
    fn member(&mut self, text: &[u8]) {
        if self.shallow.len() > 1 {
            self.shallow.push(b',');
        }
        self.shallow.extend_from_slice(text);
    }
}

/// The first place from `at` on where `over` does not hold.
fn past(text: &[u8], at: usize, over: impl Fn(u8) -> bool) -> usize {
    text[at..].iter().position(|&b| !over(b)).map_or(text.len(), |n| at + n)
}

/// The end of the value that starts at `at`.
fn past_value(text: &[u8], at: usize) -> usize {
    let (mut i, mut depth) = (at, 0usize);
    while let Some(byte) = text.get(i) {
        match byte {
            b'"' => {
                i += 1;
                while text.get(i).is_some_and(|&b| b != b'"') {
                    i += if text[i] == b'\\' { 2 } else { 1 };
                }
                if depth == 0 {
                    return (i + 1).min(text.len());
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return i,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            b',' if depth == 0 => return i,
            _ => {}
        }
        i += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Node {
        v: f64,
        #[serde(default)]
        set: Vec<String>,
    }

    /// A value and its children.
    type Flat = (f64, [Option<usize>; 2]);

    fn nodes(text: &str) -> Result<Vec<Flat>, usize> {
        match flattened::<Node>(text, ["left", "right"]) {
            Ok(nodes) => Ok(nodes.into_iter().map(|n| (n.value.v, n.children)).collect()),
            Err((at, _)) => Err(at),
        }
    }

    #[test]
    fn objects_come_out_with_their_children() {
        let text = r#" { "left" : {"v":1, "set":["}{", "a\\\"b"]}, "v":0, "right":{"right":{"v":3},"left":{"v":4},"v":2} } "#;
        assert_eq!(
            nodes(text),
            Ok(vec![
                (0.0, [Some(1), Some(2)]),
                (1.0, [None, None]),
                (2.0, [Some(4), Some(3)]),
                (3.0, [None, None]),
                (4.0, [None, None])
            ])
        );
        assert_eq!(nodes("null"), Ok(vec![]));
        assert_eq!(nodes(r#"{"v":0,"left":null}"#), Ok(vec![(0.0, [None, None])]));
        assert_eq!(nodes(r#"{"v":0,"left":{"v":"x"}}"#), Err(14));
    }

    #[test]
    fn a_million_levels_need_no_stack() {
        let n = 1_000_000;
        let text = r#"{"v":0,"left":"#.repeat(n) + r#"{"v":1}"# + &"}".repeat(n);
        assert_eq!(nodes(&text).unwrap().len(), n + 1);
    }

    #[test]
    fn no_text_is_too_odd() {
        for text in [
            "",
            "{",
            "}",
            "\"",
            "{\"",
            "{\"left\":",
            "{\"left\":{",
            "\"\\",
            "{\"a\":\"\\",
            "]]",
            "{\"left\"}",
        ] {
            let _ = nodes(text);
        }
    }
}
