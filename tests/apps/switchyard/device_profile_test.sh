#!/usr/bin/env bash
# Steps of a device are profiled as they are: what a run computes stays the same to the bit, recorded
# steps or not, and zones, collectives and rows are those of the same steps by another transport.
# usage: device_profile_test.sh LAUNCH_RUN SWITCHYARD TRANSPORT
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
transport=$1
check=$(dirname "$(realpath "$0")")/check_device_profile.py
draw_data 40 12
# Six steps an epoch: the window has the end of one in it.
small=(--device cuda --communicator "$transport" --width 2 --expert-hidden 8 --head sparse --experts 5
  --k 2 --epochs 2 --batch 5 --eval-batch 4 --train-samples 30 --validation-samples 5 --lr 0.01
  --clip-norm 1)

expect_profile() { # expect_profile RANKS [ARGUMENT...]
  local ranks=$1
  local name=on_$ranks
  shift
  [[ $transport == nccl ]] && export CUDA_EMULATION_DEVICES=$ranks
  expect_train 0 "" "plain_$name" "$ranks" "${small[@]}" "$@"
  expect_train 0 "profile: " "$name" "$ranks" "${small[@]}" "$@" --profile steps=5:8
  expect_same_run "plain_$name" "$name"
  CUDA_EMULATION_LAZY=1 expect_train 0 "profile: " "late_$name" "$ranks" "${small[@]}" "$@" \
    --profile steps=5:8
  expect_same_run "plain_$name" "late_$name"
  for run in "$name" "late_$name"; do
    python3 "$check" "$work/$run/run/profile/train/profile.json" "$ranks" ||
      complain "$run has another profile"
  done
}

expect_profile 1
expect_profile 2 --overlap-degree 2
exit "$((failures > 0))"
