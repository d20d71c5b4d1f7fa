"""Write the CatBoost reference cases of the version that is installed, into catboost-<version>/.

Each case is the model as `save_model` wrote it (`.model.json`, and `.model.cbm` where that is read), a table of rows and
what CatBoost gives for them. See README.md and plain.py.

    python make_catboost.py [case ...]
"""

import json
import math
import sys
import warnings

import catboost as cb
import numpy as np
import pandas as pd

from plain import HERE, Model, Node, breast, diabetes, frame_of, holes, infinite, iris, make_rows, pbc, wine, write_case

warnings.simplefilter("ignore")
OUT = HERE / f"catboost-{cb.__version__}"
COMMON = {"iterations": 5, "depth": 3, "learning_rate": 0.4, "random_seed": 7, "thread_count": 1, "verbose": 0, "allow_writing_files": False}
CASES = {}


def case(build):
    CASES[build.__name__] = build
    return build


# A case returns parameters, features, label, and options: `prediction` names CatBoost's type of prediction, `cat` the
# categorical columns, `pool` are arguments of cb.Pool, `extra` are more rows, `no_cbm` keeps the binary out, `numpy` trains
# on an array.


@case
def logloss():
    x, y = breast()
    return {"loss_function": "Logloss"}, x, y, {"prediction": "Probability"}


@case
def logloss_missing_min():
    x, y = breast()
    return {"loss_function": "Logloss", "nan_mode": "Min"}, holes(x, 0.2), y, {"prediction": "Probability"}


@case
def logloss_missing_max():
    x, y = breast()
    return {"loss_function": "Logloss", "nan_mode": "Max"}, holes(x, 0.2), y, {"prediction": "Probability"}


@case
def infinite_missing_min():
    """Values beyond every number, where missing ones are below all and where they are above all."""
    x, y = breast(4)
    return {"loss_function": "Logloss", "nan_mode": "Min"}, holes(x, 0.2), y, {"prediction": "Probability", "extra": infinite(x)}


@case
def infinite_missing_max():
    x, y = breast(4)
    return {"loss_function": "Logloss", "nan_mode": "Max"}, holes(x, 0.2), y, {"prediction": "Probability", "extra": infinite(x)}


@case
def cross_entropy():
    x, y = diabetes()
    return {"loss_function": "CrossEntropy"}, x, y / 350.0, {"prediction": "Probability"}


def regression(name, loss, label=lambda y: y, **options):
    def build():
        x, y = diabetes()
        return {"loss_function": loss}, x, label(y), options

    build.__name__ = name
    return case(build)


regression("rmse", "RMSE")
regression("mae", "MAE")
regression("quantile", "Quantile:alpha=0.8")
regression("huber", "Huber:delta=20")
regression("mape", "MAPE")
regression("poisson", "Poisson", lambda y: np.round(y / 20.0), prediction="Exponent")
regression("tweedie", "Tweedie:variance_power=1.3", prediction="Exponent")
regression("multi_rmse", "MultiRMSE", lambda y: np.column_stack([y, y[::-1] / 2.0]))


@case
def cox():
    x, days, died = pbc(["bilirubin_mg_dl", "age_years", "albumin_g_dl", "prothrombin_time_s"])
    return {"loss_function": "Cox"}, x, np.where(died == 1, days, -days), {"prediction": "Exponent"}


@case
def multiclass():
    x, y = wine()
    return {"loss_function": "MultiClass"}, x, y, {"prediction": "Probability"}


@case
def multiclass_names():
    x, y = iris()
    names = np.array(["setosa", "versicolor", "virginica"])
    return {"loss_function": "MultiClass"}, x, names[y.astype(int)], {"prediction": "Probability"}


@case
def multiclass_one_vs_all():
    x, y = iris()
    return {"loss_function": "MultiClassOneVsAll"}, x, y, {"prediction": "Probability"}


@case
def ranking():
    x, y = breast(4)
    return {"loss_function": "YetiRank"}, x.iloc[:560], y[:560], {"pool": {"group_id": np.repeat(np.arange(40), 14)}}


@case
def repeated_feature():
    """Deep trees on two features: the same feature at several levels, and leaves that nothing reaches."""
    x, y = diabetes()
    return {"loss_function": "RMSE", "depth": 6, "iterations": 3}, x[["bmi", "s5"]], y, {}


@case
def scale_and_bias():
    x, y = diabetes()
    return {"loss_function": "RMSE"}, x, y, {"scale": (0.25, 7.5)}


@case
def no_feature_names():
    x, y = breast(4)
    return {"loss_function": "Logloss"}, x, y, {"prediction": "Probability", "numpy": True}


@case
def constant():
    """Nothing to learn: trees of depth zero."""
    x, y = diabetes()
    return {"loss_function": "RMSE", "iterations": 2, "allow_const_label": True, "bootstrap_type": "No"}, x, y * 0.0 + 3.5, {}


@case
def depthwise():
    x, y = diabetes()
    return {"loss_function": "RMSE", "grow_policy": "Depthwise", "depth": 5}, holes(x), y, {"no_cbm": True}


@case
def lossguide():
    x, y = breast()
    return {"loss_function": "Logloss", "grow_policy": "Lossguide", "max_leaves": 7}, x, y, {"prediction": "Probability", "no_cbm": True}


@case
def depthwise_multiclass():
    x, y = wine()
    return {"loss_function": "MultiClass", "grow_policy": "Depthwise", "iterations": 3}, x, y, {"prediction": "Probability", "no_cbm": True}


def categorical(x):
    x["band"] = pd.cut(x["age_years"], [0, 40, 50, 60, 99], labels=["<40", "40–50", "50–60", "≥60"]).astype(str)
    x["stage"] = pbc(["histologic_stage"])[0]["histologic_stage"].fillna(0).astype(int).astype(str)
    return x.drop(columns="age_years")


@case
def one_hot():
    x, _, died = pbc(["edema", "bilirubin_mg_dl", "sex", "age_years"])
    return {"loss_function": "Logloss", "one_hot_max_size": 255, "iterations": 8}, categorical(x), died, {"prediction": "Probability", "cat": ["edema", "sex", "band", "stage"], "no_cbm": True}


@case
def one_hot_depthwise():
    x, _, died = pbc(["edema", "bilirubin_mg_dl", "sex", "age_years"])
    params = {"loss_function": "Logloss", "one_hot_max_size": 255, "iterations": 8, "grow_policy": "Depthwise"}
    return params, categorical(x), died, {"prediction": "Probability", "cat": ["edema", "sex", "band", "stage"], "no_cbm": True}


# ---------------------------------------------------------------- reading the file back


def read(saved):
    """The few rules that turn the saved JSON into trees."""
    info = saved["features_info"]
    floats, cats = info.get("float_features", []), info.get("categorical_features", [])
    scale, bias = saved["scale_and_bias"]
    hashes = {h["value"]: (h["hash"] + 2**31) % 2**32 - 2**31 for h in info.get("cat_features_hash") or []}
    levels = sorted(hashes)

    def question(split):
        if split["split_type"] == "FloatFeature":
            f, border = floats[split["float_feature_index"]], np.float32(split["border"])
            return f["flat_feature_index"], (lambda v: f["nan_value_treatment"] != "AsTrue" if math.isnan(v) else not np.float32(v) > border), float(border)
        assert split["split_type"] == "OneHotFeature", split
        return cats[split["cat_feature_index"]]["flat_feature_index"], (lambda v: math.isnan(v) or hashes[levels[int(v)]] != split["value"]), None

    k = len(bias)

    def node(feature, goes_left, threshold, left, right):
        return Node(feature=feature, goes_left=goes_left, threshold=threshold, left=left, right=right, cover=left.cover + right.cover)

    def symmetric(tree):
        values, weights, splits = np.array(tree["leaf_values"]).reshape(-1, k), tree["leaf_weights"], tree.get("splits") or []

        def build(depth, at):
            if depth < 0:
                return Node(value=values[at] * scale, cover=weights[at])
            return node(*question(splits[depth]), build(depth - 1, at), build(depth - 1, at | 1 << depth))

        return build(len(splits) - 1, 0)

    def free(tree):
        if "split" not in tree:
            return Node(value=np.atleast_1d(tree["value"]) * scale, cover=tree["weight"])
        return node(*question(tree["split"]), free(tree["left"]), free(tree["right"]))

    roots = [symmetric(t) for t in saved.get("oblivious_trees", [])] + [free(t) for t in saved.get("trees", [])]
    n = 1 + max(f["flat_feature_index"] for f in floats + cats)
    return Model(n, bias, roots, cast=lambda v: float(np.float32(v)) if not math.isnan(v) else v), levels


# ---------------------------------------------------------------- one case


def write(name, build):
    params, x, y, options = build()
    cat = options.get("cat", [])
    data = x.to_numpy() if options.get("numpy") else x
    train = cb.Pool(data, y, cat_features=cat or None, **options.get("pool", {}))
    booster = cb.CatBoost(COMMON | params).fit(train)
    if "scale" in options:
        booster.set_scale_and_bias(*options["scale"])
    path = OUT / f"{name}.model.json"
    booster.save_model(path, format="json", pool=train)
    saved = json.loads(path.read_text(encoding="utf-8"))
    # Deep non-symmetric trees: the model in memory gives Shapley values that do not add up; the one read from JSON does.
    in_memory = booster
    booster = cb.CatBoost().load_model(path, format="json")
    # Large parts of the description have no meaning for the trees.
    for key in ("output_options", "training", "model_guid", "train_finish_time"):
        saved["model_info"].pop(key, None)
    saved["model_info"]["params"] = {"loss_function": saved["model_info"]["params"]["loss_function"]}
    path.write_text(json.dumps(saved, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
    if not options.get("no_cbm"):
        in_memory.save_model(OUT / f"{name}.model.cbm")

    model, levels = read(saved)
    x = x.assign(**{c: pd.Categorical(x[c], categories=sorted(x[c].unique())) for c in cat})
    rows = make_rows(model, x, 32, options.get("extra", ()))
    rows = [r for r in rows if not any(r[1][x.columns.get_loc(c)] == "" for c in cat)]
    frame, _ = frame_of(rows, x)
    plain = np.column_stack([[levels.index(v) for v in frame[c]] if c in cat else frame[c] for c in x.columns]).astype(float)
    frame = frame.assign(**{c: frame[c].astype(str) for c in cat})
    n, k = len(rows), len(model.base)
    pool = cb.Pool(frame.to_numpy() if options.get("numpy") else frame, cat_features=cat or None)
    margin = booster.predict(pool, prediction_type="RawFormulaVal")
    kind = options.get("prediction", "RawFormulaVal")
    prediction = np.asarray(booster.predict(pool, prediction_type=kind))
    if kind == "Probability" and k == 1:
        prediction = prediction[:, 1]
    more = {"objective": params["loss_function"], "method": "ShapValues"}
    attributions = base = None
    if "scale" in options:
        more |= {"method": "definition", "why": "CatBoost refuses ShapValues with a scale"}
    else:
        shap = np.asarray(booster.get_feature_importance(pool, type="ShapValues")).reshape(n, k, -1)
        attributions, base = shap[:, :, :-1].transpose(0, 2, 1), shap[0, :, -1]
        wrong = np.asarray(in_memory.get_feature_importance(pool, type="ShapValues")).reshape(n, k, -1).sum(axis=2) - np.asarray(margin).reshape(n, k)
        if np.abs(wrong).max() > 1e-9:
            more["why"] = f"ShapValues of the model in memory miss the margin by up to {np.abs(wrong).max():.2g}; these are of the model read from JSON"
    header = [f"f{j}" for j in range(x.shape[1])] if options.get("numpy") else list(x.columns)
    write_case(OUT, name, f"catboost {cb.__version__}", rows, header, model, plain, margin, prediction, attributions, base, 1e-9, **more)


def refused():
    x, _, died = pbc(["edema", "bilirubin_mg_dl", "sex", "age_years"])
    x = categorical(x)
    pool = cb.Pool(x, died, cat_features=["edema", "sex", "band", "stage"])
    params = COMMON | {"loss_function": "Logloss", "iterations": 3, "depth": 2}
    ctr = cb.CatBoost(params).fit(pool)
    ctr.save_model(OUT / "refused_ctr.model.json", format="json", pool=pool)
    ctr.save_model(OUT / "refused_ctr.model.cbm")
    one_hot = cb.CatBoost(params | {"one_hot_max_size": 255}).fit(pool)
    one_hot.save_model(OUT / "refused_no_texts.model.json", format="json")
    one_hot.save_model(OUT / "refused_no_texts.model.cbm")
    x, y = diabetes()
    cb.CatBoost(params | {"loss_function": "RMSE", "grow_policy": "Depthwise"}).fit(x, y).save_model(OUT / "refused_free.model.cbm")


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        write(name, CASES[name])
    if not sys.argv[1:]:
        refused()


if __name__ == "__main__":
    main()
