# Sourced by the tests of curvature analyses, after runs.sh: a small trained model, analyses of it.
#
# The model lies in $work/NAME/run. Results lie in $work/RESULTS, what was said in $work/RESULTS.log.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

train_model() { # train_model NAME [ARGUMENT...]: one epoch of few steps
  local name=$1
  shift
  expect_train 0 "run folder: run" "$name" 1 --width 2 --expert-hidden 4 --experts 3 --epochs 1 \
    --batch 50 --train-samples 100 --lr 0.02 "$@"
}

curvature() { # curvature RESULTS RANKS NAME [ARGUMENT...]: one analysis; its exit status
  local results=$1 ranks=$2 name=$3
  shift 3
  (cd "$work/$name" && exec timeout -k 5 100 "$launch" "$ranks" "$switchyard" curvature run \
    --out "../$results" --device cpu "$@" >"$work/$results.log" 2>&1)
}

expect_curvature() { # expect_curvature STATUS TEXT RESULTS RANKS NAME [ARGUMENT...]
  curvature "${@:3}"
  expect_outcome "$1" "$2" $? "$work/$3.log" curvature "${@:3}"
}

expect_same_curvature() { # expect_same_curvature TOLERANCE RESULTS OTHER
  python3 "$here/compare_curvature.py" "$1" "$work/$2/curvature.json" \
    "$work/$3/curvature.json" || complain "$3 differs from $2"
}
