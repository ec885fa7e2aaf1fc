"""How many ranks a study takes here unless it is told."""

import os
from dataclasses import dataclass

from shared.gpus import count_gpus

RANKS_WITHOUT_GPUS = 2  # the fewest that send anything


@dataclass(frozen=True)
class Machine:
    ranks: int
    gpus: int  # of this computer
    why: str = ""  # so many ranks, in words


def look():
    gpus = count_gpus()
    if "SLURM_JOB_ID" in os.environ:
        tasks = os.environ.get("SLURM_NTASKS", os.environ.get("SLURM_NNODES", 1))
        return Machine(int(tasks), gpus and max(gpus, int(tasks)),
                       "as many as the allocation has tasks")
    if gpus:
        return Machine(gpus, gpus, "as many as there are GPUs here")
    return Machine(RANKS_WITHOUT_GPUS, 0, "as no GPU is seen here")
