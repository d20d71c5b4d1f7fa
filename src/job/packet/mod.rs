//! Requests and replies as one small header (postcard) and raw little-endian buffers.
//!
//! The header begins with the group of the message: each of the three programs knows the messages of its own group and is
//! built without the others.

pub(super) mod compute;
pub(super) mod convert;
pub(super) mod draw;

use super::twin::{self, StudyTwin};
use super::{Origin, Picked, Reply, Request, Subject};
use crate::cohort::{Clusters, Embedding};
use crate::explain::Attributions;
use crate::ids::RowId;
use crate::session::Insight;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A message: a small header and buffers to transfer. What is sent lends its large arrays; what came owns them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Packet<'a> {
    /// Names and small facts, in postcard's form.
    pub header: Vec<u8>,
    /// Raw bytes; numbers little-endian.
    pub buffers: Vec<Buffer<'a>>,
}

/// One buffer of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Buffer<'a> {
    /// Lent by what is sent.
    Lent(&'a [u8]),
    /// Made for the message, or received.
    Bytes(Vec<u8>),
    /// Received in whole words of 8 bytes, so that it is an array of numbers as it is.
    Words(Vec<f64>),
}

impl Buffer<'_> {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Buffer::Lent(bytes) => bytes,
            Buffer::Bytes(bytes) => bytes,
            Buffer::Words(words) => bytemuck::cast_slice(words),
        }
    }
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

/// A file, less its bytes.
#[derive(Serialize, Deserialize)]
struct PickedHeader {
    name: String,
    origin: Option<Origin>,
}

impl PickedHeader {
    fn write<'a>(file: &'a Picked, b: &mut Buffers<'a>) -> Self {
        b.bytes(file.bytes.as_slice());
        PickedHeader { name: file.name.clone(), origin: file.origin.as_deref().cloned() }
    }

    fn read(self, r: &mut Reader) -> Result<Picked, PacketError> {
        Ok(Picked { name: self.name, bytes: Arc::new(r.bytes()?), origin: self.origin.map(Arc::new) })
    }

    fn read_all(files: Vec<Self>, r: &mut Reader) -> Result<Vec<Picked>, PacketError> {
        files.into_iter().map(|file| file.read(r)).collect()
    }
}

/// An insight whose large arrays are empty here and follow as buffers.
fn write_insight<'a>(insight: &'a Insight, b: &mut Buffers<'a>) -> Box<Insight> {
    let Insight { embedding, clusters, .. } = insight;
    b.codes(&insight.by_margin);
    b.codes(&insight.by_likeness);
    b.numbers(bytemuck::cast_slice(&embedding.points));
    b.codes(&clusters.labels);
    b.numbers(&clusters.silhouette);
    Box::new(Insight {
        output: insight.output,
        importance: insight.importance.clone(),
        order: insight.order.clone(),
        partners: insight.partners.clone(),
        by_margin: Vec::new(),
        by_likeness: Vec::new(),
        groups: insight.groups.clone(),
        embedding: Embedding {
            points: Vec::new(),
            share: embedding.share,
            leading: embedding.leading.clone(),
            loadings: embedding.loadings.clone(),
        },
        clusters: Clusters {
            kind: clusters.kind,
            k: clusters.k,
            n_out: clusters.n_out,
            labels: Vec::new(),
            silhouette: Vec::new(),
            silhouette_by_k: clusters.silhouette_by_k.clone(),
            silhouette_n: clusters.silhouette_n,
            stability: clusters.stability.clone(),
        },
        profile: insight.profile.clone(),
        n_resamples: insight.n_resamples,
    })
}

fn read_insight(mut insight: Box<Insight>, r: &mut Reader) -> Result<Box<Insight>, PacketError> {
    insight.by_margin = r.codes()?;
    insight.by_likeness = r.codes()?;
    insight.embedding.points = r.numbers()?.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
    insight.clusters.labels = r.codes()?;
    insight.clusters.silhouette = r.numbers()?;
    Ok(insight)
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
    fn write<'a>(a: &'a Attributions, b: &mut Buffers<'a>) -> Self {
        b.numbers(&a.values);
        b.numbers(&a.margin);
        let &Attributions { n_rows, n_features, n_outputs, .. } = a;
        AttributionsHeader { n_rows, n_features, n_outputs, base_values: a.base_values.clone() }
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

/// Lends buffers in the order in which they are read again.
#[derive(Default)]
pub(super) struct Buffers<'a>(Vec<Buffer<'a>>);

impl<'a> Buffers<'a> {
    pub(super) fn bytes(&mut self, bytes: &'a [u8]) {
        self.0.push(Buffer::Lent(bytes));
    }
    /// Bytes that were made for the message.
    pub(super) fn new_bytes(&mut self, bytes: Vec<u8>) {
        self.0.push(Buffer::Bytes(bytes));
    }
    pub(super) fn numbers(&mut self, x: &'a [f64]) {
        self.bytes(bytemuck::cast_slice(x));
    }
    pub(super) fn codes(&mut self, x: &'a [u32]) {
        self.bytes(bytemuck::cast_slice(x));
    }
    /// Codes that were made for the message.
    pub(super) fn new_codes(&mut self, x: impl Iterator<Item = u32>) {
        self.new_bytes(x.flat_map(u32::to_le_bytes).collect());
    }
}

/// Reads buffers in the order in which they were written.
pub(super) struct Reader<'a> {
    buffers: std::vec::IntoIter<Buffer<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Buffer<'a>, PacketError> {
        self.at += 1;
        self.buffers.next().ok_or(PacketError::Buffer(self.at - 1))
    }
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, PacketError> {
        Ok(match self.next()? {
            Buffer::Bytes(bytes) => bytes,
            other => other.bytes().to_vec(),
        })
    }
    pub(super) fn numbers(&mut self) -> Result<Vec<f64>, PacketError> {
        match self.next()? {
            Buffer::Words(words) => Ok(words),
            other => self.whole(&other),
        }
    }
    pub(super) fn codes(&mut self) -> Result<Vec<u32>, PacketError> {
        let buffer = self.next()?;
        self.whole(&buffer)
    }
    /// A buffer as whole items.
    fn whole<T: bytemuck::Pod>(&self, buffer: &Buffer) -> Result<Vec<T>, PacketError> {
        let bytes = buffer.bytes();
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(PacketError::Buffer(self.at - 1));
        }
        Ok(bytemuck::allocation::pod_collect_to_vec(bytes))
    }
}

/// Whose messages they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Compute,
    Draw,
    Convert,
}

impl Group {
    fn of(packet: &Packet) -> Option<Self> {
        let first = *packet.header.first()?;
        [Group::Compute, Group::Draw, Group::Convert].into_iter().find(|group| *group as u8 == first)
    }
}

fn pack<'a>(group: Group, header: &impl Serialize, buffers: Buffers<'a>) -> Packet<'a> {
    // Plain structs of strings and numbers always serialise.
    let header = postcard::to_extend(header, vec![group as u8]).unwrap_or_default();
    Packet { header, buffers: buffers.0 }
}

fn unpack<H: for<'h> Deserialize<'h>>(
    group: Group,
    packet: Packet<'_>,
) -> Result<(H, Reader<'_>), PacketError> {
    if Group::of(&packet) != Some(group) {
        return Err(unknown(&packet));
    }
    let header = postcard::from_bytes(&packet.header[1..]).map_err(|e| PacketError::Header(e.to_string()))?;
    Ok((header, Reader { buffers: packet.buffers.into_iter(), at: 0 }))
}

fn unknown(packet: &Packet) -> PacketError {
    PacketError::Header(format!("of the unknown group {:?}", packet.header.first()))
}

impl Subject {
    fn write<'a>(&'a self, b: &mut Buffers<'a>) -> (Box<StudyTwin>, AttributionsHeader) {
        let study = Box::new(twin::write(&self.study, b));
        b.new_codes(self.rows.iter().map(|r| r.0));
        let attributions = AttributionsHeader::write(&self.attributions, b);
        b.numbers(&self.all_margins);
        (study, attributions)
    }

    fn read(
        study: StudyTwin,
        attributions: AttributionsHeader,
        r: &mut Reader,
    ) -> Result<Subject, PacketError> {
        let study = Arc::new(twin::read(study, r)?);
        let rows = Arc::new(r.codes()?.into_iter().map(RowId).collect());
        let attributions = Arc::new(attributions.read(r)?);
        let all_margins = Arc::new(r.numbers()?);
        Ok(Subject { study, rows, attributions, all_margins })
    }
}

impl Request {
    /// As a message.
    pub fn packet(&self) -> Packet<'_> {
        let of = [compute::write_request, draw::write_request, convert::write_request];
        // Every request is of one group.
        of.iter().find_map(|write| write(self)).unwrap_or_default()
    }

    /// From a message.
    ///
    /// # Errors
    /// [`PacketError`] if it is not one of ours.
    pub fn from_packet(packet: Packet) -> Result<Self, PacketError> {
        match Group::of(&packet) {
            Some(Group::Compute) => compute::read_request(packet),
            Some(Group::Draw) => draw::read_request(packet),
            Some(Group::Convert) => convert::read_request(packet),
            None => Err(unknown(&packet)),
        }
    }
}

impl Reply {
    /// As a message of the first program that may say so.
    pub fn packet(&self) -> Packet<'_> {
        let of = [compute::write_reply, draw::write_reply, convert::write_reply];
        // Every reply is of one group at least.
        of.iter().find_map(|write| write(self)).unwrap_or_default()
    }

    /// From a message.
    ///
    /// # Errors
    /// [`PacketError`] if it is not one of ours.
    pub fn from_packet(packet: Packet) -> Result<Self, PacketError> {
        match Group::of(&packet) {
            Some(Group::Compute) => compute::read_reply(packet),
            Some(Group::Draw) => draw::read_reply(packet),
            Some(Group::Convert) => convert::read_reply(packet),
            None => Err(unknown(&packet)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensemble::ReadOptions;
    use crate::job::Question;

    #[test]
    fn requests_come_back_as_they_were_sent() {
        for request in [
            Request::Read { job: 1, files: vec![Picked::new("ä.csv".into(), Arc::new(vec![1, 2, 255]))] },
            Request::Load {
                job: 2,
                model: Arc::new(vec![9; 3]),
                options: ReadOptions { use_all_trees: true, survival_at: vec![365.25] },
                n_rows: 70_000,
                background: Arc::new(vec![0.5]),
            },
            Request::Explain { job: 3, chunk: 7, attributions: true, matrix: vec![1.5, -0.0, 1e-300] },
            Request::Ask { job: 4, question: Question::Pairs { matrix: vec![2.5, 0.0], count: 9 } },
            Request::Stream {
                job: 5,
                files: vec![
                    Picked::new("m.json".into(), Arc::new(vec![1; 8])),
                    Picked::new("s".into(), Arc::default()),
                ],
                table: "ä.csv".into(),
                worker: [1, 2],
            },
            Request::Advance { job: 6, chunk: 3 },
            Request::DrawStreamed { job: 7, tallies: vec![vec![1; 16], Vec::new(), vec![2]], width: 943.5 },
        ] {
            assert_eq!(Request::from_packet(request.packet()), Ok(request.clone()));
        }
    }

    #[test]
    fn a_message_for_another_program_is_none() {
        let request = Request::Advance { job: 6, chunk: 3 };
        assert!(compute::read_request(request.packet()).is_err());
        assert!(draw::read_request(request.packet()).is_ok());
        for header in [Vec::new(), vec![9], vec![0]] {
            let packet = Packet { header, buffers: Vec::new() };
            assert!(Request::from_packet(packet.clone()).is_err());
            assert!(Reply::from_packet(packet).is_err());
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
        let reply = Reply::Explained { job: 1, chunk: 0, attributions };
        let mut packet = reply.packet();
        assert!(Reply::from_packet(packet.clone()).is_ok());
        packet.buffers[0] = Buffer::Bytes(packet.buffers[0].bytes()[..8].to_vec());
        assert_eq!(Reply::from_packet(packet), Err(PacketError::Buffer(0)));
    }
}
