//! Numbers as text: true minus signs, thin spaces in thousands, no more digits than were measured.

/// True minus sign, as wide as a plus.
pub const MINUS: char = '\u{2212}';
/// Narrow no-break space.
const THIN: char = '\u{202f}';
const NO_BREAK: char = '\u{a0}';

/// Decimals with which the largest of some numbers has three significant digits.
pub fn decimals(max_abs: f64) -> usize {
    if !(max_abs.is_finite() && max_abs > 0.0) {
        return 2;
    }
    (2 - magnitude(max_abs)).clamp(0, 8) as usize
}

/// With its sign: `+1.53`, `−0.30`; zero is plain.
pub fn signed(x: f64, decimals: usize) -> String {
    let sign = if x > 0.0 {
        "+"
    } else if x < 0.0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{}", fixed(x.abs(), decimals))
}

/// Like [`signed`], without a sign on what rounds to zero.
pub fn settled(x: f64, decimals: usize) -> String {
    let text = signed(x, decimals);
    if text.chars().any(|c| ('1'..='9').contains(&c)) { text } else { fixed(0.0, decimals) }
}

/// A fixed number of decimals.
pub fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "missing".into()
        } else {
            format!("{}∞", if x < 0.0 { "−" } else { "" })
        };
    }
    let text = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = if x < 0.0 { MINUS.to_string() } else { String::new() };
    push_grouped(&mut out, whole);
    out + fraction
}

/// Rounded to three significant digits.
pub fn round3(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

/// At most four significant digits and no trailing zeros: `17.4`, `2.64`, `12 460`, `0.0031`.
pub fn plain(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        return fixed(x, 0);
    }
    let m = magnitude(x);
    if !(-5..=9).contains(&m) {
        return scientific(x);
    }
    let text = fixed(x, (3 - m).max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// A count, grouped from 10 000 on.
pub fn count(n: usize) -> String {
    let mut out = String::new();
    push_grouped(&mut out, &n.to_string());
    out
}

/// A share: `27 %`, `0.7 %`, `0`.
pub fn percent(share: f64) -> String {
    let p = share * 100.0;
    match p {
        0.0 => "0".into(),
        _ if p.abs() < 0.1 => format!("<0.1{NO_BREAK}%"),
        _ if p.abs() < 1.0 => format!("{}{NO_BREAK}%", fixed(p, 1)),
        _ if p < 100.0 && p > 99.5 => format!(">99{NO_BREAK}%"),
        _ => format!("{}{NO_BREAK}%", fixed(p, 0)),
    }
}

/// A p-value with its letter: `p = 0.42`, `p = 0.031`, `p = 3 × 10⁻¹²`.
pub fn p_value(p: f64) -> String {
    match p {
        _ if p.is_nan() => "p unknown".into(),
        _ if p < 1e-300 => "p < 10⁻³⁰⁰".into(),
        _ if p < 0.001 => {
            let m = magnitude(p);
            let mantissa = (p / crate::math::powf(10.0, f64::from(m))).round();
            format!("p = {mantissa} × {}", ten_to(m))
        }
        _ if p < 0.0995 => format!("p = {:.*}", (1 - magnitude(p)).max(2) as usize, p),
        _ => format!("p = {p:.2}"),
    }
}

/// Two significant digits and a power of ten: `1.6 × 10⁻⁶`.
pub fn scientific(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let m = magnitude(x);
    format!("{} × {}", fixed(x / crate::math::powf(10.0, f64::from(m)), 1), ten_to(m))
}

/// `10⁻⁸`.
pub fn ten_to(exponent: i32) -> String {
    let superscript = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32('⁰' as u32 + c as u32 - '0' as u32).unwrap_or(c),
    };
    format!("10{}", exponent.to_string().chars().map(superscript).collect::<String>())
}

/// A tick label for values `step` apart: as few decimals as tell neighbours apart.
pub fn tick(x: f64, step: f64, with_sign: bool) -> String {
    if x.abs() < step * 1e-6 {
        return "0".into();
    }
    if x.abs() >= 1e7 || x.abs() < 1e-5 {
        return scientific(x);
    }
    let decimals = (0..8).find(|&d| (x - round_to(x, d)).abs() < step * 1e-3).unwrap_or(8);
    if with_sign { signed(x, decimals) } else { fixed(x, decimals) }
}

fn round_to(x: f64, decimals: usize) -> f64 {
    let unit = (0..decimals).fold(1.0, |u, _| u * 10.0);
    (x * unit).round() / unit
}

/// The power of ten of the leading digit once `x` is rounded to four digits.
fn magnitude(x: f64) -> i32 {
    let text = format!("{:.3e}", x.abs());
    text.rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
}

fn push_grouped(out: &mut String, digits: &str) {
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_true_signs() {
        assert_eq!(signed(1.534, 2), "+1.53");
        assert_eq!(signed(-0.3, 2), "−0.30");
        assert_eq!(signed(0.0, 2), "0.00");
        assert_eq!(signed(-0.001, 2), "−0.00");
        assert_eq!(settled(-0.001, 2), "0.00");
        assert_eq!(settled(-0.71, 2), "−0.71");
        assert_eq!(fixed(f64::NAN, 2), "missing");
    }

    #[test]
    fn plain_numbers_have_at_most_four_digits_and_no_empty_ones() {
        let cases = [
            (17.4, "17.4"),
            (2.640, "2.64"),
            (1250.0, "1250"),
            (12_464.2, "12\u{202f}464"),
            (0.003_14, "0.00314"),
            (99_999.6, "100\u{202f}000"),
            (9.999_96, "10"),
            (-3.0, "−3"),
            (0.0, "0"),
            (3e-9, "3.0 × 10⁻⁹"),
        ];
        for (x, text) in cases {
            assert_eq!(plain(x), text);
        }
    }

    #[test]
    fn shares_and_p_values_never_claim_too_much() {
        assert_eq!(percent(0.0), "0");
        assert_eq!(percent(0.0003), "<0.1\u{a0}%");
        assert_eq!(percent(0.0069), "0.7\u{a0}%");
        assert_eq!(percent(0.27), "27\u{a0}%");
        assert_eq!(percent(0.998), ">99\u{a0}%");
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(p_value(0.42), "p = 0.42");
        assert_eq!(p_value(0.031), "p = 0.031");
        assert_eq!(p_value(0.001_2), "p = 0.0012");
        assert_eq!(p_value(3e-12), "p = 3 × 10⁻¹²");
        assert_eq!(p_value(0.0), "p < 10⁻³⁰⁰");
    }

    #[test]
    fn ticks_have_the_decimals_that_tell_them_apart() {
        assert_eq!([-1.5, -1.0, 0.0, 0.5].map(|v| tick(v, 0.5, true)), ["−1.5", "−1", "0", "+0.5"]);
        assert_eq!(tick(0.30000000000000004, 0.1, false), "0.3");
        assert_eq!(tick(20_000.0, 5_000.0, false), "20\u{202f}000");
        assert_eq!(decimals(1.53), 2);
        assert_eq!(decimals(0.781), 3);
        assert_eq!(decimals(212.0), 0);
    }
}
