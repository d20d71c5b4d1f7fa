"""Writes interventional.json: interventional SHAP values by shap, interaction values by XGBoost.

    python3.12 -m venv .cache/bench && .cache/bench/bin/pip install -r requirements-bench.txt
    .cache/bench/bin/python make_interventional.py

Models and tables are those of xgboost-3.4.1/. The first rows are explained, the following ones are the background: at
most 100, since shap takes no more. Inputs are rounded to 32 bits first, as XGBoost does and shap does not.
"""

import csv
import json
import pathlib
import warnings

import numpy as np
import shap
import xgboost

HERE = pathlib.Path(__file__).parent
N_ROWS, N_BACKGROUND, N_INTERACTIONS = 5, 12, 2


def table(case, names):
    with open(HERE / f"xgboost-3.4.1/{case}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    cell = lambda text: np.nan if text == "" else float(text)
    return np.array([[cell(row[name]) for name in names] for row in rows]).astype(np.float32).astype(np.float64)


def as_rows(values):
    """[row][feature][output]"""
    values = np.asarray(values, dtype=np.float64)
    return (values[:, :, None] if values.ndim == 2 else values).tolist()


def explain(case, outputs):
    booster = xgboost.Booster(model_file=str(HERE / f"xgboost-3.4.1/{case}.model.json"))
    booster.set_param({"nthread": 1})
    names = booster.feature_names or [f"f{i}" for i in range(booster.num_features())]
    data = table(case, names)
    rows, background = data[:N_ROWS], data[N_ROWS : N_ROWS + N_BACKGROUND]
    assert len(background) == N_BACKGROUND
    labels = np.arange(N_ROWS) % 2
    answers = {}
    for output in outputs:
        explainer = shap.TreeExplainer(booster, background, feature_perturbation="interventional", model_output=output)
        given = {"y": labels} if output == "log_loss" else {}
        answers[output] = as_rows(explainer.shap_values(rows, check_additivity=False, **given))
    matrix = xgboost.DMatrix(rows[:N_INTERACTIONS], feature_names=booster.feature_names)
    pairs = booster.predict(matrix, pred_interactions=True)
    if pairs.ndim == 3:
        pairs = pairs[:, None]
    pairs = np.moveaxis(pairs, 1, 3)[:, :-1, :-1]
    return {
        "rows": N_ROWS,
        "background": N_BACKGROUND,
        "labels": labels.astype(bool).tolist(),
        "attributions": answers,
        "interactions": pairs.astype(np.float64).tolist(),
    }


def main():
    warnings.simplefilter("ignore")
    cases = {
        "binary_logistic_missing": ["raw", "probability", "log_loss"],
        "reg_squarederror": ["raw"],
        "multi_softprob": ["raw"],
        "lossguide": ["raw"],
    }
    answers = {case: explain(case, outputs) for case, outputs in cases.items()}
    made = {"shap": shap.__version__, "xgboost": xgboost.__version__}
    with open(HERE / "interventional.json", "w") as file:
        rounded = json.loads(json.dumps(answers), parse_float=lambda text: float(f"{float(text):.10g}"))
        json.dump({"made_with": made, "cases": rounded}, file, separators=(",", ":"))
        file.write("\n")


main()
