"""Write subgroups.json: inputs and reference answers for distances by correlation, densities, mixtures, competing events.

    python make_subgroups.py

From scipy, umap-learn, scikit-learn and lifelines. Every entry carries its inputs, so that a test needs nothing but the
file.
"""

import warnings

import lifelines
import numpy as np
import scipy
import sklearn
import umap
from lifelines import AalenJohansenFitter
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from make_evidence import write


def patterns(rng, n, f):
    """Patients of three patterns and of many sizes."""
    shape = rng.normal(size=(3, f))
    size = rng.uniform(0.2, 5, (n, 1))
    return np.round(size * shape[np.arange(n) % 3] + rng.normal(size=(n, f)) * 0.25 * size, 4)


def correlation():
    out = []
    rng = np.random.default_rng(41)
    for n, f in [(15, 4), (30, 6)]:
        m = patterns(rng, n, f)
        case = {"matrix": m}
        unit = m - m.mean(axis=1, keepdims=True)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        trees = {"average": linkage(pdist(m, "correlation"), "average"), "complete": linkage(pdist(m, "correlation"), "complete"), "ward": linkage(unit, "ward")}
        for how, tree in trees.items():
            case[how] = {"heights": tree[:, 2], "labels_for_k_from_2": [fcluster(tree, k, "maxclust") for k in (2, 3, 4)]}
        out.append(case)
    m = patterns(rng, 120, 6)
    embedded = umap.UMAP(n_neighbors=16, metric="correlation", random_state=0, n_jobs=1).fit_transform(m)
    return {"trees": out, "map": {"matrix": m, "umap": np.round(embedded.astype(float), 3)}}


def settled(rng, m, least):
    """Labels that do not depend on the order of the rows, if they do not."""
    fit = lambda rows: HDBSCAN(min_cluster_size=least, algorithm="brute", copy=True).fit(rows).labels_
    labels = fit(m)
    for _ in range(30):
        order = rng.permutation(len(m))
        again = np.empty_like(labels)
        again[order] = fit(m[order])
        if adjusted_rand_score(labels, again) < 1 or ((labels < 0) != (again < 0)).any():
            return None
    return labels


def densities():
    """Groups of other densities, with patients between them; labels −1 are noise.

    A patient may be equally near to two clusters, since reach is the larger of two distances. scikit-learn then goes by
    the order of the rows and of an unstable sort: tables are drawn until 30 orders of their rows give the same labels.
    """
    rng = np.random.default_rng(42)
    out = []
    for name, sizes, spread, n_noise, f, least in [
        ("three groups and noise", [40, 30, 25], [0.4, 0.7, 0.3], 25, 3, 10),
        ("two far groups", [30, 30], [0.5, 0.5], 0, 2, 8),
        ("nested densities", [25, 25, 40], [0.2, 0.2, 1.0], 15, 2, 9),
        ("one cloud", [60], [1.0], 0, 4, 12),
        ("too few", [6], [1.0], 0, 2, 5),
    ]:
        labels = None
        while labels is None:
            centres = rng.uniform(-6, 6, (len(sizes), f))
            parts = [c + rng.normal(size=(n, f)) * s for c, n, s in zip(centres, sizes, spread)]
            parts.append(rng.uniform(-9, 9, (n_noise, f)))
            m = np.round(rng.permutation(np.vstack(parts)), 5)
            labels = settled(rng, m, least)
        out.append({"name": name, "matrix": m, "min_cluster_size": least, "labels": labels})
    return out


def mixtures():
    """Full covariances from a given start; the start is parameters of hard labels, as scikit-learn's k-means start is."""
    rng = np.random.default_rng(43)
    out = []
    for name, n, d, k, apart in [("three round groups", 90, 2, 3, 4.0), ("two long groups that touch", 120, 3, 2, 1.5), ("one group cut into four", 80, 2, 4, 0.0)]:
        stretch = rng.normal(size=(k, d, d)) * 0.5 + np.eye(d)
        which = np.arange(n) % k
        m = np.round(np.einsum("nij,nj->ni", stretch[which], rng.normal(size=(n, d))) + apart * np.eye(k, d)[which] + 0.0, 4)
        start = np.where(rng.uniform(size=n) < 0.8, which, rng.integers(0, k, n))
        weights = np.array([(start == c).mean() for c in range(k)])
        means = np.array([m[start == c].mean(axis=0) for c in range(k)])
        cov = np.array([np.cov(m[start == c].T, bias=True) + 1e-6 * np.eye(d) for c in range(k)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = GaussianMixture(
                k, covariance_type="full", tol=1e-10, reg_covar=1e-6, max_iter=5000,
                weights_init=weights, means_init=means, precisions_init=np.linalg.inv(cov),
            ).fit(m)
        assert fitted.converged_
        out.append({
            "name": name, "matrix": m, "k": k, "start": start, "log_likelihood": fitted.score(m) * n, "bic": fitted.bic(m),
            "labels": fitted.predict(m), "means": fitted.means_, "weights": fitted.weights_,
        })
    return out


def competing():
    """Codes of events: 0 is censored. lifelines moves events of different kinds that happen at one time, so that there are
    no such ties; events of one kind, and censoring at the time of events, are tied in the last case."""
    rng = np.random.default_rng(44)
    out = []
    for name, n, codes in [("both events", 60, [0, 1, 2]), ("nobody competes", 30, [0, 1]), ("only competing events", 20, [0, 2]), ("ties", 70, [0, 1, 2])]:
        time, event = np.round(rng.exponential(10, n) + 0.05, 6), rng.choice(codes, n)
        if name == "ties":
            time = np.ceil(time) + 0.5 * (event == 2)
        case = {"name": name, "time": time, "event": event}
        for of in (1, 2):
            if of not in event:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = AalenJohansenFitter(calculate_variance=True).fit(time, event, event_of_interest=of)
            incidence = fitted.cumulative_density_.iloc[:, 0]
            at = incidence.index[1:].to_numpy()
            wide = fitted.confidence_interval_
            case[f"incidence_{of}"] = {
                "at": at, "value": incidence.loc[at].to_numpy(),
                "low": wide.iloc[:, 0].loc[at].fillna(-1).to_numpy(), "high": wide.iloc[:, 1].loc[at].fillna(-1).to_numpy(),
            }
        out.append(case)
    return out


def main():
    write("subgroups.json", {
        "libraries": f"scikit-learn {sklearn.__version__}, lifelines {lifelines.__version__}, umap-learn {umap.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
        "notes": ["An end of an interval that lifelines does not give is -1."],
        "correlation": correlation(),
        "densities": densities(),
        "mixtures": mixtures(),
        "competing": competing(),
    })


if __name__ == "__main__":
    main()
