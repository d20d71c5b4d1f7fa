"""Build the table of the ACC study, without its split column, from the Debian package that carries it.

    pip install rdata==1.1.0
    python tests/reference/build_acc.py table.csv
    python tests/reference/build_acc.py --check      # compare with public/studies/acc/acc.csv

Debian package r-bioc-multiassayexperiment 1.24.0+dfsg-2 is fetched with `apt-get download`, or give the path of the .deb
in MINIACC_DEB.
"""

import csv
import hashlib
import io
import math
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import rdata
from rdata.parser import RObjectType as T

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "public" / "studies" / "acc" / "acc.csv"
DEB = "r-bioc-multiassayexperiment_1.24.0+dfsg-2_all.deb"
MEMBER = "./usr/lib/R/site-library/MultiAssayExperiment/data/miniACC.RData"
LAYERS = {"RNASeq2GeneNorm": "rna", "miRNASeqGene": "mir", "gistict": "cnv", "RPPAArray": "rppa", "Mutations": "mut"}
RDATA_SHA256 = "cbd224ec2d0ffef7c5f3253edc2c628ec18298143e816706a11d69e1e409b233"


def source() -> bytes:
    path = Path(os.environ.get("MINIACC_DEB", HERE / ".cache" / DEB))
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["apt-get", "download", "r-bioc-multiassayexperiment=1.24.0+dfsg-2"], cwd=path.parent, check=True)
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], check=True, capture_output=True).stdout
    raw = tarfile.open(fileobj=io.BytesIO(data)).extractfile(MEMBER).read()
    digest = hashlib.sha256(raw).hexdigest()
    if digest != RDATA_SHA256:
        raise SystemExit(f"not the object this script was written for: {digest}")
    return raw


# ---------------------------------------------------------------- R objects, as parsed
# The object is an S4 class of another package, so the generic conversion cannot be used: walk the parsed form.


def pairs(node) -> dict:
    """A pairlist (attributes, slots) as a dictionary."""
    out = {}
    while node is not None and node.info.type == T.LIST:
        tag = node.tag
        while tag is not None and tag.info.type == T.REF:
            tag = tag.referenced_object
        out[tag.value.value.decode()] = node.value[0]
        node = node.value[1]
    return out


def slot(node, *names):
    for name in names:
        node = pairs(node.attributes)[name]
    return node


def texts(node) -> list:
    return [None if v.value is None else v.value.decode() for v in node.value]


def columns(node) -> list:
    """Values of an R vector: text, numbers with NaN for NA, or the labels of a factor."""
    if node.info.type == T.STR:
        return texts(node)
    values = np.ma.filled(np.ma.asarray(node.value, dtype=float), np.nan)
    attributes = pairs(node.attributes) if node.attributes is not None else {}
    if "levels" in attributes:
        levels = texts(attributes["levels"])
        return [None if math.isnan(v) else levels[int(v) - 1] for v in values]
    return list(values)


def frame(node) -> dict:
    content = slot(node, "listData")
    return {n: columns(v) for n, v in zip(texts(pairs(content.attributes)["names"]), content.value, strict=True)}


def find_matrix(node, shape, seen):
    """The numeric matrix of this shape somewhere below an assay's environment."""
    if node is None or id(node) in seen:
        return None
    seen.add(id(node))
    if node.info.type in (T.REAL, T.INT) and node.attributes is not None and "dim" in pairs(node.attributes):
        if tuple(int(d) for d in pairs(node.attributes)["dim"].value) == shape:
            return node
    below = [node.attributes]
    if node.info.type == T.REF:
        below.append(node.referenced_object)
    elif node.info.type in (T.VEC, T.LIST):
        below += list(node.value)
    elif node.info.type == T.ENV:
        below += [node.value.frame, node.value.hash_table]
    for child in below:
        if child is not None and hasattr(child, "info"):
            found = find_matrix(child, shape, seen)
            if found is not None:
                return found
    return None


def layer(experiment) -> tuple[list, list, np.ndarray]:
    """Row names, sample names, values."""
    if experiment.info.type == T.REAL:
        rows, samples = (texts(n) for n in slot(experiment, "dimnames").value)
        node = experiment
    else:
        rows, samples = texts(slot(experiment, "NAMES")), texts(slot(experiment, "colData", "rownames"))
        node = find_matrix(slot(experiment, "assays"), (len(rows), len(samples)), set())
    values = np.ma.filled(np.ma.asarray(node.value, dtype=float), np.nan).reshape((len(rows), len(samples)), order="F")
    return rows, samples, values


# ---------------------------------------------------------------- the table


def number(value: float, measured: bool = False) -> str:
    """Three decimals at most; a count or code is written without a point; missing is empty."""
    if math.isnan(value):
        return ""
    return repr(round(value, 3)) if measured else str(int(value))


def table() -> list[list[str]]:
    parsed = rdata.parser.parse_data(source())
    root = pairs(parsed.object)["miniACC"]
    patients = texts(slot(root, "colData", "rownames"))
    clinical = frame(slot(root, "colData"))
    experiments = dict(zip(texts(slot(root, "ExperimentList", "listData", "names")), slot(root, "ExperimentList", "listData").value, strict=True))
    reference = {"C1A.C1B": "ref_subtype_c1a_c1b", "COC": "ref_subtype_coc"}
    roman = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
    alive = zip(clinical["vital_status"], clinical["days_to_death"], clinical["days_to_last_followup"], strict=True)
    out = {
        "patient_id": patients,
        "outcome_os_days": [number(dead if event == 1 else last) for event, dead, last in alive],
        "outcome_os_event": [number(v) for v in clinical["vital_status"]],
        **{new: [v or "" for v in clinical[old]] for old, new in reference.items()},
        "clin:age_years": [number(v) for v in clinical["years_to_birth"]],
        "clin:sex": [v or "" for v in clinical["gender"]],
        "clin:stage": ["" if v is None else roman[v.removeprefix("stage ")] for v in clinical["pathologic_stage"]],
        "clin:t_stage": [(v or "t").removeprefix("t") for v in clinical["pathology_T_stage"]],
        "clin:n_stage": [(v or "n").removeprefix("n") for v in clinical["pathology_N_stage"]],
        "clin:radiation_therapy": [v or "" for v in clinical["radiation_therapy"]],
        "clin:residual_tumor": [v or "" for v in clinical["residual_tumor"]],
    }
    for name, prefix in LAYERS.items():
        rows, samples, values = layer(experiments[name])
        if prefix in ("rna", "mir"):
            values = np.log2(values + 1)
        # A sample's name starts with its patient's: TCGA-OR-A5J1-01A-11R-A29S-07.
        at = {sample[:12]: j for j, sample in enumerate(samples)}
        assert len(at) == len(samples)
        for i, row in enumerate(rows):
            out[f"{prefix}:{row}"] = [number(float(values[i, at[p]]), prefix in ("rna", "mir", "rppa")) if p in at else "" for p in patients]
    return [list(out), *([column[i] for column in out.values()] for i in range(len(patients)))]


def main() -> int:
    rows = table()
    if sys.argv[1] != "--check":
        with open(sys.argv[1], "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        return 0
    with open(TABLE, newline="", encoding="utf-8") as file:
        kept = list(csv.reader(file))
    at = kept[0].index("split")
    kept = [row[:at] + row[at + 1 :] for row in kept]
    different = [
        (kept[i][0], kept[0][j], kept[i][j], rows[i][j])
        for i in range(len(kept))
        for j in range(len(kept[0]))
        if kept[i][j] != rows[i][j]
    ] if [len(kept), kept[0]] == [len(rows), rows[0]] else "shape or names differ"
    print("different:", different or "nothing")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
