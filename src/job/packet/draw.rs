//! What [`crate::job::Drawer`] is asked and answers.

use super::{
    AttributionsHeader, Buffers, Group, Packet, PacketError, PickedHeader, pack, read_insight, unpack,
    write_insight,
};
use crate::cohort::metric::Metric;
use crate::figure::{Layout, Sheet, SheetKind};
use crate::job::twin::StudyTwin;
use crate::job::{Advanced, Picked, Reply, Request, Settings, Subject};
use crate::report;
use crate::session::{Insight, MapKind, MapOf, Notice};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
enum RequestHeader {
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
    Stream {
        job: u32,
        files: Vec<PickedHeader>,
        table: String,
        worker: [u32; 2],
    },
    Advance {
        job: u32,
        chunk: u32,
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
    Failed { job: u32, notice: Notice },
    Kept { job: u32 },
    Drawn { job: u32, sheet: Box<Sheet> },
    Mapped { job: u32, layout: Layout },
    Written { job: u32 },
    Advanced { job: u32, bytes: u64, rows: u64, ended: bool },
}

/// A request as a message; None if it is not for this program.
pub(super) fn write_request(request: &Request) -> Option<Packet<'_>> {
    let mut b = Buffers::default();
    let header = match request {
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
        &Request::Map { job, kind, of, metric, steps } => RequestHeader::Map { job, kind, of, metric, steps },
        &Request::Draw { job, ref kind, ref passes, size } => {
            b.bytes(passes);
            RequestHeader::Draw { job, kind: kind.clone(), size }
        }
        Request::Stream { job, files, table, worker } => {
            let files = files.iter().map(|file| PickedHeader::write(file, &mut b)).collect();
            RequestHeader::Stream { job: *job, files, table: table.clone(), worker: *worker }
        }
        &Request::Advance { job, chunk } => RequestHeader::Advance { job, chunk },
        &Request::DrawStreamed { job, ref tallies, width } => {
            tallies.iter().for_each(|tally| b.bytes(tally));
            RequestHeader::DrawStreamed { job, n: tallies.len() as u32, width }
        }
        _ => return None,
    };
    Some(pack(Group::Draw, &header, b))
}

/// The request of a message.
pub(in crate::job) fn read_request(packet: Packet<'_>) -> Result<Request, PacketError> {
    let (header, mut r) = unpack(Group::Draw, packet)?;
    Ok(match header {
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
        RequestHeader::Map { job, kind, of, metric, steps } => Request::Map { job, kind, of, metric, steps },
        RequestHeader::Draw { job, kind, size } => Request::Draw { job, kind, passes: r.bytes()?, size },
        RequestHeader::Stream { job, files, table, worker } => {
            Request::Stream { job, files: PickedHeader::read_all(files, &mut r)?, table, worker }
        }
        RequestHeader::Advance { job, chunk } => Request::Advance { job, chunk },
        RequestHeader::DrawStreamed { job, n, width } => {
            let tallies: Result<_, PacketError> = (0..n).map(|_| r.bytes()).collect();
            Request::DrawStreamed { job, tallies: tallies?, width }
        }
    })
}

/// A reply as a message; None if it is another program's.
pub(in crate::job) fn write_reply(reply: &Reply) -> Option<Packet<'_>> {
    let mut b = Buffers::default();
    let header = match reply {
        Reply::Ready => ReplyHeader::Ready,
        Reply::Failed { job, notice } => ReplyHeader::Failed { job: *job, notice: notice.clone() },
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
        &Reply::Advanced { job, ref advanced } => {
            b.bytes(&advanced.tally);
            let &Advanced { bytes, rows, ended, .. } = advanced;
            ReplyHeader::Advanced { job, bytes, rows, ended }
        }
        _ => return None,
    };
    Some(pack(Group::Draw, &header, b))
}

/// The reply of a message.
pub(super) fn read_reply(packet: Packet<'_>) -> Result<Reply, PacketError> {
    let (header, mut r) = unpack(Group::Draw, packet)?;
    Ok(match header {
        ReplyHeader::Ready => Reply::Ready,
        ReplyHeader::Failed { job, notice } => Reply::Failed { job, notice },
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
        ReplyHeader::Advanced { job, bytes, rows, ended } => {
            Reply::Advanced { job, advanced: Advanced { bytes, rows, ended, tally: r.bytes()? } }
        }
    })
}
