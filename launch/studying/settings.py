"""The settings of a study: a .cfg file, what scale and machine change of it, the command line."""

import difflib
import re

from shared.errors import BadUsage
from studying.cfg_file import read_lines

HEADS = ("dense", "soft", "sparse", "hard")
SPLITS = ("train", "val", "test")
KINDS = ("train", "curvature", "routing", "inference", "profile", "scaling", "report")
SCALES = ("full", "small")
PLAIN_KEYS = ("data", "out", "heads", "seeds", "steps", "ranks")
GROUPS = ("synthetic", "train", "curvature", "routing", "inference", "profile", "scaling", "model",
          "report")
VARIANTS = ("small", "cuda")
SYNTHETIC = "synthetic"  # as `data`: images are drawn for the study
SEEDS = 2**64  # that switchyard knows

# What the study itself tells the command of each step.
OWN_KEYS = ("out", "data", "seed", "resume", "overwrite", "against", "json", "run", "heads",
            "program", "launcher", "measured")


def check_key(key, where):
    """Of a setting without its variant."""
    group, dot, name = key.partition(".")
    if dot and group in GROUPS and name:
        if name in OWN_KEYS or key == "train.head":
            raise BadUsage(f"{where}: '{key}' is for the study to choose, step by step; leave it "
                           "out")
    elif key not in PLAIN_KEYS:
        near = difflib.get_close_matches(key, PLAIN_KEYS, 1) + [
            f"{close}.{name}" for close in difflib.get_close_matches(group, GROUPS, 1) if dot]
        raise BadUsage(f"{where}: unknown key '{key}'; " + (
            f"did you mean '{near[0]}'?" if near else f"there are {', '.join(PLAIN_KEYS)}, and "
            f"those that begin with {'., '.join(GROUPS)}."))


def split_variants(values, where):
    """{variant: {key: value}}; variant None: what holds unless another says otherwise."""
    parts = {None: {}, **{variant: {} for variant in VARIANTS}}
    for key, value in values.items():
        variant, _, rest = key.partition(".")
        variant, key = (variant, rest) if variant in VARIANTS else (None, key)
        check_key(key, where)
        parts[variant][key] = value
    return parts


def chosen(text, known, what):
    """The members of a list, in the order of `known`."""
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise BadUsage(f"{what} takes {', '.join(known)}, with commas between them; not "
                           f"'{word}'")
    if len(set(words)) < len(words):
        raise BadUsage(f"{what} names one of them twice: {text}")
    return [word for word in known if word in words]


def numbers(text, what):
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"[0-9]+", word) for word in words):
        raise BadUsage(f"{what} takes numbers with commas between them, as in 1,2,3; '{text}' is "
                       "something else")
    values = [int(word) for word in words]
    if len(set(values)) < len(values):
        raise BadUsage(f"{what} names a number twice: {text}")
    return values


def one_count(text, what):
    if not re.fullmatch(r"0*[1-9][0-9]*", text):
        raise BadUsage(f"{what} takes one number above 0, not '{text}'")
    return int(text)


class Settings:
    """Of one study; `values` are all of them as text, `why_ranks` says where their number is not
    the user's."""

    def __init__(self, values, why_ranks=""):
        missing = [key for key in PLAIN_KEYS if key not in values]
        if missing:
            raise BadUsage(f"the study does not say {' and '.join(missing)}; add "
                           f"`{missing[0]} = ...` to its file")
        self.values = values
        self.why_ranks = why_ranks
        self.heads = chosen(values["heads"], HEADS, "heads")
        self.seeds = numbers(values["seeds"], "seeds")
        if max(self.seeds) >= SEEDS:
            raise BadUsage(f"seeds has {max(self.seeds)}; a seed is below 2^64")
        self.kinds = chosen(values["steps"], KINDS, "steps")

    def group(self, name):
        """{key: value} of all that begins with `name.`"""
        prefix = f"{name}."
        return {key[len(prefix):]: value for key, value in self.values.items()
                if key.startswith(prefix)}

    def splits(self, name):
        return chosen(self.values.get(f"{name}.split", "test"), SPLITS, f"{name}.split")

    def ranks(self, name):
        key = f"{name}.ranks" if f"{name}.ranks" in self.values else "ranks"
        return one_count(self.values[key], key)


def settle(file, scale, overrides, machine):
    """Settings of the study in `file`. `machine` has `ranks`, which are taken where nobody says how
    many, and `gpus`."""
    parts = split_variants(read_lines(file), str(file))
    for key in overrides:
        check_key(key, "command line")
    values = parts[None] | (parts["small"] if scale == "small" else {}) | overrides
    given = values.get("ranks", "auto") != "auto"
    if not given:
        values["ranks"] = str(machine.ranks)
    if machine.gpus >= one_count(values["ranks"], "ranks"):
        values |= parts["cuda"] | overrides
    return Settings(values, "" if given else machine.why)
