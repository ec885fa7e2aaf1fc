#!/usr/bin/env bash
# Traces of whole runs on several ranks are what viewers and analysers need, and tell one story.
# usage: trace_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/../../switchyard/runs.sh"
check=$(dirname "$(realpath "$0")")/check_trace.py
draw_data 60 12
small=(--width 2 --expert-hidden 8 --experts 5 --k 2 --epochs 1 --batch 6 --eval-batch 4
  --train-samples 36 --validation-samples 4)

expect_trace() { # expect_trace NAME RANKS [ARGUMENT...]
  expect_train 0 "profile: " "$@" "${small[@]}" --profile steps=2:5
  python3 "$check" "$work/$1/run/profile/train" || complain "$1 has a wrong trace"
}

expect_trace alone 1 --head dense
expect_trace sparse 4 --head sparse --ep 2 --overlap-degree 2
expect_trace soft 3 --head soft
exit "$((failures > 0))"
