//! Requests and replies as one small header (postcard) and raw little-endian buffers.

use super::twin::{self, StudyTwin};
use super::{
    EvaluationKind, EvaluationPart, Picked, Reading, Reply, Request, Subject, SummaryInput, SummaryOutput,
};
use crate::cohort::profile::Profile;
use crate::cohort::{Clusters, Embedding};
use crate::explain::Attributions;
use crate::explain::summary::Importance;
use crate::ids::RowId;
use crate::session::{Notice, Performance};
use crate::study::{ColumnFacts, Finding};
use serde::{Deserialize, Serialize};

/// A message: a small header and buffers to transfer.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Packet {
    /// Names and small facts, in postcard's form.
    pub header: Vec<u8>,
    /// Raw bytes; numbers little-endian.
    pub buffers: Vec<Vec<u8>>,
}

/// A message that is not one of ours: a fault of the page, not of the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// The header cannot be read.
    #[error("message header: {0}")]
    Header(String),
    /// A buffer is missing or has the wrong length.
    #[error("message buffer {0}")]
    Buffer(usize),
}

#[derive(Serialize, Deserialize)]
enum RequestHeader {
    Read { job: u32, names: Vec<String> },
    Load { job: u32 },
    Explain { job: u32, chunk: u32, attributions: bool },
    Summarise { job: u32, n_features: usize, categorical: Vec<bool>, k: u32 },
    Find { job: u32, study: Box<StudyTwin>, attributions: AttributionsHeader },
    Evaluate { job: u32, parts: Vec<(String, EvaluationKind, bool)> },
}

#[derive(Serialize, Deserialize)]
enum ReplyHeader {
    Ready,
    Read { job: u32, reading: ReadingHeader },
    Loaded { job: u32 },
    Explained { job: u32, chunk: u32, attributions: AttributionsHeader },
    Summarised { job: u32, output: Box<SummaryHeader> },
    Found { job: u32, findings: Vec<Finding> },
    Evaluated { job: u32, performance: Vec<Performance> },
    Failed { job: u32, notice: Notice },
}

/// A summary whose large arrays are empty here and follow as buffers.
#[derive(Serialize, Deserialize)]
struct SummaryHeader {
    importance: Vec<Importance>,
    partners: Vec<Option<u32>>,
    embedding: Embedding,
    clusters: Clusters,
    profile: Profile,
    n_resamples: usize,
}

/// Shapes of a block of attributions; the numbers are two buffers.
#[derive(Serialize, Deserialize)]
struct AttributionsHeader {
    n_rows: usize,
    n_features: usize,
    n_outputs: usize,
    base_values: Vec<f64>,
}

impl AttributionsHeader {
    fn write(a: Attributions, b: &mut Buffers) -> Self {
        b.numbers(&a.values);
        b.numbers(&a.margin);
        let Attributions { n_rows, n_features, n_outputs, base_values, .. } = a;
        AttributionsHeader { n_rows, n_features, n_outputs, base_values }
    }

    fn read(self, r: &mut Reader) -> Result<Attributions, PacketError> {
        let AttributionsHeader { n_rows, n_features, n_outputs, base_values } = self;
        let (values, margin) = (r.numbers()?, r.numbers()?);
        if values.len() != n_rows * n_features * n_outputs || margin.len() != n_rows * n_outputs {
            return Err(PacketError::Buffer(r.at - 2));
        }
        Ok(Attributions { n_rows, n_features, n_outputs, values, margin, base_values })
    }
}

#[derive(Serialize, Deserialize)]
enum ReadingHeader {
    Study { study: Box<StudyTwin>, columns: Vec<ColumnFacts>, notes: Vec<Finding>, predictions: bool },
    Waiting { understood: Vec<String>, next: String },
}

/// Writes buffers in the order in which they are read again.
#[derive(Default)]
pub(super) struct Buffers(Vec<Vec<u8>>);

impl Buffers {
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) {
        self.0.push(bytes);
    }
    pub(super) fn numbers(&mut self, x: &[f64]) {
        self.0.push(bytemuck::cast_slice(x).to_vec());
    }
    pub(super) fn codes(&mut self, x: &[u32]) {
        self.0.push(bytemuck::cast_slice(x).to_vec());
    }
}

/// Reads buffers in the order in which they were written.
pub(super) struct Reader {
    buffers: std::vec::IntoIter<Vec<u8>>,
    at: usize,
}

impl Reader {
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, PacketError> {
        self.at += 1;
        self.buffers.next().ok_or(PacketError::Buffer(self.at - 1))
    }
    pub(super) fn numbers(&mut self) -> Result<Vec<f64>, PacketError> {
        let bytes = self.bytes()?;
        if bytes.len() % 8 != 0 {
            return Err(PacketError::Buffer(self.at - 1));
        }
        Ok(bytemuck::allocation::pod_collect_to_vec(&bytes))
    }
    pub(super) fn codes(&mut self) -> Result<Vec<u32>, PacketError> {
        let bytes = self.bytes()?;
        if bytes.len() % 4 != 0 {
            return Err(PacketError::Buffer(self.at - 1));
        }
        Ok(bytemuck::allocation::pod_collect_to_vec(&bytes))
    }
}

fn pack(header: &impl Serialize, buffers: Buffers) -> Packet {
    // Plain structs of strings and numbers always serialise.
    Packet { header: postcard::to_allocvec(header).unwrap_or_default(), buffers: buffers.0 }
}

fn unpack<H: for<'a> Deserialize<'a>>(packet: Packet) -> Result<(H, Reader), PacketError> {
    let header = postcard::from_bytes(&packet.header).map_err(|e| PacketError::Header(e.to_string()))?;
    Ok((header, Reader { buffers: packet.buffers.into_iter(), at: 0 }))
}

impl Request {
    /// As a message.
    pub fn into_packet(self) -> Packet {
        let mut b = Buffers::default();
        let header = match self {
            Request::Read { job, files } => {
                let mut names = Vec::new();
                for file in files {
                    names.push(file.name);
                    b.bytes(file.bytes);
                }
                RequestHeader::Read { job, names }
            }
            Request::Load { job, model } => {
                b.bytes(model);
                RequestHeader::Load { job }
            }
            Request::Explain { job, chunk, attributions, matrix } => {
                b.numbers(&matrix);
                RequestHeader::Explain { job, chunk, attributions }
            }
            Request::Summarise { job, input } => {
                b.numbers(&input.phi);
                b.numbers(&input.values);
                b.numbers(&input.margin);
                b.numbers(&input.event);
                RequestHeader::Summarise {
                    job,
                    n_features: input.n_features,
                    categorical: input.categorical,
                    k: input.k,
                }
            }
            Request::Find { job, subject } => {
                let Subject { study, rows, attributions } = *subject;
                let study = Box::new(twin::write(study, &mut b));
                b.codes(&rows.iter().map(|r| r.0).collect::<Vec<u32>>());
                let attributions = AttributionsHeader::write(attributions, &mut b);
                RequestHeader::Find { job, study, attributions }
            }
            Request::Evaluate { job, parts } => {
                let mut heads = Vec::new();
                for part in parts {
                    b.numbers(&part.score);
                    b.numbers(&part.first);
                    b.numbers(&part.second);
                    heads.push((part.name, part.kind, part.reversed));
                }
                RequestHeader::Evaluate { job, parts: heads }
            }
        };
        pack(&header, b)
    }

    /// From a message.
    ///
    /// # Errors
    /// [`PacketError`] if it is not one of ours.
    pub fn from_packet(packet: Packet) -> Result<Self, PacketError> {
        let (header, mut r) = unpack(packet)?;
        Ok(match header {
            RequestHeader::Read { job, names } => {
                let files: Result<Vec<Picked>, PacketError> =
                    names.into_iter().map(|name| Ok(Picked { name, bytes: r.bytes()? })).collect();
                Request::Read { job, files: files? }
            }
            RequestHeader::Load { job } => Request::Load { job, model: r.bytes()? },
            RequestHeader::Explain { job, chunk, attributions } => {
                Request::Explain { job, chunk, attributions, matrix: r.numbers()? }
            }
            RequestHeader::Summarise { job, n_features, categorical, k } => Request::Summarise {
                job,
                input: SummaryInput {
                    n_features,
                    phi: r.numbers()?,
                    values: r.numbers()?,
                    margin: r.numbers()?,
                    event: r.numbers()?,
                    categorical,
                    k,
                },
            },
            RequestHeader::Find { job, study, attributions } => {
                let study = twin::read(*study, &mut r)?;
                let rows = r.codes()?.into_iter().map(RowId).collect();
                let attributions = attributions.read(&mut r)?;
                Request::Find { job, subject: Box::new(Subject { study, rows, attributions }) }
            }
            RequestHeader::Evaluate { job, parts } => {
                let parts: Result<Vec<EvaluationPart>, PacketError> = parts
                    .into_iter()
                    .map(|(name, kind, reversed)| {
                        Ok(EvaluationPart {
                            name,
                            kind,
                            score: r.numbers()?,
                            first: r.numbers()?,
                            second: r.numbers()?,
                            reversed,
                        })
                    })
                    .collect();
                Request::Evaluate { job, parts: parts? }
            }
        })
    }
}

impl Reply {
    /// As a message.
    pub fn into_packet(self) -> Packet {
        let mut b = Buffers::default();
        let header = match self {
            Reply::Ready => ReplyHeader::Ready,
            Reply::Read { job, reading } => ReplyHeader::Read {
                job,
                reading: match *reading {
                    Reading::Study { study, columns, notes, predictions } => {
                        let twin = twin::write(*study, &mut b);
                        if let Some(bytes) = &predictions {
                            b.bytes(bytes.clone());
                        }
                        ReadingHeader::Study {
                            study: Box::new(twin),
                            columns,
                            notes,
                            predictions: predictions.is_some(),
                        }
                    }
                    Reading::Waiting { understood, next } => ReadingHeader::Waiting { understood, next },
                },
            },
            Reply::Loaded { job } => ReplyHeader::Loaded { job },
            Reply::Explained { job, chunk, attributions } => {
                let attributions = AttributionsHeader::write(attributions, &mut b);
                ReplyHeader::Explained { job, chunk, attributions }
            }
            Reply::Summarised { job, output } => {
                let SummaryOutput { importance, partners, mut embedding, mut clusters, profile, n_resamples } =
                    *output;
                b.numbers(bytemuck::cast_slice(&std::mem::take(&mut embedding.points)));
                b.codes(&std::mem::take(&mut clusters.labels));
                b.numbers(&std::mem::take(&mut clusters.silhouette));
                let output =
                    SummaryHeader { importance, partners, embedding, clusters, profile, n_resamples };
                ReplyHeader::Summarised { job, output: Box::new(output) }
            }
            Reply::Found { job, findings } => ReplyHeader::Found { job, findings },
            Reply::Evaluated { job, performance } => ReplyHeader::Evaluated { job, performance },
            Reply::Failed { job, notice } => ReplyHeader::Failed { job, notice },
        };
        pack(&header, b)
    }

    /// From a message.
    ///
    /// # Errors
    /// [`PacketError`] if it is not one of ours.
    pub fn from_packet(packet: Packet) -> Result<Self, PacketError> {
        let (header, mut r) = unpack(packet)?;
        Ok(match header {
            ReplyHeader::Ready => Reply::Ready,
            ReplyHeader::Read { job, reading } => Reply::Read {
                job,
                reading: Box::new(match reading {
                    ReadingHeader::Study { study, columns, notes, predictions } => Reading::Study {
                        study: Box::new(twin::read(*study, &mut r)?),
                        columns,
                        notes,
                        predictions: if predictions { Some(r.bytes()?) } else { None },
                    },
                    ReadingHeader::Waiting { understood, next } => Reading::Waiting { understood, next },
                }),
            },
            ReplyHeader::Loaded { job } => Reply::Loaded { job },
            ReplyHeader::Explained { job, chunk, attributions } => {
                Reply::Explained { job, chunk, attributions: attributions.read(&mut r)? }
            }
            ReplyHeader::Summarised { job, output } => {
                let SummaryHeader { importance, partners, mut embedding, mut clusters, profile, n_resamples } =
                    *output;
                embedding.points = r.numbers()?.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
                clusters.labels = r.codes()?;
                clusters.silhouette = r.numbers()?;
                Reply::Summarised {
                    job,
                    output: Box::new(SummaryOutput {
                        importance,
                        partners,
                        embedding,
                        clusters,
                        profile,
                        n_resamples,
                    }),
                }
            }
            ReplyHeader::Found { job, findings } => Reply::Found { job, findings },
            ReplyHeader::Evaluated { job, performance } => Reply::Evaluated { job, performance },
            ReplyHeader::Failed { job, notice } => Reply::Failed { job, notice },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_back_as_they_were_sent() {
        for request in [
            Request::Read { job: 1, files: vec![Picked { name: "ä.csv".into(), bytes: vec![1, 2, 255] }] },
            Request::Load { job: 2, model: vec![9; 3] },
            Request::Explain { job: 3, chunk: 7, attributions: true, matrix: vec![1.5, -0.0, 1e-300] },
            Request::Summarise {
                job: 4,
                input: SummaryInput {
                    n_features: 2,
                    phi: vec![0.1, 0.2],
                    values: vec![3.0, f64::INFINITY],
                    margin: vec![0.3],
                    event: vec![1.0],
                    categorical: vec![true, false],
                    k: 3,
                },
            },
        ] {
            assert_eq!(Request::from_packet(request.clone().into_packet()), Ok(request));
        }
    }

    #[test]
    fn a_chunk_of_the_wrong_size_is_refused() {
        let attributions = Attributions {
            n_rows: 2,
            n_features: 1,
            n_outputs: 1,
            values: vec![1.0, 2.0],
            margin: vec![0.0; 2],
            base_values: vec![0.5],
        };
        let mut packet = Reply::Explained { job: 1, chunk: 0, attributions }.into_packet();
        assert!(Reply::from_packet(packet.clone()).is_ok());
        packet.buffers[0].truncate(8);
        assert_eq!(Reply::from_packet(packet), Err(PacketError::Buffer(0)));
    }
}
