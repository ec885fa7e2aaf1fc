#!/usr/bin/env bash
# `switchyard bench dispatch` on one rank to three: every workload computes what one rank computes,
# its JSON adds up, and what cannot be measured is refused.
# usage: bench_dispatch_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
check=$(dirname "$(realpath "$0")")/check_dispatch_output.py
small=(--tokens 48 --features 8 --expert-hidden 4 --experts 6 --warmup 1 --repeats 2 --device cpu)

expect_refusal() { # expect_refusal TEXT RANKS [ARGUMENT...]
  expect 2 "$1" on_ranks "$2" bench dispatch "${@:3}"
}

for ranks in 1 2 3; do
  expect 0 "" on_ranks "$ranks" bench dispatch "${small[@]}" --workload all --overlap-degree 1,2 \
    --check --json json
  python3 "$check" "$work/json" "$ranks" || complain "its results on $ranks ranks do not add up"
  [[ $(grep -cE '^(router|balanced|burst) ' "$work/words") == 24 ]] ||
    complain "the tables of $ranks ranks have not two lines a case"
done

expect_refusal "'balancd'.*did you mean 'balanced'" 2 --workload balancd
expect_refusal "--k 9 .*--experts 8" 1 --k 2,9
expect_refusal "--ep 2 does not divide the 3 ranks" 3 --ep 2
expect_refusal "--tokens 1 leaves some of the 2 ranks" 2 --tokens 1
expect_refusal "tokens = '0' is not accepted" 1 --tokens 0
expect_refusal "there is no folder" 2 "${small[@]}" --json nowhere/json

exit "$((failures > 0))"
