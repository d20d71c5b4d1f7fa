"""Write the scikit-survival reference cases of the version that is installed, into sksurv-<version>/, with the machinery of
make_sklearn.py: a risk score, and S(t) at several times, must be explained by Shapley values from their definition.

    python make_sksurv.py
"""

import numpy as np
import pandas as pd
import sklearn
import sksurv
from make_sklearn import HERE, PBC, SUFFIX, exact, frame_of, numbers, plain_tree, rows_for, save
from sksurv.ensemble import ExtraSurvivalTrees, RandomSurvivalForest
from sksurv.tree import SurvivalTree
from sksurv.util import Surv

import csv
import json

OUT = HERE / f"sksurv-{sksurv.__version__}"
# Takes no missing values.
OLD = tuple(map(int, sksurv.__version__.split(".")[:2])) < (0, 23)


def pbc(columns):
    table = pd.read_csv(PBC, keep_default_na=False, na_values=[""], float_precision="round_trip")
    # Half years: the files hold two numbers per leaf and time.
    time = np.ceil(table["outcome_days"].to_numpy(float) / 182)
    return table[columns].copy(), Surv.from_arrays(table["outcome_death"].to_numpy() == 1, time)


def whole(x):
    return x.fillna(x.median())


def forest_rsf():
    x, y = pbc(["bilirubin_mg_dl", "albumin_g_dl", "age_years", "platelets_1000_per_ml"])
    return RandomSurvivalForest(5, max_depth=3, random_state=1).fit(whole(x), y), whole(x), ("skops", "joblib", "pickle")


def forest_missing():
    x, y = pbc(["bilirubin_mg_dl", "urine_copper_ug_day", "age_years", "cholesterol_mg_dl"])
    x = x.mask(np.random.default_rng(5).random(x.shape) < 0.1)
    return RandomSurvivalForest(4, max_depth=3, random_state=1).fit(x, y), x, ("joblib",)


def forest_low_memory():
    x, y = pbc(["bilirubin_mg_dl", "albumin_g_dl", "age_years"])
    return RandomSurvivalForest(5, max_depth=4, low_memory=True, random_state=1).fit(whole(x), y), whole(x), ("skops",)


def extra_trees():
    x, y = pbc(["bilirubin_mg_dl", "albumin_g_dl", "age_years"])
    return ExtraSurvivalTrees(4, max_depth=3, random_state=1).fit(whole(x).to_numpy(), y), whole(x), ("joblib",)


def tree():
    x, y = pbc(["bilirubin_mg_dl", "albumin_g_dl"])
    return SurvivalTree(max_depth=3, random_state=1).fit(whole(x), y), whole(x), ("pickle",)


def survival(model, frame, plain, n_features):
    """S(t) as `predict_survival_function` gives it: before the first time, on one, a hair before it, between two, at the last."""
    times = model.unique_times_
    middle = times[model.is_event_time_][model.is_event_time_.sum() // 2]
    at = [0.0, times[0] / 2, middle, np.nextafter(middle, 0), middle + 0.25, times[-1]]
    margin = np.array([curve(at) for curve in model.predict_survival_function(frame)])
    steps = np.maximum(np.searchsorted(times, at, side="right") - 1, 0)
    estimators = getattr(model, "estimators_", [model])
    trees = [(1 / len(estimators), plain_tree(e, lambda _, values, node: values[node, steps, 1])) for e in estimators]
    found = [exact(np.zeros(len(at)), trees, row, n_features) for row in plain]
    phi, base_values = np.array([p for p, _ in found]), found[0][1]
    off = np.abs(phi.sum(axis=1) + base_values - margin).max()
    if off > 1e-9:
        raise SystemExit(f"the trees do not explain S(t): {off}")
    assert np.ptp(margin[:, 2]) > 0.01 and (margin[:, 2] < margin[:, 3]).any()
    return {
        "at": [float(t) for t in at],
        "last": float(times[-1]),
        "margin": numbers(margin),
        "base_values": numbers(base_values),
        "attributions": numbers(phi),
    }


def write_case(name, model, x, containers):
    for n, container in enumerate(containers):
        save(model, container, OUT / f"{name}.{'also' if n else 'model'}.{SUFFIX[container]}")
    named = hasattr(model, "feature_names_in_")
    events = model.is_event_time_

    def risk(_, values, node):
        return np.array([values[node, :, 0][events].sum() if values.shape[1] > 1 else values[node, 0, 0]])

    estimators = getattr(model, "estimators_", [model])
    trees = [(1 / len(estimators), plain_tree(e, risk)) for e in estimators]
    rows = rows_for(model, x, trees)
    frame, plain = frame_of(rows, x, named)

    def takes(i):
        try:
            model.predict(frame[i : i + 1])
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
    margin = model.predict(frame).reshape(-1, 1)
    if not getattr(model, "low_memory", False):
        # As its documentation defines the score.
        hazard = model.predict_cumulative_hazard_function(frame, return_array=True)
        assert np.allclose(hazard[:, events].sum(axis=1), margin[:, 0], rtol=1e-12)
    found = [exact(np.zeros(1), trees, row, x.shape[1]) for row in plain]
    phi, base_values = np.array([p for p, _ in found]), found[0][1]
    size = max(1.0, float(np.abs(margin).max()))
    off = np.abs(phi.sum(axis=1) + base_values - margin).max() / size
    if off > 1e-9:
        raise SystemExit(f"{name}: the trees do not explain the risk score: {off}")
    expected = {
        "library": f"scikit-survival {sksurv.__version__}, scikit-learn {sklearn.__version__}",
        "objective": "cumulative hazard, summed over event times",
        "tolerance": 1e-9 * size,
        "method": "from the definition, over all subsets; margins from predict",
        "rows_that_the_library_refuses": dropped,
        "base_values": numbers(base_values),
        "margin": numbers(margin),
        "prediction": numbers(margin),
        "attributions": numbers(phi),
    }
    if not getattr(model, "low_memory", False):
        expected["survival"] = survival(model, frame, plain, x.shape[1])
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (OUT / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{name}: {len(trees)} trees, {len(rows)} rows, {'+'.join(containers)}, additivity {off:.1e}, refused {dropped}")


def main():
    OUT.mkdir(exist_ok=True)
    builds = [forest_rsf, forest_missing, forest_low_memory, extra_trees, tree]
    if OLD:
        builds.remove(forest_missing)
    for build in builds:
        write_case(build.__name__, *build())
    if OLD:
        return
    from sksurv.ensemble import GradientBoostingSurvivalAnalysis

    x, y = pbc(["bilirubin_mg_dl", "albumin_g_dl"])
    boosted = GradientBoostingSurvivalAnalysis(n_estimators=2, max_depth=1, random_state=1).fit(whole(x), y)
    save(boosted, "joblib", OUT / "refused_boosting.joblib")


main()
