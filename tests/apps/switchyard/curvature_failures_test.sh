#!/usr/bin/env bash
# Exit statuses and words of analyses that cannot be, on one rank and two.
# usage: curvature_failures_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
# shellcheck source=tests/apps/switchyard/curvature_runs.sh
source "$(dirname "$0")/curvature_runs.sh"
draw_data 150 20
train_model model --head sparse
train_model dense --head dense

refuse() { # refuse STATUS TEXT NAME [ARGUMENT...]: and leaves no folder
  local status=$1 text=$2
  shift 2
  expect_curvature "$status" "$text" refused "$ranks" "$@"
  [[ ! -e $work/refused ]] || complain "a refused analysis leaves a folder: $*"
  rm -rf "$work/refused"
}

for ranks in 1 2; do
  refuse 2 "--samples 101 are more than the 100 images of --split train" model --samples 101
  refuse 2 "no parameter's name matches 'head.expert.*'; .*head.experts.0.*" model \
    --samples 8 --params 'backbone.*,head.expert.*'
  refuse 3 "nowhere" model --samples 8 --checkpoint nowhere
done
ranks=1
refuse 2 "no parameter's name matches 'head.gate.*'" dense --samples 8 --params 'head.gate.*'
refuse 3 "does not fit the model.*--experts 3" model --samples 8 --experts 4
refuse 2 "--top 200 and --bottom 2 are more than the 102 eigenvalues" model --samples 8 \
  --params 'head.gate.*' --top 200
refuse 2 "--precision bf16 .*--precision f32" model --precision bf16
refuse 2 "ggn .*--loss ce" model --matrix ggn --loss total
refuse 2 "smooth load loss.*--load-weight 0" model --loss total
refuse 2 "--sweep-top wants 3 top eigenvectors, but --top is 2" model --top 2 --sweep-top 3
refuse 2 "--resume.*--overwrite" model --resume --overwrite
refuse 2 "toop.*top" model --toop 3
refuse 2 "unknown.*lr" model --lr 3
refuse 3 "no analysis to resume; start it without --resume" model --samples 8 --resume
"$switchyard" curvature "$work/data" >"$work/log" 2>&1
[[ $? == 2 ]] && grep -q "no run folder" "$work/log" || complain "a folder that is no run is taken"

# On two ranks of one group the second has no parameters of the only expert that is chosen.
expect_curvature 0 "over 118 parameters" expert 2 model --samples 8 --params 'head.experts.0.*' \
  --top 1 --bottom 0 --max-iterations 3 --trace-probes 2 --sweep-points 2
exit "$((failures > 0))"
