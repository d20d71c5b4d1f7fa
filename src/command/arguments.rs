//! What was asked for.

use super::CommandError;
use crate::ensemble::ReadOptions;
use crate::explain::Precision;
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What `clarimark --help` prints.
pub(super) const HELP: &str = "\
Exact SHAP values of tree-ensemble models.

clarimark explain --model MODEL --data TABLE [OPTIONS] [--format FORMAT] [-o FILE] [--all-trees]
clarimark explain --study study.json [OPTIONS] [--format FORMAT] [-o FILE] [--all-trees]
    Explains every row of the table.
    --format json|jsonl|csv|parquet|arrow
                                    by the name of FILE if it is not given, else json; jsonl: one object per row and line
    --id COLUMN                     the column with the patients' ids, if its name does not say so
    --method path-dependent         by the cover stored in the model (the default)
    --method interventional --background TABLE
                                    against the rows of a table, all of them
    --output margin|probability|log-loss
                                    what is explained: the margin (the default), or, interventional and for yes-or-no
                                    models, the probability or the loss, pair by pair of patient and background row
    --interactions N                also the interaction matrices of the first N rows; JSON only
    --precision f64|f32             f32: within 5e-6, faster for many rows; path-dependent only
    --calibration TABLE             a function on top of one output: columns margin (or prediction) and calibrated; the
                                    margin is explained, calibrated values stand beside it
    --threads N                     as many as there are processors by default; the numbers do not depend on it
    --rows N                        engines are chosen as for a table of N rows; parts of a table that are explained with
                                    the same N have the bits of the whole

clarimark explain --model MODEL --data - [--header NAMES] [--chunk N] [OPTIONS]
    Explains CSV or TSV rows as they come through standard input, in their order, to standard output as csv (the default)
    or jsonl, or to FILE. Memory does not grow with the number of rows; N rows are explained together, 4096 or fewer by
    default. Engines are chosen as for 5,000,000 rows unless --rows says otherwise. After an error, which names the row,
    what was written before it stands.
    --header NAMES                  the line of column names, for a stream without one; then csv has none either

clarimark report --study study.json -o report.html [--calibration TABLE] [--date YYYY-MM-DD] [--all-trees]
clarimark report --model MODEL --data TABLE -o report.html [--calibration TABLE] [--date YYYY-MM-DD] [--all-trees]
    Writes the report of the patients that the page would explain: one printable file with figures, every number as JSON,
    and blanks for what only a person can say. The date is left blank unless given; a calibration is as for explain.

clarimark inspect MODEL [--format text|json] [--all-trees]
    Prints what is known of a model.

clarimark pack --study study.json --page clarimark.html -o page.html
    Packs a study into the one-file page.

--all-trees    also use the trees after the best iteration of a model that stopped early
--at TIME[,TIME…]
               explain a survival forest's S(t) at these times, one output each, instead of its risk score

Models: XGBoost 1.7 to 3.4 (.json, .ubj), LightGBM (.txt, JSON), CatBoost (.json, .cbm), scikit-learn (.skops, .joblib,
.pkl), ONNX, PMML, Treelite JSON, plain JSON; gzip around any of them.
Tables: CSV or TSV (gzip around it is taken off), Excel .xlsx, Parquet, Arrow and Feather; columns are bound to features by
name.
Exit status: 0 done, 1 the result could not be written, 2 the input or the arguments are wrong.
";

/// Which function of the model file is meant, where that was said; what a manifest says otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    all_trees: bool,
    at: Option<Vec<f64>>,
}

impl Reading {
    /// With what was said here put over what a manifest says.
    pub(super) fn over(&self, manifest: ReadOptions) -> ReadOptions {
        ReadOptions {
            use_all_trees: self.all_trees || manifest.use_all_trees,
            survival_at: self.at.clone().unwrap_or(manifest.survival_at),
        }
    }
}

/// A task with its options.
#[derive(Debug, PartialEq)]
pub(super) enum Task {
    Help,
    Version,
    Explain(Explain),
    Inspect(Inspect),
    Pack(Pack),
    Report(Report),
}

/// Form of the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Json,
    /// One object per row and line.
    JsonLines,
    Csv,
    Parquet,
    Arrow,
    Text,
}

impl Format {
    /// By the ending of a file's name; JSON if it says nothing.
    fn of(path: &Path) -> Format {
        let ending = path.extension().map(|e| e.to_ascii_lowercase());
        match ending.as_deref().and_then(OsStr::to_str) {
            Some("csv") => Format::Csv,
            Some("jsonl" | "ndjson") => Format::JsonLines,
            Some("parquet") => Format::Parquet,
            Some("arrow" | "feather") => Format::Arrow,
            _ => Format::Json,
        }
    }
}

/// Where the study comes from.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    Files { model: PathBuf, data: PathBuf },
    Manifest(PathBuf),
}

/// Rows that come through standard input.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piped {
    /// The first line of the stream, where it has none.
    pub(super) header: Option<String>,
    /// Rows that are explained together.
    pub(super) chunk: Option<usize>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Explain {
    pub(super) source: Source,
    /// How standard input is read, if it is the table.
    pub(super) piped: Option<Piped>,
    /// Column with the patients' ids, where that was said.
    pub(super) id: Option<String>,
    /// A table with a function on top of the one output.
    pub(super) calibration: Option<PathBuf>,
    pub(super) format: Format,
    /// Standard output if None.
    pub(super) output: Option<PathBuf>,
    pub(super) reading: Reading,
    pub(super) how: How,
}

/// How attributions are computed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct How {
    /// Interventional if Some.
    pub(super) background: Option<PathBuf>,
    pub(super) scale: Scale,
    /// Rows whose interactions are computed.
    pub(super) interactions: usize,
    pub(super) precision: Precision,
    /// Rows in all, if the table is a part of something larger.
    pub(super) rows: Option<usize>,
    /// As many as there are processors if None.
    pub(super) threads: Option<usize>,
}

/// What is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Scale {
    #[default]
    Margin,
    Probability,
    LogLoss,
}

impl Scale {
    /// What a document calls it, where that is not the margin.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Scale::Margin => None,
            Scale::Probability => Some("probability"),
            Scale::LogLoss => Some("log-loss"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    PathDependent,
    Interventional,
}

#[derive(Debug, PartialEq)]
pub(super) struct Inspect {
    pub(super) model: PathBuf,
    pub(super) format: Format,
    pub(super) reading: Reading,
}

#[derive(Debug, PartialEq)]
pub(super) struct Pack {
    pub(super) study: PathBuf,
    pub(super) page: PathBuf,
    pub(super) output: PathBuf,
}

#[derive(Debug, PartialEq)]
pub(super) struct Report {
    pub(super) source: Source,
    /// A table beside the model.
    pub(super) calibration: Option<PathBuf>,
    pub(super) output: PathBuf,
    /// As it is to be printed.
    pub(super) date: String,
    pub(super) reading: Reading,
}

/// Everything that may be given; each task takes what it knows and refuses the rest.
#[derive(Default)]
struct Given {
    operands: Vec<OsString>,
    model: Option<PathBuf>,
    data: Option<PathBuf>,
    study: Option<PathBuf>,
    page: Option<PathBuf>,
    output: Option<PathBuf>,
    format: Option<Format>,
    reading: Reading,
    method: Option<Method>,
    background: Option<PathBuf>,
    scale: Option<Scale>,
    interactions: Option<usize>,
    precision: Option<Precision>,
    threads: Option<usize>,
    calibration: Option<PathBuf>,
    date: Option<String>,
    header: Option<String>,
    chunk: Option<usize>,
    rows: Option<usize>,
    id: Option<String>,
}

pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Task, CommandError> {
    let mut given = Given::default();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Task::Version),
            Arg::Long("model") => given.model = Some(parser.value()?.into()),
            Arg::Long("data") => given.data = Some(parser.value()?.into()),
            Arg::Long("study") => given.study = Some(parser.value()?.into()),
            Arg::Long("page") => given.page = Some(parser.value()?.into()),
            Arg::Short('o') => given.output = Some(parser.value()?.into()),
            // Also the long form of -o, as it was before there were scales.
            Arg::Long("output") => match parser.value()? {
                word if word == "margin" => given.scale = Some(Scale::Margin),
                word if word == "probability" => given.scale = Some(Scale::Probability),
                word if word == "log-loss" => given.scale = Some(Scale::LogLoss),
                path => given.output = Some(path.into()),
            },
            Arg::Long("method") => given.method = Some(method(&parser.value()?.string()?)?),
            Arg::Long("background") => given.background = Some(parser.value()?.into()),
            Arg::Long("interactions") => given.interactions = Some(number("--interactions", &mut parser)?),
            Arg::Long("precision") => given.precision = Some(precision(&parser.value()?.string()?)?),
            Arg::Long("calibration") => given.calibration = Some(parser.value()?.into()),
            Arg::Long("threads") => given.threads = Some(threads(&mut parser)?),
            Arg::Long("header") => given.header = Some(parser.value()?.string()?),
            Arg::Long("chunk") => given.chunk = Some(at_least_one("--chunk", &mut parser)?),
            Arg::Long("rows") => given.rows = Some(at_least_one("--rows", &mut parser)?),
            Arg::Long("id") => given.id = Some(parser.value()?.string()?),
            Arg::Long("format") => given.format = Some(format(&parser.value()?.string()?)?),
            Arg::Long("date") => given.date = Some(parser.value()?.string()?),
            Arg::Long("all-trees") => given.reading.all_trees = true,
            Arg::Long("at") => given.reading.at = Some(times(&parser.value()?.string()?)?),
            Arg::Value(value) => given.operands.push(value),
            other => return Err(other.unexpected().into()),
        }
    }
    given.task()
}

fn format(word: &str) -> Result<Format, CommandError> {
    match word {
        "json" => Ok(Format::Json),
        "jsonl" => Ok(Format::JsonLines),
        "csv" => Ok(Format::Csv),
        "parquet" => Ok(Format::Parquet),
        "arrow" => Ok(Format::Arrow),
        "text" => Ok(Format::Text),
        _ => Err(CommandError::Usage(format!("--format {word} is not known"))),
    }
}

fn method(word: &str) -> Result<Method, CommandError> {
    match word {
        "path-dependent" => Ok(Method::PathDependent),
        "interventional" => Ok(Method::Interventional),
        _ => Err(CommandError::Usage(format!("--method {word} is not known"))),
    }
}

fn precision(word: &str) -> Result<Precision, CommandError> {
    match word {
        "f64" => Ok(Precision::F64),
        "f32" => Ok(Precision::F32),
        _ => Err(CommandError::Usage(format!("--precision {word} is not known"))),
    }
}

fn times(words: &str) -> Result<Vec<f64>, CommandError> {
    let time = |word: &str| match word.trim().parse::<f64>() {
        Ok(time) if time.is_finite() => Ok(time),
        _ => Err(CommandError::Usage(format!("--at {word} is not a time"))),
    };
    words.split(',').map(time).collect()
}

fn number(name: &str, parser: &mut Parser) -> Result<usize, CommandError> {
    let word = parser.value()?.string()?;
    word.parse().map_err(|_| CommandError::Usage(format!("{name} {word} is not a number of rows or threads")))
}

fn at_least_one(name: &str, parser: &mut Parser) -> Result<usize, CommandError> {
    match number(name, parser)? {
        0 => Err(CommandError::Usage(format!("{name} 0 is too few"))),
        n => Ok(n),
    }
}

/// Threads that are started at most.
const MAX_THREADS: usize = 1024;

fn threads(parser: &mut Parser) -> Result<usize, CommandError> {
    match number("--threads", parser)? {
        n @ 1..=MAX_THREADS => Ok(n),
        n => Err(CommandError::Usage(format!("--threads {n} is not between 1 and {MAX_THREADS}"))),
    }
}

impl Given {
    fn task(mut self) -> Result<Task, CommandError> {
        if self.operands.is_empty() {
            return Err(CommandError::Usage("say what to do: explain, report, inspect or pack".into()));
        }
        let name = self.operands.remove(0);
        let task = match name.to_str() {
            Some("help") => Task::Help,
            Some("explain") => self.explain()?,
            Some("inspect") => self.inspect()?,
            Some("pack") => self.pack()?,
            Some("report") => self.report()?,
            _ => return Err(CommandError::Usage(format!("there is no `{}`", name.display()))),
        };
        self.rest()?;
        Ok(task)
    }

    fn source(&mut self) -> Result<Source, CommandError> {
        Ok(match self.study.take() {
            Some(manifest) => Source::Manifest(manifest),
            None => Source::Files {
                model: needed("--model FILE", self.model.take())?,
                data: needed("--data FILE", self.data.take())?,
            },
        })
    }

    fn report(&mut self) -> Result<Task, CommandError> {
        if self.data.as_deref() == Some(Path::new("-")) {
            return Err(CommandError::Usage("a report is made of a whole table: give it as a file".into()));
        }
        Ok(Task::Report(Report {
            source: self.source()?,
            calibration: self.calibration.take(),
            output: needed("-o FILE", self.output.take())?,
            date: self.date.take().unwrap_or_default(),
            reading: std::mem::take(&mut self.reading),
        }))
    }

    fn explain(&mut self) -> Result<Task, CommandError> {
        let source = self.source()?;
        let output = self.output.take();
        let piped = match &source {
            Source::Files { data, .. } if data == Path::new("-") => {
                Some(Piped { header: self.header.take(), chunk: self.chunk.take() })
            }
            _ => None,
        };
        let default = if piped.is_some() { Format::Csv } else { Format::Json };
        let by_name = |path: &PathBuf| Format::of(path);
        let format = self.format.take().unwrap_or_else(|| output.as_ref().map_or(default, by_name));
        let id = match source {
            Source::Files { .. } => self.id.take(),
            Source::Manifest(_) => None,
        };
        let reading = std::mem::take(&mut self.reading);
        let how = self.how()?;
        let calibration = self.calibration.take();
        let refuse = |what: &str| Err(CommandError::Usage(what.into()));
        let is_stream = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
        match format {
            _ if is_stream(&how.background) || is_stream(&calibration) => refuse(
                "only the table to explain can come through standard input: give a background or calibration as a file",
            ),
            _ if piped.is_some() && how.interactions > 0 => {
                refuse("interactions are not written of a stream: give the table as a file")
            }
            _ if piped.is_some() && how.scale == Scale::LogLoss => {
                refuse("log-loss needs the outcome, which a stream does not tell: give a study with --study")
            }
            Format::Text => refuse("attributions are written as parquet, arrow, jsonl, json or csv"),
            Format::Csv | Format::JsonLines | Format::Parquet | Format::Arrow if how.interactions > 0 => {
                refuse("interactions are written as json")
            }
            Format::Parquet | Format::Arrow if output.is_none() => {
                refuse("parquet and arrow are written to a file: add -o FILE")
            }
            Format::Json if piped.is_some() => refuse(
                "a json document holds all rows at once: write a stream as csv or jsonl, or give the table as a file",
            ),
            _ => Ok(Task::Explain(Explain { source, piped, id, calibration, format, output, reading, how })),
        }
    }

    fn how(&mut self) -> Result<How, CommandError> {
        let method = self.method.take().unwrap_or(Method::PathDependent);
        let how = How {
            background: match method {
                Method::PathDependent => None,
                Method::Interventional => Some(needed("--background FILE", self.background.take())?),
            },
            scale: self.scale.take().unwrap_or_default(),
            interactions: self.interactions.take().unwrap_or_default(),
            precision: self.precision.take().unwrap_or_default(),
            rows: self.rows.take(),
            threads: self.threads.take(),
        };
        let refuse = |what: &str| Err(CommandError::Usage(what.into()));
        match method {
            Method::PathDependent if self.background.is_some() => {
                refuse("--background has no meaning without --method interventional")
            }
            Method::PathDependent if how.scale != Scale::Margin => {
                refuse("probability and loss are explained with --method interventional only")
            }
            Method::Interventional if how.precision == Precision::F32 => {
                refuse("--precision f32 has no meaning with --method interventional")
            }
            Method::Interventional if how.rows.is_some() => refuse(
                "--rows has no meaning with --method interventional, whose numbers do not depend on it",
            ),
            _ if how.scale != Scale::Margin && how.interactions > 0 => {
                refuse("interactions are those of the margin")
            }
            _ => Ok(how),
        }
    }

    fn inspect(&mut self) -> Result<Task, CommandError> {
        let operand = self.operands.pop().map(PathBuf::from);
        let model = needed("a model file", self.model.take().or(operand))?;
        let format = self.format.take().unwrap_or(Format::Text);
        if !matches!(format, Format::Text | Format::Json) {
            return Err(CommandError::Usage("what is known of a model is written as text or json".into()));
        }
        let reading = std::mem::take(&mut self.reading);
        Ok(Task::Inspect(Inspect { model, format, reading }))
    }

    fn pack(&mut self) -> Result<Task, CommandError> {
        Ok(Task::Pack(Pack {
            study: needed("--study study.json", self.study.take())?,
            page: needed("--page clarimark.html", self.page.take())?,
            output: needed("-o FILE", self.output.take())?,
        }))
    }

    /// Refuses what the task has not taken.
    fn rest(self) -> Result<(), CommandError> {
        let left = [
            ("--model", self.model.is_some()),
            ("--data", self.data.is_some()),
            ("--study", self.study.is_some()),
            ("--page", self.page.is_some()),
            ("-o", self.output.is_some()),
            ("--format", self.format.is_some()),
            ("--all-trees", self.reading.all_trees),
            ("--at", self.reading.at.is_some()),
            ("--method", self.method.is_some()),
            ("--background", self.background.is_some()),
            ("--output", self.scale.is_some()),
            ("--interactions", self.interactions.is_some()),
            ("--precision", self.precision.is_some()),
            ("--threads", self.threads.is_some()),
            ("--calibration", self.calibration.is_some()),
            ("--date", self.date.is_some()),
            ("--header", self.header.is_some()),
            ("--chunk", self.chunk.is_some()),
            ("--rows", self.rows.is_some()),
            ("--id", self.id.is_some()),
        ];
        if let Some((name, _)) = left.iter().find(|(_, is_left)| *is_left) {
            return Err(CommandError::Usage(format!("{name} has no meaning here")));
        }
        match self.operands.first() {
            Some(operand) => Err(CommandError::Usage(format!("`{}` is one too many", operand.display()))),
            None => Ok(()),
        }
    }
}

fn needed<T>(what: &str, value: Option<T>) -> Result<T, CommandError> {
    value.ok_or_else(|| CommandError::Usage(format!("{what} is missing")))
}

impl From<lexopt::Error> for CommandError {
    fn from(error: lexopt::Error) -> Self {
        CommandError::Usage(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|e| e.to_string())
    }

    #[test]
    fn tasks_are_understood() {
        let files = || Source::Files { model: "m.json".into(), data: "x.csv".into() };
        let explain = |source, format, output: Option<&str>, all_trees| {
            let (output, how) = (output.map(Into::into), How::default());
            let reading = Reading { all_trees, at: None };
            Ok(Task::Explain(Explain {
                source,
                piped: None,
                id: None,
                calibration: None,
                format,
                output,
                reading,
                how,
            }))
        };
        assert_eq!(asked("explain --model m.json --data x.csv"), explain(files(), Format::Json, None, false));
        assert_eq!(
            asked("explain --data=x.csv --model m.json -o a.CSV --all-trees"),
            explain(files(), Format::Csv, Some("a.CSV"), true)
        );
        assert_eq!(
            asked("explain --study s.json --format csv"),
            explain(Source::Manifest("s.json".into()), Format::Csv, None, false)
        );
        let how = How {
            background: Some("b.csv".into()),
            scale: Scale::LogLoss,
            threads: Some(3),
            ..How::default()
        };
        let (source, output, calibration) = (files(), Some("a.json".into()), Some("c.csv".into()));
        assert_eq!(
            asked(
                "explain --model m.json --data x.csv --method interventional --background b.csv --output log-loss \
                 --threads 3 --output a.json --calibration c.csv"
            ),
            Ok(Task::Explain(Explain {
                source,
                piped: None,
                id: None,
                calibration,
                format: Format::Json,
                output,
                reading: Reading::default(),
                how
            }))
        );
        let model = "m.json".into();
        assert_eq!(
            asked("inspect m.json --format json"),
            Ok(Task::Inspect(Inspect { model, format: Format::Json, reading: Reading::default() }))
        );
        let reading = Reading { all_trees: false, at: Some(vec![365.0, 730.5]) };
        assert_eq!(
            asked("inspect forest.skops --at 365,730.5"),
            Ok(Task::Inspect(Inspect { model: "forest.skops".into(), format: Format::Text, reading }))
        );
        assert_eq!(asked("--help"), Ok(Task::Help));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (line, expected) in [
            ("", "say what to do"),
            ("explode", "there is no `explode`"),
            ("explain --model m.json", "--data FILE is missing"),
            ("explain --study s.json --model m.json", "--model has no meaning here"),
            ("explain --model m --data d --format text", "json or csv"),
            ("explain --model m --data d --format xml", "--format xml is not known"),
            ("explain --model m --data d --method guess", "--method guess is not known"),
            ("explain --model m --data d --method interventional", "--background FILE is missing"),
            ("explain --model m --data d --background b", "--background has no meaning"),
            ("explain --model m --data d --output probability", "interventional only"),
            (
                "explain --model m --data d --method interventional --background b --precision f32",
                "--precision f32",
            ),
            ("explain --model m --data d --interactions 2 --format csv", "as json"),
            ("explain --model m --data d --interactions many", "--interactions many"),
            ("explain --model m --data d --threads 0", "--threads 0 is not between"),
            ("explain --model m --data d --precision f16", "--precision f16 is not known"),
            ("inspect m --calibration c", "--calibration has no meaning here"),
            ("inspect m --at soon", "--at soon is not a time"),
            ("inspect m --at 1,,2", "--at  is not a time"),
            ("pack --study s --page p -o q --at 1", "--at has no meaning here"),
            ("inspect m --threads 2", "--threads has no meaning here"),
            ("inspect", "a model file is missing"),
            ("inspect a b", "is one too many"),
            ("inspect a --shout", "--shout"),
            ("pack --study s.json --page p.html", "-o FILE is missing"),
        ] {
            let message = asked(line).unwrap_err();
            assert!(message.contains(expected), "{line}: {message}");
        }
    }
}
