#!/usr/bin/env bash
# Routing of trained mixtures: the same on every grid, equal to what eval says, compared between
# runs; and the words where it cannot be had.
# usage: routing_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
check=$(realpath "$(dirname "$0")/check_routing.py")
draw_data 120 40
model=(--width 2 --expert-hidden 8 --validation-samples 20 --epochs 2 --batch 20 --precision f64)

expect_routing() { # expect_routing STATUS TEXT RANKS RUN [ARGUMENT...]
  expect "$1" "$2" on_ranks "$3" routing "$4" --data data "${@:5}"
}

train sparse 1 "${model[@]}" --head sparse --experts 5 || complain "no sparse run"
train other 1 "${model[@]}" --head sparse --experts 5 --seed 2 || complain "no other run"
train soft 1 "${model[@]}" --head soft --experts 3 || complain "no soft run"
train hard 1 "${model[@]}" --head hard --experts 4 || complain "no hard run"
train dense 1 "${model[@]}" --head dense || complain "no dense run"

for run in sparse soft hard; do
  expect_routing 0 "accuracy without" 1 "$run/run"
  mv "$work/$run/run/routing" "$work/$run/one"
  expect_routing 0 "accuracy without" 3 "$run/run" --eval-batch 7
  (cd "$work" && "$switchyard" eval "$run/run" --data data 2>/dev/null) >"$work/$run/eval.json"
  "$check" same "$work/$run/one" "$work/$run/run/routing" || complain "$run: 1 and 3 ranks differ"
  "$check" figures "$work/$run/run/routing/test" "$work/$run/eval.json" ||
    complain "$run: the figures do not belong together"
  "$check" tables "$work/$run/run/routing/test" || complain "$run: the tables are not the figures"
done

expect_routing 3 "there is no other/run/routing/test.json; run switchyard routing other/run" \
  2 sparse/run --against other/run
expect_routing 2 "nowhere is no folder; name run folders" 2 sparse/run --against nowhere
expect_routing 2 "test.json is no folder" 1 sparse/run --against sparse/run/routing/test.json
expect_routing 0 "accuracy without" 1 other/run
expect_routing 0 "other/run: 0\.[0-9]+ of the images" 2 sparse/run --against other/run,sparse/run
"$check" against "$work/sparse/run/routing/test" "$work/other/run/routing/test" ||
  complain "the agreement of runs is not what their tables say"
expect_routing 0 "20 val images" 1 sparse/run --split val
[[ -s $work/sparse/run/routing/val.json ]] || complain "no figures of validation images"

# Results can lie elsewhere, and are compared from there; nothing is computed where they cannot.
expect_routing 0 "40 test images" 1 other/run --out elsewhere/other
expect_routing 0 "elsewhere/other: 0\.[0-9]+ of the images" 1 sparse/run --against elsewhere/other
touch "$work/file"
expect_routing 1 "cannot write into the folder file/routing .*--out" 2 sparse/run --out file/routing
expect_routing 2 "steps=6:8 names no step of this run, which has steps 0 to 5" 2 sparse/run \
  --eval-batch 7 --profile steps=6:8
expect_routing 0 "profile of batch 1 to 2" 2 sparse/run --eval-batch 7 --profile steps=1:3

expect_routing 3 "sparse/run has 5 experts, and this model 3;" 1 soft/run --against sparse/run
"$switchyard" data synth --out "$work/smaller" --train 120 --test 30 >/dev/null || exit 1
expect_routing 3 "other/run is of other images \(40 of them, here there are 30\)" 1 sparse/run \
  --data smaller --against other/run
echo "sample,label" >"$work/other/run/routing/test-samples.csv"
expect_routing 3 "test-samples.csv is no table of routed samples" 2 sparse/run --against other/run
expect_routing 2 "a dense head routes nothing" 2 dense/run
expect_routing 2 "is no run folder" 1 nowhere
expect_routing 2 "'splitt'; did you mean 'split'" 1 sparse/run --splitt test
expect_routing 2 "unknown key 'epochs'" 1 sparse/run --epochs 3

exit "$((failures > 0))"
