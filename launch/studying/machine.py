"""How many ranks a study takes here unless it is told."""

import os
import subprocess
from dataclasses import dataclass

RANKS_WITHOUT_GPUS = 2  # the fewest that send anything


@dataclass(frozen=True)
class Machine:
    ranks: int
    gpus: int  # of this computer


def look():
    gpus = count_gpus()
    if "SLURM_JOB_ID" in os.environ:
        tasks = os.environ.get("SLURM_NTASKS", os.environ.get("SLURM_NNODES", 1))
        return Machine(int(tasks), gpus and max(gpus, int(tasks)))
    return Machine(gpus or RANKS_WITHOUT_GPUS, gpus)


def count_gpus():
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([device for device in visible.split(",") if device.strip()])
    try:
        found = subprocess.run(["nvidia-smi", "--query-gpu=pci.bus_id", "--format=csv,noheader"],
                               capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return len(found.stdout.split())
