#!/usr/bin/env bash
# The checker accepts a downward include and catches planted violations, by file and line.
set -euo pipefail

checker="$(cd "$(dirname "$0")" && pwd)/check_includes.sh"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

expect() { # STATUS TEXT, of the checker on $root
  local status=0 output
  output=$(bash "$checker" "$root" 2>&1) || status=$?
  if [[ $status != "$1" || $output != *"$2"* ]]; then
    echo "expected status $1 and '$2'; got $status and: $output"
    exit 1
  fi
}

plant() { # FILE HEADER: the only file of $root
  rm -rf "${root:?}"/*
  mkdir -p "$root/$(dirname "$1")"
  printf '#pragma once\n#include <vector>\n#include "%s"\n' "$2" >"$root/$1"
}

expect 1 "no include was found"
plant ops/relu.hpp device/tensor.hpp && expect 0 "1 includes go one way"
plant ops/cpu/relu.cpp ops/relu.hpp && expect 0 "1 includes go one way"
plant base/error.hpp device/tensor.hpp
expect 1 'base/error.hpp:3: base may not include "device/tensor.hpp"'
plant ops/relu.hpp comm/communicator.hpp && expect 1 "ops/relu.hpp:3: ops may not include"
plant comm/mpi.cpp ops/tape.hpp && expect 1 "comm/mpi.cpp:3: comm may not include"
plant data/cifar.cpp ops/tape.hpp && expect 1 "data/cifar.cpp:3: data may not include"
plant model/resnet.hpp comm/communicator.hpp && expect 1 "model may not include"
plant parallel/sync.cpp train/trainer.hpp && expect 1 "parallel may not include"
plant ops/cuda/relu.cu model/resnet.hpp && expect 1 "ops/cuda/relu.cu:3: ops may not include"
plant attic/old.hpp base/error.hpp && expect 1 "room attic has no row"
plant ops/relu.cpp relu.hpp && expect 1 "is not relative to src/"
echo "the checker catches what it should"
