"""Programs run to their end, with what they used."""

import os
import subprocess
import sys
import tempfile
import time


def run_process(command, environment, text=""):
    """Standard output, peak resident MiB (the largest among the process and its children) and
    seconds."""
    with tempfile.TemporaryFile("w+") as words, tempfile.TemporaryFile("w+") as out, \
            tempfile.TemporaryFile("w+") as err:
        words.write(text)
        words.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=words, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        if status != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}\n{err.read()[-2000:]}")
        return out.read(), usage.ru_maxrss / 1024, seconds
