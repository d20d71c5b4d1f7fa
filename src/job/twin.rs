//! A study as it travels: names and facts in the header, cells in buffers.

use super::manifest::ManifestTwin;
use super::packet::{Buffers, PacketError, Reader};
use crate::dataset::{Column, Dataset, Values};
use crate::ensemble::Summary;
use crate::study::{Binding, ColumnRole, Comparator, FileFacts, Study};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct StudyTwin {
    manifest: ManifestTwin,
    model: Summary,
    roles: Vec<ColumnRole>,
    binding: Binding,
    model_file: FileFacts,
    data_file: FileFacts,
    /// The numbers are buffers, after those of the columns.
    comparator: Option<ComparatorTwin>,
    warnings: Vec<String>,
    columns: Vec<ColumnTwin>,
}

#[derive(Serialize, Deserialize)]
struct ComparatorTwin {
    title: String,
    file: FileFacts,
    features: Vec<String>,
    reversed: bool,
}

#[derive(Serialize, Deserialize)]
struct ColumnTwin {
    name: String,
    /// False: codes and level texts follow instead of numbers.
    numbers: bool,
}

pub(super) fn write<'a>(study: &'a Study, b: &mut Buffers<'a>) -> StudyTwin {
    let columns = study
        .data
        .columns()
        .iter()
        .map(|c| {
            match &c.values {
                Values::Numbers(x) => b.numbers(x),
                Values::Levels { codes, levels } => {
                    b.codes(codes);
                    // Texts end to end, with the end of each: ids can be as many as rows.
                    b.new_codes(levels.iter().scan(0u32, |end, l| {
                        *end += l.len() as u32;
                        Some(*end)
                    }));
                    b.new_bytes(levels.concat().into_bytes());
                }
            }
            ColumnTwin { name: c.name.clone(), numbers: matches!(c.values, Values::Numbers(_)) }
        })
        .collect();
    let comparator = study.comparator.as_ref().map(|c| {
        b.numbers(&c.margin);
        b.numbers(&c.prediction);
        let Comparator { title, file, features, reversed, .. } = c.clone();
        ComparatorTwin { title, file, features, reversed }
    });
    StudyTwin {
        manifest: study.manifest.clone().into(),
        model: study.model.clone(),
        roles: study.roles.clone(),
        binding: study.binding.clone(),
        model_file: study.model_file.clone(),
        data_file: study.data_file.clone(),
        comparator,
        warnings: study.warnings.clone(),
        columns,
    }
}

pub(super) fn read(twin: StudyTwin, r: &mut Reader) -> Result<Study, PacketError> {
    let StudyTwin { manifest, model, roles, binding, model_file, data_file, comparator, warnings, columns } =
        twin;
    let columns: Result<Vec<Column>, PacketError> = columns
        .into_iter()
        .map(|c| {
            let values = if c.numbers {
                Values::Numbers(r.numbers()?)
            } else {
                let (codes, ends) = (r.codes()?, r.codes()?);
                let text = String::from_utf8(r.bytes()?).map_err(|_| PacketError::Buffer(0))?;
                let mut start = 0;
                let levels: Option<Vec<String>> = ends
                    .iter()
                    .map(|&end| {
                        let level = text.get(start..end as usize).map(str::to_string);
                        start = end as usize;
                        level
                    })
                    .collect();
                Values::Levels { codes, levels: levels.ok_or(PacketError::Buffer(0))? }
            };
            Ok(Column { name: c.name, values })
        })
        .collect();
    let data = Dataset::new(columns?).map_err(|e| PacketError::Header(e.to_string()))?;
    let comparator = match comparator {
        None => None,
        Some(ComparatorTwin { title, file, features, reversed }) => {
            let (margin, prediction) = (r.numbers()?, r.numbers()?);
            Some(Comparator { title, file, features, reversed, margin, prediction })
        }
    };
    Ok(Study {
        manifest: manifest.into(),
        model,
        data,
        roles,
        binding,
        model_file,
        data_file,
        comparator,
        warnings,
    })
}
