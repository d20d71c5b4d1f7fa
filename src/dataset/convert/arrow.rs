//! Arrow's file format, which is Feather's second version, and its stream format.
//!
//! arrow-ipc allocates whatever a message claims, which ends the program where a file is damaged. So every message is
//! measured against the bytes that are there before its reader sees it.

use super::columnar::{Table, check_size};
use super::{Problem, Text};
use crate::dataset::error::Cap;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamDecoder};
use arrow_ipc::{Block, RecordBatch, root_as_footer, root_as_message};
use std::sync::Arc;

/// What ends a file, and begins it.
const MAGIC: &[u8] = b"ARROW1";
/// Begins a message since Arrow 0.15.
const CONTINUATION: &[u8] = &[0xff; 4];
/// Largest unpacked size of a message, per byte of the file.
const MAX_RATIO: u64 = 32;
/// What the messages of a small file may unpack to whatever the ratio, bytes.
const FREE: u64 = 16 << 20;

fn damaged(problem: &str) -> Problem {
    Problem::Damaged(problem.into())
}

/// What messages may claim.
struct Limits {
    /// Bytes that one may unpack to.
    unpacked: u64,
    columns: usize,
    /// Rows so far.
    rows: usize,
}

impl Limits {
    fn new(file: &[u8]) -> Self {
        let unpacked = (file.len() as u64).saturating_mul(MAX_RATIO).clamp(FREE, Cap::File.limit() as u64);
        Limits { unpacked, columns: 0, rows: 0 }
    }

    /// Measures the message in `meta` against the bytes behind it; None if it holds no batch.
    fn check(&mut self, meta: &[u8], body: &[u8]) -> Result<(), Problem> {
        let message = root_as_message(meta).map_err(Problem::of)?;
        if usize::try_from(message.bodyLength()).map_or(true, |length| length > body.len()) {
            return Err(damaged("a message claims more bytes than the file has"));
        }
        if let Some(batch) = message.header_as_record_batch() {
            let rows = usize::try_from(batch.length()).unwrap_or(usize::MAX);
            self.rows = self.rows.saturating_add(rows);
            check_size(self.columns, self.rows)?;
            self.check_batch(&batch, body)?;
        } else if let Some(dictionary) = message.header_as_dictionary_batch() {
            let batch = dictionary.data().ok_or_else(|| damaged("a dictionary has no data"))?;
            self.check_batch(&batch, body)?;
        }
        Ok(())
    }

    fn check_batch(&self, batch: &RecordBatch<'_>, body: &[u8]) -> Result<(), Problem> {
        let most = Cap::Cells.limit() as i64;
        let counts = batch.nodes().into_iter().flatten().map(|node| (node.null_count(), node.length()));
        for (missing, length) in counts.chain([(0, batch.length())]) {
            if !(0..=most).contains(&length) || !(0..=length).contains(&missing) {
                return Err(damaged("a column claims an impossible length"));
            }
        }
        let buffers = batch.buffers();
        let n_buffers = buffers.map_or(0, |b| b.len()) as i64;
        let views = batch.variadicBufferCounts().into_iter().flatten();
        if views.fold(0, |sum: i64, n| sum.saturating_add(n).saturating_add(i64::from(n < 0) * most))
            > n_buffers
        {
            return Err(damaged("a column claims more buffers than there are"));
        }
        let mut unpacked = 0u64;
        for buffer in buffers.into_iter().flatten() {
            let range = (usize::try_from(buffer.offset()).ok())
                .zip(usize::try_from(buffer.length()).ok())
                .and_then(|(start, length)| Some(start..start.checked_add(length)?));
            let Some(bytes) = range.and_then(|range| body.get(range)) else {
                return Err(damaged("a column claims more bytes than the file has"));
            };
            if batch.compression().is_none() || bytes.is_empty() {
                continue;
            }
            let claim = bytes.first_chunk().map(|&size| i64::from_le_bytes(size));
            unpacked = unpacked.saturating_add(match claim {
                // Not packed after all.
                Some(-1) => 0,
                Some(size) if size >= 0 => size.unsigned_abs(),
                _ => return Err(damaged("a column claims an impossible size")),
            });
            if unpacked > self.unpacked {
                return Err(damaged("a part of it unpacks to far more than tables do"));
            }
        }
        Ok(())
    }
}

/// Where a message begins: behind its length, which has a mark before it since Arrow 0.15.
fn prefix(message: &[u8]) -> usize {
    if message.starts_with(CONTINUATION) { 8 } else { 4 }
}

/// The bytes of a block, and where its body begins.
fn block<'a>(bytes: &'a [u8], block: &Block) -> Result<(&'a [u8], usize), Problem> {
    let all = || {
        let (start, meta) =
            (usize::try_from(block.offset()).ok()?, usize::try_from(block.metaDataLength()).ok()?);
        let length = meta.checked_add(usize::try_from(block.bodyLength()).ok()?)?;
        Some((bytes.get(start..start.checked_add(length)?)?, meta))
    };
    all().ok_or_else(|| damaged("its table of contents points outside"))
}

pub(super) fn file_to_csv(bytes: &[u8]) -> Result<Text, Problem> {
    let cut_off = || damaged("its end is missing");
    let rest = bytes.strip_suffix(MAGIC).ok_or_else(cut_off)?;
    let (rest, length) = rest.split_last_chunk().ok_or_else(cut_off)?;
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| cut_off())?;
    let start = rest.len().checked_sub(length).ok_or_else(cut_off)?;
    let footer = root_as_footer(&rest[start..]).map_err(Problem::of)?;
    let schema = footer.schema().ok_or_else(|| damaged("it does not name its columns"))?;
    if !schema.endianness().equals_to_target_endianness() {
        return Err(damaged("it is of a machine with another order of bytes"));
    }
    let schema = Arc::new(try_fb_to_schema(schema).map_err(Problem::of)?);
    let mut table = Table::new(&schema)?;
    let mut limits = Limits { columns: schema.fields().len(), ..Limits::new(bytes) };
    let mut decoder = FileDecoder::new(schema, footer.version());
    let file = Buffer::from(rest);
    let mut measured = |at: &Block| {
        let (all, meta) = block(rest, at)?;
        let (head, body) = all.split_at(meta);
        limits.check(head.get(prefix(head)..).unwrap_or_default(), body)?;
        Ok(file.slice_with_length(at.offset() as usize, all.len()))
    };
    for at in footer.dictionaries().into_iter().flatten() {
        decoder.read_dictionary(at, &measured(at)?).map_err(Problem::of)?;
    }
    for at in footer.recordBatches().into_iter().flatten() {
        if let Some(batch) = decoder.read_record_batch(at, &measured(at)?).map_err(Problem::of)? {
            table.add(&batch)?;
        }
    }
    Ok(table.out)
}

pub(super) fn stream_to_csv(bytes: &[u8]) -> Result<Text, Problem> {
    let cut_off = || damaged("its end is missing");
    let mut limits = Limits::new(bytes);
    let mut decoder = StreamDecoder::new();
    let (file, mut at) = (Buffer::from(bytes), 0);
    let mut table = None;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let start = prefix(rest);
        let length = rest.get(start - 4..).and_then(|b| b.first_chunk()).ok_or_else(cut_off)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 {
            break;
        }
        let meta = start.checked_add(length).and_then(|end| rest.get(start..end)).ok_or_else(cut_off)?;
        let body = &rest[start + length..];
        limits.check(meta, body)?;
        let body = root_as_message(meta).map_err(Problem::of)?.bodyLength() as usize;
        let mut message = file.slice_with_length(at, start + length + body);
        let batch = decoder.decode(&mut message).map_err(Problem::of)?;
        if table.is_none()
            && let Some(schema) = decoder.schema()
        {
            limits.columns = schema.fields().len();
            table = Some(Table::new(&schema)?);
        }
        if let Some((batch, table)) = batch.zip(table.as_mut()) {
            table.add(&batch)?;
        }
        at += start + length + body;
    }
    decoder.finish().map_err(|_| cut_off())?;
    table.map(|table| table.out).ok_or_else(|| damaged("it does not name its columns"))
}
