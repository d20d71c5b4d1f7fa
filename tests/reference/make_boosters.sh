#!/bin/sh
# Write the reference cases of LightGBM, CatBoost, Treelite and the plain JSON, and the broken models that are made of them:
# set up what is missing below .cache/, then run one script after the other. Needs Python 3.10 (CatBoost 1.0) and 3.11; name
# them if they are not on the path:
#   PYTHON310=/path/to/python3.10 PYTHON311=/path/to/python3.11 tests/reference/make_boosters.sh
set -eu
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
python=.cache/boosters/bin/python
[ -x $python ] || { "${PYTHON311:-python3.11}" -m venv .cache/boosters && .cache/boosters/bin/pip install -q -r requirements-boosters.txt; }
[ -d .cache/lightgbm-3.3.5 ] || .cache/boosters/bin/pip install -q --no-deps --target .cache/lightgbm-3.3.5 lightgbm==3.3.5
PYTHONPATH=.cache/lightgbm-3.3.5 $python make_lightgbm.py
$python make_lightgbm.py
# CatBoost 1.0 has no package for Python 3.11.
first=.cache/python-3.10
[ -x $first/bin/python ] || { "${PYTHON310:-python3.10}" -m venv $first && $first/bin/pip install -q -r requirements-catboost-old.txt; }
$first/bin/python make_catboost.py
[ -d .cache/catboost-1.2.2 ] || .cache/boosters/bin/pip install -q --no-deps --target .cache/catboost-1.2.2 catboost==1.2.2
PYTHONPATH=.cache/catboost-1.2.2 $python make_catboost.py
$python make_catboost.py
for version in 4.0.0 4.3.0; do
    [ -d .cache/treelite-$version ] || .cache/boosters/bin/pip install -q --no-deps --target .cache/treelite-$version treelite==$version
    PYTHONPATH=.cache/treelite-$version $python make_treelite.py
done
$python make_treelite.py
$python make_generic.py
$python make_broken_models.py
