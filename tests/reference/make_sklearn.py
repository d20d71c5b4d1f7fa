"""Write the scikit-learn reference cases of the version that is installed, into sklearn-<version>/.

Each case is a model file (skops, joblib or pickle), a table of rows, and what scikit-learn gives for those rows. SHAP
values come from shap where it is right, which is decided here: Shapley values are also computed from their definition (all
subsets, straight from the fitted trees), and shap must agree with them to 1e-9. Where shap refuses or is known to be wrong
the definition's values are written and the case says so. `<case>.also.<container>` is the same model in another container.

    python make_sklearn.py [case ...]
"""

import csv
import itertools
import json
import math
import pickle
import sys
import warnings
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

VERSION = tuple(int(p) for p in sklearn.__version__.split(".")[:2])
if VERSION < (1, 0):
    raise SystemExit("scikit-learn 1.0 or newer")
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

try:
    import skops.io as skops
except ImportError:
    skops = None
try:
    import shap
except ImportError:
    shap = None

warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
PBC = HERE.parents[1] / "public" / "studies" / "pbc" / "pbc.csv"
OUT = HERE / f"sklearn-{sklearn.__version__}"
NEWEST = VERSION >= (1, 9)
CASES = {}


def case(*containers, since=(1, 0), until=(99, 0), only_newest=False):
    """Register a case, the containers of its model (the first is the case's file) and the versions it exists for."""

    def keep(build):
        if since <= VERSION <= until and (NEWEST or not only_newest):
            CASES[build.__name__] = (build, containers)
        return build

    return keep


# ---------------------------------------------------------------- data


def breast(n=5):
    data = load_breast_cancer(as_frame=True)
    names = ["worst perimeter", "worst concave points", "mean texture", "area error", "mean smoothness"]
    return data.data[names[:n]].copy(), data.target.to_numpy()


def holes(x, share=0.1):
    """Remove a tenth of the cells, the same ones every time."""
    out = x.copy()
    return out.mask(np.random.default_rng(5).random(out.shape) < share)


def diabetes():
    data = load_diabetes(as_frame=True)
    return data.data[["bmi", "bp", "s5", "s3", "age"]].copy(), data.target.to_numpy(dtype=float)


def wine():
    data = load_wine(as_frame=True)
    return data.data[["alcohol", "flavanoids", "color_intensity", "proline"]].copy(), data.target.to_numpy()


def pbc(columns):
    table = pd.read_csv(PBC, keep_default_na=False, na_values=[""], float_precision="round_trip")
    return table[columns].copy(), table["outcome_death"].to_numpy(dtype=int)


# ---------------------------------------------------------------- cases: fitted model, features


@case("skops", "joblib", "pickle")
def tree_binary():
    x, y = breast(4)
    return DecisionTreeClassifier(max_depth=4, random_state=1).fit(x, y), x


@case("skops", since=(1, 3))
def tree_binary_missing():
    x, y = breast(4)
    x = holes(x, 0.2)
    return DecisionTreeClassifier(max_depth=5, random_state=1).fit(x, y), x


@case("pickle", since=(1, 3))
def tree_split_on_missing():
    """The root divides present values from missing ones: its threshold is infinite."""
    x, y = breast(2)
    x.iloc[:, 0] = np.where(y == 1, np.nan, x.iloc[:, 0])
    return DecisionTreeRegressor(max_depth=2, random_state=1).fit(x, y), x


@case("joblib")
def tree_regression():
    x, y = diabetes()
    return DecisionTreeRegressor(max_depth=4, random_state=1).fit(x, y), x


@case("skops", only_newest=True)
def tree_single_leaf():
    x, y = diabetes()
    return DecisionTreeRegressor(max_depth=2, min_samples_leaf=400, random_state=1).fit(x, y), x


@case("skops", "joblib", "pickle", "joblib-zlib", "joblib-gzip", "joblib-bz2", "joblib-xz", "joblib-lzma", "pickle-2")
def forest_binary():
    """Labels are texts, weights are uneven: covers are no whole numbers."""
    x, y = breast()
    y = np.array(["malignant", "benign"])[y]
    return RandomForestClassifier(6, max_depth=4, class_weight={"malignant": 1.7, "benign": 0.6}, random_state=1).fit(x, y), x


@case("joblib")
def forest_multi():
    x, y = wine()
    return RandomForestClassifier(4, max_depth=3, random_state=1).fit(x, y), x


@case("pickle", since=(1, 4))
def forest_missing():
    x, y = breast(4)
    x = holes(x)
    return RandomForestClassifier(5, max_depth=3, random_state=1).fit(x, y), x


@case("joblib-zlib")
def forest_regression():
    x, y = diabetes()
    return RandomForestRegressor(5, max_depth=4, random_state=1).fit(x, y), x


@case("pickle-5")
def extra_trees_binary():
    x, y = breast(4)
    return ExtraTreesClassifier(5, max_depth=4, bootstrap=True, random_state=1).fit(x.to_numpy(), y), x


@case("skops")
def extra_trees_two_targets():
    x, y = diabetes()
    y = np.column_stack([y, x["s5"].to_numpy() * 30.0])
    x = x[["bmi", "bp", "s3", "age"]]
    return ExtraTreesRegressor(4, max_depth=4, random_state=1).fit(x, y), x


@case("skops", "joblib", "pickle-2", "pickle-5")
def boosting_binary():
    x, y = breast()
    return GradientBoostingClassifier(n_estimators=8, max_depth=3, learning_rate=0.3, random_state=1).fit(x, y), x


@case("joblib")
def boosting_multi():
    """shap refuses."""
    x, y = wine()
    return GradientBoostingClassifier(n_estimators=3, max_depth=2, learning_rate=0.5, random_state=1).fit(x, y), x


@case("pickle", "skops")
def boosting_exponential():
    """shap takes the whole logit of the prior as its base, the library half of it."""
    x, y = breast(4)
    return GradientBoostingClassifier(loss="exponential", n_estimators=5, max_depth=2, random_state=1).fit(x, y), x


@case("joblib")
def boosting_from_zero():
    x, y = breast(4)
    return GradientBoostingClassifier(init="zero", n_estimators=5, max_depth=2, random_state=1).fit(x, y), x


@case("skops")
def boosting_regression():
    x, y = diabetes()
    return GradientBoostingRegressor(loss="huber", subsample=0.7, n_estimators=8, max_depth=3, random_state=1).fit(x, y), x


@case("skops", "joblib", "pickle")
def histogram_binary_missing():
    x, y = breast()
    x = holes(x)
    return HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=6, random_state=1).fit(x, y), x


@case("joblib")
def histogram_multi():
    x, y = wine()
    return HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=4, random_state=1).fit(x, y), x


@case("pickle")
def histogram_regression():
    x, y = diabetes()
    return HistGradientBoostingRegressor(max_iter=6, max_leaf_nodes=6, random_state=1).fit(x, y), x


@case("skops")
def histogram_poisson():
    x, y = diabetes()
    return HistGradientBoostingRegressor(loss="poisson", max_iter=5, max_leaf_nodes=5, random_state=1).fit(x, np.round(y / 20)), x


@case("joblib", since=(1, 3))
def histogram_gamma():
    x, y = diabetes()
    return HistGradientBoostingRegressor(loss="gamma", max_iter=5, max_leaf_nodes=5, random_state=1).fit(x, y), x


@case("skops", since=(1, 0))
def histogram_split_on_missing():
    x, y = breast(2)
    x.iloc[:, 0] = np.where(y == 1, np.nan, x.iloc[:, 0])
    return HistGradientBoostingRegressor(max_iter=2, max_leaf_nodes=3, random_state=1).fit(x, y.astype(float)), x


@case("skops", "joblib", "pickle", since=(1, 4))
def histogram_categorical():
    """Texts in the second and last column; inside, the encoder puts them first. shap compares codes like numbers."""
    x, y = pbc(["bilirubin_mg_dl", "edema", "age_years", "histologic_stage"])
    x["edema"] = x["edema"].astype("category")
    x["histologic_stage"] = x["histologic_stage"].map({1.0: "I", 2.0: "II", 3.0: "III", 4.0: "IV"}).astype("category")
    return HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=5, min_samples_leaf=10, categorical_features="from_dtype", random_state=1).fit(x, y), x


@case("joblib", "pickle")
def histogram_categorical_codes():
    """Codes in a column that is named by its number. 1.4 and later encode them anew; shap compares them like numbers."""
    x, y = pbc(["bilirubin_mg_dl", "age_years", "histologic_stage"])
    x["histologic_stage"] = x["histologic_stage"] * 3.0 - 1.0
    x["band"] = np.floor(x["age_years"] / 7.0)
    return HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=5, min_samples_leaf=10, categorical_features=[2, 3], random_state=1).fit(x, y), x


@case("skops", "joblib", "pickle")
def isolation():
    """Each tree sees three of the five features."""
    x, _ = breast()
    return IsolationForest(n_estimators=6, max_samples=64, max_features=0.6, random_state=1).fit(x), x


def calibrated(model, x, y, method):
    half = np.arange(len(x)) % 2 == 0
    model.fit(x[half], y[half])
    if VERSION >= (1, 6):
        from sklearn.frozen import FrozenEstimator

        return CalibratedClassifierCV(FrozenEstimator(model), method=method).fit(x[~half], y[~half]), x
    return CalibratedClassifierCV(model, method=method, cv="prefit").fit(x[~half], y[~half]), x


@case("skops", "joblib", "pickle")
def calibrated_isotonic():
    x, y = breast(3)
    return calibrated(RandomForestClassifier(5, max_depth=2, random_state=1), x, y, "isotonic")


@case("joblib", "pickle-2")
def calibrated_platt():
    x, y = breast(4)
    return calibrated(GradientBoostingClassifier(n_estimators=5, max_depth=2, random_state=1), x, y, "sigmoid")


# ---------------------------------------------------------------- the fitted trees, plainly


class Tree:
    """left, right, feature, cover per node; goes_left(node, row); value(node) per output."""

    def __init__(self, left, right, feature, threshold, cover, goes_left, value):
        self.left, self.right, self.feature, self.threshold, self.cover = left, right, feature, threshold, cover
        self.goes_left, self.value = goes_left, value

    def expectation(self, row, known, node=0):
        if self.left[node] < 0:
            return self.value(node)
        left, right = self.left[node], self.right[node]
        if self.feature[node] in known:
            return self.expectation(row, known, left if self.goes_left(node, row) else right)
        a, b = self.cover[left], self.cover[right]
        return (a * self.expectation(row, known, left) + b * self.expectation(row, known, right)) / (a + b)

    def used(self):
        return sorted({int(f) for n, f in enumerate(self.feature) if self.left[n] >= 0})


def plain_tree(estimator, value, features=None):
    state = estimator.tree_.__getstate__()
    nodes = state["nodes"]
    flags = nodes["missing_go_to_left"] if "missing_go_to_left" in nodes.dtype.names else np.zeros(len(nodes), int)
    feature = nodes["feature"] if features is None else np.where(nodes["left_child"] < 0, -1, features[nodes["feature"]])

    def goes_left(node, row):
        x = np.float32(row[feature[node]])
        return bool(flags[node]) if np.isnan(x) else float(x) <= nodes["threshold"][node]

    return Tree(nodes["left_child"], nodes["right_child"], feature, nodes["threshold"], nodes["weighted_n_node_samples"], goes_left, lambda n: value(nodes, state["values"], n))


def shares(nodes, values, node):
    counts = values[node, 0]
    fractions = counts / counts.sum()
    return fractions[1:] if len(fractions) == 2 else fractions


def isolation_depth(estimator):
    from sklearn.ensemble._iforest import _average_path_length

    state = estimator.tree_.__getstate__()["nodes"]
    depth = np.zeros(len(state))
    for node in range(len(state)):
        for child in (state["left_child"][node], state["right_child"][node]):
            if child >= 0:
                depth[child] = depth[node] + 1
    total = depth + _average_path_length(state["n_node_samples"])
    return lambda nodes, values, node: np.array([total[node]])


def histogram_tree(predictor, order, k, n_outputs, codes):
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    left = np.where(leaf, -1, nodes["left"].astype(int))
    feature = np.where(leaf, -1, order[np.where(leaf, 0, nodes["feature_idx"].astype(int))])

    def goes_left(node, row):
        x = row[feature[node]]
        if np.isnan(x):
            return bool(nodes["missing_go_to_left"][node])
        if nodes["is_categorical"][node]:
            code = codes[feature[node]](x)
            words = predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]]
            return bool(int(words[code // 32]) >> (code % 32) & 1)
        return x <= nodes["num_threshold"][node]

    def value(node):
        out = np.zeros(n_outputs)
        out[k] = nodes["value"][node]
        return out

    return Tree(left, nodes["right"].astype(int), feature, nodes["num_threshold"], nodes["count"].astype(float), goes_left, value)


def trees_of(model, x):
    """Base margin, weighted trees."""
    if isinstance(model, IsolationForest):
        pairs = zip(model.estimators_, model.estimators_features_)
        return np.zeros(1), [(1 / len(model.estimators_), plain_tree(e, isolation_depth(e), f)) for e, f in pairs]
    if isinstance(model, (GradientBoostingClassifier, GradientBoostingRegressor)):
        stages = model.estimators_
        k = stages.shape[1]
        base = np.asarray(model._raw_predict_init(np.zeros((1, x.shape[1]), np.float32)), float).reshape(-1)

        def one(j):
            return lambda nodes, values, node: np.eye(k)[j] * values[node, 0, 0]

        return base, [(model.learning_rate, plain_tree(stages[i, j], one(j))) for i in range(len(stages)) for j in range(k)]
    if hasattr(model, "_predictors"):
        n = x.shape[1]
        order, codes = np.arange(n), {}
        mask = getattr(model, "is_categorical_", None)
        if mask is not None:
            preprocessor = getattr(model, "_preprocessor", None)
            if preprocessor is not None:
                order = np.concatenate([np.flatnonzero(mask), np.flatnonzero(~mask)])
                levels = preprocessor.named_transformers_["encoder"].categories_
                for f, known in zip(np.flatnonzero(mask), levels):
                    if isinstance(x.dtypes.iloc[f], pd.CategoricalDtype):
                        codes[f] = int
                    else:
                        codes[f] = lambda v, known=list(known): known.index(v)
            else:
                codes = {f: int for f in np.flatnonzero(mask)}
        k = model.n_trees_per_iteration_
        base = np.asarray(model._baseline_prediction, float).reshape(-1)
        return base, [(1.0, histogram_tree(p, order, j, k, codes)) for stage in model._predictors for j, p in enumerate(stage)]
    estimators = getattr(model, "estimators_", [model])
    if hasattr(model, "classes_"):
        k = len(model.classes_)
        return np.zeros(1 if k == 2 else k), [(1 / len(estimators), plain_tree(e, shares)) for e in estimators]
    whole = lambda nodes, values, node: values[node, :, 0]
    return np.zeros(model.n_outputs_), [(1 / len(estimators), plain_tree(e, whole)) for e in estimators]


def exact(base, trees, row, n_features):
    """Path-dependent Shapley values from their definition: all subsets, tree by tree."""
    phi, base = np.zeros((n_features, len(base))), base.copy()
    for weight, tree in trees:
        features = tree.used()
        value = {
            frozenset(s): tree.expectation(row, set(s)) for size in range(len(features) + 1) for s in itertools.combinations(features, size)
        }
        base += weight * value[frozenset()]
        for subset, without in value.items():
            for f in features:
                if f not in subset:
                    share = math.factorial(len(subset)) * math.factorial(len(features) - len(subset) - 1) / math.factorial(len(features))
                    phi[f] += weight * share * (value[subset | {f}] - without)
    return phi, base


# ---------------------------------------------------------------- what the library gives


def margins(model, frame):
    """Margin and prediction, one column per output."""
    if isinstance(model, IsolationForest):
        from sklearn.ensemble._iforest import _average_path_length

        depth = -np.log2(-model.score_samples(frame)) * _average_path_length([model._max_samples if hasattr(model, "_max_samples") else model.max_samples_])[0]
        return depth[:, None], depth[:, None]
    n = len(frame)
    if hasattr(model, "predict_proba"):
        probability = model.predict_proba(frame)
        probability = probability[:, 1:] if probability.shape[1] == 2 else probability
        margin = model.decision_function(frame).reshape(n, -1) if hasattr(model, "decision_function") else probability
        return margin, probability
    prediction = model.predict(frame).reshape(n, -1)
    if getattr(model, "loss", None) in ("poisson", "gamma"):
        return model._raw_predict(frame).reshape(n, -1), prediction
    return prediction, prediction


def shap_of(model, frame, name):
    """shap's values, `[row][feature][output]`, and base values; or why not."""
    if shap is None:
        return None, "shap is not installed beside this version; from the definition"
    if name == "boosting_multi":
        return None, "shap refuses gradient boosting with several classes; from the definition"
    if "categorical" in name:
        return None, "shap compares the codes of categorical splits like numbers and mixes up the columns; from the definition"
    if name == "boosting_from_zero":
        return None, "shap refuses init=\"zero\"; from the definition"
    if name == "extra_trees_two_targets" or name == "tree_single_leaf":
        return None, "not asked of shap; from the definition"
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    method = "shap.TreeExplainer, path-dependent"
    if isinstance(model, IsolationForest):
        # shap compares the values as they are here; the library, and shap for all other forests, rounds them to 32 bits.
        frame = frame.astype(np.float32)
        method += ", on values rounded to 32 bits as the library does"
    values = explainer.shap_values(frame, check_additivity=False)
    values = np.stack(values, axis=-1) if isinstance(values, list) else np.asarray(values)
    values = values[:, :, None] if values.ndim == 2 else values
    base = np.asarray(explainer.expected_value, float).reshape(-1)
    if hasattr(model, "classes_") and len(model.classes_) == 2 and values.shape[2] == 2:
        values, base = values[:, :, 1:], base[1:]
    return (values, base), method


# ---------------------------------------------------------------- rows


def rows_for(model, x, trees):
    """Rows as text, with names that tell why they are there."""
    categorical = [j for j in range(x.shape[1]) if isinstance(x.dtypes.iloc[j], pd.CategoricalDtype)]
    mask = getattr(model, "is_categorical_", None)
    coded = [] if mask is None else [j for j in np.flatnonzero(mask) if j not in categorical]
    numeric = [j for j in range(x.shape[1]) if j not in categorical and j not in coded]
    rows = []

    def text(v):
        if v is None or (isinstance(v, float) and math.isnan(v)):
            return ""
        return repr(float(v)) if not isinstance(v, str) else v

    def from_data(i):
        cells = [text(x.iloc[i, j].item() if hasattr(x.iloc[i, j], "item") else x.iloc[i, j]) for j in range(x.shape[1])]
        return [cell.removesuffix(".0") if j in coded else cell for j, cell in enumerate(cells)]

    for i in np.linspace(0, len(x) - 1, 5).astype(int):
        rows.append((f"patient-{i + 1}", from_data(i)))
    # Thresholds nearest to the roots first, one per feature.
    seen = set()
    start = rows[2][1]
    for _, tree in trees:
        for node in range(len(tree.left)):
            f = int(tree.feature[node])
            if tree.left[node] < 0 or f in seen or f not in numeric or len(seen) == 2:
                continue
            t = float(tree.threshold[node])
            if not math.isfinite(t):
                continue
            seen.add(f)
            near = np.float32(t)
            edge = {
                "on-threshold": t,
                "one-ulp-below": np.nextafter(t, -np.inf),
                "one-ulp-above": np.nextafter(t, np.inf),
                "f32-below": float(np.nextafter(near, np.float32(-np.inf))),
                "f32-nearest": float(near),
                "f32-above": float(np.nextafter(near, np.float32(np.inf))),
            }
            for kind, value in edge.items():
                row = list(start)
                row[f] = repr(float(value))
                rows.append((f"{kind}-f{f}", row))
    for kind, value in (("missing", ""), ("large", "1e30"), ("negative-large", "-1e+30"), ("zero", "0")):
        rows.append((f"{kind}-everywhere", [value if j in numeric or kind == "missing" else start[j] for j in range(x.shape[1])]))
    for j in categorical + coded:
        levels = x.iloc[:, j].cat.categories if j in categorical else sorted(x.iloc[:, j].dropna().unique())
        for n, level in enumerate(levels):
            row = list(start)
            row[j] = str(level) if j in categorical else repr(float(level)).removesuffix(".0")
            rows.append((f"level-{n}-f{j}", row))
    return rows


def frame_of(rows, x, named):
    frame, plain = {}, {}
    for j, name in enumerate(x.columns):
        cells = [row[j] for _, row in rows]
        if isinstance(x.dtypes.iloc[j], pd.CategoricalDtype):
            column = pd.Categorical([c or None for c in cells], categories=x.iloc[:, j].cat.categories)
            frame[name], plain[name] = column, np.where(column.codes < 0, np.nan, column.codes).astype(float)
        else:
            frame[name] = plain[name] = np.array([float(c) if c else np.nan for c in cells])
    frame = pd.DataFrame(frame)
    return (frame if named else frame.to_numpy()), pd.DataFrame(plain).to_numpy()


# ---------------------------------------------------------------- one case


SUFFIX = {"skops": "skops", "joblib": "joblib", "joblib-zlib": "joblib.z", "joblib-gzip": "joblib.gz", "joblib-bz2": "joblib.bz2", "joblib-xz": "joblib.xz", "joblib-lzma": "joblib.lzma", "pickle": "pkl", "pickle-2": "p2.pkl", "pickle-5": "p5.pkl"}


def save(model, container, path, deflated=True):
    if container == "skops":
        skops.dump(model, path, compression=zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED)
    elif container == "joblib":
        joblib.dump(model, path)
    elif container.startswith("joblib-"):
        joblib.dump(model, path, compress=(container.removeprefix("joblib-"), 3))
    else:
        protocol = {"pickle": 4, "pickle-2": 2, "pickle-5": 5}[container]
        path.write_bytes(pickle.dumps(model, protocol=protocol))


def numbers(a):
    return [numbers(v) for v in a] if getattr(a, "ndim", 0) else float(a)


def write_case(name, build, containers):
    model, x = build()
    containers = [c for c in containers if c != "skops" or skops is not None] or ["joblib"]
    for n, container in enumerate(containers):
        kind = "model" if n == 0 else "also"
        # scikit-learn models of skops are ten times as large as elsewhere; one is kept as skops stores it by default.
        save(model, container, OUT / f"{name}.{kind}.{SUFFIX[container]}", deflated=name != "tree_binary")
    whole = model
    if isinstance(model, CalibratedClassifierCV):
        pair = model.calibrated_classifiers_[0]
        model = getattr(pair, "estimator", None) or pair.base_estimator
        model = model.estimator if type(model).__name__ == "FrozenEstimator" else model
    named = hasattr(model, "feature_names_in_")
    base, trees = trees_of(model, x)
    rows = rows_for(model, x, trees)
    frame, plain = frame_of(rows, x, named)

    def takes(i):
        try:
            margins(model, frame[i : i + 1])
            whole.predict(frame[i : i + 1])
            return True
        except (ValueError, TypeError):
            return False

    kept = [i for i in range(len(rows)) if takes(i)]
    dropped = [rows[i][0] for i in range(len(rows)) if i not in kept]
    rows = [rows[i] for i in kept]
    frame, plain = frame_of(rows, x, named)
    header = list(x.columns) if named else [f"f{j}" for j in range(x.shape[1])]
    with open(OUT / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", *header], *([who, *cells] for who, cells in rows)])

    margin, prediction = margins(model, frame)
    by_definition = [exact(base, trees, row, x.shape[1]) for row in plain]
    phi = np.array([p for p, _ in by_definition])
    base_values = by_definition[0][1]
    size = max(1.0, float(np.abs(margin).max()))
    off = np.abs(phi.sum(axis=1) + base_values - margin).max() / size
    if off > 1e-9:
        raise SystemExit(f"{name}: the trees do not explain the output: {off}")
    theirs, method = shap_of(model, frame, name)
    if theirs is not None:
        values, their_base = theirs
        worst = np.abs(values - phi).max() / size
        base_off = np.abs(their_base - base_values).max() / size
        if name == "boosting_exponential":
            assert worst < 1e-9 < base_off, (worst, base_off)
            method = f"shap.TreeExplainer for the values; its base value is off by {base_off:.3f}, so that is from the definition"
            phi = values
        else:
            if max(worst, base_off) > 1e-9:
                raise SystemExit(f"{name}: shap deviates by {worst}, its base by {base_off}")
            phi, base_values = values, their_base
    expected = {
        "library": f"scikit-learn {sklearn.__version__}",
        "objective": type(model).__name__,
        "tolerance": 1e-9 * size,
        "method": method,
        "rows_that_the_library_refuses": dropped,
        "base_values": numbers(base_values),
        "margin": numbers(margin),
        "prediction": numbers(prediction),
        "calibrated": numbers(whole.predict_proba(frame)[:, 1]) if whole is not model else None,
        "attributions": numbers(phi),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (OUT / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{sklearn.__version__} {name}: {len(trees)} trees, {len(rows)} rows, {'+'.join(containers)}, additivity {off:.1e}, refused {dropped}, {method}")


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        write_case(name, *CASES[name])


if __name__ == "__main__":
    main()
