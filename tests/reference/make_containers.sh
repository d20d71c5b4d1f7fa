#!/bin/sh
# Write the reference cases of scikit-learn, of boosters inside Python objects, of ONNX and of PMML: set up what is missing
# below .cache/, then run the scripts. Needs Java and Python 3.10 (scikit-learn 1.0) and 3.11; name them if they are not on the
# path:
#   PYTHON310=/path/to/python3.10 PYTHON311=/path/to/python3.11 tests/reference/make_containers.sh
set -eu
cd "$(dirname "$0")"
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
set_up() { # folder, python, requirements
    [ -x .cache/"$1"/bin/python ] || { "$2" -m venv .cache/"$1" && .cache/"$1"/bin/pip install -q -r "$3"; }
}
set_up skl-1.0 "${PYTHON310:-python3.10}" requirements-sklearn-1.0.txt
set_up skl-1.2 "${PYTHON311:-python3.11}" requirements-sklearn-1.2.txt
set_up skl-new "${PYTHON311:-python3.11}" requirements-sklearn.txt
set_up exporters "${PYTHON311:-python3.11}" requirements-exporters.txt
set_up exporters-old "${PYTHON311:-python3.11}" requirements-exporters-old.txt
set_up sksurv "${PYTHON311:-python3.11}" requirements-sksurv.txt
set_up sksurv-old "${PYTHON311:-python3.11}" requirements-sksurv-old.txt
for env in skl-1.0 skl-1.2 skl-new; do .cache/$env/bin/python make_sklearn.py; done
for env in skl-1.2 skl-new; do .cache/$env/bin/python make_wrapped.py; done
for env in sksurv-old sksurv; do .cache/$env/bin/python make_sksurv.py; done
for env in exporters-old skl-new; do
    .cache/$env/bin/python make_onnx.py
    .cache/$env/bin/python make_pmml.py nyoka
done
for env in exporters-old exporters; do .cache/$env/bin/python make_pmml.py sklearn2pmml; done
.cache/skl-new/bin/python make_calibration.py
.cache/skl-new/bin/python make_tables.py
.cache/skl-new/bin/python make_hostile.py
