#!/usr/bin/env bash
# launch/fetch-data with mirrors in a local folder: what it refuses, and how.
# usage: fetch_data_test.sh PATH_OF_FETCH_DATA
set -u
fetch=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

expect() {  # expect STATUS TEXT ARGUMENTS...: runs fetch-data, compares exit status and output
  local status=$1 text=$2 found output
  shift 2
  output=$("$fetch" "$@" 2>&1)
  found=$?
  if [[ $found != "$status" || $output != *"$text"* ]]; then
    printf 'FAIL fetch-data %s: exit %s (expected %s), output without "%s":\n%s\n' \
      "$*" "$found" "$status" "$text" "$output"
    failures=$((failures + 1))
  fi
}

check() {  # check DESCRIPTION COMMAND...
  "${@:2}" || { echo "FAIL $1"; failures=$((failures + 1)); }
}

expect 0 usage: --help
expect 2 usage:
expect 2 "unknown data set 'imagenet'" imagenet

export SWITCHYARD_DATA_MIRROR=file://$work/mirror
expect 3 "copy the archive yourself to $work/none.download/cifar-10-binary.tar.gz" \
  cifar10 "$work/none"
check "no folder without data" test ! -e "$work/none"

mkdir "$work/mirror"
echo "no archive" >"$work/mirror/cifar-100-binary.tar.gz"
expect 3 "wrong checksum (expected MD5 03b5dce01913d631647c71ecec9e9cb8)" cifar100 "$work/bad"
check "the bad archive is set aside" test -e "$work/bad.download/cifar-100-binary.tar.gz.bad"
check "no folder from a bad archive" test ! -e "$work/bad"
check "nothing half unpacked is left" test -z "$(find "$work" -name '*.partial.*')"

mkdir "$work/full"
touch "$work/full/precious"
expect 3 "does not hold mnist; remove it" mnist "$work/full"
touch "$work/full/t10k-labels-idx1-ubyte.gz"
expect 0 "mnist is already in $work/full" mnist "$work/full"

# The whole way, with the sums of a set made here.
archives=(train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1)
cp "$fetch" "$work/fetch-own"
for name in "${archives[@]}"; do
  head -c 50000 /dev/urandom >"$work/mirror/$name-ubyte.gz"
  sum=$(md5sum <"$work/mirror/$name-ubyte.gz")
  sed -i "s/$name-ubyte.gz [0-9a-f]\{32\}/$name-ubyte.gz ${sum%% *}/" "$work/fetch-own"
done
fetch=$work/fetch-own
mkdir "$work/mnist.download"
head -c 20000 "$work/mirror/train-images-idx3-ubyte.gz" \
  >"$work/mnist.download/train-images-idx3-ubyte.gz.part"
expect 0 "mnist is in $work/mnist" mnist "$work/mnist"
for name in "${archives[@]}"; do
  check "$name arrived whole" cmp "$work/mirror/$name-ubyte.gz" "$work/mnist/$name-ubyte.gz"
done
check "the downloads are cleared away" test ! -e "$work/mnist.download"

exit "$((failures > 0))"
