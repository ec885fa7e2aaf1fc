#!/usr/bin/env bash
# Collectives in nccl-tests' columns, on several ranks.
# usage: bench_comm_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
here=$(dirname "$(realpath "$0")")

bench() { # bench STATUS TEXT RANKS [ARGUMENT...]: exit status, regex in what it says
  expect "$1" "$2" on_ranks "$3" bench "${@:4}"
}
comm=(comm --device cpu --warmup 1 --repeats 3 --calls 2)

for ranks in 2 3; do
  bench 0 "^# Wrong values: 0$" "$ranks" "${comm[@]}" --min-bytes 60 --max-bytes 6000 --factor 10 \
    --json comm.json
  python3 "$here/check_bench.py" comm "$work/comm.json" "$ranks" 6 3 ||
    complain "the figures of $ranks ranks are wrong"
  bench 0 "size +count +type +redop +root +time +algbw +busbw +#wrong" "$ranks" "${comm[@]}" \
    --dtype bf16 --max-bytes 1K --collectives all_reduce
  bench 0 " bfloat16 +sum +-1 .* 0$" "$ranks" "${comm[@]}" --dtype bf16 --max-bytes 1K \
    --collectives all_reduce
  bench 0 " N/A$" "$ranks" "${comm[@]}" --max-bytes 1K --collectives broadcast --check off
  bench 2 "min-bytes 4096 is above --max-bytes 1024" "$ranks" "${comm[@]}" --min-bytes 4K \
    --max-bytes 1K
  bench 2 "less than one f32 for each of $ranks ranks in all_gather" "$ranks" "${comm[@]}" \
    --min-bytes 4 --max-bytes 1K --collectives all_reduce,all_gather
  ! grep -q "^#" "$work/words" || complain "what can be measured is, before the rest is refused"
  bench 2 "no 'gossip'" "$ranks" "${comm[@]}" --collectives gossip
  bench 2 "nccl needs CUDA devices" "$ranks" "${comm[@]}" --communicators nccl
  bench 2 "no folder" "$ranks" "${comm[@]}" --max-bytes 1K --json nowhere/comm.json
done
bench 0 "^# all_to_all_v: .* rank 0 3 times" 2 "${comm[@]}" --max-bytes 1K --hot-factor 3 \
  --collectives all_to_all_v
bench 0 "^# all_gather, mpi" 2 "${comm[@]}" --max-bytes 1K --collectives all_gather
! grep -q "all_to_all_v" "$work/words" || complain "all_to_all_v is explained and not measured"
bench 2 "needs several ranks.*nothing travels" 1 "${comm[@]}"
bench 2 "min-bytes 1Q is no size" 2 "${comm[@]}" --min-bytes 1Q
bench 2 "'speed' is nothing that bench can measure" 2 speed
bench 2 "bench takes a kind first" 2
bench 0 "^  comm " 1 --help
bench 0 "--hot-factor" 1 comm --help
exit "$((failures > 0))"
