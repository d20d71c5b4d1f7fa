"""Write hostile/: model files in containers (pickle, joblib, skops, ONNX) that must be refused in words.

    python make_hostile.py

hostile/cases.json says for each file what the sentence must name. Nothing here is ever loaded by Python: some of these files
would run a command if they were.
"""

import io
import json
import pickle
import struct
import subprocess
import os
import zipfile
import zlib
from pathlib import Path

import joblib
import numpy as np
import onnx
import skops.io as skops
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import BaggingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

OUT = Path(__file__).resolve().parent / "hostile"
CASES = []
X, Y = load_wine(return_X_y=True)
X = X[:, :3]
D, T = load_diabetes(return_X_y=True)
D = D[:, :3]


def put(name, data, says, why):
    (OUT / name).write_bytes(data)
    CASES.append({"file": name, "says": says, "why": why})


class Call:
    """Pickles as a call."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def small():
    return DecisionTreeRegressor(max_depth=2, random_state=1).fit(D, T)


# ---------------------------------------------------------------- pickles


def text(s):
    b = s.encode()
    return b"X" + struct.pack("<I", len(b)) + b


def name(module, name):
    return text(module) + text(name) + b"\x93"


def pickles():
    put("os_system.pkl", pickle.dumps(Call(os.system, "echo harm"), 4), "posix.system", "runs a command when Python loads it")
    put("eval.pkl", pickle.dumps(Call(eval, "1+1"), 4), "builtins.eval", "evaluates text when Python loads it")
    forest = RandomForestClassifier(2, max_depth=2, random_state=1).fit(X, Y)
    forest.estimators_.append(Call(subprocess.check_output, ["echo", "harm"]))
    buffer = io.BytesIO()
    joblib.dump(forest, buffer)
    put("inside_a_forest.joblib", buffer.getvalue(), "subprocess.check_output", "a forest, one tree of which runs a command")
    put("protocol_0.pkl", b"(ios\nsystem\n.", "no model format", "the text form of pickles, without a header")
    put("inst.pkl", b"\x80\x02(cposix\nsystem\nS'echo harm'\nios\nsystem\n.", "posix.system", "calls by the opcode INST")
    put("inst_alone.pkl", b"\x80\x02(ios\nsystem\n.", "opcode 0x69", "the opcode INST, which names and calls at once")
    put("persistent.pkl", b"\x80\x04Pdatabase\n.", "opcode 0x50", "asks the reader for an object of its own")
    put("extension.pkl", b"\x80\x04\x82\x01.", "opcode 0x82", "a name from a registry that only the writer has")
    put("call_of_a_number.pkl", b"\x80\x04K\x01)R.", "has no name", "calls a number")
    put("stack_underflow.pkl", b"\x80\x04K\x01\x87.", "empty stack", "takes three objects of one")
    put("no_mark.pkl", b"\x80\x04K\x01t.", "mark is missing", "a tuple without a start")
    put("unknown_memo.pkl", b"\x80\x04j\xff\xff\xff\xff.", "did not remember", "refers to an object that never was")
    put("huge_bytes.pkl", b"\x80\x04\x8e" + struct.pack("<Q", 2**63) + b"ab.", "ends too early", "claims more bytes than any memory holds")
    put("no_end.pkl", b"\x80\x04K\x01", "ends too early", "no last opcode")
    put("not_utf8.pkl", b"\x80\x04\x8c\x02\xff\xfe.", "not UTF-8", "a text that is none")
    put("long_name.pkl", b"\x80\x04" + name("sklearn." + "a" * 9000, "b") + b".", "characters in a Python name", "a name without end")
    put("deep.pkl", b"\x80\x04)" + b"\x85" * 100_000 + b".", "a tuple", "tuples nested a hundred thousand deep")
    put("laughs.pkl", b"\x80\x04]q\x00" + b"".join(b"]" + b"q" + bytes([i]) + b"(" + (b"h" + bytes([i - 1])) * 10 + b"e" for i in range(1, 100)) + b".", "a list", "lists of lists that stand for 10^99 objects")
    put("own_member.pkl", b"\x80\x04]q\x00h\x00a.", "a list", "a list that is its own member")
    cyclic = name("sklearn.ensemble._forest", "RandomForestRegressor") + b")\x81q\x01}" + b"(" + text("n_features_in_") + b"K\x02" + text("n_outputs_") + b"K\x01" + text("estimators_") + b"](h\x01h\x01eub."
    put("own_tree.pkl", b"\x80\x04" + cyclic, "tree_", "a forest whose trees are the forest")
    nested = b"".join(
        b"\x80\x04" + name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}(" + text("shape") + b"K\x01\x85" + text("order") + text("C") + text("dtype") + name("numpy", "dtype") + text("O8") + b"\x89\x88\x87R" + b"ub"
        for _ in range(20)
    )
    put("nested.joblib", nested + b"\x80\x04N." + b"." * 20, "nested more than", "a pickle in a pickle in a pickle ...")
    letters = "é" * 9000
    put("same_bytes.pkl", b"\x80\x04" + name("_codecs", "encode") + b"q\x00" + text(letters) + text("latin1") + b"\x86q\x01" + b"h\x00h\x01R" * 3000 + b".", "copied over and over", "asks for the same text as bytes three thousand times")
    tree = RandomForestClassifier(1, max_depth=2, random_state=1).fit(X, Y)
    tree.estimators_ = tree.estimators_ * 500
    put("same_tree.pkl", pickle.dumps(tree, 4), "two trees share", "a forest of one tree, five hundred times")
    good = pickle.dumps(small(), 4)
    put("cut_off.pkl", good[: len(good) * 2 // 3], "ends too early", "the file ends in the middle")
    put("numpy_bytes.pkl", good.replace(b"node_count\x94K\x07", b"node_count\x94K\x07").replace(struct.pack("<B", 7) + b"\x85", b"\x09\x85"), "another number of items", "an array with fewer bytes than its shape")
    buffer = io.BytesIO()
    joblib.dump(small(), buffer)
    sound = buffer.getvalue()
    assert b"K\x07\x85" in sound
    put("array_too_long.joblib", sound.replace(b"K\x07\x85", b"J\xff\xff\xff\x7f\x85"), "ends too early", "an array that claims more bytes than the file has")
    put("array_overflow.joblib", sound.replace(b"K\x07\x85", b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"), "larger than any memory", "an array of 2^63 items")
    put("zlib_bomb.joblib", zlib.compress(b"\x80\x04" + bytes(48 << 20), 9), "bytes when inflated", "48 MiB of zeros in 48 kB")
    put("zlib_cut_off.joblib", zlib.compress(sound)[:300], "compressed", "the compressed stream ends in the middle")
    put("separate_files.joblib", b"\x80\x02" + b"cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}" + text("filename") + text("model_01.npy") + b"sb.", "other files", "joblib before 0.10 kept arrays beside the file")


# ---------------------------------------------------------------- what is no tree ensemble


def estimators():
    binary = (Y > 0).astype(int)
    put("pipeline.skops", skops.dumps(make_pipeline(StandardScaler(), small())), "sklearn.pipeline.Pipeline", "a pipeline: the trees do not see the table's numbers")
    put("grid_search.pkl", pickle.dumps(GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(X, binary)), "GridSearchCV", "a search around a model")
    put("linear.skops", skops.dumps(LinearRegression().fit(D, T)), "LinearRegression", "a linear model")
    put("bagging.pkl", pickle.dumps(BaggingClassifier(LogisticRegression(), n_estimators=2).fit(X, binary)), "BaggingClassifier", "an ensemble, but not of trees")
    put("multi_output.pkl", pickle.dumps(MultiOutputClassifier(DecisionTreeClassifier(max_depth=1)).fit(X, np.column_stack([binary, Y]))), "MultiOutputClassifier", "one model per output")
    two = DecisionTreeClassifier(max_depth=2, random_state=1).fit(X, np.column_stack([binary, Y]))
    put("two_outputs.pkl", pickle.dumps(two), "several outputs", "a classifier with two outputs")
    boosted = GradientBoostingRegressor(init=LinearRegression(), n_estimators=2, max_depth=1).fit(D, T)
    put("initial_estimator.pkl", pickle.dumps(boosted), "starts from sklearn.linear_model", "boosting on top of a linear model")
    averaged = CalibratedClassifierCV(DecisionTreeClassifier(max_depth=1), cv=2).fit(X, binary)
    put("calibrated_average.pkl", pickle.dumps(averaged), "averages 2 calibrated models", "the mean of several calibrated models")
    one = CalibratedClassifierCV(DecisionTreeClassifier(max_depth=1), cv=2, ensemble=False).fit(X, Y)
    put("calibrated_several.pkl", pickle.dumps(one), "several classes", "calibrated classes that share one sum")
    put("dict.pkl", pickle.dumps({"model": small(), "columns": ["a"]}), "a dict", "a dict with a model in it")
    put("unfitted.pkl", pickle.dumps(DecisionTreeClassifier()), "n_features_in_", "a model that was not fitted")


# ---------------------------------------------------------------- trees that are none


def trees():
    def changed(edit, model=None):
        model = small() if model is None else model
        state = model.tree_.__getstate__()
        edit(state)
        reduce = Call(type(model.tree_), *model.tree_.__reduce__()[1])
        reduce.call = (*reduce.call, state)
        model.tree_ = reduce
        return pickle.dumps(model, 4)

    def node(field, i, value):
        def edit(state):
            state["nodes"][field][i] = value

        return edit

    def drop(field):
        def edit(state):
            keep = [f for f in state["nodes"].dtype.names if f != field]
            state["nodes"] = state["nodes"][keep].copy()

        return edit

    def values(edit):
        def apply(state):
            state["values"] = edit(state["values"])

        return apply

    def with_nan(v):
        v[-1] = np.nan
        return v

    put("tree_cycle.pkl", changed(node("left_child", 1, 0)), "reached twice", "a node has the root as child")
    put("tree_child.pkl", changed(node("right_child", 0, 999)), "child 999", "child number 999 of a small tree")
    put("tree_feature.pkl", changed(node("feature", 0, 3)), "feature 3", "split on feature 3 of three")
    put("tree_threshold.pkl", changed(node("threshold", 0, np.nan)), "threshold", "a threshold that is no number")
    put("tree_cover.pkl", changed(node("weighted_n_node_samples", 2, -1.0)), "cover", "a negative cover")
    put("tree_leaf.pkl", changed(values(with_nan)), "leaf value", "a leaf with the value NaN")
    put("tree_values.pkl", changed(values(lambda v: v[:-1].copy())), "rows as there are nodes", "fewer values than nodes")
    put("tree_field.pkl", changed(drop("left_child")), "left_child", "nodes without a field")
    put("tree_classes.pkl", changed(values(lambda v: v[:, :, :2].copy()), DecisionTreeClassifier(max_depth=2, random_state=1).fit(X, Y)), "one value per class", "leaves with two values for three classes")
    put("big_endian.pkl", changed(lambda s: s.update(values=s["values"].astype(">f8"))), "does not hold numbers", "numbers in the other byte order")


# ---------------------------------------------------------------- skops


def archive(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return buffer.getvalue()


def archives():
    good = skops.dumps(small())
    with zipfile.ZipFile(io.BytesIO(good)) as z:
        files = {n: z.read(n) for n in z.namelist()}
    schema = json.loads(files["schema.json"])
    tree = schema["content"]["content"]["tree_"]["content"]["content"]
    values = tree["values"]["file"]

    def changed(**more):
        return archive(files | more)

    def npy(header, data=b""):
        text = header.encode()
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data

    put("no_schema.zip", archive({"readme.txt": b"hello"}), "zip archive without", "a zip archive of something else")
    put("arrays.npz", archive({"x.npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }")}), "npz", "arrays without a model")
    put("workbook.xlsx", archive({"[Content_Types].xml": b"<Types/>"}), "spreadsheet", "a spreadsheet")
    put("zip_bomb.skops", archive({"schema.json": b" " * (48 << 20)}), "unpacked bytes", "48 MiB of blanks in 48 kB")
    put("zip_cut_off.skops", good[: len(good) // 2], "zip archive", "the archive ends in the middle")
    put("schema_nested.skops", archive({"schema.json": b"[" * 5000}), "recursion limit", "a schema nested five thousand deep")
    put("schema_text.skops", archive({"schema.json": b"not json"}), "schema.json", "a schema that is not JSON")
    other = json.loads(json.dumps(schema))
    other["content"] = {"__class__": "dict", "__module__": "builtins", "__loader__": "CachedNode", "__id__": 42}
    put("link_to_nothing.skops", archive(files | {"schema.json": json.dumps(other)}), "not there", "refers to an object that never was")
    other["content"]["__id__"] = other["__id__"]
    put("link_to_itself.skops", archive(files | {"schema.json": json.dumps(other)}), "n_features_in_", "an object that is its own state")
    del files[values]
    put("array_missing.skops", archive(files), values, "an array whose file is not there")
    lies = "{'descr': '<f8', 'fortran_order': False, 'shape': (7, 1, 1), }"
    put("npy_short.skops", changed(**{values: npy(lies, bytes(8))}), "another number of bytes", "a header that claims more bytes than there are")
    put("npy_huge.skops", changed(**{values: npy(lies.replace("7, 1, 1", "4611686018427387904, 4, 8"))}), "another number of bytes", "a shape that overflows")
    put("npy_object.skops", changed(**{values: npy(lies.replace("<f8", "|O"), b"cposix\nsystem\n(S'echo harm'\ntR." )}), "Python objects", "an array that is a pickle")
    put("npy_header.skops", changed(**{values: b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}"}), "longer than the file", "a header of 4 GiB")
    put("npy_code.skops", changed(**{values: npy("__import__('os').system('echo harm')")}), "not a dict", "a header that is code")


# ---------------------------------------------------------------- ONNX


def graphs():
    def model(operators=(), **change):
        node = {
            "nodes_treeids": [0, 0, 0], "nodes_nodeids": [0, 1, 2], "nodes_featureids": [0, 0, 0],
            "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"], "nodes_values": [0.5, 0.0, 0.0],
            "nodes_truenodeids": [1, 0, 0], "nodes_falsenodeids": [2, 0, 0],
            "target_treeids": [0, 0], "target_nodeids": [1, 2], "target_ids": [0, 0], "target_weights": [1.0, 2.0],
            "n_targets": 1, "post_transform": "NONE",
        } | change  # fmt: skip
        make, tensor = onnx.helper.make_node, onnx.helper.make_tensor_value_info
        nodes = [make("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", **node), *operators]
        graph = onnx.helper.make_graph(nodes, "g", [tensor("x", 1, [None, 1])], [tensor("y", 1, [None, 1])])
        return onnx.helper.make_model(graph, producer_name="by hand").SerializeToString()

    good = model()
    put("cut_off.onnx", good[: len(good) // 2], "ONNX file", "the file ends in the middle")
    put("onnx_exp.onnx", model([onnx.helper.make_node("Exp", ["y"], ["z"])]), "operator Exp", "another operator after the trees")
    put("onnx_two.onnx", model([onnx.helper.make_node("TreeEnsembleRegressor", ["x"], ["z"])]), "more than one", "two ensembles")
    put("onnx_cycle.onnx", model(nodes_truenodeids=[0, 0, 0]), "reached twice", "a node has the root as child")
    put("onnx_child.onnx", model(nodes_falsenodeids=[9, 0, 0]), "child -1", "a child that is not there")
    put("onnx_lengths.onnx", model(nodes_values=[0.5]), "nodes_values", "one array is shorter than the others")
    put("onnx_output.onnx", model(target_ids=[0, 7], n_targets=2), "not there", "a leaf for output 7 of two")
    put("onnx_equal.onnx", model(nodes_modes=["BRANCH_EQ", "LEAF", "LEAF"]), "equality", "splits on equality")
    put("onnx_max.onnx", model(aggregate_function="MAX"), "largest or smallest", "the largest tree counts")
    put("onnx_outputs.onnx", model(n_targets=2**40), "outputs", "claims more outputs than any memory holds")
    put("onnx_infinite.onnx", model(target_weights=[1.0, float("inf")]), "leaf value", "an infinite leaf")
    put("onnx_feature.onnx", model(nodes_featureids=[3, 0, 0]), "feature 3", "split on feature 3 of one")
    put("onnx_scattered.onnx", model(nodes_treeids=[0, 1, 0]), "child -1", "the nodes of a tree do not follow each other")


# ---------------------------------------------------------------- PMML


def pmml():
    low = '<Node id="1" score="1"><SimplePredicate field="x" operator="lessOrEqual" value="0.5"/></Node>'
    high = '<Node id="2" score="2"><SimplePredicate field="x" operator="greaterThan" value="0.5"/></Node>'

    def model(nodes=low + high, head="", tree="", x="continuous", after="", schema=""):
        return (
            f'<?xml version="1.0"?>{head}<PMML version="4.4"><DataDictionary><DataField name="x" optype="{x}" dataType="double"/>'
            f'<DataField name="y" optype="continuous" dataType="double"/></DataDictionary>{after}<TreeModel functionName="regression"{tree}>'
            f'<MiningSchema><MiningField name="x"{schema}/><MiningField name="y" usageType="target"/></MiningSchema>'
            f'<Node id="0"><True/>{nodes}</Node></TreeModel></PMML>'
        ).encode()

    good = model()
    put("cut_off.pmml", good[: len(good) * 2 // 3], "PMML file", "the file ends in the middle")
    put("entities.pmml", model(head='<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'), "document type", "entities that grow")
    put("deep.pmml", model("<Node><True/>" * 10_050 + "</Node>" * 10_050), "nested elements", "nodes nested ten thousand deep")
    put("compound.pmml", model(low + high.replace("SimplePredicate", "CompoundPredicate")), "CompoundPredicate", "a predicate of several parts")
    put("three_children.pmml", model(low + low + high), "complete each other", "three children, the last of which need not hold")
    put("gap.pmml", model(low + high.replace("0.5", "0.75")), "complete each other", "values between the two sides")
    put("field.pmml", model((low + high).replace('field="x"', 'field="z"')), "no active field", "a split on a field that is not there")
    put("text_threshold.pmml", model((low + high).replace("0.5", "high")), "no number", "a threshold that is a text")
    put("no_score.pmml", model(low + high.replace('score="2"', "")), "no score", "a leaf without a value")
    put("two_roots.pmml", model().replace(b"</TreeModel>", b'<Node score="1"><True/></Node></TreeModel>'), "two roots", "a tree with two roots")
    put("tree_in_node.pmml", model().replace(b"</Node></TreeModel>", b'<TreeModel functionName="regression"><Node score="1"><True/></Node></TreeModel></Node></TreeModel>'), "a tree lies within a node", "a tree inside a node of another")
    put("derived.pmml", model(after='<TransformationDictionary><DerivedField name="z"/></TransformationDictionary>'), "derived fields", "a derived field of no width")
    computed = '<DerivedField name="z" dataType="double"><Apply function="log"><FieldRef field="x"/></Apply></DerivedField>'
    put("computed.pmml", model(after=f"<TransformationDictionary>{computed}</TransformationDictionary>"), 'element "Apply"', "a derived field that is computed")
    put("copy.pmml", model(after=f"<TransformationDictionary>{computed}</TransformationDictionary>".replace('<Apply function="log">', "").replace("</Apply>", "").replace('field="x"', 'field="w"')), 'copies "w", which is no field', "a copy of a field that is not there")
    put("default_child.pmml", model(low + low + high.replace("SimplePredicate", "True"), tree=' missingValueStrategy="defaultChild"'), "default children", "a default among three children")
    put("default_stranger.pmml", model(tree=' missingValueStrategy="defaultChild"').replace(b'<Node id="0">', b'<Node id="0" defaultChild="7">'), "the default child is none of the node's own", "a default that is no child")
    copies = "".join(f'<DerivedField name="{w}(x)" dataType="{w}"><FieldRef field="x"/></DerivedField>' for w in ("float", "double"))
    put("copies.pmml", model(low.replace('field="x"', 'field="float(x)"') + high.replace('field="x"', 'field="double(x)"'), after=f"<TransformationDictionary>{copies}</TransformationDictionary>"), "32 and of 64 bits", "one field compared in two widths")
    put("condition.pmml", model().replace(b'<Node id="0"><True/>', b'<Node id="0"><SimplePredicate field="x" operator="lessThan" value="9"/>'), "a tree under a condition", "a root that need not hold")
    put("nothing_asked.pmml", model(low.replace("SimplePredicate", "False") + high), 'element "False"', "a side that never holds")
    put("order_of_levels.pmml", model(x="categorical").replace(b'dataType="double"/>', b'dataType="string"><Value value="a"/><Value value="b"/></DataField>', 1), 'the comparison "lessOrEqual" of the categorical field "x"', "levels put in an order")
    member = low.replace("SimplePredicate", "SimpleSetPredicate").replace('operator="lessOrEqual" value="0.5"', 'booleanOperator="isAbout"')
    put("set.pmml", model(member + high), 'the comparison "isAbout"', "a set that is not asked for membership")

    fields = "".join(f'<DataField name="{x}" optype="continuous" dataType="double"/>' for x in "xw")
    schema = '<MiningSchema><MiningField name="x"/><MiningField name="w"/><MiningField name="y" usageType="target"/></MiningSchema>'
    first = (
        '<Segment><True/><MiningModel functionName="regression"><Output><OutputField name="sum"/></Output><Segmentation multipleModelMethod="sum">'
        f'<Segment><True/><TreeModel functionName="regression"><Node><True/>{low}{high}</Node></TreeModel></Segment></Segmentation></MiningModel></Segment>'
    )
    last = (
        '<Segment><True/><RegressionModel functionName="classification" normalizationMethod="logit">'
        '<RegressionTable intercept="0" targetCategory="1"><NumericPredictor name="sum" coefficient="1"/></RegressionTable>'
        '<RegressionTable intercept="0" targetCategory="0"/></RegressionModel></Segment>'
    )

    def chain(*segments, head=""):
        return (
            f'<PMML version="4.4"><DataDictionary>{fields}<DataField name="y" optype="categorical" dataType="integer"><Value value="0"/><Value value="1"/>'
            f'</DataField></DataDictionary><MiningModel functionName="classification">{schema}{head}<Segmentation multipleModelMethod="modelChain">{"".join(segments)}'
            "</Segmentation></MiningModel></PMML>"
        ).encode()

    put("chain_no_last.pmml", chain(first), "whose last is not a regression", "a chain that ends with the sum")
    put("chain_goes_on.pmml", chain(first, last, last), "goes on after a regression", "a chain with two last models")
    put("chain_link.pmml", chain(first, last.replace("logit", "cloglog")), 'joined by "cloglog"', "a link that is not known")
    put("chain_name.pmml", chain(first, last.replace('name="sum"', 'name="total"')), 'uses "total", which no sum of trees gives', "a last model that asks for something else")
    put("chain_two.pmml", chain(first, last.replace("</RegressionTable>", '<NumericPredictor name="sum" coefficient="1"/></RegressionTable>', 1)), "more than one sum of trees", "a last model that adds two results")
    put("chain_power.pmml", chain(first, last.replace('coefficient="1"', 'coefficient="1" exponent="2"')), "powers of sums", "the square of a sum")
    put("chain_no_coefficient.pmml", chain(first, last.replace(' coefficient="1"', "")), "no coefficient", "a predictor without a coefficient")
    put("chain_classes.pmml", chain(first.replace('"regression"', '"classification"'), last), "a chain of classifiers", "classes handed on")
    put("chain_output.pmml", chain(first.replace('<OutputField name="sum"/>', '<OutputField name="raw"/><OutputField name="sum" feature="transformedValue"><Apply function="tanh"><FieldRef field="raw"/></Apply></OutputField>'), last), "computed in another way", "a sum that is bent before it is handed on")
    put("chain_scaled.pmml", chain(first, last, head='<Targets><Target rescaleFactor="2"/></Targets>'), "whose prediction is scaled", "probabilities that are scaled")
    put("chain_multi.pmml", chain(first, last.replace("logit", "softmax").replace('targetCategory="0"', 'targetCategory="2"')), "leaves out a class", "a class without a sum")
    put("tree_scaled.pmml", chain(first.replace("<Node><True/>", '<Targets><Target rescaleFactor="2"/></Targets><Node><True/>'), last), "scaled one by one", "a tree with a factor of its own")
    put("segment_condition.pmml", chain(first.replace("<Segment><True/><TreeModel", '<Segment><SimplePredicate field="x" operator="lessThan" value="1"/><TreeModel'), last), "segments under a condition", "a tree for some patients only")
    put("widths.pmml", chain(first, first.replace('field="x"', 'field="w"').replace('"sum"/>', '"other"/>'), last).replace(b'dataType="double"', b'dataType="float"', 1), "32 and of 64 bits", "a field of 32 bits beside one of 64")
    put("two_models.pmml", model().replace(b"</PMML>", good[good.index(b"<TreeModel"):]), "several models in one file", "two models")
    put("categorical.pmml", model(x="categorical"), "categorical field", "a categorical field")
    put("penalty.pmml", model(tree=' missingValueStrategy="weightedConfidence"'), "weightedConfidence", "missing values are averaged over")
    put("replaced.pmml", model(schema=' missingValueReplacement="0"'), "missingValueReplacement", "missing values are replaced before the trees see them")
    put("regression.pmml", b'<PMML version="4.4"><RegressionModel functionName="regression"/></PMML>', "RegressionModel", "a linear model")


def main():
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    pickles()
    estimators()
    trees()
    archives()
    graphs()
    pmml()
    lines = ",\n".join("  " + json.dumps(c, ensure_ascii=False) for c in CASES)
    (OUT / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(len(CASES), "files,", sum(p.stat().st_size for p in OUT.iterdir()), "bytes")


if __name__ == "__main__":
    main()
