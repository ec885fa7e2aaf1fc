#!/usr/bin/env bash
# eval on one rank and two: standard output is one line of JSON, which a pipe can read, and has the
# figures that the training itself has measured on the same images.
# usage: eval_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
set -o pipefail
draw_data 100 21
train trained 2 --epochs 1 --width 2 --experts 4 --expert-hidden 8 --batch 16 --precision f64 ||
  complain "no training: $(cat "$work/trained/log")"
cd "$work/trained" || exit 1

# holds RANKS CONDITION [ARGUMENT...]: on what eval prints as `line`, and the run's `summary`.
holds() {
  "$launch" "$1" "$switchyard" eval run --data ../data --device cpu "${@:3}" 2>said | python3 -c '
import json, math, sys
summary = json.load(open("run/summary.json"))
text = sys.stdin.read()
line = json.loads(text)
close = lambda one, other: math.isclose(one, other, rel_tol=1e-12)
sys.exit(not (text.count("\n") == 1 and eval(f"({sys.argv[1]})")))' "$2" && return
  complain "eval ${*:3} on $1: not $2; standard error: $(cat said)"
}

for ranks in 1 2; do
  holds "$ranks" 'line["split"] == "test" and line["samples"] == 21 and
    all(close(line[k], summary["test"][k]) for k in ("loss", "accuracy"))'
  holds "$ranks" 'line["split"] == "val" and line["samples"] == 10 and
    close(line["accuracy"], summary["max_validation"]["accuracy"])' --split val
done
exit "$((failures > 0))"
