#!/bin/sh
# Copies the committed files of each format into fuzz/corpus/<target>/, where the fuzzer begins.
set -eu
cd "$(dirname "$0")/.."
seed() { # target, files...
    target=$1
    shift
    mkdir -p "fuzz/corpus/$target"
    for file in "$@"; do
        [ ! -f "$file" ] || [ "$(wc -c <"$file")" -gt 24000 ] || cp "$file" "fuzz/corpus/$target/$(echo "$file" | tr / _)"
    done
}
r=tests/reference
seed xgboost $r/xgboost-*/*.model.json $r/xgboost-*/*.model.ubj $r/broken/*.model.json
seed lightgbm $r/lightgbm-*/*.model.txt $r/lightgbm-*/*.model.json $r/broken-models/*
seed catboost $r/catboost-*/*.model.json $r/catboost-*/*.model.cbm $r/broken-models/*
seed sklearn $r/sklearn-*/*.skops $r/sklearn-*/*.joblib $r/sklearn-*/*.pkl $r/sksurv-*/*.joblib $r/sksurv-*/*.skops $r/wrapped-*/*.pkl $r/hostile/*
seed onnx $r/onnx-*/*.onnx
seed pmml $r/pmml-*/*.pmml
seed treelite $r/treelite-*/*.model.json
seed generic $r/generic-*/*.model.json
seed table $r/broken/*.csv $r/tables/*.csv
seed columnar $r/tables/*.parquet $r/tables/*.feather $r/tables/*.arrow
seed excel $r/tables/*.xlsx
seed manifest public/studies/*/study.json
seed calibration $r/calibration/*.csv
