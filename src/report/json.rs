//! The numbers of a report for programs.

use super::{Block, Document, Order};
use crate::evaluate::PValue;
use crate::figure::against;
use crate::plot::chart::Table;
use crate::session::Analysis;
use serde_json::{Value, json};

/// `{"format":"clarimark-report","version":1,…}`: per section its texts, facts, statements, tables and the table of each
/// figure, as printed; and of each biomarker the importance in full precision.
pub(super) fn twin(document: &Document, a: &Analysis, order: &Order) -> Value {
    let sections: Vec<Value> = document
        .sections
        .iter()
        .map(|section| {
            let blocks: Vec<Value> = section.blocks.iter().map(block).collect();
            json!({ "heading": section.heading, "blocks": blocks })
        })
        .collect();
    let importance: Vec<Value> = a
        .insight
        .order
        .iter()
        .map(|&f| {
            let i = a.importance(f);
            json!({
                "feature": a.study.model.features[f.index()].name,
                "mean_abs": i.mean_abs,
                "low": i.interval[0],
                "high": i.interval[1],
                "rank": i.rank,
                "rank_low": i.rank_interval[0],
                "rank_high": i.rank_interval[1],
                "share": i.share,
                "direction": i.direction,
            })
        })
        .collect();
    let performance: Vec<Value> = order
        .performance
        .iter()
        .map(|p| {
            json!({
                "part": p.part,
                "measure": p.measure,
                "estimate": p.value.estimate,
                "low": p.value.low,
                "high": p.value.high,
                "n": p.n,
                "events": p.events,
            })
        })
        .collect();
    json!({
        "format": "clarimark-report",
        "version": 1,
        "title": document.title,
        "date": order.date,
        "link": order.link,
        "model_sha256": a.study.model_file.sha256,
        "data_sha256": a.study.data_file.sha256,
        "importance": importance,
        "performance": performance,
        "comparator": comparator(a),
        "sections": sections,
    })
}

/// The model held against what the study ships for it; null without.
fn comparator(a: &Analysis) -> Value {
    let Some((found, comparator)) = against(a, None).zip(a.study.comparator.as_ref()) else {
        return Value::Null;
    };
    let parts: Vec<Value> = found
        .iter()
        .map(|f| {
            json!({
                "part": f.part,
                "measure": f.measure,
                "n": f.found.n,
                "events": f.n_events,
                "model": f.found.first,
                "comparator": f.found.second,
                "difference": f.found.difference.estimate,
                "low": f.found.difference.low,
                "high": f.found.difference.high,
                "p": f.p.ok().map(PValue::get),
            })
        })
        .collect();
    json!({
        "title": comparator.title,
        "sha256": comparator.file.sha256,
        "features": comparator.features,
        "parts": parts,
    })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Text(text) => json!({ "text": text }),
        Block::Facts(facts) => {
            let facts: Vec<Value> = facts
                .iter()
                .map(|(name, value)| json!({ "name": name, "value": (!value.is_empty()).then_some(value) }))
                .collect();
            json!({ "facts": facts })
        }
        Block::Statements(all) => {
            let all: Vec<Value> = all
                .iter()
                .map(|[mark, what, detail]| json!({ "severity": mark, "title": what, "detail": detail }))
                .collect();
            json!({ "statements": all })
        }
        Block::Figure(figure, _) => {
            json!({ "figure": figure.scene.title, "table": table(&figure.table) })
        }
        Block::Table(name, t) => json!({ "name": name, "table": table(t) }),
    }
}

fn table(t: &Table) -> Value {
    json!({ "header": t.header, "rows": t.rows })
}
