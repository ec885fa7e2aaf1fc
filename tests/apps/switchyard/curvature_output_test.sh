#!/usr/bin/env bash
# What an analysis leaves can be read, and agrees with itself.
# usage: curvature_output_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
# shellcheck source=tests/apps/switchyard/curvature_runs.sh
source "$(dirname "$0")/curvature_runs.sh"
draw_data 150 20
train_model model --head sparse
expect_curvature 0 "^trace " results 2 model --samples 12 --curvature-batch 8 --top 2 --bottom 1 \
  --max-iterations 30 --trace-probes 4 --density-probes 2 --density-steps 4 \
  --sweep-points 5 --sweep-random 1 --plane-points 2 --precision f64
python3 "$here/check_curvature_output.py" "$work/results" "$work/model/run/checkpoints/best" ||
  complain "the results contradict one another"

# The configuration that it leaves repeats it.
expect_curvature 0 "results: " again 2 model --config ../results/config.cfg --out ../again
expect_same_curvature 0 results again

# An analysis in the run's folder goes with the model that it is of.
cp -r "$work/results" "$work/model/run/curvature-test"
train_model model --head sparse --overwrite
[[ ! -e $work/model/run/curvature-test ]] || complain "an analysis outlives its model"
exit "$((failures > 0))"
