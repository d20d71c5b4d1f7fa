"""Write evidence.json: inputs and reference answers for survival, discrimination, calibration, differences, clusters.

    python make_evidence.py

From lifelines, scikit-survival, statsmodels, scikit-learn, scipy and umap-learn; where these have no answer (DeLong's
variance, the standard error of a restricted mean, Efron's ties to the last digit) from R with its packages survival and
pROC, which have to be on the path. Every entry carries its inputs, so that a test needs nothing but the file.
"""

import importlib.metadata
import json
import subprocess
from pathlib import Path

import lifelines
import numpy as np
import scipy
import sklearn
import sksurv
import statsmodels.api
import statsmodels.duration.hazard_regression
import umap
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.manifold import TSNE
from sklearn.metrics import average_precision_score, brier_score_loss, confusion_matrix, normalized_mutual_info_score, roc_auc_score, roc_curve
from statsmodels.stats.multitest import multipletests
from sksurv.linear_model.coxph import BreslowEstimator
from sksurv.metrics import brier_score, concordance_index_ipcw, cumulative_dynamic_auc
from sksurv.util import Surv

from make_statistics import plain

HERE = Path(__file__).resolve().parent


def r(code):
    """What R prints as one line of numbers, all digits."""
    code = "suppressMessages({library(survival); library(pROC)})\nout <- NULL\n" + code + '\ncat(formatC(out, digits = 17, format = "g"))'
    text = subprocess.run(["Rscript", "--vanilla", "-e", code], check=True, capture_output=True, text=True).stdout
    return [float(v) for v in text.split()]


def vector(values):
    return "c(" + ",".join(repr(float(v)) for v in values) + ")"


def tails():
    chi = [(x, df) for df in (1, 2, 3, 7, 30) for x in (0.0, 1e-3, 0.5, 3.84, 12.5, 47.0, 250.0)]
    z = [0.0, 0.1, 1.0, 1.959963984540054, 3.3, 8.0, 20.0]
    return {
        "chi_square": [[x, df, stats.chi2.sf(x, df)] for x, df in chi],
        "normal_two_sided": [[v, 2 * stats.norm.sf(v)] for v in z],
    }


def cohorts():
    """Times, events, a score and groups; equal times, censoring at the time of events, lone events, empty groups."""
    rng = np.random.default_rng(31)
    out = {}
    n = 80
    score = np.round(rng.normal(size=n), 1)
    time = np.ceil(rng.exponential(12 * np.exp(-0.7 * score)))
    stop = np.ceil(rng.uniform(1, 30, n))
    out["ties, censoring at event times"] = (np.minimum(time, stop), time <= stop, score, rng.integers(0, 3, n), 3)
    n = 60
    score = rng.normal(size=n).round(3)
    time = rng.exponential(np.exp(-score)).round(4)
    stop = rng.uniform(0.1, 2.5, n).round(4)
    out["distinct times, two groups"] = (np.minimum(time, stop), time <= stop, score, (score > 0).astype(int), 2)
    n = 24
    group = np.repeat([0, 2, 3], 8)
    event = rng.integers(0, 2, n)
    event[8:16] = [0, 0, 1, 0, 0, 0, 0, 0]
    out["one event in a group, one group empty"] = (rng.integers(1, 12, n), event, rng.integers(0, 4, n), group, 4)
    return {k: (t.astype(float), e.astype(bool), s.astype(float), g, kk) for k, (t, e, s, g, kk) in out.items()}


def survival():
    out = []
    for name, (time, event, score, group, k) in cohorts().items():
        test = multivariate_logrank_test(time, group, event)
        frame = f"t <- {vector(time)}; e <- {vector(event)}; x <- {vector(score)}; g <- {vector(group)}\n"
        observed = r(frame + "s <- survdiff(Surv(t, e) ~ g); out <- c(s$chisq, s$obs, s$exp)")
        assert abs(observed[0] - test.test_statistic) < 1e-8
        arms = len(np.unique(group))
        beta, se = r(frame + "m <- coxph(Surv(t, e) ~ x, ties = 'efron', control = coxph.control(eps = 1e-14, iter.max = 60)); out <- c(coef(m), sqrt(vcov(m)))")
        efron = statsmodels.duration.hazard_regression.PHReg(time, score, status=event.astype(int), ties="efron").fit()
        assert abs(efron.params[0] - beta) < 1e-6 and abs(efron.bse[0] - se) < 1e-6
        km = KaplanMeierFitter().fit(time, event)
        ends = lifelines.utils.median_survival_times(km.confidence_interval_)
        finite = lambda v: float(v) if np.isfinite(v) else None
        horizon = float(np.quantile(time, 0.6))
        mean, mean_se = r(frame + f"out <- summary(survfit(Surv(t, e) ~ 1), rmean = {horizon!r})$table[c(5, 6)]")
        assert abs(mean - restricted_mean_survival_time(km, t=horizon)) < 1e-9
        y = Surv.from_arrays(event, time)
        breslow = BreslowEstimator().fit(score, event, time)
        outlive = np.array([f(horizon) for f in breslow.get_survival_function(score)])
        out.append({
            "name": name, "time": time, "event": event, "score": score, "group": group, "k": k,
            "log_rank": {
                "chi_square": test.test_statistic, "df": arms - 1, "p": test.p_value,
                "groups": np.unique(group), "observed": observed[1 : 1 + arms], "expected": observed[1 + arms :],
            },
            "cox": {"beta": beta, "se": se, "p": 2 * stats.norm.sf(abs(beta / se))},
            "median": finite(km.median_survival_time_), "median_interval": [finite(v) for v in ends.iloc[0]],
            "horizon": horizon, "restricted_mean": mean, "restricted_mean_se": mean_se,
            "uno": concordance_index_ipcw(y, y, score, tau=time.max())[0],
            "uno_before_horizon": concordance_index_ipcw(y, y, score, tau=horizon)[0],
            "auc_at_horizon": uno_auc(y, score, horizon),
            "breslow_survival": outlive,
            "brier_at_horizon": brier_score(y, y, outlive[:, None], [horizon])[1][0],
        })
    return out


def uno_auc(y, score, horizon):
    """scikit-survival wants the weight of every event, also of those after the horizon, where no one may be left."""
    kept = (~y["event"]) | (y["time"] <= horizon)
    censored_later = np.array([(bool(e) and t <= horizon, t) for e, t in y], dtype=y.dtype)
    assert kept.any()
    test = censored_later
    return cumulative_dynamic_auc(y, test, score, [horizon])[0][0]


def binary():
    rng = np.random.default_rng(32)
    out = []
    for name, n, rounding, base in [("90 patients, tied scores", 90, 1, -0.3), ("70 patients, rare outcome", 70, 6, -1.6)]:
        log_odds = np.round(rng.normal(size=n) * 1.3 + base, rounding)
        label = rng.uniform(size=n) < 1 / (1 + np.exp(-(0.7 * log_odds + 0.2)))
        probability = 1 / (1 + np.exp(-log_odds))
        y = label.astype(float)
        auc, low, high = r(
            f"y <- {vector(label)}; x <- {vector(log_odds)}; a <- roc(y, x, direction = '<', quiet = TRUE); ci <- ci.auc(a, method = 'delong'); out <- c(ci[2], ci[1], ci[3])"
        )
        assert abs(auc - roc_auc_score(label, log_odds)) < 1e-12
        line = np.column_stack([np.ones(n), log_odds])
        slope = statsmodels.api.Logit(y, line).fit(disp=0, tol=1e-12, method="newton")
        large = statsmodels.api.GLM(y, np.ones((n, 1)), family=statsmodels.api.families.Binomial(), offset=log_odds).fit(tol=1e-14)
        a, b, c = np.quantile(log_odds, [0.1, 0.5, 0.9])
        cube = lambda v: np.maximum(v, 0) ** 3
        bend = lambda x: (cube(x - a) - cube(x - b) * (c - a) / (c - b) + cube(x - c) * (b - a) / (c - b)) / (c - a) ** 2
        spline = statsmodels.api.Logit(y, np.column_stack([line, bend(log_odds)])).fit(disp=0, tol=1e-12, method="newton")
        at = np.linspace(probability.min(), probability.max(), 60)
        x = np.log(at / (1 - at))
        rows = np.column_stack([np.ones(60), x, bend(x)])
        linear, error = rows @ spline.params, np.sqrt(np.einsum("ia,ab,ib->i", rows, spline.cov_params(), rows))
        z = stats.norm.ppf(0.975)
        expit = lambda v: 1 / (1 + np.exp(-v))
        fpr, tpr, _ = roc_curve(label, probability, drop_intermediate=False)
        cutoff = 0.3
        tn, fp, fn, tp = confusion_matrix(label, probability >= cutoff).ravel()
        prevalence = y.mean()
        score = brier_score_loss(label, probability)
        out.append({
            "name": name, "label": label, "log_odds": log_odds, "auc": [auc, low, high],
            "average_precision": average_precision_score(label, probability),
            "roc": np.column_stack([fpr, tpr]), "cutoff": cutoff, "confusion": [tp, fp, fn, tn],
            "net_benefit": tp / n - fp / n * cutoff / (1 - cutoff),
            "brier": score, "scaled_brier": 1 - score / (prevalence * (1 - prevalence)),
            "slope": [slope.params[1], slope.bse[1]], "intercept": [large.params[0], large.bse[0]],
            "curve_predicted": at, "curve": np.column_stack([expit(linear), expit(linear - z * error), expit(linear + z * error)]),
        })
    return out


def differences():
    rng = np.random.default_rng(33)
    ranked, several = [], []
    for a, b in [
        (rng.integers(0, 5, 12), rng.integers(1, 6, 9)),
        (rng.normal(size=15).round(4), rng.normal(size=20).round(4) + 1),
        ([1, 1, 1], [1, 2]),
    ]:
        test = stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True)
        ranked.append({"a": a, "b": b, "p": test.pvalue, "effect": test.statistic / (len(a) * len(b))})
    for groups in [[rng.integers(0, 4, 8), rng.integers(1, 6, 7), rng.integers(0, 6, 9)], [[1.5, 2, 9], [4, 5], [6]]]:
        h, p = stats.kruskal(*groups)
        several.append({"groups": groups, "h": h, "p": p})
    exact = []
    for table in [[[8, 2], [1, 5]], [[0, 6], [5, 4]], [[30, 12], [15, 41]], [[7, 0], [0, 7]], [[3, 3], [3, 3]]]:
        odds, p = stats.fisher_exact(table)
        exact.append({"table": table, "p": p, "odds": odds if np.isfinite(odds) else None})
    counts = []
    for table in [[[10, 20, 30], [6, 9, 17]], [[5, 1], [2, 8], [9, 9]]]:
        chi, p, df, _ = stats.chi2_contingency(table, correction=False)
        counts.append({"table": table, "p": p, "v": stats.contingency.association(np.array(table), method="cramer", correction=False)})
    p = np.round(rng.uniform(size=12) ** 3, 5)
    p[3] = p[7]
    return {
        "mann_whitney": ranked, "kruskal_wallis": several, "fisher": exact, "chi_square": counts,
        "benjamini_hochberg": {"p": p, "q": multipletests(p, method="fdr_bh")[1]},
    }


def hierarchies():
    rng = np.random.default_rng(34)
    out = []
    for n, f in [(12, 3), (25, 2)]:
        m = np.round(rng.normal(size=(n, f)) + 2.5 * rng.integers(0, 3, (n, 1)), 3)
        case = {"matrix": m}
        for how in ("ward", "average"):
            tree = linkage(m, how)
            case[how] = {"heights": tree[:, 2], "labels_for_k_from_2": [fcluster(tree, k, "maxclust") for k in (2, 3, 4)]}
        out.append(case)
    return out


def mutual_information():
    rng = np.random.default_rng(35)
    sets = [([0, 0, 1, 1], [1, 1, 0, 0]), ([0, 0, 0], [0, 0, 0]), ([0, 0, 1, 1], [0, 1, 0, 1]), (rng.integers(0, 4, 50), rng.integers(0, 3, 50))]
    return [{"a": a, "b": b, "nmi": normalized_mutual_info_score(a, b)} for a, b in sets]


def maps():
    """Six groups that bend through five dimensions: neighbours are clear within groups, not between."""
    rng = np.random.default_rng(36)
    centres = rng.normal(size=(6, 5)) * 4
    m = np.round(centres[np.arange(150) % 6] + rng.normal(size=(150, 5)) * rng.uniform(0.3, 1.2, (150, 1)), 3)
    umapped = umap.UMAP(n_neighbors=16, random_state=0, init="pca", n_jobs=1).fit_transform(m)
    embedded = TSNE(perplexity=20, init="pca", random_state=0, method="exact").fit_transform(m)
    return {"matrix": m, "umap": np.round(umapped.astype(float), 3), "tsne": np.round(embedded.astype(float), 3)}


def kendall():
    rng = np.random.default_rng(37)
    sets = [(rng.integers(0, 6, 20), rng.integers(0, 6, 20)), (rng.normal(size=9).round(3), rng.normal(size=9).round(3))]
    return [{"x": x, "y": y, "tau": stats.kendalltau(x, y).statistic} for x, y in sets]


def write(name, everything):
    lines = []
    for key, value in plain(everything).items():
        if isinstance(value, list):
            text = "[\n" + ",\n".join("    " + json.dumps(v) for v in value) + "\n  ]"
        elif isinstance(value, dict):
            text = "{\n" + ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n  }"
        else:
            text = json.dumps(value)
        lines.append(f"  {json.dumps(key)}: {text}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    json.loads(text, parse_constant=lambda c: (_ for _ in ()).throw(ValueError(c)))  # no NaN, no Infinity
    (HERE / name).write_text(text)
    print(name, len(text), "bytes")


def main():
    write("evidence.json", {
        "libraries": f"lifelines {lifelines.__version__}, scikit-survival {sksurv.__version__}, statsmodels {importlib.metadata.version('statsmodels')}, "
        f"scikit-learn {sklearn.__version__}, umap-learn {umap.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
        "tails": tails(),
        "survival": survival(),
        "binary": binary(),
        "differences": differences(),
        "hierarchies": hierarchies(),
        "mutual_information": mutual_information(),
        "maps": maps(),
        "kendall": kendall(),
    })


if __name__ == "__main__":
    main()
