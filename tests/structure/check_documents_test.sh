#!/usr/bin/env bash
# The checker accepts documents that tell the truth and catches planted untruths.
set -euo pipefail

checker="$(cd "$(dirname "$0")" && pwd)/check_documents.sh"
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

mkdir -p "$root"/src/{base,ops/ref,comm} "$root/docs"
touch "$root/src/base/error.hpp" "$root/src/ops/ref/relu.cpp"
printf '| `src/base/` | errors |\n| `src/ops/` | kernels |\n' >"$root/ARCHITECTURE.md"
expect 1 "no link was found"
echo 'See [formats](docs/formats.md#run) and [a site](https://example.org/x).' >"$root/README.md"
expect 1 "./README.md: there is no docs/formats.md"
echo '[back](../README.md)' >"$root/docs/formats.md"
expect 0 "2 rooms and 2 links are there"
touch "$root/src/comm/mpi.cpp"
expect 1 "differ in comm"
rm "$root/src/comm/mpi.cpp"
echo 'Kernels: `src/ops/ref/relu.cpp`, `ops/ref/relu.cpp`.' >>"$root/ARCHITECTURE.md"
expect 0 "2 rooms"
echo 'More: `ops/ref/gelu.cpp`.' >>"$root/ARCHITECTURE.md"
expect 1 "ARCHITECTURE.md: there is no ops/ref/gelu.cpp"
echo '| `src/attic/` | old things |' >>"$root/ARCHITECTURE.md"
expect 1 "differ in attic"
echo "the checker catches what it should"
