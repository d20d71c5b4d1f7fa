//! Arrow's arrays as text: what Parquet and Arrow files are read into.

use super::{Problem, Text, date_time, number};
use crate::dataset::DataError;
use crate::dataset::error::Cap;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, DecimalType, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};

pub(super) fn too_large(cap: Cap) -> Problem {
    Problem::Table(DataError::TooLarge { cap, row: None })
}

/// True for types that have a place in a cell.
fn readable(kind: &DataType) -> bool {
    use DataType as T;
    match kind {
        T::Dictionary(_, values) => readable(values) && !matches!(**values, T::Dictionary(..)),
        T::Null | T::Boolean | T::Float16 | T::Float32 | T::Float64 => true,
        T::Utf8
        | T::LargeUtf8
        | T::Utf8View
        | T::Date32
        | T::Date64
        | T::Timestamp(..)
        | T::Decimal128(..) => true,
        other => other.is_integer(),
    }
}

/// Refuses what is larger than any table that is read.
pub(super) fn check_size(n_columns: usize, n_rows: usize) -> Result<(), Problem> {
    match (n_columns, n_rows) {
        _ if n_columns > Cap::Columns.limit() => Err(too_large(Cap::Columns)),
        _ if n_rows > Cap::Rows.limit() => Err(too_large(Cap::Rows)),
        _ if n_rows.saturating_mul(n_columns) > Cap::Cells.limit() => Err(too_large(Cap::Cells)),
        _ => Ok(()),
    }
}

/// A table under way, batch by batch.
pub(super) struct Table {
    pub(super) out: Text,
    /// Columns that have a place.
    kept: Vec<usize>,
}

impl Table {
    /// The header.
    pub(super) fn new(schema: &Schema) -> Result<Self, Problem> {
        let mut out = Text::new();
        let fields = schema.fields();
        check_size(fields.len(), 0)?;
        let (kept, left_out): (Vec<usize>, Vec<usize>) =
            (0..fields.len()).partition(|&i| readable(fields[i].data_type()));
        if !left_out.is_empty() {
            let names: Vec<String> =
                left_out.iter().take(10).map(|&i| format!("“{}”", fields[i].name())).collect();
            out.warnings.push(format!(
                "{} of the table are left out, because their cells are neither numbers nor texts: {}.",
                left_out.len(),
                names.join(", ")
            ));
        }
        for &i in &kept {
            out.cell(Some(fields[i].name()));
        }
        out.end_row()?;
        Ok(Table { out, kept })
    }

    /// The next rows.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), Problem> {
        let columns: Vec<Cells<'_>> = self.kept.iter().map(|&i| cells(batch.column(i).as_ref())).collect();
        if self.out.rows.saturating_add(batch.num_rows()) > Cap::Rows.limit() + 1 {
            return Err(too_large(Cap::Rows));
        }
        for row in 0..batch.num_rows() {
            for column in &columns {
                match column(row) {
                    Some(Cell::Number(text)) => self.out.number(&text),
                    Some(Cell::Text(text)) => self.out.cell(Some(text)),
                    None => self.out.cell(None),
                }
            }
            self.out.end_row()?;
        }
        Ok(())
    }
}

enum Cell<'a> {
    /// Needs no quotation marks.
    Number(String),
    Text(&'a str),
}

type Cells<'a> = Box<dyn Fn(usize) -> Option<Cell<'a>> + 'a>;

/// The cells of a column; None where one is missing.
fn cells<'a>(array: &'a dyn Array) -> Cells<'a> {
    use DataType as T;
    match array.data_type() {
        T::Float64 => of_type::<Float64Type>(array, number),
        T::Float32 => of_type::<Float32Type>(array, |x| number(f64::from(x))),
        T::Float16 => of_type::<Float16Type>(array, |x| number(x.to_f64())),
        T::Int8 => of_type::<Int8Type>(array, |x| Some(x.to_string())),
        T::Int16 => of_type::<Int16Type>(array, |x| Some(x.to_string())),
        T::Int32 => of_type::<Int32Type>(array, |x| Some(x.to_string())),
        T::Int64 => of_type::<Int64Type>(array, |x| Some(x.to_string())),
        T::UInt8 => of_type::<UInt8Type>(array, |x| Some(x.to_string())),
        T::UInt16 => of_type::<UInt16Type>(array, |x| Some(x.to_string())),
        T::UInt32 => of_type::<UInt32Type>(array, |x| Some(x.to_string())),
        T::UInt64 => of_type::<UInt64Type>(array, |x| Some(x.to_string())),
        T::Date32 => of_type::<Date32Type>(array, |days| Some(date_time(i64::from(days) * 86_400, 0))),
        T::Date64 => of_type::<Date64Type>(array, |x| Some(fraction(x, 1_000))),
        T::Timestamp(TimeUnit::Second, _) => of_type::<TimestampSecondType>(array, |x| Some(fraction(x, 1))),
        T::Timestamp(TimeUnit::Millisecond, _) => {
            of_type::<TimestampMillisecondType>(array, |x| Some(fraction(x, 1_000)))
        }
        T::Timestamp(TimeUnit::Microsecond, _) => {
            of_type::<TimestampMicrosecondType>(array, |x| Some(fraction(x, 1_000_000)))
        }
        T::Timestamp(TimeUnit::Nanosecond, _) => {
            of_type::<TimestampNanosecondType>(array, |x| Some(fraction(x, 1_000_000_000)))
        }
        T::Decimal128(precision, scale) => {
            let (precision, scale) = (*precision, *scale);
            of_type::<Decimal128Type>(array, move |x| {
                Some(Decimal128Type::format_decimal(x, precision, scale))
            })
        }
        T::Boolean => {
            let a = array.as_boolean();
            Box::new(move |i| (!a.is_null(i)).then(|| Cell::Number(u8::from(a.value(i)).to_string())))
        }
        T::Utf8 => {
            let a = array.as_string::<i32>();
            Box::new(move |i| (!a.is_null(i)).then(|| Cell::Text(a.value(i))))
        }
        T::LargeUtf8 => {
            let a = array.as_string::<i64>();
            Box::new(move |i| (!a.is_null(i)).then(|| Cell::Text(a.value(i))))
        }
        T::Utf8View => {
            let a = array.as_string_view();
            Box::new(move |i| (!a.is_null(i)).then(|| Cell::Text(a.value(i))))
        }
        T::Dictionary(..) => {
            let a = array.as_any_dictionary();
            if a.values().is_empty() {
                return Box::new(|_| None);
            }
            let (keys, values) = (a.normalized_keys(), cells(a.values().as_ref()));
            Box::new(move |i| if a.keys().is_null(i) { None } else { values(*keys.get(i)?) })
        }
        _ => Box::new(|_| None),
    }
}

fn of_type<'a, T: ArrowPrimitiveType>(
    array: &'a dyn Array,
    text: impl Fn(T::Native) -> Option<String> + 'a,
) -> Cells<'a> {
    let a = array.as_primitive::<T>();
    Box::new(move |i| if a.is_null(i) { None } else { text(a.value(i)).map(Cell::Number) })
}

/// A moment in fractions of a second since 1970.
fn fraction(x: i64, per_second: i64) -> String {
    let rest = x.rem_euclid(per_second) * (1_000_000_000 / per_second);
    date_time(x.div_euclid(per_second), u32::try_from(rest).unwrap_or(0))
}
