//! What is drawn from an analysis: figures and tables that take long to compute, maps, the report.
//!
//! A program of its own, loaded when the first of them is asked for: neither the page nor the workers that explain need
//! it.

use super::assemble::analysis;
use super::others::{other_model, own_performance};
use super::settle::Settling;
use super::{Picked, Program, Reply, Request, misdirected};
use crate::figure::{self, OtherModel, SheetKind, Workings};
use crate::report::report;
use crate::session::{Analysis, Notice};

/// A drawing worker's memory: the analysis it draws from, and what it has made of it so far.
#[derive(Debug, Default)]
pub struct Drawer {
    analysis: Option<Analysis>,
    map: Option<Settling>,
    workings: Workings,
    models: Vec<Picked>,
    /// What was read off them, once it was asked for; and why some were refused.
    others: Option<(Vec<OtherModel>, Vec<String>)>,
}

impl Program for Drawer {
    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        Ok(match request {
            Request::Keep { job, subject, insight, settings, models } => {
                self.analysis = Some(analysis(*subject, insight, settings));
                self.models = models;
                self.others = None;
                self.map = None;
                self.workings = Workings::default();
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
