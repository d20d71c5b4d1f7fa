"""Write the XGBoost reference cases of the version that is installed, into xgboost-<version>/.

Each case is three files: the model as XGBoost saved it, a table of rows, and what XGBoost itself gives for those rows
(margin, prediction, SHAP values). After writing a case the script reads the model file back with the few lines of plain
Python below (no XGBoost) and stops if they disagree, so that no case asks for something the file does not say.

    python make_xgboost.py [case ...]
"""

import csv
import itertools
import json
import math
import sys
import warnings
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
PBC = HERE.parents[1] / "public" / "studies" / "pbc" / "pbc.csv"
VERSION = tuple(int(p) for p in xgb.__version__.split(".")[:2])
OUT = HERE / f"xgboost-{xgb.__version__}"
COMMON = {"nthread": 1, "seed": 7, "verbosity": 0, "learning_rate": 0.3}
# Versions that lie between format changes carry only the cases in which the file differs from a neighbour's.
FULL = {(1, 7), (2, 1), (3, 4)}
FORMAT_CASES = {
    "binary_logistic_missing", "multi_softprob", "reg_squarederror", "survival_cox", "best_iteration", "dart", "forest",
    "categorical_partition", "categorical_codes", "categorical_numbers", "no_feature_names", "vector_leaf", "single_leaf",
    "multi_target",
}  # fmt: skip
# What does not depend on the version is written once, by the newest.
NEWEST_ONLY = {"base_score_given", "best_iteration_multi", "binary_hinge", "boosted_forest_multi", "lossguide", "multi_softmax", "stump"}
CASES = {}


def case(since=(1, 7), ubj=False):
    """Register a case and the versions it exists for."""

    def keep(build):
        name = build.__name__
        wanted = VERSION == (3, 4) or (VERSION in FULL and name not in NEWEST_ONLY) or name in FORMAT_CASES
        if VERSION >= since and wanted:
            CASES[name] = (build, ubj)
        return build

    return keep


# ---------------------------------------------------------------- data


def breast(n=6):
    data = load_breast_cancer(as_frame=True)
    names = ["worst perimeter", "worst concave points", "mean texture", "area error", "mean smoothness", "mean compactness"]
    return data.data[names[:n]].copy(), data.target.to_numpy(dtype=float)


def holes(x, share=0.1):
    """Remove a tenth of the cells, the same ones every time."""
    out = x.copy()
    drop = np.random.default_rng(5).random(out.shape) < share
    return out.mask(drop)


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
    days, died = table["outcome_days"].to_numpy(dtype=float), table["outcome_death"].to_numpy(dtype=int)
    return table[columns].copy(), days, died


def start(mean):
    """Before 3.0 these objectives start so far from the data that a few rounds of trees stay without a split."""
    return {"base_score": mean} if VERSION < (3, 0) else {}


PBC_NUMERIC = ["bilirubin_mg_dl", "age_years", "albumin_g_dl", "urine_copper_ug_day", "prothrombin_time_s"]


# ---------------------------------------------------------------- cases
# A case returns: parameters, number of rounds, features, DMatrix arguments (at least `label`), and options.


@case(ubj=True)
def binary_logistic_missing():
    x, y = breast()
    return {"objective": "binary:logistic", "max_depth": 3}, 8, holes(x), {"label": y}, {}


@case()
def binary_logitraw():
    x, y = breast(4)
    return {"objective": "binary:logitraw", "max_depth": 3}, 5, x, {"label": y}, {}


@case()
def binary_hinge():
    x, y = breast(4)
    return {"objective": "binary:hinge", "max_depth": 2}, 5, x, {"label": y}, {}


@case()
def reg_logistic():
    x, y = diabetes()
    return {"objective": "reg:logistic", "max_depth": 3}, 5, x, {"label": y / 350.0}, {}


@case()
def reg_squarederror():
    x, y = diabetes()
    return {"objective": "reg:squarederror", "max_depth": 3, "tree_method": "exact"}, 6, x, {"label": y}, {}


@case()
def reg_absoluteerror():
    x, y = diabetes()
    return {"objective": "reg:absoluteerror", "max_depth": 3, "tree_method": "hist"}, 5, x, {"label": y}, {}


@case()
def reg_pseudohubererror():
    x, y = diabetes()
    return {"objective": "reg:pseudohubererror", "max_depth": 2, "min_child_weight": 0}, 5, x, {"label": y / 50.0}, {}


@case(since=(2, 0))
def reg_quantileerror():
    x, y = diabetes()
    return {"objective": "reg:quantileerror", "quantile_alpha": 0.75, "max_depth": 3, "tree_method": "hist"}, 5, x, {"label": y}, {}


@case()
def reg_gamma():
    x, y = diabetes()
    return {"objective": "reg:gamma", "max_depth": 3} | start(150.0), 5, x, {"label": y}, {}


@case()
def reg_tweedie():
    x, y = diabetes()
    return {"objective": "reg:tweedie", "tweedie_variance_power": 1.3, "max_depth": 3} | start(150.0), 5, x, {"label": y}, {}


@case()
def count_poisson():
    x, y = diabetes()
    return {"objective": "count:poisson", "max_depth": 3} | start(7.5), 6, x, {"label": np.round(y / 20.0)}, {}


@case()
def base_score_given():
    x, y = breast(4)
    return {"objective": "binary:logistic", "base_score": 0.3, "max_depth": 2}, 4, x, {"label": y}, {}


@case(ubj=True)
def multi_softprob():
    x, y = wine()
    return {"objective": "multi:softprob", "num_class": 3, "max_depth": 3}, 3, x, {"label": y}, {}


@case()
def multi_softmax():
    x, y = iris()
    return {"objective": "multi:softmax", "num_class": 3, "max_depth": 2}, 3, x, {"label": y}, {}


@case()
def multi_target():
    x, y = diabetes()
    labels = np.column_stack([y, x["s5"].to_numpy() * 30.0])
    return {"objective": "reg:squarederror", "max_depth": 2, "tree_method": "hist"}, 3, x[["bmi", "bp", "s3", "age"]], {"label": labels}, {}


@case()
def survival_cox():
    x, days, died = pbc(PBC_NUMERIC)
    return {"objective": "survival:cox", "max_depth": 3}, 6, x, {"label": np.where(died == 1, days, -days)}, {}


@case()
def survival_aft():
    x, days, died = pbc(PBC_NUMERIC)
    bounds = {"label_lower_bound": days, "label_upper_bound": np.where(died == 1, days, np.inf)}
    params = {"objective": "survival:aft", "aft_loss_distribution": "normal", "aft_loss_distribution_scale": 1.2, "max_depth": 3}
    return params, 6, x, bounds, {}


@case()
def rank_pairwise():
    x, y = breast(4)
    return {"objective": "rank:pairwise", "max_depth": 2}, 4, x.iloc[:560], {"label": y[:560]}, {"group": [14] * 40}


@case(ubj=True)
def best_iteration():
    x, y = diabetes()
    return {"objective": "reg:squarederror", "max_depth": 3, "learning_rate": 0.8}, 20, x, {"label": y}, {"early_stop": 4}


@case()
def best_iteration_multi():
    x, y = wine()
    params = {"objective": "multi:softprob", "num_class": 3, "max_depth": 2, "learning_rate": 0.9}
    return params, 20, x[["alcohol", "malic_acid"]], {"label": y}, {"early_stop": 2}


@case()
def dart():
    x, y = breast(4)
    params = {"booster": "dart", "objective": "binary:logistic", "max_depth": 2, "rate_drop": 0.5, "skip_drop": 0.0, "one_drop": 1}
    return params, 8, x, {"label": y}, {}


@case()
def forest():
    x, y = breast()
    params = {"objective": "binary:logistic", "max_depth": 3, "num_parallel_tree": 6, "subsample": 0.6, "colsample_bynode": 0.5}
    return params | {"learning_rate": 1.0}, 1, x, {"label": y}, {}


@case()
def boosted_forest_multi():
    x, y = iris()
    params = {"objective": "multi:softprob", "num_class": 3, "max_depth": 2, "num_parallel_tree": 2, "subsample": 0.7}
    return params, 2, x, {"label": y}, {}


PBC_CATEGORICAL = ["edema", "bilirubin_mg_dl", "sex", "hepatomegaly", "histologic_stage"]


def as_levels(x, columns):
    return x.assign(**{c: x[c].astype("category") for c in columns})


def stage_names(x):
    names = {1.0: "I", 2.0: "II", 3.0: "III", 4.0: "IV"}
    return x.assign(histologic_stage=x["histologic_stage"].map(names))


@case(since=(3, 1))
def categorical_onehot():
    x, days, died = pbc(PBC_CATEGORICAL)
    params = {"objective": "survival:cox", "max_depth": 3, "tree_method": "hist", "max_cat_to_onehot": 10}
    x = as_levels(stage_names(x), ["edema", "sex", "hepatomegaly", "histologic_stage"])
    return params, 6, x, {"label": np.where(died == 1, days, -days)}, {}


@case(since=(3, 1), ubj=True)
def categorical_partition():
    x, days, died = pbc(["edema", "bilirubin_mg_dl", "histologic_stage", "spiders"])
    # Twelve levels with text outside ASCII: decile of albumin beside the sex, so that a set of several levels pays.
    full, _, _ = pbc(["albumin_g_dl", "sex"])
    band = pd.cut(full["albumin_g_dl"], [0, 2.9, 3.2, 3.4, 3.6, 3.9, 9], labels=["<2.9", "2.9–3.2", "3.2–3.4", "3.4–3.6", "3.6–3.9", "≥3.9"])
    x["albumin band, sex"] = [f"{b}, {s}" for b, s in zip(band, full["sex"])]
    x = as_levels(stage_names(x), ["edema", "histologic_stage", "spiders", "albumin band, sex"])
    params = {"objective": "survival:cox", "max_depth": 3, "tree_method": "hist", "max_cat_to_onehot": 1, "min_child_weight": 0.2}
    return params, 6, x, {"label": np.where(died == 1, days, -days)}, {}


@case()
def categorical_codes():
    x, days, died = pbc(["edema", "bilirubin_mg_dl", "histologic_stage"])
    x["edema"] = x["edema"].map({"despite_diuretics": 0.0, "none": 1.0, "untreated_or_resolved": 2.0})
    x["age_band"] = np.floor(pbc(["age_years"])[0]["age_years"] / 5.0) - 5.0
    params = {"objective": "survival:cox", "max_depth": 3, "tree_method": "hist", "max_cat_to_onehot": 1, "min_child_weight": 0.2}
    types = {"feature_types": ["c", "float", "c", "c"], "enable_categorical": True}
    return params, 6, x, {"label": np.where(died == 1, days, -days)} | types, {}


@case(since=(3, 1))
def categorical_numbers():
    """Categories that are whole numbers in the table (XGBoost takes no others): the level 20 is code 1, not 20."""
    x, days, died = pbc(["bilirubin_mg_dl", "histologic_stage", "edema"])
    x["histologic_stage"] = pd.Categorical(x["histologic_stage"] * 10, categories=np.array([10, 20, 30, 40]))
    x["edema"] = x["edema"].map({"none": 0, "untreated_or_resolved": 5, "despite_diuretics": 10}).astype("int8")
    x["age_decade"] = (np.floor(pbc(["age_years"])[0]["age_years"] / 10.0) * 10).astype("int32")
    params = {"objective": "survival:cox", "max_depth": 3, "tree_method": "hist", "max_cat_to_onehot": 1, "min_child_weight": 0.2}
    return params, 5, as_levels(x, ["histologic_stage", "edema", "age_decade"]), {"label": np.where(died == 1, days, -days)}, {}


@case()
def no_feature_names():
    x, y = breast(4)
    return {"objective": "binary:logistic", "max_depth": 2}, 4, x, {"label": y}, {"numpy": True}


@case(since=(3, 4))
def odd_feature_names():
    x, y = breast(4)
    x.columns = ["Aβ42, CSF (pg/mL)", 'the "second"', "x  y", "clin:age;years|a\\b"]
    return {"objective": "binary:logistic", "max_depth": 2}, 4, x, {"label": y}, {}


@case()
def single_leaf():
    """Every tree is one leaf: pruning with a gamma that nothing reaches."""
    x, y = breast(3)
    return {"objective": "binary:logistic", "max_depth": 2, "gamma": 1e9}, 3, x, {"label": y}, {}


@case()
def stump():
    x, y = breast(3)
    return {"objective": "binary:logistic", "max_depth": 1}, 1, x, {"label": y}, {}


@case()
def pruned():
    """Gamma leaves deleted nodes behind in the arrays, which no walk from the root reaches."""
    x, y = breast()
    return {"objective": "binary:logistic", "max_depth": 4, "gamma": 6.0, "tree_method": "exact"}, 5, x, {"label": y}, {}


@case()
def lossguide():
    x, y = breast()
    params = {"objective": "binary:logistic", "grow_policy": "lossguide", "max_leaves": 7, "max_depth": 0, "tree_method": "hist"}
    return params, 5, holes(x, 0.2), {"label": y}, {}


@case(since=(2, 0))
def vector_leaf():
    x, y = wine()
    params = {"objective": "multi:softprob", "num_class": 3, "max_depth": 3, "multi_strategy": "multi_output_tree", "tree_method": "hist"}
    return params, 4, x, {"label": y}, {}


@case(since=(2, 0))
def vector_leaf_regression():
    x, y = diabetes()
    labels = np.column_stack([y, x["s5"].to_numpy() * 30.0])
    params = {"objective": "reg:squarederror", "max_depth": 2, "multi_strategy": "multi_output_tree", "tree_method": "hist"}
    return params, 3, x[["bmi", "bp", "s3", "age"]], {"label": labels}, {}


# ---------------------------------------------------------------- reading the file back


class Model:
    """The few rules that turn the saved file into a margin."""

    def __init__(self, saved):
        learner = saved["learner"]
        booster = learner["gradient_booster"]
        self.scale = booster.get("weight_drop")
        if booster["name"] == "dart" and "gbtree" in booster:
            booster = booster["gbtree"]
        body = booster["model"]
        self.scale = self.scale or body.get("weight_drop")
        param = learner["learner_model_param"]
        self.n_features = int(param["num_feature"])
        self.k = max(1, int(param["num_class"]), int(param.get("num_target", 1)))
        objective = learner["objective"]["name"]
        base = [float(np.float32(v)) for v in param["base_score"].strip("[]").split(",")]
        base *= self.k // len(base)
        if objective in ("binary:logistic", "reg:logistic"):
            base = [math.log(b / (1 - b)) for b in base]
        elif objective in ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"):
            base = [math.log(b) for b in base]
        self.base, self.trees, self.info = base, body["trees"], body["tree_info"]
        self.parallel = int(body["gbtree_model_param"]["num_parallel_tree"])
        self.vector = [int(t["tree_param"]["size_leaf_vector"]) > 1 for t in self.trees]
        self.sets = [self._sets(t) for t in self.trees]
        best = learner["attributes"].get("best_iteration")
        per_round = self.parallel * (1 if any(self.vector) else self.k)
        self.used = len(self.trees) if best is None else min(len(self.trees), (int(best) + 1) * per_round)

    @staticmethod
    def _sets(tree):
        parts = zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True)
        return {node: set(tree["categories"][at : at + size]) for node, at, size in parts}

    def goes_left(self, t, node, row):
        tree = self.trees[t]
        value = np.float32(row[tree["split_indices"][node]])
        if math.isnan(value):
            return bool(tree["default_left"][node])
        if tree["split_type"][node] == 1:
            return not (0 <= value < 16777216 and int(value) in self.sets[t][node])
        return value < np.float32(tree["split_conditions"][node])

    def leaf(self, t, node):
        """Values of a leaf, one per output."""
        tree, k = self.trees[t], self.k
        weight = self.scale[t] if self.scale else 1.0
        out = np.zeros(k)
        if not self.vector[t]:
            out[self.info[t]] = tree["split_conditions"][node] * weight
        elif "leaf_weights" in tree:
            at = tree["right_children"][node] if tree["right_children"][node] != -1 else 0
            out[:] = tree["leaf_weights"][at * k : at * k + k]
        else:
            out[:] = tree["base_weights"][node * k : node * k + k]
        return out

    def margin(self, row):
        total = np.array(self.base, dtype=float)
        for t in range(self.used):
            node, tree = 0, self.trees[t]
            while tree["left_children"][node] != -1:
                node = tree["left_children" if self.goes_left(t, node, row) else "right_children"][node]
            total += self.leaf(t, node)
        return total

    def reachable(self, t):
        stack, seen, tree = [0], [], self.trees[t]
        while stack:
            node = stack.pop()
            seen.append(node)
            if tree["left_children"][node] != -1:
                stack += [tree["right_children"][node], tree["left_children"][node]]
        return seen

    def splits(self):
        """(feature, threshold) of numeric splits, roots first."""
        found = [
            (node != 0, t, tree["split_indices"][node], np.float32(tree["split_conditions"][node]))
            for t, tree in enumerate(self.trees[: self.used])
            for node in self.reachable(t)
            if tree["left_children"][node] != -1 and tree["split_type"][node] == 0
        ]
        return [(f, v) for _, _, f, v in sorted(found, key=lambda s: s[:2])]

    def expectation(self, t, row, known):
        """Mean output when only the features in `known` are known: covers decide the rest."""
        tree = self.trees[t]

        def walk(node):
            left, right = tree["left_children"][node], tree["right_children"][node]
            if left == -1:
                return self.leaf(t, node)
            if tree["split_indices"][node] in known:
                return walk(left if self.goes_left(t, node, row) else right)
            cover = tree["sum_hessian"]
            return (cover[left] * walk(left) + cover[right] * walk(right)) / cover[node]

        return walk(0)

    def shap(self, row):
        """Path-dependent Shapley values from their definition: all subsets, tree by tree."""
        phi, base = np.zeros((self.n_features, self.k)), np.array(self.base, dtype=float)
        for t in range(self.used):
            tree = self.trees[t]
            features = sorted({tree["split_indices"][n] for n in self.reachable(t) if tree["left_children"][n] != -1})
            value = {
                frozenset(s): self.expectation(t, row, set(s))
                for size in range(len(features) + 1)
                for s in itertools.combinations(features, size)
            }
            base += value[frozenset()]
            for subset, without in value.items():
                weight = math.factorial(len(subset)) * math.factorial(len(features) - len(subset) - 1) if len(subset) < len(features) else 0
                for f in features:
                    if f not in subset:
                        phi[f] += weight / math.factorial(len(features)) * (value[subset | {f}] - without)
        return phi, base


# ---------------------------------------------------------------- rows


def make_rows(model, x, codes_may_be_unknown):
    """Rows as text (what the CSV says), with names that tell why they are there."""
    numeric = [j for j in range(x.shape[1]) if not isinstance(x.dtypes.iloc[j], pd.CategoricalDtype)]
    rows = []

    def text(v):
        if v is None or v is pd.NA or (isinstance(v, float) and math.isnan(v)):
            return ""
        return v if isinstance(v, str) else repr(float(v)) if isinstance(v, float) else str(v)

    def from_data(i):
        return [text(v.item() if hasattr(v, "item") else v) for v in (x.iloc[i, j] for j in range(x.shape[1]))]

    for i in np.linspace(0, len(x) - 1, 5).astype(int):
        rows.append((f"patient-{i + 1}", from_data(i)))
    plain = np.column_stack([x.iloc[:, j].cat.codes.replace(-1, np.nan) if j not in numeric else x.iloc[:, j] for j in range(x.shape[1])])
    plain = plain.astype(float)

    def turns(i, feature, threshold, below):
        """Whether the side of this threshold changes what the model gives for patient i."""
        on, under = plain[i].copy(), plain[i].copy()
        on[feature], under[feature] = threshold, below
        return not np.array_equal(model.margin(on), model.margin(under))

    start = rows[2][1]
    seen, doubled = set(), False
    for feature, threshold in model.splits():
        if feature in seen or len(seen) == 2 or feature not in numeric:
            continue
        below, above = np.nextafter(threshold, np.float32(-np.inf)), np.nextafter(threshold, np.float32(np.inf))
        witness = next((i for i in range(0, len(x), 7) if turns(i, feature, threshold, below)), None)
        if witness is None:
            continue
        seen.add(feature)
        start = from_data(witness)
        step = float(threshold) - float(below)
        edge = {
            "on-threshold": repr(float(threshold)),
            "one-ulp-below": repr(float(below)),
            "one-ulp-above": repr(float(above)),
            # Nearer to the threshold than to any other 32-bit number, so it becomes the threshold and goes right.
            "quarter-ulp-below": repr(float(threshold) - step / 4),
        }
        middle = float(threshold) - step / 2
        if not doubled and int(np.float32(threshold).view(np.int32)) % 2 and middle != 0:
            # A hair above the midpoint of two 32-bit numbers: the nearest double is the midpoint, which rounds to the
            # even neighbour below; reading the text as 32-bit directly would give the threshold.
            doubled = True
            edge["double-rounding"] = format(Decimal(middle) + Decimal(np.spacing(middle)) / 64, "f")
        for kind, value in edge.items():
            row = list(start)
            row[feature] = value
            rows.append((f"{kind}-f{feature}", row))
    for kind, value in (("missing", ""), ("large", "1e30"), ("negative-large", "-1e+30"), ("zero", "0")):
        rows.append((f"{kind}-everywhere", [value if j in numeric else ("" if kind == "missing" else start[j]) for j in range(x.shape[1])]))
    for j in range(x.shape[1]):
        if j not in numeric:
            for n, level in enumerate(x.iloc[:, j].cat.categories):
                if n < 12:
                    row = list(start)
                    row[j] = str(level)
                    rows.append((f"level-{n}-f{j}", row))
            row = list(start)
            row[j] = ""
            rows.append((f"missing-f{j}", row))
    for j, codes in codes_may_be_unknown.items():
        for code in codes:
            row = list(start)
            row[j] = code
            rows.append((f"code-{code}-f{j}", row))
    return rows


def matrix_of(rows, x, options, dm):
    """The rows as XGBoost gets them: doubles read from the text, levels as categories. Also codes for the plain reader."""
    frame, codes = {}, {}
    for j, name in enumerate(x.columns):
        cells = [row[j] for _, row in rows]
        if isinstance(x.dtypes.iloc[j], pd.CategoricalDtype):
            levels = x.iloc[:, j].cat.categories
            as_text = {str(level): level for level in levels}
            column = pd.Categorical([as_text[c] if c else None for c in cells], categories=levels)
            codes[name] = np.where(column.codes < 0, np.nan, column.codes).astype(float)
            frame[name] = column
        else:
            frame[name] = codes[name] = np.array([float(c) if c else np.nan for c in cells])
    frame = pd.DataFrame(frame)
    extra = {key: dm[key] for key in ("feature_types", "enable_categorical") if key in dm}
    if options.get("numpy"):
        frame = frame.to_numpy()
    elif any(isinstance(t, pd.CategoricalDtype) for t in x.dtypes):
        extra["enable_categorical"] = True
    return xgb.DMatrix(frame, **extra), pd.DataFrame(codes).to_numpy()


def shape(values, n):
    return np.asarray(values, dtype=np.float32).reshape(n, -1)


def numbers(a):
    """Shortest text that gives the same 32-bit number back."""
    return [numbers(v) for v in a] if getattr(a, "ndim", 0) else float(f"{float(a):.9g}")


# ---------------------------------------------------------------- one case


def write_case(name, build, ubj):
    params, rounds, x, dm, options = build()
    params = COMMON | params
    labelled = dict(dm)
    if any(isinstance(t, pd.CategoricalDtype) for t in x.dtypes):
        labelled["enable_categorical"] = True
    data = x.to_numpy() if options.get("numpy") else x
    if "early_stop" in options:
        part = np.arange(len(x)) % 3 == 0
        train = xgb.DMatrix(data[~part], **{k: v[~part] for k, v in labelled.items()})
        watch = xgb.DMatrix(data[part], **{k: v[part] for k, v in labelled.items()})
        booster = xgb.train(params, train, rounds, evals=[(watch, "watched")], early_stopping_rounds=options["early_stop"], verbose_eval=False)
        used = {"iteration_range": (0, booster.best_iteration + 1)}
    else:
        train = xgb.DMatrix(data, **labelled)
        if "group" in options:
            train.set_group(options["group"])
        booster = xgb.train(params, train, rounds)
        used = {}
    path = OUT / f"{name}.model.json"
    booster.save_model(path)
    if ubj:
        booster.save_model(OUT / f"{name}.model.ubj")
    saved = json.loads(path.read_text())
    model = Model(saved)

    unknown = {}
    if name == "categorical_codes":
        unknown = {j: ["0", "1", "2", "3"] for j in (0, 2, 3)}
        if VERSION < (3, 1):
            unknown = {j: [*codes, "-1", "77", "16777216", "2.7"] for j, codes in unknown.items()}
    rows = make_rows(model, x, unknown)
    if name == "categorical_codes":
        rows = [r for r in rows if "large" not in r[0]]
    header = [f"f{j}" for j in range(x.shape[1])] if options.get("numpy") else list(x.columns)
    with open(OUT / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", *header], *([who, *cells] for who, cells in rows)])

    inputs, plain = matrix_of(rows, x, options, dm)
    n = len(rows)
    margin = shape(booster.predict(inputs, output_margin=True, **used), n)
    prediction = shape(booster.predict(inputs, **used), n)
    attributions = base = None
    reason = None
    try:
        contributions = np.asarray(booster.predict(inputs, pred_contribs=True, **used), dtype=np.float32).reshape(n, margin.shape[1], -1)
        attributions, base = contributions[:, :, :-1].transpose(0, 2, 1), contributions[:, :, -1]
        assert (base == base[0]).all()
    except xgb.core.XGBoostError as error:
        if "multi-target tree" not in str(error):
            raise
        reason = f"XGBoost {xgb.__version__} has no pred_contribs for vector leaves"

    # The plain reader must agree with XGBoost before the case is worth keeping.
    ours = np.array([model.margin(row) for row in plain])
    deviation = {"margin": float(np.abs(ours - margin).max())}
    largest = float(np.abs(margin).max())
    if attributions is not None:
        exact = [model.shap(row) for row in plain]
        deviation["attributions"] = float(max(np.abs(phi - got).max() for (phi, _), got in zip(exact, attributions, strict=True)))
        deviation["base_values"] = float(np.abs(exact[0][1] - base[0]).max())
        largest = max(largest, float(np.abs(attributions).max()))
    tolerance = float(f"{max(1e-5, largest * 1e-6):.0e}")
    worst = max(deviation.values())
    if worst > tolerance:
        raise SystemExit(f"{name}: the file does not explain the output: {deviation}")
    expected = {
        "library": f"xgboost {xgb.__version__}",
        "objective": params["objective"],
        "outputs": int(margin.shape[1]),
        "iterations_used": (booster.best_iteration + 1) if used else booster.num_boosted_rounds(),
        "tolerance": tolerance,
        "tolerance_reason": "XGBoost adds 32-bit numbers" + ("" if tolerance == 1e-5 else f"; the largest value is {largest:.0f}"),
        "largest_deviation_from_the_file": float(f"{worst:.2g}"),
        "method": "pred_contribs" if attributions is not None else None,
        "base_values": None if base is None else numbers(base[0]),
        "margin": numbers(margin),
        "prediction": numbers(prediction),
        "attributions": None if attributions is None else numbers(attributions),
    }
    if reason:
        expected["why_no_attributions"] = reason
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (OUT / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    size = path.stat().st_size
    print(f"{xgb.__version__} {name}: {len(model.trees)} trees, {n} rows, {size} bytes, deviation {worst:.1e}{'' if attributions is not None else ' (no attributions: ' + str(reason) + ')'}")


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        write_case(name, *CASES[name])
    if not sys.argv[1:] and VERSION in FULL:
        # A linear model has no trees: the page must refuse it by name.
        x, y = breast(3)
        params = COMMON | {"booster": "gblinear", "objective": "binary:logistic", "updater": "coord_descent"}
        xgb.train(params, xgb.DMatrix(x, label=y), 3).save_model(OUT / "refused_gblinear.model.json")


if __name__ == "__main__":
    main()
