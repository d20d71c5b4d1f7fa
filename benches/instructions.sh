#!/usr/bin/env bash
# Counts the instructions that the engines take for a fixed model and fixed rows, and fails if one of them takes 5 % more
# than benches/instructions.txt says. `--write` writes what was counted there.
#
# Instructions, unlike seconds, do not depend on what else the machine does; they do on compiler and target, so the
# figures are those of the toolchain in rust-toolchain.toml on x86-64 with AVX2.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v valgrind >/dev/null; then
  echo 'valgrind is not installed, so instructions are not counted.'
  exit 0
fi
if [[ $(uname -m) != x86_64 ]] || ! grep -qw avx2 /proc/cpuinfo; then
  echo 'The figures are those of x86-64 with AVX2, so instructions are not counted here.'
  exit 0
fi

race=${RACE:-${CARGO_TARGET_DIR:-target}/release/examples/race}
[[ -n ${RACE:-} ]] || cargo build --locked --release --example race
model=public/studies/pbc/model.json
figures=benches/instructions.txt

# Instructions of a run that answers these lines.
count() {
  printf '%s' "$1" | valgrind --tool=callgrind --callgrind-out-file=/dev/null "$race" "$model" 2>&1 |
    sed -n 's/.*Collected : //p'
}

idle=$(count '')
failed=0
written=
for run in 'flow 1' 'flow 512' 'f64 2000' 'f32 2000' 'interventional:200 256' 'interactions 16'; do
  counted=$(($(count "$run once"$'\n') - idle))
  written+="$run $counted"$'\n'
  known=$(sed -n "s/^$run //p" "$figures" 2>/dev/null || true)
  if [[ -z $known ]]; then
    echo "$run: $counted instructions"
  else
    percent=$(((counted - known) * 1000 / known))
    echo "$run: $counted instructions, $((percent / 10)).$((percent < 0 ? -percent % 10 : percent % 10)) % more than known"
    ((percent <= 50)) || failed=1
  fi
done
if [[ ${1:-} == --write ]]; then
  printf '%s' "$written" >"$figures"
  exit 0
fi
((failed == 0)) || echo 'More instructions than before. If that is wanted: benches/instructions.sh --write'
exit $failed
