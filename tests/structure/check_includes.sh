#!/usr/bin/env bash
# check_includes.sh SRC: fails, naming file and line, where a room of SRC includes a header of a
# room that it may not see. Rooms see themselves and what their row names, nothing else.
set -euo pipefail

cd "$1"
grep -rn --include='*.hpp' --include='*.cpp' --include='*.cu' --include='*.cuh' \
  -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' . | awk '
  function row(room, others) { sees[room] = " " room " " others " " }
  BEGIN {
    row("base",     "")
    row("device",   "base")
    row("profile",  "base device")
    row("ops",      "base device profile")
    row("comm",     "base device profile")
    row("machine",  "base device profile ops comm")
    row("data",     "base device profile")
    row("model",    "base device profile ops")
    row("parallel", "base device profile ops comm model")
    row("train",    "base device profile ops comm machine model parallel data")
    row("analysis", "base device profile ops comm machine model parallel data")
    row("apps",     "base device profile ops comm machine model parallel data train analysis")
  }
  {
    split($0, field, ":")
    split(field[1], path, "/")
    room = path[2]
    match($0, /"[^"]*"/)
    header = substr($0, RSTART + 1, RLENGTH - 2)
    target = header
    sub(/\/.*/, "", target)
    ++seen
    if (!(room in sees)) problem = "room " room " has no row in check_includes.sh"
    else if (!(target in sees)) problem = "\"" header "\" is not relative to src/"
    else if (!index(sees[room], " " target " ")) problem = room " may not include \"" header "\""
    else next
    print substr(field[1], 3) ":" field[2] ": " problem
    failed = 1
  }
  END {
    if (!seen) { print "no include was found"; exit 1 }
    if (!failed) print seen " includes go one way"
    exit failed
  }'
