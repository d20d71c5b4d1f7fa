#!/usr/bin/env python3
"""Refits of the PBC model on bootstrap resamples of its training patients: public/studies/pbc/refits/*.json.gz.

Same settings, rounds and features as `train_studies.py`; resample i draws with seed i. Adds the files to study.json, and
writes refits.json: mean |SHAP| by XGBoost itself and Harrell's C of each refit on the test patients, median ranks by numpy,
mean Kendall tau by scipy.

    python tests/reference/make_refits.py          # in the environment of requirements.txt
"""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import numpy as np
import xgboost as xgb
from scipy.stats import kendalltau, rankdata

from train_studies import PBC_FEATURES, PBC_PARAMS, PBC_ROUNDS, design, harrell, matrix, pbc_table, sha256, with_refits, write_table

REFITS = 10
STUDY = Path(__file__).resolve().parents[2] / "public" / "studies" / "pbc"


def main() -> None:
    table = write_table(Path(tempfile.mkdtemp()) / "pbc.csv", pbc_table())
    features = [c for c in table.columns if c in PBC_FEATURES]
    x = design(table, features)
    days, died = table["outcome_days"].to_numpy(dtype=float), table["outcome_death"].to_numpy(dtype=int)
    train = np.flatnonzero(table["split"].to_numpy() == "train")
    folder = STUDY / "refits"
    folder.mkdir(exist_ok=True)
    test = np.flatnonzero(table["split"].to_numpy() == "test")
    files, importance, concordance = [], [], []
    for i in range(1, REFITS + 1):
        drawn = np.sort(np.random.default_rng(i).choice(train, len(train)))
        booster = xgb.train(PBC_PARAMS, matrix(x.iloc[drawn], days[drawn], died[drawn]), PBC_ROUNDS)
        path = folder / f"resample-{i:02}.json.gz"
        # No time in the header: the same bytes every time.
        path.write_bytes(gzip.compress(bytes(booster.save_raw("json")), mtime=0))
        rows = xgb.DMatrix(x.iloc[test], enable_categorical=True, nthread=1)
        importance.append(np.abs(booster.predict(rows, pred_contribs=True)[:, :-1].astype(float)).mean(axis=0))
        concordance.append(harrell(days[test], died[test], booster.predict(rows, output_margin=True)))
        files.append({"path": f"refits/{path.name}", "sha256": sha256(path)})
    ranks = np.array([rankdata(-one) for one in importance])
    tau = [kendalltau(importance[a], importance[b]).statistic for a in range(REFITS) for b in range(a)]
    expected = {
        "features": features,
        "mean_abs": [one.tolist() for one in importance],
        "median_rank": np.median(ranks, axis=0).tolist(),
        "mean_kendall": float(np.mean(tau)),
        "c_index": [float(c) for c in concordance],
    }
    (Path(__file__).parent / "refits.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    manifest = STUDY / "study.json"
    text = manifest.read_text(encoding="utf-8")
    if "refits" in json.loads(text):
        start = text.index('  "refits": [')
        text = text[:start] + text[text.index("],\n", start) + 3 :]
    manifest.write_text(with_refits(text, files), encoding="utf-8")


if __name__ == "__main__":
    main()
