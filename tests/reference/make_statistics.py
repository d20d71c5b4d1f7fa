"""Write statistics.json: inputs and reference answers from lifelines, scikit-learn, scipy and numpy.

    python make_statistics.py

Every entry carries its inputs, so that a test needs nothing but the file.
"""

import json
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd
import scipy
import sklearn
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import concordance_index
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.metrics import (
    adjusted_rand_score,
    brier_score_loss,
    roc_auc_score,
    silhouette_samples,
    silhouette_score,
)

HERE = Path(__file__).resolve().parent
PBC = HERE.parents[1] / "public" / "studies" / "pbc"


def plain(value):
    """Numbers as numbers, 17 significant digits, nothing from numpy."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value)
    return value


def harrell():
    """Higher score is higher risk. lifelines counts a censored patient as outliving a death at the same time."""
    sets = {
        "distinct": ([5, 3, 9, 1, 7], [1, 1, 0, 1, 1], [0.2, 0.9, 0.1, 1.4, 0.5]),
        "reversed": ([5, 3, 9, 1, 7], [1, 1, 0, 1, 1], [-0.2, -0.9, -0.1, -1.4, -0.5]),
        "tied scores": ([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [2, 2, 1, 1, 1, 0]),
        "tied times, both died": ([4, 4, 4, 6, 6, 9], [1, 1, 1, 1, 1, 0], [3, 1, 2, 2, 1, 0]),
        "tied times, one censored": ([4, 4, 6, 6, 6, 9], [1, 0, 1, 0, 1, 1], [1, 2, 2, 1, 1, 3]),
        "censored before every death": ([1, 2, 5, 6], [0, 0, 1, 1], [9, 8, 1, 2]),
        "all equal scores": ([1, 2, 3], [1, 1, 0], [7, 7, 7]),
    }
    rng = np.random.default_rng(11)
    time = rng.integers(1, 25, 60)
    sets["60 patients, many ties"] = (time, rng.integers(0, 2, 60), np.round(rng.normal(size=60) - time / 15, 1))
    out = [
        {"name": n, "time": t, "event": e, "score": s, "concordance": concordance_index(t, -np.asarray(s, dtype=float), e)}
        for n, (t, e, s) in sets.items()
    ]
    out.append({"name": "no death", "time": [1, 2, 3], "event": [0, 0, 0], "score": [1, 2, 3], "concordance": None})
    return out


def auc():
    rng = np.random.default_rng(12)
    labels = rng.integers(0, 2, 40)
    sets = {
        "perfect": ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
        "tied scores": ([0, 1, 0, 1, 1, 0], [0.5, 0.5, 0.2, 0.9, 0.5, 0.9]),
        "all equal": ([0, 1, 1], [0.3, 0.3, 0.3]),
        "40 patients, ties": (labels, np.round(rng.normal(size=40) + labels, 1)),
    }
    out = [{"name": n, "label": y, "score": s, "auc": roc_auc_score(y, s)} for n, (y, s) in sets.items()]
    out.append({"name": "one class only", "label": [1, 1], "score": [0.2, 0.4], "auc": None})
    return out


def brier():
    y, p = [1, 0, 1, 1, 0, 0], [0.9, 0.2, 0.6, 0.4, 0.1, 0.7]
    return [{"label": y, "probability": p, "brier": brier_score_loss(y, p)}]


def spearman():
    rng = np.random.default_rng(13)
    x = rng.integers(0, 9, 30)
    sets = {
        "no ties": ([1, 5, 2, 8, 3], [2.5, 4, 1, 9, 3]),
        "ties in both": ([1, 2, 2, 3, 3, 3, 7], [2, 1, 1, 4, 4, 2, 9]),
        "falling": ([1, 2, 3, 4], [8, 6, 4, 1]),
        "30 values, ties": (x, np.round(x * 0.4 + rng.normal(size=30), 1)),
    }
    out = [{"name": n, "x": x, "y": y, "rho": stats.spearmanr(x, y).statistic} for n, (x, y) in sets.items()]
    out.append({"name": "one side constant", "x": [1, 2, 3], "y": [4, 4, 4], "rho": None})
    return out


def ranks():
    x = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    return [{"x": x, "average_ranks": stats.rankdata(x)}]


def matrix():
    """12 patients, 4 numbers each, three visible groups."""
    rng = np.random.default_rng(14)
    centres = np.array([[0, 0, 0, 0], [2, 1, 0, -1], [-1, 2, 1.5, 0.5]])
    return np.round(np.repeat(centres, 4, axis=0) + rng.normal(scale=0.6, size=(12, 4)), 3)


def pca():
    m = matrix()
    fitted = PCA(n_components=3, svd_solver="full").fit(m)
    return {
        "note": "Columns are centred and not scaled. The sign of a component is arbitrary: compare absolute scores.",
        "matrix": m,
        "explained_variance_ratio": fitted.explained_variance_ratio_,
        "explained_variance": fitted.explained_variance_,
        "absolute_scores": np.abs(fitted.transform(m)),
        "absolute_components": np.abs(fitted.components_),
    }


def silhouette():
    m = matrix()
    groups = {
        "three groups": np.repeat([0, 1, 2], 4),
        "one patient alone": np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2]),
        "two groups, wrong": np.tile([0, 1], 6),
    }
    return [
        {"name": n, "matrix": m, "label": g, "score": silhouette_score(m, g), "samples": silhouette_samples(m, g)}
        for n, g in groups.items()
    ]


def adjusted_rand():
    sets = {
        "same partition, other names": ([0, 0, 1, 1, 2, 2], [2, 2, 0, 0, 1, 1]),
        "one split": ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]),
        "unrelated": ([0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1]),
        "worse than chance": ([0, 0, 1, 1], [0, 1, 0, 1]),
        "all in one": ([0, 0, 0, 0], [0, 0, 0, 0]),
        "one against singletons": ([0, 0, 0, 0], [0, 1, 2, 3]),
    }
    return [{"name": n, "a": a, "b": b, "ari": adjusted_rand_score(a, b)} for n, (a, b) in sets.items()]


def wilson():
    out = []
    for k, n in [(0, 10), (1, 10), (5, 10), (10, 10), (57, 147), (1, 1), (0, 1), (500, 1000)]:
        interval = stats.binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
        out.append({"successes": k, "n": n, "level": 0.95, "low": interval.low, "high": interval.high})
    return out


def quantiles():
    q = [0, 0.025, 0.04, 0.25, 0.5, 0.75, 0.96, 0.975, 1]
    sets = {"odd": [3, 1, 2], "even": [4, 1, 3, 2], "one": [7.5], "ties": [1, 1, 1, 2, 5, 5], "eleven": [2.5, -1, 0, 9, 4, 4, 3, 8, 7, 1, 6]}
    return [{"name": n, "x": x, "q": q, "value": np.quantile(x, q, method="linear")} for n, x in sets.items()]


def survival():
    """The PBC test patients as they ship: Kaplan-Meier, log-rank between two halves of predicted risk, Harrell's C."""
    table = pd.read_csv(PBC / "pbc.csv", keep_default_na=False, na_values=[""])
    predicted = pd.read_csv(PBC / "predictions.csv")
    assert (table["patient_id"] == predicted["patient_id"]).all()
    test = (table["split"] == "test").to_numpy()
    time, event = table.loc[test, "outcome_days"].to_numpy(), table.loc[test, "outcome_death"].to_numpy()
    margin = predicted.loc[test, "margin"].to_numpy()
    fitted = KaplanMeierFitter().fit(time, event)
    wide = fitted.confidence_interval_survival_function_
    deaths = fitted.event_table[fitted.event_table["observed"] > 0]
    at = [0, 100, 365, 730, 1000, 1825, 2500, 3650, 4795]
    high = margin > np.median(margin)
    log_rank = logrank_test(time[high], time[~high], event[high], event[~high])
    small_time, small_event = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], [1] * 9 + [0] * 12
    small = KaplanMeierFitter().fit(small_time, small_event)
    return {
        "note": "survival after t counts a death at t; intervals are Greenwood on the log(-log) scale, 95%.",
        "time": time,
        "event": event,
        "margin": margin,
        "at": at,
        "survival": fitted.survival_function_at_times(at).to_numpy(),
        "step_time": deaths.index.to_numpy(),
        "step_survival": fitted.survival_function_at_times(deaths.index).to_numpy(),
        "step_low": wide.loc[deaths.index].iloc[:, 0].to_numpy(),
        "step_high": wide.loc[deaths.index].iloc[:, 1].to_numpy(),
        "step_at_risk": deaths["at_risk"].to_numpy(),
        "step_deaths": deaths["observed"].to_numpy(),
        "median": fitted.median_survival_time_,
        "log_rank_by_median_margin": {
            "note": "groups: margin above the median, and the rest",
            "chi2": log_rank.test_statistic,
            "p": log_rank.p_value,
        },
        "concordance": concordance_index(time, -margin, event),
        "small": {
            "note": "6-mercaptopurine arm of Freireich et al. 1963",
            "time": small_time,
            "event": small_event,
            "at": [0, 5.9, 6, 7, 10, 13, 16, 22, 23, 30, 35],
            "survival": small.survival_function_at_times([0, 5.9, 6, 7, 10, 13, 16, 22, 23, 30, 35]).to_numpy(),
            "median": small.median_survival_time_,
        },
    }


def main():
    everything = {
        "libraries": f"lifelines {lifelines.__version__}, scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
        "tolerance": 1e-10,
        "notes": [
            "null means that the number does not exist for these inputs.",
            "harrell: a higher score is a higher risk; two deaths at the same time are not compared; a patient censored at "
            "the time of a death outlived it; equal scores count one half.",
        ],
        "harrell": harrell(),
        "roc_auc": auc(),
        "brier": brier(),
        "spearman": spearman(),
        "ranks": ranks(),
        "pca": pca(),
        "silhouette": silhouette(),
        "adjusted_rand": adjusted_rand(),
        "wilson": wilson(),
        "quantiles": quantiles(),
        "survival": survival(),
    }
    lines = []
    for key, value in plain(everything).items():
        if isinstance(value, list):
            text = "[\n" + ",\n".join("    " + json.dumps(v) for v in value) + "\n  ]"
        elif isinstance(value, dict):
            text = "{\n" + ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n  }"
        else:
            text = json.dumps(value)
        lines.append(f"  {json.dumps(key)}: {text}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    json.loads(text, parse_constant=lambda c: (_ for _ in ()).throw(ValueError(c)))  # no NaN, no Infinity
    (HERE / "statistics.json").write_text(text)
    print(len(text), "bytes")


if __name__ == "__main__":
    main()
