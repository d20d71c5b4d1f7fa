//! What every figure says of where its numbers come from: cohort, n, method, scale, files and program.

use super::drawn;
use crate::plot::Scene;
use crate::plot::number::count;
use crate::session::{Analysis, CohortChoice};

/// `n = 147 test patients` without the `n =`.
pub fn n_patients(a: &Analysis) -> String {
    let n = count(a.rows.len());
    match a.cohort {
        CohortChoice::All => format!("{n} patients"),
        other => format!("{n} {} patients", other.word()),
    }
}

/// What every caption ends with: method, scale and hashes.
pub fn provenance(a: &Analysis) -> String {
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
pub fn drawn_note(a: &Analysis) -> String {
    let drawn = drawn(a).len();
    if drawn == a.rows.len() {
        String::new()
    } else {
        format!(
            "{} of {} patients are drawn, evenly through the file; all numbers use all. ",
            count(drawn),
            count(a.rows.len())
        )
    }
}

/// The sentences beneath a figure that leaves the page. It stands alone there, so they say everything.
pub fn caption(a: &Analysis, n_selected: Option<usize>, scene: &Scene) -> Vec<String> {
    let of = match a.cohort {
        CohortChoice::All => String::new(),
        _ => format!(" of {}", count(a.study.n_rows())),
    };
    let selected = match n_selected {
        Some(n) => format!(" {} selected.", count(n)),
        None => String::new(),
    };
    let model = &a.study.model;
    let library = format!("{} {}", model.library, model.version);
    vec![
        format!("{}. {}", scene.title.trim_end_matches('.'), scene.description),
        format!("n = {}{of}.{selected} {}", n_patients(a), drawn_note(a)).trim_end().to_string(),
        format!("{} {}; Clarimark {}.", provenance(a), library.trim(), env!("CARGO_PKG_VERSION")),
    ]
}
