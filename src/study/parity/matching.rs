//! Which rows and columns of the author's table are compared with what.

use super::{ParityError, ParityScale};
use crate::dataset::{DataError, Dataset, Values, csv};
use crate::ids::RowId;
use crate::study::roles::id_likeness;
use crate::study::{ColumnRole, Study};
use std::collections::HashMap;

/// The table; a first row of numbers is data.
pub(super) fn read(bytes: &[u8]) -> Result<Dataset, DataError> {
    let options = csv::Options::default();
    let table = match csv::read(bytes, options) {
        Err(DataError::NoHeader { .. }) => csv::read(bytes, csv::Options { header: Some(false), ..options }),
        read => read,
    };
    Ok(table?.value)
}

/// Which patient each row of the author's table is about.
pub(super) struct Matched {
    pub(super) rows: Vec<Option<RowId>>,
    /// Column of ids; None if rows are matched by their order.
    pub(super) id_column: Option<usize>,
    /// Ids that the study has not.
    pub(super) unmatched: Vec<String>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn match_rows(study: &Study, table: &Dataset) -> Result<Matched, ParityError> {
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

/// Columns, one per output, and the scale that their names say.
pub(super) type Group = (Vec<usize>, Option<ParityScale>);

/// Columns that may hold the predictions, one per output, with the scale that their names say.
pub(super) fn value_columns(
    table: &Dataset,
    id: Option<usize>,
    n_outputs: usize,
) -> Result<Vec<Group>, ParityError> {
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
pub(super) fn is_plain(name: &str) -> bool {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_lowercase();
    word == "margin" || word == "prediction"
}
