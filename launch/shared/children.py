"""Programs that are run with their words in a log, and stop when this program is told to."""

import os
import re
import signal
import subprocess
import sys

SECONDS_TO_STOP = 60


def run_logged(command, log, threads=None, patience=SECONDS_TO_STOP, **options):
    """Its exit status; `threads`, of OpenMP, are the environment's where they are not given, and
    `options` are Popen's. Asked to stop meanwhile, it passes that on and waits for the ranks, but
    no longer than `patience` seconds."""
    environment = dict(os.environ, SWITCHYARD_COLUMNS="0")
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    with open(log, "w", encoding="utf-8") as words:
        # A session of its own, so that Ctrl-C reaches it once and by way of this program.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
                                   env=environment, start_new_session=True, **options)
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                end(process, patience)


def end(process, patience):
    print(f"asked to stop: waiting, up to {patience} s, for what is under way to come to a point "
          "from which it can go on", file=sys.stderr, flush=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def last_error(log):
    """What a program says last about why it failed, to be appended to a message."""
    errors = re.findall(r"error: .*", log.read_text(encoding="utf-8", errors="replace"))
    return f": {errors[-1]}" if errors else ""
