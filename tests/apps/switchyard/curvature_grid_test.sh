#!/usr/bin/env bash
# The grid does not change the curvature: an analysis on every grid is compared with that on one rank.
# usage: curvature_grid_test.sh LAUNCH_RUN SWITCHYARD TOLERANCE "RANKSxEP ..." HEAD ARGUMENT...
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
# shellcheck source=tests/apps/switchyard/curvature_runs.sh
source "$(dirname "$0")/curvature_runs.sh"
tolerance=$1 grids=$2 head=$3
shift 3
draw_data 150 20
train_model model --head "$head"

expect_curvature 0 "results: " one 1 model "$@"
for grid in $grids; do
  expect_curvature 0 "results: " "$grid" "${grid%x*}" model --ep "${grid#*x}" "$@"
  expect_same_curvature "$tolerance" one "$grid"
done
exit "$((failures > 0))"
