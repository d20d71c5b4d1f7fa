//! The views over one session, one file each.

pub(crate) mod biomarker;
pub(crate) mod biomarkers;
pub(crate) mod overview;
pub(crate) mod patient;
pub(crate) mod reasons;
pub(crate) mod second;
pub(crate) mod start;
pub(crate) mod subgroups;
pub(crate) mod understood;
pub(crate) mod what_if;

use crate::session::Analysis;

/// `n = 147 test patients`.
pub(crate) fn n_patients(a: &Analysis) -> String {
    use crate::session::CohortChoice;
    let n = crate::plot::number::count(a.rows.len());
    match a.cohort {
        CohortChoice::All => format!("{n} patients"),
        other => format!("{n} {} patients", other.word()),
    }
}

/// What every caption ends with: method, scale and hashes.
pub(crate) fn provenance(a: &Analysis) -> String {
    let short = |hash: &str| hash.chars().take(8).collect::<String>();
    format!(
        "TreeSHAP, exact, {}, in {}. Model {}, data {}.",
        a.method.words(a.n_background),
        a.study.model.scale.margin,
        short(&a.study.model_file.sha256),
        short(&a.study.data_file.sha256)
    )
}

/// Says how many patients are drawn where it is not all of them.
pub(crate) fn drawn_note(a: &Analysis) -> String {
    let drawn = crate::figure::drawn(a).len();
    if drawn == a.rows.len() {
        String::new()
    } else {
        format!(
            "{} of {} patients are drawn, evenly through the file; all numbers use all. ",
            crate::plot::number::count(drawn),
            crate::plot::number::count(a.rows.len())
        )
    }
}
