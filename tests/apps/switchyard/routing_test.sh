#!/usr/bin/env bash
# Routing of trained mixtures: the same on every grid, equal to what eval says, compared between
# runs; and the words where it cannot be had.
# usage: routing_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
check=$(realpath "$(dirname "$0")/check_routing.py")
draw_data 120 40
model=(--width 2 --expert-hidden 8 --validation-samples 20 --epochs 2 --batch 20 --precision f64)

routing() { # routing RANKS RUN [ARGUMENT...]: its exit status; words in $work/said.log
  local ranks=$1
  shift
  (cd "$work" && timeout -k 5 100 "$launch" "$ranks" "$switchyard" routing "$@" --data data >said.log 2>&1)
}

expect_routing() { # expect_routing STATUS TEXT RANKS RUN [ARGUMENT...]
  local status=$1 text=$2 found
  shift 2
  routing "$@"
  found=$?
  [[ $found == "$status" ]] && grep -qE -- "$text" "$work/said.log" && return
  complain "routing $*: exit status $found (expected $status), or no '$text' in:"
  cat "$work/said.log"
}

train sparse 1 "${model[@]}" --head sparse --experts 5 || complain "no sparse run"
train other 1 "${model[@]}" --head sparse --experts 5 --seed 2 || complain "no other run"
train soft 1 "${model[@]}" --head soft --experts 3 || complain "no soft run"
train dense 1 "${model[@]}" --head dense || complain "no dense run"

for run in sparse soft; do
  expect_routing 0 "accuracy without" 1 "$run/run"
  mv "$work/$run/run/routing" "$work/$run/one"
  expect_routing 0 "accuracy without" 3 "$run/run" --eval-batch 7
  (cd "$work" && "$switchyard" eval "$run/run" --data data 2>/dev/null) >"$work/$run/eval.json"
  "$check" same "$work/$run/one" "$work/$run/run/routing" || complain "$run: 1 and 3 ranks differ"
  "$check" figures "$work/$run/run/routing/test" "$work/$run/eval.json" ||
    complain "$run: the figures do not belong together"
done

expect_routing 3 "there is no other/run/routing/test-samples.csv; run switchyard routing other/run" \
  2 sparse/run --against other/run
expect_routing 0 "accuracy without" 1 other/run
expect_routing 0 "other/run: 0\.[0-9]+ of the images" 2 sparse/run --against other/run,sparse/run
"$check" against "$work/sparse/run/routing/test" "$work/other/run/routing/test" ||
  complain "the agreement of runs is not what their tables say"
expect_routing 0 "20 val images" 1 sparse/run --split val
[[ -s $work/sparse/run/routing/val.json ]] || complain "no figures of validation images"

expect_routing 3 "sparse/run has routed to expert [34], and this model has 3 experts" 1 soft/run --against sparse/run
echo "sample,label" >"$work/other/run/routing/test-samples.csv"
expect_routing 3 "test-samples.csv is no table of routed samples" 2 sparse/run --against other/run
expect_routing 2 "a dense head routes nothing" 2 dense/run
expect_routing 2 "is no run folder" 1 nowhere
expect_routing 2 "unknown|--splitt" 1 sparse/run --splitt test

exit "$((failures > 0))"
