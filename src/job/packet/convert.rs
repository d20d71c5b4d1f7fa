//! What [`crate::job::Converter`] is asked and answers.

use super::{Buffers, Group, Packet, PacketError, PickedHeader, pack, unpack};
use crate::job::{Reply, Request};
use crate::session::Notice;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct RequestHeader {
    job: u32,
    file: PickedHeader,
}

#[derive(Serialize, Deserialize)]
enum ReplyHeader {
    Ready,
    Failed { job: u32, notice: Notice },
    Converted { job: u32, file: PickedHeader },
}

/// A request as a message; None if it is not for this program.
pub(super) fn write_request(request: &Request) -> Option<Packet<'_>> {
    let Request::Convert { job, file } = request else { return None };
    let mut b = Buffers::default();
    let file = PickedHeader::write(file, &mut b);
    Some(pack(Group::Convert, &RequestHeader { job: *job, file }, b))
}

/// The request of a message.
pub(in crate::job) fn read_request(packet: Packet<'_>) -> Result<Request, PacketError> {
    let (RequestHeader { job, file }, mut r) = unpack(Group::Convert, packet)?;
    Ok(Request::Convert { job, file: file.read(&mut r)? })
}

/// A reply as a message; None if it is another program's.
pub(in crate::job) fn write_reply(reply: &Reply) -> Option<Packet<'_>> {
    let mut b = Buffers::default();
    let header = match reply {
        Reply::Ready => ReplyHeader::Ready,
        Reply::Failed { job, notice } => ReplyHeader::Failed { job: *job, notice: notice.clone() },
        Reply::Converted { job, file } => {
            ReplyHeader::Converted { job: *job, file: PickedHeader::write(file, &mut b) }
        }
        _ => return None,
    };
    Some(pack(Group::Convert, &header, b))
}

/// The reply of a message.
pub(super) fn read_reply(packet: Packet<'_>) -> Result<Reply, PacketError> {
    let (header, mut r) = unpack(Group::Convert, packet)?;
    Ok(match header {
        ReplyHeader::Ready => Reply::Ready,
        ReplyHeader::Failed { job, notice } => Reply::Failed { job, notice },
        ReplyHeader::Converted { job, file } => Reply::Converted { job, file: file.read(&mut r)? },
    })
}
