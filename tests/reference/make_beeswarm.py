"""Write beeswarm.json: what shap's beeswarm plot draws of the PBC study's test patients.

    python make_beeswarm.py

Read off the drawn figure: the biomarkers from top to bottom and, for each, how many patients it piles up in each of the
hundred bins between its smallest and its largest SHAP value.
"""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shap
import xgboost

HERE = Path(__file__).resolve().parent
STUDY = HERE.parents[1] / "public" / "studies" / "pbc"
BINS = 100  # nbins in shap/plots/_beeswarm.py


def main():
    booster = xgboost.Booster(model_file=str(STUDY / "model.json"))
    table = pd.read_csv(STUDY / "pbc.csv", dtype=str)
    table = table[table["split"] == "test"]
    x = pd.DataFrame({
        name: table[name].astype("category" if kind == "c" else float)
        for name, kind in zip(booster.feature_names, booster.feature_types)
    })
    phi = booster.predict(xgboost.DMatrix(x, enable_categorical=True), pred_contribs=True)[:, :-1]
    colours = x.apply(lambda c: c.cat.codes.where(c.cat.codes >= 0) if c.dtype == "category" else c).to_numpy(float)
    explanation = shap.Explanation(values=phi, data=colours, feature_names=booster.feature_names)
    shap.plots.beeswarm(explanation, max_display=phi.shape[1], show=False)
    axes = plt.gca()
    drawn = np.vstack([c.get_offsets() for c in axes.collections if len(c.get_offsets())])
    rows = []
    for at, label in zip(axes.get_yticks(), axes.get_yticklabels()):
        own = drawn[np.abs(drawn[:, 1] - at) < 0.5, 0]
        low, high = own.min(), own.max()
        bins = np.round(BINS * (own - low) / (high - low + 1e-8)).astype(int)
        counts = np.bincount(bins, minlength=BINS + 1)
        rows.append({"feature": label.get_text(), "low": float(low), "high": float(high), "counts": counts.tolist()})
    libraries = f"shap {shap.__version__}, xgboost {xgboost.__version__}, matplotlib {matplotlib.__version__}"
    top_first = rows[::-1]
    (HERE / "beeswarm.json").write_text(json.dumps({"libraries": libraries, "patients": len(x), "rows": top_first}) + "\n")


if __name__ == "__main__":
    main()
