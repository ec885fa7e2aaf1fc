#!/usr/bin/env bash
# The grid does not change the answer: a training on every grid is compared with that on one rank.
# usage: grid_test.sh LAUNCH_RUN SWITCHYARD COMPARE_METRICS TOLERANCE "RANKSxEP ..." ARGUMENT...
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
compare=$1 tolerance=$2 grids=$3
shift 3
draw_data 300 60

expect_train 0 "run folder: run" one 1 "$@"
for grid in $grids; do
  ranks=${grid%x*} ep=${grid#*x}
  expect_train 0 "$ranks ranks = dp $((ranks / ep)) x ep $ep" "$grid" "$ranks" --ep "$ep" "$@"
  "$compare" "$tolerance" "$work/one/run/metrics.jsonl" "$work/$grid/run/metrics.jsonl" ||
    complain "$ranks ranks with --ep $ep train otherwise than one rank"
done
exit "$((failures > 0))"
