//! Features and columns by name.

use crate::dataset::Dataset;
use crate::ensemble::Summary;
use crate::study::StudyError;
use std::collections::HashMap;

/// How features find their columns.
pub(crate) enum Match {
    /// Column per feature.
    Names(Vec<usize>),
    /// The model stores no names and the table does not call its columns `f0`, `f1`, ….
    Nameless,
}

/// A name as a careless eye reads it: letters and digits only, lower case.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Finds the column of every feature by its exact name, as LightGBM writes it for one of its models.
pub(crate) fn match_names(model: &Summary, data: &Dataset) -> Result<Match, StudyError> {
    let mut column_of: HashMap<&str, usize> = HashMap::with_capacity(data.columns().len());
    let mut twice = Vec::new();
    for (i, column) in data.columns().iter().enumerate() {
        if column_of.insert(&column.name, i).is_some() {
            twice.push(column.name.as_str());
        }
    }
    let underscored = underscored(model, data);
    let mut found = Vec::with_capacity(model.features.len());
    let mut missing = Vec::new();
    let mut feature_of: HashMap<&str, usize> = HashMap::with_capacity(model.features.len());
    let mut twice_in_model = Vec::new();
    for (f, feature) in model.features.iter().enumerate() {
        if feature_of.insert(&feature.name, f).is_some() {
            twice_in_model.push(feature.name.clone());
        }
        let name = feature.name.as_str();
        match column_of.get(name).or_else(|| underscored.get(name)) {
            Some(&column) => found.push(column),
            None => missing.push(feature.name.clone()),
        }
    }
    if !missing.is_empty() && !model.named {
        return Ok(Match::Nameless);
    }
    if !twice_in_model.is_empty() {
        return Err(StudyError::Ambiguous { place: "model", names: twice_in_model });
    }
    twice.retain(|name| feature_of.contains_key(name));
    if !twice.is_empty() {
        let names = twice.into_iter().map(str::to_owned).collect();
        return Err(StudyError::Ambiguous { place: "table", names });
    }
    if missing.is_empty() {
        return Ok(Match::Names(found));
    }
    let unused = data.columns().iter().map(|c| c.name.as_str()).filter(|name| !feature_of.contains_key(name));
    let unused: Vec<String> = unused.map(str::to_owned).collect();
    let near = near(&missing, &unused);
    Err(StudyError::MissingColumns { missing, unused, near })
}

/// Columns by the names that LightGBM gives them when it saves a model: with underscores for spaces.
fn underscored(model: &Summary, data: &Dataset) -> HashMap<String, usize> {
    let columns = data
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, c)| model.library == "LightGBM" && c.name.contains(' '));
    columns.map(|(i, column)| (column.name.replace(' ', "_"), i)).collect()
}

/// The column of every feature that has one of exactly its name.
pub(crate) fn exact_columns(model: &Summary, data: &Dataset) -> Vec<Option<usize>> {
    let column_of: HashMap<&str, usize> =
        data.columns().iter().enumerate().map(|(i, column)| (column.name.as_str(), i)).collect();
    model.features.iter().map(|feature| column_of.get(feature.name.as_str()).copied()).collect()
}

/// Pairs of a missing feature and an unused column whose plain names agree.
fn near(missing: &[String], unused: &[String]) -> Vec<(String, String)> {
    let mut columns: HashMap<String, Vec<&String>> = HashMap::new();
    for column in unused {
        columns.entry(plain(column)).or_default().push(column);
    }
    let pairs = missing.iter().flat_map(|feature| {
        let same = columns.get(&plain(feature)).map_or(&[][..], Vec::as_slice);
        same.iter().map(move |column| (feature.clone(), (*column).clone()))
    });
    pairs.collect()
}
