"""A training's folder."""

import re

from reporting.read import shapes
from reporting.read.lengths import routing_lengths
from reporting.read.material import Run
from reporting.read.settings import HEADS, read_settings
from reporting.read.shape import Unreadable, decoded, demand, parsed, text_of


def read_run(folder, material):
    """The run in `folder`. What of it cannot be used is added to `material.refused`; without a
    configuration there is no run: throws Unreadable."""
    if not (folder / "config.cfg").exists():
        raise Unreadable("is no run folder: it has no config.cfg")
    run = Run(folder, _settings(folder / "config.cfg"))
    for name, read in (("build.json", _build), ("metrics.jsonl", _metrics),
                       ("summary.json", _summary)):
        if (folder / name).exists():
            try:
                read(run, folder / name)
            except Unreadable as error:
                material.refused.append((folder / name, str(error)))
        elif name == "summary.json":
            material.unfinished.append((folder, "has no summary.json: the training has not "
                                                "finished, and is in no table"))
    return run


def _settings(file):
    settings = read_settings(file)
    if settings.get("head") not in HEADS:
        raise Unreadable(f"config.cfg has no `head` that is known ({', '.join(HEADS)})")
    if not re.fullmatch(r"[0-9]{1,19}", settings.get("seed", "")):
        raise Unreadable("config.cfg has no `seed`")
    return settings


def _build(run, file):
    run.build = demand(parsed(file), {})


def _metrics(run, file):
    epochs = []
    for number, line in enumerate(text_of(file).splitlines(), 1):
        try:
            epochs.append(decoded(line))
        except (ValueError, RecursionError):
            raise Unreadable(f"is cut off, or no metrics (line {number} is no JSON)") from None
        demand(epochs[-1], shapes.EPOCH)
    numbers = [epoch["epoch"] for epoch in epochs]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Unreadable("does not hold the epochs from 1 on, each once")
    _check_experts(epochs)
    run.epochs = epochs


def _check_experts(epochs):
    figures = [epoch[part]["routing"] for epoch in epochs for part in ("train", "validation")
               if epoch[part].get("routing")]
    for one in figures:
        wrong = routing_lengths(one, len(figures[0]["utilisation"]))
        if wrong:
            raise Unreadable(f"has not a number for each expert: a `{wrong[0]}` has {wrong[1]}")


def _summary(run, file):
    summary = demand(parsed(file), shapes.SUMMARY)
    if summary["head"] != run.head:
        raise Unreadable(f"is of another run: its head is {summary['head']}, that of config.cfg "
                         f"is {run.head}")
    run.summary = summary
