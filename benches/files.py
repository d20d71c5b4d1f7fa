"""Write large models, about 100 MB each, with the real libraries, and tables of about 200 MB, into a folder; print their names.
Labels are noise, so that trees grow as large as they may. For `./x bench files`.

    python files.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np

MODEL, TABLE = 100e6, 200e6
FEATURES = 50
NAMES = [f"marker_{i}" for i in range(FEATURES)]
rng = np.random.default_rng(2026)


def train(rows):
    return rng.random((rows, FEATURES), dtype=np.float32), rng.random(rows)


def grown(fit, save, path, n):
    """A model of `n` trees, and again of as many as make the wanted size."""
    save(fit(n), path)
    save(fit(max(1, round(n * MODEL / path.stat().st_size))), path)
    return path


def xgboost(folder):
    import xgboost as xgb

    x, y = train(6000)
    data = xgb.DMatrix(x, y, feature_names=NAMES)
    parameters = {"max_depth": 0, "max_leaves": 6000, "grow_policy": "lossguide", "min_child_weight": 0, "max_bin": 64}
    fit = lambda n: xgb.train(parameters, data, n)
    for ending in ("json", "ubj"):
        yield grown(fit, lambda model, path: model.save_model(path), folder / f"xgboost.{ending}", 20)


def lightgbm(folder):
    import lightgbm as lgb

    x, y = train(20_000)
    parameters = {"num_leaves": 15_000, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "max_bin": 63, "verbose": -1, "seed": 1}
    fit = lambda n: lgb.train(parameters, lgb.Dataset(x, y, feature_name=NAMES), n)
    yield grown(fit, lambda model, path: model.save_model(path), folder / "lightgbm.txt", 5)


def catboost(folder):
    from catboost import CatBoostRegressor, Pool

    x, y = train(6000)
    pool = Pool(x, y, feature_names=NAMES)
    fit = lambda n: CatBoostRegressor(
        iterations=n, depth=12, border_count=15, random_seed=1, verbose=False, allow_writing_files=False
    ).fit(pool)
    for ending in ("json", "cbm"):
        yield grown(fit, lambda model, path: model.save_model(str(path), format=ending), folder / f"catboost.{ending}", 10)


def scikit(folder):
    import joblib
    import pandas as pd
    import pickle
    import skops.io
    from sklearn.ensemble import RandomForestRegressor

    x, y = train(20_000)
    x = pd.DataFrame(x, columns=NAMES)
    fit = lambda n: RandomForestRegressor(n, max_features=3, random_state=1, n_jobs=2).fit(x, y)
    path = grown(fit, lambda model, path: joblib.dump(model, path), folder / "forest.joblib", 5)
    model = joblib.load(path)
    yield path
    (folder / "forest.pkl").write_bytes(pickle.dumps(model))
    yield folder / "forest.pkl"
    skops.io.dump(model, folder / "forest.skops")
    yield folder / "forest.skops"

    from skl2onnx import to_onnx

    (folder / "forest.onnx").write_bytes(to_onnx(model, x[:1].to_numpy()).SerializeToString())
    yield folder / "forest.onnx"


def tables(folder):
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet

    def table(rows, digits):
        columns = {"patient_id": pa.array([f"P{i}" for i in range(rows)])}
        for name in NAMES:
            values = rng.random(rows)
            columns[name] = pa.array(values if digits is None else values.round(digits), mask=rng.random(rows) < 0.02)
        return pa.table(columns)

    pyarrow.csv.write_csv(table(int(TABLE / (FEATURES * 7.2)), 4), folder / "patients.csv")
    yield folder / "patients.csv"
    whole = table(int(TABLE / (FEATURES * 8.2)), None)
    pyarrow.parquet.write_table(whole, folder / "patients.parquet", use_dictionary=["patient_id"])
    yield folder / "patients.parquet"
    pyarrow.feather.write_feather(whole, folder / "patients.feather", compression="lz4")
    yield folder / "patients.feather"


def main():
    folder = Path(sys.argv[1])
    for make in (xgboost, lightgbm, catboost, scikit, tables):
        for path in make(folder):
            print(path.name, flush=True)


main()
