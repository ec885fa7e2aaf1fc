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
  --params 'head.gate.*' --top 200 --max-iterations 300
refuse 2 "--precision bf16 .*--precision f32" model --precision bf16
refuse 2 "ggn .*--loss ce" model --matrix ggn --loss total
refuse 2 "smooth load loss.*--load-weight 0" model --loss total
refuse 2 "--sweep-top wants 3 top eigenvectors, but --top is 2" model --top 2 --sweep-top 3
refuse 2 "--resume.*--overwrite" model --resume --overwrite
refuse 2 "toop.*top" model --toop 3
refuse 2 "unknown.*lr" model --lr 3
refuse 3 "no analysis to resume; start it without --resume" model --samples 8 --resume
expect 2 "no run folder" on_ranks 1 curvature data

# On two ranks of one group the second has no parameters of the only expert that is chosen.
expect_curvature 0 "over 118 parameters" expert 2 model --samples 8 --params 'head.experts.0.*' \
  --top 1 --bottom 0 --max-iterations 3 --trace-probes 2 --sweep-points 2

# What was saved and is not as it was written is not gone on with.
state=$work/expert/state
refuse_to_resume() { # refuse_to_resume TEXT: on one rank and two
  for ranks in 1 2; do
    expect_curvature 3 "$1 is damaged.*start .*anew with --overwrite" expert "$ranks" model --resume
  done
}
for file in trace identity; do
  cp "$state/$file.json" "$work/whole"
  echo '{"products": 2}' >"$state/$file.json"
  refuse_to_resume "$file.json"
  cp "$work/whole" "$state/$file.json"
done
rm "$state/landscape.json"
shard=$(echo "$work"/expert/eigenvectors/top-1-00001-of-*.safetensors)
cp "$shard" "$work/whole"
truncate -s -8 "$shard"
refuse_to_resume "${shard##*/}"
tail -c 8 "$work/whole" | tr '\0-\377' '\1-\377\0' >>"$shard"
refuse_to_resume "${shard##*/}"
rm "$shard"
refuse_to_resume "${shard##*/}"
cp "$work/whole" "$shard"
rm "$work/expert/eigenvectors/top-1.safetensors.index.json"
refuse_to_resume "top-1.safetensors.index.json"

# An analysis that the second rank does not see is one that neither goes on with.
mkdir "$work/0" "$work/1"
cp -r "$work/expert" "$work/0/results"
ranks_apart="cd '$work'/\$OMPI_COMM_WORLD_RANK; exec '$switchyard' curvature '$work/model/run'"
expect 3 "rank 1: results has no analysis to resume" timeout -k 5 100 "$launch" 2 \
  bash -c "$ranks_apart --data '$work/data' --device cpu --out results --resume"

# Only what an analysis wrote is replaced, and only when nothing stands against the new one.
cp -r "$work/model/run" "$work/trained"
training="is the folder of a training run.*another folder with --out"
expect_curvature 2 "$training" model/run 1 model --samples 8
expect_curvature 2 "$training" model/run 2 model --samples 8 --overwrite
diff -r "$work/trained" "$work/model/run" || complain "a refused analysis changes the training run"
mkdir "$work/own"
echo "a,b" >"$work/own/line-top-1.csv"
expect_curvature 2 "but no analysis; name another folder" own 1 model --samples 8 --overwrite
broken=$work/broken.safetensors
cp "$work"/dense/run/checkpoints/best/model-00001-of-00001.safetensors "$broken"
size=$(stat -c %s "$broken")
truncate -s $((size - 64)) "$broken"
head -c 64 /dev/zero | tr '\0' '\377' >>"$broken"
expect_curvature 1 "gradient of these samples is not finite" expert 1 dense --samples 8 --overwrite \
  --checkpoint "$broken"
for file in curvature.json line-top-1.csv traces.csv state/spectrum.json; do
  [[ -e $work/expert/$file ]] || complain "an analysis that cannot be removes $file"
done
echo "a,b" | tee "$work/expert/mine.csv" >"$work/expert/line-mine.csv"
expect_curvature 0 "results: " expert 1 model --samples 8 --params 'head.gate.*' --overwrite --top 1 \
  --bottom 0 --max-iterations 2 --trace-probes 0 --sweep-points 0
[[ -e $work/expert/mine.csv && -e $work/expert/line-mine.csv ]] ||
  complain "--overwrite removes a file that no analysis wrote"
[[ ! -e $work/expert/line-top-1.csv && ! -e $work/expert/traces.csv ]] ||
  complain "--overwrite leaves earlier tables"
exit "$((failures > 0))"
