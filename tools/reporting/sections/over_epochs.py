"""What a line over epochs is made of."""

from statistics import fmean


def band(values):
    """x, y and, of several runs, low and high: mean, least and greatest of each epoch that any of
    `values`, a list for each run, has."""
    length = max(len(run) for run in values)
    columns = [[run[i] for run in values if i < len(run) and run[i] is not None]
               for i in range(length)]
    line = {"x": list(range(1, length + 1)), "y": [fmean(c) if c else None for c in columns]}
    if len(values) > 1:
        line["low"] = [min(c) if c else None for c in columns]
        line["high"] = [max(c) if c else None for c in columns]
    return line
