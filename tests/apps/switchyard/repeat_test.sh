#!/usr/bin/env bash
# The same command twice, with two threads a rank: the same run to the bit.
# usage: repeat_test.sh LAUNCH_RUN SWITCHYARD
export OMP_NUM_THREADS=2
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
draw_data 100 20

arguments=(--epochs 2 --width 8 --experts 5 --batch 32 --clip-norm 1)
for ranks in 1 2; do
  for name in first again; do
    expect_train 0 "run folder: run" "$name$ranks" "$ranks" "${arguments[@]}"
  done
  expect_same_run "first$ranks" "again$ranks"
done
exit "$((failures > 0))"
