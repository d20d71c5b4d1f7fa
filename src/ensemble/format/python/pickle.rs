//! Pickles and joblib files, read by a machine that carries nothing out.
//!
//! A pickle is a program: it names functions and calls them. This machine keeps the stack and the memo of the real one,
//! but a name is only a name and a call only a record of what was called with what. Names outside the libraries that
//! models are made of end the reading, and are said.
//!
//! Opcodes: <https://github.com/python/cpython/blob/main/Lib/pickletools.py>. joblib (`numpy_pickle.py`) interrupts the
//! pickle after the record of each array by the bytes of the array.

use super::array::{Array, Blob, n_bytes};
use super::heap::{Heap, Id, Object, Value};
use super::numpy;
use crate::ensemble::ModelError;
use crate::ensemble::builder::within;
use crate::ensemble::error::quoted;
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// Pickles within pickles. joblib stores an array of objects as one.
const MAX_NESTING: usize = 4;
/// Entries of the memo and of the stack.
const MAX_STACK: usize = 4_000_000;

/// Bytes of the name of a class or function.
const MAX_PYTHON_NAME: usize = 240;

/// Packages that models and their parts come from.
const PACKAGES: &[&str] = &[
    "collections",
    "copy_reg",
    "copyreg",
    "functools",
    "joblib",
    "lightgbm",
    "numpy",
    "scipy",
    "sklearn",
    "sksurv",
    "xgboost",
];
/// What else a harmless file names.
const NAMES: &[&str] = &[
    "_codecs.encode",
    "builtins.bool",
    "builtins.bytearray",
    "builtins.bytes",
    "builtins.complex",
    "builtins.dict",
    "builtins.float",
    "builtins.frozenset",
    "builtins.int",
    "builtins.list",
    "builtins.object",
    "builtins.range",
    "builtins.set",
    "builtins.slice",
    "builtins.str",
    "builtins.tuple",
    "__builtin__.bool",
    "__builtin__.bytearray",
    "__builtin__.bytes",
    "__builtin__.dict",
    "__builtin__.float",
    "__builtin__.frozenset",
    "__builtin__.int",
    "__builtin__.list",
    "__builtin__.long",
    "__builtin__.object",
    "__builtin__.set",
    "__builtin__.slice",
    "__builtin__.str",
    "__builtin__.tuple",
    "__builtin__.unicode",
];

/// Reads a pickle or an uncompressed joblib file into records; the last is the object it is about.
///
/// # Errors
/// [`ModelError::Foreign`] for a name that no model needs, [`ModelError::Damaged`] with the byte, [`ModelError::Limit`].
pub(in crate::ensemble::format) fn read(bytes: &[u8]) -> Result<(Heap<'_>, Id), ModelError> {
    const JOBLIB: &[u8] = b"joblib.numpy_pickle";
    let head = &bytes[..bytes.len().min(1 << 16)];
    let format = if head.windows(JOBLIB.len()).any(|w| w == JOBLIB) { "joblib" } else { "pickle" };
    let mut input = Input { bytes, at: 0, format };
    let mut heap = Heap::new(format, bytes.len());
    let root = Machine::run(&mut input, &mut heap, 0)?;
    Ok((heap, root))
}

/// The file and how far it is read.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
    format: &'static str,
}

impl<'a> Input<'a> {
    fn wrong(&self, problem: impl Into<String>) -> ModelError {
        ModelError::Damaged {
            format: self.format,
            place: format!("byte {}", self.at),
            problem: problem.into(),
        }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], ModelError> {
        let taken = self.at.checked_add(n).and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.wrong("the file ends too early"))?;
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.wrong("the file ends too early"))
    }

    fn u8(&mut self) -> Result<u8, ModelError> {
        Ok(self.array::<1>()?[0])
    }

    /// Bytes after their number, which is of this width.
    fn counted<const N: usize>(&mut self) -> Result<&'a [u8], ModelError> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(&self.array::<N>()?);
        let n = usize::try_from(u64::from_le_bytes(wide)).unwrap_or(usize::MAX);
        self.take(n)
    }

    fn text<const N: usize>(&mut self) -> Result<Value<'a>, ModelError> {
        let bytes = self.counted::<N>()?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(Cow::Borrowed(text))),
            Err(_) => Err(self.wrong("a text is not UTF-8")),
        }
    }

    fn line(&mut self) -> Result<&'a str, ModelError> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().take(1024).position(|&b| b == b'\n');
        let line = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok());
        let line = line.ok_or_else(|| self.wrong("a name does not end"))?;
        self.at += line.len() + 1;
        Ok(line)
    }
}

/// The stack machine of one pickle.
struct Machine {
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl Machine {
    /// Reads one pickle up to its end.
    fn run<'a>(input: &mut Input<'a>, heap: &mut Heap<'a>, nesting: usize) -> Result<Id, ModelError> {
        if nesting > MAX_NESTING {
            return Err(input.wrong(format!("pickles are nested more than {MAX_NESTING} deep")));
        }
        let mut machine = Machine { stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        let (none, yes, no) =
            (heap.add(Value::None)?, heap.add(Value::Bool(true))?, heap.add(Value::Bool(false))?);
        loop {
            within("objects on the stack", machine.stack.len().max(machine.memo.len()), MAX_STACK)?;
            let opcode = input.u8()?;
            let value = match opcode {
                0x80 => {
                    input.u8()?;
                    continue;
                }
                // The length of a frame: nothing here reads ahead.
                0x95 => {
                    input.take(8)?;
                    continue;
                }
                b'.' => return machine.pop(input),
                b'(' => {
                    machine.marks.push(machine.stack.len());
                    within("objects on the stack", machine.marks.len(), MAX_STACK)?;
                    continue;
                }
                b'0' => {
                    machine.pop(input)?;
                    continue;
                }
                b'1' => {
                    machine.since_mark(input)?;
                    continue;
                }
                b'2' => {
                    let top = machine.top(input)?;
                    machine.stack.push(top);
                    continue;
                }
                b'N' => {
                    machine.stack.push(none);
                    continue;
                }
                0x88 | 0x89 => {
                    machine.stack.push(if opcode == 0x88 { yes } else { no });
                    continue;
                }
                b'J' => Value::Int(i64::from(i32::from_le_bytes(input.array()?))),
                b'K' => Value::Int(i64::from(input.u8()?)),
                b'M' => Value::Int(i64::from(u16::from_le_bytes(input.array()?))),
                0x8A => long(input.counted::<1>()?),
                b'G' => Value::Float(f64::from_be_bytes(input.array()?)),
                0x8C => input.text::<1>()?,
                b'X' => input.text::<4>()?,
                0x8D => input.text::<8>()?,
                b'C' => Value::Bytes(Blob::File(input.counted::<1>()?)),
                b'B' => Value::Bytes(Blob::File(input.counted::<4>()?)),
                0x8E | 0x96 => Value::Bytes(Blob::File(input.counted::<8>()?)),
                b']' | 0x8F => Value::List(Vec::new()),
                b'}' => Value::Dict(Vec::new()),
                b')' => Value::Tuple(Vec::new()),
                b't' => Value::Tuple(machine.since_mark(input)?),
                0x91 => Value::List(machine.since_mark(input)?),
                0x85..=0x87 => Value::Tuple(machine.last(input, usize::from(opcode - 0x84))?),
                b'a' => {
                    let items = machine.last(input, 1)?;
                    machine.extend(input, heap, items)?;
                    continue;
                }
                b'e' | 0x90 => {
                    let items = machine.since_mark(input)?;
                    machine.extend(input, heap, items)?;
                    continue;
                }
                b's' => {
                    let items = machine.last(input, 2)?;
                    machine.set(input, heap, &items)?;
                    continue;
                }
                b'u' => {
                    let items = machine.since_mark(input)?;
                    machine.set(input, heap, &items)?;
                    continue;
                }
                0x94 | b'q' | b'r' => {
                    let slot = match opcode {
                        0x94 => machine.memo.len() as u32,
                        b'q' => u32::from(input.u8()?),
                        _ => u32::from_le_bytes(input.array()?),
                    };
                    let top = machine.top(input)?;
                    machine.memo.insert(slot, top);
                    continue;
                }
                b'h' | b'j' => {
                    let slot = if opcode == b'h' {
                        u32::from(input.u8()?)
                    } else {
                        u32::from_le_bytes(input.array()?)
                    };
                    let known = machine.memo.get(&slot).copied();
                    machine.stack.push(
                        known
                            .ok_or_else(|| input.wrong("it refers to an object that it did not remember"))?,
                    );
                    continue;
                }
                b'c' => {
                    let (module, name) = (input.line()?, input.line()?);
                    global(module, name, input.format)?
                }
                0x93 => {
                    let names = machine.last(input, 2)?;
                    let (Some(module), Some(name)) = (heap.text(names[0]), heap.text(names[1])) else {
                        return Err(input.wrong("a name is not a text"));
                    };
                    global(module, name, input.format)?
                }
                b'R' | 0x81 => {
                    let pair = machine.last(input, 2)?;
                    call(input, heap, pair[0], pair[1], opcode == b'R')?
                }
                0x92 => {
                    let three = machine.last(input, 3)?;
                    call(input, heap, three[0], three[1], false)?
                }
                b'b' => {
                    let state = machine.pop(input)?;
                    let target = machine.top(input)?;
                    build(input, heap, target, state, nesting)?;
                    continue;
                }
                _ => {
                    input.at -= 1;
                    return Err(input.wrong(format!("opcode {opcode:#04x} is none that a model needs")));
                }
            };
            let id = heap.add(value)?;
            machine.stack.push(id);
        }
    }

    /// Where the objects start that the current mark protects from being taken.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self, input: &Input<'_>) -> Result<Id, ModelError> {
        let floor = self.floor();
        let top = if self.stack.len() > floor { self.stack.pop() } else { None };
        top.ok_or_else(|| input.wrong("it takes an object from an empty stack"))
    }

    fn top(&self, input: &Input<'_>) -> Result<Id, ModelError> {
        self.stack.last().copied().ok_or_else(|| input.wrong("it takes an object from an empty stack"))
    }

    fn last(&mut self, input: &Input<'_>, n: usize) -> Result<Vec<Id>, ModelError> {
        match self.stack.len().checked_sub(n) {
            Some(start) if start >= self.floor() => Ok(self.stack.split_off(start)),
            _ => Err(input.wrong("it takes an object from an empty stack")),
        }
    }

    fn since_mark(&mut self, input: &Input<'_>) -> Result<Vec<Id>, ModelError> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len());
        Ok(self.stack.split_off(mark.ok_or_else(|| input.wrong("a mark is missing"))?))
    }

    fn extend(&self, input: &Input<'_>, heap: &mut Heap<'_>, items: Vec<Id>) -> Result<(), ModelError> {
        match heap.get_mut(self.top(input)?) {
            Value::List(list) => list.extend(items),
            Value::Object(_) | Value::Opaque => {}
            _ => return Err(input.wrong("it appends to what is no list")),
        }
        Ok(())
    }

    fn set(&self, input: &Input<'_>, heap: &mut Heap<'_>, items: &[Id]) -> Result<(), ModelError> {
        match heap.get_mut(self.top(input)?) {
            Value::Dict(dict) => {
                dict.extend(items.as_chunks::<2>().0.iter().map(|&[key, value]| (key, value)))
            }
            Value::Object(_) | Value::Opaque => {}
            _ => return Err(input.wrong("it sets an entry of what is no dict")),
        }
        Ok(())
    }
}

/// A whole number of any width. What does not fit is the state of some random generator.
fn long<'a>(bytes: &[u8]) -> Value<'a> {
    if bytes.len() > 8 {
        return Value::Opaque;
    }
    let sign = bytes.last().is_some_and(|&top| top >= 0x80);
    let mut wide = [if sign { 0xFF } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(wide))
}

fn global<'a>(module: &str, name: &str, format: &'static str) -> Result<Value<'a>, ModelError> {
    within("characters in a Python name", module.len().saturating_add(name.len()), MAX_PYTHON_NAME)?;
    let full = format!("{module}.{name}");
    let package = module.split('.').next().unwrap_or_default();
    if PACKAGES.contains(&package) || NAMES.contains(&full.as_str()) {
        return Ok(Value::Global(full.into()));
    }
    let quoted = quoted(&full);
    Err(ModelError::Foreign { format, wants: quoted.trim_matches('"').to_owned() })
}

fn call<'a>(
    input: &Input<'a>,
    heap: &mut Heap<'a>,
    class: Id,
    args: Id,
    function: bool,
) -> Result<Value<'a>, ModelError> {
    let Value::Global(class) = heap.get(class) else {
        return Err(input.wrong("it calls something that has no name"));
    };
    let class: Rc<str> = class.clone();
    let Some(items) = heap.items(args) else {
        return Err(input.wrong("it calls something with arguments that are no list"));
    };
    if function {
        let items = items[..items.len().min(8)].to_vec();
        let made = numpy::made(heap, &class, &items)?;
        if let Some(made) = made.map_err(|problem| input.wrong(problem))? {
            return Ok(made);
        }
    }
    Ok(Value::Object(Box::new(Object { class, state: None })))
}

fn build<'a>(
    input: &mut Input<'a>,
    heap: &mut Heap<'a>,
    target: Id,
    state: Id,
    nesting: usize,
) -> Result<(), ModelError> {
    if let Some(value) = numpy::built(heap, target, state).map_err(|problem| input.wrong(problem))? {
        if let Value::List(items) = &value {
            heap.pay(size_of_val(items.as_slice()))?;
        }
        *heap.get_mut(target) = value;
        return Ok(());
    }
    let Value::Object(object) = heap.get_mut(target) else { return Ok(()) };
    object.state = Some(state);
    match &*object.class {
        "joblib.numpy_pickle.NumpyArrayWrapper" => {
            let value = beside(input, heap, target, nesting)?;
            *heap.get_mut(target) = value;
            Ok(())
        }
        class @ ("joblib.numpy_pickle.NDArrayWrapper" | "joblib.numpy_pickle.ZNDArrayWrapper") => Err(input
            .wrong(format!(
                "`{class}` keeps its numbers in other files; save it again with joblib 0.10 or newer"
            ))),
        _ => Ok(()),
    }
}

/// The array whose bytes follow its record.
fn beside<'a>(
    input: &mut Input<'a>,
    heap: &mut Heap<'a>,
    wrapper: Id,
    nesting: usize,
) -> Result<Value<'a>, ModelError> {
    let numpy::Wrapped { dtype, shape, fortran, padded } = numpy::wrapped(heap, wrapper)
        .ok_or_else(|| input.wrong("an array is described in an unknown way"))?;
    if dtype.holds_objects() {
        let inner = Machine::run(input, heap, nesting + 1)?;
        return Ok(heap.get(inner).clone());
    }
    if padded {
        let n = usize::from(input.u8()?);
        input.take(n)?;
    }
    let n = n_bytes(&dtype, &shape).ok_or_else(|| input.wrong("an array is larger than any memory"))?;
    let data = Blob::File(input.take(n)?);
    let array = Array::new(dtype, shape, fortran, data);
    Ok(Value::Array(Box::new(array.ok_or_else(|| input.wrong("an array does not fit its bytes"))?)))
}
