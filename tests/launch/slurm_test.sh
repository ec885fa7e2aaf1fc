#!/usr/bin/env bash
# launch/slurm.sbatch on a real Slurm of one node: a training on two ranks finishes; one that is
# told to stop, or preempted, writes a checkpoint, is queued again and finishes with the same
# results, to the bit; one that is cancelled, or ends with an error, is not queued again.
# usage: slurm_test.sh LAUNCH_RUN SWITCHYARD   (exit status 77: there is no Slurm here)
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/../apps/switchyard/runs.sh"
# shellcheck source=tests/launch/slurm_cluster.sh
source "$(dirname "$0")/slurm_cluster.sh"
reason=$(cluster_reason)
if [[ -n $reason ]]; then
  echo "skipped: $reason"
  exit 77
fi
sbatch_script=$(dirname "$launch")/slurm.sbatch
arguments=(--epochs 12 --width 4 --experts 5 --expert-hidden 8 --batch 8 --lr 0.001 --clip-norm 1
  --keep-checkpoints 20)
draw_data 300 60
cluster=$(mktemp -d)
trap 'stop_cluster; rm -rf "$work" "$cluster"' EXIT
trap 'exit 1' TERM INT
start_cluster "$cluster" || exit 1

submit() { # submit NAME [ARGUMENT...]: a training on two tasks; sets job
  mkdir -p "$work/$1"
  cd "$work/$1" || exit 1
  job=$(sbatch --parsable --ntasks 2 --output log "$sbatch_script" "$switchyard" train \
    --data ../data --device cpu "${@:2}")
  cd - >/dev/null || exit 1
}

job_is() { # job_is REGEX, of its description
  scontrol --oneliner show job "$job" | grep -qE "$1"
}

wait_until() { # wait_until SECONDS COMMAND...
  local tenths
  for ((tenths = 0; tenths < 10 * $1; ++tenths)); do
    "${@:2}" && return
    sleep 0.1
  done
  return 1
}

expect_job() { # expect_job NAME REGEX TEXT: what becomes of the job, and what its log says
  wait_until 60 job_is "$2" && grep -qE -- "$3" "$work/$1/log" && return
  complain "$1 is not '$2', or no '$3' in its log:"
  scontrol show job "$job"
  cat "$work/$1/log"
}

log_has() { # log_has NAME TEXT
  grep -q -- "$2" "$work/$1/log" 2>/dev/null
}

ranks_of_job() { # their pids
  local pid
  for pid in $(grep -lszxF "SLURM_JOB_ID=$job" /proc/[0-9]*/environ | cut -d/ -f3); do
    [[ $(readlink "/proc/$pid/exe") == "$switchyard" ]] && echo "$pid"
  done
}

were_signalled() { # were_signalled PID...: a signal waits for each, or they run again, or ended
  local pid state pending
  for pid; do
    read -r state pending < <(awk '/^State/ { state = $2 } /^ShdPnd/ { pending = $2 }
      END { print state, pending }' "/proc/$pid/status" 2>/dev/null)
    [[ $state != T || $((16#$pending)) != 0 ]] || return 1
  done
}

# Slurm may take longer to act than what is left of the training, whose ranks wait for it.
while_ranks_wait() { # while_ranks_wait NAME COMMAND...: in epoch 2, until Slurm has signalled them
  local ranks
  wait_until 30 log_has "$1" "epoch 2/12  batch 1/" || complain "$1 does not start"
  mapfile -t ranks < <(ranks_of_job)
  [[ ${#ranks[@]} == 2 ]] || complain "$1 has ${#ranks[@]} ranks (expected 2)"
  kill -STOP "${ranks[@]}"
  "${@:2}"
  wait_until 30 were_signalled "${ranks[@]}" || complain "nobody has signalled the ranks of $1"
  kill -CONT "${ranks[@]}" 2>/dev/null
}

submit whole --out run "${arguments[@]}"
expect_job whole "JobState=COMPLETED .*Restarts=0 .*ExitCode=0:0" "2 ranks = dp 1 x ep 2"

expect_resumed() { # expect_resumed NAME: it stops, is queued again and ends as if it never had
  local step
  expect_job "$1" "JobState=COMPLETED .*Restarts=1 .*ExitCode=0:0" "resumed from run/checkpoints"
  log_has "$1" "stopped on request after a checkpoint" || complain "$1 did not stop by itself"
  # The checkpoint that was asked for is the only one that an undisturbed run need not have.
  step=$(sed -n 's/.*resumed from .*step \([0-9]*\)).*/\1/p' "$work/$1/log")
  printf -v step 'run/checkpoints/step-%06d' "$step"
  [[ -e $work/whole/$step ]] || rm -r "${work:?}/$1/$step"
  expect_same_run whole "$1"
}

# What Slurm's --signal=B: sends before the time is over.
submit stopped --out run "${arguments[@]}"
while_ranks_wait stopped scancel --batch --signal=USR1 "$job"
expect_resumed stopped

submit preempted --out run "${arguments[@]}"
while_ranks_wait preempted sbatch --quiet --partition urgent --ntasks 2 --output "$work/urgent" \
  --wrap true
expect_resumed preempted

submit cancelled --out run "${arguments[@]}" --epochs 1000
wait_until 30 log_has cancelled "epoch 2/1000" || complain "cancelled does not start"
scancel "$job"
expect_job cancelled "JobState=CANCELLED .*Restarts=0" "epoch 2/1000"

submit twice --out ../whole/run "${arguments[@]}"
expect_job twice "JobState=FAILED .*Restarts=0 .*ExitCode=2:0" "holds a run already"

# A sweep over ranks starts each of its trainings by srun.
mkdir "$work/sweep"
job=$(sbatch --parsable --ntasks 2 --output "$work/sweep/log" --wrap "exec \
  '$(dirname "$launch")/scaling' --program '$switchyard' --ranks 1,2 --mode strong --batch 8 \
  --steps 1:3 --repeats 1 --out '$work/sweep/out' -- --device cpu --width 2 --experts 4")
expect_job sweep "JobState=COMPLETED .*ExitCode=0:0" "2 +1x2 +8 "
grep -q '"launcher": "srun"' "$work/sweep/out/results.json" || complain "the sweep is not by srun"

submit nowhere "${arguments[@]}"
expect_job nowhere "JobState=FAILED .*Restarts=0 .*ExitCode=2:0" "needs --out FOLDER"
exit "$((failures > 0))"
