"""Checks that JSON has the fields that the report reads, before anything is drawn of it."""

import json
import re
import stat

# Many times the largest file that any run leaves, and still read in seconds.
MOST_BYTES = 1 << 28
MOST_DIGITS = 16  # of whole numbers: times 100 they are still as long as a machine's
MOST_OF_NUMBER = 1e150  # so that squares and axes have room; beyond are also infinity and NaN


class Unreadable(Exception):
    """A file or folder that cannot be used; the message says why."""


def number(value):
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    return None if good and abs(value) < MOST_OF_NUMBER else "is no number that can be drawn"


def amount(value):
    return number(value) or (None if value >= 0 else "is negative")


def interval(value):
    good = isinstance(value, list) and len(value) == 2 and not any(map(number, value))
    return None if good and value[0] <= value[1] else "is no interval"


def share(value):
    return number(value) or (None if -1e-9 <= value <= 1 + 1e-9 else "is no share in [0, 1]")


def count(value):
    good = isinstance(value, int) and not isinstance(value, bool)
    return None if good and value >= 0 else "is no count"


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
    """A list of at least `least` entries, which all have `shape`."""

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


def text_of(file):
    """What a regular file of at most MOST_BYTES says; throws Unreadable. Of others, such as pipes
    and devices, nothing is read: that might never end."""
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("is no regular file")
        if about.st_size > MOST_BYTES:
            raise Unreadable(f"is no file of a run: it has {about.st_size / 1e6:.0f} MB")
        content = file.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise Unreadable("is no text") from None
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", content):
        raise Unreadable("is no text")
    return content


def parsed(file):
    """The JSON of `file`; throws Unreadable."""
    content = text_of(file)
    try:
        return decoded(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is cut off, or no JSON ({error})") from None


def decoded(content):
    """The value of JSON; throws ValueError, also of text that cannot be written as UTF-8."""
    value = json.loads(content, parse_int=_whole)
    if re.search(r"\\u[dD][89a-fA-F]", content) and not is_unicode(json.dumps(
            value, ensure_ascii=False)):
        raise ValueError("half a pair of surrogates")
    return value


def _whole(digits):
    """A double where an integer would be too long to be drawn."""
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def is_unicode(words):
    """Whether they can be written as UTF-8. Not so with half a pair of surrogates, which JSON may
    have, nor with what Python makes of a file's name that is no UTF-8."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def demand(value, shape):
    wrong = complaint(value, shape)
    if wrong:
        raise Unreadable(f"is not what its name says: {wrong}")
    return value
