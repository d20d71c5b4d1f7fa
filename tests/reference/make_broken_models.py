"""Write broken-models/: models of every format but XGBoost's JSON that must be refused with a sentence, and odd ones that
must load all the same. Each is a committed reference model with one fault. Needs nothing but Python.

    python make_broken_models.py
"""

import bz2
import copy
import gzip
import json
import lzma
import shutil
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "broken-models"
CASES = []


def put(name, content, outcome, why, **more):
    """outcome: `refused`, `loads`, or `warns` (loads and says something). `says`: part of the refusal."""
    (OUT / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    CASES.append({"file": name, "kind": "model", "outcome": outcome, "why": why} | more)


def replaced(text, old, new):
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


# ---------------------------------------------------------------- XGBoost UBJSON


def ubjson():
    good = (HERE / "xgboost-3.4.1" / "best_iteration.model.ubj").read_bytes()

    def refuse(name, data, why, says):
        put(f"xgboost_{name}.model.ubj", data, "refused", why, says=says)

    put("xgboost_ok.model.ubj", good, "loads", "the model all others of this kind are made of")
    noop = good.replace(b"{L" + struct.pack(">q", 7) + b"learner", b"{L" + struct.pack(">q", 7) + b"learnerNN", 1)
    put("xgboost_no_ops.model.ubj", noop, "loads", "no-op bytes before a value", same_as="xgboost_ok.model.ubj")
    refuse("truncated", good[: len(good) // 2], "the file ends in the middle", "")
    refuse("trailing", good + b"\x00", "a byte after the end", "after the end")
    key = b"L" + struct.pack(">q", 13) + b"left_children"
    at = good.index(key) + len(key)
    assert good[at : at + 4] == b"[$l#"
    count = at + 4
    refuse("huge_count", good[: count + 1] + struct.pack(">q", 1 << 61) + good[count + 9 :], "a list that claims 2^61 numbers", "are left")
    refuse("negative_count", good[: count + 1] + struct.pack(">q", -1) + good[count + 9 :], "a list of −1 numbers", "-1")
    refuse("longer_than_file", good[: count + 1] + struct.pack(">q", len(good)) + good[count + 9 :], "a list longer than the file", "are left")
    refuse("weightless", good[:at] + b"[$T#L" + struct.pack(">q", 1 << 40) + good[at:], "a list of 2^40 elements that take no bytes", "")
    refuse("no_count", good[: at + 3] + b"L" + good[at + 4 :], "a typed list without a count", "without a count")
    refuse("unknown_marker", good[:at] + b"x" + good[at + 1 :], "a marker that is none", "0x78")
    refuse("wrong_type", good[:at] + b"T" + good[at + 1 :], "true where a list belongs", "left_children")
    name = good.index(b"bmi")
    refuse("not_utf8", good[:name] + b"\xff" + good[name + 1 :], "a name that is not UTF-8", "UTF-8")
    deep = b"{" + b"L" + struct.pack(">q", 4) + b"deep" + b"[" * 100_000 + b"]" * 100_000 + good[1:]
    put("xgboost_deep_unknown.model.ubj.gz", gzip.compress(deep, mtime=0), "loads", "an unknown key whose value nests 100,000 deep, inside gzip", same_as="xgboost_ok.model.ubj")
    linear = json.loads((HERE / "xgboost-3.4.1" / "refused_gblinear.model.json").read_text())
    refuse("gblinear", encoded(linear), "a linear model: there are no trees to explain", "gblinear")
    learner = good.index(b"L" + struct.pack(">q", 7) + b"learner") + 16
    refuse("deep_known", good[:learner] + b"[" * 5000 + b"]" * 5000, "the learner nests 5,000 deep", "")


def encoded(value):
    """JSON as UBJSON the way XGBoost writes it, without typed lists."""
    text = lambda s: b"L" + struct.pack(">q", len(s.encode())) + s.encode()
    if isinstance(value, dict):
        return b"{" + b"".join(text(key) + encoded(v) for key, v in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b"".join(map(encoded, value)) + b"]"
    if isinstance(value, str):
        return b"S" + text(value)
    return b"d" + struct.pack(">f", value) if isinstance(value, float) else b"l" + struct.pack(">i", value)


# ---------------------------------------------------------------- LightGBM


def lightgbm_text():
    text = (HERE / "lightgbm-4.7.0" / "categorical_codes.model.txt").read_text()
    head, first, second, *_ = text.split("\nTree=")
    head = "\n".join(line for line in head.splitlines() if not line.startswith("tree_sizes"))
    end = "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n\npandas_categorical:null\n"
    good = f"{head}\n\nTree={first}\nTree={second}\n{end}"

    def line(key, value, tree=0):
        """The model with another line in one of its trees."""
        parts = good.split("\nTree=")
        lines = parts[tree + 1].splitlines()
        lines = [f"{key}={value(row.partition('=')[2].split()) if callable(value) else value}" if row.startswith(f"{key}=") else row for row in lines]
        parts[tree + 1] = "\n".join(lines) + "\n"
        return "\nTree=".join(parts)

    def entry(key, i, value):
        def change(words):
            words[i] = str(value)
            return " ".join(words)

        return line(key, change)

    def refuse(name, content, why, says):
        put(f"lightgbm_{name}.model.txt", content, "refused", why, says=says)

    same = {"same_as": "lightgbm_ok.model.txt"}
    put("lightgbm_ok.model.txt", good, "loads", "the model all others of this kind are made of")
    put("lightgbm_crlf.model.txt", good.replace("\n", "\r\n"), "loads", "Windows line ends", **same)
    put("lightgbm_gzip.model.txt.gz", gzip.compress(good.encode(), mtime=0), "loads", "inside gzip", **same)
    put("lightgbm_custom.model.txt", replaced(good, "objective=binary sigmoid:1\n", ""), "warns", "an objective of the user's own")
    put("lightgbm_levels_for_one.model.txt", replaced(good, "pandas_categorical:null", 'pandas_categorical:[["a", "b"]]'), "warns", "level texts for one column, two categorical features")
    put("lightgbm_no_counts.model.txt", good.replace("leaf_count=", "x=").replace("internal_count=", "y="), "warns", "no covers: predictions without attributions")
    splits = [row for row in first.splitlines() if row.startswith("split_feature=")][0].count(" ") + 1
    decisions = [row for row in first.splitlines() if row.startswith("decision_type=")][0].partition("=")[2].split()
    numeric, levels = decisions.index(next(d for d in decisions if not int(d) & 1)), [i for i, d in enumerate(decisions) if int(d) & 1]
    assert len(levels) >= 2
    refuse("truncated", good[: good.index("leaf_weight", good.index("Tree=1"))], "the file ends in the middle", "")
    refuse("truncated_header", good[:60], "the file ends in the header", "")
    refuse("no_leaf_count", line("num_leaves", ""), "num_leaves without a number", "num_leaves")
    refuse("no_feature_infos", good.replace("feature_infos=", "other="), "a missing line", "feature_infos")
    refuse("more_leaves", line("num_leaves", "99"), "more leaves than leaf values", "leaf_value")
    refuse("huge_leaves", line("num_leaves", "18446744073709551615"), "2^64 − 1 leaves", "leaf_value")
    refuse("short_thresholds", line("threshold", lambda w: " ".join(w[1:])), "a threshold too few", "threshold")
    refuse("child_split", entry("left_child", 0, splits), "a child that is no split", "child")
    refuse("child_leaf", entry("left_child", 0, -99), "a child that is no leaf", "child")
    refuse("child_least", entry("left_child", 0, -(2**63)), "the least whole number as a child", "child")
    refuse("cycle", entry("left_child", 0, 0), "the root as its own child", "reached twice")
    refuse("feature", entry("split_feature", 0, 3), "a feature that is none", "feature 3")
    refuse("nan_threshold", entry("threshold", numeric, "nan"), "a threshold that is not a number", "threshold")
    divides = entry("threshold", numeric, "inf")
    put("lightgbm_infinite_threshold.model.txt", divides, "loads", "a threshold of infinity, which divides present values from missing ones")
    refuse("greatest_threshold", entry("threshold", numeric, "1.7976931348623157e308"), "a threshold after which no number comes", "threshold")
    refuse("nan_leaf", entry("leaf_value", 0, "nan"), "a leaf that is not a number", "leaf value")
    refuse("negative_count", entry("leaf_count", 0, -5), "a negative cover", "cover")
    refuse("word", entry("leaf_value", 2, "many"), "a word where a number belongs", "leaf_value[2]")
    refuse("missing_type", entry("decision_type", numeric, 14), "a third kind of missing", "decision_type")
    refuse("set_number", entry("threshold", levels[0], 99), "a set that is none", "level codes")
    refuse("set_shared", entry("threshold", levels[0], next(row for row in first.splitlines() if row.startswith("threshold=")).partition("=")[2].split()[levels[1]]), "two splits share a set", "level codes")
    refuse("set_bounds", line("cat_boundaries", lambda w: " ".join(w[:-1] + ["9999"])), "sets longer than their words", "cat_boundaries")
    refuse("set_back", line("cat_boundaries", lambda w: " ".join(w[::-1])), "sets that go back", "cat_boundaries")
    refuse("set_count", line("num_cat", "1"), "another number of sets", "cat_boundaries")
    refuse("set_empty", line("cat_threshold", lambda w: " ".join("0" for _ in w)), "sets without a member", "level codes")
    refuse("linear", line("is_linear", "1"), "a linear tree", "linear")
    refuse("names", replaced(good, "feature_names=bilirubin_mg_dl ", "feature_names="), "two names for three features", "feature_names")
    refuse("infos", replaced(good, "feature_infos=", "feature_infos=none "), "four descriptions for three features", "feature_infos")
    refuse("huge_features", replaced(good, "max_feature_idx=2", "max_feature_idx=18446744073709551615"), "2^64 features", "features")
    refuse("no_outputs", replaced(good, "num_tree_per_iteration=1", "num_tree_per_iteration=0"), "no outputs", "num_tree_per_iteration")
    refuse("rounds", replaced(good, "num_tree_per_iteration=1", "num_tree_per_iteration=3"), "two trees for three classes", "num_tree_per_iteration")
    refuse("sigmoid", replaced(good, "sigmoid:1", "sigmoid:-1"), "a negative sigmoid", "sigmoid")
    refuse("levels", replaced(good, "pandas_categorical:null", "pandas_categorical:[[1,"), "level texts that are cut off", "")
    refuse("out_of_place", replaced(good, "end of trees", "end of the trees"), "the trees never end", "")
    refuse("latin1", good.encode().replace(b"bilirubin", b"bilir\xfcbin"), "not UTF-8", "UTF-8")


def lightgbm_json():
    model = json.loads((HERE / "lightgbm-4.7.0" / "categorical_codes.model.json").read_text())
    model["tree_info"] = model["tree_info"][:2]

    def change(name, edit, outcome, why, **more):
        other = copy.deepcopy(model)
        edit(other)
        put(f"lightgbm_{name}.model.json", json.dumps(other, separators=(",", ":")), outcome, why, **more)

    def root(key, value):
        return lambda m: m["tree_info"][1]["tree_structure"].__setitem__(key, value)

    def child(key, value):
        return lambda m: m["tree_info"][1]["tree_structure"]["left_child"].__setitem__(key, value)

    assert model["tree_info"][1]["tree_structure"]["decision_type"] == "<="
    put("lightgbm_ok.model.json", json.dumps(model, separators=(",", ":")), "loads", "the model all others of this kind are made of", same_as="lightgbm_ok.model.txt")
    change("no_child", root("left_child", None), "refused", "a split without a left child", says="child")
    change("number_child", root("left_child", 7), "refused", "a number for a child", says="child")
    change("word_feature", child("split_feature", "age"), "refused", "a word for a feature", says="tree_info[1]")
    change("decision", root("decision_type", ">"), "refused", "a decision that is none", says="decision_type")
    change("missing", root("missing_type", "Some"), "refused", "a kind of missing that is none", says="missing_type")
    change("codes", lambda m: (root("decision_type", "==")(m), root("threshold", "1||x")(m)), "refused", "a code that is no number", says="level codes")
    change("linear", child("leaf_const", 1.0), "refused", "a linear tree", says="linear")
    change("neither", root("split_feature", None), "refused", "neither a split nor a leaf", says="split_feature")
    deep = '{"split_feature":0,"threshold":1.5,"decision_type":"<=","default_left":true,"missing_type":"None","internal_count":9,"right_child":{"leaf_value":1,"leaf_count":1},"left_child":'
    text = json.dumps(model | {"tree_info": [{"tree_structure": "DEEP"}]}, separators=(",", ":"))
    tree = deep * 5000 + '{"leaf_value":2,"leaf_count":1}' + "}" * 5000
    put("lightgbm_deep.model.json.gz", gzip.compress(text.replace('"DEEP"', tree).encode(), mtime=0), "loads", "five thousand levels, written as objects within objects, inside gzip")


# ---------------------------------------------------------------- CatBoost


def catboost_json():
    def changed(source, prefix):
        model = json.loads((HERE / "catboost-1.2.10" / source).read_text())
        for key in model.keys() & {"oblivious_trees", "trees"}:
            model[key] = model[key][:2]

        def change(name, edit, why, says, outcome="refused"):
            other = copy.deepcopy(model)
            edit(other)
            put(f"catboost_{prefix}{name}.model.json", json.dumps(other, separators=(",", ":")), outcome, why, **({"says": says} if says else {}))

        return change

    change = changed("logloss.model.json", "")

    def tree(key, value):
        return lambda m: m["oblivious_trees"][0].__setitem__(key, value)

    def split(key, value):
        return lambda m: m["oblivious_trees"][0]["splits"][0].__setitem__(key, value)

    def feature(key, value):
        return lambda m: m["features_info"]["float_features"][1].__setitem__(key, value)

    change("ok", lambda m: None, "the model all others of this kind are made of", None, "loads")
    change("leaf", lambda m: m["oblivious_trees"].append({"leaf_values": [0.5], "leaf_weights": [9], "splits": None}), "a tree of one leaf", None, "loads")
    change("old_bias", lambda m: m.__setitem__("scale_and_bias", [1, 0.5]), "one number for the bias, as old versions write it", None, "loads")
    change("no_weights", lambda m: [t.pop("leaf_weights") for t in m["oblivious_trees"]], "no weights: predictions without attributions", None, "warns")
    change("other_loss", lambda m: m["model_info"]["params"]["loss_function"].__setitem__("type", "UserDefined"), "a loss of the user's own", None, "warns")
    change("no_loss", lambda m: m["model_info"].pop("params"), "a file that does not say its loss", None, "warns")
    change("values", tree("leaf_values", [1, 2, 3]), "three leaf values for eight leaves", "leaf_values")
    change("weights", tree("leaf_weights", [1, 2, 3]), "three leaf weights for eight leaves", "leaf_weights")
    change("negative_weight", lambda m: m["oblivious_trees"][0]["leaf_weights"].__setitem__(0, -99999), "a negative weight", "cover")
    change("nan_border", split("border", 1e300), "a border beyond 32 bits", "threshold")
    change("depth", lambda m: m["oblivious_trees"][0].__setitem__("splits", m["oblivious_trees"][0]["splits"] * 30), "ninety questions, 2^90 leaves", "18 levels")
    change("feature", split("float_feature_index", 99), "a question about feature 99", "float_feature_index")
    change("incomplete", split("border", None), "a question without a border", "incomplete")
    change("kind", split("split_type", "Magic"), "a kind of question that is none", "Magic")
    change("ctr", split("split_type", "OnlineCtr"), "target statistics", "CTR")
    change("nan_rule", feature("nan_value_treatment", "AsYouLike"), "a rule for missing values that is none", "nan_value_treatment")
    change("place", feature("feature_index", 3), "features out of order", "feature_index")
    change("column", feature("flat_feature_index", 0), "two features in one column", "flat_feature_index")
    change("huge_column", feature("flat_feature_index", 2**60), "a feature in column 2^60", "features")
    change("same_name", lambda m: (feature("feature_name", "mean_texture")(m)), "two features with one name", "mean_texture")
    change("bias", lambda m: m.__setitem__("scale_and_bias", [1, [0, 0]]), "two biases for one output", "leaf_values")
    change("no_bias", lambda m: m.__setitem__("scale_and_bias", [1, []]), "no output", "outputs")
    change("scale", lambda m: m.__setitem__("scale_and_bias", ["1", [0]]), "a text for the scale", "scale_and_bias")
    change("texts", lambda m: m["features_info"].__setitem__("text_features", [{}]), "a text feature", "texts")
    change = changed("depthwise.model.json", "free_")
    change("neither", lambda m: m["trees"][0]["left"].clear(), "a node without split and value", "neither")
    change("no_child", lambda m: m["trees"][0].pop("left"), "a split without a left child", "child")
    change("width", lambda m: m["trees"][0].__setitem__("left", {"value": [1, 2], "weight": 1}), "two values for one output", "leaf")
    change("word", lambda m: m["trees"][0].__setitem__("left", {"value": "x", "weight": 1}), "a word for a leaf", "trees[0].left")
    change = changed("one_hot.model.json", "one_hot_")
    change("category", lambda m: [s.__setitem__("cat_feature_index", 9) for t in m["oblivious_trees"] for s in t["splits"] if "cat_feature_index" in s], "a question about category 9", "cat_feature_index")
    change("same_hash", lambda m: m["features_info"].__setitem__("cat_features_hash", [{"value": str(i), "hash": 5} for i in range(40)]), "forty texts with one hash", "same hash")
    change("hash", lambda m: m["features_info"]["cat_features_hash"][0].__setitem__("hash", -1), "a hash below zero", "cat_features_hash")


def catboost_binary():
    good = (HERE / "catboost-1.2.10" / "logloss.model.cbm").read_bytes()

    def refuse(name, data, why, says):
        put(f"catboost_{name}.model.cbm", data, "refused", why, says=says)

    body = good[8:]
    u32 = lambda at: struct.unpack_from("<I", body, at)[0]
    u16 = lambda at: struct.unpack_from("<H", body, at)[0]

    def field(table, number):
        vtable = table - struct.unpack_from("<i", body, table)[0]
        return table + u16(vtable + 4 + 2 * number)

    def follow(at):
        return at + u32(at)

    def patched(at, value):
        return good[: 8 + at] + struct.pack("<I", value & 0xFFFFFFFF) + good[12 + at :]

    root = follow(0)
    trees = follow(field(root, 1))
    splits, sizes = follow(field(trees, 1)), follow(field(trees, 2))
    values, floats = follow(field(trees, 8)), follow(field(trees, 5))
    first = follow(floats + 4)
    put("catboost_ok.model.cbm", good, "loads", "the model all others of this kind are made of")
    refuse("truncated", good[: len(good) // 2], "the file ends in the middle", "shorter")
    refuse("header", good[:6], "nothing but the first six bytes", "ends here")
    refuse("size", good[:4] + struct.pack("<I", 2**32 - 1) + good[8:], "a size of 4 GB", "shorter")
    refuse("empty", good[:4] + struct.pack("<I", 0), "a size of zero", "out of the file")
    refuse("root", patched(0, 2**31), "the root lies outside", "out of the file")
    refuse("vtable", patched(root, 2**31 - 1), "the list of fields lies outside", "out of the file")
    refuse("format", good.replace(b"FlabuffersModel_v1", b"FlabuffersModel_v9"), "another version of the format", "FlabuffersModel_v1")
    refuse("list", patched(splits, 2**31), "a list longer than the file", "longer than the file")
    refuse("depth", patched(sizes + 4, 30), "a tree of thirty questions", "18 levels")
    refuse("negative_depth", patched(sizes + 4, -1), "a tree of −1 questions", "18 levels")
    refuse("more_leaves", patched(values, u32(values) - 1), "a leaf value too few", "LeafValues")
    refuse("fewer_trees", patched(sizes, u32(sizes) - 1), "a tree too few", "after the last tree")
    refuse("question", patched(splits + 4, 9999), "a question that is none", "feature 9999")
    refuse("place", patched(field(first, 1), 7), "features out of order", "Index")


# ---------------------------------------------------------------- others


def others():
    good = (HERE / "lightgbm-4.7.0" / "regression.model.txt").read_bytes()
    packed = gzip.compress(good, mtime=0)
    put("gzip_truncated.model.txt.gz", packed[: len(packed) // 2], "refused", "an archive that ends in the middle", says="gzip")
    put("gzip_checksum.model.txt.gz", packed[:-8] + b"\0\0\0\0" + packed[-4:], "refused", "an archive whose checksum is wrong", says="gzip")
    put("gzip_bomb.model.txt.gz", gzip.compress(b"tree\n" + b"\0" * (16 << 20), mtime=0), "refused", "16 kB that inflate to 16 MB", says="inflated")
    for name, pack in [("bzip2", bz2.compress), ("xz", lzma.compress), ("lzma", lambda data: lzma.compress(data, lzma.FORMAT_ALONE))]:
        packed = pack(good)
        put(f"{name}_truncated.model.txt.{name}", packed[: len(packed) // 2], "refused", "an archive that ends in the middle", says=name)
        put(f"{name}_bomb.model.txt.{name}", pack(b"tree\n" + b"\0" * (16 << 20)), "refused", "some kB that inflate to 16 MB", says="inflated")
    packed = lzma.compress(good)
    middle = len(packed) // 2
    put("xz_checksum.model.txt.xz", packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :], "refused", "an archive with a changed bit", says="xz")
    packed = lzma.compress(good, lzma.FORMAT_ALONE)
    put("lzma_look_back.model.txt.lzma", packed[:1] + struct.pack("<I", 1 << 30) + packed[5:], "refused", "an archive that asks for a gigabyte to look back at", says="memory")
    put("gzip_table.model.gz", gzip.compress(b"id,age\n1,2\n", mtime=0), "refused", "a table inside gzip", says="table")

    model = json.loads((HERE / "treelite-4.8.1" / "lightgbm_categorical.model.json").read_text())

    def treelite(name, edit, why, says, outcome="refused"):
        other = copy.deepcopy(model)
        edit(other)
        put(f"treelite_{name}.model.json", json.dumps(other, separators=(",", ":")), outcome, why, **({"says": says} if says else {}))

    def node(key, value):
        return lambda m: m["trees"][0]["nodes"][0].__setitem__(key, value)

    treelite("ok", lambda m: None, "the model all others of this kind are made of", None, "loads")
    treelite("place", node("node_id", 5), "nodes out of order", "node_id")
    treelite("test", node("comparison_op", "=="), "a comparison that is not read", "comparison_op")
    treelite("child", node("left_child", 99), "a child that is none", "child 99")
    treelite("neither", node("threshold", None), "neither a test nor a leaf", "leaf_value")
    treelite("type", lambda m: m.__setitem__("threshold_type", "float16"), "16-bit thresholds", "threshold_type")
    treelite("targets", lambda m: (m.__setitem__("num_target", 2), m.__setitem__("num_class", [3, 3])), "classes of several targets", "several targets")
    treelite("ids", lambda m: m["class_id"].pop(), "a class too few", "class_id")
    treelite("base", lambda m: m["base_scores"].append(0.0), "two base scores for one output", "base")
    treelite("anomaly", lambda m: m.__setitem__("postprocessor", "exponential_standard_ratio"), "an isolation forest", "path lengths")
    put("treelite_break.model.json", json.dumps(model, separators=(",", ":")).replace('"right_child"', '"right\nchild"', 1), "refused", "a key with a line break, which an error must not carry on", says="right child")
    treelite("old", lambda m: (m.pop("leaf_vector_shape"), m.__setitem__("task_param", {"num_class": 1, "leaf_vector_size": 1})), "the JSON of Treelite 3", "before 4.0")
    treelite("unknown", lambda m: m.__setitem__("postprocessor", "sqrt"), "an unknown postprocessor", None, "warns")

    plain = json.loads((HERE / "generic-1" / "every_key.model.json").read_text())

    def generic(name, edit, why, says, outcome="refused"):
        other = copy.deepcopy(plain)
        edit(other)
        put(f"generic_{name}.model.json", json.dumps(other, separators=(",", ":")), outcome, why, **({"says": says} if says else {}))

    def tree(key, value):
        return lambda m: m["trees"][0].__setitem__(key, value)

    generic("ok", lambda m: None, "the model all others of this kind are made of", None, "loads")
    generic("version", lambda m: m.__setitem__("version", 2), "a later version", "version")
    generic("key", tree("treshold", []), "a key that is misspelt", "treshold")
    generic("link", lambda m: m.__setitem__("link", "logit"), "a link that is none", "logit")
    generic("short", tree("left", [1]), "a list too short", "left")
    generic("code", lambda m: m["trees"][0]["right_codes"].__setitem__(1, [1 << 24]), "a code of 2^24", "level codes")
    generic("no_threshold", lambda m: m["trees"][0]["threshold"].__setitem__(0, None), "a split without a threshold", "threshold")
    generic("no_value", lambda m: m["trees"][0]["value"].__setitem__(2, None), "a leaf without a value", "leaf value")
    generic("width", lambda m: m["trees"][1]["value"].__setitem__(1, [1, 2, 3]), "three values for two outputs", "leaf")
    generic("base", lambda m: m.__setitem__("base", [0]), "one base for two outputs", "base")
    generic("weight", lambda m: m.__setitem__("weight", 1e308 * 10), "an infinite weight", "")
    generic("weights", lambda m: [part.__setitem__("weight", 1e300) for part in (m, m["trees"][0])], "weights whose product is infinite", "weight is not")
    generic("no_cover", lambda m: [t.pop("cover") for t in m["trees"]], "no covers: predictions without attributions", None, "warns")


def main():
    if OUT.exists():
        shutil.rmtree(OUT)
    OUT.mkdir()
    ubjson()
    lightgbm_text()
    lightgbm_json()
    catboost_json()
    catboost_binary()
    others()
    note = "outcome: refused (an error, in words), warns (loads and says something), loads. says: part of the refusal. same_as: gives what that file gives."
    lines = ",\n".join("    " + json.dumps(c, ensure_ascii=False) for c in CASES)
    (OUT / "cases.json").write_text(f'{{\n  "note": {json.dumps(note)},\n  "cases": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    print(len(CASES), "files,", sum(p.stat().st_size for p in OUT.iterdir()), "bytes")


if __name__ == "__main__":
    main()
