"""Write the PMML reference cases into pmml/: trees and forests of scikit-learn, exported by nyoka, and what scikit-learn gives
for rows of the data. nyoka writes thresholds with eight digits, so there are no rows next to one.

    python make_pmml.py
"""

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import nyoka
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.simplefilter("ignore")
OUT = Path(__file__).resolve().parent / "pmml"


def data(load, names):
    d = load(as_frame=True)
    return d.data[names].rename(columns=lambda c: c.replace(" ", "_")), d.target


def main():
    OUT.mkdir(exist_ok=True)
    breast = data(load_breast_cancer, ["worst perimeter", "mean texture", "area error"])
    wine = data(load_wine, ["alcohol", "flavanoids", "proline"])
    diabetes = data(load_diabetes, ["bmi", "bp", "s5"])
    for name, model, (x, y) in (
        ("tree_regression", DecisionTreeRegressor(max_depth=4, random_state=1), diabetes),
        ("tree_binary", DecisionTreeClassifier(max_depth=3, random_state=1), breast),
        ("forest_binary", RandomForestClassifier(4, max_depth=3, random_state=1), breast),
        ("forest_multi", RandomForestClassifier(3, max_depth=3, random_state=1), wine),
        ("forest_regression", RandomForestRegressor(4, max_depth=3, random_state=1), diabetes),
    ):
        pipeline = Pipeline([("model", model)]).fit(x, y)
        path = OUT / f"{name}.model.pmml"
        nyoka.skl_to_pmml(pipeline, list(x.columns), "target", str(path))
        rows = x.iloc[::17]
        with open(OUT / f"{name}.csv", "w", newline="") as file:
            cells = [[f"patient-{i + 1}", *map(repr, map(float, row))] for i, row in zip(rows.index, rows.to_numpy())]
            csv.writer(file, lineterminator="\n").writerows([["id", *x.columns], *cells])
        margin = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)[:, None]
        margin = margin[:, 1:] if margin.shape[1] == 2 else margin
        size = max(1.0, float(np.abs(margin).max()))
        expected = {
            "library": "scikit-learn, exported by nyoka 5.5.0",
            "objective": type(model).__name__,
            "tolerance": 1e-9 * size,
            "base_values": None,
            "margin": margin.tolist(),
            "prediction": margin.tolist(),
            "attributions": None,
            "why_no_attributions": "nyoka counts rows otherwise than scikit-learn's covers",
        }
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
        (OUT / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
