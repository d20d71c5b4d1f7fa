//! `clarimark report`: the page's whole analysis without a page, as the report that the page saves.

use super::arguments::Report;
use super::files::load;
use super::{CommandError, warn};
use crate::ensemble::Ensemble;
use crate::explain::{Attributions, Engine, Interventional, Precision};
use crate::figure::Grouping;
use crate::job::{Program, Reply, Request, Subject, Worker};
use crate::report::{Order, report};
use crate::session::{Analysis, CohortChoice, Insight, Method, Notice, ViewState};
use crate::study::Study;
use std::fs;
use std::io::Write;
use std::sync::Arc;

pub(super) fn run(options: &Report, err: &mut dyn Write) -> Result<(), CommandError> {
    let loaded = load(&options.source, None, options.calibration.as_deref(), &options.reading)?;
    warn(err, &loaded.study.warnings)?;
    let a = analyse(Arc::new(loaded.study), &loaded.model, &loaded.model_path)?;
    let now = ViewState::default();
    let order = Order {
        date: options.date.clone(),
        link: String::new(),
        cutoff: now.cutoff,
        horizon: now.horizon,
        grouping: Grouping::RiskThird,
        performance: a.performance.clone(),
        findings: a.findings.clone(),
    };
    fs::write(&options.output, report(&a, &order))
        .map_err(|problem| CommandError::File { path: options.output.display().to_string(), problem })
}

/// What the page computes of a study that it opens: the default cohort, the default method.
fn analyse(study: Arc<Study>, model: &Ensemble, path: &str) -> Result<Analysis, CommandError> {
    let cohort = CohortChoice::default_for(&study);
    let method = Method::default_for(&study);
    let rows = cohort.rows(&study);
    let everybody: Vec<_> = study.rows().collect();
    let matrix = |rows: &[_]| study.binding.matrix(&study.data, rows);
    let background = match method {
        Method::PathDependent => Vec::new(),
        Method::Interventional(against) => against.rows(&study),
    };
    let attributions = explain(model, &matrix(&rows), &matrix(&background), rows.len())
        .map_err(|problem| CommandError::Explain { path: path.to_string(), problem })?;
    let mut analysis = Analysis {
        cohort,
        method,
        n_background: background.len(),
        additivity: Arc::new(attributions.additivity_errors()),
        attributions: Arc::new(attributions),
        all_margins: Arc::new(model.margins(&matrix(&everybody))),
        rows: Arc::new(rows),
        insight: Arc::new(Insight::empty()),
        performance: Vec::new(),
        findings: Vec::new(),
        elapsed_ms: 0.0,
        n_workers: 0,
        study,
    };
    let subject = Box::new(Subject::of(&analysis));
    let division = ViewState::default().division();
    match Worker::default().answer(Request::Analyse { job: 0, subject, output: 0, division, whole: true }) {
        Reply::Analysed { insight, performance, findings, .. } => {
            analysis.insight = Arc::new(*insight);
            analysis.performance = performance;
            analysis.findings = findings;
            Ok(analysis)
        }
        Reply::Failed { notice: Notice { title, detail, .. }, .. } => {
            Err(CommandError::Usage(format!("{title}: {detail}")))
        }
        _ => Err(CommandError::Usage("the patients could not be analysed".into())),
    }
}

fn explain(
    model: &Ensemble,
    rows: &[f64],
    background: &[f64],
    n_rows: usize,
) -> Result<Attributions, crate::explain::ExplainError> {
    Ok(match background {
        [] => Engine::new(model, n_rows, Precision::F64)?.explain(rows),
        background => Interventional::new(model, background)?.explain(rows),
    })
}
