//! Numbers, counts and lists as sentences show them.

/// Names that a list shows before it says how many more there are.
const SHOWN: usize = 10;

/// Text from a file as a sentence may quote it: at most 300 characters, control characters escaped.
pub(crate) fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    text.chars().take(300).map(shown).collect()
}

/// A number with at most `digits` significant digits; digits before the point and integers are never rounded away.
/// `17.38` → `17.4` with 3 digits, `13862.4` → `13862`, `0.01234` → `0.0123`.
pub(crate) fn number(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return x.to_string();
    }
    if x == x.trunc() && x.abs() < 1e15 {
        // Adding 0 turns −0 into 0.
        return format!("{:.0}", x + 0.0);
    }
    let precision = digits.saturating_sub(1);
    let scientific = format!("{x:.precision$e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..15).contains(&exponent) {
        return format!("{}e{exponent}", without_end_zeros(mantissa));
    }
    let decimals = usize::try_from(precision as i32 - exponent).unwrap_or(0);
    without_end_zeros(&format!("{x:.decimals$}")).to_owned()
}

fn without_end_zeros(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

/// [`number`] for prose: a true minus sign, thousands separated by commas.
pub(crate) fn prose(x: f64, digits: usize) -> String {
    let text = number(x, digits);
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("−", rest));
    let (whole, fraction) = rest.find(['.', 'e']).map_or((rest, ""), |at| rest.split_at(at));
    format!("{sign}{}{fraction}", grouped(whole))
}

/// A count with thousands separated by commas.
pub(crate) fn count(n: usize) -> String {
    grouped(&n.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count and its noun: `1 row`, `1,033 cells`.
pub(crate) fn of(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share as a percentage with two significant digits: `15 %`, `0.4 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", number(100.0 * share, 2))
}

/// `a, b, c and 12 more`: at most ten names.
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `a, b and c`: every name.
pub(crate) fn enumerate<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_a_person_reads() {
        let check = |x: f64, expect: &str| assert_eq!(number(x, 4), expect);
        check(17.4, "17.4");
        check(2.64, "2.64");
        check(0.0123, "0.0123");
        check(0.012_345_6, "0.01235");
        check(1718.0, "1718");
        check(13_862.0, "13862");
        check(13_862.44, "13862");
        check(99_999.6, "100000");
        check(9.999_96, "10");
        check(-0.0, "0");
        check(-1.5, "-1.5");
        check(1.0 / 3.0, "0.3333");
        check(1.234e-9, "1.234e-9");
        check(1.5e20, "1.5e20");
        check(123_456_789.0, "123456789");
        assert_eq!(number(17.38, 3), "17.4");
        assert_eq!(number(f64::INFINITY, 3), "inf");
    }

    #[test]
    fn prose_groups_thousands() {
        assert_eq!(prose(-13_862.44, 4), "−13,862");
        assert_eq!(prose(0.5, 3), "0.5");
        assert_eq!(prose(1e-9, 3), "1e-9");
        assert_eq!(count(1_033), "1,033");
        assert_eq!(count(999), "999");
        assert_eq!(of(1, "row", "rows"), "1 row");
        assert_eq!(percent(0.145_4), "15 %");
        assert_eq!(percent(0.003_6), "0.36 %");
    }

    #[test]
    fn lists_end_in_the_number_left_out() {
        let names: Vec<String> = (1..=12).map(|i| format!("x{i}")).collect();
        assert_eq!(list(&names[..2]), "x1, x2");
        assert_eq!(list(&names), "x1, x2, x3, x4, x5, x6, x7, x8, x9, x10 and 2 more");
        assert_eq!(enumerate(&names[..3]), "x1, x2 and x3");
        assert_eq!(enumerate(&names[..1]), "x1");
    }
}
