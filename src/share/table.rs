//! Attributions as a file: what the page saves and the command writes, the same bytes from both.

use crate::dataset::csv::inert;
use crate::ensemble::Summary;
use crate::explain::Attributions;
use crate::session::Analysis;
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

/// What a row is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RowName {
    /// The patient's id.
    Id(String),
    /// The 1-based number of the row, where the table has no ids.
    Number(usize),
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

    /// Writes the JSON form: `{"format":"clarimark-attributions","version":1,…}`, one line per row of attributions,
    /// numbers in the shortest form that reads back to the same bits, NaN as null.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
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
        write!(
            out,
            ",\"method\":\"path-dependent\",\"output\":\"margin\",\"outputs\":{}",
            json(&m.outputs)?
        )?;
        write!(out, ",\"features\":{},\"rows\":{}", json(&names)?, json(&self.rows)?)?;
        let margin: Vec<&[f64]> = a.margin.chunks_exact(k).collect();
        let prediction: Vec<Vec<f64>> = (0..a.n_rows).map(|r| self.prediction(r)).collect();
        write!(out, ",\n\"margin\":{},\n\"prediction\":{}", json(&margin)?, json(&prediction)?)?;
        write!(out, ",\n\"base_values\":{},\n\"attributions\":[", json(&a.base_values)?)?;
        for (r, row) in a.values.chunks_exact((a.n_features * k).max(1)).enumerate() {
            let cells: Vec<&[f64]> = row.chunks_exact(k).collect();
            write!(out, "{}{}", if r == 0 { "\n" } else { ",\n" }, json(&cells)?)?;
        }
        let worst = a.additivity_errors().into_iter().fold(0.0, f64::max);
        writeln!(
            out,
            "\n],\n\"additivity\":{{\"max_abs_error\":{}}},\n\"warnings\":{}}}",
            json(&worst)?,
            json(&self.warnings)?
        )
    }

    /// Writes the CSV form: id, margin, prediction and base value, then one column per feature (and output).
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let (a, k) = (self.attributions, self.attributions.n_outputs);
        let of = |name: &str, output: usize| {
            if k == 1 { name.to_string() } else { format!("{name} [{}]", self.model.outputs[output]) }
        };
        let mut writer = ::csv::Writer::from_writer(out);
        let mut header = vec!["id".to_string()];
        for what in ["margin", "prediction", "base value"] {
            header.extend((0..k).map(|o| of(what, o)));
        }
        for feature in &self.model.features {
            header.extend((0..k).map(|o| of(&inert(&feature.name), o)));
        }
        writer.write_record(&header)?;
        for (r, name) in self.rows.iter().enumerate() {
            let mut record = vec![match name {
                RowName::Id(id) => inert(id),
                RowName::Number(n) => n.to_string(),
            }];
            record.extend((0..k).map(|o| a.margin(r, o).to_string()));
            record.extend(self.prediction(r).iter().map(f64::to_string));
            record.extend(a.base_values.iter().map(f64::to_string));
            let width = a.n_features * k;
            record.extend(a.values[r * width..(r + 1) * width].iter().map(f64::to_string));
            writer.write_record(&record)?;
        }
        writer.flush()
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}

/// The explained patients of an analysis, with their ids.
pub fn row_names(a: &Analysis) -> Vec<RowName> {
    let named = a.study.column_with(crate::study::ColumnRole::Id).is_some();
    a.rows
        .iter()
        .map(|&r| if named { RowName::Id(a.study.patient_id(r)) } else { RowName::Number(r.index() + 1) })
        .collect()
}
