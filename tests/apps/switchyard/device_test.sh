#!/usr/bin/env bash
# A CUDA device does not change the answer: trainings on it are compared with one of the reference.
# usage: device_test.sh LAUNCH_RUN SWITCHYARD COMPARE_METRICS
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
compare=$1
draw_data 60 20
small=(--width 4 --expert-hidden 8 --head sparse --experts 5 --k 2 --epochs 2 --batch 16
  --train-samples 40 --validation-samples 10 --lr 0.01 --precision f64)

agree() { # agree TOLERANCE NAME OTHER
  "$compare" "$1" "$work/$2/run/metrics.jsonl" "$work/$3/run/metrics.jsonl" ||
    complain "$3 trains otherwise than $2"
}

expect_train 0 "; ref$" reference 1 --device ref "${small[@]}"
expect_train 0 "\(cuda 0\)" enqueued 1 --device cuda --graphs off "${small[@]}"
expect_train 0 "\(cuda 0\)" recorded 1 --device cuda --graphs on "${small[@]}"
CUDA_EMULATION_LAZY=1 expect_train 0 "\(cuda 0\)" late 1 --device cuda "${small[@]}"
expect_train 0 ", staged" staged 2 --device cuda --communicator staged "${small[@]}"
CUDA_EMULATION_DEVICES=2 expect_train 0 "\(cuda 0\)" two 2 --device cuda "${small[@]}"

agree 1e-10 reference enqueued
agree 0 enqueued recorded
agree 0 enqueued late
agree 1e-10 reference staged
agree 1e-10 reference two
exit "$((failures > 0))"
