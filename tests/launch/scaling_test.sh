#!/usr/bin/env bash
# launch/scaling over a made-up switchyard whose times are known, and over the real one: figures,
# sweeps that are broken off and resumed, points that fail, words on bad usage.
# usage: scaling_test.sh SWITCHYARD
# shellcheck source=tests/support/expect.sh
source "$(dirname "$0")/../support/expect.sh"
switchyard=$(realpath "$1")
tests=$(cd "$(dirname "$0")" && pwd)
scaling=$tests/../../launch/scaling
unset SLURM_JOB_ID
python=$(python3 -c 'import sys; print(sys.executable)')
PATH=$(dirname "$python"):$PATH

mkdir "$work/bin"
ln -s "$tests/made_up_switchyard" "$work/bin/mpirun"
export MADE_UP=$work
echo "made up 1.0" >"$work/version"
sweep=(env "PATH=$work/bin:$PATH" "$scaling" --program "$tests/made_up_switchyard" --repeats 2
  --out "$work/sweep" --threads 1)

expect_launches() { # expect_launches NUMBER: of trainings since the last time
  local found
  found=$(wc -l <"$work/launches")
  [[ $found == "$1" ]] || complain "$found trainings were launched (expected $1)"
  : >"$work/launches"
}

# Stopped in the first repeat of the third of five points: the two that are done are kept.
touch "$work/stall-4"
"${sweep[@]}" --ranks 1,2,4 -- --width 4 >"$work/said" 2>&1 &
sweeping=$!
until grep -qs '^4 ranks' "$work/launches"; do
  kill -0 "$sweeping" 2>/dev/null || break
  sleep 0.05
done
expect 2 "another sweep is under way" "${sweep[@]}" --ranks 1,2,4 -- --width 4
kill -TERM "$sweeping"
wait "$sweeping"
status=$?
grep -q "give the same command again" "$work/said" && [[ $status == 75 ]] ||
  complain "a sweep that is stopped ends with $status and: $(cat "$work/said")"
rm "$work/stall-4"
expect_launches 3

# A point that fails is named with its log; the others go on.
touch "$work/fail-4"
expect 1 "ranks-4-.*-batch-512 failed: exit status 1, see .*/logs/.*: error: too few.*results: " \
  "${sweep[@]}" --ranks 1,2,4 -- --width 4
grep -q "too few beads" "$work/sweep/logs/ranks-4-grid-auto-batch-512-repeat-1.log" ||
  complain "the log of a point that failed does not say why"
grep -q '"error": "exit status 1' "$work/sweep/results.json" || complain "no failure in the results"
rm "$work/fail-4"
expect_launches 6 # two that fail, one of 2 ranks for the first time, three for the second

expect 0 "4\\* +1x4 +128 +55\\.00 .* 0\\.455 +0\\.400 +gradient sync backward \\+30\\.00" \
  "${sweep[@]}" --ranks 1,2,4 -- --width 4
expect_launches 4
python3 "$tests/check_sweep.py" "$work/sweep/results.json" || complain "figures are wrong"
expect 0 "results: " "${sweep[@]}" --ranks 1,2,4 -- --width 4
expect_launches 0

# Arguments that the training refuses end a sweep at once, and do not bind its folder.
wrong=("${sweep[@]}" --out "$work/wrong")
expect 2 "ranks-1-.* failed: exit status 2, see .*/logs/.*: error: unknown key 'widht'$" \
  "${wrong[@]}" --ranks 1,2 -- --widht 4
expect_launches 1
touch "$work/fail-1"
expect 1 "failed: exit status 1" "${wrong[@]}" --ranks 1 -- --width 8
rm "$work/fail-1"
touch "$work/cut-1"
expect 1 "failed: its profile .*/profiles/.*json is cut off.* see .*log" "${wrong[@]}" --ranks 1 \
  -- --width 6
rm "$work/cut-1"
expect 0 "results: " "${wrong[@]}" --ranks 1 --mode strong -- --width 4
expect_launches 4

# Another grid joins what is there; other settings do not.
expect 0 "2\\*? +1x2 " "${sweep[@]}" --ranks 1,2 -- --width 4
expect 0 "2\\*? +1x2 +128 " "${sweep[@]}" --grids 1x1,1x2 --mode strong -- --width 4
expect_launches 4
expect 2 "measured with arguments \\['--width', '4'\\].*--out" "${sweep[@]}" -- --width 8
echo "made up 1.1" >"$work/version"
expect 2 "measured with program 'made up 1.0'" "${sweep[@]}" -- --width 4
for text in '{}' '[1]' '{"settings": {"lau' '{"settings": 1, "points": []}' \
  '{"settings": {}, "points": [1]}'; do
  echo "$text" >"$work/sweep/results.json"
  expect 2 "results.json is cut off, or no results of a sweep; remove it.*--out" \
    "${sweep[@]}" -- --width 4
done
expect_launches 0

# One GPU for two ranks says as little of speed as one core for two threads.
echo "beads (cuda 0)" >"$work/device"
printf '#!/bin/sh\necho 00000000:1B:00.0\n' >"$work/bin/nvidia-smi"
chmod +x "$work/bin/nvidia-smi"
gpu=("${sweep[@]}" --out "$work/gpu" --mode strong --repeats 1 --threads 1)
expect 0 "1 +1x1 +128 .*2\\* +1x2 +128 .*\\* .*more ranks than GPUs: shows that it works" \
  env -u CUDA_VISIBLE_DEVICES "${gpu[@]}" --ranks 1,2 -- --width 4
expect 2 "measured with gpus 1, now it is None" env CUDA_VISIBLE_DEVICES=-1 "${gpu[@]}" -- --width 4
python3 - "$work/gpu/results.json" <<'CHECK' || complain "wrong reasons in the results"
import json
import sys

first, second = json.load(open(sys.argv[1]))["points"]
assert "more ranks than GPUs" not in first["oversubscription"]
assert second["oversubscribed"] and "more ranks than GPUs" in second["oversubscription"]
CHECK
rm "$work/device" "$work/bin/nvidia-smi"

touch "$work/file"
expect 2 "file cannot be the folder of a sweep .*--out" "${sweep[@]}" --out "$work/file"
expect 2 "--ranks takes numbers above 0.*'0'" "${sweep[@]}" --ranks 0
expect 2 "--ranks names a number twice" "${sweep[@]}" --ranks 2,2
expect 2 "grid 2x1 has 2 ranks, which --ranks does not name" "${sweep[@]}" --ranks 1 --grids 1x1,2x1
expect 2 "--ranks names 3, of which no grid" "${sweep[@]}" --ranks 1,3 --grids 1x1
expect 2 "'1by1' is neither" "${sweep[@]}" --grids 1by1
expect 2 "no whole number of them on 3 ranks" "${sweep[@]}" --ranks 2,3 --batch 3
expect 2 "--mode takes" "${sweep[@]}" --mode hard
expect 2 "--steps takes A:B" "${sweep[@]}" --steps 40:20
expect 2 "--epochs is for the sweep to choose" "${sweep[@]}" -- --epochs=3
expect 2 "no program nowhere/switchyard" "${sweep[@]}" --program nowhere/switchyard
expect 2 "needs a Slurm allocation" "${sweep[@]}" --launcher srun
mkdir "$work/bare"
expect 2 "no mpirun here" env "PATH=$work/bare" "$python" "$scaling"
ln -s /bin/true "$work/bare/srun"
expect 2 "4 ranks do not fit into this allocation, which has room for 2" \
  env SLURM_JOB_ID=1 SLURM_NTASKS=2 "PATH=$work/bare" "$python" "$scaling" --ranks 1,4
# The real one.
expect 0 "1 +1x1 +8 .*2\\*? +1x2 +8 .*results: " "$scaling" --program "$switchyard" \
  --ranks 1,2 --batch 8 --mode strong --steps 2:6 --repeats 1 --out "$work/real" -- --device cpu \
  --width 2 --experts 4 --expert-hidden 8
python3 - "$work/real/results.json" <<'CHECK' || complain "zones do not add up to the step"
import json
import sys

for point in json.load(open(sys.argv[1]))["points"]:
    repeat = point["repeats"][0]
    assert abs(sum(repeat["zones"].values()) / repeat["recorded_step"] - 1) < 1e-6, point["name"]
    assert {"backbone", "backbone backward", "dispatch", "optimizer"} <= set(repeat["zones"])
CHECK
exit "$((failures > 0))"
