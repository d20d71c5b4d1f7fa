"""Tree ensembles by their definition, and what the scripts that write reference cases share.

A `Model` is filled by a script from a saved file, without the library that wrote it. Its margins and Shapley values (all
subsets of the features of each tree) are what a case is held against before it is kept, and are the truth of a case where
the library itself is known to be wrong.
"""

import csv
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

HERE = Path(__file__).resolve().parent
PBC = HERE.parents[1] / "public" / "studies" / "pbc" / "pbc.csv"


# ---------------------------------------------------------------- data


def breast(n=6):
    data = load_breast_cancer(as_frame=True)
    names = ["worst perimeter", "worst concave points", "mean texture", "area error", "mean smoothness", "mean compactness"]
    return data.data[names[:n]].rename(columns=lambda c: c.replace(" ", "_")), data.target.to_numpy(dtype=float)


def diabetes():
    data = load_diabetes(as_frame=True, scaled=False)
    return data.data[["bmi", "bp", "s5", "s3", "age"]].copy(), data.target.to_numpy(dtype=float)


def iris():
    data = load_iris(as_frame=True)
    return data.data.rename(columns=lambda c: c.removesuffix(" (cm)").replace(" ", "_")), data.target.to_numpy(dtype=float)


def wine():
    data = load_wine(as_frame=True)
    return data.data[["alcohol", "flavanoids", "color_intensity", "proline", "malic_acid"]].copy(), data.target.to_numpy(dtype=float)


def pbc(columns):
    table = pd.read_csv(PBC, keep_default_na=False, na_values=[""], float_precision="round_trip")
    days, died = table["outcome_days"].to_numpy(dtype=float), table["outcome_death"].to_numpy(dtype=float)
    return table[columns].copy(), days, died


def holes(x, share=0.1):
    """Remove a tenth of the cells, the same ones every time."""
    return x.mask(np.random.default_rng(5).random(x.shape) < share)


def zeros(x, share=0.2):
    """Put zeros in place of a fifth of the cells, the same ones every time."""
    return x.mask(np.random.default_rng(6).random(x.shape) < share, 0.0)


# ---------------------------------------------------------------- trees


class Node:
    """A split (`feature`, `goes_left(value)`, `threshold` if numeric) or a leaf (`value`, one number per output)."""

    def __init__(self, value=None, feature=None, goes_left=None, threshold=None, left=None, right=None, cover=None):
        self.value, self.feature, self.goes_left, self.threshold = value, feature, goes_left, threshold
        self.left, self.right, self.cover = left, right, cover

    def nodes(self):
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.value is None:
                stack += [node.right, node.left]


class Model:
    """Margin = base + sum of the leaves' values. `cast` is what the library does to a value first."""

    def __init__(self, n_features, base, roots, cast=float):
        self.n_features, self.base, self.roots, self.cast = n_features, np.array(base, dtype=float), roots, cast

    def leaf(self, root, row):
        node = root
        while node.value is None:
            node = node.left if node.goes_left(self.cast(row[node.feature])) else node.right
        return np.asarray(node.value, dtype=float)

    def margin(self, row):
        return self.base + sum((self.leaf(root, row) for root in self.roots), np.zeros_like(self.base))

    def splits(self):
        """(feature, threshold) of numeric splits, roots first."""
        found = [(n is not root, t, n.feature, n.threshold) for t, root in enumerate(self.roots) for n in root.nodes() if n.threshold is not None]
        return [(f, v) for _, _, f, v in sorted(found, key=lambda s: s[:2])]

    def expectation(self, node, row, known):
        """Mean output when only the features in `known` are known: covers decide the rest."""
        if node.value is not None:
            return np.asarray(node.value, dtype=float)
        if node.feature in known:
            return self.expectation(node.left if node.goes_left(self.cast(row[node.feature])) else node.right, row, known)
        left, right = node.left.cover, node.right.cover
        share = left / (left + right) if left + right > 0 else 0.5
        return share * self.expectation(node.left, row, known) + (1 - share) * self.expectation(node.right, row, known)

    def shap(self, row):
        """Path-dependent Shapley values from their definition: all subsets, tree by tree. `[feature][output]`, base."""
        phi, base = np.zeros((self.n_features, len(self.base))), self.base.copy()
        for root in self.roots:
            features = sorted({n.feature for n in root.nodes() if n.value is None})
            value = {
                frozenset(s): self.expectation(root, row, set(s))
                for size in range(len(features) + 1)
                for s in itertools.combinations(features, size)
            }
            base += value[frozenset()]
            for subset, without in value.items():
                if len(subset) == len(features):
                    continue
                weight = math.factorial(len(subset)) * math.factorial(len(features) - len(subset) - 1) / math.factorial(len(features))
                for f in features:
                    if f not in subset:
                        phi[f] += weight * (value[subset | {f}] - without)
        return phi, base


# ---------------------------------------------------------------- rows


def as_text(v):
    if v is None or v is pd.NA or (isinstance(v, float) and math.isnan(v)):
        return ""
    return v if isinstance(v, str) else repr(float(v)) if isinstance(v, float) else str(v)


def is_level(x, j):
    return isinstance(x.dtypes.iloc[j], pd.CategoricalDtype)


def code_table(x):
    """The table as numbers: levels become codes."""
    columns = [x.iloc[:, j].cat.codes.astype(float).replace(-1, np.nan) if is_level(x, j) else x.iloc[:, j] for j in range(x.shape[1])]
    return np.column_stack([c.to_numpy(dtype=float) for c in columns])


def make_rows(model, x, bits, extra=()):
    """Rows as text (what the CSV says), with names that tell why they are there. `bits`: 32 or 64, as the library compares.

    `extra`: (name, feature, text) for single cells in the last edge row.
    """
    real = np.float32 if bits == 32 else np.float64
    numeric = [j for j in range(x.shape[1]) if not is_level(x, j)]
    plain = code_table(x)

    def from_data(i):
        return [as_text(v.item() if hasattr(v, "item") else v) for v in (x.iloc[i, j] for j in range(x.shape[1]))]

    rows = [(f"patient-{i + 1}", from_data(i)) for i in np.linspace(0, len(x) - 1, 5).astype(int)]

    def turns(i, feature, one, other):
        """Whether these two values change what the model gives for patient i."""
        a, b = plain[i].copy(), plain[i].copy()
        a[feature], b[feature] = one, other
        return not np.array_equal(model.margin(a), model.margin(b))

    start, seen = rows[2][1], set()
    for feature, threshold in model.splits():
        if feature in seen or len(seen) == 3 or feature not in numeric:
            continue
        t = real(threshold)
        below, above = np.nextafter(t, real(-np.inf)), np.nextafter(t, real(np.inf))
        witness = next((i for i in range(len(x)) if turns(i, feature, float(below), float(above))), None)
        if witness is None:
            continue
        seen.add(feature)
        start = from_data(witness)
        edge = {"on-threshold": float(t), "one-ulp-below": float(below), "one-ulp-above": float(above)}
        if bits == 32:
            # Doubles that become the threshold when they are cast.
            step = float(t) - float(below)
            edge |= {"quarter-ulp-below": float(t) - step / 4, "quarter-ulp-above": float(t) + step / 4}
        else:
            # What a reader that keeps 32 bits would take for the threshold.
            edge |= {"as-32-bits": float(np.float32(t))}
        for kind, value in edge.items():
            row = list(start)
            row[feature] = repr(value)
            rows.append((f"{kind}-f{feature}", row))
    for kind, value in (("missing", ""), ("large", "1e30"), ("negative-large", "-1e+30"), ("zero", "0"), ("negative-zero", "-0.0")):
        rows.append((f"{kind}-everywhere", [value if j in numeric else ("" if kind == "missing" else start[j]) for j in range(x.shape[1])]))
    for j in range(x.shape[1]):
        row = list(start)
        row[j] = ""
        rows.append((f"missing-f{j}", row))
        if is_level(x, j):
            for n, level in enumerate(x.iloc[:, j].cat.categories[:12]):
                row = list(start)
                row[j] = as_text(level.item() if hasattr(level, "item") else level)
                rows.append((f"level-{n}-f{j}", row))
    for name, j, cell in extra:
        row = list(start)
        row[j] = cell
        rows.append((name, row))
    return rows


def infinite(x):
    """Cells for `make_rows` that are beyond every number."""
    return [(f"{name}-f{j}", j, cell) for j in range(x.shape[1]) for name, cell in (("infinite", "inf"), ("negative-infinite", "-inf"))]


def frame_of(rows, x):
    """The rows as a table like `x`: doubles read from the text, levels as categories; and as codes for the plain reader."""
    frame, codes = {}, {}
    for j, name in enumerate(x.columns):
        cells = [row[j] for _, row in rows]
        if is_level(x, j):
            levels = x.iloc[:, j].cat.categories
            of_text = {as_text(v.item() if hasattr(v, "item") else v): v for v in levels}
            column = pd.Categorical([of_text[c] if c else None for c in cells], categories=levels)
            codes[name] = np.where(column.codes < 0, np.nan, column.codes).astype(float)
            frame[name] = column
        else:
            frame[name] = codes[name] = np.array([float(c) if c else np.nan for c in cells])
    return pd.DataFrame(frame), pd.DataFrame(codes).to_numpy()


# ---------------------------------------------------------------- writing


def numbers(a):
    return [numbers(v) for v in a] if getattr(a, "ndim", 0) else float(a)


def write_case(out, name, library, rows, header, model, plain, margin, prediction, attributions, base, relative, **more):
    """Hold the library's answers against the file's, then write `<name>.csv` and `<name>.expected.json`.

    `attributions` (`[row][feature][output]`) and `base` are None where the library has none or they are wrong: then those of
    the definition are written. `more`: keys for the file; `method` says where the attributions come from.
    """
    n = len(rows)
    margin, prediction = (np.asarray(a, dtype=float).reshape(n, -1) for a in (margin, prediction))
    ours = np.array([model.margin(row) for row in plain])
    exact = [model.shap(row) for row in plain]
    phi = np.array([p for p, _ in exact])
    deviation = {"margin": float(np.abs(ours - margin).max())}
    if attributions is None:
        attributions, base = phi, exact[0][1]
    attributions, base = np.asarray(attributions, dtype=float), np.asarray(base, dtype=float)
    deviation["attributions"] = float(np.abs(phi - attributions).max())
    deviation["base_values"] = float(np.abs(exact[0][1] - base).max())
    largest = max(1.0, float(np.abs(margin).max()), float(np.abs(attributions).max()))
    tolerance = relative * largest
    worst = max(deviation.values())
    if not worst <= tolerance:
        raise SystemExit(f"{name}: the file does not explain the output: {deviation}, tolerance {tolerance}")
    with open(out / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", *header], *([who, *cells] for who, cells in rows)])
    expected = {
        "library": library,
        **more,
        "outputs": int(margin.shape[1]),
        "tolerance": float(f"{tolerance:.1e}"),
        "largest_deviation_from_the_file": float(f"{worst:.2g}"),
        "base_values": numbers(base),
        "margin": numbers(margin),
        "prediction": numbers(prediction),
        "attributions": numbers(attributions),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (out / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{library} {name}: {len(model.roots)} trees, {n} rows, deviation {worst:.1e} of {tolerance:.1e}")
