"""At a glance: what a reader wants to know first, of all that the sections below show."""

from reporting import paper
from reporting.blocks import (column, figure, findings, missing, panel, samples_of, section, table,
                              with_errors)
from reporting.sections import overview_findings, overview_measures

# Settings that change what can be expected, first those that change it most.
TELLING = ("data", "width", "epochs", "train-samples", "augment", "batch", "lr", "schedule")
MOST_TOLD = 5
IN_TABLE = ("accuracy", "largest-train", "largest-test", "trace-train", "time", "information",
            "rerouted", "dead")
CHARTED = ("accuracy", "largest-train", "largest-test", "growth", "time")
SPOKEN_OF = (*CHARTED, "information", "dead")
ERRORS = ("Of several seeds: the mean and its 95 % interval by Student's t. Of one seed: of "
          "accuracy the interval of its test images (*), of curvature the error of the "
          "measurement; neither says anything of other seeds. The tables below have every seed.")


def build(material):
    measures = overview_measures.of(material)
    labels = [label for label in material.labels
              if any(label in measure.cells for measure in measures.values())]
    if not labels:
        return section("overview", "At a glance", "", [
            missing("At a glance: nothing that models are compared by could be read.")])
    blocks = [_charts(measures, labels), _findings(material, measures, labels),
              _table(measures, labels)]
    return section("overview", "At a glance", _settings(material),
                   [block for block in blocks if block])


def _findings(material, measures, labels):
    found, note = overview_findings.of(material, measures, labels)
    return found and findings("overview-findings", "In words", found,
                              _sources(measures[key] for key in SPOKEN_OF), [note] if note else [])


def _settings(material):
    """In what the models were not trained as the paper's, in a sentence."""
    found = {}
    for label in material.labels:
        for run in material.of(label)[:1]:
            for key, theirs, here in paper.differences(run.settings):
                found.setdefault(key, {})[f"{here} (paper: {theirs})"] = None
    if not found:
        return ""
    told = [key for key in TELLING if key in found][:MOST_TOLD] or sorted(found)[:MOST_TOLD]
    words = [f"{key} {' or '.join(found[key])}" for key in told]
    more = len(found) - len(told)
    return (f"Not trained as in the paper: {', '.join(words)}"
            + (f", and {more} other setting{'s' * (more > 1)}, which a table below has" if more
               else "") + ".")


def _table(measures, labels):
    there = [measures[key] for key in IN_TABLE if measures[key].cells]
    columns, rows = [column("model"), column("seeds")], [[label, _seeds(there, label)]
                                                         for label in labels]
    for measure in there:
        _append(columns, rows, measure.column, [measure.cells.get(label) for label in labels])
        if measure.published:
            _append(columns, rows, {**measure.column, "name": f"{measure.short}, paper"},
                    [measure.published.get(label) for label in labels])
    return table("overview-models", "The models", columns, rows, _sources(there),
                 _notes(there, labels))


def _sources(measures):
    return {source for measure in measures for source in measure.sources}


def _append(columns, rows, about, cells):
    columns.append(about)
    for row, cell in zip(rows, cells):
        row.append(cell)


def _all_seeds(measures, label):
    """Of any of its figures; without those that are not known."""
    return {seed for measure in measures for seed in measure.seeds(label) if seed is not None}


def _seeds(measures, label):
    return ", ".join(map(str, sorted(_all_seeds(measures, label)))) or "not known"


def _notes(measures, labels):
    fewer = []
    for measure in measures:
        for label in labels:
            seeds = measure.seeds(label)
            if seeds and None not in seeds and set(seeds) != _all_seeds(measures, label):
                fewer.append(f"{measure.column['name']} of {label}: {', '.join(map(str, seeds))}")
    return [ERRORS, *(measure.note for measure in measures if measure.note),
            *([f"Of fewer seeds: {'; '.join(fewer)}."] if fewer else [])]


def _charts(measures, labels):
    accuracy, growth = measures["accuracy"], measures["growth"]
    panels = [
        _chart("accuracy", "Test accuracy", {"label": "accuracy", "unit": "%", "scale": 100},
               labels, [("", accuracy)]),
        _chart("largest-eigenvalue", "Largest eigenvalue of the Hessian",
               {"label": "largest eigenvalue", "log": 10}, labels,
               [(split, measures[f"largest-{split}"]) for split in ("train", "test")]),
        _chart("growth", "Growth of the loss by routing",
               {"label": "share of the growth", "unit": "%", "scale": 100}, labels, [("", growth)],
               {"label": "none of it", "value": 0}),
        _chart("time", "Time of a batch", {"label": "time / Dense's"}, labels,
               [("", measures["time"])], {"label": "Dense", "value": 1})]
    panels = [panel for panel in panels if panel]
    notes = ["Errors: as told below the table."]
    if any(dots for panel in panels for mark in panel["data"]["marks"]
           for dots in mark.get("points", [])):
        notes.append("Small dots: single seeds. An interval of few seeds may run out of its chart; "
                     "the table has its ends.")
    return panels and figure("overview-charts", "Side by side", panels,
                             _sources(measures[key] for key in CHARTED),
                             [*notes, *([growth.note] if growth.cells else [])])


def _chart(name, title, axis, labels, measured, level=None):
    """Of the (name, measure) in `measured`, ours and the paper's; None where there is nothing."""
    measured = [(words, measure) for words, measure in measured if measure.cells]
    if not measured:
        return None
    there = [label for label in labels if any(label in m.cells for _, m in measured)]
    marks = [_marks(words, measure, there, style)
             for style, (words, measure) in enumerate(measured)]
    marks += [{"label": _named(words, "paper"), "style": style, "hollow": True,
               "values": [measure.published.get(label) for label in there]}
              for style, (words, measure) in enumerate(measured) if measure.published]
    values = [value for mark in marks for value in mark["values"] if value is not None]
    values += [value for mark in marks for dots in mark.get("points", []) for value in dots]
    if min(values) <= 0:
        axis = {**axis, "log": None}
    return panel(f"overview-{name}", "marks", title, _sample(measured), {
        "x": {"label": "model"}, "y": axis, "categories": there, "marks": marks, "level": level})


def _sample(measured):
    """Said once where all measures are of the same seeds."""
    samples = {words: measure.sample or samples_of((label, measure.seeds(label))
                                                   for label in measure.cells)
               for words, measure in measured}
    if len(set(samples.values())) == 1:
        return next(iter(samples.values()))
    return ". ".join(f"{words}: {sample}" for words, sample in samples.items())


def _named(words, whose):
    return f"{words}, {whose}" if words else whose


def _marks(words, measure, labels, style):
    cells = [measure.cells.get(label) or {"value": None} for label in labels]
    singles = [list(measure.singles.get(label, {}).values()) for label in labels]
    return {"label": _named(words, "here"), "style": style, **with_errors(cells, singles)}
