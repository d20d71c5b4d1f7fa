"""Write the LightGBM reference cases of the version that is installed, into lightgbm-<version>/.

Each case is the model as `save_model` wrote it (`.model.txt`), for some also as `dump_model` gives it (`.model.json`), a
table of rows and what LightGBM gives for them. See README.md and plain.py.

    python make_lightgbm.py [case ...]
"""

import json
import math
import sys
import warnings

import lightgbm as lgb
import numpy as np
import pandas as pd

from plain import HERE, Model, Node, breast, diabetes, frame_of, holes, infinite, iris, make_rows, pbc, wine, write_case, zeros

warnings.simplefilter("ignore")
OUT = HERE / f"lightgbm-{lgb.__version__}"
NEW = int(lgb.__version__.split(".")[0]) >= 4
COMMON = {"num_threads": 1, "seed": 7, "verbosity": -1, "learning_rate": 0.3, "num_leaves": 7, "min_data_in_leaf": 5, "deterministic": True, "force_row_wise": True}
# The old version carries what its file says differently or its code does.
OLD_CASES = {
    "binary_missing_nan", "binary_no_missing", "missing_zero", "categorical_pandas", "categorical_codes", "multiclass", "rf",
    "dart", "single_leaf", "regression", "no_feature_names", "multiclassova",
}  # fmt: skip
CASES = {}
ZERO = float(np.float32(1e-35))


def case(build):
    if NEW or build.__name__ in OLD_CASES:
        CASES[build.__name__] = build
    return build


# A case returns parameters, rounds, features, label, and options: `dump` writes dump_model as well, `data` are arguments of
# lgb.Dataset, `extra` are more rows, `numpy` trains on an array.


@case
def binary_missing_nan():
    x, y = breast()
    return {"objective": "binary"}, 6, holes(x), y, {"dump": True}


@case
def binary_infinite():
    """Values beyond every number, with and without a rule for missing ones."""
    x, y = breast(4)
    return {"objective": "binary"}, 5, holes(x), y, {"extra": infinite(x)}


@case
def missing_divides():
    """Whether a value is there says the most: a threshold of infinity."""
    x, y = breast(3)
    n = np.arange(len(x))
    x = x.assign(**{x.columns[0]: np.where((np.asarray(y) == 1) & (n % 4 > 0), np.nan, np.round(np.sin(n), 3))})
    return {"objective": "binary"}, 4, x, y, {}


@case
def regression_infinite():
    x, y = diabetes()
    return {"objective": "regression"}, 5, x, y, {"extra": infinite(x), "dump": True}


@case
def binary_no_missing():
    """Nothing was missing in training: NaN is then read as 0. A shift puts 0 in the middle."""
    x, y = breast(4)
    return {"objective": "binary"}, 5, (x - x.median()).round(4), y, {"dump": True}


@case
def binary_sigmoid():
    x, y = breast(4)
    return {"objective": "binary", "sigmoid": 0.7}, 5, x, y, {}


@case
def binary_unbalanced():
    x, y = breast(4)
    return {"objective": "binary", "is_unbalance": True, "boost_from_average": False}, 4, x, y, {}


@case
def missing_zero():
    x, y = breast(4)
    x = zeros(holes((x - x.median()).round(4)), 0.25)
    tiny = [
        (f"{name}-f{j}", j, repr(value))
        for j in range(4)
        for name, value in (("zero-limit", ZERO), ("negative-zero-limit", -ZERO), ("beyond-zero-limit", np.nextafter(ZERO, 1)), ("1e-35", 1e-35), ("1e-36", 1e-36), ("-1e-36", -1e-36))
    ]
    return {"objective": "binary", "zero_as_missing": True}, 6, x, y, {"dump": True, "extra": tiny}


@case
def missing_not_used():
    x, y = breast(4)
    return {"objective": "binary", "use_missing": False}, 4, holes((x - x.median()).round(4)), y, {}


@case
def missing_mixed():
    """Trained on in two sittings with other rules for missing values: one feature, two rules."""
    x, y = breast(3)
    x = zeros((x - x.median()).round(4))
    first = lgb.train(COMMON | {"objective": "binary", "zero_as_missing": True}, lgb.Dataset(x, y), 3)
    return {"objective": "binary"}, 3, holes(x), y, {"init": first, "dump": True}


@case
def regression():
    x, y = diabetes()
    return {"objective": "regression"}, 6, x, y, {"dump": True}


def regression_with(name, params, label=lambda y: y):
    def build():
        x, y = diabetes()
        return {"objective": name} | params, 4, x, label(y), {}

    build.__name__ = name if not params.get("reg_sqrt") else f"{name}_sqrt"
    return case(build)


for objective in ("regression_l1", "huber", "fair", "mape"):
    regression_with(objective, {})
regression_with("quantile", {"alpha": 0.8})
regression_with("regression", {"reg_sqrt": True}, lambda y: y - 100.0)
regression_with("poisson", {}, lambda y: np.round(y / 20.0))
regression_with("gamma", {})
regression_with("tweedie", {"tweedie_variance_power": 1.3})
regression_with("cross_entropy", {}, lambda y: y / 350.0)
regression_with("cross_entropy_lambda", {}, lambda y: y / 350.0)


@case
def multiclass():
    x, y = wine()
    return {"objective": "multiclass", "num_class": 3}, 3, x, y, {"dump": True}


@case
def multiclassova():
    x, y = iris()
    return {"objective": "multiclassova", "num_class": 3, "sigmoid": 2.0}, 3, x, y, {}


@case
def lambdarank():
    x, y = breast(4)
    return {"objective": "lambdarank"}, 4, x.iloc[:560], y[:560], {"data": {"group": [14] * 40}}


@case
def rank_xendcg():
    x, y = breast(4)
    return {"objective": "rank_xendcg"}, 4, x.iloc[:560], y[:560], {"data": {"group": [14] * 40}}


@case
def rf():
    x, y = breast()
    return {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.6}, 6, holes(x), y, {"dump": True}


@case
def rf_multiclass():
    x, y = wine()
    return {"objective": "multiclass", "num_class": 3, "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, 3, x, y, {}


@case
def rf_regression():
    x, y = diabetes()
    return {"objective": "regression", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, 5, x, y, {}


@case
def dart():
    x, y = breast(4)
    return {"objective": "binary", "boosting": "dart", "drop_rate": 0.5, "skip_drop": 0.0}, 8, x, y, {}


@case
def goss():
    x, y = breast(4)
    return {"objective": "binary", "boosting": "goss", "learning_rate": 0.5}, 5, x, y, {}


@case
def categorical_pandas():
    x, _, died = pbc(["edema", "bilirubin_mg_dl", "histologic_stage", "spiders"])
    full, _, _ = pbc(["albumin_g_dl", "sex"])
    band = pd.cut(full["albumin_g_dl"], [0, 2.9, 3.2, 3.4, 3.6, 3.9, 9], labels=["<2.9", "2.9–3.2", "3.2–3.4", "3.4–3.6", "3.6–3.9", "≥3.9"])
    x["albumin_band"] = [f"{b}, {s}" for b, s in zip(band, full["sex"])]
    x["histologic_stage"] = pd.Categorical(x["histologic_stage"] * 10, categories=[10.0, 20.0, 30.0, 40.0]).rename_categories([10, 20, 30, 40])
    x = x.assign(**{c: x[c].astype("category") for c in ["edema", "spiders", "albumin_band"]})
    params = {"objective": "binary", "min_data_per_group": 5, "cat_smooth": 1, "cat_l2": 1, "max_cat_to_onehot": 2}
    return params, 6, x, died, {"dump": True}


@case
def categorical_codes():
    """Codes without texts; more than 32 of them, so that a set has several words."""
    x, _, died = pbc(["bilirubin_mg_dl", "age_years"])
    x["age_half"] = np.floor(x["age_years"] / 1.5) - 15
    x["stage"] = pbc(["histologic_stage"])[0]["histologic_stage"]
    x = x.drop(columns="age_years")
    params = {"objective": "binary", "min_data_per_group": 5, "cat_smooth": 1, "cat_l2": 1, "max_cat_to_onehot": 2, "min_data_in_bin": 1}
    odd = [(f"code-{c}-f{j}", j, c) for j in (1, 2) for c in ("0", "1", "2", "3", "7", "31", "32", "33", "-1", "77", "2.7", "1000000", "16777216")]
    return params, 5, x, died, {"data": {"categorical_feature": [1, 2]}, "extra": odd, "dump": True}


@case
def categorical_onehot():
    x, _, died = pbc(["edema", "bilirubin_mg_dl", "sex"])
    x = x.assign(**{c: x[c].astype("category") for c in ["edema", "sex"]})
    return {"objective": "binary", "max_cat_to_onehot": 10, "min_data_per_group": 5, "cat_smooth": 1}, 5, x, died, {}


@case
def no_feature_names():
    x, y = breast(4)
    return {"objective": "binary"}, 4, x, y, {"numpy": True}


@case
def single_leaf():
    x, y = breast(3)
    return {"objective": "binary", "min_data_in_leaf": 400}, 2, x, y, {"dump": True}


@case
def some_single_leaves():
    """Trees without a split among trees with some."""
    x, y = iris()
    return {"objective": "multiclass", "num_class": 3, "min_gain_to_split": 6.0}, 6, x, y, {"dump": True}


@case
def early_stopping():
    """The file ends at the best iteration."""
    x, y = diabetes()
    return {"objective": "regression", "learning_rate": 0.4}, 20, x, y, {"stop": 3}


@case
def custom_objective():
    x, y = diabetes()
    return {"objective": lambda p, d: (p - d.get_label(), np.ones_like(p))}, 4, x, y, {}


@case
def deep_staircase(levels=140):
    """Written by hand and loaded by LightGBM: deeper than a reader that recurses or counts to 128 can follow."""
    x, y = diabetes()
    x = x.iloc[:, :3]
    text = lgb.train(COMMON | {"objective": "regression"}, lgb.Dataset(x, y), 1).model_to_string()
    head, rest = text.split("Tree=0")[0], text[text.index("end of trees") :]
    head = "\n".join(line for line in head.splitlines() if not line.startswith("tree_sizes="))
    splits = range(levels)
    cuts = [float(np.quantile(x.iloc[:, i % 3], 0.995 * (1 - i / levels))) for i in splits]
    lines = {
        "num_leaves": [levels + 1],
        "num_cat": [0],
        "split_feature": [i % 3 for i in splits],
        "split_gain": [1] * levels,
        "threshold": cuts,
        "decision_type": [10] * levels,
        # Every split keeps its lower side; the last one has two leaves.
        "left_child": [i + 1 if i + 1 < levels else ~levels for i in splits],
        "right_child": [~i for i in splits],
        "leaf_value": [round(math.sin(i) * 9, 3) for i in range(levels + 1)],
        "leaf_weight": [1] * (levels + 1),
        "leaf_count": [2 + i % 5 for i in range(levels + 1)],
        "internal_value": [0] * levels,
        "internal_weight": [1] * levels,
        "internal_count": [sum(2 + j % 5 for j in range(i, levels + 1)) for i in splits],
        "is_linear": [0],
        "shrinkage": [1],
    }
    block = "Tree=0\n" + "".join(f"{key}={' '.join(map(repr, values))}\n" for key, values in lines.items())
    return {"objective": "regression"}, 1, x, y, {"booster": lgb.Booster(model_str=f"{head}\n\n{block}\n\n{rest}"), "dump": True}


# ---------------------------------------------------------------- reading the file back


def read(text, k, factor):
    """The few rules that turn the saved text into trees."""
    head, *blocks = text.split("\nTree=")
    head = dict(line.partition("=")[::2] for line in head.splitlines())
    average = "average_output" in head
    assert int(head["num_tree_per_iteration"]) == k
    weight = factor / (len(blocks) // k) if average else factor
    roots = []
    for t, block in enumerate(blocks):
        b = dict(line.partition("=")[::2] for line in block.split("end of trees")[0].splitlines())
        ints = {key: [int(v) for v in b.get(key, "").split()] for key in ("split_feature", "decision_type", "left_child", "right_child", "leaf_count", "internal_count", "cat_boundaries", "cat_threshold")}
        thresholds, values = [float(v) for v in b.get("threshold", "").split()], [float(v) for v in b["leaf_value"].split()]

        def build(node):
            if node < 0 or len(values) == 1:
                out = np.zeros(k)
                out[t % k] = values[~node if node < 0 else 0] * weight
                return Node(value=out, cover=ints["leaf_count"][~node] if node < 0 else 0)
            decision, c = ints["decision_type"][node], thresholds[node]
            if decision & 1:
                at, end = ints["cat_boundaries"][int(c) : int(c) + 2]
                words = ints["cat_threshold"][at:end]
                members = {w * 32 + i for w, word in enumerate(words) for i in range(32) if word >> i & 1}
                test, c = (lambda v: not math.isnan(v) and v >= 0 and int(v) in members), None
            else:
                test = numeric(c, decision >> 2 & 3, bool(decision & 2))
            children = [build(ints[side][node]) for side in ("left_child", "right_child")]
            return Node(feature=ints["split_feature"][node], goes_left=test, threshold=c, left=children[0], right=children[1], cover=ints["internal_count"][node])

        roots.append(build(0))
    return Model(int(head["max_feature_idx"]) + 1, np.zeros(k), roots)


def numeric(threshold, missing, default_left):
    def goes_left(v):
        if math.isnan(v) and missing != 2:
            v = 0.0
        if (missing == 1 and abs(v) <= ZERO) or (missing == 2 and math.isnan(v)):
            return default_left
        return v <= threshold

    return goes_left


# ---------------------------------------------------------------- one case


def train(params, rounds, x, y, options):
    if "booster" in options:
        return options["booster"]
    params = COMMON | params
    arguments = dict(options.get("data", {}))
    if "init" in options:
        arguments["init_score"] = options["init"].predict(x, raw_score=True)
    data = lgb.Dataset(x.to_numpy() if options.get("numpy") else x, y, **arguments)
    fobj = {}
    if callable(params["objective"]):
        if NEW:
            pass
        else:
            fobj = {"fobj": params.pop("objective")}
    if "stop" in options:
        part = np.arange(len(x)) % 3 == 0
        data, watch = lgb.Dataset(x[~part], y[~part]), lgb.Dataset(x[part], y[part])
        return lgb.train(params, data, rounds, valid_sets=[watch], callbacks=[lgb.early_stopping(options["stop"], verbose=False)])
    if "init" in options:
        return lgb.train(params, lgb.Dataset(x, y), rounds, init_model=options["init"])
    return lgb.train(params, data, rounds, **fobj)


def write(name, build):
    params, rounds, x, y, options = build()
    booster = train(params, rounds, x, y, options)
    path = OUT / f"{name}.model.txt"
    booster.save_model(path)
    text = path.read_text(encoding="utf-8")
    if options.get("dump"):
        dump = booster.dump_model()
        dump.pop("feature_importances", None)
        (OUT / f"{name}.model.json").write_text(json.dumps(dump, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
    k = params.get("num_class", 1)
    factor = params.get("sigmoid", 1.0)
    model = read(text, k, factor)
    sum_of = text.count("\nTree=") // k if "\naverage_output" in text else 1
    rows = make_rows(model, x, 64, options.get("extra", ()))
    frame, plain = frame_of(rows, x)
    inputs = frame.to_numpy() if options.get("numpy") else frame
    header = [f"Column_{j}" for j in range(x.shape[1])] if options.get("numpy") else list(x.columns)
    n = len(rows)
    scale = factor / sum_of
    margin = np.asarray(booster.predict(inputs, raw_score=True)) * scale
    prediction = booster.predict(inputs)
    if callable(params["objective"]):
        prediction = margin
    contributions = np.asarray(booster.predict(inputs, pred_contrib=True)).reshape(n, k, -1) * scale
    attributions, base = contributions[:, :, :-1].transpose(0, 2, 1), contributions[0, :, -1]
    if all(root.value is not None for root in model.roots):
        # Without a split LightGBM leaves out the one leaf of a tree.
        assert not attributions.any()
        attributions = base = None
    elif any(root.value is not None for root in model.roots):
        base = None if np.abs(base - model.shap(plain[0])[1]).max() > 1e-9 else base
        attributions = None if base is None else attributions
    more = {"objective": "custom" if callable(params["objective"]) else params["objective"], "method": "pred_contrib"}
    if attributions is None:
        more["method"] = "definition"
        more["why"] = "LightGBM's pred_contrib leaves the value of trees without a split out of the base value"
    if sum_of > 1:
        more["why"] = f"raw_score and pred_contrib are sums over {sum_of} rounds, predict is their mean: both are divided by {sum_of} here"
    elif factor != 1.0:
        more["why"] = f"raw_score and pred_contrib are multiplied by sigmoid = {factor}, so that the margin is the log-odds"
    library = f"lightgbm {lgb.__version__}"
    write_case(OUT, name, library, rows, header, model, plain, margin, prediction, attributions, base, 1e-9, **more)


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        write(name, CASES[name])
    if not sys.argv[1:]:
        x, y = diabetes()
        linear = lgb.train(COMMON | {"objective": "regression", "linear_tree": True}, lgb.Dataset(x, y, params={"linear_tree": True}), 2)
        linear.save_model(OUT / "refused_linear.model.txt")
        dump = linear.dump_model()
        dump.pop("feature_importances", None)
        (OUT / "refused_linear.model.json").write_text(json.dumps(dump, separators=(",", ":")))


if __name__ == "__main__":
    main()
