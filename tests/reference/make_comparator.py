"""Write comparator.json: two models on the same patients, and how much better one is.

    python make_comparator.py

Areas under two ROC curves by R's pROC, which has to be on the path (its example aSAH is in its manual: Z = 1.3908,
p = 0.1643), held here against DeLong's formula pair by pair. Differences of Harrell's C by lifelines and of R² and root
mean squared error by numpy, over resamples drawn by the generator of src/math/rng.rs, written out once more below.

Of aSAH (Turck et al. 2010, doi:10.1007/s00134-009-1641-y) only the outcome and the ranks of both markers are kept:
nothing else enters.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
from lifelines.utils import concordance_index
from scipy.stats import norm, rankdata

from make_statistics import plain

HERE = Path(__file__).resolve().parent
RESAMPLES, SEED = 300, 7


class Rng:
    """PCG-XSH-RR 64/32 (O'Neill 2014), seeded as in src/math/rng.rs."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state, self.increment = 0, (seed << 1) | 1
        self.next()
        self.state = (self.state + (seed ^ 0x853C49E6748FEA9B)) & self.MASK
        self.next()

    def next(self):
        old = self.state
        self.state = (old * 6364136223846793005 + self.increment) & self.MASK
        shifted = (((old >> 18) ^ old) >> 27) & 0xFFFFFFFF
        turn = old >> 59
        return ((shifted >> turn) | (shifted << (32 - turn))) & 0xFFFFFFFF

    def below(self, n):
        threshold = (2**32 - n) % n
        while True:
            product = self.next() * n
            if product & 0xFFFFFFFF >= threshold:
                return product >> 32


def resampled(n, statistic):
    """95 % percentile interval of a statistic of row numbers; resamples where it has no value are left out."""
    rng = Rng(SEED)
    found = [statistic(sorted(rng.below(n) for _ in range(n))) for _ in range(RESAMPLES)]
    found = [v for v in found if v is not None]
    assert 2 * len(found) > RESAMPLES
    return [float(q) for q in np.quantile(found, [0.025, 0.975])]


def pairwise(label, first, second):
    """DeLong, DeLong & Clarke-Pearson 1988, equations 2 to 6, over all pairs of a positive and a negative."""
    def components(score):
        win = np.array([[1.0 if p > n else 0.5 if p == n else 0.0 for n in score[~label]] for p in score[label]])
        return win.mean(axis=1), win.mean(axis=0), win.mean()

    (up, down, a), (up2, down2, b) = components(first), components(second)
    covariance = np.cov(up, up2) / label.sum() + np.cov(down, down2) / (~label).sum()
    error = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return a, b, a - b, a - b - norm.ppf(0.975) * error, a - b + norm.ppf(0.975) * error, (a - b) / error


def r(code):
    text = subprocess.run(["Rscript", "--vanilla", "-e", "suppressMessages(library(pROC))\n" + code], check=True, capture_output=True, text=True).stdout
    return [float(v) for v in text.split()]


def vector(values):
    return "c(" + ",".join(repr(float(v)) for v in values) + ")"


def areas():
    out = []
    print_all = 'cat(formatC(out, digits = 17, format = "g"))'
    raw = np.array(r(f"data(aSAH); out <- c(as.numeric(aSAH$outcome == 'Poor'), aSAH$s100b, aSAH$ndka); {print_all}")).reshape(3, -1)
    cases = [("aSAH, S100β and NDKA (Turck et al. 2010)", raw[0] == 1, rankdata(raw[1]), rankdata(raw[2]))]
    rng = np.random.default_rng(41)
    for n, digits, shift in [(60, 0, 0.9), (80, 3, 0.3)]:
        label = rng.uniform(size=n) < 0.35
        first = np.round(2 * rng.normal(size=n) + 2 * label, digits)
        cases.append((f"{n} patients, {digits} decimals", label, first, np.round(first * 0.5 + rng.normal(size=n) + shift * label, digits)))
    for name, label, first, second in cases:
        z, p, low, high, a, b = r(
            f"y <- {vector(label)}; a <- roc(y, {vector(first)}, direction = '<', quiet = TRUE); b <- roc(y, {vector(second)}, direction = '<', quiet = TRUE)\n"
            f"t <- roc.test(a, b, method = 'delong', paired = TRUE); out <- c(t$statistic, t$p.value, t$conf.int, auc(a), auc(b)); {print_all}"
        )
        own = pairwise(label, first, second)
        assert np.allclose(own, [a, b, a - b, low, high, z], atol=1e-12), (own, a, b, low, high, z)
        out.append({"name": name, "label": label, "first": first, "second": second, "areas": [a, b], "interval": [low, high], "z": z, "p": p})
    assert [round(out[0]["z"], 4), round(out[0]["p"], 4)] == [1.3908, 0.1643]
    assert [round(v, 4) for v in out[0]["areas"]] == [0.7314, 0.6120]
    return out


def concordances():
    rng = np.random.default_rng(42)
    n = 70
    risk = np.round(rng.normal(size=n), 1)
    time = np.ceil(rng.exponential(9 * np.exp(-0.8 * risk)))
    stop = np.ceil(rng.uniform(1, 25, n))
    event, time = time <= stop, np.minimum(time, stop)
    second = np.round(0.4 * risk + rng.normal(size=n), 1)

    def difference(rows):
        rows = np.array(rows)
        try:
            a, b = (concordance_index(time[rows], -x[rows], event[rows]) for x in (risk, second))
        except ZeroDivisionError:
            return None
        return a - b

    everyone = np.arange(n)
    return {
        "time": time, "event": event, "first": risk, "second": second,
        "concordance": [concordance_index(time, -x, event) for x in (risk, second)],
        "difference": difference(everyone), "interval": resampled(n, difference),
    }


def fits():
    rng = np.random.default_rng(43)
    n = 50
    measured = rng.normal(size=n).round(3) * 3 + 10
    first = (measured + rng.normal(size=n)).round(2)
    second = (0.5 * measured + 5 + 2 * rng.normal(size=n)).round(2)
    squares = lambda y, p: ((y - p) ** 2).mean()
    measures = {
        "rmse": lambda y, p: np.sqrt(squares(y, p)),
        "r_squared": lambda y, p: 1 - squares(y, p) / y.var(),
    }
    out = {"measured": measured, "first": first, "second": second}
    for name, of in measures.items():
        def difference(rows, of=of):
            return of(measured[rows], first[rows]) - of(measured[rows], second[rows])

        out[name] = {"both": [of(measured, first), of(measured, second)], "interval": resampled(n, difference)}
    return out


def main():
    found = {"n_resamples": RESAMPLES, "seed": SEED, "areas": areas(), "concordances": concordances(), "fits": fits()}
    (HERE / "comparator.json").write_text(json.dumps(plain(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for case in found["areas"]:
        print(case["name"], "Z", case["z"], "p", case["p"], "areas", case["areas"], "interval", case["interval"])
    print(found["concordances"]["difference"], found["concordances"]["interval"])


if __name__ == "__main__":
    main()
