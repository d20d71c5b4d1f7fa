//! What [`crate::job::Worker`] is asked and answers.

use super::{
    AttributionsHeader, Buffers, Group, Packet, PacketError, PickedHeader, Reader, pack, read_insight,
    unpack, write_insight,
};
use crate::cohort::division::Division;
use crate::ensemble::ReadOptions;
use crate::job::twin::{self, StudyTwin};
use crate::job::{Answer, Picked, Question, Reading, Reply, Request, Subject};
use crate::session::{Change, Insight, Notice, Performance};
use crate::study::{ColumnFacts, Finding};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
}

#[derive(Serialize, Deserialize)]
enum ReplyHeader {
    Ready,
    Failed { job: u32, notice: Notice },
    Read { job: u32, reading: ReadingHeader },
    Loaded { job: u32 },
    Explained { job: u32, chunk: u32, attributions: AttributionsHeader },
    Analysed { job: u32, insight: Box<Insight>, performance: Vec<Performance>, findings: Vec<Finding> },
    Compared { job: u32, finding: Box<Finding> },
    Answered { job: u32, answer: Answer },
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

/// A request as a message; None if it is not for this program.
pub(super) fn write_request(request: &Request) -> Option<Packet<'_>> {
    let mut b = Buffers::default();
    let header = match request {
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
        &Request::Analyse { job, ref subject, output, division, whole } => {
            let (study, attributions) = subject.write(&mut b);
            RequestHeader::Analyse { job, study, attributions, output, division, whole }
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
        _ => return None,
    };
    Some(pack(Group::Compute, &header, b))
}

/// The request of a message.
pub(in crate::job) fn read_request(packet: Packet<'_>) -> Result<Request, PacketError> {
    let (header, mut r) = unpack(Group::Compute, packet)?;
    Ok(match header {
        RequestHeader::Read { job, files } => {
            Request::Read { job, files: PickedHeader::read_all(files, &mut r)? }
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
        RequestHeader::Ask { job, mut question } => {
            if let Question::Pairs { matrix, .. } = &mut question {
                *matrix = r.numbers()?;
            }
            Request::Ask { job, question }
        }
    })
}

/// A reply as a message; None if it is another program's.
pub(in crate::job) fn write_reply(reply: &Reply) -> Option<Packet<'_>> {
    let mut b = Buffers::default();
    let header = match reply {
        Reply::Ready => ReplyHeader::Ready,
        Reply::Failed { job, notice } => ReplyHeader::Failed { job: *job, notice: notice.clone() },
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
        Reply::Answered { job, answer } => ReplyHeader::Answered { job: *job, answer: answer.clone() },
        _ => return None,
    };
    Some(pack(Group::Compute, &header, b))
}

/// The reply of a message.
pub(super) fn read_reply(packet: Packet<'_>) -> Result<Reply, PacketError> {
    let (header, mut r) = unpack(Group::Compute, packet)?;
    Ok(match header {
        ReplyHeader::Ready => Reply::Ready,
        ReplyHeader::Failed { job, notice } => Reply::Failed { job, notice },
        ReplyHeader::Read { job, reading } => Reply::Read { job, reading: Box::new(reading.read(&mut r)?) },
        ReplyHeader::Loaded { job } => Reply::Loaded { job },
        ReplyHeader::Explained { job, chunk, attributions } => {
            Reply::Explained { job, chunk, attributions: attributions.read(&mut r)? }
        }
        ReplyHeader::Analysed { job, insight, performance, findings } => {
            Reply::Analysed { job, insight: read_insight(insight, &mut r)?, performance, findings }
        }
        ReplyHeader::Compared { job, finding } => Reply::Compared { job, finding },
        ReplyHeader::Answered { job, answer } => Reply::Answered { job, answer },
    })
}

impl ReadingHeader {
    fn read(self, r: &mut Reader) -> Result<Reading, PacketError> {
        Ok(match self {
            ReadingHeader::Study { study, columns, notes, predictions } => Reading::Study {
                study: Arc::new(twin::read(*study, r)?),
                columns,
                notes,
                predictions: match predictions {
                    Some(name) => Some(Picked::new(name, Arc::new(r.bytes()?))),
                    None => None,
                },
            },
            ReadingHeader::Waiting { understood, next } => Reading::Waiting { understood, next },
        })
    }
}
