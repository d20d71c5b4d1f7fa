//! Writing cells that no spreadsheet runs.

/// A text cell that no spreadsheet takes for a formula: one that starts like a formula gets a `'` in front
/// (OWASP ASVS 5.0, 1.2.10). Numbers are left as they are, signs included.
pub fn inert(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
    if formula && text.parse::<f64>().is_err() { format!("'{text}") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn formulas_are_defused_and_other_texts_kept() {
        for (text, expect) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-x", "'-x"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-1.5", "-1.5"),
            ("+0.30", "+0.30"),
            ("PBC001", "PBC001"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(inert(text), expect);
        }
    }
}
