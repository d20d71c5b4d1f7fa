"""Write broken/: files that must be refused with a sentence, and unusual files that must load all the same.

    python make_broken.py

broken/cases.json says for every file what has to happen. Models are one small XGBoost model with one fault each; tables
are the rows of ok.csv, written differently or damaged.
"""

import copy
import csv
import io
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

HERE = Path(__file__).resolve().parent
OUT = HERE / "broken"
PBC = HERE.parents[1] / "public" / "studies" / "pbc" / "pbc.csv"
FEATURES = ["bilirubin_mg_dl", "age_years", "edema"]
CASES = []


def put(name, content, outcome, why, **more):
    """outcome: `refused`, `loads`, or `warns` (loads and says something)."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (OUT / name).write_bytes(data)
    kind = "model" if ".model." in name else "table"
    CASES.append({"file": name, "kind": kind, "outcome": outcome, "why": why} | more)


def dump(model):
    return json.dumps(model, separators=(",", ":"), ensure_ascii=False)


# ---------------------------------------------------------------- models


def small_model():
    table = pd.read_csv(PBC, keep_default_na=False, na_values=[""])
    x = table[FEATURES].assign(edema=table["edema"].astype("category"))
    label = np.where(table["outcome_death"] == 1, table["outcome_days"], -table["outcome_days"])
    params = {"objective": "survival:cox", "max_depth": 2, "tree_method": "hist", "max_cat_to_onehot": 1, "nthread": 1, "seed": 3}
    params |= {"interaction_constraints": [["edema"], ["bilirubin_mg_dl", "age_years"]]}
    booster = xgb.train(params, xgb.DMatrix(x, label=label, enable_categorical=True), 3)
    model = json.loads(bytes(booster.save_raw("json")))
    assert any(1 in t["split_type"] for t in trees(model)) and any(0 in t["split_type"][:1] for t in trees(model))
    return booster, model, x


def trees(model):
    return model["learner"]["gradient_booster"]["model"]["trees"]


def first_numeric(model):
    """Number of the first tree whose root is a numeric split."""
    return next(i for i, t in enumerate(trees(model)) if t["left_children"][0] != -1 and t["split_type"][0] == 0)


def models(model):
    good = dump(model)
    at = first_numeric(model)

    def change(edit):
        other = copy.deepcopy(model)
        edit(other)
        return dump(other)

    def tree(key, node, value):
        def edit(m):
            trees(m)[at][key][node] = value

        return change(edit)

    def learner(key, value):
        return change(lambda m: m["learner"]["learner_model_param"].__setitem__(key, value))

    def everywhere(key, value):
        return change(lambda m: [t.__setitem__(key, [value] * len(t[key])) for t in trees(m)])

    put("truncated.model.json", good[: len(good) * 2 // 3], "refused", "the file ends in the middle")
    put("web_page.model.json", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to download model.json</body></html>\n", "refused", "a web page that was saved in place of a model")
    put("empty.model.json", "", "refused", "nothing in the file")
    put("spaces.model.json", "\n  \n", "refused", "only white space")
    put("other_json.model.json", '{"name":"not a model","rows":[1,2,3]}\n', "refused", "JSON, but no model")
    put("nested.model.json", '{"learner":' + "[" * 5000 + "]" * 5000 + "}", "refused", "nested five thousand deep")
    put("cycle.model.json", tree("left_children", int(trees(model)[at]["left_children"][0]), 0), "refused", "a node has the root as child")
    put("shared_child.model.json", tree("right_children", 0, trees(model)[at]["left_children"][0]), "refused", "both children of the root are the same node")
    put("child_out_of_range.model.json", tree("right_children", 0, 999), "refused", "child number 999 of a small tree")
    put("negative_child.model.json", tree("right_children", 0, -7), "refused", "child number −7")
    put("half_leaf.model.json", tree("right_children", 0, -1), "refused", "a node with a left child and no right child")
    put("feature_out_of_range.model.json", tree("split_indices", 0, 3), "refused", "split on feature 3 of three (0 to 2)")
    put("infinite_threshold.model.json", tree("split_conditions", 0, 777.25).replace("777.25", "1e999"), "refused", "threshold 1e999, which is infinite")
    put("nan_leaf.model.json", tree("split_conditions", len(trees(model)[at]["left_children"]) - 1, 777.25).replace("777.25", "NaN"), "refused", "a leaf with the value NaN")
    put("unequal_lengths.model.json", change(lambda m: trees(m)[at]["split_conditions"].pop()), "refused", "one array of a tree is shorter than the others")
    put("no_nodes.model.json", change(lambda m: [trees(m)[at].__setitem__(k, []) for k, v in trees(m)[at].items() if isinstance(v, list)]), "refused", "a tree without a root")
    put("tree_info_short.model.json", change(lambda m: m["learner"]["gradient_booster"]["model"]["tree_info"].pop()), "refused", "fewer entries in tree_info than trees")
    put("output_out_of_range.model.json", change(lambda m: m["learner"]["gradient_booster"]["model"]["tree_info"].__setitem__(0, 4)), "refused", "a tree for output 4 of a model with one output")
    put("categories_out_of_range.model.json", change(lambda m: [t["categories_sizes"].__setitem__(0, 9999) for t in trees(m) if t["categories_sizes"]]), "refused", "a category list that reaches beyond its array")
    put("huge_feature_count.model.json", learner("num_feature", "99999999999999"), "refused", "claims more features than any memory holds")
    put("base_score_text.model.json", learner("base_score", "half"), "refused", "base_score is not a number")
    put("names_disagree.model.json", change(lambda m: m["learner"]["feature_names"].pop()), "refused", "two names for three features")
    put("duplicate_feature.model.json", change(lambda m: m["learner"]["feature_names"].__setitem__(1, FEATURES[0])), "refused", "two features with the same name: columns cannot be bound by name")
    put("unknown_objective.model.json", change(lambda m: m["learner"]["objective"].__setitem__("name", "custom:my_loss")), "warns", "an objective of the user's own: the margin is known, the prediction is not")
    put("no_cover.model.json", everywhere("sum_hessian", 0.0), "warns", "no covers: prediction works, path-dependent attribution has no answer")
    put("gblinear.model.json", gblinear(), "refused", "a linear model: there are no trees to explain")
    put("byte_order_mark.model.json", b"\xef\xbb\xbf" + good.encode(), "loads", "the same model after a byte order mark", same_as="ok.model.json")
    put("orphans.model.json", change(orphan), "loads", "deleted nodes that no walk from the root reaches, as XGBoost leaves them", same_as="ok.model.json")
    put("pretty.model.json", json.dumps(model, indent=1, ensure_ascii=True), "loads", "the same model, indented, in ASCII", same_as="ok.model.json")
    text, expected = deep_chain()
    put("deep_chain.model.json", text, "loads", "a valid tree five thousand levels deep (10,001 nodes)", **expected)


def orphan(model):
    """What pruning leaves behind: nodes that still name their parent, a leaf by now, and that nothing leads to."""
    tree = trees(model)[first_numeric(model)]
    fill = {"left_children": -1, "right_children": -1, "parents": tree["left_children"].index(-1), "split_indices": 2147483647, "default_left": 1, "split_type": 0}
    for _ in range(3):
        for key, value in tree.items():
            if isinstance(value, list) and not key.startswith("categories"):
                value.append(fill.get(key, 0.0))
    tree["tree_param"]["num_nodes"] = str(len(tree["left_children"]))
    tree["tree_param"]["num_deleted"] = "3"


def gblinear():
    table = pd.read_csv(PBC)
    data = xgb.DMatrix(table[FEATURES[:2]], label=table["outcome_death"])
    params = {"booster": "gblinear", "objective": "binary:logistic", "nthread": 1, "updater": "coord_descent", "verbosity": 0}
    return bytes(xgb.train(params, data, 2).save_raw("json"))


def deep_chain(levels=5000):
    """A staircase on one feature: level k asks x < k, yes ends in a leaf, no goes on. One patient of training data per leaf."""
    nodes = 2 * levels + 1
    inner = list(range(0, nodes - 1, 2))  # 0, 2, 4, ...: internal; odd numbers and the last: leaves
    left, right, parents = [-1] * nodes, [-1] * nodes, [2147483647] * nodes
    condition, cover = [0.0] * nodes, [1.0] * nodes
    for k, node in enumerate(inner):
        left[node], right[node] = node + 1, node + 2
        parents[node + 1] = parents[node + 2] = node
        condition[node] = float(k + 1)
        cover[node] = float(levels + 1 - k)
    for node in range(nodes):
        if left[node] == -1:
            condition[node] = [0.5, -0.25, 0.125][node % 3]
    leaves = [n for n in range(nodes) if left[n] == -1]
    zero, nought = [0] * nodes, [0.0] * nodes
    tree = {
        "base_weights": nought, "categories": [], "categories_nodes": [], "categories_segments": [], "categories_sizes": [],
        "default_left": zero, "id": 0, "left_children": left, "loss_changes": nought, "parents": parents, "right_children": right,
        "split_conditions": condition, "split_indices": zero, "split_type": zero, "sum_hessian": cover,
        "tree_param": {"num_deleted": "0", "num_feature": "1", "num_nodes": str(nodes), "size_leaf_vector": "1"},
    }  # fmt: skip
    model = {
        "learner": {
            "attributes": {},
            "feature_names": ["x"],
            "feature_types": ["float"],
            "gradient_booster": {
                "model": {
                    "cats": {"enc": [], "feature_segments": [], "sorted_idx": []},
                    "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "1"},
                    "iteration_indptr": [0, 1],
                    "tree_info": [0],
                    "trees": [tree],
                },
                "name": "gbtree",
            },
            "learner_model_param": {"base_score": "[0E0]", "boost_from_average": "1", "num_class": "0", "num_feature": "1", "num_target": "1"},
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
        },
        "version": [3, 4, 1],
    }
    text = dump(model)
    rows = [-1.0, 1.0, 2500.5, 4999.0, 5000.0, 1e9]
    booster = xgb.Booster()
    booster.load_model(bytearray(text.encode()))
    margin = booster.predict(xgb.DMatrix(np.array(rows)[:, None], feature_names=["x"]), output_margin=True)
    base = float(np.mean([condition[n] for n in leaves]))
    return text, {"x": rows, "margin": [float(m) for m in margin], "base_value": base, "attribution": [float(m) - base for m in margin]}


# ---------------------------------------------------------------- tables


def tables(booster, x):
    source = pd.read_csv(PBC, dtype=str, keep_default_na=False)
    pick = [0, 1, 2, 5, 17, 40, 88, 133, 310, 400]
    header = ["patient_id", *FEATURES, "note"]
    rows = [[source.at[i, c] for c in header[:-1]] + [f"row {n}"] for n, i in enumerate(pick)]
    rows[3][1] = ""  # a missing number
    rows[4][3] = ""  # a missing level

    def text(rows, header=header, delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
        writer.writerows([header, *rows])
        return buffer.getvalue()

    def swap(row, column, value):
        out = copy.deepcopy(rows)
        out[row][column] = value
        return out

    good = text(rows)
    frame = pd.DataFrame({c: [r[1 + j] or None for r in rows] for j, c in enumerate(FEATURES)})
    frame[FEATURES[:2]] = frame[FEATURES[:2]].astype(float)
    frame["edema"] = pd.Categorical(frame["edema"], categories=x["edema"].cat.categories)
    margin = booster.predict(xgb.DMatrix(frame, enable_categorical=True), output_margin=True)
    put("ok.csv", good, "loads", "the table all others are made of", margin=[float(f"{m:.9g}") for m in margin])

    same = {"same_as": "ok.csv"}
    put("semicolon_decimal_comma.csv", text([[c.replace(".", ",") if 1 <= j <= 2 else c for j, c in enumerate(r)] for r in rows], delimiter=";"), "loads", "semicolons and decimal commas, as a German spreadsheet writes them", **same)
    put("semicolon.csv", text(rows, delimiter=";"), "loads", "semicolons, decimal points", **same)
    put("byte_order_mark_crlf.csv", b"\xef\xbb\xbf" + text(rows, end="\r\n").encode(), "loads", "a byte order mark and Windows line ends", **same)
    put("old_mac.csv", text(rows, end="\r"), "loads", "carriage returns alone as line ends", **same)
    put("tab.tsv", text(rows, delimiter="\t"), "loads", "tabs between the cells", **same)
    put("pipe.csv", text(rows, delimiter="|"), "loads", "pipes between the cells", **same)
    put("quoted.csv", text(rows, quoting=csv.QUOTE_ALL), "loads", "every cell in quotes", **same)
    put("no_last_line_end.csv", good.rstrip("\n"), "loads", "no line end after the last row", **same)
    put("blank_last_lines.csv", good + "\n\n", "loads", "empty lines after the last row", **same)
    put("other_column_order.csv", text([[r[4], r[3], r[0], r[2], r[1]] for r in rows], [header[j] for j in (4, 3, 0, 2, 1)]), "loads", "the columns in another order", **same)
    noted = copy.deepcopy(rows)
    noted[1][4], noted[2][4] = "first line\nsecond, with a comma", 'she said "no"'
    put("quoted_newline.csv", text(noted), "loads", "a line end, a comma and quotes inside a quoted cell", **same)
    put("scientific.csv", text([[r[0], f"{float(r[1]):.17e}" if r[1] else "", *r[2:]] for r in rows]), "loads", "numbers with exponents and 17 digits", **same)
    put("unicode.csv", text([[r[0].replace("PBC", "Müller-Ø "), *r[1:-1], "5 µg ≥ 3 患者"] for r in rows]), "loads", "text outside ASCII", **same)

    put("text_in_number.csv", text(swap(2, 1, "high")), "refused", "the word high in row 3 of the numeric column bilirubin_mg_dl")
    put("below_detection.csv", text(swap(2, 1, "<0.3")), "refused", "a value below the detection limit, written <0.3")
    put("infinite_number.csv", text(swap(2, 1, "inf")), "refused", "an infinite value: XGBoost refuses it too")
    put("ragged.csv", good.replace("row 4\n", "row 4,extra,cells\n"), "refused", "row 5 has seven cells, the header five")
    put("short_row.csv", good.replace(",row 6\n", "\n"), "refused", "row 7 has four cells, the header five")
    put("missing_column.csv", text([[r[0], r[1], r[3], r[4]] for r in rows], [h for h in header if h != "age_years"]), "refused", "no column age_years, which the model needs")
    put("duplicate_header.csv", text(rows, ["patient_id", "bilirubin_mg_dl", "age_years", "edema", "age_years"]), "refused", "two columns named age_years")
    put("unseen_level.csv", text(swap(5, 3, "massive")), "refused", "a level of edema that the model has never seen: XGBoost refuses it too")
    put("duplicate_id.csv", text(swap(5, 0, rows[4][0])), "warns", "two rows with the same patient_id")
    put("empty.csv", "", "refused", "nothing in the file")
    put("header_only.csv", text([]), "refused", "a header and no rows")
    put("unclosed_quote.csv", good.replace(",row 5\n", ',"row 5\n'), "refused", "a quote that is never closed")
    put("utf16.csv", b"\xff\xfe" + good.encode("utf-16-le"), "refused", "UTF-16, as some spreadsheets save \"Unicode text\"")
    put("latin1.csv", text(swap(3, 4, "Müller")).encode("latin-1"), "refused", "not UTF-8: one byte of Latin-1")
    put("workbook.csv", b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + b"[Content_Types].xml", "refused", "a spreadsheet file with the name of a table")
    put("web_page.csv", "<!DOCTYPE html><html><body>Sign in</body></html>\n", "refused", "a web page that was saved in place of a table")


def main():
    if OUT.exists():
        shutil.rmtree(OUT)
    OUT.mkdir()
    booster, model, x = small_model()
    put("ok.model.json", dump(model), "loads", "the model all others are made of; ok.csv has its margins")
    models(model)
    tables(booster, x)
    note = "outcome: refused (an error, in words), warns (loads and says something), loads. same_as: gives what that file gives."
    lines = ",\n".join("    " + json.dumps(c, ensure_ascii=False) for c in CASES)
    (OUT / "cases.json").write_text(f'{{\n  "note": {json.dumps(note)},\n  "cases": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    print(len(CASES), "files,", sum(p.stat().st_size for p in OUT.iterdir()), "bytes")


if __name__ == "__main__":
    main()
