"""Write the ONNX reference cases into onnx-<version of skl2onnx>/: tree ensembles converted by skl2onnx and onnxmltools, and what onnxruntime
gives for them. Margins are what it gives when the operator's last step (softmax, logistic) is switched off.

    python make_onnx.py
"""

import csv
import json
import warnings
from pathlib import Path

import lightgbm as lgb
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import skl2onnx
import xgboost as xgb
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
OUT = Path(__file__).resolve().parent / f"onnx-{skl2onnx.__version__}"
# Since ai.onnx.ml 5.
HAS_FIVE = onnx.defs.has("TreeEnsemble", "ai.onnx.ml")


def data(load, n):
    d = load()
    return d.data[:, :n].astype(np.float32), d.target


def by_skl2onnx(model, x):
    return skl2onnx.to_onnx(model, x[:1])


def initial(x):
    return [("input", FloatTensorType([None, x.shape[1]]))]


def cases():
    x, y = data(load_breast_cancer, 5)
    xw, yw = data(load_wine, 4)
    xd, yd = data(load_diabetes, 5)
    rf = RandomForestClassifier(5, max_depth=4, random_state=1).fit(x, y)
    yield "skl_forest_binary", by_skl2onnx(rf, x), x
    named = RandomForestClassifier(4, max_depth=3, random_state=1).fit(xw, np.array(["a", "b", "c"])[yw])
    yield "skl_forest_multi", by_skl2onnx(named, xw), xw
    gb = GradientBoostingClassifier(n_estimators=5, max_depth=3, random_state=1).fit(x, y)
    yield "skl_boosting_binary", by_skl2onnx(gb, x), x
    gb = GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=1).fit(xw, yw)
    yield "skl_boosting_multi", by_skl2onnx(gb, xw), xw
    yield "skl_forest_regression", by_skl2onnx(RandomForestRegressor(4, max_depth=4, random_state=1).fit(xd, yd), xd), xd
    two = ExtraTreesRegressor(3, max_depth=3, random_state=1).fit(xd, np.column_stack([yd, xd[:, 0] * 9]))
    yield "skl_two_targets", by_skl2onnx(two, xd), xd
    train = np.where(np.random.default_rng(5).random(x.shape) < 0.1, np.nan, x)
    m = xgb.XGBClassifier(n_estimators=5, max_depth=3).fit(train, y)
    yield "xgb_binary", onnxmltools.convert_xgboost(m, initial_types=initial(x)), x
    m = xgb.XGBClassifier(n_estimators=3, max_depth=2).fit(xw, yw)
    yield "xgb_multi", onnxmltools.convert_xgboost(m, initial_types=initial(xw)), xw
    m = lgb.LGBMClassifier(n_estimators=5, num_leaves=5, verbose=-1).fit(train, y)
    yield "lgb_binary", onnxmltools.convert_lightgbm(m, initial_types=initial(x)), x
    m = lgb.LGBMRegressor(n_estimators=5, num_leaves=5, verbose=-1).fit(xd, yd)
    yield "lgb_regression", onnxmltools.convert_lightgbm(m, initial_types=initial(xd)), xd


def five(model, double=False, transform=0, average=False, factor=1.0):
    """The regressor of a model as a `TreeEnsemble` of ai.onnx.ml 5, which no converter writes yet."""
    old = {a.name: onnx.helper.get_attribute_value(a) for a in ensemble(model).attribute}
    code = {b"BRANCH_LEQ": 0, b"BRANCH_LT": 1, b"BRANCH_GTE": 2, b"BRANCH_GT": 3}
    nodes = list(zip(*(old[f"nodes_{k}"] for k in ("treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids"))))
    inner = {(t, n): i for i, (t, n) in enumerate((t, n) for t, n, mode, *_ in nodes if mode != b"LEAF")}
    # A leaf feeds one target here: of several, the first or the last.
    weights = {}
    for t, n, k, w in zip(*(old[f"target_{k}"] for k in ("treeids", "nodeids", "ids", "weights"))):
        if n % 4 < 2 or (t, n) not in weights:
            weights[t, n] = (k, w)
    leaves = {at: i for i, at in enumerate(weights)}
    a = {k: [] for k in ("nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids", "nodes_trueleafs", "nodes_falseleafs")}
    modes, splits = [], []
    for t, n, mode, feature, value, true, false in nodes:
        if mode == b"LEAF":
            continue
        modes.append(code[mode])
        splits.append(value)
        a["nodes_featureids"].append(feature)
        for side, child in (("true", true), ("false", false)):
            at = (t, child)
            a[f"nodes_{side}leafs"].append(int(at in leaves))
            a[f"nodes_{side}nodeids"].append(leaves[at] if at in leaves else inner[at])
    kind, dtype = (onnx.TensorProto.DOUBLE, np.float64) if double else (onnx.TensorProto.FLOAT, np.float32)
    tensor = lambda name, values: onnx.helper.make_tensor(name, kind, [len(values)], np.array(values, dtype).tobytes(), raw=True)
    n_targets = old.get("n_targets", 1)
    n_features = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
    node = onnx.helper.make_node(
        "TreeEnsemble", ["X"], ["Y"], domain="ai.onnx.ml", n_targets=n_targets, aggregate_function=0 if average else 1, post_transform=transform,
        nodes_modes=onnx.helper.make_tensor("m", onnx.TensorProto.UINT8, [len(modes)], modes), nodes_splits=tensor("s", splits),
        leaf_targetids=[k for k, _ in weights.values()], leaf_weights=tensor("w", [w * factor for _, w in weights.values()]),
        nodes_missing_value_tracks_true=[i % 2 for i in range(len(modes))], tree_roots=[inner[t, n] for t, n in {t: (t, n) for t, n, *_ in reversed(nodes)}.values()],
        **a,
    )  # fmt: skip
    value = lambda name, n: onnx.helper.make_tensor_value_info(name, kind, [None, n])
    graph = onnx.helper.make_graph([node], "five", [value("X", n_features)], [value("Y", n_targets)])
    imports = [onnx.helper.make_opsetid("", 21), onnx.helper.make_opsetid("ai.onnx.ml", 5)]
    made = onnx.helper.make_model(graph, opset_imports=imports, ir_version=10, producer_name="skl2onnx", producer_version=skl2onnx.__version__)
    onnx.checker.check_model(made)
    return made


def write_five():
    xd, yd = data(load_diabetes, 5)
    one = by_skl2onnx(RandomForestRegressor(4, max_depth=4, random_state=1).fit(xd, yd), xd)
    two = by_skl2onnx(ExtraTreesRegressor(3, max_depth=3, random_state=1).fit(xd, np.column_stack([yd, xd[:, 0] * 9])), xd)
    for name, model, double, transform, average, factor in (
        ("five_regression", one, False, 0, False, 1), ("five_double", one, True, 0, True, 1), ("five_logistic", two, False, 2, False, 0.01),
        ("five_two_targets", two, False, 0, False, 1),
    ):  # fmt: skip
        made, rows = five(model, double, transform, average, factor), rows_for(model, xd)
        (OUT / f"{name}.model.onnx").write_bytes(made.SerializeToString())
        matrix = np.array([row for _, row in rows], dtype=np.float64 if double else np.float32)
        run = lambda m: onnxruntime.InferenceSession(m.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"X": matrix})[0]
        margin, prediction = run(five(model, double, 0, average, factor)), run(made)
        if transform == 2:
            # The operator's definition says 2 is the logistic; onnxruntime 1.32 takes it for softmax (and 1 for the logistic).
            softmax = np.exp(margin) / np.exp(margin).sum(axis=1, keepdims=True)
            assert np.allclose(prediction, softmax, atol=1e-6)
            prediction = 1 / (1 + np.exp(-margin.astype(float)))
        write(name, rows, xd, margin, prediction, "TreeEnsemble", f"onnxruntime {onnxruntime.__version__}")


def write(name, rows, x, margin, prediction, objective, library):
    with open(OUT / f"{name}.csv", "w", newline="") as file:
        cells = [[who, *("" if np.isnan(v) else repr(float(v)) for v in row)] for who, row in rows]
        csv.writer(file, lineterminator="\n").writerows([["id", *(f"f{j}" for j in range(x.shape[1]))], *cells])
    size = max(10.0, float(np.abs(margin).max()))
    expected = {
        "library": library,
        "objective": objective,
        "tolerance": float(f"{size * 1e-6:.0e}"),
        "tolerance_reason": "onnxruntime adds 32-bit numbers",
        "base_values": None,
        "margin": [[float(f"{v:.9g}") for v in row] for row in margin],
        "prediction": [[float(f"{v:.9g}") for v in row] for row in prediction],
        "attributions": None,
        "why_no_attributions": "ONNX does not keep cover",
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items()]
    (OUT / f"{name}.expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def ensemble(model):
    return next(n for n in model.graph.node if n.op_type.startswith("TreeEnsemble"))


def scores(model, rows):
    """Last output of the ensemble's own node, as onnxruntime computes it."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    node = ensemble(model)
    keep = list(node.output)[-1]
    del model.graph.node[:]
    model.graph.node.append(node)
    node.input[0] = model.graph.input[0].name
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_tensor_value_info(keep, onnx.TensorProto.FLOAT, [None, None]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([keep], {model.graph.input[0].name: rows})[0]


def raw(model):
    model = onnx.ModelProto.FromString(model.SerializeToString())
    next(a for a in ensemble(model).attribute if a.name == "post_transform").s = b"NONE"
    return model


def rows_for(model, x):
    node = {a.name: onnx.helper.get_attribute_value(a) for a in ensemble(model).attribute}
    rows = [(f"patient-{i + 1}", x[i].copy()) for i in np.linspace(0, len(x) - 1, 6).astype(int)]
    seen = set()
    for f, mode, t in zip(node["nodes_featureids"], node["nodes_modes"], node["nodes_values"]):
        if mode == b"LEAF" or f in seen or len(seen) == 2:
            continue
        seen.add(f)
        t = np.float32(t)
        for kind, v in (("on", t), ("below", np.nextafter(t, np.float32(-np.inf))), ("above", np.nextafter(t, np.float32(np.inf)))):
            row = rows[2][1].copy()
            row[f] = v
            rows.append((f"{kind}-threshold-f{f}", row))
    for kind, v in (("missing", np.nan), ("large", 1e30), ("negative-large", -1e30), ("zero", 0)):
        rows.append((f"{kind}-everywhere", np.full(x.shape[1], v, np.float32)))
    return rows


def main():
    OUT.mkdir(exist_ok=True)
    for name, model, x in cases():
        (OUT / f"{name}.model.onnx").write_bytes(model.SerializeToString())
        rows = rows_for(model, x)
        matrix = np.array([row for _, row in rows], dtype=np.float32)
        margin, prediction = scores(raw(model), matrix), scores(model, matrix)
        labels = next((a for a in ensemble(model).attribute if a.name.startswith("classlabels") and (a.ints or a.strings)), None)
        if labels is not None and margin.shape[1] == 2:
            margin, prediction = margin[:, 1:], prediction[:, 1:]
        library = f"onnxruntime {onnxruntime.__version__}, {model.producer_name} {model.producer_version}"
        write(name, rows, x, margin, prediction, ensemble(model).op_type, library)
        print(name, model.producer_name, margin.shape, [n.op_type for n in model.graph.node])
    if HAS_FIVE:
        write_five()
    # What must be refused by name: the trees do not see the table's numbers.
    x, y = data(load_breast_cancer, 3)
    scaled = make_pipeline(StandardScaler(), RandomForestClassifier(2, max_depth=2, random_state=1)).fit(x, y)
    (OUT / "refused_scaler.onnx").write_bytes(by_skl2onnx(scaled, x).SerializeToString())


if __name__ == "__main__":
    main()
