# Sourced by shell tests: a work folder, and what commands are expected to do and say.
#
# A test ends with: exit "$((failures > 0))"
# shellcheck shell=bash
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
  echo "FAIL $*"
  failures=$((failures + 1))
}

expect() { # expect STATUS REGEX COMMAND...: as expect_outcome has it; what was said is in $work/words
  "${@:3}" >"$work/words" 2>&1
  expect_outcome "$1" "$2" $? "$work/words" "${@:3}"
}

# expect_outcome STATUS REGEX FOUND WORDS COMMAND...: of a command that ended with status FOUND and
# said what the file WORDS holds. The regex is of a line, or of all lines together.
expect_outcome() {
  [[ $3 == "$1" ]] && { grep -qE -- "$2" "$4" || [[ $(<"$4") =~ $2 ]]; } && return
  complain "${*:5}: exit status $3 (expected $1), or no '$2' in:"
  cat "$4"
}
