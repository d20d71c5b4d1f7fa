//! What the reader sees: small enough to compare, undo and send.

use super::{Edits, Filter, Named, Scenario};
use crate::cohort::division::{ClusterKind, Division};
use crate::cohort::hierarchy::Linkage;
use crate::cohort::metric::Metric;
use crate::ids::{FeatureId, OutputId, RowId};
use crate::plot::palette::Colours;
use crate::study::{SplitRole, Study};

/// The views over one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum View {
    /// Examples, files, what was understood.
    #[default]
    Start,
    /// What this model and data are.
    Overview,
    /// What drives the model.
    Biomarkers,
    /// How one measurement acts.
    Biomarker,
    /// Why this prediction.
    Patient,
    /// Who is scored alike, and why.
    Subgroups,
    /// How far the numbers can be trusted.
    Performance,
}

impl View {
    /// In the order of the rail.
    pub const ALL: [View; 7] = [
        View::Start,
        View::Overview,
        View::Biomarkers,
        View::Biomarker,
        View::Patient,
        View::Subgroups,
        View::Performance,
    ];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            View::Start => "start",
            View::Overview => "overview",
            View::Biomarkers => "biomarkers",
            View::Biomarker => "biomarker",
            View::Patient => "patient",
            View::Subgroups => "subgroups",
            View::Performance => "performance",
        }
    }

    /// The view of that word.
    pub fn from_id(id: &str) -> Option<View> {
        View::ALL.into_iter().find(|v| v.id() == id)
    }

    /// The word on the rail.
    pub fn title(self) -> &'static str {
        match self {
            View::Start => "Start",
            View::Overview => "Overview",
            View::Biomarkers => "Biomarkers",
            View::Biomarker => "Biomarker",
            View::Patient => "Patient",
            View::Subgroups => "Subgroups",
            View::Performance => "Performance",
        }
    }
}

/// Which patients are explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum CohortChoice {
    /// Every row.
    #[default]
    All,
    /// The rows of one split role.
    Role(SplitRole),
}

impl CohortChoice {
    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            CohortChoice::All => "all",
            CohortChoice::Role(SplitRole::Train) => "train",
            CohortChoice::Role(SplitRole::Validation) => "validation",
            CohortChoice::Role(SplitRole::Test) => "test",
            CohortChoice::Role(SplitRole::External) => "external",
            CohortChoice::Role(SplitRole::Unknown) => "unknown",
        }
    }

    /// The choice of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        use SplitRole::*;
        [Train, Validation, Test, External, Unknown]
            .into_iter()
            .map(CohortChoice::Role)
            .chain([CohortChoice::All])
            .find(|c| c.id() == id)
    }

    /// The word in sentences: `test`, `training`, `all`.
    pub fn word(self) -> &'static str {
        match self {
            CohortChoice::Role(SplitRole::Train) => "training",
            CohortChoice::Role(SplitRole::Unknown) => "unassigned",
            other => other.id(),
        }
    }

    /// Patients the model has not seen, if the table says which: test, else external, else everyone.
    pub fn default_for(study: &Study) -> Self {
        let roles = study.split_roles();
        [SplitRole::Test, SplitRole::External]
            .into_iter()
            .find(|role| roles.contains(role))
            .map_or(CohortChoice::All, CohortChoice::Role)
    }

    /// The choices that have patients, with their number, held-out patients first.
    pub fn offered(study: &Study) -> Vec<(Self, usize)> {
        use SplitRole::*;
        let roles = study.split_roles();
        let mut out: Vec<(Self, usize)> = [Test, External, Validation, Train, Unknown]
            .into_iter()
            .map(|role| (CohortChoice::Role(role), roles.iter().filter(|&&r| r == role).count()))
            .filter(|(_, n)| *n > 0 && *n < study.n_rows())
            .collect();
        out.push((CohortChoice::All, study.n_rows()));
        out
    }

    /// The rows, in file order.
    pub fn rows(self, study: &Study) -> Vec<RowId> {
        match self {
            CohortChoice::All => study.rows().collect(),
            CohortChoice::Role(role) => study.rows_of(role),
        }
    }
}

/// What features that do not take part are replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Method {
    /// By the shares of cover in the trees.
    #[default]
    PathDependent,
    /// By the values of these patients, all of them.
    Interventional(CohortChoice),
}

impl Method {
    /// The word in links and markup.
    pub fn id(self) -> String {
        match self {
            Method::PathDependent => "path".into(),
            Method::Interventional(background) => format!("against-{}", background.id()),
        }
    }

    /// The choice of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        match id.strip_prefix("against-") {
            Some(background) => CohortChoice::from_id(background).map(Method::Interventional),
            None => (id == "path").then_some(Method::PathDependent),
        }
    }

    /// Path-dependent where the model stores cover, else against the patients it was made with.
    pub fn default_for(study: &Study) -> Self {
        match study.model.base_values {
            Some(_) => Method::PathDependent,
            None => Method::Interventional(Self::backgrounds(study)[0].0),
        }
    }

    /// The choices, path-dependent first.
    pub fn offered(study: &Study) -> Vec<Self> {
        let cover = study.model.base_values.is_some().then_some(Method::PathDependent);
        let backgrounds = Self::backgrounds(study).into_iter().map(|(c, _)| Method::Interventional(c));
        cover.into_iter().chain(backgrounds).collect()
    }

    /// Training patients first, if there are any, then the others.
    fn backgrounds(study: &Study) -> Vec<(CohortChoice, usize)> {
        let mut offered = CohortChoice::offered(study);
        let train = CohortChoice::Role(SplitRole::Train);
        if let Some(at) = offered.iter().position(|(c, _)| *c == train) {
            offered[..=at].rotate_right(1);
        }
        offered
    }

    /// The word of the field.
    pub fn word(self) -> &'static str {
        match self {
            Method::PathDependent => "path-dependent",
            Method::Interventional(_) => "interventional",
        }
    }

    /// `path-dependent`, `against 271 training patients`.
    pub fn words(self, n_background: usize) -> String {
        match self {
            Method::PathDependent => self.word().into(),
            Method::Interventional(CohortChoice::All) => format!("against all {n_background} patients"),
            Method::Interventional(c) => format!("against {n_background} {} patients", c.word()),
        }
    }
}

/// Order of the biomarkers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// Mean |SHAP|, largest first.
    #[default]
    Importance,
    /// Name.
    Name,
    /// Group, then importance.
    Group,
    /// Missing values, most first.
    Missing,
}

impl Sort {
    /// All orders.
    pub const ALL: [Sort; 4] = [Sort::Importance, Sort::Name, Sort::Group, Sort::Missing];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Sort::Importance => "importance",
            Sort::Name => "name",
            Sort::Group => "group",
            Sort::Missing => "missing",
        }
    }

    /// The order of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        Sort::ALL.into_iter().find(|s| s.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Sort::Importance => "mean |SHAP|",
            Sort::Name => "name",
            Sort::Group => "group",
            Sort::Missing => "missing",
        }
    }
}

/// How the view over all biomarkers draws them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Form {
    /// Ranked rows, a dot per patient.
    #[default]
    Swarm,
    /// Ranked rows, the density of the patients.
    Violin,
    /// Patients by biomarkers.
    Heatmap,
    /// Biomarkers of one group added up.
    Groups,
    /// Mean |SHAP| of several sets of patients, or by several methods, side by side.
    Cohorts,
    /// Which of them move together.
    Redundancy,
    /// A table of patients.
    Patients,
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 7] = [
        Form::Swarm,
        Form::Violin,
        Form::Heatmap,
        Form::Groups,
        Form::Cohorts,
        Form::Redundancy,
        Form::Patients,
    ];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Form::Swarm => "swarm",
            Form::Violin => "violin",
            Form::Heatmap => "heatmap",
            Form::Groups => "groups",
            Form::Cohorts => "cohorts",
            Form::Redundancy => "redundancy",
            Form::Patients => "patients",
        }
    }

    /// The form of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        Form::ALL.into_iter().find(|f| f.id() == id)
    }

    /// The word on screen.
    pub fn title(self) -> &'static str {
        match self {
            Form::Swarm => "Dots",
            Form::Violin => "Violins",
            Form::Heatmap => "Heatmap",
            Form::Groups => "Groups",
            Form::Cohorts => "Cohorts",
            Form::Redundancy => "Redundancy",
            Form::Patients => "Patients",
        }
    }
}

/// What the view of one biomarker draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BiomarkerChart {
    /// Its SHAP values.
    #[default]
    Attribution,
    /// What the model gives along it.
    Effect,
    /// It and its partner.
    Pair,
}

impl BiomarkerChart {
    /// In the order of the control.
    pub const ALL: [BiomarkerChart; 3] =
        [BiomarkerChart::Attribution, BiomarkerChart::Effect, BiomarkerChart::Pair];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            BiomarkerChart::Attribution => "shap",
            BiomarkerChart::Effect => "effect",
            BiomarkerChart::Pair => "pair",
        }
    }

    /// The chart of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        BiomarkerChart::ALL.into_iter().find(|c| c.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            BiomarkerChart::Attribution => "SHAP values",
            BiomarkerChart::Effect => "effect curves",
            BiomarkerChart::Pair => "with partner",
        }
    }
}

/// What a figure that is taken away is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Paper {
    /// As it is on screen.
    #[default]
    Screen,
    /// One column of a journal: 89 mm.
    Single,
    /// Both columns: 183 mm.
    Double,
}

impl Paper {
    /// All of them.
    pub const ALL: [Paper; 3] = [Paper::Screen, Paper::Single, Paper::Double];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Paper::Screen => "screen",
            Paper::Single => "single",
            Paper::Double => "double",
        }
    }

    /// The one of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        Paper::ALL.into_iter().find(|p| p.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            Paper::Screen => "as on screen",
            Paper::Single => "1 column, 89 mm",
            Paper::Double => "2 columns, 183 mm",
        }
    }

    /// Printed width in millimetres; None for the screen's own.
    pub fn millimetres(self) -> Option<f64> {
        match self {
            Paper::Screen => None,
            Paper::Single => Some(89.0),
            Paper::Double => Some(183.0),
        }
    }

    /// Pixels to lay out for, so that the 11-pixel labels are printed at 7 points: 2.475 mm = 7 pt.
    pub fn pixels(self) -> Option<f64> {
        self.millimetres().map(|mm| (mm / (7.0 * 25.4 / 72.0) * 11.0).round())
    }
}

/// How one patient's prediction is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PatientChart {
    /// Bars, one beneath the other.
    #[default]
    Waterfall,
    /// Bars end to end in one strip.
    Force,
    /// The path of the sum, beside those of others.
    Decision,
}

impl PatientChart {
    /// All charts.
    pub const ALL: [PatientChart; 3] = [PatientChart::Waterfall, PatientChart::Force, PatientChart::Decision];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            PatientChart::Waterfall => "waterfall",
            PatientChart::Force => "force",
            PatientChart::Decision => "decision",
        }
    }

    /// The chart of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        PatientChart::ALL.into_iter().find(|c| c.id() == id)
    }
}

/// How patients are laid out on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum MapKind {
    /// Principal components: a plane, so distances mean something.
    #[default]
    Pca,
    /// Neighbours together (McInnes, Healy & Melville 2018).
    Umap,
    /// Neighbours together (van der Maaten & Hinton 2008).
    Tsne,
}

impl MapKind {
    /// In the order of the control.
    pub const ALL: [MapKind; 3] = [MapKind::Pca, MapKind::Umap, MapKind::Tsne];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            MapKind::Pca => "pca",
            MapKind::Umap => "umap",
            MapKind::Tsne => "tsne",
        }
    }

    /// The kind of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        MapKind::ALL.into_iter().find(|k| k.id() == id)
    }

    /// The word on screen.
    pub fn title(self) -> &'static str {
        match self {
            MapKind::Pca => "PCA",
            MapKind::Umap => "UMAP",
            MapKind::Tsne => "t-SNE",
        }
    }
}

/// What the map is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum MapOf {
    /// SHAP values: patients scored alike for the same reasons are near each other.
    #[default]
    Attributions,
    /// Measured values: patients alike in what was measured.
    Values,
    /// SHAP values summed over the groups of biomarkers.
    Groups,
}

impl MapOf {
    /// In the order of the control.
    pub const ALL: [MapOf; 3] = [MapOf::Attributions, MapOf::Values, MapOf::Groups];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            MapOf::Attributions => "shap",
            MapOf::Values => "values",
            MapOf::Groups => "groups",
        }
    }

    /// What has that word.
    pub fn from_id(id: &str) -> Option<Self> {
        MapOf::ALL.into_iter().find(|k| k.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            MapOf::Attributions => "attributions",
            MapOf::Values => "measured values",
            MapOf::Groups => "group sums",
        }
    }
}

/// What colours the marks of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MapColour {
    /// The subgroup.
    #[default]
    Cluster,
    /// The model's margin.
    Margin,
    /// The measured value of the biomarker in focus.
    Value,
    /// The attribution of the biomarker in focus.
    Attribution,
}

impl MapColour {
    /// In the order of the control.
    pub const ALL: [MapColour; 4] =
        [MapColour::Cluster, MapColour::Margin, MapColour::Value, MapColour::Attribution];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            MapColour::Cluster => "subgroup",
            MapColour::Margin => "margin",
            MapColour::Value => "value",
            MapColour::Attribution => "shap",
        }
    }

    /// What has that word.
    pub fn from_id(id: &str) -> Option<Self> {
        MapColour::ALL.into_iter().find(|k| k.id() == id)
    }

    /// The words on screen.
    pub fn title(self) -> &'static str {
        match self {
            MapColour::Cluster => "subgroup",
            MapColour::Margin => "margin",
            MapColour::Value => "value in focus",
            MapColour::Attribution => "SHAP in focus",
        }
    }
}

/// Number of biomarkers shown at first.
pub(super) const TOP: u32 = 20;
/// Number of clusters shown at first.
pub(super) const CLUSTERS: u32 = 3;

/// The cutoff shown at first.
const CUTOFF: f64 = 0.5;

/// Everything that can be undone and sent in a link.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewState {
    /// Shown view.
    pub view: View,
    /// Explained patients.
    pub cohort: CohortChoice,
    /// How they are explained.
    pub method: Method,
    /// Shown output.
    pub output: OutputId,
    /// Biomarker in focus.
    pub feature: Option<FeatureId>,
    /// Patient in focus.
    pub patient: Option<RowId>,
    /// Selection: all must hold.
    pub filters: Vec<Filter>,
    /// Selections with a name, in the order in which they were named.
    pub named: Vec<Named>,
    /// Values of a patient that were changed by hand.
    pub edits: Edits,
    /// Changes with a name, in the order in which they were named.
    pub scenarios: Vec<Scenario>,
    /// Order of the biomarkers.
    pub sort: Sort,
    /// Biomarkers shown; 0 = all that the model uses.
    pub top: u32,
    /// How the biomarkers are drawn.
    pub form: Form,
    /// The group whose biomarkers are shown; None = all groups.
    pub group: Option<String>,
    /// Column whose levels are compared; None = the split roles.
    pub compare: Option<String>,
    /// What stands above the heatmap, a word of [`crate::figure::annotations`]; None is nothing.
    pub note: Option<String>,
    /// Biomarkers that are known markers of the disease, marked in every plot; ascending.
    pub known: Vec<FeatureId>,
    /// Biomarkers whose name or group contains this.
    pub query: String,
    /// Dependence: biomarker that colours the marks; None = the partner that was found.
    pub colour_by: Option<FeatureId>,
    /// Dependence: logarithmic value axis; None = where it fits the values.
    pub log_axis: Option<bool>,
    /// What the view of one biomarker draws.
    pub biomarker_chart: BiomarkerChart,
    /// Dependence: smooth line.
    pub smooth: bool,
    /// Dependence: thresholds of the trees.
    pub splits: bool,
    /// Number of clusters.
    pub k: u32,
    /// How they are found.
    pub clusters: ClusterKind,
    /// Colours of data.
    pub colours: Colours,
    /// What figures are laid out for when they are taken away.
    pub paper: Paper,
    /// How one patient's prediction is drawn.
    pub patient_chart: PatientChart,
    /// Patient beside the one in focus.
    pub second: Option<RowId>,
    /// How patients are laid out on the map.
    pub map: MapKind,
    /// What the map is of.
    pub map_of: MapOf,
    /// What near means on the map and in the tree.
    pub metric: Metric,
    /// What colours the map.
    pub map_colour: MapColour,
    /// How the distance of two groups is measured in the tree of the patients.
    pub linkage: Linkage,
    /// Probability from which a yes-or-no model says yes.
    pub cutoff: f64,
    /// Time at which a survival model is judged; None is the default.
    pub horizon: Option<f64>,
    /// What survival is compared in, a word of [`crate::figure::groupings`]; empty is the first.
    pub survival: String,
}

impl ViewState {
    /// How patients are divided.
    pub fn division(&self) -> Division {
        Division { kind: self.clusters, k: self.k }
    }
}

impl Default for ViewState {
    fn default() -> Self {
        ViewState {
            view: View::Start,
            cohort: CohortChoice::All,
            method: Method::PathDependent,
            output: OutputId(0),
            feature: None,
            patient: None,
            filters: Vec::new(),
            named: Vec::new(),
            edits: Edits::default(),
            scenarios: Vec::new(),
            sort: Sort::Importance,
            top: TOP,
            form: Form::Swarm,
            group: None,
            compare: None,
            note: None,
            known: Vec::new(),
            query: String::new(),
            colour_by: None,
            log_axis: None,
            biomarker_chart: BiomarkerChart::Attribution,
            smooth: true,
            splits: true,
            k: CLUSTERS,
            clusters: ClusterKind::Means,
            colours: Colours::Standard,
            paper: Paper::Screen,
            patient_chart: PatientChart::Waterfall,
            second: None,
            map: MapKind::Pca,
            map_of: MapOf::Attributions,
            metric: Metric::Euclidean,
            map_colour: MapColour::Cluster,
            linkage: Linkage::Ward,
            cutoff: CUTOFF,
            horizon: None,
            survival: String::new(),
        }
    }
}
