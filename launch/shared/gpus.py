"""GPUs of this computer, as CUDA shows them to programs that are started here."""

import os
import re
import subprocess
from pathlib import Path

DEVICES = Path("/dev")


def count_gpus():
    """CUDA_VISIBLE_DEVICES names them by number or by UUID. CUDA stops at the first name that is of
    none, and shows no GPU where one is named twice."""
    there = _count_all()
    names = os.environ.get("CUDA_VISIBLE_DEVICES")
    if names is None or there == 0:
        return there
    visible = []
    for name in map(str.strip, names.split(",")):
        if not name.startswith(("GPU-", "MIG-")) and not _is_number_below(there, name):
            break
        visible.append(name)
    return len(visible) if len(set(visible)) == len(visible) else 0


def _is_number_below(limit, name):
    return name.isdecimal() and int(name) < limit


def _count_all():
    try:
        found = subprocess.run(["nvidia-smi", "--query-gpu=pci.bus_id", "--format=csv,noheader"],
                               capture_output=True, text=True, check=True)
    except FileNotFoundError:
        # Not every container that is given GPUs has it.
        return sum(bool(re.fullmatch("nvidia[0-9]+", device.name)) for device in DEVICES.iterdir())
    except (OSError, subprocess.CalledProcessError):
        return 0
    # It may also say in words that there are none.
    return len(re.findall("^[0-9A-F]+:[0-9A-F]+:", found.stdout, re.MULTILINE | re.IGNORECASE))
