"""`key = value` lines, in a file and on the command line."""

import re

from shared.errors import BadUsage


def read_lines(file):
    """{key: value}, as text."""
    text = _text_of(file)
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line:
            continue
        key, value = _pair(line)
        if not value:
            raise BadUsage(f"{file}, line {number}: '{line}' is not `key = value`")
        if key in values:
            raise BadUsage(f"{file}, line {number}: '{key}' is given twice; leave one out")
        values[key] = value
    return values


def read_words(words):
    """{key: value} of words KEY=VALUE; of equal keys the last one counts."""
    values = {}
    for word in words:
        key, value = _pair(word)
        if not value:
            raise BadUsage(f"--set takes KEY=VALUE, as in train.epochs=10; not '{word}'")
        values[key] = value
    return values


def _text_of(file):
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is no text in UTF-8"
    raise BadUsage(f"cannot read the study {file} ({why}); there are some in configs/studies")


def _pair(text):
    """Value empty: there is no such pair."""
    key, _, value = (part.strip() for part in text.partition("="))
    return key, value if key else ""
