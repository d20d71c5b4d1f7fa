"""Write cohort.json: reference answers from scikit-learn and shap for clusters and colour-by partners.

    python make_cohort.py

The matrices look like attributions: a few strong columns that move together, many weak ones, no clear groups, so that
many local optima compete.
"""

import json
from pathlib import Path

import numpy as np
import shap
import sklearn
from shap.utils import approximate_interactions
from sklearn.cluster import KMeans

HERE = Path(__file__).resolve().parent


def attributions(rng, n, f):
    risk = rng.normal(size=(n, 1))
    return np.round((rng.normal(size=(n, f)) + risk) / np.arange(1, f + 1), 3)


def kmeans():
    out = []
    for seed, n, f in [(1, 40, 3), (2, 60, 8), (3, 90, 5)]:
        m = attributions(np.random.default_rng(seed), n, f)
        inertia = [float(KMeans(k, n_init=300, random_state=0, tol=0).fit(m).inertia_) for k in range(2, 6)]
        out.append({"matrix": m.tolist(), "inertia_for_k_from_2": inertia})
    return out


def partners():
    """Distinct values, nothing missing: where the heuristic of shap and ours are defined alike."""
    rng = np.random.default_rng(4)
    x = np.round(rng.normal(size=(180, 6)), 5)
    phi = np.round(x[:, 0] * (1 + 0.8 * x[:, 3] - 0.4 * x[:, 5]) + 0.1 * rng.normal(size=180), 5)
    order = approximate_interactions(0, np.column_stack([phi] + [x[:, 1:]]), x)
    return {"feature": 0, "phi": phi.tolist(), "values": x.tolist(), "strongest_first": [int(i) for i in order if i != 0]}


def main():
    everything = {"libraries": f"scikit-learn {sklearn.__version__}, shap {shap.__version__}, numpy {np.__version__}", "kmeans": kmeans(), "partners": partners()}
    (HERE / "cohort.json").write_text(json.dumps(everything) + "\n")


if __name__ == "__main__":
    main()
