#!/usr/bin/env bash
# launch/study over a made-up switchyard and over the real one: studies that are stopped, killed and
# resumed, steps that fail, what is left, words on bad usage.
# usage: study_test.sh SWITCHYARD
# shellcheck source=tests/support/expect.sh
source "$(dirname "$0")/../support/expect.sh"
switchyard=$(realpath "$1")
tests=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$tests/../.." && pwd)
unset SLURM_JOB_ID
export CUDA_VISIBLE_DEVICES=

expect_launches() { # expect_launches LINE...: since the last time, in any order
  local found
  found=$(sort "$work/launches" 2>/dev/null)
  [[ $found == "$(printf '%s\n' "$@" | sort | sed '/^$/d')" ]] ||
    complain "launched was: $(tr '\n' ';' <<<"$found") (expected: $*)"
  : >"$work/launches"
}

started() { # started LINE: waits until that has been launched
  until grep -qsx -- "$1" "$work/launches"; do
    kill -0 "$studying" 2>/dev/null || return
    sleep 0.05
  done
}

# A checkout of its own, so that tools/report is made up too.
mkdir "$work/bin" "$work/tools" "$work/images"
cp -r "$root/launch" "$work/launch"
ln -s "$tests/made_up_heads" "$work/bin/mpirun"
ln -s "$tests/made_up_heads" "$work/tools/report"
export MADE_UP=$work
cat >"$work/two.cfg" <<'CFG'
# Two heads, two seeds.
data = images
out = out
heads = sparse,dense
seeds = 1,2
steps = train,curvature,routing,inference,profile,report
train.config = {head}.cfg
train.epochs = 3 # of
curvature.split = train
profile.head = sparse
small.seeds = 1
small.steps = train
small.data = synthetic
cuda.inference.batch = 256
CFG
study=(env "PATH=$work/bin:$PATH" "$work/launch/study" "$work/two.cfg" --program
  "$tests/made_up_heads")

expect 0 "^2 ranks, as no GPU is seen here; --ranks takes another number.to do \
+train/dense/seed-1.*run 2 .*--config dense.cfg --epochs 3 --head dense --data \
images --seed 1 --out out/dense/seed-1.*routing/sparse/seed-2/test.*\
--heads dense,sparse --run out/dense/seed-1,out/sparse/seed-1 .*report out -o out/report.\
13 steps, 13 left, ETA not known yet; out$" \
  "${study[@]}" --dry-run
[[ ! -e $work/out ]] || complain "a dry run leaves a folder"
"${study[@]}" --dry-run 2>"$work/said" | true
[[ ! -s $work/said ]] || complain "a dry run that nobody reads said: $(cat "$work/said")"

# Stopped in the third training.
touch "$work/stall-dense-seed-2"
"${study[@]}" >"$work/said" 2>&1 &
studying=$!
started "dense-seed-2"
expect 2 "another study.* is under way in .*out; wait" "${study[@]}"
kill -TERM "$studying"
wait "$studying"
status=$?
[[ $status == 75 && $(<"$work/said") =~ "asked to stop: waiting".*"the same command again" ]] ||
  complain "a study that is stopped ends with $status and: $(cat "$work/said")"
expect_launches dense-seed-1 sparse-seed-1 dense-seed-2
eta="13 steps, 11 left, ETA [0-9]:[0-9:]+ without curvature, routing, inference, profile, report; out"
expect 0 "done +train/sparse/seed-1.*to do +train/dense/seed-2.*to do +train/sparse/seed-2.*$eta" \
  "${study[@]}" --dry-run

# Killed with no time to stop: what it has left behind is waited for, and then gone on with.
"${study[@]}" >"$work/said" 2>&1 &
studying=$!
started "dense-seed-2 --resume"
grep -qE "^$eta" "$work/said" || complain "no time before the first step: $(cat "$work/said")"
kill -KILL "$studying"
wait "$studying" 2>/dev/null
expect 2 "another study, or a step that one has left behind, is under way" "${study[@]}"
kill -KILL -- "-$(cat "$work/group")"
rm "$work/stall-dense-seed-2"
touch "$work/fail-dense-seed-2"
expect_launches "dense-seed-2 --resume"
until "${study[@]}" --dry-run >/dev/null && flock -n "$work/out/lock" true; do sleep 0.05; done

# A step that fails is named with its log; what needs it waits, the others go on.
expect 1 "train/dense/seed-2 failed: exit status 1, see out/logs/train-dense-seed-2.log: error: \
out of beads.*curvature/dense/seed-2/train: waits for train/dense/seed-2.*failed: \
train/dense/seed-2.*waiting for what failed: curvature/dense/seed-2/train" "${study[@]}"
expect_launches "dense-seed-2 --resume" sparse-seed-2 sparse-seed-{1,2}-curvature-train \
  dense-seed-1-curvature-train \
  sparse-seed-{1,2}-routing inference "profile --overwrite" report
grep -q '"error": "exit status 1' "$work/out/study.json" || complain "no error in study.json"
rm "$work/fail-dense-seed-2"

# Where it failed before its first checkpoint a training begins anew; the report is made again.
rm -r "$work/out/dense/seed-2/checkpoints"
expect 0 "3 of 13 +train/dense/seed-2.*done in.*2 left, ETA [0-9]:[0-9:]+.*study.json$" "${study[@]}"
expect_launches "dense-seed-2 --overwrite" dense-seed-2-curvature-train report
expect 0 "13 steps, 0 left; out" "${study[@]}"
expect_launches

# Nothing is done anew because something else starts it, or the program lies elsewhere.
ln -s "$tests/made_up_heads" "$work/bin/srun"
cp "$tests/made_up_heads" "$work/bin/elsewhere"
expect 0 "13 steps, 0 left" env SLURM_JOB_ID=1 SLURM_NTASKS=2 "${study[@]}" --program \
  "$work/bin/elsewhere"
expect 0 "^2 ranks, as many as the allocation has tasks;.*srun 2 .*13 steps, 0 left" \
  env SLURM_JOB_ID=1 SLURM_NTASKS=2 "${study[@]}" --dry-run
expect_launches

# Another title is another report, and nothing else.
expect 0 "13 steps, 1 left, ETA [0-9]:" "${study[@]}" --set "report.title=Two heads" \
  --set report.note=--careful
expect_launches report
grep -q '"--title=Two heads", "--note=--careful"' "$work/out/report/report.json" ||
  complain "what is asked of a report does not come to it"

# A result that is not whole is made again, and so is all that was made of it.
echo '{"cut' >"$work/out/sparse/seed-1/curvature-train/curvature.json"
expect 0 "study.json" "${study[@]}"
expect_launches "sparse-seed-1-curvature-train --resume" report

rm "$work/out/dense/seed-1/summary.json"
touch "$work/out/dense/seed-1/curvature-train/of-earlier-weights"
expect 0 "study.json" "${study[@]}"
expect_launches "dense-seed-1 --resume" dense-seed-1-curvature-train inference report
[[ ! -e $work/out/dense/seed-1/curvature-train/of-earlier-weights ]] ||
  complain "an analysis of earlier weights stays"

# More seeds join; other settings do not.
expect 0 "study.json" "${study[@]}" --seeds 1,2,3
expect_launches {sparse,dense}-seed-3 {sparse,dense}-seed-3-curvature-train \
  sparse-seed-3-routing report
expect 0 "--against out/sparse/seed-1,out/sparse/seed-2" "${study[@]}" --seeds 1,2,3 --dry-run
expect 2 "was begun with train.epochs = 3, now it is 4; .*--out" "${study[@]}" --set train.epochs=4
expect 2 "was begun with scale = full, now it is small" "${study[@]}" --scale small
expect 2 "was begun with ranks = 2, now it is 1" "${study[@]}" --ranks 1
for text in '{}' '[1]' '{"format": 1, "steps": [{"na' '{"format": 2, "steps": []}'; do
  echo "$text" >"$work/out/study.json"
  expect 2 "study.json is cut off, or no study; remove it.*--out" "${study[@]}"
done
expect_launches
rm -r "$work/out"

# Where the first step refuses its arguments the study ends, and its folder is not bound to them.
touch "$work/refuse-dense-seed-1"
expect 2 "train/dense/seed-1 was refused, see out/logs/.*: error: no such thing" \
  "${study[@]}" --scale small --set train.epochs=0
rm "$work/refuse-dense-seed-1"
expect 0 "3 steps, 2 left" "${study[@]}" --scale small --set train.width=4
expect_launches synthetic-images dense-seed-1 dense-seed-1 sparse-seed-1

bad() { # bad REGEX LINE...: a study with these lines, of which the last of a key counts
  { grep -v "^\(${2%% *}\) " "$work/two.cfg"; printf '%s\n' "${@:2}"; } >"$work/bad.cfg"
  expect 2 "$1" "${study[@]:0:3}" "$work/bad.cfg" --program "$tests/made_up_heads" --dry-run
}
bad "heads takes dense, soft, sparse, hard.*not 'soggy'" "heads = soggy"
bad "heads names one of them twice" "heads = soft,soft"
bad "seeds takes numbers.*'one' is something else" "seeds = one"
bad "seeds names a number twice" "seeds = 1,1"
bad "seeds has 18446744073709551616; a seed is below" "seeds = 1,18446744073709551616"
bad "steps takes train, .*not 'rest'" "steps = train,rest"
bad "ranks takes one number above 0, not '0'" "ranks = 0"
bad "curvature.split takes train, val, test" "curvature.split = all"
bad "bad.cfg: unknown key 'head'; did you mean 'heads'" "head = soft"
bad "unknown key 'tran.width'; did you mean 'train.width'" "tran.width = 4"
bad "unknown key 'zzz'; there are data" "zzz = 4"
bad "'train.seed' is for the study to choose" "train.seed = 4"
bad "'train.widht': train has no --widht; did you mean 'train.width'" "train.widht = 4"
bad "'small.train.seed'|'train.seed' is for the study" "small.train.seed = 1"
bad "'report.tilte': tools/report has no --tilte; did you mean 'report.title'" "report.tilte = A"
bad "'report.out' is for the study to choose" "report.out = elsewhere"
bad "there is no folder nowhere of images; launch/fetch-data" "data = nowhere"
bad "line 15: 'nonsense' is not" "nonsense"
bad "'train.epochs' is given twice" "train.epochs = 3" "train.epochs = 4"
expect 2 "--out: names no folder" "${study[@]}" --out ""
expect 2 "the folder a,b has a comma in its name" "${study[@]}" --out "$work/a,b"
expect 2 "two.cfg cannot be the folder of a study \(Not a directory\)" "${study[@]}" --out \
  "$work/two.cfg"
expect 2 "--set takes KEY=VALUE" "${study[@]}" --set train.epochs
expect 2 "command line: unknown key" "${study[@]}" --set epochs=3
expect 2 "cannot read the study .*none.cfg \(No such file" "$work/launch/study" "$work/none.cfg"
expect 2 "cannot read the study .*\(Is a directory\)" "$work/launch/study" "$work"
printf 'heads = \xff\n' >"$work/bad.cfg"
expect 2 "cannot read the study .*\(it is no text in UTF-8\)" "$work/launch/study" "$work/bad.cfg"
grep -v "^heads" "$work/two.cfg" >"$work/bad.cfg"
expect 2 "does not say heads; add" "${study[@]:0:3}" "$work/bad.cfg" --dry-run
rm "$work/tools/report"
expect 2 "tools/report does not run here .*leave report out with --set steps" "${study[@]}"

# The real one, in miniature: every kind of step that can be done here.
kinds=train,curvature,routing,inference,profile,scaling
/usr/bin/python3 -c "import jinja2, matplotlib" 2>/dev/null && kinds+=,report
small=("$root/launch/study" "$root/configs/studies/moe-in-vision.cfg" --scale small --program
  "$switchyard" --out "$work/small" --set "steps=$kinds")
for setting in synthetic.train=200 synthetic.test=40 train.device=cpu train.width=2 \
  train.experts=4 train.expert-hidden=8 train.epochs=2 train.batch=16 train.train-samples=64 \
  train.validation-samples=20 curvature.split=test curvature.samples=16 curvature.top=2 \
  curvature.trace-probes=2 curvature.density-probes=1 curvature.density-steps=4 \
  curvature.sweep-points=3 curvature.plane-points=2 inference.batch=8 inference.warmup=1 \
  inference.repeats=2 profile.train-samples=64 profile.validation-samples=20 \
  profile.profile=steps=1:3 scaling.batch=8 scaling.mode=strong scaling.steps=2:4 scaling.repeats=1; do
  small+=(--set "$setting")
done
expect 2 "'curvature.sampels': curvature has no --sampels; did you mean" "${small[@]}" \
  --set curvature.sampels=3

# Stopped once it has a checkpoint, a training goes on from there.
long=("${small[@]}" --set steps=train --set heads=dense --seeds 1 --set train.epochs=200 --out
  "$work/long")
"${long[@]}" >"$work/said" 2>&1 &
studying=$!
until compgen -G "$work/long/dense/seed-1/checkpoints/step-*" >/dev/null; do
  kill -0 "$studying" 2>/dev/null || break
  sleep 0.05
done
kill -TERM "$studying"
wait "$studying"
status=$?
[[ $status == 75 ]] || complain "a real training that is stopped ends with $status"
expect 0 "done in" "${long[@]}"
grep -q "resumed from" "$work/long/logs/train-dense-seed-1.log" || complain "it was not resumed"

expect 0 "study.json" "${small[@]}"
expect 0 " 0 left" "${small[@]}"
python3 "$tests/check_study.py" "$root" "$work/small" || complain "the study is not whole"
exit "$((failures > 0))"
