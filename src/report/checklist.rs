//! Reporting items of TRIPOD+AI (Collins et al. 2024), REMARK (McShane et al. 2005, Altman et al. 2012) and the steps of
//! the FDA's draft guidance on the credibility of AI models (January 2025, docket FDA-2024-D-4689), in our words: what the
//! files answer is filled in, the rest waits for a person or for `statements` in `study.json`.

use crate::session::Analysis;

/// One item: its key in `statements`, its name, and where this report answers it.
pub(super) struct Item {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// Section of the report that answers it; None if only a person can.
    pub(super) answered: Option<&'static str>,
}

const fn item(key: &'static str, name: &'static str, answered: Option<&'static str>) -> Item {
    Item { key, name, answered }
}

/// Headings of the sections that items point to.
pub(super) const MODEL: &str = "Model and data";
pub(super) const METHODS: &str = "Methods";
pub(super) const DRIVERS: &str = "What drives the model";
pub(super) const PERFORMANCE: &str = "Performance";
pub(super) const SUBGROUPS: &str = "Subgroups";
pub(super) const GUARD_RAILS: &str = "Guard-rails";

pub(super) const TRIPOD_AI: [Item; 27] = [
    item("tripod-1", "1 Title", None),
    item("tripod-2", "2 Abstract", None),
    item("tripod-3", "3 Background", None),
    item("tripod-4", "4 Objectives", None),
    item("tripod-5", "5 Sources of data", None),
    item("tripod-6", "6 Participants, eligibility, treatment", None),
    item("tripod-7", "7 Data preparation", None),
    item("tripod-8", "8 Outcome, how and when assessed", None),
    item("tripod-9", "9 Predictors", Some(MODEL)),
    item("tripod-10", "10 Sample size, how it was reached", None),
    item("tripod-11", "11 Missing data", Some(MODEL)),
    item("tripod-12", "12 Analytical methods", Some(METHODS)),
    item("tripod-13", "13 Class imbalance", Some(MODEL)),
    item("tripod-14", "14 Fairness", None),
    item("tripod-15", "15 Model output", Some(MODEL)),
    item("tripod-16", "16 Training against evaluation data", Some(MODEL)),
    item("tripod-17", "17 Ethical approval", None),
    item("tripod-18", "18 Open science: funding, conflicts, protocol, registration, data, code", None),
    item("tripod-19", "19 Patient and public involvement", None),
    item("tripod-20", "20 Participants: flow and characteristics", Some(MODEL)),
    item("tripod-21", "21 Model development", None),
    item("tripod-22", "22 Model specification", Some(MODEL)),
    item("tripod-23", "23 Performance with intervals, in subgroups", Some(PERFORMANCE)),
    item("tripod-24", "24 Model updating", None),
    item("tripod-25", "25 Interpretation", None),
    item("tripod-26", "26 Limitations", Some(GUARD_RAILS)),
    item("tripod-27", "27 Usability in current care", None),
];

pub(super) const REMARK: [Item; 12] = [
    item("remark-1", "1 Markers, objectives, hypotheses", None),
    item("remark-2", "2–3 Patients and treatments", None),
    item("remark-4", "4 Specimens", None),
    item("remark-5", "5 Assay methods", None),
    item("remark-6", "6–7 Design, follow-up, endpoints", None),
    item("remark-9", "9 Sample size", None),
    item("remark-10", "10 Statistical methods, missing data", Some(METHODS)),
    item("remark-11", "11 Cut-points, how chosen", Some(METHODS)),
    item("remark-12", "12–13 Flow, characteristics, missing values", Some(MODEL)),
    item("remark-14", "14–16 Relation to standard variables", None),
    item("remark-17", "17 Effects with intervals", Some(PERFORMANCE)),
    item("remark-19", "18–20 Further analyses, limitations, implications", None),
];

pub(super) const FDA: [Item; 7] = [
    item("fda-1", "1 Question of interest", None),
    item("fda-2", "2 Context of use", None),
    item("fda-3", "3 Model risk: influence and consequence", None),
    item("fda-4", "4 Plan to establish credibility", None),
    item("fda-5", "5 Plan executed", Some(PERFORMANCE)),
    item("fda-6", "6 Results documented, deviations", Some(GUARD_RAILS)),
    item("fda-7", "7 Adequacy for the context of use", None),
];

/// What is printed beside an item: the study's own statement, where the report answers it, or nothing.
pub(super) fn answer(a: &Analysis, item: &Item) -> String {
    let manifest = &a.study.manifest;
    if let Some(said) = manifest.statements.get(item.key) {
        return said.clone();
    }
    match (item.key, item.answered) {
        ("fda-2", _) => manifest.context_of_use.clone(),
        ("tripod-5", _) => manifest.source.clone(),
        (_, Some(section)) => format!("See “{section}”."),
        (_, None) => String::new(),
    }
}
