#!/usr/bin/env bash
# An analysis that is stopped or killed goes on as if it never had: to the bit on the same grid, to
# rounding on another. What is of something else is not continued.
# usage: curvature_resume_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
# shellcheck source=tests/apps/switchyard/curvature_runs.sh
source "$(dirname "$0")/curvature_runs.sh"
draw_data 150 20
train_model model --head sparse
arguments=(--samples 12 --curvature-batch 8 --top 2 --bottom 1 --tolerance 1e-9 --max-iterations 10
  --trace-probes 6 --density-probes 2 --density-steps 3 --sweep-points 40 --save-every 0
  --precision f64)

stop_at() { # stop_at RESULTS RANKS FILE SIGNAL: when FILE of the state is there, signals all ranks
  local results=$1 ranks=$2 file=$work/$1/state/$3 signal=$4
  (cd "$work/model" && exec "$launch" "$ranks" "$switchyard" curvature run --out "../$results" \
    --device cpu "${arguments[@]}" >"$work/$results.log" 2>&1) &
  launcher=$!
  until [[ -e $file ]]; do
    kill -0 "$launcher" 2>/dev/null || break
    sleep 0.01
  done
  # shellcheck disable=SC2046  # one word a rank
  kill "-$signal" $(rank_pids "$launcher" | cut -d' ' -f1)
  wait "$launcher"
  status=$?
  [[ -e $file || $signal == KILL ]] || complain "$results ended before $3"
}

for ranks in 1 2; do
  expect_curvature 0 "results: " "whole$ranks" "$ranks" model "${arguments[@]}"
  for part in spectrum trace density landscape; do
    stop_at "killed$ranks" "$ranks" "$part.partial.json" KILL
    [[ ! -e $work/killed$ranks/curvature.json ]] || complain "killed too late in $part"
    arguments+=(--resume)
  done
  expect_curvature 0 "results: " "killed$ranks" "$ranks" model --resume
  expect_same_curvature 0 "whole$ranks" "killed$ranks"
  unset 'arguments[-1]' 'arguments[-1]' 'arguments[-1]' 'arguments[-1]'
done

stop_at stopped 2 spectrum.partial.json USR1
[[ $status == 75 ]] || complain "exit status $status after a signal (expected 75)"
grep -q "continue with --resume" "$work/stopped.log" || complain "a stop is not explained"
expect_curvature 2 "holds results already.*--resume.*--overwrite" stopped 1 model "${arguments[@]}"
expect_curvature 2 "other settings: --bn train \(was eval\), --top 1 \(was 2\)" stopped 1 model \
  --resume --top 1 --bn train
train_model other --head sparse --lr 0.03
expect_curvature 3 "other weights" stopped 1 other --resume
cp "$work/stopped/state/spectrum.partial.json" "$work/state"
echo "{" >"$work/stopped/state/spectrum.partial.json"
expect_curvature 3 "spectrum.partial.json is damaged" stopped 2 model --resume
cp "$work/state" "$work/stopped/state/spectrum.partial.json"
expect_curvature 0 "resumed on dp 3 x ep 1 \(it was begun on dp 1 x ep 2\)" stopped 3 model --resume \
  --ep 1
expect_same_curvature 1e-9 whole1 stopped
exit "$((failures > 0))"
