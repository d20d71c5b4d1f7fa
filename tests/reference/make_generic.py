"""Write the cases of the plain JSON that other programs can write, into generic-1/.

One forest that scikit-learn trained, written down with a few lines as they might be written anywhere, and one ensemble made
up to use every key. See README.md and plain.py.

    python make_generic.py
"""

import json
import math

import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import RandomForestClassifier

from plain import HERE, Model, Node, frame_of, make_rows, wine, write_case

OUT = HERE / "generic-1"


def dump(name, model):
    (OUT / f"{name}.model.json").write_text(json.dumps({"format": "clarimark-trees", "version": 1} | model, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def forest():
    x, y = wine()
    fit = RandomForestClassifier(n_estimators=5, max_depth=3, random_state=7).fit(x.to_numpy(), y)
    trees = []
    for tree in (e.tree_ for e in fit.estimators_):
        shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
        leaf = tree.children_left == -1
        trees.append({
            "feature": np.where(leaf, -1, tree.feature).tolist(),
            "threshold": [None if gone else float(t) for gone, t in zip(leaf, tree.threshold)],
            "left": tree.children_left.tolist(),
            "right": tree.children_right.tolist(),
            "default_left": tree.missing_go_to_left.astype(bool).tolist(),
            "value": shares.tolist(),
            "cover": tree.weighted_n_node_samples.tolist(),
        })  # fmt: skip
    saved = {"library": f"scikit-learn {sklearn.__version__}", "features": list(x.columns), "outputs": ["one", "two", "three"], "test": "<=", "cast": "f32", "weight": 1 / len(trees), "margin": "probability", "prediction": "probability", "cover": "weighted number of rows", "trees": trees}
    dump("forest", saved)
    model = read(saved)
    rows = make_rows(model, x, 32)
    _, plain = frame_of(rows, x)
    probability = fit.predict_proba(plain)
    write_case(OUT, "forest", f"scikit-learn {sklearn.__version__}", rows, list(x.columns), model, plain, probability, probability, None, None, 1e-9, objective="", method="definition", why="scikit-learn computes no Shapley values")


def every_key():
    """Levels, codes, missing values, two outputs, weights, a base; a tree with vectors and one of a single leaf."""
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"size, mm": rng.normal(20, 6, 40).round(1), "grade": pd.Categorical(rng.choice(["I", "II", "III", "?"], 40), categories=["I", "II", "III", "?"]), "age": rng.integers(30, 80, 40).astype(float)})
    saved = {
        "library": "a program 0.9",
        "features": ["size, mm", {"name": "grade", "levels": ["I", "II", "III", "?"]}, "age"],
        "outputs": ["first", "second"],
        "base": [0.25, -0.5],
        "weight": 0.5,
        "link": "exp",
        "margin": "log rate",
        "prediction": "rate",
        "higher": "rate",
        "trees": [
            {"feature": [0, 1, -1, 2, -1, -1, -1], "threshold": [20.5, None, None, 55.0, None, "NA", None], "right_codes": [None, [2, 3], None, [], None, None, None], "left": [1, 2, -1, 4, -1, -1, -1], "right": [3, 6, -1, 5, -1, -1, -1], "default_left": [False, True, False, True, False, False, False], "value": [None, None, 0.5, None, -0.25, 1.5, 0.75], "cover": [40, 22, 12, 18, 7, 11, 10], "output": 1},
            {"feature": [2, -1, -1], "threshold": [61.0, None, None], "left": [1, -1, -1], "right": [2, -1, -1], "value": [[0, 0], [0.5, -1.0], [0.125, 2.0]], "cover": [40, 30, 10], "weight": 2.0},
            {"feature": -1, "left": -1, "right": -1, "value": 0.375, "cover": 40, "output": 0},
        ],
    }
    dump("every_key", saved)
    model = read(saved)
    rows = make_rows(model, x, 64)
    _, plain = frame_of(rows, x)
    margin = np.array([model.margin(row) for row in plain])
    write_case(OUT, "every_key", "made up", rows, list(x.columns), model, plain, margin, np.exp(margin), None, None, 1e-12, objective="", method="definition", why="made up")


def read(saved):
    """The few rules that turn the JSON into trees."""
    k = len(saved["outputs"])

    def listed(v):
        return v if isinstance(v, list) else [v]

    def root(tree):
        feature, left, right, value, cover = (listed(tree[key]) for key in ("feature", "left", "right", "value", "cover"))
        factor = saved["weight"] * tree.get("weight", 1.0)

        def build(i):
            if feature[i] == -1:
                out = np.zeros(k)
                if isinstance(value[i], list):
                    out[:] = value[i]
                else:
                    out[tree.get("output", 0)] = value[i]
                return Node(value=out * factor, cover=cover[i])
            codes = (tree.get("right_codes") or [None] * len(feature))[i]
            missing = (tree.get("default_left") or [False] * len(feature))[i]
            t = None if codes else tree["threshold"][i]

            def goes_left(v):
                if math.isnan(v):
                    return missing
                if codes:
                    return not (v >= 0 and int(v) in codes)
                return v <= t if saved.get("test") == "<=" else v < t

            return Node(feature=feature[i], goes_left=goes_left, threshold=t, left=build(left[i]), right=build(right[i]), cover=cover[i])

        return build(0)

    cast = (lambda v: float(np.float32(v))) if saved.get("cast") == "f32" else float
    return Model(len(saved["features"]), saved.get("base", [0.0] * k), [root(t) for t in saved["trees"]], cast=cast)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    forest()
    every_key()
