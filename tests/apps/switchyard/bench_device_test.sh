#!/usr/bin/env bash
# Benchmarks on CUDA devices: every communicator that there is, recorded passes, device times.
# usage: bench_device_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"

bench() { # bench RANKS [ARGUMENT...]
  expect 0 "" on_ranks "$1" bench "${@:2}" --device cuda
}
holds() { # holds FILE CONDITION: of the JSON as `j`
  python3 -c "import json, sys
j = json.load(open(sys.argv[1]))
assert $2, j" "$work/$1" || complain "$1: not $2"
}

# Two ranks on one device have no NCCL; that is said, and the others are measured.
CUDA_EMULATION_DEVICES=1 bench 2 comm --warmup 0 --repeats 2 --calls 2 --min-bytes 64 \
  --max-bytes 4K --factor 64 --json comm.json
holds comm.json '{"mpi", "staged"} <= {t["communicator"] for t in j["tables"]}'
holds comm.json 'all(t["wrong"] == 0 for t in j["tables"])'
grep -q "left out: two-level" "$work/words" || complain "two-level vanishes without a word"

CUDA_EMULATION_DEVICES=1 bench 1 inference --width 2 --batch 4 --warmup 0 --repeats 3 \
  --json inference.json
holds inference.json 'j["recorded"] and len(j["heads"]) == 4'
holds inference.json 'all(0 < t for h in j["heads"] for t in h["device"]["times_ms"])'

CUDA_EMULATION_DEVICES=1 bench 2 dispatch --workload router,zero_rank,burst --tokens 24 \
  --features 8 --expert-hidden 4 --experts 6 --overlap-degree 2 --precision f64 --warmup 1 \
  --repeats 2 --check --json dispatch.json
holds dispatch.json 'len(j["cases"]) == 6'
holds dispatch.json 'all(0 < t for c in j["cases"] for t in c["device"]["times_ms"])'
exit "$((failures > 0))"
