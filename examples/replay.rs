//! Answers once more, natively, what the page asked its workers: `replay FILE…` for `tests/e2e/bits.spec.mjs`, which
//! recorded questions and answers in a browser. A file is what one worker heard and said, in order: a byte, 0 for a
//! question, 1 for an answer and 2 for a file that goes with the question after it, the number of parts, and each part with its length; numbers are little-endian u32.
//!
//! Prints a line for every kind of question with how often it was asked, and ends with an error at the first answer
//! of other bytes.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use clarimark::job::{Buffer, Converter, Drawer, Packet, Program, Reply, Request, Worker};
use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut asked = BTreeMap::new();
    for path in std::env::args().skip(1) {
        replay(Path::new(&path), &mut asked).map_err(|problem| format!("{path}: {problem}"))?;
    }
    for (kind, n) in asked {
        println!("{n} {kind}");
    }
    Ok(())
}

/// One worker's life; the file is named `number-program`.
fn replay(path: &Path, asked: &mut BTreeMap<String, usize>) -> Result<(), Box<dyn Error>> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    type Writes = fn(&Reply) -> Option<Packet<'_>>;
    let (mut program, write): (Box<dyn Program>, Writes) = match name.rsplit('-').next() {
        Some("worker") => (Box::new(Worker::default()), Worker::write),
        Some("drawer") => (Box::new(Drawer::default()), Drawer::write),
        Some("reader") => (Box::new(Converter), Converter::write),
        _ => return Err("the file is not named after a program".into()),
    };
    let bytes = std::fs::read(path)?;
    let mut rest = bytes.as_slice();
    let mut waiting = VecDeque::new();
    while let Some((&side, after)) = rest.split_first() {
        rest = after;
        let parts = parts(&mut rest)?;
        if side == 2 {
            // A file that was lent, for the question that follows.
            program.lend(Box::new(std::io::Cursor::new(parts[0].to_vec())));
        } else if side == 0 {
            let buffers = parts[1..].iter().map(|part| Buffer::Bytes(part.to_vec())).collect();
            waiting.push_back(Request::from_packet(Packet { header: parts[0].to_vec(), buffers })?);
        } else if write(&Reply::Ready).is_none_or(|ready| parts[0] != ready.header) {
            let request = waiting.pop_front().ok_or("an answer to no question")?;
            let kind = kind(&request);
            let reply = program.answer(request);
            let packet = write(&reply).ok_or("an answer that the program cannot give")?;
            let here =
                std::iter::once(packet.header.as_slice()).chain(packet.buffers.iter().map(Buffer::bytes));
            if let Some(at) = difference(here, &parts) {
                return Err(format!("{kind}: {at}").into());
            }
            *asked.entry(kind).or_insert(0) += 1;
        }
    }
    Ok(())
}

fn number(rest: &mut &[u8]) -> Result<usize, Box<dyn Error>> {
    let (word, after) = rest.split_first_chunk().ok_or("the file ends early")?;
    *rest = after;
    Ok(u32::from_le_bytes(*word) as usize)
}

fn parts<'a>(rest: &mut &'a [u8]) -> Result<Vec<&'a [u8]>, Box<dyn Error>> {
    let n = number(rest)?.max(1);
    (0..n)
        .map(|_| {
            let length = number(rest)?;
            let (part, after) = rest.split_at_checked(length).ok_or("the file ends early")?;
            *rest = after;
            Ok(part)
        })
        .collect()
}

/// Where two messages differ first.
fn difference<'a>(here: impl Iterator<Item = &'a [u8]>, there: &[&[u8]]) -> Option<String> {
    let here: Vec<&[u8]> = here.collect();
    if here.len() != there.len() {
        return Some(format!("{} parts here, {} in the browser", here.len(), there.len()));
    }
    here.iter().zip(there).enumerate().find(|(_, (a, b))| a != b).map(|(part, (a, b))| {
        let at = a.iter().zip(*b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
        format!(
            "part {part} of {} bytes here and {} in the browser differs from byte {at} on",
            a.len(),
            b.len()
        )
    })
}

/// What is asked, in a few words.
fn kind(request: &Request) -> String {
    let first = |debug: String| debug.split([' ', '{', '(']).next().unwrap_or_default().to_string();
    match request {
        Request::Read { .. } => "read".into(),
        Request::Restage { .. } => "restage".into(),
        Request::Compare { .. } => "compare".into(),
        Request::Load { .. } => "load".into(),
        Request::Explain { .. } => "explain".into(),
        Request::Analyse { division, .. } => format!("analyse {:?}", division.kind),
        Request::Keep { .. } => "keep".into(),
        Request::Draw { kind, .. } => format!("draw {}", first(format!("{kind:?}"))),
        Request::Map { kind, of, metric, .. } => format!("map {kind:?} {of:?} {metric:?}"),
        Request::Report { .. } => "report".into(),
        Request::Document { json, .. } => format!("document {}", if *json { "JSON" } else { "CSV" }),
        Request::Convert { .. } => "convert".into(),
        Request::Stream { .. } => "stream".into(),
        Request::Advance { .. } => "advance".into(),
        Request::DrawStreamed { .. } => "draw streamed".into(),
        Request::Ask { question, .. } => format!("ask {}", first(format!("{question:?}"))),
    }
}
