"""Runs the steps of a study that are not done yet."""

import sys
import time

from shared.children import last_error, run_logged
from shared.errors import BadUsage
from shared.stopping import STOPPED, StopAsked
from studying import estimate
from studying.plan import ROOT, shown
from studying.restart import clear, forget, words_of_a_restart

BAD_USAGE = 2
PATIENCE = 600  # seconds for a step to stop: it first comes to a point from which it can go on


def run_all(steps, record):
    """One after another. Returns what has not been done: names of failed steps, and of those that
    wait for one."""
    failed, waiting = [], []
    for number, step in enumerate(steps, 1):
        if record.is_done(step):
            continue
        place = f"{number} of {len(steps)}  {step.name}"
        missing = [name for name in step.needs if name not in record.done()]
        if missing:
            print(f"{place}: waits for {', '.join(missing)}", flush=True)
            waiting.append(step.name)
            continue
        print(place, flush=True)
        if not run(step, record):
            failed.append(step.name)
        left = [other for other in steps[number:] if not record.is_done(other)]
        if left:
            print(f"  {estimate.what_is_left(left, record.steps.values())}", flush=True)
    return failed, waiting


def run(step, record):
    """Whether it went well."""
    folder = record.folder / step.folder
    log = record.folder / "logs" / f"{step.name.replace('/', '-')}.log"
    # A step that was stopped goes on, so what it took before counts.
    entry = record.entry(step)
    before = (entry["seconds"] or 0.0) if entry["status"] == "waiting" else 0.0
    start = time.monotonic()
    first = not record.done() - {"data"}
    clear(step, folder)
    command = step.command(record.done()) + words_of_a_restart(step, folder)

    def spent():
        return round(before + time.monotonic() - start, 3)

    try:
        status = run_logged(command, log, patience=PATIENCE, cwd=ROOT,
                            pass_fds=(record.lock.fileno(),))
        if status == STOPPED:
            raise StopAsked
    except StopAsked:
        record.note(step, "waiting", spent())
        raise
    except OSError as error:
        return fail(step, record, spent(), f"cannot be started: {error}")
    if status == BAD_USAGE and first and step.kind != "data":
        raise BadUsage(f"{step.name} was refused, see {shown(log)}{last_error(log)}")
    if status != 0:
        return fail(step, record, spent(), f"exit status {status}, see {shown(log)}"
                    f"{last_error(log)}")
    if not (record.folder / step.result).exists():
        return fail(step, record, spent(), f"it has not written {step.result}, see {shown(log)}")
    for made in record.made_before(step):
        forget(made, record.folder / made.folder)
    record.note(step, "done", spent())
    print(f"  done in {estimate.text_of(spent())}", flush=True)
    return True


def fail(step, record, seconds, why):
    record.note(step, "failed", seconds, why)
    print(f"study: {step.name} failed: {why}", file=sys.stderr, flush=True)
    return False
