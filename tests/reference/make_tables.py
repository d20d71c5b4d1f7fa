"""Write tables/: one table in every format that tables are read from, by pyarrow, pandas, polars and openpyxl;
`plain.csv` is what each must be read as. And tables-pbc/: a table of public/studies in three of the formats, for the page.

    python make_tables.py
"""

import math
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from openpyxl import Workbook

OUT = Path(__file__).resolve().parent / "tables"
N = 60


def table():
    rng = np.random.default_rng(20261126)
    f64 = rng.normal(size=N) * 10.0 ** rng.integers(-12, 12, N)
    f64[:8] = [0.1, -0.0, 5e-324, 1e308, 2.0**53 - 1, 1 / 3, -1e-300, math.nan]
    words = ["a", "b,c", 'd "e"', "ü 日", " f", "None"]
    return pa.table(
        {
            "id": pa.array([f"P{i:03}" for i in range(N)]),
            "f64": pa.array(f64, mask=np.arange(N) % 11 == 9),
            "f32": pa.array(rng.normal(size=N).astype(np.float32)),
            "count": pa.array([None if i % 7 == 3 else int(x) for i, x in enumerate(rng.integers(-9, 2**50, N))], pa.int64()),
            "small": pa.array(rng.integers(0, 200, N).astype(np.uint8)),
            "yes": pa.array([None if i % 13 == 5 else bool(i % 3) for i in range(N)]),
            "level": pa.array([None if i % 9 == 4 else words[i % 6] for i in range(N)]).dictionary_encode(),
            "text": pa.array([None if i % 10 == 6 else words[i * 5 % 6] + str(i % 4) for i in range(N)]),
            "day": pa.array((np.datetime64("1995-12-30") + 37 * np.arange(N)).astype("datetime64[D]")),
            "at": pa.array((np.datetime64("2001-01-01T00:00") + 90 * np.arange(N)).astype("datetime64[ms]")),
        }
    )


def cell(value, field):
    """As the program writes it: numbers in the shortest form, 32-bit ones widened, truth as 1 and 0, dates in ISO 8601."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(struct.unpack("f", struct.pack("f", value))[0] if field == "f32" else value)
    if isinstance(value, (str, int)):
        return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)
    return value.isoformat().removesuffix("T00:00:00")


def whole_study():
    """As a person would save it from Excel, pandas or polars."""
    folder = OUT.parent / "tables-pbc"
    folder.mkdir(exist_ok=True)
    frame = pl.read_csv(OUT.parents[2] / "public" / "studies" / "pbc" / "pbc.csv", infer_schema_length=None)
    frame.write_parquet(folder / "pbc.parquet")
    frame.to_pandas().to_feather(folder / "pbc.feather")
    book = Workbook()
    book.active.append(frame.columns)
    for row in frame.iter_rows():
        book.active.append(row)
    book.save(folder / "pbc.xlsx")


def main():
    OUT.mkdir(exist_ok=True)
    whole_study()
    t = table()
    rows = t.to_pylist()
    lines = [",".join(t.column_names)] + [",".join(cell(row[c], c) for c in t.column_names) for row in rows]
    (OUT / "plain.csv").write_text("\n".join(lines) + "\n")
    pq.write_table(t, OUT / "snappy.parquet")
    for codec in ("none", "gzip", "zstd", "lz4", "brotli"):
        pq.write_table(t, OUT / f"{codec}.parquet", compression=codec, use_dictionary=codec != "gzip", row_group_size=25, data_page_version="2.0" if codec == "zstd" else "1.0")
    for codec in ("uncompressed", "lz4", "zstd"):
        feather.write_feather(t, OUT / f"{codec}.feather", compression=codec, chunksize=60 if codec == "zstd" else 17)
    feather.write_feather(t, OUT / "version1.feather", version=1)
    with pa.ipc.new_stream(OUT / "stream.arrow", t.schema) as writer:
        writer.write_table(t, max_chunksize=25)
    t.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get).to_feather(OUT / "pandas.feather")
    # zstd is what polars writes by itself.
    frame = pl.from_arrow(t)
    frame.write_parquet(OUT / "polars.parquet")
    frame.write_ipc(OUT / "polars.arrow")
    frame.write_ipc(OUT / "polars_zstd.arrow", compression="zstd")
    frame.write_ipc_stream(OUT / "polars_stream.arrow")
    # A list has no place in a cell.
    pq.write_table(t.append_column("list", pa.array([[i] for i in range(N)])), OUT / "with_list.parquet")
    book = Workbook()
    sheet = book.active
    sheet.title = "Patients"
    sheet.append(t.column_names)
    for row in rows:
        sheet.append([None if isinstance(v, float) and math.isnan(v) else v for v in row.values()])
    book.create_sheet("Notes").append(["nothing"])
    book.save(OUT / "book.xlsx")


main()
