#!/usr/bin/env bash
# Inference of every head on one rank and several, with initial and with trained weights.
# usage: bench_inference_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
here=$(dirname "$(realpath "$0")")
draw_data 100 20

bench() { # bench STATUS TEXT RANKS [ARGUMENT...]: exit status, regex in what it says
  expect "$1" "$2" on_ranks "$3" bench inference --device cpu "${@:4}"
}
small=(--width 4 --warmup 1 --repeats 3)

for ranks in 1 2 3; do
  bench 0 "^hard +initial " "$ranks" "${small[@]}" --batch 7 --json all.json
  python3 "$here/check_bench.py" inference "$work/all.json" "$ranks" 4 7 3 dense,soft,sparse,hard ||
    complain "the figures of $ranks ranks are wrong"
  bench 2 "batch = .0. is not accepted" "$ranks" "${small[@]}" --batch 0
  bench 2 "no 'mixed'.*dense,soft,sparse,hard" "$ranks" "${small[@]}" --heads dense,mixed
  bench 2 "no folder .*/nowhere" "$ranks" "${small[@]}" --json nowhere/all.json
done
bench 0 "^sparse .* - *$" 2 "${small[@]}" --batch 4 --heads sparse,hard --ep 2 --json some.json
python3 "$here/check_bench.py" inference "$work/some.json" 2 4 4 3 sparse,hard ||
  complain "the figures without dense are wrong"
# --ep is of mixtures: dense has nothing to shard.
bench 0 "^dense " 2 "${small[@]}" --batch 8 --heads dense,sparse --ep 2 --json both.json
python3 "$here/check_bench.py" inference "$work/both.json" 2 4 8 3 dense,sparse ||
  complain "the figures of dense beside sharded experts are wrong"
python3 - "$work/both.json" <<'EOF' || complain "the grids are wrong"
import json, sys
grids = json.load(open(sys.argv[1]))["grids"]
assert grids == {"dense": {"dp": 2, "ep": 1}, "sparse": {"dp": 1, "ep": 2}}, grids
EOF
bench 2 "--batch 2 leaves some of the 3 ranks without an image" 3 "${small[@]}" --batch 2
bench 2 "k 9|9 .*8" 1 "${small[@]}" --k 9
bench 2 "nowhere is no run folder" 2 "${small[@]}" --run nowhere
bench 2 "give one with --heads" 1 "${small[@]}" --heads soft,sparse --profile steps=0:1
bench 2 "steps=3:5 names no step .* 0 to 2" 2 "${small[@]}" --heads sparse --profile steps=3:5
[[ ! -e $work/profile ]] || complain "a window behind the last pass leaves a profile"

# A pass is a step of a profile.
bench 0 "^sparse " 2 --width 4 --warmup 1 --repeats 8 --batch 4 --heads sparse --profile steps=3:5
python3 - "$work/profile/bench-inference/profile.json" <<'EOF' || complain "the profile is wrong"
import json, sys
steps = json.load(open(sys.argv[1]))["steps"]
assert steps["kind"] == "repetition" and steps["recorded"] == 2, steps
EOF

# The model, its weights and its images are the run's.
expect_train 0 "run folder: run" trained 1 --epochs 1 --width 2 --experts 4 --expert-hidden 8 \
  --batch 16 --head soft
(cd "$work/trained" && "$switchyard" bench inference --run run --device cpu --batch 20 --warmup 1 \
  --repeats 2 >bench.log 2>&1) || complain "a trained run is not measured"
grep -qE "^soft +trained" "$work/trained/bench.log" || complain "trained weights are not named"
grep -qE "^dense +initial" "$work/trained/bench.log" || complain "initial weights are not named"
(cd "$work/trained" && "$switchyard" bench inference --run run --batch 21 >bench.log 2>&1) &&
  complain "a batch of more images than there are passes for full"
grep -q "more than the 20 test images" "$work/trained/bench.log" || complain "nobody says why"

expect_train 0 "run folder: run" sharded 2 --epochs 1 --width 2 --experts 4 --expert-hidden 8 \
  --batch 16 --head sparse --ep 2
(cd "$work/sharded" && "$launch" 2 "$switchyard" bench inference --run run --device cpu --batch 20 \
  --warmup 1 --repeats 2 >bench.log 2>&1) || complain "a run with --ep is not measured"
grep -qE "^dense +initial" "$work/sharded/bench.log" || complain "dense is not beside a sharded run"

# Several runs: each head has its own run's weights, and what is written replays the measurement.
several() { # several STATUS TEXT [ARGUMENT...]: in a folder from where the runs' images are found
  expect "$1" "$2" env -C "$work/trained" timeout -k 5 100 "$switchyard" bench inference \
    --device cpu --batch 8 --warmup 1 --repeats 2 "${@:3}"
}
both=run,../sharded/run
several 0 "^sparse +trained" --run "$both" --json both.json
several 0 "^dense +initial" --run "$both" --heads dense,sparse,soft --json three.json
(cd "$work/trained" && python3 - "$switchyard" <<'EOF') || complain "several runs are told wrong"
import json, subprocess, sys
read = lambda file: json.load(open(file))
runs = lambda results: {head["head"]: (head["weights"], head["run"]) for head in results["heads"]}
both, three = read("both.json"), read("three.json")
trained = {"soft": ("trained", "run"), "sparse": ("trained", "../sharded/run")}
assert runs(both) == trained and both["settings"]["heads"] == "soft,sparse", both
assert runs(three) == {"dense": ("initial", None), **trained}, three
settings = {**three["settings"], "json": "again.json"}
words = [word for key, value in settings.items() for word in (f"--{key}", value)]
subprocess.run([sys.argv[1], "bench", "inference", *words], check=True, stdout=subprocess.DEVNULL)
again = read("again.json")
assert again["settings"] == settings and runs(again) == runs(three), again
EOF
several 0 "^sparse +trained" --run "$both" --heads sparse --profile steps=0:1
[[ -e $work/sharded/run/profile/bench-inference && ! -e $work/trained/run/profile ]] ||
  complain "the profile of a head is not in its run's folder"
several 2 "two runs of the soft head, run and ../trained/run" --run run,../trained/run
several 2 "nowhere is no run folder" --run run,nowhere
several 2 "checkpoints/best has the weights of one head" --run "$both" \
  --checkpoint run/checkpoints/best
expect_train 0 "run folder: run" wide 1 --epochs 1 --width 3 --batch 16 --head dense
several 2 "../wide/run was trained with width = 3, run with 2 " --run run,../wide/run
exit "$((failures > 0))"
