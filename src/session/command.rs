//! Everything a reader can ask for, each with an id that the palette, the keyboard, the markup and the tests share.

use super::{
    Analysis, BiomarkerChart, CohortChoice, Edits, Filter, Form, Insight, MapColour, MapKind, MapOf, Method,
    Paper, PatientChart, Performance, Session, Sort, Staged, Variable, View,
};
use crate::cohort::division::ClusterKind;
use crate::cohort::hierarchy::Linkage;
use crate::cohort::metric::Metric;
use crate::ensemble::ReadOptions;
use crate::ids::{FeatureId, OutputId, RowId};
use crate::plot::palette::Colours;
use crate::share::Link;
use crate::study::{ColumnRole, SplitRole};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a person changes of files before they are computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// The role of a column of the table.
    Role(u32, ColumnRole),
    /// Which function of the model's file is explained.
    Reading(ReadOptions),
}

/// A request. Those that report (`Understood`, `Computed`, …) come from workers, the others from a person.
#[derive(Clone, Debug)]
pub enum Command {
    /// Show a view.
    Go(View),
    /// Fetch, read and compute a study that ships with the page.
    OpenExample(String),
    /// Let the person choose files.
    ChooseFiles,
    /// Files were read and fit together.
    Understood(Box<Staged>),
    /// Change how the staged files are understood.
    Restage(Change),
    /// The staged study again, changed.
    Restaged(Box<Staged>),
    /// Explain other patients (staged or open study).
    SetCohort(CohortChoice),
    /// Explain in another way (staged or open study).
    SetMethod(Method),
    /// Explain the staged study.
    Compute,
    /// Put the staged files away.
    Discard,
    /// A run moved.
    Progressed(Progress),
    /// A run ended.
    Computed(Arc<Analysis>),
    /// Another output or number of clusters was read off the attributions.
    Regrouped(Arc<Insight>),
    /// The discrimination per split role was computed.
    Evaluated(Vec<Performance>),
    /// Stop the run.
    Cancel,
    /// Tell the person something.
    Tell(Notice),
    /// Put the notice away.
    Dismiss,
    /// Compare with the author's own predictions.
    CompareParity(Box<crate::study::Finding>),
    /// A biomarker in focus; true also opens its view.
    FocusFeature(FeatureId, bool),
    /// A patient in focus; true also opens the view.
    FocusPatient(RowId, bool),
    /// Patient under the pointer.
    Hover(Option<RowId>),
    /// The next (+1) or previous (−1) biomarker or patient, as the view has it.
    Step(i32),
    /// Add a rule, replacing one on the same variable.
    AddFilter(Filter),
    /// Select these patients by hand, instead of those selected by hand before; none removes the rule.
    ChooseRows(Vec<RowId>),
    /// Also select those that pass this rule.
    Widen(Filter),
    /// Select those no longer that pass this rule.
    TakeAway(Filter),
    /// Remove rule i of the trail.
    RemoveFilter(usize),
    /// Remove the rule on a variable.
    ClearVariable(Variable),
    /// Remove all rules.
    ClearSelection,
    /// Keep the selection under a name; one of that name is replaced.
    NameSelection(String),
    /// Select as the named selection at this place does.
    UseNamed(usize),
    /// Forget the named selection at this place.
    ForgetNamed(usize),
    /// Give a patient another value of a feature; NaN is missing.
    Edit(RowId, FeatureId, f64),
    /// These changed values instead of those there are.
    SetEdits(Edits),
    /// Keep the changed values under a name; one of that name is replaced.
    KeepScenario(String),
    /// Forget the scenario of this name.
    ForgetScenario(String),
    /// Select exactly the patients not selected now.
    Invert,
    /// Order of the biomarkers.
    SetSort(Sort),
    /// How the biomarkers are drawn.
    SetForm(Form),
    /// Show the biomarkers of one group, or all groups.
    SetGroup(Option<String>),
    /// Column whose levels are compared; None for the split roles.
    SetCompare(Option<String>),
    /// The known markers.
    SetKnown(Vec<FeatureId>),
    /// What stands above the heatmap.
    SetNote(Option<String>),
    /// Colours of data.
    SetColours(Colours),
    /// What figures are laid out for.
    SetPaper(Paper),
    /// Number of biomarkers shown; 0 = all used.
    SetTop(u32),
    /// Search text for biomarkers.
    SetQuery(String),
    /// Shown output.
    SetOutput(OutputId),
    /// Number of clusters.
    SetClusters(u32),
    /// What the view of one biomarker draws.
    SetBiomarkerChart(BiomarkerChart),
    /// How clusters are found.
    SetClusterKind(ClusterKind),
    /// How patients are laid out on the map.
    SetMap(MapKind),
    /// What the map is of.
    SetMapOf(MapOf),
    /// What near means on the map and in the tree.
    SetMetric(Metric),
    /// What colours the map.
    SetMapColour(MapColour),
    /// Hold the open study against other models of its outcome, in place of those before.
    SetModels(Arc<Vec<crate::job::Picked>>),
    /// Fetch the study's own refits and hold it against them.
    FetchRefits,
    /// Save the report.
    SaveReport,
    /// How the distance of two groups is measured in the tree of the patients.
    SetLinkage(Linkage),
    /// Probability from which a yes-or-no model says yes.
    SetCutoff(f64),
    /// Time at which a survival model is judged; None is the default.
    SetHorizon(Option<f64>),
    /// What survival is compared in, a word of [`crate::figure::groupings`].
    SetSurvival(String),
    /// Colour of the dependence plot.
    SetColourBy(Option<FeatureId>),
    /// Logarithmic value axis.
    SetLogAxis(Option<bool>),
    /// Smooth line.
    SetSmooth(bool),
    /// Thresholds.
    SetSplits(bool),
    /// How one patient's prediction is drawn.
    SetPatientChart(PatientChart),
    /// Patient beside the one in focus.
    SetSecond(Option<RowId>),
    /// One step back.
    Undo,
    /// One step forward.
    Redo,
    /// A link was opened.
    OpenLink(Box<Link>),
    /// Copy a link to this view.
    CopyLink,
    /// Light, dark.
    ToggleTheme,
    /// Save attributions as CSV.
    SaveTable,
    /// Save attributions as JSON.
    SaveJson,
    /// Save this page as one file.
    SavePage,
    /// Show the command palette.
    ShowPalette,
    /// Show the sheet of keys.
    ShowKeys,
    /// Show or hide the inspector where it is an overlay.
    ToggleInspector,
    /// Show or hide the crossfilter where it is a drawer.
    ToggleFilters,
}

/// What a run does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Phase {
    /// Files become a study.
    #[default]
    Read,
    /// SHAP values of every patient.
    Explain,
    /// What is read off them.
    Analyse,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 3] = [Phase::Read, Phase::Explain, Phase::Analyse];

    /// What a reader calls it.
    pub fn words(self) -> &'static str {
        match self {
            Phase::Read => "Read and match columns",
            Phase::Explain => "SHAP values",
            Phase::Analyse => "Importance, subgroups, performance, findings",
        }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Rows done.
    pub done: usize,
    /// Rows in all.
    pub total: usize,
    /// Since the phase began, milliseconds.
    pub elapsed_ms: f64,
    /// Workers at work.
    pub n_workers: usize,
    /// Chunks redone because a worker died.
    pub redone: usize,
    /// True if nobody knows yet how many rows there are.
    pub about: bool,
}

impl Progress {
    /// Percent of rows done.
    pub fn percent(&self) -> f64 {
        if self.total == 0 { 0.0 } else { 100.0 * self.done as f64 / self.total as f64 }
    }

    /// Rows per second so far.
    pub fn rows_per_second(&self) -> Option<f64> {
        (self.elapsed_ms > 0.0 && self.done > 0).then(|| 1000.0 * self.done as f64 / self.elapsed_ms)
    }

    /// Seconds that the rest will take at this rate.
    pub fn remaining_s(&self) -> Option<f64> {
        self.rows_per_second().map(|rate| (self.total - self.done.min(self.total)) as f64 / rate)
    }
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    /// True if something failed.
    pub error: bool,
    /// What happened, one sentence.
    pub title: String,
    /// Where and why.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

impl Notice {
    /// A failure.
    pub fn error(title: impl Into<String>, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Notice { error: true, title: title.into(), detail: detail.into(), hint: hint.into() }
    }

    /// A word.
    pub fn word(title: impl Into<String>) -> Self {
        Notice { title: title.into(), ..Notice::default() }
    }
}

/// A command as the palette and the sheet of keys list it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stable id, also `data-command` in the markup.
    pub id: &'static str,
    /// Words.
    pub title: String,
    /// Keys, e.g. `3`, `Ctrl Z`; "" if none.
    pub keys: &'static str,
    /// What it does.
    pub command: Command,
}

/// Every command that makes sense now.
pub fn catalogue(session: &Session) -> Vec<Entry> {
    let entry = |id, title: &str, keys, command| Entry { id, title: title.to_string(), keys, command };
    let mut out = vec![entry("go-start", "Go to Start", "1", Command::Go(View::Start))];
    if session.open.is_some() {
        out.extend([
            entry("go-overview", "Go to Overview", "2", Command::Go(View::Overview)),
            entry("go-biomarkers", "Go to Biomarkers", "3", Command::Go(View::Biomarkers)),
            entry("go-biomarker", "Go to Biomarker", "4", Command::Go(View::Biomarker)),
            entry("go-patient", "Go to Patient", "5", Command::Go(View::Patient)),
            entry("go-subgroups", "Go to Subgroups", "6", Command::Go(View::Subgroups)),
            entry("go-performance", "Go to Performance", "7", Command::Go(View::Performance)),
            entry("next", "Next row", "J", Command::Step(1)),
            entry("previous", "Previous row", "K", Command::Step(-1)),
            entry("invert", "Invert the selection", "V", Command::Invert),
            entry("clear", "Clear the selection", "Esc", Command::ClearSelection),
            entry("copy-link", "Copy a link to this view", "S", Command::CopyLink),
            entry("save-csv", "Save SHAP values as CSV", "", Command::SaveTable),
            entry("save-json", "Save SHAP values as JSON", "", Command::SaveJson),
            entry("save-report", "Save the report, to print or send", "", Command::SaveReport),
            entry("inspector", "Show or hide the inspector", "I", Command::ToggleInspector),
            entry("colours", "Colours: standard, or safe for colour blindness and grey print", "C", {
                let safe = session.now.colours == Colours::Standard;
                Command::SetColours(if safe { Colours::Safe } else { Colours::Standard })
            }),
            entry("filters", "Show or hide the crossfilter", "F", Command::ToggleFilters),
        ]);
    }
    if let Some(a) = &session.open {
        for method in Method::offered(&a.study).into_iter().filter(|m| *m != a.method) {
            let (id, title) = match method {
                Method::PathDependent => ("method-path", "Explain by cover, path-dependent".to_string()),
                Method::Interventional(c) => {
                    let id = match c {
                        CohortChoice::All => "method-against-all",
                        CohortChoice::Role(SplitRole::Train) => "method-against-train",
                        CohortChoice::Role(SplitRole::Validation) => "method-against-validation",
                        CohortChoice::Role(SplitRole::Test) => "method-against-test",
                        CohortChoice::Role(SplitRole::External) => "method-against-external",
                        CohortChoice::Role(SplitRole::Unknown) => "method-against-unknown",
                    };
                    (id, format!("Explain against {} patients, interventional", c.word()))
                }
            };
            out.push(entry(id, &title, "", Command::SetMethod(method)));
        }
    }
    if session.open.is_some() {
        let form = |(id, form): (_, Form)| {
            entry(id, &format!("Biomarkers as {}", form.title().to_lowercase()), "", Command::SetForm(form))
        };
        let ids = [
            "as-swarm",
            "as-violin",
            "as-heatmap",
            "as-groups",
            "as-cohorts",
            "as-redundancy",
            "as-patients",
        ];
        out.extend(ids.into_iter().zip(Form::ALL).map(form));
    }
    if session.can_undo() {
        out.push(entry("undo", "Undo", "Ctrl Z", Command::Undo));
    }
    if session.can_redo() {
        out.push(entry("redo", "Redo", "Ctrl Shift Z", Command::Redo));
    }
    if session.staged.is_some() {
        out.push(entry("compute", "Compute the staged study", "Ctrl Enter", Command::Compute));
    }
    if session.run.is_some() {
        out.push(entry("cancel", "Cancel the run", "Esc", Command::Cancel));
    }
    out.extend([
        entry("choose-files", "Choose files", "O", Command::ChooseFiles),
        entry("open-example-pbc", "Open the example Mayo PBC", "M", Command::OpenExample("pbc".into())),
        entry(
            "open-example-acc",
            "Open the example adrenocortical carcinoma",
            "A",
            Command::OpenExample("acc".into()),
        ),
        entry("theme", "Light or dark", "T", Command::ToggleTheme),
        entry("palette", "Go to or run", "Ctrl K", Command::ShowPalette),
        entry("keys", "All keys", "?", Command::ShowKeys),
    ]);
    out
}
