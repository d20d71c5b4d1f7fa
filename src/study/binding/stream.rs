//! Rows that come one after the other, each bound when it comes.
//!
//! A whole table is looked at before its columns are numbers or texts. Here nothing is known of the rows behind, so a
//! cell means what it would mean in every table that [`super::bind`] takes, and is refused where that depends on the
//! others: a lone `.` beside texts, true beside numbers, `1,234` before a comma that can only be decimal.

use super::decode::{CODE_LIMIT, code, code_of, lookup, numbers_of, sheet_row, truth};
use super::names::{Match, match_names};
use crate::Parsed;
use crate::dataset::csv::{Cell, Row, Stream};
use crate::dataset::{Column, Dataset, Values};
use crate::ensemble::Summary;
use crate::study::roles::id_column;
use crate::study::{StudyError, text};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The binding of a stream's columns to a model's features.
#[derive(Debug)]
pub struct RowBinding {
    /// One per feature, in model order.
    inputs: Vec<Input>,
    names: Vec<String>,
    id: Option<usize>,
    /// True if `3,5` may be three and a half.
    commas: bool,
    /// True once a comma could only be decimal.
    sure: bool,
    /// Rows so far.
    n_rows: usize,
    buffer: String,
}

/// Where one feature's values come from.
#[derive(Debug)]
struct Input {
    column: usize,
    kind: Kind,
    /// True if the model takes no missing value here.
    complete: bool,
    seen: Seen,
}

#[derive(Debug)]
enum Kind {
    Quantity,
    /// Code by text, and by number.
    Levels {
        known: Vec<String>,
        by_text: HashMap<String, f64>,
        by_number: Vec<(f64, f64)>,
    },
    /// A category without level names.
    Codes,
}

/// What a column's cells have been so far. What one of them is may forbid another, in whichever order they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    point: bool,
    comma: bool,
    dot: bool,
    text: bool,
    truth: bool,
    number: bool,
}

impl Seen {
    /// And what they were in other rows.
    pub fn add(&mut self, other: Seen) {
        self.point |= other.point;
        self.comma |= other.comma;
        self.dot |= other.dot;
        self.text |= other.text;
        self.truth |= other.truth;
        self.number |= other.number;
    }
}

/// Why a cell has no value.
enum Doubt {
    NotANumber,
    Mixed,
    Unseen,
    NoNames,
    NotACode,
    Missing,
}

impl RowBinding {
    /// Binds by name, or, where the model stores none, by position after the id. `id` names the column with the
    /// patients' ids; without it, it is the one whose name says so most clearly.
    ///
    /// # Errors
    /// Missing, ambiguous or too many columns, each named.
    pub fn new(model: &Summary, stream: &Stream<'_>, id: Option<&str>) -> Result<Parsed<Self>, StudyError> {
        let names = stream.names().to_vec();
        let empty = |name: &String| Column { name: name.clone(), values: Values::Numbers(Vec::new()) };
        let header = Dataset::new(names.iter().map(empty).collect()).unwrap_or_default();
        let told = id.map(|id| {
            let missing = || StudyError::MissingColumns {
                missing: vec![id.to_owned()],
                unused: names.clone(),
                near: Vec::new(),
            };
            names.iter().position(|name| name == id).ok_or_else(missing)
        });
        let told = told.transpose()?;
        let mut warnings = Vec::new();
        let (columns, id) = match match_names(model, &header)? {
            Match::Names(columns) => {
                let free = |column: &usize| !columns.contains(column);
                let id = told.or_else(|| id_column(&names, free));
                (columns, id)
            }
            Match::Nameless => {
                let id = told.or_else(|| id_column(&names, |_| true));
                let columns: Vec<usize> = (0..names.len()).filter(|&c| Some(c) != id).collect();
                let n_features = model.features.len();
                if columns.len() != n_features {
                    let columns = columns.iter().map(|&c| names[c].clone()).collect();
                    return Err(StudyError::PositionCount { n_features, columns });
                }
                warnings.push(format!(
                    "The model stores no feature names: {} in file order. Check the order.",
                    text::of(n_features, "column was taken", "columns were taken"),
                ));
                (columns, id)
            }
        };
        let input = |(feature, column): (&crate::ensemble::FeatureSummary, usize)| Input {
            column,
            kind: match &feature.levels {
                _ if !feature.categorical => Kind::Quantity,
                None => Kind::Codes,
                Some(known) => Kind::Levels {
                    by_text: code_of(known).into_iter().map(|(text, code)| (text.to_owned(), code)).collect(),
                    by_number: numbers_of(known),
                    known: known.clone(),
                },
            },
            complete: model.refuses_missing && feature.n_splits > 0,
            seen: Seen::default(),
        };
        let inputs = model.features.iter().zip(columns).map(input).collect();
        let commas = stream.delimiter() != b',';
        let binding = RowBinding { inputs, names, id, commas, sure: false, n_rows: 0, buffer: String::new() };
        Ok(Parsed { value: binding, warnings })
    }

    /// Appends the model's inputs of the next row, [`super::Binding::matrix`]'s numbers; the patient's id, if the row has
    /// one. Of a row in error nothing is appended.
    ///
    /// # Errors
    /// As [`super::bind`], with the row in the stream.
    pub fn push(&mut self, row: &Row<'_>, matrix: &mut Vec<f64>) -> Result<Option<String>, StudyError> {
        let start = matrix.len();
        for input in &mut self.inputs {
            let cell = row.cell(input.column);
            match input.value(cell, self.commas, &mut self.sure, &mut self.buffer) {
                Ok(value) => matrix.push(value),
                Err(doubt) => {
                    matrix.truncate(start);
                    let name = self.names.get(input.column).cloned().unwrap_or_default();
                    return Err(input.refuse(doubt, name, sheet_row(self.n_rows), cell));
                }
            }
        }
        self.n_rows += 1;
        let said = self.id.map(|id| row.cell(id)).filter(|cell| {
            let said = Cell::of(cell, &mut self.buffer);
            !matches!(said, Cell::Empty | Cell::Word(_) | Cell::Dot)
        });
        Ok(said.map(str::to_owned))
    }

    /// [`RowBinding::push`] for a row without any cell.
    ///
    /// # Errors
    /// [`StudyError::Missing`].
    pub fn push_empty(&mut self, matrix: &mut Vec<f64>) -> Result<(), StudyError> {
        if let Some(input) = self.inputs.iter().find(|input| input.complete) {
            let name = self.names.get(input.column).cloned().unwrap_or_default();
            return Err(input.refuse(Doubt::Missing, name, sheet_row(self.n_rows), ""));
        }
        matrix.extend(self.inputs.iter().map(|_| f64::NAN));
        self.n_rows += 1;
        Ok(())
    }

    /// True if what a cell says depends on the cells above it, so that no row may be passed.
    pub fn looks_back(&self) -> bool {
        self.commas
    }

    /// Passes a row that is bound elsewhere.
    pub fn pass(&mut self) {
        self.n_rows += 1;
    }

    /// What the cells of each feature's column were in the rows bound here.
    pub fn seen(&self) -> Vec<Seen> {
        self.inputs.iter().map(|input| input.seen).collect()
    }

    /// Checks what the cells of each feature's column were in all rows, where they were bound apart.
    ///
    /// # Errors
    /// [`StudyError::MixedApart`] where one row in the same place as the others would have been [`StudyError::Mixed`].
    pub fn check(&self, seen: &[Seen]) -> Result<(), StudyError> {
        let mixed = |input: &Input, seen: &Seen| {
            let quantity = matches!(input.kind, Kind::Quantity)
                && (seen.comma && seen.text || seen.truth && seen.number);
            quantity || seen.dot && seen.text || seen.point && seen.comma
        };
        match self.inputs.iter().zip(seen).find(|(input, seen)| mixed(input, seen)) {
            None => Ok(()),
            Some((input, _)) => Err(StudyError::MixedApart {
                column: self.names.get(input.column).cloned().unwrap_or_default(),
            }),
        }
    }

    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.inputs.len()
    }

    /// Rows so far.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// True if a column holds ids.
    pub fn has_ids(&self) -> bool {
        self.id.is_some()
    }
}

impl Input {
    fn value(
        &mut self,
        cell: &str,
        commas: bool,
        sure: &mut bool,
        buffer: &mut String,
    ) -> Result<f64, Doubt> {
        let said = Cell::of(cell, buffer);
        match said {
            Cell::Empty | Cell::Word(_) => return self.missing(),
            Cell::Dot if self.seen.text => return Err(Doubt::Mixed),
            Cell::Dot => {
                self.seen.dot = true;
                return self.missing();
            }
            Cell::Text if self.seen.dot => return Err(Doubt::Mixed),
            _ => {}
        }
        self.seen.text |= said == Cell::Text;
        let number = match said {
            Cell::Number { value, point } => {
                self.seen.point |= point;
                Ok(value)
            }
            Cell::Comma { value, thousands } if commas => {
                self.seen.comma = true;
                *sure |= !thousands && !self.seen.point;
                if *sure { Ok(value) } else { Err(Doubt::NotANumber) }
            }
            _ => Err(Doubt::NotANumber),
        };
        let number =
            number.and_then(|x| if self.seen.point && self.seen.comma { Err(Doubt::Mixed) } else { Ok(x) });
        match &self.kind {
            Kind::Quantity => {
                if self.seen.comma && self.seen.text {
                    return Err(Doubt::Mixed);
                }
                let (value, is_truth) = match said {
                    Cell::Text => match truth(cell) {
                        Some(value) => (value, true),
                        None => {
                            let value = cell.parse().ok().filter(|x: &f64| x.is_finite());
                            (value.ok_or(Doubt::NotANumber)?, false)
                        }
                    },
                    _ => (number?, false),
                };
                self.seen.truth |= is_truth;
                self.seen.number |= !is_truth;
                if self.seen.truth && self.seen.number { Err(Doubt::Mixed) } else { Ok(value) }
            }
            Kind::Levels { by_text, by_number, .. } => {
                let by_text = by_text.get(cell).copied();
                let by_number = number.as_ref().ok().map(|x| lookup(by_number, *x));
                match (by_text, by_number) {
                    // As text it is one level, as number another.
                    (Some(text), Some(Some(number))) if text != number => Err(Doubt::Mixed),
                    (Some(code), _) | (None, Some(Some(code))) => Ok(code),
                    _ => Err(Doubt::Unseen),
                }
            }
            Kind::Codes => match said {
                Cell::Text => code(cell).ok_or(Doubt::NoNames),
                _ => number.ok().filter(|x| is_code(*x)).ok_or(Doubt::NotACode),
            },
        }
    }

    fn missing(&self) -> Result<f64, Doubt> {
        if self.complete { Err(Doubt::Missing) } else { Ok(f64::NAN) }
    }

    fn refuse(&self, doubt: Doubt, column: String, row: usize, cell: &str) -> StudyError {
        let text = cell.to_owned();
        match (doubt, &self.kind) {
            (Doubt::Missing, _) => StudyError::Missing { column, row, n: 1 },
            (Doubt::Mixed, _) => StudyError::Mixed { column, row, text },
            (Doubt::NoNames, _) => StudyError::NoLevelNames { column, row, text },
            (Doubt::NotACode, _) => StudyError::NotACode { column, row, text },
            (Doubt::Unseen, Kind::Levels { known, .. }) => {
                StudyError::UnseenLevel { column, row, level: text, known: known.clone() }
            }
            _ => StudyError::NotANumber { column, row, text },
        }
    }
}

fn is_code(x: f64) -> bool {
    (0.0..CODE_LIMIT).contains(&x) && x == x.trunc()
}

#[cfg(test)]
mod tests {
    use super::super::{Binding, bind};
    use super::*;
    use crate::dataset::csv;
    use crate::ensemble::FeatureSummary;
    use crate::ids::RowId;
    use crate::study::fixture::model;
    use proptest::prelude::*;

    fn summary() -> Summary {
        let mut summary = model("reg:squarederror", &["x", "level", "code"]);
        let categorical = |f: &mut FeatureSummary, levels: Option<&[&str]>| {
            f.categorical = true;
            f.levels = levels.map(|l| l.iter().map(|l| (*l).to_owned()).collect());
        };
        categorical(&mut summary.features[1], Some(&["a", "b", "1", "2.0", "1,5"]));
        categorical(&mut summary.features[2], None);
        summary
    }

    type Bound = (Vec<u64>, Vec<Option<String>>);

    fn streamed(text: &str) -> Result<Bound, String> {
        let mut stream = Stream::open(text.as_bytes(), None).map_err(|e| e.to_string())?;
        let mut binding = RowBinding::new(&summary(), &stream, None).map_err(|e| e.to_string())?.value;
        let (mut matrix, mut ids) = (Vec::new(), Vec::new());
        while let Some(row) = stream.next_row().map_err(|e| e.to_string())? {
            for _ in 0..row.n_empty_before {
                binding.push_empty(&mut matrix).map_err(|e| e.to_string())?;
                ids.push(None);
            }
            ids.push(binding.push(&row, &mut matrix).map_err(|e| e.to_string())?);
        }
        Ok((matrix.iter().map(|x| x.to_bits()).collect(), ids))
    }

    fn whole(text: &str) -> Result<Vec<u64>, String> {
        let data = csv::read(text.as_bytes(), csv::Options::default()).map_err(|e| e.to_string())?.value;
        let binding: Binding = bind(&summary(), &data).map_err(|e| e.to_string())?.value;
        let rows: Vec<RowId> = (0..data.n_rows()).map(RowId::of).collect();
        Ok(binding.matrix(&data, &rows).iter().map(|x| x.to_bits()).collect())
    }

    #[test]
    fn a_row_is_bound_as_in_a_whole_table() {
        for text in [
            "id;x;level;code\nA;1,5;a;1\nB;1,234;b;2\nC;;;\nD;.;1;NA\n",
            "level,extra,x,id,code\na,9,007,P1,3\n1,9,1.5,,0\n2.0,9,NA,P3,1\n",
            "x,level,code\ntrue,1,1\nFALSE,2,0\n",
            "x\tlevel\tcode\n-0\t1.0\t1.0\n1e-3\t2\t2\n",
        ] {
            assert_eq!(streamed(text).map(|(matrix, _)| matrix), whole(text), "{text}");
        }
        let (_, ids) = streamed("id,x,level,code\nA,1,a,1\n,1,a,1\nNA,1,a,1\n0012,1,a,1\n").unwrap();
        assert_eq!(ids, [Some("A".to_owned()), None, None, Some("0012".to_owned())]);
    }

    #[test]
    fn what_other_rows_would_settle_is_refused() {
        for (text, expect) in [
            ("x;level;code\n1,234;a;1\n", "column x, row 2: “1,234” is not a number"),
            ("x;level;code\n1,5;a;1\n1.5;a;1\n", "column x, row 3: “1.5” does not go"),
            ("x,level,code\n.,a,1\n007,a,1\n", "column x, row 3: “007” does not go"),
            ("x,level,code\ntrue,a,1\n1,a,1\n", "column x, row 3: “1” does not go"),
            ("x,level,code\nhigh,a,1\n", "column x, row 2: “high” is not a number"),
            ("x,level,code\n1,a,1\n1,c,1\n", "column level, row 3: the model does not know the level “c”"),
            ("x,level,code\n1,a,1.5\n", "column code, row 2: 1.5 is not a level code"),
            ("x,level,code\n1,a,z\n", "column code, row 2: the model stores no level names"),
            ("x,level\n1,a\n", "1 model feature has no column: code"),
        ] {
            let error = streamed(text).unwrap_err();
            assert!(error.starts_with(expect), "{text}: {error}");
        }
    }

    proptest! {
        /// Rows bound apart are refused if the stream would be, whoever bound which.
        #[test]
        fn rows_bound_apart_are_refused_as_those_in_a_stream(
            rows in prop::collection::vec(
                (
                    prop::sample::select(vec!["1", "1.5", ".", "", "NA", "007", "true", "False", "1e3"]),
                    prop::sample::select(vec!["a", "b", "1", "1.0", "2.0", ".", ""]),
                    prop::sample::select(vec!["0", "1", "2.0", "01", "", "."]),
                    0..2usize,
                ),
                1..6,
            ),
        ) {
            let mut text = "x,level,code,id\n".to_owned();
            for (i, (x, level, code, _)) in rows.iter().enumerate() {
                text += &format!("{x},{level},{code},P{i}\n");
            }
            let whole = streamed(&text);
            let mut seen = vec![Seen::default(); 3];
            let mut numbers = vec![Vec::new(); rows.len()];
            let mut failed = false;
            for who in 0..2 {
                let mut stream = Stream::open(text.as_bytes(), None).unwrap();
                let mut binding = RowBinding::new(&summary(), &stream, None).unwrap().value;
                prop_assert!(!binding.looks_back());
                let mut i = 0;
                while let Some(row) = stream.next_row().unwrap() {
                    if rows[i].3 == who {
                        failed |= binding.push(&row, &mut numbers[i]).is_err();
                    } else {
                        binding.pass();
                    }
                    i += 1;
                }
                prop_assert!(failed || binding.n_rows() == rows.len());
                seen.iter_mut().zip(binding.seen()).for_each(|(all, own)| all.add(own));
                if who == 1 {
                    failed |= binding.check(&seen).is_err();
                }
            }
            prop_assert_eq!(failed, whole.is_err(), "{}", text);
            if let Ok((bits, _)) = whole {
                prop_assert_eq!(numbers.concat().iter().map(|x| x.to_bits()).collect::<Vec<_>>(), bits);
            }
        }

        /// Where both take a table, they make the same numbers of it.
        #[test]
        fn the_numbers_are_those_of_the_whole_table(
            rows in prop::collection::vec(
                (
                    prop::sample::select(vec![
                        "1", "1.5", "-0.0", "1,5", "1,234", ".", "", "NA", "007", "true", "False", "1e3", " 2 ",
                    ]),
                    prop::sample::select(vec!["a", "b", "1", "1.0", "2", "2.0", "1,5", ".", "", "c"]),
                    prop::sample::select(vec!["0", "1", "2.0", "01", "", "1,0", "7"]),
                ),
                1..6,
            ),
            delimiter in prop::sample::select(vec![',', ';', '\t']),
        ) {
            let mut text = format!("id{delimiter}x{delimiter}level{delimiter}code\n");
            for (i, (x, level, code)) in rows.iter().enumerate() {
                text += &format!("P{i}{delimiter}\"{x}\"{delimiter}\"{level}\"{delimiter}\"{code}\"\n");
            }
            if let (Ok((streamed, _)), Ok(whole)) = (streamed(&text), whole(&text)) {
                prop_assert_eq!(streamed, whole, "{}", text);
            }
        }
    }
}
