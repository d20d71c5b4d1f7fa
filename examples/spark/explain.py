"""SHAP values of a table by Spark: each partition is piped through a process of `clarimark explain --data -`.

    python explain.py CLARIMARK MODEL TABLE.csv

Two ways, both held against one run of the whole table, text by text and bit by bit:

- `rdd.pipe`: lines in, lines out. Partitions have no header, so the process is told it with `--header`.
- `mapInPandas`: data frames in, data frames out. Each partition is a CSV stream with a header of its own.

`--rows` says how many rows there are in all, so that every process chooses its engines as the whole run does; without
it, all of them choose as for 5,000,000 rows. Needs Java 17 and requirements.txt; `./x spark` sets it up.
"""

import io
import itertools
import json
import shlex
import subprocess
import sys
import threading

import pandas
from pyspark.sql import SparkSession

N_PARTITIONS = 5


def main(clarimark, model, table):
    spark = SparkSession.builder.master("local[2]").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        lines = spark.sparkContext.textFile(table, N_PARTITIONS)
        header = lines.first()
        rows = lines.filter(lambda line: line != header)
        n_rows = rows.count()
        explain = [clarimark, "explain", "--model", model, "--threads", "1", "--rows", str(n_rows)]
        direct = run([*explain, "--data", table, "--format", "jsonl"])

        piped = by_pipe(rows, [*explain, "--data", "-", "--header", header, "--format", "jsonl"])
        assert piped == direct.splitlines(), "rdd.pipe differs from the direct run"
        print(f"rdd.pipe: {len(piped)} patients in {rows.getNumPartitions()} partitions, as the direct run, text by text")

        # All columns as text, so that every cell reaches the process as it was written.
        frame = spark.read.csv(table, header=True).repartition(N_PARTITIONS)
        frames = by_frames(frame, [*explain, "--data", "-"]).toPandas().set_index("id")
        whole = pandas.read_csv(io.StringIO(run([*explain, "--data", table, "--format", "csv"])), **AS_TEXT).set_index("id")
        assert sorted(frames.index) == sorted(whole.index) and len(set(frames.index)) == n_rows
        pandas.testing.assert_frame_equal(frames.loc[whole.index], whole, check_exact=True)
        print(f"mapInPandas: {len(frames)} patients in {N_PARTITIONS} partitions, as the direct run, bit by bit")
    finally:
        spark.stop()


# Ids are text; pandas 3.1 reads numbers to the nearest float by default.
AS_TEXT = {"dtype": {"id": str}}


def by_pipe(rows, command):
    """Lines of a table without its header to lines of JSON. A partition that fails fails the job."""
    lines = rows.pipe(shlex.join(command), checkCode=True).collect()
    assert all("attributions" in json.loads(line) for line in lines[:1])
    return lines


def by_frames(frame, command):
    """A data frame to one of its SHAP values, partition by partition and chunk by chunk."""
    # The columns of the result, by a run of one row.
    first = frame.limit(1).toPandas().to_csv(index=False)
    names = list(pandas.read_csv(io.StringIO(run(command, first)), nrows=0).columns)
    schema = ", ".join(f"`{name}` {'string' if name == 'id' else 'double'}" for name in names)
    return frame.mapInPandas(lambda parts: stream(parts, command), schema)


def stream(parts, command):
    """Feeds a process with data frames while its result is read."""
    parts = (part for part in parts if len(part))
    first = next(parts, None)
    if first is None:
        return
    parts = itertools.chain([first], parts)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def feed():
        # A process that has ended has said why on standard error.
        try:
            with process.stdin as pipe:
                for i, part in enumerate(parts):
                    part.to_csv(pipe, header=i == 0, index=False)
        except BrokenPipeError:
            pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    yield from pandas.read_csv(process.stdout, chunksize=4096, **AS_TEXT)
    feeder.join()
    if process.wait() != 0:
        raise RuntimeError(f"clarimark ended with status {process.returncode}")


def run(command, text=None):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
