#!/usr/bin/env bash
# launch/bind against a made-up nvidia-smi and /sys: each rank gets its share of the cores next to
# its GPU, and where nothing is known the command runs as it is.
set -euo pipefail
bind="$(cd "$(dirname "$0")/../.." && pwd)/launch/bind"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mapfile -t allowed < <(taskset -c -p $$ | sed 's/.*: //' | tr , '\n' |
  while IFS=- read -r from to; do seq "$from" "${to:-$from}"; done)
list() { (IFS=, && echo "$*"); }

device() { # ADDRESS CORES
  mkdir -p "$work/sys/bus/pci/devices/$1"
  echo "$2" >"$work/sys/bus/pci/devices/$1/local_cpulist"
}
mkdir "$work/bin"
cat >"$work/bin/nvidia-smi" <<'SMI'
#!/usr/bin/env bash
gpus=(00000000:1B:00.0 00000000:3D:00.0)
while [[ $# -gt 0 ]]; do
  [[ $1 != -i ]] || { echo "${gpus[$2]}"; exit; }
  shift
done
printf '%s\n' "${gpus[@]}"
SMI
chmod +x "$work/bin/nvidia-smi"

expect() { # WHAT EXPECTED FOUND
  [[ $2 == "$3" ]] || { echo "$1: expected '$2', found '$3'"; exit 1; }
}
cores_of() { # LOCAL_RANK LOCAL_SIZE [VARIABLE=VALUE...]
  env PATH="$work/bin:$PATH" SWITCHYARD_SYSFS="$work/sys" OMPI_COMM_WORLD_LOCAL_RANK="$1" \
    OMPI_COMM_WORLD_LOCAL_SIZE="$2" "${@:3}" "$bind" sed -n 's/^Cpus_allowed_list:\t//p' \
    /proc/self/status
}
normal() { sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status; }

# A core each: rank 0's GPU is next to the first allowed core, rank 1's to the last.
first=${allowed[0]} last=${allowed[-1]}
device 0000:1b:00.0 "$first"
device 0000:3d:00.0 "$last"
expect "rank 0 of 2" "$first" "$(cores_of 0 2)"
expect "rank 1 of 2" "$last" "$(cores_of 1 2)"
expect "the one visible GPU" "$last" "$(cores_of 0 1 CUDA_VISIBLE_DEVICES=1)"

# One domain for both GPUs: its cores are dealt out.
if ((${#allowed[@]} >= 2)); then
  device 0000:1b:00.0 "$(list "${allowed[@]}")"
  device 0000:3d:00.0 "$(list "${allowed[@]}")"
  half=$((${#allowed[@]} / 2))
  expect "cores dealt out, rank 0" "${allowed[0]}" "$(cores_of 0 2 | sed 's/[-,].*//')"
  expect "cores dealt out, rank 1" "${allowed[half]}" "$(cores_of 1 2 | sed 's/[-,].*//')"
fi

# Unknown places and more ranks than cores leave the command as it is.
rm -r "$work/sys"
expect "no word on the GPU's place" "$(normal)" "$(cores_of 0 2)"
device 0000:1b:00.0 "$first"
device 0000:3d:00.0 "$first"
expect "the last of two ranks on one core" "$first" "$(cores_of 1 2)"
expect "the first of two ranks on one core" "$(normal)" "$(cores_of 0 2)"
expect "an argument with spaces" "a  b" "$("$bind" printf %s 'a  b')"
status=0
"$bind" 2>"$work/usage" || status=$?
expect "status without a command" 2 "$status"
grep -q 'usage: launch/bind' "$work/usage"
echo "ranks are bound next to their GPUs"
