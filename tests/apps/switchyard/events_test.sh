#!/usr/bin/env bash
# metrics.csv and event files for TensorBoard beside metrics.jsonl: on one rank and two, after a
# resume, replaced with their run; event files not written where nobody wants them.
# usage: events_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
check=$(realpath "$(dirname "$0")/check_events.py")
draw_data 60 20
model=(--width 2 --expert-hidden 8 --validation-samples 20 --batch 10 --experts 5)

event_files() { # event_files NAME: how many
  find "$work/$1/run" -name 'events.out.tfevents.*' | wc -l
}

for ranks in 1 2; do
  train "$ranks" "$ranks" "${model[@]}" --head sparse --epochs 3 --histograms-every 2 ||
    complain "no run on $ranks ranks"
  "$check" "$work/$ranks/run" 1 2 || complain "on $ranks ranks: events are not the metrics"
done
train dense 1 "${model[@]}" --head dense --epochs 1 || complain "no dense run"
"$check" "$work/dense/run" 1 5 || complain "dense: events are not the metrics"

train 2 2 "${model[@]}" --head sparse --epochs 4 --histograms-every 3 --resume ||
  complain "no resumed run"
[[ $(event_files 2) == 2 ]] || complain "a resumed run has no event file of its own"
"$check" "$work/2/run" 13 3 || complain "resumed: events are not the metrics"

train 2 2 "${model[@]}" --head sparse --epochs 1 --overwrite --tensorboard off ||
  complain "no run without event files"
[[ $(event_files 2) == 0 ]] || complain "event files of an earlier run stay"

exit "$((failures > 0))"
