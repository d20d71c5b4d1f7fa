//! The one function that changes the session.

use super::{
    Analysis, Change, CohortChoice, Command, Filter, Method, Named, Notice, Progress, Scenario, Session,
    Staged, View, matching_rows,
};
use crate::cohort::division::Division;
use crate::ids::RowId;
use crate::math::Order as _;
use crate::study::Study;
use std::sync::Arc;

/// What the browser has to do after a command.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Fetch the files of an example, read and compute them.
    FetchExample(String),
    /// Open the file dialog.
    ChooseFiles,
    /// Bind the staged files again, changed.
    Restage(Box<Staged>, Change),
    /// Explain these patients, so.
    Run(Arc<Study>, CohortChoice, Method),
    /// Stop all workers.
    StopWorkers,
    /// Read another output or other clusters off the attributions.
    Regroup(Arc<Analysis>, usize, Division),
    /// Put the link of this state into the address bar.
    WriteLink,
    /// Put the link on the clipboard.
    CopyLink,
    /// Switch between light and dark.
    ToggleTheme,
    /// Save attributions.
    Save(Arc<Analysis>, SaveAs),
    /// Fetch the refits of this study, of the example with this name.
    FetchRefits(Arc<Analysis>, String),
    /// Write the report of this analysis and save it.
    SaveReport(Arc<Analysis>),
    /// Save the page itself.
    SavePage,
    /// Open a dialog of the page.
    Open(Dialog),
    /// Drop the files that were chosen and not computed.
    ForgetFiles,
}

/// A file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveAs {
    /// One row per patient.
    Csv,
    /// As `clarimark explain` writes it.
    Json,
}

/// A layer over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Command palette.
    Palette,
    /// Sheet of keys.
    Keys,
    /// Inspector as an overlay.
    Inspector,
    /// Crossfilter as a drawer.
    Filters,
}

/// Steps kept for undo.
const MAX_STEPS: usize = 10_000;
/// Rows that the lists of patients in them may hold together, about 40 MB.
const MAX_ROWS: usize = 10_000_000;

/// Forgets the oldest steps that are too many, or whose lists of patients are too long together.
fn trim(past: &mut Vec<super::ViewState>) {
    let weight = |state: &super::ViewState| -> usize {
        let rows = |f: &Filter| if let Filter::Rows(rows) = f { rows.len() } else { 0 };
        state.filters.iter().chain(state.named.iter().flat_map(|n| &n.filters)).map(rows).sum()
    };
    let mut room = MAX_ROWS;
    let fits = |state: &&super::ViewState| {
        let fits = weight(state) <= room;
        room = room.saturating_sub(weight(state));
        fits
    };
    let kept = past.iter().rev().take(MAX_STEPS).take_while(fits).count();
    past.drain(..past.len() - kept);
}

/// Carries out a command.
pub fn update(session: &mut Session, command: Command) -> Vec<Effect> {
    let before = session.now.clone();
    let effects = apply(session, command.clone());
    let editing = if let Command::Edit(row, feature, _) = command { Some((row, feature)) } else { None };
    let goes_on = editing.is_some() && editing == session.editing;
    session.editing = editing;
    if session.now != before && is_step(&command) {
        session.future.clear();
        if !goes_on {
            session.past.push(before.clone());
            trim(&mut session.past);
        } else if session.past.last() == Some(&session.now) {
            // Back where it began.
            session.past.pop();
            session.editing = None;
        }
    }
    let mut effects = effects;
    if session.now != before {
        if let Some(a) = session.open.clone() {
            if (session.now.output, session.now.division()) != (before.output, before.division()) {
                effects.push(Effect::Regroup(a.clone(), session.now.output.index(), session.now.division()));
            }
            let (then, now) = ((before.cohort, before.method), (session.now.cohort, session.now.method));
            if now != then && now != (a.cohort, a.method) {
                effects.push(Effect::Run(a.study.clone(), now.0, now.1));
            }
        }
        effects.push(Effect::WriteLink);
    }
    effects
}

/// Steps are what a person did to the view; typing in a search field and reports from workers are not.
fn is_step(command: &Command) -> bool {
    !matches!(
        command,
        Command::Undo
            | Command::Redo
            | Command::SetQuery(_)
            | Command::Computed(_)
            | Command::Regrouped(_)
            | Command::OpenLink(_)
            | Command::Understood(_)
    )
}

fn apply(session: &mut Session, command: Command) -> Vec<Effect> {
    match command {
        Command::Go(view) => {
            if session.open.is_some() || view == View::Start {
                session.now.view = view;
            }
        }
        Command::OpenExample(name) => {
            session.notice = None;
            return vec![Effect::FetchExample(name)];
        }
        Command::ChooseFiles => return vec![Effect::ChooseFiles],
        Command::Understood(staged) => {
            let mut staged = *staged;
            if let Some(link) = session.pending.as_ref().filter(|l| l.is_for(&staged.study)) {
                staged.cohort = link.cohort;
                staged.method = link.method;
                if link.reading != staged.study.model.options {
                    let effect =
                        Effect::Restage(Box::new(staged.clone()), Change::Reading(link.reading.clone()));
                    session.staged = Some(staged);
                    return vec![effect];
                }
            }
            session.run = None;
            session.notice = None;
            // An example needs no second look; own files wait for the reader's word.
            if staged.source.is_some() {
                let effect = Effect::Run(staged.study.clone(), staged.cohort, staged.method);
                session.staged = Some(staged);
                return vec![effect];
            }
            session.now.view = View::Start;
            session.staged = Some(staged);
        }
        Command::Restage(change) => {
            if let Some(staged) = &session.staged {
                // What a person says goes before what a link says that waits.
                if let (Change::Reading(reading), Some(link)) = (&change, &mut session.pending) {
                    link.reading.clone_from(reading);
                }
                // Nothing is computed as it was meanwhile.
                session.run = Some(Progress::default());
                return vec![Effect::Restage(Box::new(staged.clone()), change)];
            }
        }
        Command::Restaged(staged) => {
            session.run = None;
            // It may have been put away meanwhile.
            if session.staged.is_some() {
                // Again, so that a link that waits gets its way.
                return apply(session, Command::Understood(staged));
            }
        }
        Command::SetCohort(cohort) => match &mut session.staged {
            Some(staged) => staged.cohort = cohort,
            None => session.now.cohort = cohort,
        },
        Command::SetMethod(method) => match &mut session.staged {
            Some(staged) => staged.method = method,
            None => session.now.method = method,
        },
        Command::Compute => {
            if let (Some(staged), None) = (&session.staged, &session.run) {
                return vec![Effect::Run(staged.study.clone(), staged.cohort, staged.method)];
            }
        }
        Command::Discard => {
            session.staged = None;
            return vec![Effect::ForgetFiles];
        }
        Command::Progressed(progress) => session.run = Some(progress),
        Command::Computed(analysis) => computed(session, analysis),
        Command::Regrouped(insight) => {
            if let Some(open) = &session.open {
                let mut analysis = (**open).clone();
                analysis.insight = insight;
                session.open = Some(Arc::new(analysis));
            }
        }
        Command::Evaluated(performance) => {
            if let Some(open) = &session.open {
                let mut analysis = (**open).clone();
                analysis.performance = performance;
                session.open = Some(Arc::new(analysis));
            }
        }
        Command::Cancel => {
            session.run = None;
            if let Some(open) = &session.open {
                (session.now.cohort, session.now.method) = (open.cohort, open.method);
            }
            return vec![Effect::StopWorkers];
        }
        Command::Tell(notice) => {
            if notice.error {
                session.run = None;
                if let Some(open) = &session.open {
                    (session.now.cohort, session.now.method) = (open.cohort, open.method);
                }
            }
            session.notice = Some(notice);
        }
        Command::Dismiss => session.notice = None,
        Command::CompareParity(finding) => {
            if let Some(open) = &session.open {
                let mut analysis = (**open).clone();
                analysis.findings.retain(|f| f.title != finding.title);
                analysis.findings.push(*finding);
                analysis.findings.order_by_key(|f| f.severity);
                session.open = Some(Arc::new(analysis));
                session.now.view = View::Overview;
            }
        }
        Command::FocusFeature(feature, open) => {
            session.now.feature = Some(feature);
            if open {
                session.now.view = View::Biomarker;
            }
        }
        Command::FocusPatient(row, open) => {
            session.now.patient = Some(row);
            if open {
                session.now.view = View::Patient;
            }
        }
        Command::Hover(row) => session.hovered = row,
        Command::Step(by) => step(session, by),
        Command::AddFilter(filter) => {
            if let Some(variable) = filter.variable() {
                session.now.filters.retain(|f| f.variable() != Some(variable));
            }
            session.now.filters.push(filter);
        }
        Command::ChooseRows(rows) => {
            session.now.filters.retain(|f| !matches!(f, Filter::Rows(_)));
            if !rows.is_empty() {
                session.now.filters.push(Filter::Rows(rows));
            }
        }
        Command::Widen(rule) => combine(session, &rule, false, |chosen, passes| chosen || passes),
        Command::TakeAway(rule) => combine(session, &rule, true, |chosen, passes| chosen && !passes),
        Command::RemoveFilter(i) => {
            if i < session.now.filters.len() {
                session.now.filters.remove(i);
            }
        }
        Command::ClearVariable(variable) => {
            session.now.filters.retain(|f| f.variable() != Some(variable));
        }
        Command::ClearSelection => session.now.filters.clear(),
        Command::NameSelection(name) => {
            let (name, filters) = (name.trim().to_string(), session.now.filters.clone());
            if !name.is_empty() && !filters.is_empty() {
                session.now.named.retain(|n| n.name != name);
                session.now.named.push(Named { name, filters });
            }
        }
        Command::UseNamed(i) => {
            if let Some(named) = session.now.named.get(i) {
                session.now.filters = named.filters.clone();
            }
        }
        Command::ForgetNamed(i) => {
            if i < session.now.named.len() {
                session.now.named.remove(i);
            }
        }
        Command::Edit(row, feature, value) => {
            if let Some(a) = &session.open {
                session.now.edits.set(&a.study, row, feature, value);
            }
        }
        Command::SetEdits(edits) => session.now.edits = edits,
        Command::KeepScenario(name) => {
            let (name, edits) = (name.trim().to_string(), session.now.edits.clone());
            if !name.is_empty() && edits.patient().is_some() {
                session.now.scenarios.retain(|s| s.name != name);
                session.now.scenarios.push(Scenario { name, edits });
            }
        }
        Command::ForgetScenario(name) => session.now.scenarios.retain(|s| s.name != name),
        Command::Invert => invert(session),
        Command::SetSort(sort) => session.now.sort = sort,
        Command::SetForm(form) => {
            session.now.form = form;
            session.now.view = View::Biomarkers;
        }
        Command::SetGroup(group) => session.now.group = group,
        Command::SetCompare(column) => session.now.compare = column,
        Command::SetColours(colours) => session.now.colours = colours,
        Command::SetPaper(paper) => session.now.paper = paper,
        Command::SetTop(top) => session.now.top = top,
        Command::SetQuery(query) => session.now.query = query,
        Command::SetOutput(output) => session.now.output = output,
        Command::SetClusters(k) => session.now.k = k.clamp(2, 7),
        Command::SetKnown(mut features) => {
            features.order_by_key(|f| *f);
            features.dedup();
            session.now.known = features;
        }
        Command::SetNote(word) => session.now.note = word,
        Command::SetBiomarkerChart(chart) => session.now.biomarker_chart = chart,
        Command::SetClusterKind(kind) => session.now.clusters = kind,
        Command::SetMap(kind) => session.now.map = kind,
        Command::SetMapOf(of) => session.now.map_of = of,
        Command::SetMetric(metric) => session.now.metric = metric,
        Command::SetMapColour(colour) => session.now.map_colour = colour,
        Command::SetLinkage(linkage) => session.now.linkage = linkage,
        Command::SetCutoff(cutoff) => session.now.cutoff = cutoff.clamp(0.0, 1.0),
        Command::SetHorizon(time) => session.now.horizon = time.filter(|t| t.is_finite() && *t > 0.0),
        Command::SetSurvival(word) => session.now.survival = word,
        Command::SetColourBy(feature) => session.now.colour_by = feature,
        Command::SetLogAxis(log) => session.now.log_axis = log,
        Command::SetSmooth(on) => session.now.smooth = on,
        Command::SetSplits(on) => session.now.splits = on,
        Command::SetPatientChart(chart) => session.now.patient_chart = chart,
        Command::SetSecond(row) => session.now.second = row,
        Command::Undo => {
            if let Some(state) = session.past.pop() {
                session.future.push(std::mem::replace(&mut session.now, state));
            }
        }
        Command::Redo => {
            if let Some(state) = session.future.pop() {
                session.past.push(std::mem::replace(&mut session.now, state));
            }
        }
        Command::OpenLink(link) => {
            let same = |a: &&Analysis| a.study.model.options == link.reading;
            if let Some(state) = session.open.as_deref().filter(same).and_then(|a| link.resolve(a)) {
                session.now = state;
            } else {
                let example = link.example.clone();
                session.pending = Some(link);
                return example.map(Effect::FetchExample).into_iter().collect();
            }
        }
        Command::CopyLink => return vec![Effect::CopyLink],
        Command::ToggleTheme => return vec![Effect::ToggleTheme],
        Command::SaveTable => return save(session, SaveAs::Csv),
        Command::SetModels(models) => session.models = models,
        Command::FetchRefits => {
            let open = session.open.clone().zip(session.source.clone());
            return open.map(|(a, source)| Effect::FetchRefits(a, source)).into_iter().collect();
        }
        Command::SaveReport => return session.open.clone().map(Effect::SaveReport).into_iter().collect(),
        Command::SaveJson => return save(session, SaveAs::Json),
        Command::SavePage => return vec![Effect::SavePage],
        Command::ShowPalette => return vec![Effect::Open(Dialog::Palette)],
        Command::ShowKeys => return vec![Effect::Open(Dialog::Keys)],
        Command::ToggleInspector => return vec![Effect::Open(Dialog::Inspector)],
        Command::ToggleFilters => return vec![Effect::Open(Dialog::Filters)],
    }
    Vec::new()
}

fn save(session: &Session, kind: SaveAs) -> Vec<Effect> {
    session.open.clone().map(|a| Effect::Save(a, kind)).into_iter().collect()
}

/// A run ended: its study becomes the open one, and the view is a link's if one waited for it.
fn computed(session: &mut Session, analysis: Arc<Analysis>) {
    let same_study = session.open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.study, &analysis.study));
    session.run = None;
    session.notice = None;
    session.source = session.staged.take().map_or(session.source.take(), |s| s.source);
    if !same_study {
        session.models = Arc::default();
        session.past.clear();
        session.future.clear();
        let super::ViewState { sort, top, form, colours, paper, .. } = session.now;
        session.now =
            super::ViewState { view: View::Overview, sort, top, form, colours, paper, ..Default::default() };
    }
    (session.now.cohort, session.now.method) = (analysis.cohort, analysis.method);
    session.open = Some(analysis.clone());
    if let Some(link) = session.pending.take() {
        match link.resolve(&analysis) {
            Some(state) => session.now = state,
            None => {
                session.notice = Some(Notice::word(
                    "These are not the files that the link was made with, so its view was not restored.",
                ));
            }
        }
    }
}

/// The next biomarker or patient in the order the view shows.
fn step(session: &mut Session, by: i32) {
    let Some(a) = session.open.clone() else { return };
    let moved = |position: Option<usize>, len: usize| {
        let at = position.map_or(0, |p| p as i64 + i64::from(by));
        at.clamp(0, len as i64 - 1) as usize
    };
    match session.now.view {
        View::Biomarkers | View::Biomarker => {
            let order = &a.insight.order;
            if !order.is_empty() {
                let at = session.now.feature.and_then(|f| order.iter().position(|&o| o == f));
                session.now.feature = Some(order[moved(at.or(Some(0)), order.len())]);
            }
        }
        View::Patient => {
            let order = patients_by_margin(&a);
            if !order.is_empty() {
                let at = session.patient().and_then(|r| order.iter().position(|&o| o == r));
                session.now.patient = Some(order[moved(at, order.len())]);
            }
        }
        _ => {}
    }
}

/// Explained patients, highest margin first; ties in file order.
pub fn patients_by_margin(a: &Analysis) -> Vec<RowId> {
    a.insight.by_margin.iter().filter_map(|&i| a.rows.get(i as usize).copied()).collect()
}

/// Selects the patients for whom `keep` holds of being selected now and of passing the rule. While nothing is selected,
/// `start` says whether everybody counts as selected or nobody.
fn combine(session: &mut Session, rule: &Filter, start: bool, keep: impl Fn(bool, bool) -> bool) {
    let Some(a) = session.open.clone() else { return };
    let chosen = match session.now.filters.as_slice() {
        [] => vec![start; a.rows.len()],
        filters => matching_rows(&a, filters, None),
    };
    let passes = matching_rows(&a, std::slice::from_ref(rule), None);
    let both = chosen.iter().zip(&passes);
    let rows: Vec<RowId> =
        a.rows.iter().zip(both).filter(|(_, (c, p))| keep(**c, **p)).map(|(r, _)| *r).collect();
    session.now.filters = vec![Filter::Rows(rows)];
}

fn invert(session: &mut Session) {
    let Some(a) = session.open.clone() else { return };
    if session.now.filters.is_empty() {
        return;
    }
    let chosen = matching_rows(&a, &session.now.filters, None);
    let rest = a.rows.iter().zip(&chosen).filter(|(_, c)| !**c).map(|(r, _)| *r).collect();
    session.now.filters = vec![Filter::Rows(rest)];
}
