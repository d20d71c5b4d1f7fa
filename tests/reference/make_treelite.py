"""Write the Treelite reference cases of the version that is installed, into treelite-<version>/.

Each case is what `dump_as_json` gives for a model of another folder or one trained here, a table of rows and what Treelite
itself (`treelite.gtil`) predicts for them. Treelite has no Shapley values: those of the definition are written.

    python make_treelite.py [case ...]
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import treelite
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from plain import HERE, Model, Node, diabetes, make_rows, wine, write_case

OUT = HERE / f"treelite-{treelite.__version__}"


def xgboost(path):
    return treelite.frontend.load_xgboost_model(str(HERE / path)), rows_of(path)


def lightgbm(path):
    return treelite.frontend.load_lightgbm_model(str(HERE / path)), rows_of(path)


def forest(kind, data):
    x, y = data()
    fit = kind(n_estimators=4, max_depth=3, random_state=7).fit(x.to_numpy(), y)
    return treelite.sklearn.import_model(fit), x


def rows_of(path):
    """The rows of the case that the model belongs to; columns get the names that a model without names has."""
    with open(HERE / (path.split(".model")[0] + ".csv"), newline="", encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    return [(row[0], row[1:]) for row in rows]


CASES = {
    "xgboost_binary": lambda: xgboost("xgboost-3.0.5/binary_logistic_missing.model.json"),
    "xgboost_categorical": lambda: xgboost("xgboost-3.0.5/categorical_codes.model.json"),
    "xgboost_multiclass": lambda: xgboost("xgboost-3.0.5/multi_softprob.model.json"),
    "xgboost_dart": lambda: xgboost("xgboost-2.1.4/dart.model.json"),
    "lightgbm_binary": lambda: lightgbm("lightgbm-4.7.0/binary_missing_nan.model.txt"),
    "lightgbm_sigmoid": lambda: lightgbm("lightgbm-4.7.0/binary_sigmoid.model.txt"),
    "lightgbm_categorical": lambda: lightgbm("lightgbm-4.7.0/categorical_codes.model.txt"),
    "lightgbm_rf": lambda: lightgbm("lightgbm-4.7.0/rf.model.txt"),
    "sklearn_forest": lambda: forest(RandomForestRegressor, diabetes),
    "sklearn_forest_classes": lambda: forest(RandomForestClassifier, wine),
}


def bits_of(saved):
    """Versions before 4.3 do not write the type."""
    if "threshold_type" in saved:
        return 32 if saved["threshold_type"] == "float32" else 64
    nodes = [node for tree in saved["trees"] for node in tree["nodes"]]
    numbers = np.concatenate([np.ravel(node[key]) for node in nodes for key in ("threshold", "leaf_value") if key in node])
    return 32 if np.array_equal(numbers.astype(np.float32), numbers) else 64


def read(saved):
    """The few rules that turn the saved JSON into trees."""
    k = max(max(saved["num_class"]), saved["num_target"])
    alpha = saved["sigmoid_alpha"] if saved["postprocessor"] in ("sigmoid", "multiclass_ova") else 1.0
    ids = saved["class_id"] if max(saved["num_class"]) > 1 else saved["target_id"]
    roots = []
    for tree, output in zip(saved["trees"], ids, strict=True):
        nodes = tree["nodes"]
        share = sum(i in (output, -1) for i in ids) if saved["average_tree_output"] else 1

        def build(i):
            node = nodes[i]
            cover = node.get("sum_hess", node.get("data_count"))
            if "leaf_value" in node:
                value = np.zeros(k)
                if isinstance(node["leaf_value"], list):
                    value[:] = node["leaf_value"]
                else:
                    value[output if k > 1 else 0] = node["leaf_value"]
                return Node(value=value * alpha / share, cover=cover)
            threshold = node.get("threshold")
            return Node(feature=node["split_feature_id"], goes_left=test(node), threshold=threshold, left=build(node["left_child"]), right=build(node["right_child"]), cover=cover)

        roots.append(build(0))
    cast = (lambda v: float(np.float32(v))) if bits_of(saved) == 32 else float
    return Model(saved["num_feature"], np.array(saved["base_scores"]) * alpha, roots, cast=cast), alpha


def test(node):
    def goes_left(v):
        if math.isnan(v):
            return node["default_left"]
        if node["node_type"] == "categorical_test_node":
            member = v >= 0 and int(v) in node["category_list"]
            return member != node["category_list_right_child"]
        return v < node["threshold"] if node["comparison_op"] == "<" else v <= node["threshold"]

    return goes_left


def write(name):
    model, rows = CASES[name]()
    saved = json.loads(model.dump_as_json(pretty_print=False))
    (OUT / f"{name}.model.json").write_text(json.dumps(saved, separators=(",", ":")))
    ours, alpha = read(saved)
    bits = bits_of(saved)
    if isinstance(rows, pd.DataFrame):
        rows = make_rows(ours, rows, bits)
    plain = np.array([[float(c) if c else np.nan for c in cells] for _, cells in rows])
    inputs = plain.astype(np.float32 if bits == 32 else np.float64)
    n = len(rows)
    margin = np.asarray(treelite.gtil.predict(model, inputs, pred_margin=True)).reshape(n, -1) * alpha
    prediction = np.asarray(treelite.gtil.predict(model, inputs)).reshape(n, -1)
    header = [f"f{j}" for j in range(plain.shape[1])]
    more = {"objective": saved["postprocessor"], "method": "definition", "why": "Treelite computes no Shapley values"}
    write_case(OUT, name, f"treelite {treelite.__version__}", rows, header, ours, plain, margin, prediction, None, None, 1e-5 if bits == 32 else 1e-9, **more)


def main():
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        write(name)


if __name__ == "__main__":
    main()
