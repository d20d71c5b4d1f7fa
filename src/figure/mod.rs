//! Figures: what a study's analysis looks like as charts. Knows the session and the charts, no browser.
//!
//! Each figure takes the analysis, the view state and a size, and gives a scene, its numbers as a table, and the
//! caption that says cohort, n, method and scale.

mod about;
mod against;
mod biomarkers;
mod caption;
mod case;
mod clusters;
mod cohorts;
mod compare;
mod components;
mod crossfilter;
mod dependence;
mod effect;
mod evidence;
mod groups;
mod heatmap;
mod layout;
mod methods;
mod models;
mod overview;
mod pair;
mod patient;
mod patients;
mod reasons;
mod redundancy;
mod sample;
mod sheet;
mod streamed;
mod subgroups;
mod survival;
mod what_if;
pub mod words;

pub use crate::session::MAX_DRAWN;
pub use about::{About, about};
pub use against::{Against, against};
pub use biomarkers::{Look, named_features, ranked, ranked_header, ranked_whole, shown_features};
pub use caption::{caption, drawn_note, n_patients, provenance};
pub use case::{Case, TrainingRanges};
pub use clusters::{Description, consensus, dendrogram, describe_clusters, reality_said};
pub use cohorts::{
    Compared, Sets, cohorts, compared, compared_sets, compared_word, comparisons, named_comparison,
    other_method, other_methods,
};
pub use compare::{Sides, difference, distance_said, nearest_on_other_side, nearest_patient, patient_by_id};
pub use crossfilter::{Histogram, brushed, chosen_bin, histogram, histograms};
pub use dependence::{
    crossing_said, crossings, dependence, dependence_legend, dependence_table, line_word, next_biomarkers,
    partner, values_between,
};
pub use effect::{effect, effect_along, effect_patients};
pub use evidence::{
    at_horizon, by_subgroup, confusion_table, default_horizon, discrimination, panel_size, residuals,
};
pub use groups::groups;
pub use heatmap::{annotations, heatmap};
pub use layout::{Layout, map_matrix};
pub use methods::across_methods;
pub use models::{OtherModel, across_models};
pub use overview::{additivity, missingness, performance, top_biomarkers};
pub use pair::pair;
pub use patient::{Contribution, contributions, decision, force, nearest, sentence, waterfall};
pub use patients::{PatientColumn, PatientSheet, toggled};
pub use reasons::{interaction_matrix, interaction_rows, matrix_features, pair_said, path_table};
pub use redundancy::redundancy;
pub use sample::drawn;
pub use sheet::{Sheet, SheetKind, Workings, sheet, sheet_plot, sheet_with};
pub use streamed::{STREAMED, Streamed, streamed};
pub use subgroups::{
    cluster_names, map, map_colour_said, map_table, profile, region, silhouettes, silhouettes_by_k,
    stability, trust,
};
pub use survival::{Grouping, Survival, grouping, groupings, survival};
pub use what_if::{Choice, along, change, choice, flip_choices, outcome_of_change, what_if_curve};

use crate::ensemble::FeatureSummary;
use crate::ids::FeatureId;
use crate::plot::Scene;
use crate::plot::chart::{COMPACT_BELOW, Kind, Table};
use crate::session::Analysis;
use crate::study::Study;

/// A laid-out figure.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Figure {
    /// The picture.
    pub scene: Scene,
    /// What it shows, as text.
    pub table: Table,
}

/// True if a plot of this width uses the compact layout.
pub fn compact(width: f64) -> bool {
    width < COMPACT_BELOW
}

/// Level texts of every feature, empty for numeric ones: charts borrow them.
pub(crate) struct LevelNames(Vec<Vec<String>>);

impl LevelNames {
    pub(crate) fn of(study: &Study) -> Self {
        LevelNames(
            study
                .model
                .features
                .iter()
                .map(|f| match (&f.levels, f.categorical) {
                    (Some(levels), true) => levels.clone(),
                    (None, true) => (0..32).map(|code| format!("code {code}")).collect(),
                    (_, false) => Vec::new(),
                })
                .collect(),
        )
    }

    pub(crate) fn kind(&self, feature: FeatureId) -> Kind<'_> {
        match self.0.get(feature.index()) {
            Some(names) if !names.is_empty() => Kind::Levels { names, ordered: false },
            _ => Kind::Number,
        }
    }
}

/// Values of one feature for the explained patients at `positions`.
pub(crate) fn values(a: &Analysis, feature: FeatureId, positions: &[usize]) -> Vec<f64> {
    positions.iter().map(|&i| a.study.value(feature, a.rows[i])).collect()
}

/// φ of one feature for the explained patients at `positions`.
pub(crate) fn phis(a: &Analysis, feature: FeatureId, positions: &[usize]) -> Vec<f64> {
    positions.iter().map(|&i| a.phi(i, feature)).collect()
}

/// What is written beneath or beside a biomarker's name: its unit, or its levels.
pub(crate) fn unit_text(study: &Study, feature: FeatureId) -> String {
    unit_or_levels(study.unit(feature), &study.model.features[feature.index()])
}

fn unit_or_levels(unit: &str, feature: &FeatureSummary) -> String {
    if !unit.is_empty() {
        return unit.to_string();
    }
    match &feature.levels {
        Some(levels) if levels.len() <= 2 => levels.join(" / "),
        Some(levels) => format!("{} levels", levels.len()),
        None => String::new(),
    }
}

/// `mg/dL, liver function`: unit and group of a biomarker, whichever it has.
pub fn unit_and_group(study: &Study, feature: FeatureId) -> String {
    let parts = [unit_text(study, feature), study.group(feature).to_lowercase()];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}
