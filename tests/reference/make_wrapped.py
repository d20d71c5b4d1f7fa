"""Write the cases of boosters inside Python objects into wrapped-<library>-<version>/: what XGBClassifier and LGBMClassifier
become in a pickle, a joblib file and a skops file, and what the library gives for some rows.

    python make_wrapped.py
"""

import csv
import json
import pickle
import warnings
import zipfile
from pathlib import Path

import joblib
import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer, load_wine

try:
    import skops.io as skops
except ImportError:
    skops = None

warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent


def write(folder, name, model, x, margin, contributions, prediction, containers):
    out = HERE / folder
    out.mkdir(exist_ok=True)
    for n, container in enumerate(containers):
        path = out / f"{name}.{'model' if n == 0 else 'also'}.{container}"
        if container == "skops":
            skops.dump(model, path, compression=zipfile.ZIP_DEFLATED)
        elif container == "joblib":
            joblib.dump(model, path)
        else:
            path.write_bytes(pickle.dumps(model, protocol=2 if container.startswith("p2") else 4))
    rows = x.iloc[::37].copy()
    rows.iloc[0, 0] = np.nan
    with open(out / f"{name}.csv", "w", newline="") as file:
        cells = [[f"patient-{i + 1}", *("" if np.isnan(v) else repr(float(v)) for v in row)] for i, row in zip(rows.index, rows.to_numpy())]
        csv.writer(file, lineterminator="\n").writerows([["id", *x.columns], *cells])
    margin, prediction = (np.asarray(f(rows), dtype=float).reshape(len(rows), -1) for f in (margin, prediction))
    k = margin.shape[1]
    contributions = np.asarray(contributions(rows), dtype=float).reshape(len(rows), k, -1)
    expected = {
        "library": folder,
        "objective": type(model).__name__,
        "tolerance": 1e-5,
        "base_values": contributions[0, :, -1].tolist(),
        "margin": margin.tolist(),
        "prediction": prediction.tolist(),
        "attributions": contributions[:, :, :-1].transpose(0, 2, 1).tolist(),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (out / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    data = load_breast_cancer(as_frame=True)
    x, y = data.data[["worst perimeter", "mean texture", "area error"]], data.target
    x.columns = ["worst_perimeter", "mean_texture", "area_error"]
    wine = load_wine(as_frame=True)
    xw, yw = wine.data[["alcohol", "flavanoids", "proline"]], wine.target
    containers = ["pkl", "joblib", "p2.pkl"] + (["skops"] if skops else [])
    for name, model, x, y in (
        ("classifier", xgb.XGBClassifier(n_estimators=4, max_depth=2), x, y),
        ("early", xgb.XGBClassifier(n_estimators=40, max_depth=2, learning_rate=0.9, early_stopping_rounds=2), xw, yw),
    ):
        if name == "early":
            model.fit(x[::2], y[::2], eval_set=[(x[1::2], y[1::2])], verbose=False)
        else:
            model.fit(x, y)
        rounds = {"iteration_range": (0, model.best_iteration + 1)} if name == "early" else {}
        b = model.get_booster()
        binary = len(np.unique(y)) == 2
        write(
            f"wrapped-xgboost-{xgb.__version__}", name, model, x,
            lambda r: b.predict(xgb.DMatrix(r), output_margin=True, **rounds),
            lambda r: b.predict(xgb.DMatrix(r), pred_contribs=True, **rounds),
            lambda r: model.predict_proba(r)[:, 1:] if binary else model.predict_proba(r),
            containers,
        )  # fmt: skip
    for name, x, y in (("classifier", data.data.iloc[:, :3].set_axis(["a", "b", "c"], axis=1), data.target), ("several", xw, yw), ("early", xw, yw)):
        if name == "early":
            # Usually training drops the rounds after the best one. A booster that may be trained further keeps them, also in
            # a pickle, and predicts without them.
            sets = lgb.Dataset(x[::2], y[::2]), lgb.Dataset(x[1::2], y[1::2])
            parameters = {"objective": "multiclass", "num_class": 3, "num_leaves": 4, "learning_rate": 0.5, "verbose": -1, "seed": 1}
            b = lgb.train(
                parameters, sets[0], 60, valid_sets=[sets[1]], keep_training_booster=True,
                callbacks=[lgb.early_stopping(8, verbose=False)],
            )  # fmt: skip
            assert 0 < b.best_iteration < b.current_iteration(), b.best_iteration
            write(
                f"wrapped-lightgbm-{lgb.__version__}", name, b, x, lambda r: b.predict(r, raw_score=True),
                lambda r: b.predict(r, pred_contrib=True), b.predict, ["pkl", "joblib", "p2.pkl"],
            )  # fmt: skip
            continue
        model = lgb.LGBMClassifier(n_estimators=4, num_leaves=5, verbose=-1, random_state=1).fit(x, y)
        b, binary = model.booster_, name == "classifier"
        write(
            f"wrapped-lightgbm-{lgb.__version__}", name, model, x,
            lambda r: b.predict(r, raw_score=True),
            lambda r: b.predict(r, pred_contrib=True),
            lambda r: model.predict_proba(r)[:, 1:] if binary else model.predict_proba(r),
            containers,
        )  # fmt: skip


if __name__ == "__main__":
    main()
