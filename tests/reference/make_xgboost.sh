#!/bin/sh
# Write the reference cases of every XGBoost version: set up what is missing below .cache/, then run make_xgboost.py once
# per version. Needs Python 3.11 (old versions) and 3.12 (3.4.1); name them if they are not on the path:
#   PYTHON311=/path/to/python3.11 PYTHON312=/path/to/python3.12 tests/reference/make_xgboost.sh
set -eu
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
old=.cache/python-3.11
new=.cache/python-3.12
[ -x $old/bin/python ] || { "${PYTHON311:-python3.11}" -m venv $old && $old/bin/pip install -q -r requirements-old.txt; }
[ -x $new/bin/python ] || { "${PYTHON312:-python3.12}" -m venv $new && $new/bin/pip install -q -r requirements.txt; }
for version in 1.7.6 2.1.4 3.0.5 3.1.3 3.2.0; do
    # xgboost-cpu is the same library without the GPU code; it does not exist for 1.x.
    case $version in 1.*) package=xgboost ;; *) package=xgboost-cpu ;; esac
    [ -d .cache/xgboost-$version ] || $old/bin/pip install -q --no-deps --target .cache/xgboost-$version $package==$version
    PYTHONPATH=.cache/xgboost-$version $old/bin/python make_xgboost.py
done
$new/bin/python make_xgboost.py
