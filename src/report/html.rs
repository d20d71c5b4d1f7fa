//! A report as HTML: one style sheet, figures as SVG, no script.

use super::{Block, Document};
use crate::plot::chart::Table;
use crate::plot::svg::{self, escape, to_svg};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt::Write as _;

/// The only style sheet; nothing is fetched.
const STYLE: &str = include_str!("report.css");

/// The whole file.
pub(super) fn page(document: &Document, numbers: &Value) -> String {
    let mut out = String::new();
    let title = escape(&document.title);
    // Within a data block only `<` could end it.
    let data = numbers.to_string().replace('<', "\\u003c");
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n\
         <script type=\"application/json\" id=\"numbers\">{data}</script>\n</head>\n<body>\n\
         <header><p class=\"kind\">Report</p><h1>{title}</h1><p>{}</p>\
         <p class=\"take\"><a download=\"report.json\" href=\"data:application/json,{}\">Every number as JSON</a></p></header>\n",
        escape(&document.subtitle),
        utf8_percent_encode(&numbers.to_string(), NON_ALPHANUMERIC),
    );
    out.push_str("<nav><ol>");
    for (i, section) in document.sections.iter().enumerate() {
        let _ = write!(out, "<li><a href=\"#s{}\">{}</a></li>", i + 1, escape(section.heading));
    }
    out.push_str("</ol></nav>\n<main>\n");
    let mut n_figures = 0;
    for (i, section) in document.sections.iter().enumerate() {
        let _ = writeln!(out, "<section id=\"s{0}\">\n<h2>{0}. {1}</h2>", i + 1, escape(section.heading));
        for block in &section.blocks {
            write(&mut out, block, &mut n_figures);
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn write(out: &mut String, block: &Block, n_figures: &mut usize) {
    match block {
        Block::Text(text) => {
            let _ = writeln!(out, "<p>{}</p>", escape(text));
        }
        Block::Facts(facts) => {
            out.push_str("<dl>\n");
            for (name, value) in facts {
                let value = match value.as_str() {
                    "" => "<span class=\"blank\">to be filled in</span>".to_string(),
                    text => escape(text),
                };
                let _ = writeln!(out, "<dt>{}</dt><dd>{value}</dd>", escape(name));
            }
            out.push_str("</dl>\n");
        }
        Block::Statements(all) => {
            out.push_str("<ul class=\"statements\">\n");
            for [mark, what, detail] in all {
                let _ = writeln!(
                    out,
                    "<li><span class=\"mark\">{}</span><p><b>{}</b> {}</p></li>",
                    escape(mark),
                    escape(what),
                    escape(detail)
                );
            }
            out.push_str("</ul>\n");
        }
        Block::Figure(figure, caption) => {
            *n_figures += 1;
            let id = format!("f{n_figures}-");
            let options = svg::Options { id: &id, ..svg::Options::default() };
            let _ = writeln!(
                out,
                "<figure>\n{}<figcaption><b>Figure {n_figures}.</b> {}</figcaption>\n</figure>",
                to_svg(&figure.scene, &options),
                escape(&caption.join(" "))
            );
        }
        Block::Table(name, table) => {
            let _ = writeln!(out, "<div class=\"table\"><h3>{}</h3>", escape(name));
            write_table(out, table);
            out.push_str("</div>\n");
        }
    }
}

fn write_table(out: &mut String, table: &Table) {
    out.push_str("<table>\n<thead><tr>");
    for head in &table.header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escape(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}
