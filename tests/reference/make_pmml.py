"""Write the PMML reference cases into pmml-<exporter>-<version>/: models of scikit-learn, XGBoost and LightGBM, exported by
nyoka or by sklearn2pmml (JPMML, which needs Java), and what the libraries themselves give for the rows.

    python make_pmml.py nyoka
    python make_pmml.py sklearn2pmml
"""

import csv
import json
import re
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent


def data(load, names):
    d = load(as_frame=True)
    return d.data[names].rename(columns=lambda c: c.replace(" ", "_")), d.target


def with_holes(x):
    return x.mask(np.random.default_rng(5).random(x.shape) < 0.1)


BREAST = data(load_breast_cancer, ["worst perimeter", "mean texture", "area error"])
WINE = data(load_wine, ["alcohol", "flavanoids", "proline"])
DIABETES = data(load_diabetes, ["bmi", "bp", "s5"])


def plain():
    """What both exporters write."""
    yield "tree_regression", DecisionTreeRegressor(max_depth=4, random_state=1), DIABETES
    yield "tree_binary", DecisionTreeClassifier(max_depth=3, random_state=1), BREAST
    yield "forest_binary", RandomForestClassifier(4, max_depth=3, random_state=1), BREAST
    yield "forest_multi", RandomForestClassifier(3, max_depth=3, random_state=1), WINE
    yield "forest_regression", RandomForestRegressor(4, max_depth=3, random_state=1), DIABETES


def boosted():
    import lightgbm as lgb
    import xgboost as xgb

    holes = lambda d: (with_holes(d[0]), d[1])
    few = {"num_leaves": 5, "verbose": -1, "min_child_samples": 10}
    yield "extra_regression", ExtraTreesRegressor(4, max_depth=3, random_state=1), DIABETES
    yield "boosting_binary", GradientBoostingClassifier(n_estimators=5, max_depth=3, random_state=1), BREAST
    yield "boosting_multi", GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=1), WINE
    yield "boosting_regression", GradientBoostingRegressor(n_estimators=5, max_depth=3, random_state=1), DIABETES
    yield "hist_binary", HistGradientBoostingClassifier(max_iter=4, max_depth=3), holes(BREAST)
    yield "hist_multi", HistGradientBoostingClassifier(max_iter=3, max_depth=2), holes(WINE)
    yield "hist_regression", HistGradientBoostingRegressor(max_iter=4, max_depth=3), holes(DIABETES)
    yield "xgb_binary", xgb.XGBClassifier(n_estimators=5, max_depth=3), holes(BREAST)
    yield "xgb_multi", xgb.XGBClassifier(n_estimators=3, max_depth=2), holes(WINE)
    yield "xgb_regression", xgb.XGBRegressor(n_estimators=5, max_depth=3), holes(DIABETES)
    yield "xgb_count", xgb.XGBRegressor(n_estimators=5, max_depth=2, objective="count:poisson"), (with_holes(DIABETES[0]), (DIABETES[1] / 50).round())
    yield "lgb_binary", lgb.LGBMClassifier(n_estimators=5, **few), holes(BREAST)
    yield "lgb_multi", lgb.LGBMClassifier(n_estimators=3, **few), holes(WINE)
    yield "lgb_regression", lgb.LGBMRegressor(n_estimators=5, **few), holes(DIABETES)


def with_levels():
    """A forest that sees a category through the columns of its levels, which sklearn2pmml undoes."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder

    x, y = DIABETES
    x = x.assign(stage=np.array(["I", "II", 'III or "IV"', "un known"])[np.digitize(x["s5"], [-0.04, 0.0, 0.04])])
    columns = ColumnTransformer([("numbers", "passthrough", ["bmi", "bp"]), ("levels", OneHotEncoder(), ["stage"])])
    return "forest_levels", columns, RandomForestRegressor(4, max_depth=4, random_state=1), (x, y)


def export(exporter, pipeline, x, path, flat):
    if exporter == "nyoka":
        import nyoka

        nyoka.skl_to_pmml(pipeline, list(x.columns), "target", str(path))
        return
    from sklearn2pmml import sklearn2pmml

    if flat:
        pipeline.configure(compact=False)
    sklearn2pmml(pipeline, str(path))


def rows_for(x, path, exact, holes):
    """Patients, values on and beside thresholds where the exporter writes them whole, and missing ones."""
    rows = [(f"patient-{i + 1}", dict(row)) for i, row in x.iloc[::17].iterrows()]
    if exact:
        seen = set()
        for name, value in re.findall(r'SimplePredicate field="(?:double\()?(\w+)\)?" operator="\w+" value="([^"]+)"', path.read_text()):
            if name in seen or x[name].dtype == object:
                continue
            seen.add(name)
            t = float(value)
            f = np.float32(t)
            for kind, v in (
                ("on", t), ("below", np.nextafter(t, -np.inf)), ("above", np.nextafter(t, np.inf)),
                ("below32", np.nextafter(f, np.float32(-np.inf))), ("above32", np.nextafter(f, np.float32(np.inf))),
            ):  # fmt: skip
                rows.append((f"{kind}-threshold-{name}", {**rows[2][1], name: float(v)}))
    if holes:
        rows += [(f"missing-{name}", {**rows[1][1], name: np.nan}) for name in x.columns]
        rows.append(("missing-everywhere", dict.fromkeys(x.columns, np.nan)))
    return [who for who, _ in rows], pd.DataFrame([row for _, row in rows], columns=x.columns)


def margins(model, rows):
    """Margin and prediction, [row][output], and how the library computes."""
    kind, name = type(model).__module__.split(".")[0], type(model).__name__
    one = lambda p: p[:, 1:] if p.shape[1] == 2 else p
    column = lambda v: v[:, None] if v.ndim == 1 else v
    if kind == "xgboost":
        margin = column(model.predict(rows, output_margin=True))
        return margin, one(model.predict_proba(rows)) if "Classifier" in name else column(model.predict(rows))
    if kind == "lightgbm":
        margin = column(model.predict(rows, raw_score=True))
        return margin, one(model.predict_proba(rows)) if "Classifier" in name else margin
    if not hasattr(model, "predict_proba"):
        prediction = column(model.predict(rows))
        return prediction, prediction
    boosted = hasattr(model, "decision_function")
    prediction = one(model.predict_proba(rows))
    return column(model.decision_function(rows)) if boosted else prediction, prediction


def write(exporter, out, name, model, x, y, columns=None, flat=False):
    steps = [("columns", columns)] * (columns is not None) + [("model", model)]
    if exporter == "nyoka":
        pipeline = Pipeline(steps).fit(x, y)
    else:
        from sklearn2pmml.pipeline import PMMLPipeline

        pipeline = PMMLPipeline(steps).fit(x, y)
    path = out / f"{name}.model.pmml"
    export(exporter, pipeline, x, path, flat)
    path.write_text(re.sub(r"<Timestamp>.*?</Timestamp>", "<Timestamp>2026-11-27T00:00:00Z</Timestamp>", path.read_text()))
    # nyoka writes thresholds with eight digits.
    ids, rows = rows_for(x, path, exporter != "nyoka", bool(x.isna().any().any()))
    with open(out / f"{name}.csv", "w", newline="") as file:
        cell = lambda v: v if isinstance(v, str) else "" if np.isnan(v) else repr(float(v))
        cells = [[who, *map(cell, row)] for who, row in zip(ids, rows.to_numpy())]
        csv.writer(file, lineterminator="\n").writerows([["id", *x.columns], *cells])
    margin, prediction = margins(model, columns.transform(rows) if columns is not None else rows)
    single = type(model).__module__.startswith("xgboost")
    size = max(1.0, float(np.abs(margin).max()), float(np.abs(prediction).max()))
    expected = {
        "library": f"{type(model).__module__.split('.')[0]}, exported by {exporter} {version(exporter)}",
        "objective": type(model).__name__,
        "tolerance": (1e-6 if single else 1e-9) * size,
        "tolerance_reason": "XGBoost adds 32-bit numbers" if single else None,
        "base_values": None,
        "margin": np.asarray(margin, float).tolist(),
        "prediction": np.asarray(prediction, float).tolist(),
        "attributions": None,
        "why_no_attributions": "exporters count rows otherwise than the libraries' covers, or not at all",
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items() if key != "tolerance_reason" or value]
    (out / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    exporter = sys.argv[1]
    out = HERE / f"pmml-{exporter}-{version(exporter)}"
    out.mkdir(exist_ok=True)
    for name, model, (x, y) in plain():
        write(exporter, out, name, model, x, y)
    if exporter == "nyoka":
        return
    for name, model, (x, y) in boosted():
        write(exporter, out, name, model, x, y)
    write(exporter, out, "forest_flat", RandomForestRegressor(4, max_depth=3, random_state=1), *DIABETES, flat=True)
    name, columns, model, (x, y) = with_levels()
    write(exporter, out, name, model, x, y, columns)


if __name__ == "__main__":
    main()
