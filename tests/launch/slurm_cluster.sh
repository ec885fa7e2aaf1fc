# Sourced: a Slurm cluster of one node on the loopback interface, with a configuration, keys, ports
# and state of its own, all below one folder.
# shellcheck shell=bash
PATH=$PATH:/usr/sbin

cluster_reason() { # why there can be no cluster here; nothing where there can
  local program
  for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || {
      echo "there is no $program; launch/setup slurm installs it"
      return
    }
  done
  [[ $(id -u) == 0 ]] || echo "slurmd needs root"
}

write_configuration() { # write_configuration FOLDER
  local ports
  mapfile -t ports < <(python3 -c 'import socket
listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
for one in listening: print(one.getsockname()[1])')
  # A job that was queued again waits for cred_expire before it starts.
  cat >"$1/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket,cred_expire=5
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
TmpFS=$1/tmp
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
KillWait=10
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=normal Nodes=ALL Default=YES MaxTime=10 PriorityTier=1 GraceTime=60
PartitionName=urgent Nodes=ALL MaxTime=10 PriorityTier=2
CONF
}

start_cluster() { # start_cluster FOLDER: empty, in /tmp; sets SLURM_CONF and the daemons' pids
  local end=$((SECONDS + 20))
  mkdir "$1/state" "$1/spool" "$1/tmp"
  chmod 711 "$1" # munged wants its socket to be within everyone's reach
  (umask 077 && head -c 128 /dev/urandom >"$1/munge.key")
  write_configuration "$1"
  export SLURM_CONF=$1/slurm.conf
  # None outlives a test that was killed for long.
  timeout 600 munged --foreground --key-file="$1/munge.key" --socket="$1/munge.socket" \
    --pid-file="$1/munge.pid" --log-file="$1/munge.log" --seed-file="$1/munge.seed" \
    >"$1/munged.out" 2>&1 &
  daemons=($!)
  until [[ -S $1/munge.socket ]]; do daemons_live "$1" "$end" || return; done
  timeout 600 slurmctld -D >"$1/slurmctld.out" 2>&1 &
  daemons+=($!)
  timeout 600 slurmd -D >"$1/slurmd.out" 2>&1 &
  daemons+=($!)
  until [[ $(timeout 5 sinfo --noheader --format=%T 2>/dev/null) == idle ]]; do
    daemons_live "$1" "$end" || return
  done
}

daemons_live() { # daemons_live FOLDER END: after a moment, which is before END; else says why not
  sleep 0.1
  ((SECONDS < $2)) && kill -0 "${daemons[@]}" 2>/dev/null && return
  echo "the cluster does not start:"
  tail -n 20 "$1"/*.out "$1"/*.log
  return 1
}

stop_cluster() { # ends the daemons and every process of their jobs
  local pid
  timeout 5 scancel --quiet --user=root 2>/dev/null
  kill "${daemons[@]}" 2>/dev/null
  for pid in $(grep -lsF "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ | cut -d/ -f3); do
    [[ $pid == "$$" || $pid == "$BASHPID" ]] || kill -KILL "$pid" 2>/dev/null
  done
  wait "${daemons[@]}" 2>/dev/null
}
