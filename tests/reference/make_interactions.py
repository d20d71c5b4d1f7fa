"""Write interactions.json: SHAP interaction values of reference cases as XGBoost and CatBoost give them.

LightGBM and scikit-learn have none. Needs requirements-bench.txt, Python 3.12:

    python make_interactions.py
"""

import csv
import json
import math
from pathlib import Path

import catboost
import numpy as np
import xgboost

HERE = Path(__file__).parent
XGBOOST = ["binary_logistic_missing", "multi_softprob", "survival_cox", "reg_squarederror", "dart", "forest", "best_iteration", "stump"]
CATBOOST = ["logloss_missing_min", "logloss_missing_max", "rmse", "cox", "multiclass", "repeated_feature"]


def table(path):
    """Names of the features and the numbers of a case's rows."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header[1:], np.array([[float(cell) if cell else math.nan for cell in row[1:]] for row in rows])


def by_xgboost(case):
    folder = HERE / f"xgboost-{xgboost.__version__}"
    names, x = table(folder / f"{case}.csv")
    booster = xgboost.Booster({"nthread": 1}, model_file=str(folder / f"{case}.model.json"))
    used = json.loads((folder / f"{case}.expected.json").read_text())["iterations_used"]
    return booster.predict(xgboost.DMatrix(x, feature_names=names), pred_interactions=True, iteration_range=(0, used))


def by_catboost(case):
    folder = HERE / f"catboost-{catboost.__version__}"
    names, x = table(folder / f"{case}.csv")
    model = catboost.CatBoost().load_model(str(folder / f"{case}.model.json"), format="json")
    return model.get_feature_importance(catboost.Pool(x, feature_names=names), type="ShapInteractionValues", thread_count=1)


def numbers(a):
    return [numbers(v) for v in a] if a.ndim else float(f"{float(a):.10g}")


def main():
    cases = []
    for library, names, values_of, digits in (("xgboost", XGBOOST, by_xgboost, 1e-5), ("catboost", CATBOOST, by_catboost, 1e-8)):
        version = {"xgboost": xgboost, "catboost": catboost}[library].__version__
        for name in names:
            # [row][output][i][j], the base value in the last line and column.
            values = np.asarray(values_of(name), dtype=float)
            values = values.reshape(len(values), -1, *values.shape[-2:])[:, :, :-1, :-1]
            size = max(1.0, float(np.abs(values).sum(axis=(2, 3)).max()))
            cases.append({"case": f"{library}-{version}/{name}", "tolerance": digits * size, "values": numbers(values)})
            print(f"{library} {name}: {values.shape}, largest {np.abs(values).max():.3g}")
    (HERE / "interactions.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
