"""All that was read, and who belongs to whom."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from reporting.read.settings import HEADS, NOT_THE_MODEL, labels_of, of_model, same


@dataclass
class Run:
    """A training's folder; `epochs` are the lines of metrics.jsonl."""

    folder: Path
    settings: dict
    build: dict | None = None
    epochs: list = field(default_factory=list)
    summary: dict | None = None
    label: str = ""

    @property
    def head(self):
        return self.settings["head"]

    @property
    def seed(self):
        return int(self.settings["seed"])


@dataclass
class Result:
    """What one JSON file says; `run` is the training that it is of, where that is known."""

    file: Path
    data: dict
    run: Run | None = None
    label: str = ""

    @property
    def seed(self):
        """That of its run; without one that of the `seed-N` it names, as launch/study has them."""
        if self.run:
            return self.run.seed
        found = re.search(r"(?:^|/)seed-([0-9]{1,19})$", named_run(self.data) or "")
        return found and int(found[1])


@dataclass
class Material:
    runs: list = field(default_factory=list)
    curvatures: list = field(default_factory=list)
    routings: list = field(default_factory=list)
    profiles: list = field(default_factory=list)
    inferences: list = field(default_factory=list)
    scalings: list = field(default_factory=list)
    predictions: list = field(default_factory=list)
    studies: list = field(default_factory=list)
    refused: list = field(default_factory=list)  # (path, why)
    unfinished: list = field(default_factory=list)  # (path, what is not there yet)

    @property
    def labels(self):
        """Of all models, in the order of heads: dense, soft, sparse, hard."""
        found = {(item.label, self._head(item))
                 for item in (*self.runs, *self.curvatures, *self.routings)}
        order = list(HEADS)
        return [label for label, head in sorted(found, key=lambda x: (order.index(x[1]), x[0]))]

    @staticmethod
    def _head(item):
        return item.head if isinstance(item, Run) else head_of(item.data)

    def of(self, label):
        """The runs of a model, by seed."""
        return sorted((run for run in self.runs if run.label == label), key=lambda run: run.seed)

    def is_empty(self):
        return not any((self.runs, self.curvatures, self.routings, self.profiles, self.inferences,
                        self.scalings, self.predictions))


def head_of(data):
    """Of an analysis of curvature or routing."""
    return data["head"] if "head" in data else data["settings"]["head"]


def named_run(data):
    """The folder of the run that a result names, as it was called when that was made, or None."""
    for key in ("run", "checkpoint"):
        if isinstance(data.get(key), str):
            return re.sub(r"/checkpoints/[^/]*/?$", "", data[key]).rstrip("/")
    return None


def settle(material):
    """Names the models, finds the runs that results are of, and leaves out what is there twice."""
    profiled = _folders_of_profiles(material.studies)
    for run in material.runs:
        run.label = HEADS[run.head]
    material.runs = [run for run in material.runs if run.folder.resolve() not in profiled]
    models = []
    for run in material.runs:
        if of_model(run.settings) not in models:
            models.append(of_model(run.settings))
    names = labels_of(models)
    for run in material.runs:
        run.label = names[models.index(of_model(run.settings))]
    finished_first = sorted(material.runs, key=lambda run: run.summary is None)
    material.runs = _first_of_each(material, finished_first, lambda run: (run.label, run.seed))
    for kind in (material.curvatures, material.routings, material.profiles):
        for result in kind:
            result.run = result.run or run_of(material.runs, result.data)
            result.label = _label_of(material.runs, result)
    _tell_apart(material.curvatures, lambda x: x.data["samples"]["split"])
    _tell_apart(material.routings, lambda x: x.data["split"])
    material.curvatures = _first_of_each(
        material, _comparable(material), lambda x: (x.label, x.seed, x.data["samples"]["split"]))
    material.routings = _first_of_each(material, material.routings,
                                       lambda x: (x.label, x.seed, x.data["split"]))


# What Table III, Fig. 6 and Fig. 7 are of.
WHOLE_HESSIAN = {"matrix": "hessian", "params": "*", "bn": "eval", "loss": "ce"}


def _comparable(material):
    """The analyses whose figures may stand in one column; others are named."""
    kept = []
    for analysis in material.curvatures:
        settings = analysis.data["settings"]
        others = [f"{key} {settings[key]}" for key, value in WHOLE_HESSIAN.items()
                  if settings.get(key, value) != value]
        if others:
            material.refused.append((analysis.file, f"is left out: it is of {', '.join(others)}, "
                                     "and the page compares Hessians of the cross-entropy by all "
                                     "parameters, batch norm in evaluation mode"))
        else:
            kept.append(analysis)
    return kept


def _folders_of_profiles(studies):
    """Of trainings that a study did for their profile alone."""
    return {(study.file.parent / step["folder"]).resolve() for study in studies
            for step in study.data["steps"] if step["kind"] == "profile" and step.get("folder")}


def _first_of_each(material, items, key):
    kept = {}
    for item in items:
        place = item.folder if isinstance(item, Run) else item.file
        if key(item) in kept:
            first = kept[key(item)]
            first = first.folder if isinstance(first, Run) else first.file
            material.refused.append((place, f"is left out: it is of the same model and seed as "
                                            f"{first}, which is in the report"))
        else:
            kept[key(item)] = item
    return list(kept.values())


def run_of(runs, data):
    """The run whose folder, now or when it was trained, `data` name."""
    named = named_run(data)
    return next((run for run in runs if named and named in (
        str(run.folder), run.settings.get("out", "").rstrip("/"))), None)


def _tell_apart(results, split_of):
    """Analyses without their runs have the label of a model together only where they can be its
    seeds; elsewhere each becomes a model of its own, called after the run that it names."""
    groups = {}
    for result in results:
        groups.setdefault((result.label, split_of(result)), []).append(result)
    for group in groups.values():
        alone = [result for result in group if result.run is None]
        if alone and not _can_be_seeds(group, alone):
            for result in alone:
                result.label += f" of {_of(result)}"


def _can_be_seeds(group, alone):
    places = {}
    for result in group:
        places.setdefault(result.seed, set()).add(_of(result))
    settings = [of_model(result.data.get("settings", {})) for result in alone]
    return (all(len(runs) == 1 for runs in places.values())
            and (None not in places or len(places) == 1)
            and all(one == settings[0] for one in settings))


def _of(result):
    return result.run and str(result.run.folder) or named_run(result.data) or str(result.file)


def _label_of(runs, result):
    """That of its run, or of the only model that its settings fit, or one of its own."""
    if result.run:
        return result.run.label
    settings = result.data.get("settings", {"head": result.data.get("head")})
    head = settings.get("head")
    if head not in HEADS:
        return result.file.parent.name
    fitting = {run.label for run in runs if run.head == head and all(
        same(value, run.settings[key]) for key, value in settings.items()
        if key in run.settings and key not in NOT_THE_MODEL | {"data"})}
    others = any(run.head == head for run in runs)
    if len(fitting) == 1:
        return fitting.pop()
    return f"{HEADS[head]} of {result.file.parent.name}" if others else HEADS[head]
