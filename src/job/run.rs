//! The work itself: a request goes in, a reply comes out.

use super::ask::Kept;
use super::packet::compute;
use super::{
    EvaluationKind, EvaluationPart, Packet, PacketError, Program, Reply, Request, SummaryInput, misdirected,
    performance_gap, read_files, restage,
};
use crate::cohort::{cluster, embed, likeness, profile, stability};
use crate::ensemble::{self, Ensemble};
use crate::evaluate;
use crate::explain::groups::groups;
use crate::explain::summary::{self, Importance};
use crate::explain::{Attributions, Engine, ExplainError, Interventional, Precision};
use crate::ids::FeatureId;
use crate::math::Order as _;
use crate::session::{Insight, Notice, Performance, drawn_of};
use crate::study;

/// Seed of everything that draws random numbers, so that a result can be made again.
const SEED: u64 = 0;

/// Resamples behind a cluster's stability.
const STABILITY_RESAMPLES: usize = 100;

/// A worker's memory: the model it explains, and what it keeps between questions about it.
#[derive(Debug, Default)]
pub struct Worker {
    loaded: Option<(Ensemble, Explainer)>,
    kept: Kept,
}

/// A model prepared for one method.
#[derive(Debug)]
pub(super) enum Explainer {
    PathDependent(Engine),
    Interventional(Interventional),
}

impl Explainer {
    pub(super) fn new(model: &Ensemble, n_rows: usize, background: &[f64]) -> Result<Self, ExplainError> {
        Ok(if background.is_empty() {
            Explainer::PathDependent(Engine::new(model, n_rows, Precision::F64)?)
        } else {
            Explainer::Interventional(Interventional::new(model, background)?)
        })
    }

    fn background(&self) -> Option<&Interventional> {
        match self {
            Explainer::PathDependent(_) => None,
            Explainer::Interventional(against) => Some(against),
        }
    }

    pub(super) fn explain(&self, rows: &[f64]) -> Attributions {
        match self {
            Explainer::PathDependent(engine) => engine.explain(rows),
            Explainer::Interventional(against) => against.explain(rows),
        }
    }
}

impl Program for Worker {
    fn read(packet: Packet<'_>) -> Result<Request, PacketError> {
        compute::read_request(packet)
    }

    fn write(reply: &Reply) -> Option<Packet<'_>> {
        compute::write_reply(reply)
    }

    fn try_answer(&mut self, request: Request) -> Result<Reply, Notice> {
        Ok(match request {
            Request::Read { job, files } => Reply::Read { job, reading: Box::new(read_files(&files)?) },
            Request::Restage { job, study, model, change } => {
                Reply::Read { job, reading: Box::new(restage(&study, &model, change)?) }
            }
            Request::Compare { job, study, all_margins, predictions } => {
                let finding =
                    study::parity_finding(&study, &all_margins, &predictions.bytes).map_err(|e| {
                        let title = format!("{} cannot be compared", predictions.name);
                        Notice::error(title, e.to_string(), e.hint())
                    })?;
                Reply::Compared { job, finding: Box::new(finding) }
            }
            Request::Load { job, model, options, n_rows, background } => {
                let ensemble = ensemble::read_with(&model, &options)
                    .map_err(|e| Notice::error("The model cannot be used", e.to_string(), e.hint()))?
                    .value;
                let explainer = Explainer::new(&ensemble, n_rows as usize, &background).map_err(|e| {
                    Notice::error("This model cannot be explained so", e.to_string(), e.hint())
                })?;
                self.loaded = Some((ensemble, explainer));
                self.kept = Kept::new(background);
                Reply::Loaded { job }
            }
            Request::Explain { job, chunk, attributions, matrix } => {
                let (ensemble, explainer) = self.loaded.as_ref().ok_or_else(no_model)?;
                let result =
                    if attributions { explainer.explain(&matrix) } else { margins(ensemble, &matrix) };
                Reply::Explained { job, chunk, attributions: result }
            }
            Request::Ask { job, question } => {
                let (ensemble, explainer) = self.loaded.as_ref().ok_or_else(no_model)?;
                let answer = self.kept.answer(ensemble, explainer.background(), &question)?;
                Reply::Answered { job, answer }
            }
            Request::Analyse { job, subject, output, division, whole } => {
                let insight =
                    summarise(&SummaryInput::of(&subject, output as usize, division), output as usize);
                let (mut performances, mut findings) = (Vec::new(), Vec::new());
                if whole {
                    performances = EvaluationPart::all(&subject).iter().filter_map(performance).collect();
                    findings = study::findings(&subject.study, &subject.rows, Some(&subject.attributions));
                    findings.extend(performance_gap(&performances));
                    findings.order_by_key(|f| f.severity);
                }
                Reply::Analysed { job, insight: Box::new(insight), performance: performances, findings }
            }
            other => return Err(misdirected(&other)),
        })
    }
}

fn no_model() -> Notice {
    Notice::error("A worker has no model", "It was asked to explain before it was given one.", "Run again.")
}

/// Margins without attributions, in the same shape.
fn margins(ensemble: &Ensemble, matrix: &[f64]) -> Attributions {
    let (n_features, n_outputs) = (ensemble.features().len(), ensemble.n_outputs());
    let n_rows = matrix.len().checked_div(n_features).unwrap_or(0);
    let mut margin = vec![0.0; n_rows * n_outputs];
    for (row, out) in matrix.chunks_exact(n_features.max(1)).zip(margin.chunks_exact_mut(n_outputs)) {
        ensemble.margin(row, out);
    }
    Attributions { n_rows, n_features: 0, n_outputs, values: Vec::new(), margin, base_values: Vec::new() }
}

/// Resamples behind the interval of a measure that costs n log n.
fn resamples(n: usize) -> usize {
    (2_000_000 / n.max(1)).clamp(200, 2_000)
}

fn summarise(input: &SummaryInput, output: usize) -> Insight {
    let (f, n) = (input.n_features, input.margin.len());
    let n_resamples = summary::resamples_within_a_second(n, f);
    let importance = summary::importance(&input.phi, &input.values, &input.categorical, n_resamples, SEED);
    let partners = partners(input, &importance);
    let embedding = embed::pca(&input.phi, f);
    let mut clusters = cluster::divided(&input.phi, f, input.division, &input.margin, SEED);
    clusters.stability = stability::jaccard(&input.phi, f, &clusters, STABILITY_RESAMPLES, SEED);
    let event: Vec<Option<bool>> = input.event.iter().map(|e| (!e.is_nan()).then_some(*e > 0.5)).collect();
    let event = (!event.is_empty()).then_some(event.as_slice());
    let profile = profile::profile(
        &input.phi,
        &input.values,
        &input.categorical,
        &clusters.labels,
        clusters.n_sets(),
        event,
    );
    let mut by_margin: Vec<u32> = (0..n as u32).collect();
    by_margin.order_by(|&a, &b| input.margin[b as usize].total_cmp(&input.margin[a as usize]));
    let by_likeness = by_likeness(input, &importance);
    let groups = groups(&input.phi, &input.groups.iter().map(String::as_str).collect::<Vec<_>>());
    let mut order: Vec<FeatureId> = (0..importance.len()).map(FeatureId::of).collect();
    order.order_by_key(|f| importance[f.index()].rank);
    Insight {
        output,
        order,
        importance,
        partners,
        by_margin,
        by_likeness,
        groups,
        embedding,
        clusters,
        profile,
        n_resamples,
    }
}

/// Biomarkers by which patients are put in order: distances over thousands would take longer than all the rest, and
/// the small attributions of the others hardly change them.
const LIKENESS_FEATURES: usize = 50;

/// The patients that are drawn, neighbours explained alike, the end with the lower margins first.
fn by_likeness(input: &SummaryInput, importance: &[Importance]) -> Vec<u32> {
    let f = input.n_features;
    let top = most_important(importance, LIKENESS_FEATURES);
    let rows = drawn_of(input.margin.len());
    let phi: Vec<f64> = rows.iter().flat_map(|&r| top.iter().map(move |&i| input.phi[r * f + i])).collect();
    let order = likeness::by_likeness(&phi, top.len());
    let mut order: Vec<u32> = match order.len() {
        0 => rows.iter().map(|&r| r as u32).collect(),
        _ => order.into_iter().map(|i| rows[i as usize] as u32).collect(),
    };
    let mean =
        |part: &[u32]| part.iter().map(|&i| input.margin[i as usize]).sum::<f64>() / part.len().max(1) as f64;
    let (left, right) = order.split_at(order.len() / 2);
    if mean(left) > mean(right) {
        order.reverse();
    }
    order
}

fn most_important(importance: &[Importance], most: usize) -> Vec<usize> {
    let mut top: Vec<usize> = (0..importance.len()).filter(|&i| importance[i].mean_abs > 0.0).collect();
    top.order_by_key(|&i| importance[i].rank);
    top.truncate(most);
    top
}

/// Biomarkers among which partners are looked for, over the patients that are drawn: the search is quadratic in one
/// and linear in the other.
const PARTNER_FEATURES: usize = 30;

/// The likeliest partner of each of the most important features.
fn partners(input: &SummaryInput, importance: &[Importance]) -> Vec<Option<FeatureId>> {
    let f = input.n_features;
    let top = most_important(importance, PARTNER_FEATURES);
    let rows = drawn_of(input.margin.len());
    let values: Vec<f64> =
        rows.iter().flat_map(|&r| top.iter().map(move |&i| input.values[r * f + i])).collect();
    let mut out = vec![None; f];
    for (at, &i) in top.iter().enumerate() {
        let phi: Vec<f64> = rows.iter().map(|&r| input.phi[r * f + i]).collect();
        let found = summary::approximate_partners(at, &phi, &values, top.len());
        out[i] = found.first().filter(|p| p.strength > 0.0).map(|p| FeatureId::of(top[p.feature as usize]));
    }
    out
}

fn performance(part: &EvaluationPart) -> Option<Performance> {
    let n_resamples = resamples(part.score.len());
    let sign = if part.reversed { -1.0 } else { 1.0 };
    let risk: Vec<f64> = part.score.iter().map(|s| sign * s).collect();
    let flags = |x: &[f64]| x.iter().map(|&v| v > 0.5).collect::<Vec<bool>>();
    let (measure, value, events) = match part.kind {
        EvaluationKind::Survival => {
            let event = flags(&part.second);
            let value = evaluate::concordance_interval(&part.first, &event, &risk, n_resamples, SEED)?;
            ("C-index", value, Some(event.iter().filter(|e| **e).count()))
        }
        EvaluationKind::Binary => {
            let label = flags(&part.first);
            let value = evaluate::auc_interval(&label, &part.score, n_resamples, SEED)?;
            ("AUC", value, Some(label.iter().filter(|e| **e).count()))
        }
        EvaluationKind::Continuous => {
            let value = evaluate::r_squared_interval(&part.first, &part.score, n_resamples, SEED)?;
            ("R²", value, None)
        }
    };
    Some(Performance { part: part.name.clone(), measure: measure.into(), value, n: part.score.len(), events })
}
