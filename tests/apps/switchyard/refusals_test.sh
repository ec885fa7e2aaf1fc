#!/usr/bin/env bash
# What all ranks refuse alike is said once: below launch/run nothing else is, below mpirun nothing comes
# before it. What happens to one rank alone ends all of them, and is told.
# usage: refusals_test.sh LAUNCH_RUN SWITCHYARD MPIEXEC
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
mpiexec=$1
cd "$work" || exit 1

# expect_alone STATUS REGEX COMMAND...: exit status, and all of standard error, whose lines end with |;
# nothing on standard output.
expect_alone() {
  local found said
  timeout -k 5 100 "${@:3}" >out 2>said
  found=$?
  said=$(tr '\n' '|' <said)
  [[ $found == "$1" && $said =~ ^$2$ && ! -s out ]] && return
  complain "${*:3}: exit status $found (expected $1), or not '$2' alone in: $(cat out said)"
}

said='\[[0-9:]+\] rank 0 error: [^|]*'
bach="${said}'bach'; did you mean 'batch'[^|]*\|"
expect_alone 2 "$bach" "$launch" 1 "$switchyard" train --bach 32
expect_alone 2 "$bach" "$launch" 2 "$switchyard" train --bach 32
expect_alone 2 "${said}nowhere is no run folder[^|]*\|" "$launch" 2 "$switchyard" eval nowhere
expect_alone 3 "${said}'nowhere' does not exist[^|]*cifar10.cifar100.mnist[^|]*\|" \
  "$launch" 2 "$switchyard" train --data nowhere --device cpu
expect_alone 2 "$bach-+\|Primary job .*" \
  "$mpiexec" --allow-run-as-root --oversubscribe -n 2 "$switchyard" train --bach 32

# A command that needs no MPI: of several ranks, whoever started them, one does it.
expect_alone 3 "switchyard: there is no nowhere[^|]*\|" "$launch" 2 "$switchyard" inspect nowhere
expect_alone 0 "" env PMIX_RANK=1 "$switchyard" inspect nowhere

# A folder that rank 1 does not see; then a rank 1 that never gets to MPI, and one that is lost.
mkdir -p 0/run 1
touch 0/run/config.cfg
# shellcheck disable=SC2016  # the rank's own shell expands it
on_rank_1='[[ $OMPI_COMM_WORLD_RANK == 0 ]] ||'
expect_alone 2 "${said}rank 1: run is no run folder[^|]*\|" \
  "$launch" 2 bash -c "cd \$OMPI_COMM_WORLD_RANK; exec '$switchyard' eval run"
expect_alone 9 "" "$launch" 2 bash -c "$on_rank_1 exit 9; exec '$switchyard' train --data nowhere"
expect_alone 137 "-+\|mpirun noticed that process rank 1 [^|]*signal 9[^|]*\|-+\|" \
  "$launch" 2 bash -c "$on_rank_1 kill -9 \$\$; exec sleep 100"

exit "$((failures > 0))"
