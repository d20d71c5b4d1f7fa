//! Column names.

use super::cell;
use super::records::Record;
use crate::dataset::error::{Cap, DataError};
use std::collections::HashMap;

/// What a column without a name is called; `position` is 1-based.
pub(super) fn nameless(position: usize) -> String {
    format!("column {position}")
}

/// The trimmed names of a header, "" where a column has none.
pub(super) fn names(header: &Record<'_>, warnings: &mut Vec<String>) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if names.iter().any(|name| name.len() > Cap::Name.limit()) {
        return Err(DataError::TooLarge { cap: Cap::Name, row: Some(1) });
    }
    for (i, _) in names.iter().enumerate().filter(|(_, name)| name.contains(is_invisible)) {
        warnings.push(format!("The name of column {} holds characters that do not show.", i + 1));
    }
    let mut first_of = HashMap::with_capacity(names.len());
    for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if let Some(first) = first_of.insert(name.as_str(), i + 1) {
            return Err(DataError::DuplicateHeader { name: name.clone(), first, second: i + 1 });
        }
    }
    let mut given = names.iter().filter(|name| !name.is_empty()).peekable();
    let Some(first) = given.peek().map(|name| (*name).clone()) else {
        return Err(DataError::NoHeader { first: "an empty cell".into() });
    };
    if given.all(|name| cell::number(name).is_some()) {
        // 0, 1, 2, …: what pandas writes above a matrix.
        if names.iter().enumerate().all(|(i, name)| *name == i.to_string()) && names.len() > 1 {
            warnings.push(format!("The column names are the numbers 0 to {}.", names.len() - 1));
        } else {
            return Err(DataError::NoHeader { first });
        }
    }
    Ok(names)
}

/// Control characters, and those that change how a name looks without showing: zero width, direction, soft hyphen.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}
