//! How wide a text will be, without asking a browser: one metric table, the same in every build and in a worker.
//!
//! Widths are the advance widths of Helvetica and Arial (the metric-compatible Liberation Sans) in 1/1000 em. System
//! fonts differ from them by a few per cent, so layouts keep a little air.

/// Fonts on screen: the page's own.
pub const SCREEN_FONT: &str = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
/// Fonts in exported figures: what journals ask for.
pub const EXPORT_FONT: &str = "Helvetica, Arial, 'Liberation Sans', sans-serif";

const ASCII: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const ASCII_BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// U+00A0 to U+017F.
const LATIN: [u16; 224] = [
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552, 400, 549, 333, 333, 333,
    576, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667, 667, 667, 667, 1000, 722, 667, 667,
    667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667,
    611, 556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556,
    556, 556, 556, 549, 611, 556, 556, 556, 556, 500, 556, 500, 667, 556, 667, 556, 667, 556, 722, 500, 722,
    500, 722, 500, 722, 500, 722, 615, 722, 556, 667, 556, 667, 556, 667, 556, 667, 556, 667, 556, 778, 556,
    778, 556, 778, 556, 778, 556, 722, 556, 722, 556, 278, 278, 278, 278, 278, 278, 278, 222, 278, 278, 735,
    444, 500, 222, 667, 500, 500, 556, 222, 556, 222, 556, 292, 556, 334, 556, 222, 722, 556, 722, 556, 722,
    556, 604, 723, 556, 778, 556, 778, 556, 778, 556, 1000, 944, 722, 333, 722, 333, 722, 333, 667, 500, 667,
    500, 667, 500, 667, 500, 611, 278, 611, 375, 611, 278, 722, 556, 722, 556, 722, 556, 722, 556, 722, 556,
    722, 556, 944, 722, 667, 500, 667, 611, 500, 611, 500, 611, 500, 222,
];
/// U+0391 to U+03C9.
const GREEK: [u16; 57] = [
    667, 667, 551, 668, 667, 611, 722, 778, 278, 667, 668, 833, 722, 650, 778, 722, 667, 0, 618, 611, 667,
    798, 667, 835, 748, 278, 667, 578, 446, 556, 222, 547, 578, 575, 500, 557, 446, 441, 556, 556, 222, 500,
    500, 576, 500, 448, 556, 690, 569, 482, 617, 395, 547, 648, 525, 713, 781,
];

/// Width of a text in pixels.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    text.chars().map(|c| f64::from(advance(c, bold))).sum::<f64>() * size / 1000.0
}

/// The text, or its beginning and an ellipsis, so that it is at most `max` pixels wide.
pub fn fit(text: &str, max: f64, size: f64, bold: bool) -> String {
    if width(text, size, bold) <= max {
        return text.into();
    }
    let room = max - width("…", size, bold);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|&c| {
            used += f64::from(advance(c, bold)) * size / 1000.0;
            used <= room
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// The text, or its beginning and end around an ellipsis: for names that differ at the end, as probe names do.
pub fn fit_middle(text: &str, max: f64, size: f64, bold: bool) -> String {
    if width(text, size, bold) <= max {
        return text.into();
    }
    let room = max - width("…", size, bold);
    let chars: Vec<char> = text.chars().collect();
    let wide = |c: char| f64::from(advance(c, bold)) * size / 1000.0;
    let (mut head, mut tail, mut used) = (0, chars.len(), 0.0);
    while head < tail {
        let from_head = head <= chars.len() - tail;
        let c = if from_head { chars[head] } else { chars[tail - 1] };
        if used + wide(c) > room {
            break;
        }
        used += wide(c);
        if from_head {
            head += 1;
        } else {
            tail -= 1;
        }
    }
    let [head, tail] = [&chars[..head], &chars[tail..]].map(|part| part.iter().collect::<String>());
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// Breaks a text at spaces into lines of at most `max` pixels; a longer word gets a line of its own.
pub fn wrap(text: &str, max: f64, size: f64, bold: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_ascii_whitespace() {
        match lines.last_mut() {
            Some(line)
                if width(line, size, bold) + width(" ", size, bold) + width(word, size, bold) <= max =>
            {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

fn advance(c: char, bold: bool) -> u16 {
    let code = c as usize;
    match c {
        ' '..='~' if bold => ASCII_BOLD[code - 32],
        ' '..='~' => ASCII[code - 32],
        '\u{a0}'..='\u{17f}' => LATIN[code - 0xa0] + if bold { 30 } else { 0 },
        '\u{391}'..='\u{3c9}' => GREEK[code - 0x391] + if bold { 30 } else { 0 },
        '\u{2009}' | '\u{202f}' => 200,
        '⁰' | '⁴'..='⁻' => 333,
        '–' | '†' => 556,
        '—' | '…' | '→' | '←' | '‰' => 1000,
        '−' | '√' | '≤' | '≥' | '≈' => 584,
        '“' | '”' => 400,
        '‘' | '’' => 250,
        '▲' | '▼' => 990,
        '●' | '■' | '◆' | '○' => 604,
        // East Asian scripts are square.
        '\u{2e80}'..='\u{ffff}' => 1000,
        _ => 600,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_signs_line_up() {
        let of = |c: char| width(&c.to_string(), 11.0, false);
        assert!(('0'..='9').all(|c| of(c) == of('0')));
        assert_eq!(of('+'), of('−'));
        assert!((width("Bilirubin", 10.0, false) - 35.56).abs() < 0.1);
        assert!(width("Bilirubin", 10.0, true) > width("Bilirubin", 10.0, false));
    }

    #[test]
    fn shortened_texts_fit_and_keep_what_tells_them_apart() {
        let name = "213539_at CD3D molecule, delta";
        for max in [8.0, 30.0, 60.0, 90.0, 120.0, 400.0] {
            for short in [fit(name, max, 12.0, true), fit_middle(name, max, 12.0, true)] {
                assert!(width(&short, 12.0, true) <= max.max(12.0), "{short} at {max}");
                assert!(short == name || short.contains('…'));
            }
        }
        assert_eq!(fit_middle("probe_0001_at", 70.0, 12.0, false), "probe…1_at");
        assert_eq!(fit("Bilirubin", 100.0, 12.0, false), "Bilirubin");
    }

    #[test]
    fn lines_break_at_spaces_and_keep_every_word() {
        let lines = wrap("One dot per test patient, colour is the measured value.", 90.0, 11.0, false);
        assert!(lines.len() > 2 && lines.iter().all(|l| width(l, 11.0, false) <= 90.0));
        assert_eq!(lines.join(" "), "One dot per test patient, colour is the measured value.");
        // Numbers and their units hold together.
        assert_eq!(wrap("95\u{a0}% of 5", 20.0, 11.0, false), ["95\u{a0}%", "of 5"]);
    }
}
