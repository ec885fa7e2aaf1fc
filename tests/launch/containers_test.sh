#!/usr/bin/env bash
# The two container recipes start from one base image, install with launch/setup, hence from
# launch/packages.txt alone, and build alike.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() { echo "$1"; exit 1; }
docker_base=$(sed -n 's/^ARG BASE=//p' docker/Dockerfile)
apptainer_base=$(sed -n 's/^From: //p' docker/switchyard.def)
[[ -n $docker_base && $docker_base == "$apptainer_base" ]] ||
  fail "base images differ: '$docker_base' and '$apptainer_base'"
[[ $docker_base == *cudnn-devel-ubuntu24.04 ]] || fail "$docker_base has no cuDNN or no compiler"

for recipe in docker/Dockerfile docker/switchyard.def; do
  grep -q 'launch/setup' "$recipe" || fail "$recipe does not install with launch/setup"
  ! grep -qE 'apt(-get)? +install|pip +install' "$recipe" || fail "$recipe installs by itself"
  grep -q 'cmake --build --preset release' "$recipe" || fail "$recipe does not build"
  grep -qE -- '-D SWITCHYARD_NATIVE=OFF -D SWITCHYARD_CUDA=ON' "$recipe" ||
    fail "$recipe builds for one processor, or without CUDA"
done
for list in launch/packages*.txt; do
  for package in $(sed 's/#.*//' "$list"); do
    [[ $package =~ ^[a-z0-9][a-z0-9.+-]+$ ]] || fail "$list: '$package' is no package"
  done
done
echo "both recipes build on $docker_base"
