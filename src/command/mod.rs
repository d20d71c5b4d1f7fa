//! The command `clarimark`: what the page computes, without a page.
//!
//! The binary gives arguments and two writers, so that tests can run the command as a person does. A table may come
//! through standard input; results go to standard output or to a file, everything said about them to standard error. Exit status: 0 done, 1 the machine
//! failed, 2 the input or the arguments are wrong.

mod arguments;
mod columnar;
mod error;
mod explain;
mod files;
mod inspect;
mod pack;
mod report;
mod sink;
mod stream;

pub use error::CommandError;

use arguments::Task;
use std::ffi::OsString;
use std::io::{self, Read, Write};

/// Runs the command with the arguments after its name; returns the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    run_with(arguments, &mut io::stdin(), out, err)
}

/// [`run`] with something else as standard input.
pub fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    input: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let done = arguments::parse(arguments).and_then(|task| match task {
        Task::Help => Ok(out.write_all(arguments::HELP.as_bytes())?),
        Task::Version => Ok(writeln!(out, "clarimark {}", env!("CARGO_PKG_VERSION"))?),
        Task::Explain(options) => explain::run(&options, input, out, err),
        Task::Inspect(options) => inspect::run(&options, out, err),
        Task::Pack(options) => pack::run(&options, err),
        Task::Report(options) => report::run(&options, err),
    });
    match done.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => 0,
        // Whoever read the output has read enough.
        Err(CommandError::Output(e)) if reader_gone(&e) => 0,
        Err(error) => {
            // Where even this cannot be said, the exit status still tells.
            let _ = writeln!(err, "{}", error.line());
            error.status()
        }
    }
}

fn reader_gone(error: &io::Error) -> bool {
    let within_csv = error.get_ref().and_then(|e| e.downcast_ref::<csv::Error>()).map(csv::Error::kind);
    error.kind() == io::ErrorKind::BrokenPipe
        || matches!(within_csv, Some(csv::ErrorKind::Io(e)) if e.kind() == io::ErrorKind::BrokenPipe)
}

/// Says what deserves a look, one line each.
fn warn(err: &mut dyn Write, warnings: &[String]) -> Result<(), CommandError> {
    for warning in warnings {
        writeln!(err, "warning: {warning}")?;
    }
    Ok(())
}
