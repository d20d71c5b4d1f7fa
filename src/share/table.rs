//! Attributions as a file: what the page saves and the command writes, the same bytes from both.

use crate::dataset::csv::inert;
use crate::ensemble::Summary;
use crate::explain::{Attributions, Precision, Transformed};
use crate::ids::RowId;
use crate::session::Analysis;
use crate::study::{ColumnRole, Study};
use serde::Serialize;
use std::io::{self, Write};

/// A block of attributions with its names.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The model.
    pub model: &'a Summary,
    /// SHA-256 of the model file.
    pub sha256: &'a str,
    /// One per row: id or 1-based number.
    pub rows: &'a [RowName],
    /// SHAP values, margins, base values.
    pub attributions: &'a Attributions,
    /// What deserves a look.
    pub warnings: &'a [String],
}

/// How attributions were computed, where that is not path-dependent, on the margin, in f64.
#[derive(Clone, Debug, Default)]
pub struct Details<'a> {
    /// What the rows were compared with, if the method was interventional.
    pub background: Option<Background>,
    /// Name of another scale than the margin, and the values on it.
    pub scale: Option<(&'static str, &'a Transformed)>,
    /// Bits of the sums.
    pub precision: Precision,
    /// Interactions of some rows.
    pub interactions: Option<&'a Matrices>,
}

/// The rows of a background.
#[derive(Clone, Debug, Serialize)]
pub struct Background {
    /// How many.
    pub rows: usize,
    /// SHA-256 of their file.
    pub sha256: String,
}

/// Interaction matrices.
#[derive(Clone, Debug)]
pub struct Matrices {
    /// Names of their rows.
    pub rows: Vec<RowName>,
    /// `[row][i][j][output]`, symmetric; off the diagonal half a pair's effect.
    pub values: Vec<f64>,
}

/// What a row is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RowName {
    /// The patient's id.
    Id(String),
    /// The 1-based number of the row, where the table has no ids.
    Number(usize),
}

/// What stands on top of the explained function.
#[derive(Serialize)]
struct Calibrated<'a> {
    method: &'a str,
    of: &'a str,
    explained: &'a str,
}

#[derive(Serialize)]
struct Model<'a> {
    format: &'a str,
    library: &'a str,
    version: &'a str,
    objective: &'a str,
    trees: u32,
    trees_stored: u32,
    sha256: &'a str,
}

impl Document<'_> {
    fn prediction(&self, row: usize) -> Vec<f64> {
        let k = self.attributions.n_outputs;
        let mut margins = self.attributions.margin[row * k..(row + 1) * k].to_vec();
        self.model.scale.link.apply(&mut margins);
        margins
    }

    /// What the calibration, if the model has one, makes of the first output's margins; NaN never occurs in a margin.
    fn calibrated(&self) -> Option<Vec<f64>> {
        let margins = self.attributions.margin.chunks_exact(self.attributions.n_outputs.max(1));
        margins.map(|row| self.model.calibrated(row[0])).collect::<Option<Vec<f64>>>().filter(|_| {
            // Without rows nothing says whether there is one.
            self.model.calibration.is_some()
        })
    }

    /// Writes the JSON form: `{"format":"clarimark-attributions","version":1,…}`, one line per row of attributions,
    /// numbers in the shortest form that reads back to the same bits, NaN as null.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_json_with(&Details::default(), out)
    }

    /// [`Document::write_json`] for what was computed in another way. `method` and `output` say how; there are
    /// `background` (`{"rows":…,"sha256":…}`) if the method is interventional, `precision` if it is `f32`, and
    /// `interactions` (`{"rows":[name],"values":[row][i][j][output]}`) if they were asked for. Attributions are in units
    /// of `output`. Of a calibrated model there are `calibration` (`{"method":…,"of":"margin"|"prediction","explained":…}`)
    /// and `calibrated`, one value per row; attributions, margins and predictions are those before calibration.
    /// `base_values` is null for `log-loss`, whose base depends on what was observed:
    /// `base_values_by_row` holds `[row][output]`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json_with(&self, details: &Details<'_>, out: &mut impl Write) -> io::Result<()> {
        let (a, m) = (self.attributions, self.model);
        let k = a.n_outputs;
        let model = Model {
            format: &m.format,
            library: &m.library,
            version: &m.version,
            objective: &m.objective,
            trees: m.n_trees,
            trees_stored: m.n_trees_stored,
            sha256: self.sha256,
        };
        let names: Vec<&str> = m.features.iter().map(|f| f.name.as_str()).collect();
        write!(out, "{{\"format\":\"clarimark-attributions\",\"version\":1,\"model\":{}", json(&model)?)?;
        let method = if details.background.is_some() { "interventional" } else { "path-dependent" };
        let output = details.scale.map_or("margin", |(name, _)| name);
        write!(out, ",\"method\":\"{method}\",\"output\":\"{output}\"")?;
        if let Some(background) = &details.background {
            write!(out, ",\"background\":{}", json(background)?)?;
        }
        if details.precision == Precision::F32 {
            write!(out, ",\"precision\":\"f32\"")?;
        }
        if let Some(calibration) = &m.calibration {
            let explained = format!("the {output} before calibration");
            let said = Calibrated {
                method: calibration.name(),
                of: calibration.input().word(),
                explained: &explained,
            };
            write!(out, ",\"calibration\":{}", json(&said)?)?;
        }
        write!(out, ",\"outputs\":{}", json(&m.outputs)?)?;
        write!(out, ",\"features\":{},\"rows\":{}", json(&names)?, json(&self.rows)?)?;
        let margin: Vec<&[f64]> = a.margin.chunks_exact(k).collect();
        let prediction: Vec<Vec<f64>> = (0..a.n_rows).map(|r| self.prediction(r)).collect();
        write!(out, ",\n\"margin\":{},\n\"prediction\":{}", json(&margin)?, json(&prediction)?)?;
        if let Some(calibrated) = self.calibrated() {
            write!(out, ",\n\"calibrated\":{}", json(&calibrated)?)?;
        }
        match details.scale {
            None => write!(out, ",\n\"base_values\":{}", json(&a.base_values)?)?,
            Some(("log-loss", on)) => {
                let by_row: Vec<&[f64]> = on.base_values.chunks_exact(k).collect();
                write!(out, ",\n\"base_values\":null,\n\"base_values_by_row\":{}", json(&by_row)?)?;
            }
            Some((_, on)) => write!(out, ",\n\"base_values\":{}", json(&on.base_values.get(..k))?)?,
        }
        write!(out, ",\n\"attributions\":[")?;
        for (r, row) in a.values.chunks_exact((a.n_features * k).max(1)).enumerate() {
            let cells: Vec<&[f64]> = row.chunks_exact(k).collect();
            write!(out, "{}{}", if r == 0 { "\n" } else { ",\n" }, json(&cells)?)?;
        }
        write!(out, "\n]")?;
        if let Some(matrices) = details.interactions {
            write!(out, ",\n\"interactions\":{{\"rows\":{},\"values\":[", json(&matrices.rows)?)?;
            let line = (a.n_features * k).max(1);
            for (r, matrix) in matrices.values.chunks_exact((a.n_features * line).max(1)).enumerate() {
                let matrix: Vec<Vec<&[f64]>> =
                    matrix.chunks_exact(line).map(|line| line.chunks_exact(k).collect()).collect();
                write!(out, "{}{}", if r == 0 { "\n" } else { ",\n" }, json(&matrix)?)?;
            }
            write!(out, "\n]}}")?;
        }
        let worst = match details.scale {
            None => a.additivity_errors().into_iter().fold(0.0, f64::max),
            Some((_, on)) => on.additivity_errors().into_iter().fold(0.0, f64::max),
        };
        writeln!(
            out,
            ",\n\"additivity\":{{\"max_abs_error\":{}}},\n\"warnings\":{}}}",
            json(&worst)?,
            json(&self.warnings)?
        )
    }

    /// Writes the CSV form: id, margin, prediction, of a calibrated model the calibrated value, and base value, then one column per feature (and output).
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_csv_with(&Details::default(), out)
    }

    /// [`Document::write_csv`] for what was computed in another way: base value and columns are on its scale.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv_with(&self, details: &Details<'_>, out: &mut impl Write) -> io::Result<()> {
        self.write_csv_header(out)?;
        self.write_csv_rows(details, out)
    }

    /// The first line of [`Document::write_csv_with`].
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv_header(&self, out: &mut impl Write) -> io::Result<()> {
        let mut writer = ::csv::Writer::from_writer(out);
        writer.write_record(self.columns(inert))?;
        writer.flush()
    }

    /// The other lines of [`Document::write_csv_with`], one per row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv_rows(&self, details: &Details<'_>, out: &mut impl Write) -> io::Result<()> {
        let mut writer = ::csv::Writer::from_writer(out);
        for (r, name) in self.rows.iter().enumerate() {
            let id = match name {
                RowName::Id(id) => inert(id),
                RowName::Number(n) => n.to_string(),
            };
            let numbers = self.numbers(r, details);
            writer.write_record(std::iter::once(id).chain(numbers.iter().map(f64::to_string)))?;
        }
        writer.flush()
    }

    /// Writes one object per row and line: `{"id":…,"margin":[output],"prediction":[output],"base_values":[output],
    /// "attributions":{feature:[output],…}}`, of a calibrated model also `"calibrated":…`. Numbers as in
    /// [`Document::write_json`].
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json_lines(&self, details: &Details<'_>, out: &mut impl Write) -> io::Result<()> {
        let (a, k) = (self.attributions, self.attributions.n_outputs);
        let names: Vec<String> =
            self.model.features.iter().map(|f| json(&f.name)).collect::<io::Result<_>>()?;
        let calibrated = self.calibrated();
        for (r, name) in self.rows.iter().enumerate() {
            write!(out, "{{\"id\":{},\"margin\":{}", json(name)?, json(&a.margin.get(r * k..(r + 1) * k))?)?;
            write!(out, ",\"prediction\":{}", json(&self.prediction(r))?)?;
            if let Some(calibrated) = calibrated.as_ref().and_then(|c| c.get(r)) {
                write!(out, ",\"calibrated\":{}", json(calibrated)?)?;
            }
            write!(out, ",\"base_values\":{},\"attributions\":{{", json(&self.base_values(r, details))?)?;
            let width = a.n_features * k;
            for (f, phi) in a.values[r * width..(r + 1) * width].chunks_exact(k.max(1)).enumerate() {
                write!(out, "{}{}:{}", if f == 0 { "" } else { "," }, names[f], json(&phi)?)?;
            }
            writeln!(out, "}}}}")?;
        }
        out.flush()
    }

    /// Names of the columns of a table of attributions: id, margin, prediction, of a calibrated model the calibrated
    /// value, base value, then the features; where there are several outputs, each with each.
    pub fn columns(&self, written: impl Fn(&str) -> String) -> Vec<String> {
        let k = self.attributions.n_outputs;
        let of = |name: &str, output: usize| {
            if k == 1 { name.to_string() } else { format!("{name} [{}]", self.model.outputs[output]) }
        };
        let mut names = vec!["id".to_string()];
        for what in ["margin", "prediction"] {
            names.extend((0..k).map(|o| of(what, o)));
        }
        names.extend(self.model.calibration.iter().map(|_| "calibrated".to_owned()));
        names.extend((0..k).map(|o| of("base value", o)));
        for feature in &self.model.features {
            names.extend((0..k).map(|o| of(&written(&feature.name), o)));
        }
        names
    }

    /// The numbers of a row under these columns, behind its id.
    pub fn numbers(&self, row: usize, details: &Details<'_>) -> Vec<f64> {
        let (a, k) = (self.attributions, self.attributions.n_outputs);
        let mut numbers = a.margin[row * k..(row + 1) * k].to_vec();
        numbers.extend(self.prediction(row));
        numbers.extend(self.model.calibrated(a.margin(row, 0)));
        numbers.extend(self.base_values(row, details));
        let width = a.n_features * k;
        numbers.extend(&a.values[row * width..(row + 1) * width]);
        numbers
    }

    fn base_values<'b>(&'b self, row: usize, details: &'b Details<'_>) -> &'b [f64] {
        let (a, k) = (self.attributions, self.attributions.n_outputs);
        details.scale.map_or(&a.base_values[..], |(_, on)| &on.base_values[row * k..][..k])
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}

/// The explained patients of an analysis, with their ids.
pub fn row_names(a: &Analysis) -> Vec<RowName> {
    names_of(&a.study, &a.rows)
}

/// These patients of a study, with their ids.
pub fn names_of(study: &Study, rows: &[RowId]) -> Vec<RowName> {
    let named = study.column_with(ColumnRole::Id).is_some();
    let name =
        |&r: &RowId| if named { RowName::Id(study.patient_id(r)) } else { RowName::Number(r.index() + 1) };
    rows.iter().map(name).collect()
}
