#!/usr/bin/env bash
# What launch/run and launch/srun make of their arguments, told by a made-up mpirun and srun.
# shellcheck source=tests/support/expect.sh
source "$(dirname "$0")/../support/expect.sh"
launch="$(cd "$(dirname "$0")/../.." && pwd)/launch"

mkdir "$work/bin"
for program in mpirun srun; do
  cat >"$work/bin/$program" <<'STARTER'
#!/usr/bin/env bash
echo "$(basename "$0") threads=$OMP_NUM_THREADS yield=${OMPI_MCA_mpi_yield_when_idle:-0} $*"
exit 75
STARTER
done
# A computer of four cores.
printf '#!/usr/bin/env bash\necho 4\n' >"$work/bin/nproc"
chmod +x "$work/bin/"*
printf '# two nodes\nnode1 slots=8\nnode2 slots=8\n' >"$work/hosts"
printf 'node1 slots=2 max_slots=2\n\nnode2 slots=2\n' >"$work/small"
printf 'node1\n' >"$work/vague"

unset OMP_NUM_THREADS SLURM_JOB_ID
PATH=$work/bin:$PATH

expect 75 "^mpirun threads=2 yield=0 -n 2 .*/bind prog --key 'a b'$" \
  "$launch/run" 2 prog --key "'a b'"
expect 75 "threads=1 yield=1 -n 8 .*--oversubscribe" "$launch/run" 8 prog
expect 75 "threads=7 " env OMP_NUM_THREADS=7 "$launch/run" 2 prog
expect 75 "threads=2 yield=0 -n 3 .*--hostfile $work/small .*-x PATH .*/bind prog$" \
  "$launch/run" --hostfile "$work/small" 3 prog
expect 75 "threads=1 yield=1 -n 16 " "$launch/run" --hostfile "$work/hosts" 16 prog
expect 2 "17 ranks do not fit .* take 16" "$launch/run" --hostfile "$work/hosts" 17 prog
expect 2 "'node1 slots=RANKS'" "$launch/run" --hostfile "$work/vague" 1 prog
expect 2 "no hostfile '$work/none'" "$launch/run" --hostfile "$work/none" 1 prog
expect 2 "usage: launch/run" "$launch/run" two prog
expect 2 "usage: launch/run" "$launch/run" 2

slurm=(env SLURM_JOB_ID=1 SLURM_NTASKS=16 "SLURM_TASKS_PER_NODE=8(x2)" SLURM_CPUS_ON_NODE=64)
expect 75 "^srun threads=8 .*--mpi=pmix --ntasks=12 --nodes=2 --ntasks-per-node=8 .*/bind prog x$" \
  "${slurm[@]}" "$launch/srun" 12 prog x
expect 75 "--ntasks=4 --nodes=1 --ntasks-per-node=4 --kill-on-bad-exit=0 [^ ]*/bind prog$" \
  "${slurm[@]}" "$launch/srun" 4 prog
expect 75 "threads=6 .*--cpus-per-task=6 --gpu-bind=none --cpu-bind=none " \
  "${slurm[@]}" SLURM_CPUS_PER_TASK=6 SLURM_GPUS_ON_NODE=8 "$launch/srun" 16 prog
expect 75 "--exclusive --label .*/bind prog$" \
  "${slurm[@]}" SRUN_OPTIONS="--exclusive --label" "$launch/srun" 16 prog
expect 75 "--ntasks=3 --nodes=3 --ntasks-per-node=1 " \
  env SLURM_JOB_ID=1 SLURM_NNODES=3 "SLURM_TASKS_PER_NODE=1(x3)" "$launch/srun" 3 prog
expect 2 "17 ranks do not fit .* room for 16; .*--ntasks" "${slurm[@]}" "$launch/srun" 17 prog
expect 2 "no Slurm allocation .*launch/run" "$launch/srun" 2 prog
expect 2 "usage: launch/srun" "${slurm[@]}" "$launch/srun" 0 prog

expect 2 "this is a job: sbatch" bash "$launch/slurm.sbatch" switchyard train --out run
expect 2 "what is to run" env SLURM_JOB_ID=1 bash "$launch/slurm.sbatch"
expect 2 "needs --out FOLDER" env SLURM_JOB_ID=1 bash "$launch/slurm.sbatch" switchyard train
exit "$((failures > 0))"
