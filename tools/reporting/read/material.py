"""All that was read, and who belongs to whom."""

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
        return self.run.seed if self.run else None


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
        if isinstance(item, Run):
            return item.head
        return item.data["head"] if "head" in item.data else item.data["settings"]["head"]

    def of(self, label):
        """The runs of a model, by seed."""
        return sorted((run for run in self.runs if run.label == label), key=lambda run: run.seed)

    def is_empty(self):
        return not any((self.runs, self.curvatures, self.routings, self.profiles, self.inferences,
                        self.scalings, self.predictions))


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
            result.run = result.run or _run_of(material.runs, result)
            result.label = _label_of(material.runs, result)
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


def _run_of(runs, result):
    """The run whose folder, now or when it was trained, the result's file names."""
    named = result.data.get("run") or result.data.get("checkpoint")
    if not isinstance(named, str):
        return None
    for run in runs:
        for place in (str(run.folder), run.settings.get("out", "")):
            if place and (named == place or named.startswith(place.rstrip("/") + "/")):
                return run
    return None


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
