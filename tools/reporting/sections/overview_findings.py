"""Sentences put together from measures, by rule: each has its interval, and claims a difference
only where the interval leaves out that there is none."""

import math

from reporting.estimates import paired, summary
from reporting.read.settings import HEADS
from reporting.sections.overview_measures import head_of

BRACKETS = "In brackets: 95 % intervals, of each by itself, not corrected for there being several."
BESIDE = ("Beside {base}: of pairs of the same seed, of eigenvalues the geometric mean of their "
          "ratios.")
PUBLISHED = ("The paper's: one seed; its largest eigenvalues are of a power iteration that had not "
             "converged.")


def of(material, measures, labels):
    """(what it is about, sentence) of all that can be said; and a note on what was said."""
    heads = {label: head_of(material, label) for label in labels}
    dense = [label for label in labels if heads[label] == "dense"]
    base = dense[0] if len(dense) == 1 else None
    beside = [
        _accuracy(measures["accuracy"], base, heads),
        _eigenvalue(measures["largest-train"], base, heads, "training images"),
        _eigenvalue(measures["largest-test"], base, heads, "test images"),
    ] if base else []
    found = [finding for finding in (
        *beside,
        _growth(measures["growth"]),
        _information(measures["information"], measures["dead"]),
        _time(measures["time"], dense),
    ) if finding]
    said = " ".join(text for _, text in found)
    notes = [("[" in said, BRACKETS), (any(beside), BESIDE.format(base=base)),
             ("The paper:" in said, PUBLISHED)]
    return found, " ".join(words for needed, words in notes if needed)


def _accuracy(measure, base, heads):
    found = [(label, paired(first, second)) for label, first, second in _pairs(measure, base)]
    told = [(label, result["mean"], result["interval"], result["n"]) for label, result in found]
    theirs = _published(measure, base, heads, lambda dense, other: _points(other - dense))
    return told and (f"Test accuracy beside {base}, in points",
                     f"{_listed(told, _points, 'pairs')}: {_verdict(told, 0)}.{theirs}")


def _eigenvalue(measure, base, heads, images):
    pairs = list(_pairs(measure, base)) if measure.comparable else []
    if any(value <= 0 for _, first, second in pairs for value in (*first, *second)):
        return None
    told = [(label, *_geometric(first, second)) for label, first, second in pairs]
    theirs = _published(measure, base, heads, lambda dense, other: _ratio(other / dense))
    return told and (f"Largest eigenvalue of the Hessian / {base}'s, {images}",
                     f"{_listed(told, _ratio, 'pairs')}: {_verdict(told, 1)}.{theirs}")


def _geometric(first, second):
    found = summary([math.log(b / a) for a, b in zip(first, second)])
    interval = found["interval"] and [math.exp(end) for end in found["interval"]]
    return math.exp(found["mean"]), interval, found["n"]


def _growth(measure):
    told = _cells(measure)
    return told and (f"Share of the growth of the loss that routing makes, {measure.of}",
                     f"{_listed(told, _percent, 'seeds')}: {_verdict(told, 0)}.")


def _information(measure, dead):
    told = _cells(measure)
    idle = [f"{label} {cell['value']:.1f}" for label, cell in dead.cells.items() if cell["value"]]
    behind = (f" Dead experts, mean over seeds: {', '.join(idle)}." if idle
              else " No expert is dead.")
    return told and (f"Class and expert share of their information, {measure.of}",
                     f"{_listed(told, _ratio, 'seeds')}."
                     f"{behind}")


def _time(measure, dense):
    told = [(label, cell["value"], cell["interval"], None)
            for label, cell in measure.cells.items() if label not in dense]
    return told and (f"Time of a batch / Dense's, {measure.of}",
                     f"{_listed(told, _ratio, 'seeds')}: "
                     f"{_verdict(told, 1, 'too few passes for an interval')}.")


def _cells(measure):
    """(model, value, interval, seeds) of all models."""
    return [(label, cell["value"], cell["interval"], len(measure.singles[label]))
            for label, cell in measure.cells.items()]


def _pairs(measure, base):
    """(model, values of `base`, values of the model), of the seeds that both have."""
    of_base = measure.singles.get(base, {})
    for label, values in measure.singles.items():
        seeds = [seed for seed in values if seed in of_base and seed is not None]
        if label != base and seeds:
            yield label, [of_base[seed] for seed in seeds], [values[seed] for seed in seeds]


def _listed(told, written, counted):
    """"A 1.2 [0.8, 1.6], B 2.0 [1.0, 3.0]; n = 2 pairs"; n behind each, where they differ."""
    numbers = {n for *_, n in told}
    texts = []
    for label, value, interval, n in told:
        ends = f" [{written(interval[0])}, {written(interval[1])}]" if interval else ""
        texts.append(f"{label} {written(value)}{ends}" + (f" (n = {n})" * (len(numbers) > 1)))
    alike = f"; n = {told[0][3]} {counted}" if len(numbers) == 1 and told[0][3] else ""
    return ", ".join(texts) + (alike[:-1] if alike.endswith(f" 1 {counted}") else alike)


def _verdict(told, value, unknown="one seed says nothing of others"):
    """Which are told apart from `value`; `unknown`: why nobody knows where there is no interval."""
    apart = [label for label, _, interval, _ in told
             if interval and not interval[0] <= value <= interval[1]]
    others = [label for label, _, interval, _ in told if interval and label not in apart]
    if not apart and not others:
        return unknown
    if not apart:
        none = "not" if len(others) == 1 else "none is"
        return f"{none} told apart from {value}"
    return f"told apart from {value}: {', '.join(apart)}" + (
        f"; not: {', '.join(others)}" if others else "")


def _published(measure, base, heads, written):
    """Of each head once: models of ours with one head have the same values of the paper beside."""
    theirs = measure.published
    told = {HEADS[heads[label]]: written(theirs[base], value) for label, value in theirs.items()
            if base in theirs and label != base}
    words = ", ".join(f"{name} {value}" for name, value in told.items())
    return f" The paper: {words}." if told else ""


def _points(value):
    return f"{100 * value:+z.1f}".replace("-", "\u2212")


def _percent(value):
    return f"{100 * value:z.0f} %".replace("-", "\u2212")


def _ratio(value):
    return f"{value:.2f}"
