#!/usr/bin/env bash
# Steps and evaluations that are recorded on several ranks give the numbers of those that are not, to
# the bit, by this transport. An emulated device puts recorded work off until something waits for it.
# usage: recorded_test.sh LAUNCH_RUN SWITCHYARD TRANSPORT
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
transport=$1
draw_data 40 12
# Batches of 5 and one of 2, which leaves ranks without samples; the test set is three batches.
small=(--device cuda --communicator "$transport" --width 2 --expert-hidden 8 --experts 5 --epochs 2
  --batch 5 --eval-batch 4 --train-samples 17 --validation-samples 5 --lr 0.01 --clip-norm 1)

expect_same_recorded() { # expect_same_recorded NAME RANKS [ARGUMENT...]
  local name=$1 ranks=$2
  shift 2
  local arguments=("$ranks" "${small[@]}" "$@") text="$ranks ranks = .*, $transport\$"
  [[ $transport == nccl ]] && export CUDA_EMULATION_DEVICES=$ranks
  expect_train 0 "$text" "$name" "${arguments[@]}" --graphs off
  CUDA_EMULATION_LAZY=1 expect_train 0 "$text" "recorded_$name" "${arguments[@]}" --graphs on
  expect_same_run "$name" "recorded_$name"
}

expect_same_recorded sparse 2 --head sparse --k 2
expect_same_recorded parts 4 --head sparse --k 2 --ep 2 --overlap-degree 3
expect_same_recorded hard 3 --head hard --hidden-dropout 0.2 --precision bf16
expect_same_recorded soft 4 --head soft --ep 2
expect_same_recorded local 2 --head dense --batch-norm local
exit "$((failures > 0))"
