# Sourced by the tests of whole runs: data, launches, expectations.
#
# Every test is called as NAME_test.sh LAUNCH_RUN SWITCHYARD [ARGUMENT...], where LAUNCH_RUN is
# launch/run. A run lives in $work/NAME: `run` is its run folder, `log` what it said. Runs are on the
# CPU unless they say otherwise.
# shellcheck shell=bash
# shellcheck source=tests/support/expect.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/expect.sh"
launch=$(realpath "$1")
switchyard=$(realpath "$2")
shift 2
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} SWITCHYARD_COLUMNS=0 PYTHONDONTWRITEBYTECODE=1

draw_data() { # draw_data TRAIN TEST: a data set in $work/data
  "$switchyard" data synth --out "$work/data" --train "$1" --test "$2" >/dev/null || exit 1
}

on_ranks() { # on_ranks RANKS COMMAND [ARGUMENT...]: one of switchyard's commands, in $work
  (cd "$work" && exec timeout -k 5 100 "$launch" "$1" "$switchyard" "${@:2}")
}

train() { # train NAME RANKS [ARGUMENT...]: one run; its exit status
  local name=$1 ranks=$2
  shift 2
  mkdir -p "$work/$name"
  (cd "$work/$name" && exec timeout -k 5 100 "$launch" "$ranks" "$switchyard" train --out run \
    --data ../data --device cpu "$@" >>log 2>&1)
}

expect_train() { # expect_train STATUS TEXT NAME RANKS [ARGUMENT...]: exit status, regex in the log
  rm -f "$work/$3/log"
  train "${@:3}"
  expect_outcome "$1" "$2" $? "$work/$3/log" train "${@:3}"
}

start_train() { # start_train NAME RANKS [ARGUMENT...]: in the background; sets launcher to its pid
  local name=$1 ranks=$2
  shift 2
  mkdir -p "$work/$name"
  cd "$work/$name" || exit 1
  : >log
  "$launch" "$ranks" "$switchyard" train --out run --data ../data --device cpu "$@" \
    >>log 2>&1 &
  launcher=$!
  cd - >/dev/null || exit 1
}

rank_pids() { # rank_pids [PID]: lines "PID RANK" of the ranks below that process or the launcher
  local pid rank
  for pid in $(cat "/proc/${1:-$launcher}/task/"*/children 2>/dev/null); do
    rank=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p')
    if [[ -n $rank ]]; then echo "$pid $rank"; else rank_pids "$pid"; fi
  done
}

pid_of_rank() { # pid_of_rank RANK: waits until it runs; empty if the launcher ends before
  local pid=
  while [[ -z $pid ]] && kill -0 "$launcher" 2>/dev/null; do
    pid=$(rank_pids | sed -n "s/ $1\$//p")
    [[ -n $pid ]] || sleep 0.01
  done
  echo "$pid"
}

wait_for_text() { # wait_for_text NAME TEXT: until the log has it; fails if the launcher ends before
  until grep -q -- "$2" "$work/$1/log"; do
    kill -0 "$launcher" 2>/dev/null || return 1
    sleep 0.01
  done
}

timeless() { # timeless NAME: its metrics without what varies from run to run
  sed 's/,"time":{[^}]*}}$/}/' "$work/$1/run/metrics.jsonl"
}

expect_same_run() { # expect_same_run NAME OTHER: metrics, summary and checkpoints, to the bit
  diff <(timeless "$1") <(timeless "$2") >/dev/null || complain "$1 and $2 differ in metrics"
  cmp "$work/$1/run/summary.json" "$work/$2/run/summary.json" || complain "$1 and $2: summary"
  diff -r "$work/$1/run/checkpoints" "$work/$2/run/checkpoints" || complain "$1 and $2: checkpoints"
}
