#!/usr/bin/env bash
# A profile changes nothing of what it watches, and is written by every command that computes in
# steps, whole or as far as it came.
# usage: profile_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
draw_data 80 24
small=(--width 4 --expert-hidden 8 --batch 16 --epochs 2 --checkpoint-every 3)

expect_steps() { # expect_steps FOLDER KIND FIRST RECORDED TIMED RANKS: what its profile.json says
  python3 - "$@" <<'END' || complain "$1 has another profile"
import json, sys
folder, kind, first, recorded, timed, ranks = sys.argv[1:]
with open(folder + "/profile.json") as file:
    profile = json.load(file)
steps = profile["steps"]
found = [steps["kind"], steps["first"], steps["recorded"], steps["timed"], len(profile["ranks"])]
expected = [kind, int(first), int(recorded), int(timed), int(ranks)]
if found != expected:
    sys.exit(f"{found}, expected {expected}")
for rank, step in enumerate(profile["step"]["per_rank"]):
    total = sum(zone["per_rank"][rank]["mean"] for zone in profile["zones"])
    if abs(total / step["mean"] - 1) > 1e-6:
        sys.exit(f"zones of rank {rank} are {total} s a step, which has {step['mean']}")
END
}

for ranks in 1 2; do
  expect_train 0 "run folder" "plain$ranks" "$ranks" "${small[@]}"
  expect_train 0 "^profile of training step 3 to 5" "watched$ranks" "$ranks" "${small[@]}" \
    --profile steps=3:6
  expect_same_run "plain$ranks" "watched$ranks"
  cmp "$work/plain$ranks/run/config.cfg" "$work/watched$ranks/run/config.cfg" ||
    complain "a profile is part of the run"
  expect_steps "$work/watched$ranks/run/profile/train" "training step" 3 3 3 "$ranks"
done

beside_run() { # beside_run RANKS COMMAND [ARGUMENT...]
  (cd "$work/plain2" && exec timeout -k 5 100 "$launch" "$1" "$switchyard" "${@:2}")
}
evaluate=(eval run --data ../data --device cpu --eval-batch 4)
expect 0 "" beside_run 2 "${evaluate[@]}" --profile steps=1:3
expect_steps "$work/plain2/run/profile/eval" batch 1 2 2 2
curve=(curvature run --data ../data --device cpu --samples 12 --curvature-batch 8 --top 1 --bottom 0
  --max-iterations 8 --trace-probes 2 --sweep-points 3 --tolerance 0.5)
expect 0 "" beside_run 2 "${curve[@]}" --profile steps=1:3
expect_steps "$work/plain2/run/curvature/train/profile" product 1 2 2 2

# A window that the run does not reach the end of, and one that it does not reach at all.
expect_train 0 "only 2 of the 32 steps of --profile steps=8:40" cut 2 "${small[@]}" --profile steps=8:40
expect_train 2 "steps=400:410 names no step of this run, which has steps 0 to 9" cut 2 \
  "${small[@]}" --overwrite --profile steps=400:410
expect_same_run cut plain2  # and the earlier run is still there
expect 2 "which has steps 0 to 5" beside_run 1 "${evaluate[@]}" --profile steps=90:95

# Stopped before, and resumed within and behind the window: the run goes on as if nobody watched.
expect_stop() { # expect_stop NAME WINDOW: after its first checkpoint
  start_train "$1" 2 "${small[@]}" --epochs 200 --profile "$2"
  wait_for_text "$1" "epoch 2/" && kill -TERM "$launcher"
  wait "$launcher"
  local found=$?
  [[ $found == 75 ]] || complain "$1 ended with $found: $(cat "$work/$1/log")"
}
expect_stop early steps=900:910
grep -q "only 0 of the 10 steps of --profile steps=900:910" "$work/early/log" || complain "early is silent"
expect_train 0 "run folder" part 2 "${small[@]}" --epochs 1
expect_train 0 "^profile of training step 5 to 5" part 2 "${small[@]}" --resume --profile steps=2:6
expect_train 0 "run folder" behind 2 "${small[@]}" --epochs 1
expect_train 0 "only 0 of the 2 steps of --profile steps=3:5" behind 2 "${small[@]}" --resume \
  --profile steps=3:5
expect_same_run part plain2
expect_same_run behind plain2

# A profile that cannot be written costs no run, but is a failure.
mkdir -p "$work/blocked/run"
touch "$work/blocked/run/profile"
expect_train 1 "the profile is lost: .*run/profile" blocked 2 "${small[@]}" --profile steps=3:5
grep -q "run folder" "$work/blocked/log" || complain "the run was lost with its profile"
for window in 3:6 steps=6:3 steps=x:y; do
  expect_train 2 "--profile" bad 1 "${small[@]}" --profile "$window"
done
exit "$((failures > 0))"
