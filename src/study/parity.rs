//! The author's own predictions against the ones computed here.

use super::findings::{Finding, Severity, Topic};
use super::roles::id_likeness;
use super::text::{count, list, number, of};
use super::{ColumnRole, Study};
use crate::Parsed;
use crate::dataset::{Column, DataError, Dataset, Values, csv};
use crate::ids::RowId;
use std::collections::HashMap;

/// Largest difference, relative to the larger of 1 and the value, that f32 sums of the training library explain.
pub const TOLERANCE: f64 = 1e-5;

/// Patients that are listed as worst.
const N_WORST: usize = 5;

/// The scale on which predictions were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParityScale {
    /// Raw sums of the trees.
    Margin,
    /// Margins through the model's link.
    Prediction,
}

/// One patient's value, theirs and ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The patient.
    pub row: RowId,
    /// In the author's table.
    pub theirs: f64,
    /// Computed here.
    pub ours: f64,
}

/// What a comparison shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Parity {
    /// Patients compared.
    pub n: usize,
    /// Scale on which the numbers agree best.
    pub scale: ParityScale,
    /// Columns of the author's table that were compared, one per output.
    pub columns: Vec<String>,
    /// True if rows were matched by their order, not by id.
    pub by_order: bool,
    /// Largest |theirs − ours|.
    pub max_difference: f64,
    /// Largest |theirs − ours| / max(1, |ours|).
    pub max_relative: f64,
    /// The largest differences, at most five.
    pub worst: Vec<Pair>,
    /// Ids of the author's table that the study has not.
    pub unmatched: Vec<String>,
}

impl Parity {
    /// True if rounding explains every difference, see [`TOLERANCE`].
    pub fn agrees(&self) -> bool {
        self.max_relative <= TOLERANCE
    }
}

/// Why predictions cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParityError {
    /// The file is no table.
    #[error(transparent)]
    Table(#[from] DataError),
    /// No column can be the predictions, or several.
    #[error("{}", match .columns.as_slice() {
        [] => "no column of the table holds numbers that could be predictions".to_owned(),
        columns => format!("any of these columns could be the predictions: {}", list(columns)),
    })]
    WhichColumn {
        /// Columns of numbers.
        columns: Vec<String>,
        /// Outputs of the model.
        n_outputs: usize,
    },
    /// No ids, and another number of rows.
    #[error("the table has no patient ids and {} rows, the study has {} patients", count(*.theirs), count(*.ours))]
    RowCount {
        /// Rows of the table.
        theirs: usize,
        /// Rows of the study.
        ours: usize,
    },
    /// No id in common.
    #[error("none of the {} ids in column {column} is a patient of the study, beginning with {first}", count(*.n))]
    NoCommonId {
        /// Column of ids.
        column: String,
        /// Ids in it.
        n: usize,
        /// The first.
        first: String,
    },
    /// Only missing values.
    #[error("no patient has both a prediction in the table and one computed here")]
    Nothing,
}

impl ParityError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ParityError::Table(error) => error.hint(),
            ParityError::WhichColumn { n_outputs: 1, .. } => "Call the column margin or prediction.".into(),
            ParityError::WhichColumn { n_outputs, .. } => format!(
                "Give one column per output, {n_outputs} in all, in the model's order, called margin_0 or prediction_0 \
                 and so on."
            ),
            ParityError::RowCount { .. } => "Add the column of patient ids to the predictions.".into(),
            ParityError::NoCommonId { .. } => "Use the ids of the study's table.".into(),
            ParityError::Nothing => "Fill in the predictions and compute first.".into(),
        }
    }
}

/// Compares a table of the author's predictions with the margins of every row of the study, `[row][output]`
/// (NaN where not computed). The table has one column `margin` or `prediction` (one per output), or a single column of
/// numbers, and the patients' ids or as many rows as the study. Both scales are tried.
///
/// # Errors
/// [`ParityError`] where nothing can be matched.
pub fn compare(study: &Study, margins: &[f64], bytes: &[u8]) -> Result<Parsed<Parity>, ParityError> {
    let n_outputs = study.model.outputs.len().max(1);
    let table = read(bytes)?;
    let Matched { rows, id_column, unmatched, mut warnings } = match_rows(study, &table)?;
    let groups = value_columns(&table, id_column, n_outputs)?;
    // Columns called margin and prediction must all agree; of columns that are guessed, one must.
    let plain = |columns: &[usize]| columns.iter().all(|&i| is_plain(&table.columns()[i].name));
    let all_count = groups.iter().any(|(columns, _)| plain(columns));
    let mut best: Option<(Parity, Option<ParityScale>)> = None;
    for (columns, said) in groups.into_iter().filter(|(columns, _)| !all_count || plain(columns)) {
        let scales = [ParityScale::Margin, ParityScale::Prediction];
        let compared = scales.map(|scale| compare_columns(study, margins, &table, &rows, &columns, scale));
        let closest = compared.into_iter().flatten().min_by(|a, b| a.max_relative.total_cmp(&b.max_relative));
        let Some(parity) = closest else { continue };
        let first = |(best, _): &(Parity, _)| (parity.max_relative > best.max_relative) == all_count;
        if best.as_ref().is_none_or(first) {
            best = Some((parity, said));
        }
    }
    let (mut parity, said) = best.ok_or(ParityError::Nothing)?;
    if let Some(said) = said.filter(|said| *said != parity.scale) {
        let word = |scale| if scale == ParityScale::Margin { "margins" } else { "predictions" };
        warnings.push(format!("“{}” holds {}, not {}.", parity.columns[0], word(parity.scale), word(said)));
    }
    if !unmatched.is_empty() {
        warnings.push(format!(
            "{} of the table not in the study: {}.",
            of(unmatched.len(), "id", "ids"),
            list(&unmatched)
        ));
    }
    parity.by_order = id_column.is_none();
    parity.unmatched = unmatched;
    Ok(Parsed { value: parity, warnings })
}

/// [`compare`] as a finding.
///
/// # Errors
/// As [`compare`].
pub fn parity_finding(study: &Study, margins: &[f64], bytes: &[u8]) -> Result<Finding, ParityError> {
    let Parsed { value: parity, warnings } = compare(study, margins, bytes)?;
    let scale = match parity.scale {
        ParityScale::Margin => &study.model.scale.margin,
        ParityScale::Prediction => &study.model.scale.prediction,
    };
    let compared = format!(
        "{} of {} compared by {} on the {scale}; largest difference {} ({} relative)",
        count(parity.n),
        of(study.n_rows(), "patient", "patients"),
        if parity.by_order { "row order" } else { "id" },
        number(parity.max_difference, 2),
        number(parity.max_relative, 2),
    );
    let mut detail = match parity.worst.first().filter(|_| !parity.agrees()) {
        None => format!("{compared}."),
        Some(worst) => format!(
            "{compared}, {}: {} in the table, {} here. Check that model and table belong together.",
            study.patient_id(worst.row),
            number(worst.theirs, 4),
            number(worst.ours, 4),
        ),
    };
    for warning in warnings {
        detail.push(' ');
        detail.push_str(&warning);
    }
    let (severity, title) = match parity.agrees() {
        true => (Severity::Pass, "Predictions agree with yours."),
        false => (Severity::High, "Predictions differ from yours."),
    };
    Ok(Finding::new(severity, Topic::Exactness, title, detail))
}

/// The table; a first row of numbers is data.
fn read(bytes: &[u8]) -> Result<Dataset, DataError> {
    let options = csv::Options::default();
    let table = match csv::read(bytes, options) {
        Err(DataError::NoHeader { .. }) => csv::read(bytes, csv::Options { header: Some(false), ..options }),
        read => read,
    };
    Ok(table?.value)
}

/// Which patient each row of the author's table is about.
struct Matched {
    rows: Vec<Option<RowId>>,
    id_column: Option<usize>,
    unmatched: Vec<String>,
    warnings: Vec<String>,
}

fn match_rows(study: &Study, table: &Dataset) -> Result<Matched, ParityError> {
    let mut warnings = Vec::new();
    let ours = study.n_rows();
    let mut row_of = HashMap::with_capacity(ours);
    let has_ids = study.column_with(ColumnRole::Id).is_some()
        && study.rows().all(|row| row_of.insert(study.patient_id(row), row).is_none());
    let id_column = id_column(study, table);
    if let (true, Some(column)) = (has_ids, id_column) {
        let ids: Vec<Option<String>> = (0..table.n_rows()).map(|r| table.columns()[column].text(r)).collect();
        let rows: Vec<Option<RowId>> =
            ids.iter().map(|id| id.as_ref().and_then(|id| row_of.get(id).copied())).collect();
        let unmatched: Vec<String> =
            ids.iter().zip(&rows).filter(|(_, row)| row.is_none()).filter_map(|(id, _)| id.clone()).collect();
        if rows.iter().all(Option::is_none) {
            return Err(ParityError::NoCommonId {
                column: table.columns()[column].name.clone(),
                n: unmatched.len(),
                first: unmatched.into_iter().next().unwrap_or_default(),
            });
        }
        return Ok(Matched { rows, id_column, unmatched, warnings });
    }
    if table.n_rows() != ours {
        return Err(ParityError::RowCount { theirs: table.n_rows(), ours });
    }
    if id_column.is_some() {
        warnings.push("The study has no unique ids, so rows were matched by their order.".into());
    }
    let rows = study.rows().map(Some).collect();
    Ok(Matched { rows, id_column: None, unmatched: Vec::new(), warnings })
}

/// The column of ids: called as in the study, or like an id, or the first column of texts.
fn id_column(study: &Study, table: &Dataset) -> Option<usize> {
    let ours = study.column_with(ColumnRole::Id).map(|c| study.data.columns()[c].name.as_str());
    let named = ours.and_then(|name| table.column_index(name));
    let columns = || table.columns().iter().enumerate();
    let likely = || columns().find(|(_, c)| table.columns().len() > 1 && id_likeness(&c.name) > 1);
    let texts = || columns().find(|(_, c)| matches!(c.values, Values::Levels { .. }));
    named.or_else(|| likely().or_else(texts).map(|(i, _)| i))
}

type Group = (Vec<usize>, Option<ParityScale>);

/// Columns that may hold the predictions, one per output, with the scale that their names say.
fn value_columns(table: &Dataset, id: Option<usize>, n_outputs: usize) -> Result<Vec<Group>, ParityError> {
    let numbers: Vec<usize> = (0..table.columns().len())
        .filter(|&i| Some(i) != id && matches!(table.columns()[i].values, Values::Numbers(_)))
        .collect();
    let said = |i: &usize| scale_word(&table.columns()[*i].name);
    let mut groups: Vec<Group> = Vec::new();
    for scale in [ParityScale::Margin, ParityScale::Prediction] {
        let named: Vec<usize> = numbers.iter().copied().filter(|i| said(i) == Some(scale)).collect();
        if n_outputs == 1 {
            groups.extend(named.into_iter().map(|i| (vec![i], Some(scale))));
        } else if named.len() == n_outputs {
            groups.push((named, Some(scale)));
        }
    }
    if groups.is_empty() && numbers.len() == n_outputs {
        groups.push((numbers.clone(), None));
    }
    if groups.is_empty() {
        let columns = numbers.iter().map(|&i| table.columns()[i].name.clone()).collect();
        return Err(ParityError::WhichColumn { columns, n_outputs });
    }
    Ok(groups)
}

/// The scale a column name says.
fn scale_word(name: &str) -> Option<ParityScale> {
    let name = name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["margin", "raw", "log", "linear"]) {
        Some(ParityScale::Margin)
    } else if says(&["pred", "prob", "hazard", "risk", "yhat", "score"]) {
        Some(ParityScale::Prediction)
    } else {
        None
    }
}

/// `margin` or `prediction`, with a number if there are several outputs.
fn is_plain(name: &str) -> bool {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_lowercase();
    word == "margin" || word == "prediction"
}

/// One group of columns on one scale; None if no patient can be compared.
fn compare_columns(
    study: &Study,
    margins: &[f64],
    table: &Dataset,
    rows: &[Option<RowId>],
    columns: &[usize],
    scale: ParityScale,
) -> Option<Parity> {
    let k = columns.len();
    let mut pairs: Vec<(f64, Pair)> = Vec::new();
    let mut max_relative = 0.0f64;
    for (theirs_row, row) in rows.iter().enumerate() {
        let Some((row, margins)) =
            row.and_then(|row| Some((row, margins.get(row.index() * k..(row.index() + 1) * k)?)))
        else {
            continue;
        };
        let mut ours = margins.to_vec();
        if scale == ParityScale::Prediction {
            study.model.scale.link.apply(&mut ours);
        }
        let mut worst: Option<(f64, Pair)> = None;
        for (&column, &ours) in columns.iter().zip(&ours) {
            let theirs = cell(&table.columns()[column], theirs_row);
            let difference = (theirs - ours).abs();
            if difference.is_nan() {
                continue;
            }
            max_relative = max_relative.max(difference / ours.abs().max(1.0));
            if worst.is_none_or(|(most, _)| difference > most) {
                worst = Some((difference, Pair { row, theirs, ours }));
            }
        }
        pairs.extend(worst);
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    Some(Parity {
        n: pairs.len(),
        scale,
        columns: columns.iter().map(|&i| table.columns()[i].name.clone()).collect(),
        by_order: false,
        max_difference: pairs.first()?.0,
        max_relative,
        worst: pairs.iter().take(N_WORST).map(|(_, pair)| *pair).collect(),
        unmatched: Vec::new(),
    })
}

fn cell(column: &Column, row: usize) -> f64 {
    match &column.values {
        Values::Numbers(x) => x.get(row).copied().unwrap_or(f64::NAN),
        Values::Levels { .. } => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensemble::Link;
    use crate::study::Manifest;
    use crate::study::fixture::{model, study};

    /// Three patients with margins 0, ln 2 and −1 of a model with an exponential link.
    fn three() -> (Study, Vec<f64>) {
        let text = "patient_id,x\nP1,1\nP2,2\nP3,3\n";
        let study = study(model("survival:cox", &["x"]), text, Manifest::default());
        (study, vec![0.0, std::f64::consts::LN_2, -1.0])
    }

    #[test]
    fn predictions_are_matched_by_id_or_order_and_on_either_scale() {
        let (study, margins) = three();
        let check = |text: &str, n: usize, scale: ParityScale, by_order: bool, warnings: &[&str]| {
            let got = compare(&study, &margins, text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text:?}"));
            let p = &got.value;
            assert!(p.agrees(), "{p:?}");
            assert_eq!((p.n, p.scale, p.by_order), (n, scale, by_order), "{text:?}");
            assert_eq!(got.warnings, warnings);
        };
        use ParityScale::{Margin, Prediction};
        check("patient_id,margin\nP3,-1\nP1,0\n", 2, Margin, false, &[]);
        check("id,prediction\nP1,1\nP2,2\n", 2, Prediction, false, &[]);
        check("x\n0\n0.6931472\n-1\n", 3, Margin, true, &[]);
        check("1\n2\n0.36787945\n", 3, Prediction, true, &[]);
        check("margin,prediction\n0,1\n0.693147,2\n-1,0.36787944\n", 3, Margin, true, &[]);
        // A group of risk is not a risk; the column that agrees is taken.
        check("id,risk_group,hazard_ratio\nP1,3,1\nP2,3,2\n", 2, Prediction, false, &[]);
        check(
            "who,prediction\nP1,0\nP9,5\nP3,-1\n",
            2,
            Margin,
            false,
            &["“prediction” holds margins, not predictions.", "1 id of the table not in the study: P9."],
        );
        check("id,prediction,age\nP1,,30\nP2,2,40\n", 1, Prediction, false, &[]);
    }

    #[test]
    fn differences_are_shown_with_the_patient() {
        let (study, margins) = three();
        let got = parity_finding(&study, &margins, b"id,margin\nP1,0\nP2,0.6931472\nP3,-1.5\n").unwrap();
        assert_eq!((got.severity, got.title.as_str()), (Severity::High, "Predictions differ from yours."));
        assert_eq!(
            got.detail,
            "3 of 3 patients compared by id on the log hazard ratio; largest difference 0.5 (0.5 relative), P3: -1.5 in the table, \
             -1 here. Check that model and table belong together."
        );
        let got = compare(&study, &margins, b"id,margin,prediction\nP1,0,1\nP2,0.6931472,3\n").unwrap().value;
        assert_eq!((got.columns.as_slice(), got.agrees()), (&["prediction".to_owned()][..], false));
        let got = parity_finding(&study, &margins, b"id,margin\nP2,0.6931472\n").unwrap();
        assert_eq!((got.severity, got.title.as_str()), (Severity::Pass, "Predictions agree with yours."));
        assert!(
            got.detail
                .starts_with("1 of 3 patients compared by id on the log hazard ratio; largest difference ")
        );
    }

    #[test]
    fn several_outputs_are_compared_in_order() {
        let mut model = model("multi:softprob", &["x"]);
        model.outputs = vec!["a".into(), "b".into()];
        model.scale.link = Link::Softmax;
        let study = study(model, "patient_id,x\nP1,1\nP2,2\n", Manifest::default());
        let margins = [0.0, 0.0, 1.0, 1.0];
        let got = compare(&study, &margins, b"id,prob_a,prob_b\nP1,0.5,0.5\nP2,0.5,0.5\n").unwrap().value;
        assert_eq!((got.n, got.scale, got.agrees()), (2, ParityScale::Prediction, true));
        let error = compare(&study, &margins, b"id,prob_a\nP1,0.5\n").unwrap_err();
        assert_eq!(error, ParityError::WhichColumn { columns: vec!["prob_a".into()], n_outputs: 2 });
        assert!(error.hint().contains("2 in all"));
    }

    #[test]
    fn what_cannot_be_matched_is_an_error() {
        let (study, margins) = three();
        let check = |text: &str, message: &str| {
            let error = compare(&study, &margins, text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message, "{text:?}");
            assert!(error.hint().ends_with('.'));
        };
        check("", "the file is empty");
        check(
            "id,margin\nQ1,1\nQ2,2\n",
            "none of the 2 ids in column id is a patient of the study, beginning with Q1",
        );
        check("margin\n1\n2\n", "the table has no patient ids and 2 rows, the study has 3 patients");
        check("id,note\nP1,a\n", "no column of the table holds numbers that could be predictions");
        check("id,u,v\nP1,1,2\n", "any of these columns could be the predictions: u, v");
        check("id,margin\nP1,\nP2,\n", "no patient has both a prediction in the table and one computed here");
    }
}
