"""Maps and clusters of a large cohort in Chromium against scikit-learn and umap-learn on this machine.

    ./x bench evidence [--rows 10000] [--features 200] [--rounds 3]

In every round each does the same to the same rows: two principal components, three clusters by k-means with 20 starts,
and a UMAP of 15 neighbours. Ours run as WebAssembly in one worker of Chromium, the libraries natively with the threads
that they choose; times are those of the clock, and a ratio is the library's time over ours of the same round. Ours of
k-means includes silhouettes for every number of clusters up to seven, which the library's has not. Ends with an error
if a bar is missed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

warnings.filterwarnings("ignore")
import umap

ROOT = pathlib.Path(__file__).parent.parent
CACHE = ROOT / "tests/reference/.cache/clusters"


def cohort(n_rows, n_features):
    """Three broad groups in a third of the columns, as attributions of a model with a few strong biomarkers are."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n_rows, n_features)) / np.sqrt(1 + np.arange(n_features))
    x[:, : n_features // 3] += rng.normal(size=(3, n_features // 3))[rng.integers(0, 3, n_rows)] / 3
    return x.astype(np.float32)


def leaf_model(path, n_features):
    """The smallest model with so many features: the program that is raced takes its rows from a model."""
    tree = {"feature": [-1], "left": [-1], "right": [-1], "value": [0.0], "cover": [1]}
    names = [f"x{f}" for f in range(n_features)]
    path.write_text(json.dumps({"format": "clarimark-trees", "version": 1, "features": names, "trees": [tree]}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--features", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    rows, model = CACHE / "rows.f32", CACHE / "model.json"
    x = cohort(given.rows, given.features)
    x.tofile(rows)
    leaf_model(model, given.features)
    wide = x.astype(np.float64)
    made = pathlib.Path(os.environ["RACE_PAGE"])
    ours = subprocess.Popen(
        ["node", ROOT / "benches/race.mjs", made / "race_page.js", made / "race_page_bg.wasm", model, rows],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ours.stdout.readline()

    def page(engine):
        ours.stdin.write(f"{engine} {given.rows}\n")
        ours.stdin.flush()
        return float(ours.stdout.readline())

    def clock(run):
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    # The first map compiles umap-learn; the first of ours, the WebAssembly.
    umap.UMAP(random_state=0).fit_transform(wide[:500])
    tasks = [
        ("pca", "PCA", 1.0, "scikit-learn", lambda: PCA(2).fit_transform(wide)),
        ("k-means", "k-means", 1.0, "scikit-learn", lambda: KMeans(3, n_init=20, random_state=0).fit(wide)),
        ("umap", "UMAP", 30.0, "umap-learn", lambda: umap.UMAP(n_neighbors=15, random_state=0).fit_transform(wide)),
    ]
    print(f"{given.rows} patients x {given.features} biomarkers, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    met = True
    for engine, name, bar, peer, run in tasks:
        page(engine)
        pairs = [(page(engine), clock(run)) for _ in range(given.rounds)]
        mine = statistics.median(own for own, _ in pairs)
        ratios = [theirs / own for own, theirs in pairs]
        ok = mine <= bar
        met &= ok
        print(
            f"{'ok  ' if ok else 'MISS'} {name} in Chromium: {mine:.2f} s (bar: {bar:.0f} s); {peer} "
            f"{statistics.median(theirs for _, theirs in pairs):.2f} s, x{statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )
    ours.stdin.close()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
