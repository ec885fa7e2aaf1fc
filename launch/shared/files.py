"""Results that are never half written, in a folder that one process holds at a time."""

import fcntl
import json
import os
from argparse import ArgumentTypeError
from pathlib import Path

from shared.errors import BadUsage


def folder_named(text):
    """For an option. What a shell has made of a variable that is not set is no folder, though to
    pathlib it is the one at hand."""
    if not text:
        raise ArgumentTypeError("names no folder")
    return Path(text)


def write_json(file, content):
    partial = file.with_suffix(".partial")
    try:
        with open(partial, "w", encoding="utf-8") as out:
            out.write(json.dumps(content, indent=1) + "\n")
            out.flush()
            os.fsync(out.fileno())
        partial.rename(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from error


def hold(folder, what):
    """A file that keeps others out of `folder` for as long as it is open, here or in a program that
    has inherited it; `what` is under way there."""
    lock = open(folder / "lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadUsage(f"another {what} is under way in {folder}; wait for it, or choose another "
                       "folder with --out") from None
    return lock
