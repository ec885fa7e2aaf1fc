"""Checks that JSON has the fields that the report reads, before anything is drawn of it."""

import json
import math


class Unreadable(Exception):
    """A file or folder that cannot be used; the message says why."""


def number(value):
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return None if good else "is no number"


def share(value):
    return number(value) or (None if -1e-9 <= value <= 1 + 1e-9 else "is no share in [0, 1]")


def count(value):
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if good else "is no count"


def text(value):
    return None if isinstance(value, str) else "is no text"


def truth(value):
    return None if isinstance(value, bool) else "is neither true nor false"


def anything(_):
    return None


class Maybe:
    """What `shape` says, or null, or a field that is not there."""

    def __init__(self, shape):
        self.shape = shape


class Each:
    """A list whose entries all have `shape`; of `length` entries, or of one at least."""

    def __init__(self, shape, least=0):
        self.shape = shape
        self.least = least


def matrix(shape):
    return Each(Each(shape, 1), 1)


def complaint(value, shape, where=""):
    """What is wrong with `value`, as "`field` is no number"; None where nothing is. Fields that may
    be missing are null afterwards."""
    if isinstance(shape, Maybe):
        return None if value is None else complaint(value, shape.shape, where)
    if isinstance(shape, dict):
        return _complaint_of_object(value, shape, where)
    if isinstance(shape, Each):
        return _complaint_of_list(value, shape, where)
    wrong = shape(value)
    return f"`{where}` {wrong}" if wrong else None


def _complaint_of_object(value, shape, where):
    if not isinstance(value, dict):
        return f"`{where}` is no object" if where else "it is no object"
    for name, inner in shape.items():
        path = f"{where}.{name}" if where else name
        if name not in value and not isinstance(inner, Maybe):
            return f"it has no `{path}`"
        wrong = complaint(value.setdefault(name), inner, path)
        if wrong:
            return wrong
    return None


def _complaint_of_list(value, shape, where):
    if not isinstance(value, list):
        return f"`{where}` is no list"
    if len(value) < shape.least:
        return f"`{where}` is empty"
    return next((wrong for i, entry in enumerate(value)
                 if (wrong := complaint(entry, shape.shape, f"{where}[{i}]"))), None)


def parsed(file):
    """The JSON of `file`; throws Unreadable."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise Unreadable("is no text") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is cut off, or no JSON ({error})") from None


def demand(value, shape):
    wrong = complaint(value, shape)
    if wrong:
        raise Unreadable(f"is not what its name says: {wrong}")
    return value
