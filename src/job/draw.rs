//! What is drawn from an analysis: figures and tables that take long to compute, maps, the report.
//!
//! A program of its own, loaded when the first of them is asked for: neither the page nor the workers that explain need
//! it.

use super::assemble::analysis;
use super::others::{by_method, other_model, own_performance};
use super::settle::Settling;
use super::{Picked, Program, Reply, Request, misdirected};
use crate::figure::{self, OtherModel, SheetKind, Workings};
use crate::report::report;
use crate::session::{Analysis, Method, Notice};
use std::sync::Arc;

/// A drawing worker's memory: the analysis it draws from, and what it has made of it so far.
#[derive(Debug, Default)]
pub struct Drawer {
    analysis: Option<Analysis>,
    map: Option<Settling>,
    workings: Workings,
    /// Its model file.
    model: Arc<Vec<u8>>,
    /// SHAP values of its patients by other methods, `[row][feature]` of its output.
    methods: Vec<(Method, Vec<f64>)>,
    models: Vec<Picked>,
    /// What was read off them, once it was asked for; and why some were refused.
    others: Option<(Vec<OtherModel>, Vec<String>)>,
}

impl Program for Drawer {
    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        Ok(match request {
            Request::Keep { job, subject, insight, settings, model, models } => {
                self.analysis = Some(analysis(*subject, insight, settings));
                self.model = model;
                self.methods = Vec::new();
                self.models = models;
                self.others = None;
                self.map = None;
                self.workings = Workings::default();
                Reply::Kept { job }
            }
            Request::Map { job, kind, of, steps } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                let map = match self.map.take().filter(|map| map.is(kind, of)) {
                    Some(map) => map,
                    None => Settling::new(a, kind, of)?,
                };
                let map = self.map.insert(map);
                map.advance(steps as usize);
                Reply::Mapped { job, layout: map.layout() }
            }
            Request::Report { job, order } => {
                let a = self.analysis.as_ref().ok_or_else(nothing_kept)?;
                Reply::Reported { job, page: report(a, &order) }
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
                let passes: Vec<bool> = passes.iter().map(|p| *p != 0).collect();
                let passes = (passes.len() == a.rows.len()).then_some(passes.as_slice());
                Reply::Drawn {
                    job,
                    sheet: Box::new(figure::sheet_with(&mut self.workings, a, &kind, passes, size)),
                }
            }
            other => return Err(misdirected(&other)),
        })
    }
}

fn nothing_kept() -> Notice {
    Notice::error("A worker has no analysis", "It was asked to draw before it was given one.", "Run again.")
}
