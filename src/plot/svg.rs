//! A scene as SVG: editable text, named groups, colours of one theme written out, no script and no style sheet, so
//! that the file looks the same in a browser, in print and in a drawing program.

use std::fmt::Write as _;

use super::paint::HALO;
use super::palette::{Role, Theme, hex};
use super::scene::{Anchor, Ink, Item, Label, Scene, Shape, Stroke};
use super::text;

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Options<'a> {
    /// Colours.
    pub theme: Theme,
    /// Sentences beneath the plot; each starts a line and wraps.
    pub caption: &'a [String],
    /// Prefix that keeps ids apart when several figures share a page.
    pub id: &'a str,
    /// Width on paper in millimetres; None prints a pixel as a 96th of an inch.
    pub width_mm: Option<f64>,
}

/// The scene as a complete SVG document.
pub fn to_svg(scene: &Scene, options: &Options) -> String {
    let with_caption = captioned(scene, options.caption);
    let scene = with_caption.as_ref().unwrap_or(scene);
    let mut out = Writer { out: String::with_capacity(scene.items.len() * 72 + 1024), theme: options.theme };
    let (w, h) = (num(scene.width), num(scene.height));
    let (wide, high) = match options.width_mm {
        Some(mm) => {
            (format!("{}mm", num(mm)), format!("{}mm", num(mm * scene.height / scene.width.max(1.0))))
        }
        None => (w.clone(), h.clone()),
    };
    let id = escape(options.id);
    let _ = write!(
        out.out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         aria-labelledby=\"{id}title {id}desc\" font-family=\"{}\" font-size=\"11\">\n\
         <title id=\"{id}title\">{}</title>\n<desc id=\"{id}desc\">{}</desc>\n",
        escape(text::EXPORT_FONT),
        escape(&scene.title),
        escape(&scene.description),
    );
    let background = hex(options.theme.rgb(Role::Background));
    let _ = writeln!(out.out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{background}\"/>");
    out.items(scene);
    out.out.push_str("</svg>\n");
    out.out
}

/// The scene with its caption lines beneath; None without caption.
pub fn captioned(scene: &Scene, caption: &[String]) -> Option<Scene> {
    let room = scene.width - 24.0;
    let lines: Vec<String> = caption.iter().flat_map(|s| text::wrap(s, room, 11.0, false)).collect();
    if lines.is_empty() {
        return None;
    }
    let mut scene = scene.clone();
    scene.section("caption");
    let top = scene.height + 8.0;
    for (i, line) in lines.iter().enumerate() {
        scene.text(12.0, top + 11.0 + 15.0 * i as f64, line, Label::LABEL);
    }
    scene.height = top + 15.0 * lines.len() as f64 + 8.0;
    Some(scene)
}

struct Writer {
    out: String,
    theme: Theme,
}

/// What neighbouring marks can have in common.
type Look<'a> = (Shape, Option<&'a Ink>, Option<&'a Stroke>);

impl Writer {
    fn items(&mut self, scene: &Scene) {
        let mut sections = scene.sections.iter().peekable();
        let mut in_section = false;
        let mut look: Option<Look> = None;
        for (i, item) in scene.items.iter().enumerate() {
            let this = match item {
                Item::Dot { shape, fill, stroke, .. } => Some((*shape, fill.as_ref(), stroke.as_ref())),
                _ => None,
            };
            let starts = sections.peek().is_some_and(|s| s.start <= i);
            if look.is_some() && (starts || look != this) {
                self.out.push_str("</g>\n");
                look = None;
            }
            while let Some(section) = sections.next_if(|s| s.start <= i) {
                if in_section {
                    self.out.push_str("</g>\n");
                }
                in_section = true;
                let _ = writeln!(self.out, "<g aria-label=\"{}\">", escape(&section.name));
            }
            if let (None, Some((_, fill, stroke))) = (look, this) {
                self.out.push_str("<g");
                self.paint(fill.copied(), stroke.copied());
                self.out.push('>');
                look = this;
            }
            self.item(item);
        }
        if look.is_some() {
            self.out.push_str("</g>\n");
        }
        if in_section {
            self.out.push_str("</g>\n");
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Rect { fill: None, stroke: None, .. } => {}
            Item::Rect { x, y, w, h, fill, stroke, .. } => {
                // An outline runs inside its edges.
                let inset = stroke.map_or(0.0, |s| s.width / 2.0);
                let _ = write!(
                    self.out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
                    num(x + inset),
                    num(y + inset),
                    num((w - 2.0 * inset).max(0.0)),
                    num((h - 2.0 * inset).max(0.0))
                );
                self.paint(*fill, *stroke);
                self.out.push_str("/>\n");
            }
            Item::Path { points, closed, fill, stroke, .. } => {
                self.out.push_str("<path d=\"");
                self.route(points, *closed);
                self.out.push('"');
                self.paint(*fill, *stroke);
                self.out.push_str(" stroke-linejoin=\"round\"/>\n");
            }
            Item::Dot { x, y, r, shape, .. } => match shape.corners(*x, *y, *r) {
                None => {
                    let _ =
                        write!(self.out, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>", num(*x), num(*y), num(*r));
                }
                Some(corners) => {
                    self.out.push_str("<path d=\"");
                    self.route(&corners, true);
                    self.out.push_str("\"/>");
                }
            },
            Item::Text { x, y, text, size, bold, anchor, ink, turned, halo, .. } => {
                let _ = write!(self.out, "<text x=\"{}\" y=\"{}\"", num(*x), num(*y));
                if *size != 11.0 {
                    let _ = write!(self.out, " font-size=\"{}\"", num(*size));
                }
                if *bold {
                    self.out.push_str(" font-weight=\"600\"");
                }
                match anchor {
                    Anchor::Start => {}
                    Anchor::Middle => self.out.push_str(" text-anchor=\"middle\""),
                    Anchor::End => self.out.push_str(" text-anchor=\"end\""),
                }
                if *turned {
                    let _ = write!(self.out, " transform=\"rotate(-90 {} {})\"", num(*x), num(*y));
                }
                self.paint(Some(*ink), halo.then(|| Stroke::new(Role::Background, HALO)));
                if *halo {
                    self.out.push_str(" paint-order=\"stroke\" stroke-linejoin=\"round\"");
                }
                let _ = writeln!(self.out, ">{}</text>", escape(text));
            }
        }
    }

    fn route(&mut self, points: &[[f64; 2]], closed: bool) {
        for (i, [x, y]) in points.iter().enumerate() {
            let _ = write!(self.out, "{}{} {}", if i == 0 { 'M' } else { 'L' }, num(*x), num(*y));
        }
        if closed {
            self.out.push('Z');
        }
    }

    fn paint(&mut self, fill: Option<Ink>, stroke: Option<Stroke>) {
        match fill {
            Some(ink) => self.ink("fill", ink),
            None => self.out.push_str(" fill=\"none\""),
        }
        if let Some(Stroke { ink, width, dash }) = stroke {
            self.ink("stroke", ink);
            if width != 1.0 {
                let _ = write!(self.out, " stroke-width=\"{}\"", num(width));
            }
            if let Some([dash, gap]) = dash {
                let _ = write!(self.out, " stroke-dasharray=\"{} {}\"", num(dash), num(gap));
            }
        }
    }

    fn ink(&mut self, attribute: &str, ink: Ink) {
        let (rgb, opacity) = self.theme.resolve(ink);
        let _ = write!(self.out, " {attribute}=\"{}\"", hex(rgb));
        if opacity < 1.0 {
            let _ = write!(self.out, " {attribute}-opacity=\"{}\"", num(f64::from(opacity)));
        }
    }
}

/// At most two decimals; what is not a number becomes 0 rather than a broken file.
fn num(x: f64) -> String {
    if !x.is_finite() {
        return "0".into();
    }
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// Text that is safe in XML content and in quoted attributes; characters XML cannot hold become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::fixture::Fixture;

    /// Panics unless every tag is closed in order and every text is escaped.
    fn check_well_formed(svg: &str) {
        let mut open = Vec::new();
        let mut rest = svg;
        while let Some(start) = rest.find('<') {
            assert!(!rest[..start].contains('>'), "stray > in {:?}", &rest[..start]);
            for part in rest[..start].split('&').skip(1) {
                let entity = part.split(';').next().unwrap();
                assert!(["amp", "lt", "gt", "quot", "#39"].contains(&entity), "&{entity};");
            }
            let end = rest[start..].find('>').expect("closed tag") + start;
            let tag = &rest[start + 1..end];
            assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "in {tag}");
            } else if !tag.ends_with('/') {
                open.push(tag.split([' ', '\n']).next().unwrap());
            }
            rest = &rest[end + 1..];
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn every_chart_is_well_formed_and_names_are_only_names() {
        for width in [390.0, 944.0] {
            for (name, scene) in Fixture::new(20).all(width) {
                let caption = ["A & B < C; n = 20.".to_owned()];
                for theme in [Theme::LIGHT, Theme::DARK] {
                    let svg = to_svg(&scene, &Options { theme, caption: &caption, id: "a-", width_mm: None });
                    check_well_formed(&svg);
                    assert!(
                        !svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf"),
                        "{name}"
                    );
                    assert!(svg.contains("A &amp; B &lt; C; n = 20."), "{name}");
                }
            }
        }
    }

    #[test]
    fn the_same_scene_gives_the_same_bytes() {
        let make = || {
            to_svg(&crate::plot::chart::ranked::draw(&Fixture::new(20).ranked(944.0)), &Options::default())
        };
        assert_eq!(make(), make());
    }

    #[test]
    fn a_width_on_paper_scales_the_whole() {
        let options = Options { width_mm: Some(89.0), ..Options::default() };
        let svg = to_svg(&Scene::new(400.0, 200.0), &options);
        assert!(svg.contains("width=\"89mm\" height=\"44.5mm\" viewBox=\"0 0 400 200\""), "{svg}");
    }

    #[test]
    fn a_scene_is_written_like_this() {
        let mut scene = Scene::new(100.0, 40.0).titled("Two", "A \"test\".");
        scene.section("marks & more");
        scene.dot(10.0, 20.126, 2.1, Role::Value(0));
        scene.dot(12.0, 20.0, 2.1, Role::Value(0));
        scene.dot(14.0, 20.0, 2.1, Ink::Role(Role::Value(0), 0.13));
        scene.outline([0.0, 0.0, 10.0, 8.0], Stroke::new(Role::Missing, 1.0));
        scene.area([0.0, 0.0, 9.0, 9.0], crate::ids::Target::Bin(0));
        scene.text(50.0, 12.0, "<b>", Label::VALUE.bold().end().halo());
        let svg = to_svg(&scene, &Options::default());
        let body = svg.split_once("fill=\"#ffffff\"/>\n").unwrap().1;
        assert_eq!(
            body,
            "<g aria-label=\"marks &amp; more\">\n\
             <g fill=\"#008bfb\"><circle cx=\"10\" cy=\"20.13\" r=\"2.1\"/><circle cx=\"12\" cy=\"20\" r=\"2.1\"/></g>\n\
             <g fill=\"#008bfb\" fill-opacity=\"0.13\"><circle cx=\"14\" cy=\"20\" r=\"2.1\"/></g>\n\
             <rect x=\"0.5\" y=\"0.5\" width=\"9\" height=\"7\" fill=\"none\" stroke=\"#85857f\"/>\n\
             <text x=\"50\" y=\"12\" font-weight=\"600\" text-anchor=\"end\" fill=\"#161615\" stroke=\"#ffffff\" \
             stroke-width=\"3\" paint-order=\"stroke\" stroke-linejoin=\"round\">&lt;b&gt;</text>\n</g>\n</svg>\n"
        );
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        assert_eq!(escape("a\u{0}\u{b}<'\n"), "a\u{fffd}\u{fffd}&lt;&#39; ");
    }
}
