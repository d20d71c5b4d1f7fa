//! Requests and replies as one small header (postcard) and raw little-endian buffers.

use super::twin::{self, StudyTwin};
use super::{Advanced, Answer, Origin, Picked, Question, Reading, Reply, Request, Settings, Subject};
use crate::cohort::division::Division;
use crate::cohort::metric::Metric;
use crate::cohort::{Clusters, Embedding};
use crate::ensemble::ReadOptions;
use crate::explain::Attributions;
use crate::figure::{Layout, Sheet, SheetKind};
use crate::ids::RowId;
use crate::report;
use crate::session::{Change, Insight, MapKind, MapOf, Notice, Performance};
use crate::study::{ColumnFacts, Finding};
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
}

#[derive(Serialize, Deserialize)]
enum RequestHeader {
    Read {
        job: u32,
        files: Vec<PickedHeader>,
    },
    Load {
        job: u32,
        options: ReadOptions,
        n_rows: u32,
    },
    Explain {
        job: u32,
        chunk: u32,
        attributions: bool,
    },
    Analyse {
        job: u32,
        study: Box<StudyTwin>,
        attributions: AttributionsHeader,
        output: u32,
        division: Division,
        whole: bool,
    },
    Ask {
        job: u32,
        question: Question,
    },
    Restage {
        job: u32,
        study: Box<StudyTwin>,
        change: Change,
    },
    Compare {
        job: u32,
        study: Box<StudyTwin>,
        name: String,
    },
    Keep {
        job: u32,
        study: Box<StudyTwin>,
        attributions: AttributionsHeader,
        insight: Box<Insight>,
        settings: Settings,
        models: Vec<String>,
    },
    Draw {
        job: u32,
        kind: SheetKind,
        size: [f64; 2],
    },
    Map {
        job: u32,
        kind: MapKind,
        of: MapOf,
        metric: Metric,
        steps: u32,
    },
    Report {
        job: u32,
        order: Box<report::Order>,
    },
    Document {
        job: u32,
        json: bool,
    },
    Convert {
        job: u32,
        file: PickedHeader,
    },
    Stream {
        job: u32,
        files: Vec<PickedHeader>,
        table: String,
        part: [u32; 2],
    },
    Advance {
        job: u32,
    },
    DrawStreamed {
        job: u32,
        n: u32,
        width: f64,
    },
}

#[derive(Serialize, Deserialize)]
enum ReplyHeader {
    Ready,
    Read { job: u32, reading: ReadingHeader },
    Loaded { job: u32 },
    Explained { job: u32, chunk: u32, attributions: AttributionsHeader },
    Analysed { job: u32, insight: Box<Insight>, performance: Vec<Performance>, findings: Vec<Finding> },
    Compared { job: u32, finding: Box<Finding> },
    Kept { job: u32 },
    Drawn { job: u32, sheet: Box<Sheet> },
    Mapped { job: u32, layout: Layout },
    Written { job: u32 },
    Answered { job: u32, answer: Answer },
    Failed { job: u32, notice: Notice },
    Converted { job: u32, file: PickedHeader },
    Advanced { job: u32, bytes: u64, rows: u64, ended: bool },
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

#[derive(Serialize, Deserialize)]
enum ReadingHeader {
    Study {
        study: Box<StudyTwin>,
        columns: Vec<ColumnFacts>,
        notes: Vec<Finding>,
        predictions: Option<String>,
    },
    Waiting {
        understood: Vec<String>,
        next: String,
    },
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

fn pack<'a>(header: &impl Serialize, buffers: Buffers<'a>) -> Packet<'a> {
    // Plain structs of strings and numbers always serialise.
    Packet { header: postcard::to_allocvec(header).unwrap_or_default(), buffers: buffers.0 }
}

fn unpack<H: for<'h> Deserialize<'h>>(packet: Packet<'_>) -> Result<(H, Reader<'_>), PacketError> {
    let header = postcard::from_bytes(&packet.header).map_err(|e| PacketError::Header(e.to_string()))?;
    Ok((header, Reader { buffers: packet.buffers.into_iter(), at: 0 }))
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
        let mut b = Buffers::default();
        let header = match self {
            Request::Read { job, files } => {
                let files = files.iter().map(|file| PickedHeader::write(file, &mut b)).collect();
                RequestHeader::Read { job: *job, files }
            }
            Request::Restage { job, study, model, change } => {
                let study = Box::new(twin::write(study, &mut b));
                b.bytes(model.as_slice());
                RequestHeader::Restage { job: *job, study, change: change.clone() }
            }
            Request::Compare { job, study, all_margins, predictions } => {
                let study = Box::new(twin::write(study, &mut b));
                b.numbers(all_margins);
                b.bytes(predictions.bytes.as_slice());
                RequestHeader::Compare { job: *job, study, name: predictions.name.clone() }
            }
            &Request::Load { job, ref model, ref options, n_rows, ref background } => {
                b.bytes(model.as_slice());
                b.numbers(background);
                RequestHeader::Load { job, options: options.clone(), n_rows }
            }
            &Request::Explain { job, chunk, attributions, ref matrix } => {
                b.numbers(matrix);
                RequestHeader::Explain { job, chunk, attributions }
            }
            Request::Keep { job, subject, insight, settings, model, models } => {
                let (study, attributions) = subject.write(&mut b);
                let insight = write_insight(insight, &mut b);
                b.bytes(model.as_slice());
                models.iter().for_each(|m| b.bytes(m.bytes.as_slice()));
                let models = models.iter().map(|m| m.name.clone()).collect();
                RequestHeader::Keep { job: *job, study, attributions, insight, settings: *settings, models }
            }
            Request::Report { job, order } => RequestHeader::Report { job: *job, order: order.clone() },
            &Request::Document { job, json } => RequestHeader::Document { job, json },
            &Request::Map { job, kind, of, metric, steps } => {
                RequestHeader::Map { job, kind, of, metric, steps }
            }
            &Request::Draw { job, ref kind, ref passes, size } => {
                b.bytes(passes);
                RequestHeader::Draw { job, kind: kind.clone(), size }
            }
            &Request::Analyse { job, ref subject, output, division, whole } => {
                let (study, attributions) = subject.write(&mut b);
                RequestHeader::Analyse { job, study, attributions, output, division, whole }
            }
            Request::Convert { job, file } => {
                RequestHeader::Convert { job: *job, file: PickedHeader::write(file, &mut b) }
            }
            Request::Stream { job, files, table, part } => {
                let files = files.iter().map(|file| PickedHeader::write(file, &mut b)).collect();
                RequestHeader::Stream { job: *job, files, table: table.clone(), part: *part }
            }
            &Request::Advance { job } => RequestHeader::Advance { job },
            &Request::DrawStreamed { job, ref tallies, width } => {
                tallies.iter().for_each(|tally| b.bytes(tally));
                RequestHeader::DrawStreamed { job, n: tallies.len() as u32, width }
            }
            Request::Ask { job, question } => {
                let question = match question {
                    Question::Pairs { matrix, count } => {
                        b.numbers(matrix);
                        Question::Pairs { matrix: Vec::new(), count: *count }
                    }
                    small => small.clone(),
                };
                RequestHeader::Ask { job: *job, question }
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
            RequestHeader::Read { job, files } => {
                let files: Result<_, PacketError> = files.into_iter().map(|file| file.read(&mut r)).collect();
                Request::Read { job, files: files? }
            }
            RequestHeader::Convert { job, file } => Request::Convert { job, file: file.read(&mut r)? },
            RequestHeader::Stream { job, files, table, part } => {
                let files: Result<_, PacketError> = files.into_iter().map(|file| file.read(&mut r)).collect();
                Request::Stream { job, files: files?, table, part }
            }
            RequestHeader::Advance { job } => Request::Advance { job },
            RequestHeader::DrawStreamed { job, n, width } => {
                let tallies: Result<_, PacketError> = (0..n).map(|_| r.bytes()).collect();
                Request::DrawStreamed { job, tallies: tallies?, width }
            }
            RequestHeader::Restage { job, study, change } => {
                let study = Arc::new(twin::read(*study, &mut r)?);
                Request::Restage { job, study, model: Arc::new(r.bytes()?), change }
            }
            RequestHeader::Compare { job, study, name } => {
                let study = Arc::new(twin::read(*study, &mut r)?);
                let all_margins = Arc::new(r.numbers()?);
                let predictions = Picked::new(name, Arc::new(r.bytes()?));
                Request::Compare { job, study, all_margins, predictions }
            }
            RequestHeader::Load { job, options, n_rows } => {
                let (model, background) = (Arc::new(r.bytes()?), Arc::new(r.numbers()?));
                Request::Load { job, model, options, n_rows, background }
            }
            RequestHeader::Explain { job, chunk, attributions } => {
                Request::Explain { job, chunk, attributions, matrix: r.numbers()? }
            }
            RequestHeader::Analyse { job, study, attributions, output, division, whole } => {
                let subject = Box::new(Subject::read(*study, attributions, &mut r)?);
                Request::Analyse { job, subject, output, division, whole }
            }
            RequestHeader::Keep { job, study, attributions, insight, settings, models } => {
                let subject = Box::new(Subject::read(*study, attributions, &mut r)?);
                let insight = Arc::new(*read_insight(insight, &mut r)?);
                let model = Arc::new(r.bytes()?);
                let models: Result<Vec<Picked>, PacketError> =
                    models.into_iter().map(|name| Ok(Picked::new(name, Arc::new(r.bytes()?)))).collect();
                Request::Keep { job, subject, insight, settings, model, models: models? }
            }
            RequestHeader::Report { job, order } => Request::Report { job, order },
            RequestHeader::Document { job, json } => Request::Document { job, json },
            RequestHeader::Map { job, kind, of, metric, steps } => {
                Request::Map { job, kind, of, metric, steps }
            }
            RequestHeader::Draw { job, kind, size } => Request::Draw { job, kind, passes: r.bytes()?, size },
            RequestHeader::Ask { job, mut question } => {
                if let Question::Pairs { matrix, .. } = &mut question {
                    *matrix = r.numbers()?;
                }
                Request::Ask { job, question }
            }
        })
    }
}

impl Reply {
    /// As a message.
    pub fn packet(&self) -> Packet<'_> {
        let mut b = Buffers::default();
        let header = match self {
            Reply::Ready => ReplyHeader::Ready,
            Reply::Read { job, reading } => ReplyHeader::Read {
                job: *job,
                reading: match &**reading {
                    Reading::Study { study, columns, notes, predictions } => {
                        let twin = twin::write(study, &mut b);
                        if let Some(file) = predictions {
                            b.bytes(file.bytes.as_slice());
                        }
                        ReadingHeader::Study {
                            study: Box::new(twin),
                            columns: columns.clone(),
                            notes: notes.clone(),
                            predictions: predictions.as_ref().map(|file| file.name.clone()),
                        }
                    }
                    Reading::Waiting { understood, next } => {
                        ReadingHeader::Waiting { understood: understood.clone(), next: next.clone() }
                    }
                },
            },
            Reply::Loaded { job } => ReplyHeader::Loaded { job: *job },
            &Reply::Explained { job, chunk, ref attributions } => {
                let attributions = AttributionsHeader::write(attributions, &mut b);
                ReplyHeader::Explained { job, chunk, attributions }
            }
            Reply::Analysed { job, insight, performance, findings } => ReplyHeader::Analysed {
                job: *job,
                insight: write_insight(insight, &mut b),
                performance: performance.clone(),
                findings: findings.clone(),
            },
            Reply::Compared { job, finding } => ReplyHeader::Compared { job: *job, finding: finding.clone() },
            Reply::Kept { job } => ReplyHeader::Kept { job: *job },
            Reply::Written { job, text } => {
                b.bytes(text.as_bytes());
                ReplyHeader::Written { job: *job }
            }
            Reply::Mapped { job, layout } => {
                b.numbers(bytemuck::cast_slice(&layout.points));
                let layout = Layout { points: Vec::new(), ..layout.clone() };
                ReplyHeader::Mapped { job: *job, layout }
            }
            Reply::Drawn { job, sheet } => ReplyHeader::Drawn { job: *job, sheet: sheet.clone() },
            Reply::Answered { job, answer } => ReplyHeader::Answered { job: *job, answer: answer.clone() },
            Reply::Converted { job, file } => {
                ReplyHeader::Converted { job: *job, file: PickedHeader::write(file, &mut b) }
            }
            &Reply::Advanced { job, ref advanced } => {
                b.bytes(&advanced.tally);
                let &Advanced { bytes, rows, ended, .. } = advanced;
                ReplyHeader::Advanced { job, bytes, rows, ended }
            }
            Reply::Failed { job, notice } => ReplyHeader::Failed { job: *job, notice: notice.clone() },
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
                        study: Arc::new(twin::read(*study, &mut r)?),
                        columns,
                        notes,
                        predictions: match predictions {
                            Some(name) => Some(Picked::new(name, Arc::new(r.bytes()?))),
                            None => None,
                        },
                    },
                    ReadingHeader::Waiting { understood, next } => Reading::Waiting { understood, next },
                }),
            },
            ReplyHeader::Loaded { job } => Reply::Loaded { job },
            ReplyHeader::Explained { job, chunk, attributions } => {
                Reply::Explained { job, chunk, attributions: attributions.read(&mut r)? }
            }
            ReplyHeader::Analysed { job, insight, performance, findings } => {
                Reply::Analysed { job, insight: read_insight(insight, &mut r)?, performance, findings }
            }
            ReplyHeader::Compared { job, finding } => Reply::Compared { job, finding },
            ReplyHeader::Kept { job } => Reply::Kept { job },
            ReplyHeader::Written { job } => {
                let text = String::from_utf8(r.bytes()?).map_err(|_| PacketError::Buffer(r.at - 1))?;
                Reply::Written { job, text }
            }
            ReplyHeader::Mapped { job, mut layout } => {
                layout.points = r.numbers()?.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
                Reply::Mapped { job, layout }
            }
            ReplyHeader::Drawn { job, sheet } => Reply::Drawn { job, sheet },
            ReplyHeader::Answered { job, answer } => Reply::Answered { job, answer },
            ReplyHeader::Converted { job, file } => Reply::Converted { job, file: file.read(&mut r)? },
            ReplyHeader::Advanced { job, bytes, rows, ended } => {
                Reply::Advanced { job, advanced: Advanced { bytes, rows, ended, tally: r.bytes()? } }
            }
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
                part: [1, 2],
            },
            Request::Advance { job: 6 },
            Request::DrawStreamed { job: 7, tallies: vec![vec![1; 16], Vec::new(), vec![2]], width: 943.5 },
        ] {
            assert_eq!(Request::from_packet(request.packet()), Ok(request.clone()));
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
