"""Build the two studies that ship with the page: table, model, predictions, manifest and data card.

    python tests/reference/train_studies.py            # write public/studies/
    python tests/reference/train_studies.py --check    # rebuild in a temporary folder and compare bytes

The settings below were fixed before the first run and not tuned; every number in the data cards is printed by this
script. One thread and fixed seeds make the model files reproducible byte for byte with the pinned versions.

The PBC table comes out of the wheel of the package `survivors` 1.8.0, which pip downloads. The ACC table is kept in
the repository (build_acc.py makes it from the Debian package): only its `split` column is computed here.
"""

import argparse
import csv
import filecmp
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd
import xgboost as xgb
from lifelines.utils import concordance_index
from sklearn.model_selection import StratifiedKFold, train_test_split

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "public" / "studies"
CACHE = Path(__file__).resolve().parent / ".cache"
SEED = 2026
TEST_SHARE = 0.35
REPEATS = 10  # repetitions of the 5-fold cross-validation, each with its own assignment to folds

WHEEL = "survivors-1.8.0-py3-none-any.whl"
WHEEL_SHA256 = "f283085cd5605fa22cd2ffe5d2fe42b07eb286c07e2edfe2dd86afa709e9fdc3"

COX = {"objective": "survival:cox", "tree_method": "hist", "seed": SEED, "nthread": 1}
PBC_PARAMS = COX | {"max_depth": 3, "learning_rate": 0.05, "subsample": 0.7}
PBC_ROUNDS = 150
ACC_PARAMS = COX | {"max_depth": 2, "learning_rate": 0.05, "subsample": 0.7, "colsample_bytree": 0.5}
ACC_ROUNDS = 120


# ---------------------------------------------------------------- tables


def pbc_source() -> pd.DataFrame:
    """The `pbc` table as `survivors` distributes it, every cell as text."""
    CACHE.mkdir(exist_ok=True)
    wheel = CACHE / WHEEL
    if not wheel.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "survivors==1.8.0", "-d", str(CACHE)],
            check=True,
        )
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        raise SystemExit(f"{wheel} is not the file this script was written for: {digest}")
    with zipfile.ZipFile(wheel) as archive:
        raw = archive.read("survivors/datasets/data/pbc.csv")
    return pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False)


def pbc_table() -> list[list[str]]:
    """Rename the columns, spell the codes out, round age to two decimals; every other number stays as it was typed."""
    raw = pbc_source()
    yes_no = {"0": "no", "1": "yes"}
    spelled = {
        "trt": {"1": "D-penicillamine", "2": "placebo"},
        "ascites": yes_no,
        "hepato": yes_no,
        "spiders": yes_no,
        "edema": {"0": "none", "0.5": "untreated_or_resolved", "1": "despite_diuretics"},
        "sex": {"f": "f", "m": "m"},
    }
    names = {
        "trt": "treatment",
        "age": "age_years",
        "sex": "sex",
        "ascites": "ascites",
        "hepato": "hepatomegaly",
        "spiders": "spiders",
        "edema": "edema",
        "bili": "bilirubin_mg_dl",
        "chol": "cholesterol_mg_dl",
        "albumin": "albumin_g_dl",
        "copper": "urine_copper_ug_day",
        "alk.phos": "alk_phos_u_l",
        "ast": "ast_u_ml",
        "trig": "triglycerides_mg_dl",
        "platelet": "platelets_1000_per_ml",
        "protime": "prothrombin_time_s",
        "stage": "histologic_stage",
    }
    assert len(raw) == 418
    death = [int(s == "2") for s in raw["status"]]
    roles = split(death)
    rows = [["patient_id", "split", "outcome_days", "outcome_death", "outcome_status_raw", *names.values()]]
    for i, record in enumerate(raw.to_dict("records")):
        row = [
            f"PBC{int(record['id']):03d}",
            roles[i],
            record["time"],
            str(death[i]),
            {"0": "censored", "1": "transplant", "2": "death"}[record["status"]],
        ]
        for column in names:
            text = "" if record[column] == "NA" else record[column]
            if column in spelled and text:
                text = spelled[column][text]
            elif column == "age":
                text = repr(round(float(text), 2))
            row.append(text)
        rows.append(row)
    return rows


def acc_table() -> list[list[str]]:
    """The committed table with its split column computed again; no other cell is touched."""
    with open(STUDIES / "acc" / "acc.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if "split" in rows[0]:
        at = rows[0].index("split")
        rows = [row[:at] + row[at + 1 :] for row in rows]
    days, event = rows[0].index("outcome_os_days"), rows[0].index("outcome_os_event")
    # The Cox likelihood cannot use a follow-up of zero days: that patient is in neither part.
    usable = [i for i, row in enumerate(rows) if i and float(row[days]) > 0]
    roles = dict(zip(usable, split([int(rows[i][event]) for i in usable]), strict=True))
    out = [[rows[0][0], "split", *rows[0][1:]]]
    out += [[row[0], roles.get(i, "excluded"), *row[1:]] for i, row in enumerate(rows) if i]
    return out


def split(event: list[int]) -> list[str]:
    """One draw, stratified by the event."""
    index = np.arange(len(event))
    _, test = train_test_split(index, test_size=TEST_SHARE, stratify=event, random_state=SEED)
    held_out = set(test.tolist())
    return ["test" if i in held_out else "train" for i in index]


def write_table(path: Path, rows: list[list[str]]) -> pd.DataFrame:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    # Only an empty cell is missing; numbers are parsed to the nearest double, as the page does.
    return pd.read_csv(path, keep_default_na=False, na_values=[""], float_precision="round_trip")


def design(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Text columns become categories, so that the model file carries their levels; missing stays missing."""
    x = table[columns].copy()
    for column in columns:
        x[column] = x[column].astype("category") if x[column].dtype == object else x[column].astype("float64")
    return x


# ---------------------------------------------------------------- models


def matrix(x: pd.DataFrame, days: np.ndarray, died: np.ndarray) -> xgb.DMatrix:
    """survival:cox reads a negative label as censored at its absolute value."""
    return xgb.DMatrix(x, label=np.where(died == 1, days, -days), enable_categorical=True, nthread=1)


def harrell(days, died, margin) -> float:
    return float(concordance_index(days, -np.asarray(margin, dtype=float), died))


def bootstrap_interval(days, died, margin, draws: int = 2000) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    found = []
    while len(found) < draws:
        pick = rng.integers(0, len(days), len(days))
        if died[pick].sum() > 0:
            found.append(harrell(days[pick], died[pick], margin[pick]))
    return tuple(float(q) for q in np.quantile(found, [0.025, 0.975]))


def cross_validate(x: pd.DataFrame, days, died, params: dict, rounds: int) -> dict:
    """Repeated 5-fold cross-validation, stratified by event. SHAP values are those of the held-out patients."""
    folds, means, importance = [], [], np.zeros(x.shape[1])
    for repeat in range(REPEATS):
        scores = []
        for train, test in StratifiedKFold(5, shuffle=True, random_state=SEED + repeat).split(x, died):
            booster = xgb.train(params, matrix(x.iloc[train], days[train], died[train]), rounds)
            held_out = matrix(x.iloc[test], days[test], died[test])
            scores.append(harrell(days[test], died[test], booster.predict(held_out, output_margin=True)))
            importance += np.abs(booster.predict(held_out, pred_contribs=True)[:, :-1]).sum(axis=0)
        folds += scores
        means.append(float(np.mean(scores)))
    importance /= len(x) * REPEATS
    order = np.argsort(-importance, kind="stable")
    return {
        "n": len(x),
        "events": int(died.sum()),
        "folds": folds,
        "mean": float(np.mean(folds)),
        "sd": float(np.std(folds)),
        "repeat_min": min(means),
        "repeat_max": max(means),
        "top": [(x.columns[j], float(importance[j])) for j in order if importance[j] > 0],
    }


def fit(folder: Path, table: pd.DataFrame, features: list[str], time: str, event: str, params: dict, rounds: int) -> dict:
    """Train on `train`, save the model and its own predictions for every patient, return what was measured."""
    x = design(table, features)
    days, died = table[time].to_numpy(dtype=float), table[event].to_numpy(dtype=int)
    part = table["split"].to_numpy()
    train, test = part == "train", part == "test"
    booster = xgb.train(params, matrix(x[train], days[train], died[train]), rounds)
    booster.save_model(folder / "model.json")
    everyone = xgb.DMatrix(x, enable_categorical=True, nthread=1)
    margin = booster.predict(everyone, output_margin=True)
    prediction = booster.predict(everyone)
    with open(folder / "predictions.csv", "w", encoding="utf-8") as file:
        file.write("patient_id,margin,prediction\n")
        for who, m, p in zip(table["patient_id"], margin, prediction, strict=True):
            file.write(f"{who},{m:.9g},{p:.9g}\n")
    contributions = np.abs(booster.predict(everyone, pred_contribs=True)[test, :-1]).mean(axis=0)
    order = np.argsort(-contributions, kind="stable")
    trees = json.loads((folder / "model.json").read_text())["learner"]["gradient_booster"]["model"]["trees"]
    internal = [(t, i) for t in trees for i, left in enumerate(t["left_children"]) if left != -1]
    return {
        "n_train": int(train.sum()),
        "events_train": int(died[train].sum()),
        "n_test": int(test.sum()),
        "events_test": int(died[test].sum()),
        "c_train": harrell(days[train], died[train], margin[train]),
        "c_test": harrell(days[test], died[test], margin[test]),
        "c_test_interval": bootstrap_interval(days[test], died[test], margin[test]),
        "top": [(features[j], float(contributions[j])) for j in order if contributions[j] > 0],
        "trees": len(trees),
        "splits": len(internal),
        "categorical_splits": sum(t["split_type"][i] for t, i in internal),
        "features_used": len({t["split_indices"][i] for t, i in internal}),
    }


def fit_comparator(folder: Path, table: pd.DataFrame, features: list[str], time: str, event: str, params: dict, rounds: int) -> dict:
    """The same procedure on fewer inputs and the same patients: what is known without the others."""
    x = design(table, features)
    days, died = table[time].to_numpy(dtype=float), table[event].to_numpy(dtype=int)
    part = table["split"].to_numpy()
    train, test = part == "train", part == "test"
    booster = xgb.train(params, matrix(x[train], days[train], died[train]), rounds)
    booster.save_model(folder / "clinical.json")
    margin = booster.predict(xgb.DMatrix(x, enable_categorical=True, nthread=1), output_margin=True)
    return {
        "features": features,
        "c_train": harrell(days[train], died[train], margin[train]),
        "c_test": harrell(days[test], died[test], margin[test]),
        "c_test_interval": bootstrap_interval(days[test], died[test], margin[test]),
    }


# ---------------------------------------------------------------- manifests and cards


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def with_refits(manifest: str, files: list[dict]) -> str:
    """The text of a manifest with the refits that make_refits.py has made, one per line."""
    block = ",\n".join("    " + json.dumps(file) for file in files)
    return manifest.replace('  "id":', f'  "refits": [\n{block}\n  ],\n  "id":', 1)


def write_manifest(folder: Path, manifest: dict) -> None:
    """One feature per line: readable, and small differences stay small."""
    features = manifest.pop("features")
    made = STUDIES / folder.name / "refits"
    refits = [{"path": f"refits/{path.name}", "sha256": sha256(path)} for path in sorted(made.glob("*.json.gz"))]
    head = json.dumps(manifest, indent=2, ensure_ascii=False).rstrip("}\n ")
    lines = [f"    {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in features.items()]
    text = head + ',\n  "features": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    text = with_refits(text, refits) if refits else text
    json.loads(text)
    (folder / "study.json").write_text(text, encoding="utf-8")


def top_text(pairs: list[tuple[str, float]], n: int) -> str:
    return ", ".join(f"`{name}` {value:.3f}" for name, value in pairs[:n])


def cv_text(cv: dict) -> str:
    return f"{cv['mean']:.3f} ± {cv['sd']:.3f}"


def versions() -> str:
    return (
        f"xgboost {xgb.__version__}, lifelines {lifelines.__version__}, numpy {np.__version__}, "
        f"pandas {pd.__version__}, Python {sys.version_info.major}.{sys.version_info.minor}"
    )


PBC_FEATURES = {
    "bilirubin_mg_dl": ("Bilirubin", "mg/dL", "Liver function"),
    "age_years": ("Age", "years", "Demographic"),
    "albumin_g_dl": ("Albumin", "g/dL", "Liver function"),
    "histologic_stage": ("Histologic stage", "1–4", "Histology"),
    "platelets_1000_per_ml": ("Platelets", "10³/µL", "Blood count"),
    "urine_copper_ug_day": ("Urine copper", "µg/day", "Metabolism"),
    "prothrombin_time_s": ("Prothrombin time", "s", "Liver function"),
    "ast_u_ml": ("AST", "U/mL", "Enzyme"),
    "cholesterol_mg_dl": ("Cholesterol", "mg/dL", "Metabolism"),
    "triglycerides_mg_dl": ("Triglycerides", "mg/dL", "Metabolism"),
    "ascites": ("Ascites", "yes / no", "Clinical sign"),
    "hepatomegaly": ("Hepatomegaly", "yes / no", "Clinical sign"),
    "alk_phos_u_l": ("Alk. phosphatase", "U/L", "Enzyme"),
    "spiders": ("Spider naevi", "yes / no", "Clinical sign"),
    "edema": ("Edema", "3 levels", "Clinical sign"),
    "treatment": ("Treatment", "arm", "Treatment"),
    "sex": ("Sex", "f / m", "Demographic"),
}

SURVIVORS_LICENCE = """\
Copyright (c) 2022-2024, Iulii A. Vasilev. All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

* Redistributions of source code must retain the above copyright notice, this list of conditions and the following
  disclaimer.
* Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
  disclaimer in the documentation and/or other materials provided with the distribution.
* Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products
  derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def build_pbc(folder: Path) -> dict:
    folder.mkdir(parents=True, exist_ok=True)
    table = write_table(folder / "pbc.csv", pbc_table())
    features = [c for c in table.columns if c in PBC_FEATURES]
    assert len(features) == 17
    got = fit(folder, table, features, "outcome_days", "outcome_death", PBC_PARAMS, PBC_ROUNDS)
    clinical = [c for c in features if PBC_FEATURES[c][2] in ("Demographic", "Clinical sign")]
    known = fit_comparator(folder, table, clinical, "outcome_days", "outcome_death", PBC_PARAMS, PBC_ROUNDS)
    x = design(table, features)
    cv = cross_validate(
        x,
        table["outcome_days"].to_numpy(dtype=float),
        table["outcome_death"].to_numpy(dtype=int),
        PBC_PARAMS,
        PBC_ROUNDS,
    )
    low, high = got["c_test_interval"]
    labels = {name: note[0] for name, note in PBC_FEATURES.items()}
    top = ", ".join(labels[name].lower() if labels[name] != "AST" else "AST" for name, _ in cv["top"][:6])
    write_manifest(
        folder,
        {
            "format": "clarimark-study",
            "version": 1,
            "title": "Mayo PBC: primary biliary cholangitis",
            "description": "418 patients referred to the Mayo Clinic with primary biliary cholangitis, followed for up to "
            "13 years. The model ranks them by risk of death from 17 clinical markers taken at referral.",
            "best_category": "prognostic",
            "context_of_use": "Prognostic: relative risk of death after referral. A demonstration on historical data "
            "(1974 to 1986), not for the care of patients.",
            "model": {"path": "model.json", "sha256": sha256(folder / "model.json")},
            "data": {"path": "pbc.csv", "sha256": sha256(folder / "pbc.csv")},
            "comparator": {
                "path": "clinical.json",
                "sha256": sha256(folder / "clinical.json"),
                "title": "Age, sex and clinical signs",
            },
            "id": "patient_id",
            "outcome": {
                "kind": "survival",
                "time": "outcome_days",
                "event": "outcome_death",
                "time_unit": "days",
                "event_word": "died",
                "competing": {"column": "outcome_status_raw", "value": "transplant", "word": "had a transplant"},
            },
            "split": "split",
            "ignore": ["outcome_status_raw"],
            "covariates": [],
            "citation": "Dickson ER et al. Prognosis in primary biliary cirrhosis: model for decision making. Hepatology "
            "1989;10:1-7. Fleming TR, Harrington DP. Counting Processes and Survival Analysis. Wiley 1991.",
            "licence": "Table from the Python package survivors 1.8.0, BSD-3-Clause, © 2022-2024 Iulii A. Vasilev. "
            "Columns renamed, codes spelled out, age rounded to 2 decimals.",
            "source": "PyPI survivors 1.8.0, survivors/datasets/data/pbc.csv",
            "notes": [
                f"Harrell's C is {got['c_test']:.3f} on the {got['n_test']} test patients (95% bootstrap interval "
                f"{low:.3f} to {high:.3f}, {got['events_test']} deaths) and {got['c_train']:.3f} on the patients the "
                f"model was trained on.",
                f"Five-fold cross-validation of the same settings on all 418 patients, repeated {REPEATS} times, gives C = "
                f"{cv_text(cv)} (mean and SD over folds).",
                f"The out-of-fold top markers are {top}: most of them are variables of the published Mayo risk score, so "
                f"this study is a positive control, not a discovery.",
                "106 patients were not in the randomised trial and lack treatment, ascites, hepatomegaly, spiders, "
                "copper, alkaline phosphatase, AST, cholesterol and triglycerides. Their missing values carry the "
                "information 'not in the trial'.",
                "25 patients had a transplant and count as censored. Transplant is a competing event, so predicted risk "
                "is not the probability of dying.",
                "The platelet column is named after the R documentation (per ml / 1000); the values are those of 10³/µL.",
                "The model describes how these patients differed. It does not say that changing a marker changes "
                "survival.",
            ],
            "features": {k: dict(zip(("label", "unit", "group"), v, strict=True)) for k, v in PBC_FEATURES.items()},
        },
    )
    missing = int(table[features].isna().sum().sum())
    (folder / "README.md").write_text(
        f"""# Mayo PBC

418 patients with primary biliary cholangitis (formerly cirrhosis) referred to the Mayo Clinic between 1974 and 1984;
312 of them took part in a randomised trial of D-penicillamine. {len(features)} markers at referral, follow-up to death,
transplant or July 1986. {missing} of the {418 * len(features)} marker cells are missing.

- **Source:** PyPI package `survivors` 1.8.0, file `survivors/datasets/data/pbc.csv` of the wheel (SHA-256
  `{WHEEL_SHA256}`). The table was first distributed with the R package `survival`.
- **Licence:** BSD-3-Clause, © 2022-2024 Iulii A. Vasilev; the text is at the end of this file.
- **Cite:** Dickson ER et al., Hepatology 1989;10:1-7. Fleming TR, Harrington DP, Counting Processes and Survival
  Analysis, Wiley 1991. Therneau TM, Grambsch PM, Modeling Survival Data, Springer 2000.

## Modifications

Columns renamed; codes spelled out (treatment 1/2, yes/no signs, oedema 0/0.5/1, status 0/1/2); `NA` became an empty
cell; `id` became `PBC001` to `PBC418`; age rounded to 2 decimals (the source carries 13, from dates; largest change 0.005
years); `outcome_death` (1 = died) and `split` added. No other number was changed. The copy in R's `survival` 3.5-3 was
compared cell by cell: with age rounded to 2 decimals, all 418 × 19 cells are equal.

| column | meaning |
|---|---|
| `patient_id`, `split` | identifier; `train` ({got['n_train']}) or `test` ({got['n_test']}), drawn once, stratified by death, seed {SEED} |
| `outcome_days`, `outcome_death` | days from registration; 1 = died ({int(table['outcome_death'].sum())}), 0 = censored or transplanted |
| `outcome_status_raw` | `censored` 232, `transplant` 25, `death` 161; not an input |
| `treatment`, `sex`, `ascites`, `hepatomegaly`, `spiders`, `edema` | categorical inputs; `edema` has three levels |
| `age_years`, `bilirubin_mg_dl`, `cholesterol_mg_dl`, `albumin_g_dl`, `urine_copper_ug_day`, `alk_phos_u_l`, `ast_u_ml`, `triglycerides_mg_dl`, `prothrombin_time_s`, `histologic_stage` | numeric inputs, unit in the name |
| `platelets_1000_per_ml` | named after the R documentation; the values are those of 10³/µL |

## Model

`model.json`: XGBoost 3.4.1, `survival:cox`, {got['trees']} trees of depth 3, learning rate 0.05, subsample 0.7, seed {SEED},
trained on the {got['n_train']} `train` patients ({got['events_train']} deaths). {got['splits']} splits,
{got['categorical_splits']} of them categorical. Missing values are left missing. `predictions.csv` holds XGBoost's own
output for every patient.

`clinical.json`, the comparator: the same settings and patients with the {len(known['features'])} inputs that take no laboratory and no biopsy
({", ".join(f"`{name}`" for name in known['features'])}).

## Measured

| | patients | deaths | Harrell's C |
|---|---|---|---|
| test | {got['n_test']} | {got['events_test']} | **{got['c_test']:.3f}** (95% bootstrap interval {low:.3f} to {high:.3f}) |
| train (optimistic) | {got['n_train']} | {got['events_train']} | {got['c_train']:.3f} |
| comparator, test | {got['n_test']} | {got['events_test']} | {known['c_test']:.3f} ({known['c_test_interval'][0]:.3f} to {known['c_test_interval'][1]:.3f}) |
| 5-fold cross-validation, {REPEATS} repetitions, all patients | {cv['n']} | {cv['events']} | {cv_text(cv)} (SD over folds) |

The means of the {REPEATS} repetitions, each with its own assignment to folds, lie between {cv['repeat_min']:.3f} and
{cv['repeat_max']:.3f}.

- Out-of-fold mean |SHAP|: {top_text(cv['top'], 8)}.
- Shipped model, mean |SHAP| of test patients: {top_text(got['top'], 8)}.

Made by `tests/reference/train_studies.py` with {versions()}.

## Cautions

- Missingness is structural: the 106 patients outside the trial lack nine markers, so a tree that sends "missing" one way
  uses "not in the trial".
- Transplant is a competing event, counted as censoring here.
- One hospital, 1974 to 1986, before ursodeoxycholic acid: the risk levels do not apply to patients of today.
- The split leaves {got['events_test']} deaths for testing; see the width of the interval.

## Licence text of `survivors`

```
{SURVIVORS_LICENCE}```
""",
        encoding="utf-8",
    )
    return {"fit": got, "comparator": known, "cv": cv}


ACC_LAYERS = {
    "clin": ("Clinical", ""),
    "rna": ("mRNA", "log2(x+1)"),
    "mir": ("miRNA", "log2(x+1)"),
    "cnv": ("Copy number", "−2 to 2"),
    "rppa": ("Protein", "log ratio"),
    "mut": ("Mutation", "0 / 1"),
}
ACC_CLINICAL = {
    "clin:age_years": ("Age", "years"),
    "clin:sex": ("Sex", "female / male"),
    "clin:stage": ("Stage", "1–4"),
    "clin:t_stage": ("T stage", "1–4"),
    "clin:n_stage": ("N stage", "0–1"),
    "clin:radiation_therapy": ("Radiation therapy", "yes / no"),
    "clin:residual_tumor": ("Residual tumour", "r0 / r1 / r2 / rx"),
}


def acc_note(name: str) -> dict:
    layer, what = name.split(":", 1)
    group, unit = ACC_LAYERS[layer]
    if layer == "clin":
        what, unit = ACC_CLINICAL[name]
    return {"label": what.removeprefix("hsa-"), "unit": unit, "group": group}


def build_acc(folder: Path) -> dict:
    folder.mkdir(parents=True, exist_ok=True)
    table = write_table(folder / "acc.csv", acc_table())
    features = [c for c in table.columns if ":" in c]
    assert len(features) == 1004
    got = fit(folder, table, features, "outcome_os_days", "outcome_os_event", ACC_PARAMS, ACC_ROUNDS)
    known = fit_comparator(
        folder, table, list(ACC_CLINICAL), "outcome_os_days", "outcome_os_event", ACC_PARAMS, ACC_ROUNDS
    )

    usable = table[table["outcome_os_days"] > 0].reset_index(drop=True)
    measured = {layer: [c for c in features if c.startswith(layer + ":")] for layer in ACC_LAYERS}

    def run(columns: list[str], rows: pd.DataFrame = usable) -> dict:
        return cross_validate(
            design(rows, columns),
            rows["outcome_os_days"].to_numpy(dtype=float),
            rows["outcome_os_event"].to_numpy(dtype=int),
            ACC_PARAMS,
            ACC_ROUNDS,
        )

    with_rna = usable[usable[measured["rna"]].notna().any(axis=1)].reset_index(drop=True)
    cv = {
        "all layers + clinical": run(features),
        "clinical only": run(measured["clin"]),
        "five omics layers, no clinical": run([c for c in features if c not in measured["clin"]]),
        "all layers + clinical, patients with mRNA": run(features, with_rna),
        "clinical only, patients with mRNA": run(measured["clin"], with_rna),
        "mRNA only, patients with mRNA": run(measured["rna"], with_rna),
    }
    full, clinical, omics, full_rna, clinical_rna, _ = cv.values()

    def gain(a: dict, b: dict) -> str:
        """Difference in C, fold by fold: the folds of two sets of inputs hold the same patients."""
        difference = np.subtract(a["folds"], b["folds"])
        return f"{difference.mean():+.3f} ± {difference.std():.3f}".replace("-", "−")

    low, high = got["c_test_interval"]
    top = ", ".join(f"{acc_note(name)['label']} ({acc_note(name)['group']})" for name, _ in full["top"][:6])
    counts = {layer: int(table[columns].notna().any(axis=1).sum()) for layer, columns in measured.items()}
    write_manifest(
        folder,
        {
            "format": "clarimark-study",
            "version": 1,
            "title": "TCGA ACC: adrenocortical carcinoma, five omics layers",
            "description": "92 patients with adrenocortical carcinoma: mRNA, miRNA, copy number, protein and mutation "
            "layers beside seven clinical variables. The model ranks them by risk of death.",
            "best_category": "prognostic",
            "context_of_use": "Prognostic, for research: which layers a survival model leans on. Far too few patients "
            "for a clinical claim.",
            "model": {"path": "model.json", "sha256": sha256(folder / "model.json")},
            "data": {"path": "acc.csv", "sha256": sha256(folder / "acc.csv")},
            "comparator": {
                "path": "clinical.json",
                "sha256": sha256(folder / "clinical.json"),
                "title": "Clinical variables only",
            },
            "id": "patient_id",
            "outcome": {
                "kind": "survival",
                "time": "outcome_os_days",
                "event": "outcome_os_event",
                "time_unit": "days",
                "event_word": "died",
            },
            "split": "split",
            "ignore": [],
            "covariates": ["ref_subtype_c1a_c1b", "ref_subtype_coc"],
            "citation": "Zheng S et al. Comprehensive pan-genomic characterization of adrenocortical carcinoma. Cancer "
            "Cell 2016;29:723-736. Ramos M et al. Software for the integration of multiomics experiments in "
            "Bioconductor. Cancer Res 2017;77:e39-e42.",
            "licence": "Derived from the miniACC object of Bioconductor MultiAssayExperiment 1.24.0 (Artistic-2.0, © M. "
            "Ramos, L. Waldron, MultiAssay SIG). Underlying data: TCGA-ACC open-access tier (NIH/NCI), de-identified. "
            "Modified: re-shaped, log2(x+1) for rna and mir, rounded to 3 decimals.",
            "source": "Debian package r-bioc-multiassayexperiment 1.24.0+dfsg-2, MultiAssayExperiment/data/miniACC.RData",
            "notes": [
                f"Very few events: {got['events_train']} deaths to train on and {got['events_test']} to test on, for "
                f"{len(features)} features. Harrell's C on the test patients is {got['c_test']:.3f}, with a 95% bootstrap "
                f"interval of {low:.3f} to {high:.3f}; on the patients used for training it is {got['c_train']:.3f}.",
                f"Five-fold cross-validation on {full['n']} patients, repeated {REPEATS} times: all layers with clinical "
                f"C = {cv_text(full)}, clinical only {cv_text(clinical)}, omics without clinical {cv_text(omics)} (mean "
                f"and SD over folds). The gain of all layers over clinical only is {gain(full, clinical)}, so what omics "
                f"adds is inside the noise.",
                f"Out-of-fold top markers: {top}. Proliferation genes are expected here from the published study.",
                "Patient TCGA-P6-A5OH has a follow-up of 0 days, which Cox regression cannot use: it is marked excluded "
                "and was used neither to train nor to test.",
                f"Layers are missing for whole patients: mRNA is measured in {counts['rna']}, miRNA in {counts['mir']}, "
                f"copy number and mutation in {counts['cnv']}, protein in {counts['rppa']} of 92. A missing value can "
                f"stand for 'layer not measured'.",
                "The published subtypes C1A and C1B were defined from the same mRNA data and are shown for comparison "
                "only. They are not an input, and groups of SHAP values are not these subtypes.",
                "Residual tumour rx means that the margin could not be assessed. miRNA counts were not corrected for "
                "sequencing depth in the source. The 198 genes were chosen by the authors of the package.",
            ],
            "features": {name: acc_note(name) for name in features},
        },
    )
    cv_rows = "\n".join(
        f"| {name} | {r['n']} | {r['events']} | {cv_text(r)} | {r['repeat_min']:.3f} to {r['repeat_max']:.3f} |"
        for name, r in cv.items()
    )
    missing = int(table[features].isna().sum().sum())
    (folder / "README.md").write_text(
        f"""# TCGA ACC, five omics layers

92 patients with adrenocortical carcinoma from The Cancer Genome Atlas, {len(features)} inputs in six groups, overall
survival. {missing} cells are missing, most of them because a whole layer was not measured in a patient.

- **Source:** object `miniACC` of Bioconductor MultiAssayExperiment 1.24.0, as packaged in Debian
  `r-bioc-multiassayexperiment` 1.24.0+dfsg-2 (`MultiAssayExperiment/data/miniACC.RData`); `tests/reference/build_acc.py`
  makes the table from it.
- **Licence:** derived from the `miniACC` object of Bioconductor MultiAssayExperiment 1.24.0 (Artistic-2.0, © M. Ramos,
  L. Waldron, MultiAssay SIG; text in `LICENSE-Artistic-2.0.txt`). Underlying data: TCGA-ACC open-access tier (NIH/NCI),
  de-identified.
- **Cite:** Zheng S et al., Cancer Cell 2016;29:723-736. Ramos M et al., Cancer Res 2017;77:e39-e42.

## Modifications

The layers were joined by patient and re-shaped to one row per patient, `rna` and `mir` transformed to log2(x+1), numbers
rounded to 3 decimals, and a `split` column added.

| columns | n | meaning | patients measured |
|---|---|---|---|
| `patient_id`, `split` | 2 | TCGA barcode; `train` ({got['n_train']}), `test` ({got['n_test']}) or `excluded` (1), drawn once, stratified by death, seed {SEED} | 92 |
| `outcome_os_days`, `outcome_os_event` | 2 | days from diagnosis; 1 = died ({int(table['outcome_os_event'].sum())}), 0 = censored | 92 |
| `ref_subtype_c1a_c1b`, `ref_subtype_coc` | 2 | published mRNA subtype and cluster of clusters; reference labels, not inputs | {int(table['ref_subtype_c1a_c1b'].notna().sum())}, {int(table['ref_subtype_coc'].notna().sum())} |
| `clin:*` | {len(measured['clin'])} | age, sex, stage, T stage, N stage, radiation, residual tumour (r0, r1, r2, rx) | {counts['clin']} |
| `rna:GENE` | {len(measured['rna'])} | RNA-seq normalised count, log2(x+1) | {counts['rna']} |
| `mir:hsa-…` | {len(measured['mir'])} | miRNA-seq read count, log2(x+1), not corrected for sequencing depth | {counts['mir']} |
| `cnv:GENE` | {len(measured['cnv'])} | GISTIC2 thresholded copy number, −2 to 2 | {counts['cnv']} |
| `rppa:PROTEIN` | {len(measured['rppa'])} | reverse-phase protein array, normalised log ratio | {counts['rppa']} |
| `mut:GENE` | {len(measured['mut'])} | non-silent mutation, 0 or 1 | {counts['mut']} |

`excluded` is TCGA-P6-A5OH: died with a recorded follow-up of 0 days, which the Cox likelihood cannot use. It stays in the
table and is used neither to train nor to test.

## Model

`model.json`: XGBoost 3.4.1, `survival:cox`, {got['trees']} trees of depth 2, learning rate 0.05, subsample 0.7, half of the
features per tree, seed {SEED}, trained on the {got['n_train']} `train` patients ({got['events_train']} deaths). It uses
{got['features_used']} of the {len(features)} features in {got['splits']} splits ({got['categorical_splits']} categorical).
Missing values are left missing. `predictions.csv` holds XGBoost's own output for every patient.

`clinical.json`, the comparator: the same settings and patients with the {len(known['features'])} clinical inputs alone.

## Measured

| | patients | deaths | Harrell's C |
|---|---|---|---|
| test | {got['n_test']} | {got['events_test']} | **{got['c_test']:.3f}** (95% bootstrap interval {low:.3f} to {high:.3f}) |
| train (optimistic) | {got['n_train']} | {got['events_train']} | {got['c_train']:.3f} |
| comparator, test | {got['n_test']} | {got['events_test']} | {known['c_test']:.3f} ({known['c_test_interval'][0]:.3f} to {known['c_test_interval'][1]:.3f}) |

With {got['events_test']} deaths the test value says little; cross-validation of the same settings says more:

| inputs | patients | deaths | C, 5-fold, mean ± SD over folds | means of the {REPEATS} repetitions |
|---|---|---|---|---|
{cv_rows}

The gain of all layers over clinical only, fold by fold, is {gain(full, clinical)} in the {full['n']} patients and
{gain(full_rna, clinical_rna)} in the {full_rna['n']} with mRNA: larger there, and still inside the noise of
{full_rna['events']} deaths. The settings were fixed beforehand and are the same in every row. One repetition of five folds
can say anything between the two ends of the last column.

- Out-of-fold mean |SHAP|, all layers: {top_text(full['top'], 10)}.
- Shipped model, mean |SHAP| of test patients: {top_text(got['top'], 10)}.

Made by `tests/reference/train_studies.py` with {versions()}.

## Cautions

- {got['events_train'] + got['events_test']} deaths and {len(features)} features: rankings below the first few markers change with the split.
- The subtypes C1A and C1B were defined from the same mRNA data, so agreement with them is not independent evidence.
- The 198 genes were chosen by the authors of the package, not at random.
- A layer that is absent shows as missing values; "missing" then means "not measured in this patient".
""",
        encoding="utf-8",
    )
    return {"fit": got, "comparator": known, "cv": cv}


def report(name: str, result: dict) -> None:
    got = result["fit"]
    print(f"{name}: train C {got['c_train']:.4f}, test C {got['c_test']:.4f}", "95%", got["c_test_interval"])
    print("   ", {k: v for k, v in got.items() if k.startswith(("n_", "events", "trees", "splits", "cat", "feat"))})
    print("    test mean|SHAP|:", top_text(got["top"], 10))
    known = result["comparator"]
    print(f"    comparator: train C {known['c_train']:.4f}, test C {known['c_test']:.4f}", "95%", known["c_test_interval"])
    runs = result["cv"] if "mean" not in result["cv"] else {"5-fold": result["cv"]}
    for label, r in runs.items():
        print(f"    {label}: {cv_text(r)} n={r['n']} events={r['events']}", f"[{r['repeat_min']:.3f}, {r['repeat_max']:.3f}]")
        print("       ", top_text(r["top"], 8))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare with the committed files instead of writing them")
    check = arguments.parse_args().check
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) if check else STUDIES
        report("pbc", build_pbc(out / "pbc"))
        report("acc", build_acc(out / "acc"))
        if not check:
            return 0
        changed = [
            path.relative_to(out)
            for path in sorted(out.rglob("*"))
            if path.is_file() and not filecmp.cmp(path, STUDIES / path.relative_to(out), shallow=False)
        ]
        print("changed:", *changed if changed else ["nothing"])
        return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main())
