#!/usr/bin/env bash
# Exit statuses and words of runs that cannot start or go on, on one rank and two.
# usage: failures_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
draw_data 100 20
small=(--epochs 2 --width 2 --experts 4 --expert-hidden 8 --batch 16)

expect 2 "synth or info first" "$switchyard" data
expect 2 "'sinth' is nothing that data can do" "$switchyard" data sinth
expect_train 2 "width.*many" options 1 --width many
expect_train 2 "momentum.*1\.5" options 1 --momentum 1.5
expect_train 2 "9 .*4|4 .*9" options 1 "${small[@]}" --k 9
expect_train 2 "ep.*3" options 2 "${small[@]}" --ep 3

for ranks in 1 2; do
  expect_train 2 "epohcs.*epochs" options "$ranks" --epohcs 2
  expect_train 3 "nowhere" nothing "$ranks" --data nowhere "${small[@]}"
  expect_train 3 "no checkpoint to resume from" nothing "$ranks" --resume "${small[@]}"
  [[ ! -e $work/options/run ]] || complain "a bad command line leaves a run folder"

  rm -rf "$work/twice"
  expect_train 0 "run folder: run" twice "$ranks" "${small[@]}"
  cp -r "$work/twice/run" "$work/twice/before"
  expect_train 2 "--resume.*--overwrite.*--out" twice "$ranks" "${small[@]}"
  expect_train 1 "loss is not finite at step 1[0-9] \(on rank [01]" twice "$ranks" --resume \
    "${small[@]}" --epochs 3 --lr 1e30
  diff -r "$work/twice/before/checkpoints" "$work/twice/run/checkpoints" ||
    complain "a loss that is not finite touches the checkpoints"
done

# Without gate noise there is no smooth load loss: said before anything is written.
expect_train 2 "gate-noise.*load-loss" options 1 "${small[@]}" --gate-noise off
[[ ! -e $work/options/run ]] || complain "a bad objective leaves a run folder"

# One step an epoch: what it did to the model shows only after the step.
expect_train 1 "is not finite after step 1" diverged 2 "${small[@]}" --batch 128 \
  --lr 1e30
[[ -z $(ls -A "$work/diverged/run/checkpoints") ]] ||
  complain "a diverged model is saved"

# A folder with somebody's files is nobody's to clear.
mkdir -p "$work/foreign/run/checkpoints"
touch "$work/foreign/run/checkpoints/thesis.txt"
expect_train 2 "--resume.*--overwrite.*--out" foreign 1 "${small[@]}"
[[ -e $work/foreign/run/checkpoints/thesis.txt ]] || complain "a foreign folder was cleared"

exit "$((failures > 0))"
