"""How many times faster than the libraries: one thread each, interleaved, medians of ratios with their range.

    ./x bench engine [--rounds 5] [--models depth3,depth6] [--rows 1,100,1000,5000,100000] [--growth 100,1000,10000]
                     [--places native,page] [--exponents] [--limits] [--what-if]

Models are trained once on made-up data and kept beside the environment. In every round each program explains the same
rows once; a ratio is the library's processor time over ours of the same round. Ours includes making
tables, all exclude loading the model, XGBoost's and CatBoost's exclude building their matrix. With `--exponents` it is
also printed how the time grows with rows, trees and leaves, with `--limits` how far it is from what the processor can do
at most. With `page` among the places the engines also run as WebAssembly in one worker of Chromium; there the time is that
of the clock, which on a busy machine is longer.
"""

import argparse
import functools
import json
import os
import pathlib
import statistics
import subprocess
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import catboost
import joblib
import lightgbm
import numpy as np
import xgboost
from sklearn.ensemble import RandomForestRegressor

ROOT = pathlib.Path(__file__).parent.parent
CACHE = ROOT / "tests/reference/.cache/race"
N_FEATURES, N_TRAIN, N_ROWS = 200, 5_000, 20_000


def data(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, N_FEATURES)).astype(np.float32)
    signal = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + x[:, 3:13].sum(axis=1) / 3 + np.abs(x[:, 13])
    y = signal + rng.normal(size=n)
    x[rng.random(x.shape) < 0.02] = np.nan
    return x, y


def train_xgboost(path, trees, depth):
    x, y = data(N_TRAIN, 1)
    parameters = {"max_depth": depth, "eta": 0.1, "tree_method": "hist", "seed": 1, "nthread": 1}
    xgboost.train(parameters, xgboost.DMatrix(x, y), trees).save_model(path)


def train_lightgbm(path, trees, leaves):
    x, y = data(N_TRAIN, 1)
    parameters = {"num_leaves": leaves, "learning_rate": 0.1, "seed": 1, "num_threads": 1, "verbose": -1}
    lightgbm.train(parameters, lightgbm.Dataset(x, y), trees).save_model(path)


def train_catboost(path, trees, depth):
    x, y = data(N_TRAIN, 1)
    parameters = {"depth": depth, "iterations": trees, "learning_rate": 0.1, "random_seed": 1, "thread_count": 1}
    catboost.CatBoost(parameters | {"verbose": False, "allow_writing_files": False}).fit(x, y).save_model(path)


def train_forest(path, trees, _):
    x, y = data(N_TRAIN, 1)
    joblib.dump(RandomForestRegressor(trees, random_state=1, n_jobs=1, max_features=0.3).fit(x, y), path)


MODELS = {
    "depth3": ("500 x depth 3", train_xgboost, "json", 500, 3),
    "depth6": ("500 x depth 6", train_xgboost, "json", 500, 6),
    "depth10": ("100 x depth 10", train_xgboost, "json", 100, 10),
    "leaves31": ("300 x 31 leaves", train_lightgbm, "txt", 300, 31),
    "oblivious6": ("500 x depth 6, oblivious", train_catboost, "cbm", 500, 6),
    "forest": ("forest of 50, unlimited depth", train_forest, "joblib", 50, 0),
}
# Models that differ in one thing; the first word of each is what that is.
GROWING = {
    "trees": [("json", train_xgboost, trees, 6) for trees in (125, 250, 500, 1000)],
    "leaves": [("txt", train_lightgbm, 300, leaves) for leaves in (8, 16, 32, 64)],
}


def trained(name, train, ending, *size):
    path = CACHE / f"{name}.{ending}"
    if not path.exists():
        train(str(path), *size)
    return path


def model(name):
    _, train, ending, *size = MODELS[name]
    return trained(name, train, ending, *size)


def exponent(sizes, times):
    """The power of the size that the time grows with, and its range over the rounds."""
    found = [np.polyfit(np.log(sizes), np.log(of_round), 1)[0] for of_round in times]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def exponents(rounds, rows_path):
    """Prints with which power of rows, trees and leaves the time of FLOW grows."""
    ours, rows = Ours("native", model("depth6"), rows_path), [250, 1000, 4000, 16000]
    times = [[ours.time("flow", n) for n in rows] for _ in range(rounds)]
    print(f"FLOW grows with the rows ({rows[0]} to {rows[-1]}) to the power {exponent(rows, times)}")
    for what, models in GROWING.items():
        paths = [trained(f"{what}-{t}-{l}", train, ending, t, l) for ending, train, t, l in models]
        sizes = [of_model(what, path) for path in paths]
        programs = [Ours("native", path, rows_path) for path in paths]
        times = [[one.time("flow", 500) for one in programs] for _ in range(rounds)]
        shown = ", ".join(f"{size:.0f}" for size in sizes)
        print(f"FLOW grows with the {what} ({shown}) to the power {exponent(sizes, times)}", flush=True)


def of_model(what, path):
    """Trees of a model; of LightGBM the leaves that its trees have on average, fewer than allowed where data end."""
    if what == "trees":
        return xgboost.Booster(model_file=str(path)).num_boosted_rounds()
    booster = lightgbm.Booster(model_file=str(path))
    return statistics.mean(tree["num_leaves"] for tree in booster.dump_model()["tree_info"])


def growth(ours, rounds, sizes):
    """Prints the exponent with which the time of explaining 1,000 rows grows with the rows of the background."""
    spent = [[] for _ in sizes]
    for _ in range(rounds):
        for times, m in zip(spent, sizes):
            times.append(ours.time(f"interventional:{m}", 1000))
    for m, times in zip(sizes, spent):
        print(f"  against {m:>6} background rows, 1000 rows: {statistics.median(times) / 1e-6 / 1000:.2f} us per row")
    print(f"  grows with the background to the power {exponent(sizes, list(zip(*spent)))}", flush=True)


def what_if(place, rounds, rows_path):
    """Prints what a change of one value of a patient takes, with 2,000 trees of depth 10."""
    ours = Ours(place, trained("what-if", train_xgboost, "json", 2000, 10), rows_path)
    ms = [(ours.time("what-if", 201) - ours.time("what-if", 1)) / 200 * 1e3 for _ in range(rounds)]
    print(f"what if, 2000 x depth 10, {place}: {statistics.median(ms):.2f} ms per change ({min(ms):.2f} to {max(ms):.2f})")
    ours.process.stdin.close()


def distance(ours, rounds):
    """Prints how many times the time of a further row is what its sums and products, or its loads, would take at the
    highest rate that this processor was measured to reach."""
    ours.process.stdin.write("limits\n")
    ours.process.stdin.flush()
    operations, loads, of_flow, of_f64, of_f32 = map(float, ours.process.stdout.readline().split())
    for engine, rows, least in [
        ("flow", (500, 1500), of_flow / operations),
        ("f64", (5_000, 15_000), of_f64 / loads),
        ("f32", (5_000, 15_000), of_f32 / loads),
    ]:
        if not least:
            print(f"  {engine}: no tree of this model is read from tables")
            continue
        of_row = [(ours.time(engine, rows[1]) - ours.time(engine, rows[0])) / (rows[1] - rows[0]) for _ in range(rounds)]
        times = [t / least for t in of_row]
        what = "sums and products" if engine == "flow" else "loads of the tables"
        print(f"  a further row by {engine}: {spread(times)} the time of its {what} alone", flush=True)


class Ours:
    """The program `race` in one of its places, kept running."""

    def __init__(self, place, model_path, rows_path):
        if place == "page":
            made = pathlib.Path(os.environ["RACE_PAGE"])
            program = ["node", ROOT / "benches/race.mjs", made / "race_page.js", made / "race_page_bg.wasm"]
        else:
            program = [pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples/race"]
        self.process = subprocess.Popen(
            [*program, model_path, rows_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.says = self.process.stdout.readline().strip()

    def time(self, engine, n):
        self.process.stdin.write(f"{engine} {n}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def peers(name, path, rows):
    """Names and functions that explain the first n rows."""
    if path.suffix == ".json":
        booster = xgboost.Booster({"nthread": 1}, model_file=str(path))
        matrix = functools.cache(lambda n: xgboost.DMatrix(rows[:n], nthread=1))
        yield "XGBoost", lambda n: booster.predict(matrix(n), pred_contribs=True), matrix
    elif path.suffix == ".txt":
        booster = lightgbm.Booster(model_file=str(path))
        yield "LightGBM", lambda n: booster.predict(rows[:n], pred_contrib=True, num_threads=1), None
    elif path.suffix == ".cbm":
        booster = catboost.CatBoost().load_model(str(path))
        pool = functools.cache(lambda n: catboost.Pool(rows[:n]))
        yield "CatBoost", lambda n: booster.get_feature_importance(pool(n), type="ShapValues", thread_count=1), pool
    else:
        booster = joblib.load(path)
    if path.suffix in (".json", ".joblib"):
        try:
            import shap

            explainer = shap.TreeExplainer(booster)
            # Otherwise shap asks XGBoost.
            explainer.model.model_type = "internal"
            wide = rows[:300].astype(np.float64)
            yield "shap", lambda n: explainer.shap_values(wide[:n], check_additivity=False), None
        except Exception as error:  # a peer that does not run is said to be missing
            print(f"shap cannot explain {name}: {error}")


def cpu(function):
    start = time.process_time()
    function()
    return time.process_time() - start


def spread(ratios):
    return f"x{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--rows", default="1,100,1000,5000", help="in the page at most 20,000")
    parser.add_argument("--engines", default="flow,f64,f32")
    parser.add_argument("--places", default="native", help="native, page (WebAssembly in Chromium) or both")
    parser.add_argument("--slow", type=float, default=20.0, help="seconds after which a peer is not run again")
    parser.add_argument("--growth", default="100,1000,10000", help="rows of the background; nothing to skip it")
    parser.add_argument("--exponents", action="store_true", help="also how time grows with rows, trees and leaves")
    parser.add_argument("--what-if", action="store_true", help="also what a change of one value of a patient takes")
    parser.add_argument("--limits", action="store_true", help="also how far the engines are from what the processor can do")
    given = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    sizes = [int(n) for n in given.rows.split(",")]
    rows, _ = data(max(N_ROWS, *sizes), 2)
    rows_path = CACHE / "rows.f32"
    rows.tofile(rows_path)
    results = []
    for name in given.models.split(","):
        path = model(name)
        ours = {place: Ours(place, path, rows_path) for place in given.places.split(",")}
        first = next(iter(ours.values()))
        if silent := next((o for o in ours.values() if not o.says), None):
            print(f"{MODELS[name][0]}: not read here: {silent.process.stderr.read().strip()}")
            continue
        print(f"{MODELS[name][0]}: {first.says}", flush=True)
        if given.limits:
            distance(first, given.rounds)
        if given.growth:
            growth(first, given.rounds, [int(m) for m in given.growth.split(",")])
        of_model = list(peers(name, path, rows))
        for n in sizes:
            spent, runs = {}, [(place, engine) for place in ours for engine in given.engines.split(",")]
            # One row is too short for the clock: repeated here, and by `race` itself.
            repeats = max(1, 200 // n)
            for place, engine in runs:
                ours[place].time(engine, n)
            slow = set()
            for _ in range(given.rounds):
                for peer, run, prepare in of_model:
                    if peer in slow:
                        continue
                    if prepare:
                        prepare(n)
                    times = 1 if peer == "shap" and n >= 100 else repeats
                    taken = cpu(lambda: [run(n) for _ in range(times)]) / times
                    # shap's time grows exactly with the rows; 300 are enough.
                    taken *= n / min(n, 300) if peer == "shap" else 1
                    spent.setdefault(peer, []).append(taken)
                    if taken > given.slow:
                        slow.add(peer)
                for place, engine in runs:
                    spent.setdefault((place, engine), []).append(ours[place].time(engine, n))
            for place, engine in runs:
                mine, against = spent[place, engine], []
                for peer, _, _ in of_model:
                    ratios = [theirs / own for theirs, own in zip(spent[peer], mine)]
                    against.append(f"{peer} {spread(ratios)}")
                    results.append(
                        {"model": name, "rows": n, "place": place, "engine": engine, "peer": peer, "ratios": ratios}
                    )
                if place == "page" and ("native", engine) in spent:
                    ratios = [page / native for page, native in zip(mine, spent["native", engine])]
                    against.append(f"natively {spread(ratios)} as fast")
                own = statistics.median(mine) / n * 1e6
                print(f"  {n:>6} rows, {place:<6} {engine:<5} {own:9.2f} us per row: {', '.join(against)}", flush=True)
        for one in ours.values():
            one.process.stdin.close()
    (CACHE / "race.json").write_text(json.dumps(results))
    if given.what_if:
        for place in given.places.split(","):
            what_if(place, given.rounds, rows_path)
    if given.exponents:
        exponents(given.rounds, rows_path)


if __name__ == "__main__":
    main()
