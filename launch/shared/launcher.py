"""How ranks are started: on this machine by mpirun, inside a Slurm allocation by srun."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shared.errors import BadUsage
from shared.gpus import count_gpus

LAUNCH = Path(__file__).resolve().parent.parent
MORE_THREADS = "more threads than cores"
MORE_RANKS = "more ranks than GPUs"


@dataclass(frozen=True)
class Launcher:
    name: str  # mpirun or srun
    room: int  # cores of this machine, or ranks that the allocation has room for
    threads: int  # of every rank, the same at every point
    gpus: int = 0  # of this machine, for mpirun

    def command(self, ranks):
        return [str(LAUNCH / {"mpirun": "run", "srun": "srun"}[self.name]), str(ranks)]

    def oversubscription(self, ranks, on_gpus):
        """In words, for what reasons so many ranks show that it works, but not how fast."""
        if self.name != "mpirun":
            return []
        return ([MORE_THREADS] if ranks * self.threads > self.room else []) + (
            [MORE_RANKS] if on_gpus and 0 < self.gpus < ranks else [])

    def where(self):
        """What must not change between measurements that are compared."""
        here = {"host": socket.gethostname(), "cores": self.room} if self.name == "mpirun" else {}
        return {"launcher": self.name, "threads": self.threads} | here | (
            {"gpus": self.gpus} if self.gpus else {})


def choose_launcher(asked, most_ranks, threads):
    """`asked`: auto, mpirun or srun; `threads` 0: all cores at the point of most ranks."""
    in_slurm = "SLURM_JOB_ID" in os.environ
    name = asked if asked != "auto" else "srun" if in_slurm else "mpirun"
    if name == "srun" and not in_slurm:
        raise BadUsage("--launcher srun needs a Slurm allocation; run this inside salloc or sbatch")
    if not shutil.which(name):
        raise BadUsage(f"there is no {name} here; " + (
            "launch/setup installs Open MPI" if name == "mpirun" else "is PATH right?"))
    if name == "srun":
        # Without a number of tasks, an allocation has one a node.
        room = int(os.environ.get("SLURM_NTASKS", os.environ.get("SLURM_NNODES", 1)))
        if most_ranks > room:
            raise BadUsage(f"{most_ranks} ranks do not fit into this allocation, which has room "
                           f"for {room}; ask for more with --nodes and --ntasks-per-node, or "
                           "leave the larger numbers out of --ranks")
        return Launcher(name, room, threads or int(os.environ.get("SLURM_CPUS_PER_TASK", 1)))
    cores = len(os.sched_getaffinity(0))
    return Launcher(name, cores, threads or max(1, cores // most_ranks), count_gpus())


def find_program(asked):
    built = LAUNCH.parent / "build/release/bin/switchyard"
    program = asked or (str(built) if built.exists() else "switchyard")
    found = shutil.which(program)
    if not found:
        raise BadUsage(f"there is no program {program}; launch/build makes it, or name another "
                       "with --program")
    return str(Path(found).resolve())


def version_of(program):
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise BadUsage(f"{program} --version ends with {run.returncode}: {run.stderr.strip()}")
    return run.stdout.strip()
