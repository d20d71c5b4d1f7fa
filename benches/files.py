"""Write large models with the real libraries, about 100 MB in the first format of each, and tables of about 200 MB into a folder;
print their names. Labels are noise, so that trees grow as large as they may. For `./x bench files`.

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
    """A model of `n` trees, and again of as many as make the wanted size. Trees of a forest: boosting would run out of what
    is left to explain."""
    save(fit(n), path)
    model = fit(max(1, round(n * MODEL / path.stat().st_size)))
    save(model, path)
    return model


def xgboost(folder):
    import xgboost as xgb

    x, y = train(10_000)
    data = xgb.DMatrix(x, y, feature_names=NAMES)
    parameters = {"max_depth": 12, "min_child_weight": 0, "max_bin": 8, "subsample": 0.9, "colsample_bynode": 0.1, "eta": 1}
    fit = lambda n: xgb.train(parameters | {"num_parallel_tree": n}, data, 1)
    model = grown(fit, lambda model, path: model.save_model(path), folder / "xgboost.json", 10)
    yield folder / "xgboost.json"
    model.save_model(folder / "xgboost.ubj")
    yield folder / "xgboost.ubj"


def lightgbm(folder):
    import lightgbm as lgb

    x, y = train(10_000)
    parameters = {"boosting": "rf", "bagging_fraction": 0.9, "bagging_freq": 1, "feature_fraction": 0.2, "num_leaves": 8000}
    parameters |= {"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "max_bin": 7, "verbose": -1, "seed": 1}
    fit = lambda n: lgb.train(parameters, lgb.Dataset(x, y, feature_name=NAMES), n)
    grown(fit, lambda model, path: model.save_model(path), folder / "lightgbm.txt", 3)
    yield folder / "lightgbm.txt"


def catboost(folder):
    from catboost import CatBoostRegressor, Pool

    x, y = train(1000)
    pool = Pool(x, y, feature_names=NAMES)
    options = {"depth": 13, "border_count": 7, "rsm": 0.1, "random_seed": 1, "verbose": False, "allow_writing_files": False}
    fit = lambda n: CatBoostRegressor(iterations=n, **options).fit(pool)
    model = grown(fit, lambda model, path: model.save_model(str(path), format="json"), folder / "catboost.json", 5)
    yield folder / "catboost.json"
    model.save_model(str(folder / "catboost.cbm"))
    yield folder / "catboost.cbm"


def scikit(folder):
    import joblib
    import pandas as pd
    import pickle
    import skops.io
    from sklearn.ensemble import RandomForestRegressor

    x, y = train(10_000)
    x = pd.DataFrame(x, columns=NAMES)
    fit = lambda n: RandomForestRegressor(n, max_features=3, random_state=1, n_jobs=2).fit(x, y)
    model = grown(fit, lambda model, path: joblib.dump(model, path), folder / "forest.joblib", 5)
    yield folder / "forest.joblib"
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
