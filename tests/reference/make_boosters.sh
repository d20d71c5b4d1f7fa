#!/bin/sh
# Write the reference cases of LightGBM, CatBoost, Treelite and the plain JSON, and the broken models that are made of them:
# set up what is missing below .cache/, then run one script after the other. Needs Python 3.11; name it if it is not on the
# path: PYTHON311=/path/to/python3.11 tests/reference/make_boosters.sh
set -eu
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
python=.cache/boosters/bin/python
[ -x $python ] || { "${PYTHON311:-python3.11}" -m venv .cache/boosters && .cache/boosters/bin/pip install -q -r requirements-boosters.txt; }
[ -d .cache/lightgbm-3.3.5 ] || .cache/boosters/bin/pip install -q --no-deps --target .cache/lightgbm-3.3.5 lightgbm==3.3.5
PYTHONPATH=.cache/lightgbm-3.3.5 $python make_lightgbm.py
$python make_lightgbm.py
$python make_catboost.py
$python make_treelite.py
$python make_generic.py
$python make_broken_models.py
