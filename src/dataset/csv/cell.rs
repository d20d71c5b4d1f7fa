//! What one cell says.

/// Words that stand for a missing value, beside the empty cell. `None` and `none` are not among them: they are
/// common levels (no oedema, no treatment).
pub(super) const MISSING_WORDS: [&str; 11] =
    ["NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "Null", "<NA>", "#N/A"];

/// What a trimmed cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A word for missing, as an index into the list of them.
    Word(usize),
    /// A lone `.`, which SAS writes for missing: missing among numbers, a text among texts.
    Dot,
    /// A number written with a decimal point or as an integer.
    Number {
        /// Nearest f64, finite.
        value: f64,
        /// True if it holds a `.`.
        point: bool,
    },
    /// A number if the comma in it is a decimal comma.
    Comma {
        /// Nearest f64, finite.
        value: f64,
        /// True if the comma may as well separate thousands, as in `1,234`.
        thousands: bool,
    },
    /// Anything else.
    Text,
}

impl Cell {
    /// Reads a trimmed cell. `buffer` is scratch space.
    pub fn of(cell: &str, buffer: &mut String) -> Cell {
        let Some(&first) = cell.as_bytes().first() else { return Cell::Empty };
        if cell == "." {
            return Cell::Dot;
        }
        if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
            return match missing_word(cell) {
                Some(word) => Cell::Word(word),
                None => Cell::Text,
            };
        }
        if let Some(value) = number(cell) {
            return Cell::Number { value, point: cell.contains('.') };
        }
        match cell.find(',') {
            Some(at) if digit_at(cell, at.checked_sub(1)) && digit_at(cell, Some(at + 1)) => {
                buffer.clear();
                buffer.push_str(&cell[..at]);
                buffer.push('.');
                buffer.push_str(&cell[at + 1..]);
                number(buffer)
                    .map_or(Cell::Text, |value| Cell::Comma { value, thousands: thousands(cell, at) })
            }
            _ => Cell::Text,
        }
    }
}

/// The word for missing that a cell says, as an index into [`MISSING_WORDS`].
pub(super) fn missing_word(cell: &str) -> Option<usize> {
    // Most cells are told apart by their length.
    (cell.len() < 5).then(|| MISSING_WORDS.iter().position(|word| *word == cell)).flatten()
}

/// A finite decimal number, unless it is written as an identifier: `007`, or an integer too long for an f64.
///
/// Infinities are not numbers here; XGBoost refuses them too.
pub(super) fn number(cell: &str) -> Option<f64> {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell).as_bytes();
    let is_number = digits.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.');
    let leading_zero = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
    if !is_number || leading_zero {
        return None;
    }
    let value: f64 = cell.parse().ok().filter(|v: &f64| v.is_finite())?;
    let too_long = value.abs() > 9_007_199_254_740_992.0 && digits.iter().all(u8::is_ascii_digit);
    (!too_long).then_some(value)
}

fn digit_at(text: &str, at: Option<usize>) -> bool {
    at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit)
}

/// `1,234`, `-12,000`: one to three digits that do not begin with 0, a comma, three digits.
fn thousands(cell: &str, comma: usize) -> bool {
    let (before, after) = (cell[..comma].trim_start_matches(['+', '-']), &cell[comma + 1..]);
    before.len() <= 3
        && !before.starts_with('0')
        && after.len() == 3
        && after.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_what_a_person_reads() {
        let check =
            |cell: &str, expect: Cell| assert_eq!(Cell::of(cell, &mut String::new()), expect, "{cell}");
        let number = |value: f64, point: bool| Cell::Number { value, point };
        let comma = |value: f64, thousands: bool| Cell::Comma { value, thousands };
        check("", Cell::Empty);
        check(".", Cell::Dot);
        for (i, word) in MISSING_WORDS.iter().enumerate() {
            check(word, Cell::Word(i));
        }
        for text in ["none", "None", "na", "inf", "-inf", "Infinity", "+", "-", "1.2.3", "1e999", "0x1f"] {
            check(text, Cell::Text);
        }
        for text in
            ["007", "-01", "90071992547409930", "5%", "<0.5", "1,2,3", ",5", "5,", "1,2.3", "1_000", "1 2"]
        {
            check(text, Cell::Text);
        }
        check("0", number(0.0, false));
        check("-0.5", number(-0.5, true));
        check(".5", number(0.5, true));
        check("+1e-3", number(0.001, false));
        check("0.1", number(0.1, true));
        check("123456789012345.5", number(123_456_789_012_345.5, true));
        check("1e300", number(1e300, false));
        check("3,5", comma(3.5, false));
        check("-0,125", comma(-0.125, false));
        check("1,234", comma(1.234, true));
        check("1,5e3", comma(1500.0, false));
    }
}
