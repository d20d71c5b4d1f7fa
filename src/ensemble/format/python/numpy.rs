//! The few functions of NumPy, joblib and Python itself whose results a model is made of.
//!
//! Each is done here on inert records: nothing of theirs is run.

use super::array::{Array, Blob, Dtype, Field, Scalar};
use super::heap::{Heap, Id, Object, Value};
use super::npy::MAX_DIMENSIONS;
use crate::ensemble::ModelError;
use std::rc::Rc;

/// What a call with these arguments makes. None if it makes something that only has a name.
///
/// # Errors
/// [`ModelError::Limit`]; inner: what is wrong, for the end of a sentence.
pub(super) fn made<'a>(
    heap: &mut Heap<'a>,
    class: &str,
    args: &[Id],
) -> Result<Result<Option<Value<'a>>, &'static str>, ModelError> {
    let made = match class {
        "numpy.dtype" => args
            .first()
            .and_then(|&code| Scalar::parse(heap.text(code)?))
            .map(|scalar| Value::Type(Rc::new(Dtype::plain(scalar))))
            .ok_or("it makes a NumPy type that is none"),
        "numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct" => Ok(Value::Opaque),
        "numpy.core.numeric._frombuffer" | "numpy._core.numeric._frombuffer" => {
            from_buffer(heap, args).ok_or("its array has another number of bytes than it says")
        }
        "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar" => {
            array(heap, args.first(), &[], false, args.get(1))
                .ok_or("its number has another width than it says")
        }
        "collections.OrderedDict" | "collections.defaultdict" => Ok(Value::Dict(Vec::new())),
        "builtins.set"
        | "builtins.frozenset"
        | "builtins.list"
        | "__builtin__.set"
        | "__builtin__.frozenset" => {
            let items = args.first().and_then(|&list| heap.items(list)).unwrap_or_default().to_vec();
            heap.pay(items.len() * size_of::<Id>())?;
            Ok(Value::List(items))
        }
        "builtins.bytearray"
        | "__builtin__.bytearray"
        | "builtins.bytes"
        | "__builtin__.bytes"
        | "_codecs.encode" => {
            match args.first().map(|&arg| heap.get(arg)) {
                None => Ok(Value::Bytes(Blob::File(&[]))),
                Some(Value::Bytes(bytes)) => Ok(Value::Bytes(bytes.clone())),
                // How protocol 2 writes bytes: one character each.
                Some(Value::Text(text)) => {
                    let text = text.clone();
                    heap.pay(text.len())?;
                    let bytes: Option<Vec<u8>> =
                        text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
                    bytes.map(|b| Value::Bytes(Blob::Made(b.into()))).ok_or("its bytes are no bytes")
                }
                Some(_) => Ok(Value::Opaque),
            }
        }
        "copyreg._reconstructor" | "copy_reg._reconstructor" => {
            match args.first().map(|&arg| heap.get(arg)) {
                Some(Value::Global(class)) => {
                    Ok(Value::Object(Box::new(Object { class: class.clone(), state: None })))
                }
                _ => Err("it makes an object of something that is no class"),
            }
        }
        _ => return Ok(Ok(None)),
    };
    Ok(made.map(Some))
}

/// What an object of this kind becomes when it is given its state. None if it just keeps it.
///
/// # Errors
/// What is wrong, for the end of a sentence.
pub(super) fn built<'a>(heap: &Heap<'a>, target: Id, state: Id) -> Result<Option<Value<'a>>, &'static str> {
    match heap.get(target) {
        Value::Type(dtype) => {
            structured(heap, dtype, state).map(Some).ok_or("its NumPy type has a state of an unknown form")
        }
        // What `_reconstruct` made: (version, shape, type, Fortran order, bytes or list).
        Value::Opaque => {
            let Some(&[_, shape, dtype, fortran, data]) = heap.items(state) else { return Ok(None) };
            let array = self::shape(heap, shape).and_then(|shape| match heap.get(data) {
                Value::List(items) => {
                    let n = shape.iter().try_fold(1usize, |n, &extent| n.checked_mul(extent));
                    (n == Some(items.len())).then(|| Value::List(items.clone()))
                }
                _ => {
                    let fortran = matches!(heap.get(fortran), Value::Bool(true));
                    self::array(heap, Some(&dtype), &shape, fortran, Some(&data))
                }
            });
            array.map(Some).ok_or("its array has another number of items than it says")
        }
        _ => Ok(None),
    }
}

/// The array that joblib stores outside the pickle, as its wrapper describes it.
pub(super) struct Wrapped {
    pub(super) dtype: Rc<Dtype>,
    pub(super) shape: Vec<usize>,
    pub(super) fortran: bool,
    /// True if a byte says how many bytes lie between (joblib ≥ 1.2).
    pub(super) padded: bool,
}

/// The description in a `joblib.numpy_pickle.NumpyArrayWrapper`.
pub(super) fn wrapped(heap: &Heap<'_>, wrapper: Id) -> Option<Wrapped> {
    let Value::Type(dtype) = heap.get(heap.attribute(wrapper, "dtype")?) else { return None };
    let alignment = heap.attribute(wrapper, "numpy_array_alignment_bytes");
    Some(Wrapped {
        dtype: dtype.clone(),
        shape: shape(heap, heap.attribute(wrapper, "shape")?)?,
        fortran: heap.text(heap.attribute(wrapper, "order")?) == Some("F"),
        padded: alignment.is_some_and(|id| !matches!(heap.get(id), Value::None)),
    })
}

fn from_buffer<'a>(heap: &Heap<'a>, args: &[Id]) -> Option<Value<'a>> {
    let &[data, dtype, shape, ref rest @ ..] = args else { return None };
    let fortran = rest.first().is_some_and(|&order| heap.text(order) == Some("F"));
    array(heap, Some(&dtype), &self::shape(heap, shape)?, fortran, Some(&data))
}

fn array<'a>(
    heap: &Heap<'a>,
    dtype: Option<&Id>,
    shape: &[usize],
    fortran: bool,
    data: Option<&Id>,
) -> Option<Value<'a>> {
    let (Value::Type(dtype), Value::Bytes(data)) = (heap.get(*dtype?), heap.get(*data?)) else { return None };
    if dtype.holds_objects() {
        return None;
    }
    let array = Array::new(dtype.clone(), shape.to_vec(), fortran, data.clone())?;
    Some(Value::Array(Box::new(array)))
}

fn shape(heap: &Heap<'_>, id: Id) -> Option<Vec<usize>> {
    let extents = heap.items(id).filter(|items| items.len() <= MAX_DIMENSIONS)?;
    extents.iter().map(|&extent| usize::try_from(heap.int(extent)?).ok()).collect()
}

/// State of a type: (version, order, subtype, names, fields, width, alignment, flags).
fn structured<'a>(heap: &Heap<'a>, dtype: &Rc<Dtype>, state: Id) -> Option<Value<'a>> {
    let items = heap.items(state)?;
    let order = heap.text(*items.get(1)?).unwrap_or("|");
    let mut dtype = Dtype::clone(dtype);
    if order == ">" && dtype.scalar.size > 1 {
        dtype.scalar.kind = super::array::Kind::Other;
    }
    if let Value::Dict(fields) = heap.get(*items.get(4)?) {
        let width = usize::try_from(heap.int(*items.get(5)?)?).ok()?;
        dtype.fields = fields
            .iter()
            .take(64)
            .map(|&(name, field)| {
                let (&scalar, &offset) = (heap.items(field)?.first()?, heap.items(field)?.get(1)?);
                let Value::Type(scalar) = heap.get(scalar) else { return None };
                let offset = usize::try_from(heap.int(offset)?).ok()?;
                let name = heap.text(name).filter(|name| name.len() <= 64)?.to_owned();
                Some(Field { name, scalar: scalar.scalar, offset })
            })
            .collect::<Option<_>>()?;
        dtype.scalar.size = width;
    }
    Some(Value::Type(Rc::new(dtype)))
}
