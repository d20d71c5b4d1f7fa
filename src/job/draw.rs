//! What is drawn from an analysis: figures and tables that take long to compute, maps, the report.
//!
//! A program of its own, loaded when the first of them is asked for: neither the page nor the workers that explain need
//! it.

use super::assemble::analysis;
use super::others::{by_method, model, other_model, own_performance};
use super::packet::draw;
use super::settle::Settling;
use super::streamed::Streamed;
use super::{Advanced, Packet, PacketError, Picked, Program, Reply, Request, misdirected};
use crate::explain::effect::{Effect, effect};
use crate::figure::{self, OtherModel, SheetKind, Workings};
use crate::ids::{FeatureId, OutputId, RowId};
use crate::report::report;
use crate::session::{Analysis, Method, Notice};
use crate::share::table::{Background, Details, Document, row_names};
use std::sync::Arc;

/// A drawing worker's memory: the analysis it draws from, and what it has made of it so far.
#[derive(Debug, Default)]
pub struct Drawer {
    analysis: Option<Analysis>,
    map: Option<Settling>,
    workings: Workings,
    /// Its model file.
    model: Arc<Vec<u8>>,
    /// The last effect curves: the biomarker, its values, the curves.
    effect: Option<(FeatureId, Vec<f64>, Effect)>,
    /// SHAP values of its patients by other methods, `[row][feature]` of its output.
    methods: Vec<(Method, Vec<f64>)>,
    models: Vec<Picked>,
    /// What was read off them, once it was asked for; and why some were refused.
    others: Option<(Vec<OtherModel>, Vec<String>)>,
    /// A file that was lent, until what is asked of it comes.
    file: Lent,
    /// A table that is summarised while it is read.
    streamed: Option<Streamed>,
}

/// A file that is read piece by piece.
#[derive(Default)]
struct Lent(Option<Box<dyn std::io::Read>>);

impl std::fmt::Debug for Lent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lent").field(&self.0.is_some()).finish()
    }
}

impl Program for Drawer {
    fn read(packet: Packet<'_>) -> Result<Request, PacketError> {
        draw::read_request(packet)
    }

    fn write(reply: &Reply) -> Option<Packet<'_>> {
        draw::write_reply(reply)
    }

    fn borrows() -> bool {
        true
    }

    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        Ok(match request {
            Request::Keep { job, subject, insight, settings, model, models } => {
                let analysis = Some(analysis(*subject, insight, settings));
                *self = Drawer { analysis, model, models, ..Drawer::default() };
                Reply::Kept { job }
            }
            Request::Map { job, kind, of, metric, steps } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let map = match self.map.take().filter(|map| map.is(kind, of, metric)) {
                    Some(map) => map,
                    None => Settling::new(a, kind, of, metric)?,
                };
                let map = self.map.insert(map);
                map.advance(steps as usize);
                Reply::Mapped { job, layout: map.layout() }
            }
            Request::Report { job, order } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                Reply::Written { job, text: report(a, &order) }
            }
            Request::Document { job, json } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                Reply::Written { job, text: document(a, json)? }
            }
            Request::Draw { job, kind: SheetKind::Effect { feature }, passes, size } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let passes = selected(a, &passes);
                let known = self.effect.take().filter(|(of, ..)| *of == feature);
                let (_, along, found) = match known {
                    Some(known) => known,
                    None => {
                        let model = model(&self.model, &a.study.model.options)?;
                        let along = figure::effect_along(a, feature);
                        let rows: Vec<RowId> =
                            figure::effect_patients(a).iter().map(|&i| a.rows[i]).collect();
                        let matrix = a.study.binding.matrix(&a.study.data, &rows);
                        let output = OutputId::of(a.insight.output);
                        let found = effect(&model, &matrix, feature, &along, output);
                        (feature, along, found)
                    }
                };
                let sheet = figure::effect(a, feature, &along, &found, passes.as_deref(), size);
                self.effect = Some((feature, along, found));
                Reply::Drawn { job, sheet: Box::new(sheet) }
            }
            Request::Draw { job, kind: SheetKind::Models, size, .. } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let here = own_performance(a);
                let (others, refused) = self.others.get_or_insert_with(|| {
                    let (mut others, mut refused) = (Vec::new(), Vec::new());
                    for file in &self.models {
                        match other_model(a, file) {
                            Ok(other) => others.push(other),
                            Err(why) => refused.push(why),
                        }
                    }
                    (others, refused)
                });
                Reply::Drawn {
                    job,
                    sheet: Box::new(figure::across_models(a, here, others, refused, size[0])),
                }
            }
            Request::Draw { job, kind: SheetKind::Methods { other }, size, .. } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let at = match self.methods.iter().position(|(method, _)| *method == other) {
                    Some(at) => at,
                    None => {
                        self.methods.push((other, by_method(a, &self.model, other)?));
                        self.methods.len() - 1
                    }
                };
                let sheet = figure::across_methods(a, other, &self.methods[at].1, size[0]);
                Reply::Drawn { job, sheet: Box::new(sheet) }
            }
            Request::Draw { job, kind, passes, size } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let passes = selected(a, &passes);
                let sheet = figure::sheet_with(&mut self.workings, a, &kind, passes.as_deref(), size);
                Reply::Drawn { job, sheet: Box::new(sheet) }
            }
            Request::Stream { job, files, table, worker } => {
                let file = self.file.0.take().ok_or_else(nothing_kept)?;
                self.streamed = Some(Streamed::open(&files, &table, file, worker)?);
                Reply::Advanced { job, advanced: Advanced::default() }
            }
            Request::Advance { job, chunk } => {
                let streamed = self.streamed.as_mut().ok_or_else(nothing_kept)?;
                Reply::Advanced { job, advanced: streamed.advance(chunk)? }
            }
            Request::DrawStreamed { job, tallies, width } => {
                let streamed = self.streamed.as_ref().ok_or_else(nothing_kept)?;
                Reply::Drawn { job, sheet: Box::new(streamed.sheet(&tallies, width)?) }
            }
            other => return Err(misdirected(&other)),
        })
    }

    fn lend(&mut self, file: Box<dyn std::io::Read>) {
        self.file = Lent(Some(file));
    }
}

/// One flag per explained patient; None while nothing is selected.
fn selected(a: &Analysis, passes: &[u8]) -> Option<Vec<bool>> {
    (passes.len() == a.rows.len()).then(|| passes.iter().map(|p| *p != 0).collect())
}

fn document(a: &Analysis, json: bool) -> Result<String, Notice> {
    let document = Document {
        model: &a.study.model,
        sha256: &a.study.model_file.sha256,
        rows: &row_names(a),
        attributions: &a.attributions,
        warnings: &a.study.warnings,
    };
    let background = matches!(a.method, Method::Interventional(_))
        .then(|| Background { rows: a.n_background, sha256: a.study.data_file.sha256.clone() });
    let details = Details { background, ..Details::default() };
    let mut bytes = Vec::new();
    let written =
        if json { document.write_json_with(&details, &mut bytes) } else { document.write_csv(&mut bytes) };
    let failed = |why: String| {
        Notice::error(
            "The attributions could not be written",
            why,
            "This is a fault of the page; please report it.",
        )
    };
    written.map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}

fn nothing_kept() -> Notice {
    Notice::error("A worker has no analysis", "It was asked to draw before it was given one.", "Run again.")
}
