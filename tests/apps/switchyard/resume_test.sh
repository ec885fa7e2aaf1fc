#!/usr/bin/env bash
# A run that is asked to stop goes on as if it never had: to the bit on the same grid, to rounding
# on another.
# usage: resume_test.sh LAUNCH_RUN SWITCHYARD COMPARE_METRICS
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
compare=$1
draw_data 300 60
arguments=(--epochs 3 --width 4 --experts 5 --expert-hidden 8 --batch 8 --lr 0.001 --precision f64
  --clip-norm 1 --keep-checkpoints 9)

stop_in_epoch() { # stop_in_epoch NAME RANKS EPOCH SIGNAL RANK: signals a rank or the launcher
  local name=$1 ranks=$2 epoch=$3 signal=$4 target=$5 status
  start_train "$name" "$ranks" "${arguments[@]}"
  [[ $target == launcher ]] && target=$launcher || target=$(pid_of_rank "$target")
  wait_for_text "$name" "epoch $epoch/3  batch 1/" || complain "$name ended before epoch $epoch"
  kill "-$signal" "$target"
  wait "$launcher"
  status=$?
  [[ $status == 75 ]] && grep -q "stopped on request after a checkpoint" "$work/$name/log" && return
  complain "$name: exit status $status after $signal (expected 75):"
  cat "$work/$name/log"
}

go_on() { # go_on NAME RANKS: resumes in the midst of an epoch, with the settings of its folder
  local steps=34 step
  expect_train 0 "resumed from run/checkpoints/step-" "$1" "$2" --resume
  step=$(sed -n 's/.*resumed from .*step \([0-9]*\)).*/\1/p' "$work/$1/log")
  ((step % steps != 0)) || complain "$1 was resumed at step $step, which ends an epoch"
  # The checkpoint that was asked for is the only one that an undisturbed run does not have.
  rm -rf "$(printf '%s/run/checkpoints/step-%06d' "$work/$1" "$step")"
}

for ranks in 1 2; do
  expect_train 0 "run folder: run" "whole$ranks" "$ranks" "${arguments[@]}"
  stop_in_epoch "stopped$ranks" "$ranks" 2 USR1 "$((ranks - 1))"
  go_on "stopped$ranks" "$ranks"
  expect_same_run "whole$ranks" "stopped$ranks"
done

# Killed between its last checkpoint and the link to the best.
rm "$work/stopped2/run/checkpoints/best"
expect_train 0 "step 102" stopped2 2 --resume "${arguments[@]}"
expect_same_run whole2 stopped2

stop_in_epoch moved 2 2 TERM launcher
expect_train 2 "--batch cannot change from 8 to 4" moved 2 --resume --batch 4
go_on moved 3
"$compare" 1e-10 "$work/whole1/run/metrics.jsonl" "$work/moved/run/metrics.jsonl" ||
  complain "a run that moves from 2 to 3 ranks trains otherwise"

# Every rank its own batch statistics, and in the last batch of four one rank without samples.
arguments+=(--batch-norm local)
expect_train 0 "run folder: run" local 3 "${arguments[@]}"
stop_in_epoch stopped_local 3 2 USR1 1
go_on stopped_local 3
expect_same_run local stopped_local
exit "$((failures > 0))"
