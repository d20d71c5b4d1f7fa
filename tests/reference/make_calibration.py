"""Write calibration/: tables of calibrations that scikit-learn has fitted to the margins and predictions of a committed
model, and what scikit-learn makes of them. Labels are drawn from the margins with a seed: only the functions matter.
"""
import csv
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

HERE = Path(__file__).parent
CASE = HERE / "sklearn-1.9.1" / "boosting_binary.expected.json"
OUT = HERE / "calibration"


def write(name, header, rows):
    with open(OUT / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main():
    OUT.mkdir(exist_ok=True)
    case = json.loads(CASE.read_text())
    margin = np.array(case["margin"], float)[:, 0]
    prediction = np.array(case["prediction"], float)[:, 0]
    rng = np.random.default_rng(20261126)
    # Many more than the case has, so that the function has steps.
    x = rng.choice(margin, 400) + rng.normal(0, 1, 400)
    y = (rng.uniform(size=400) < 1 / (1 + np.exp(-0.6 * x + 0.5))).astype(int)
    p = 1 / (1 + np.exp(-x))
    expected = {}
    for name, inputs, of, rows in [("margin", x, margin, "margin"), ("prediction", p, prediction, "prediction")]:
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(inputs, y)
        write(f"isotonic_of_{name}.csv", [name, "calibrated"],
              [[repr(float(a)), repr(float(b))] for a, b in zip(isotonic.X_thresholds_, isotonic.y_thresholds_)])
        expected[f"isotonic_of_{name}.csv"] = isotonic.predict(of).tolist()
        platt = _SigmoidCalibration().fit(inputs, y)
        write(f"platt_of_{name}.csv", ["parameter", name], [["a", repr(float(platt.a_))], ["b", repr(float(platt.b_))]])
        expected[f"platt_of_{name}.csv"] = platt.predict(of).tolist()
    document = {"library": "scikit-learn", "version": sklearn.__version__, "case": "sklearn-1.9.1/boosting_binary", "calibrated": expected}
    (OUT / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


main()
