"""Figures of analyses of curvature with their errors, of one seed and of several.

A figure is found by a function of an analysis: (value, error), or None where it was not asked for.
An error is that of the measurement alone; None where it is not known.
"""

from reporting.blocks import mean_cell, sample_of, with_errors
from reporting.estimates import summary

SPLITS = ("train", "val", "test")
NAMES = {"train": "training images", "val": "validation images", "test": "test images"}
ERRORS = ("Of several seeds: mean and its 95 % interval by Student's t. Of one seed the error of "
          "the measurement alone: of an eigenvalue the residual that bounds it, of a trace 1.96 "
          "standard errors of its estimate. It says nothing of other seeds.")
Z = 1.959963984540054


def grouped(material):
    """(label, split, analyses by seed) of every model and split that there is."""
    groups = []
    for label in material.labels:
        for split in SPLITS:
            found = [c for c in material.curvatures
                     if c.label == label and c.data["samples"]["split"] == split]
            if found:
                groups.append((label, split, sorted(found, key=lambda c: c.seed or 0)))
    return groups


def sample_of_one(label, split, analysis):
    return f"{sample_of(label, [analysis.seed])}, {analysis.data['samples']['count']} " \
           f"{NAMES[split]}"


def sources(groups):
    return [analysis.file for _, _, analyses in groups for analysis in analyses]


def largest(analysis):
    return _outermost(analysis, "largest")


def smallest(analysis):
    return _outermost(analysis, "smallest")


def _outermost(analysis, end):
    spectrum = analysis.data.get("spectrum") or {}
    if not spectrum.get(end):
        return None
    eigenvalue = spectrum[end][0]
    greatest = max(abs(value["value"]) for end in ("largest", "smallest")
                   for value in spectrum[end])
    return eigenvalue["value"], _residual(eigenvalue, greatest, analysis)


def _residual(eigenvalue, greatest, analysis):
    """The true one where it was computed; else Lanczos's, which does not see rounding, and rounding
    as docs/curvature.md states it."""
    if eigenvalue.get("true_residual") is not None:
        return eigenvalue["true_residual"]
    relative = 1e-14 if analysis.data["settings"].get("precision") == "f64" else 5e-7
    return max(eigenvalue["residual"], relative * greatest)


def trace(analysis):
    found = analysis.data.get("trace")
    return found and _with_error(found)


def _with_error(found):
    error = found["standard_error"]
    return found["trace"], None if error is None else Z * error


def traces_of_groups(analysis):
    """By the name of a group of parameters."""
    return {entry["group"]: _with_error(entry) for part in ("trace", "group_traces")
            for entry in _groups_of(analysis, part)}


def eigenvalues_of_groups(analysis):
    """The largest of each group's block."""
    return {entry["group"]: (entry["value"], _residual(entry, abs(entry["value"]), analysis))
            for entry in _groups_of(analysis, "group_spectra")}


def _groups_of(analysis, part):
    return (analysis.data.get(part) or {}).get("groups") or []


def estimate(analyses, figure_of):
    """A cell: the mean over seeds, or one seed's value with its error."""
    values = _values(analyses, figure_of)
    if not values:
        return {"value": None}
    if len(values) == 1:
        return {"value": values[0][0], "plus_minus": values[0][1]}
    return mean_cell(summary([value for value, _ in values]))


def bar(label, estimated):
    """Bars with errors of the (analyses, figure of them) in `estimated`, and where there are
    several seeds a dot for each."""
    cells = [estimate(*pair) for pair in estimated]
    singles = [[value for value, _ in _values(*pair)] for pair in estimated]
    return {"label": label, **with_errors(cells, singles)}


def _values(analyses, figure_of):
    return [found for found in map(figure_of, analyses) if found]
