"""What models are compared by at a glance, of the functions that the sections below use."""

import math
from dataclasses import dataclass, field, replace

from reporting import paper
from reporting.blocks import column, mean_cell, percent
from reporting.estimates import LEVEL, summary
from reporting.read.material import run_of
from reporting.read.settings import same
from reporting.sections import accuracy
from reporting.sections.curvature import doubt
from reporting.sections.curvature_estimates import NAMES, estimate, grouped, largest, trace
from reporting.sections.specialisation import in_order
from reporting.sections.sweeps import sweeps_of

TOP = ["top-1"]
# What the time of a batch depends on, of the settings of a model and of a benchmark.
SIZES = ("width", "dense-hidden", "experts", "expert-hidden", "k")


@dataclass
class Measure:
    """One figure a model. `cells` are as in tables, `singles` the values of single seeds, and
    `published` those of the paper, all by the model's label; `short` names its column in few words,
    `of` says of what, `sample` of how many where that are no seeds; not `comparable`: models were
    not measured alike, or not to the end."""

    column: dict
    short: str
    cells: dict
    singles: dict = field(default_factory=dict)
    published: dict = field(default_factory=dict)
    sources: list = field(default_factory=list)
    of: str = ""
    note: str = ""
    sample: str = ""
    comparable: bool = True

    def seeds(self, label):
        return list(self.singles.get(label, {}))


def of(material):
    """All of them, by name; without cells where there is nothing."""
    line = "train" if any(sweep.split == "train" for sweep in sweeps_of(material)) else "test"
    return {
        "accuracy": _test_accuracy(material),
        "largest-train": _largest_eigenvalue(material, "train"),
        "largest-test": _largest_eigenvalue(material, "test"),
        "trace-train": _trace(material, "train"),
        "time": _time_of_batch(material),
        "information": _shared_information(material),
        "rerouted": _most_rerouted(material, line),
        "dead": _dead_experts(material),
        "growth": _growth_by_routing(material, line),
    }


def head_of(material, label):
    found = [run.head for run in material.of(label)]
    found += [c.data["settings"]["head"] for c in material.curvatures if c.label == label]
    found += [r.data["head"] for r in material.routings if r.label == label]
    return found[0]


def _published(material, labels, of):
    """`of` what the paper has of each model's head; without those that it has not."""
    known = {label: paper.of_head(head_of(material, label)) for label in labels}
    values = {label: of(found) for label, found in known.items() if found}
    return {label: value for label, value in values.items() if value is not None}


def _mean(values, least=-math.inf, greatest=math.inf):
    return mean_cell(summary(list(values), least, greatest))


def _test_accuracy(material):
    finished = accuracy.finished_runs(material)
    return Measure(
        percent("test accuracy"), "accuracy",
        {label: accuracy.test_cell(runs, material)[0] for label, runs in finished.items()},
        {label: {run.seed: run.summary["test"]["accuracy"] for run in runs}
         for label, runs in finished.items()},
        _published(material, finished, lambda found: found["test"]["accuracy"]),
        [run.folder / "summary.json" for runs in finished.values() for run in runs])


def _largest_eigenvalue(material, split):
    return _of_curvature(material, split, largest, "largest", "largest eigenvalue")


def _trace(material, split):
    """Without the paper's, which Table III has."""
    return replace(_of_curvature(material, split, trace, "trace", "trace"), published={})


def _of_curvature(material, split, figure_of, name, words):
    found = {label: [a for a in analyses if figure_of(a)]
             for label, of, analyses in grouped(material) if of == split}
    found = {label: analyses for label, analyses in found.items() if analyses}
    used = [a for analyses in found.values() for a in analyses]
    return Measure(
        column(f"{words}, {split}", "3g"), f"{name}, {split}",
        {label: {**estimate(analyses, figure_of), "mark": doubt(analyses)}
         for label, analyses in found.items()},
        {label: {a.seed: figure_of(a)[0] for a in analyses} for label, analyses in found.items()},
        _published(material, found, lambda known: known["curvature"].get(split, {}).get(name)),
        [a.file for a in used],
        comparable=not doubt(used) and len({a.data["samples"]["count"] for a in used}) == 1)


def _growth_by_routing(material, split):
    """Of the growth of the loss along the top eigenvector, the share that fixing the routing takes
    away: the sets of experts, of SoftMoE, which uses all, the weights."""
    def share(sweep):
        key = "weights" if sweep.analysis.data["settings"]["head"] == "soft" else "sets"
        return sweep.growth_share().get(key)
    return replace(
        _of_sweeps(material, split, share, (-math.inf, math.inf), "growth by routing"),
        of=NAMES[split],
        note=f"Growth by routing: of how much the loss grows along the top eigenvector, "
        f"{NAMES[split]}, the share that goes away where every image keeps its set of experts "
        "(SoftMoE: its weights). Negative: routing holds the growth back.")


def _most_rerouted(material, split):
    def most(sweep):
        return max(sweep.rerouted()) if sweep.rerouted() else None
    return replace(
        _of_sweeps(material, split, most, (0, 1), "most rerouted"),
        note="Most rerouted: the largest share, anywhere along the top eigenvector, of images with "
        "another set of experts (SoftMoE: another first expert) than at the weights.")


def _of_sweeps(material, split, figure_of, ends, words):
    """`ends`: the least and the greatest that the figure can be."""
    found, singles = [], {}
    for sweep in sweeps_of(material):
        value = figure_of(sweep)
        if sweep.split == split and sweep.data["directions"] == TOP and value is not None:
            singles.setdefault(sweep.label, {})[sweep.analysis.seed] = value
            found.append(sweep.analysis.file)
    return Measure(percent(f"{words}, {split}", 1), words,
                   {label: _mean(values.values(), *ends) for label, values in singles.items()},
                   singles, {}, found)


def _routed_split(material):
    """Whose routing is told: test images, or those that there are."""
    splits = [routing.data["split"] for routing in in_order(material)]
    return "test" if "test" in splits else next(iter(splits), "test")


def _shared_information(material):
    split = _routed_split(material)
    return replace(
        _of_routing(material, split, lambda data: data["specialisation"]["normalised"],
                    column(f"mutual information, {split}", 2)), of=_images_of(split),
        note="Mutual information between class and expert, normalised: 0 where they have nothing "
        "to do with one another, 1 where each determines the other.")


def _dead_experts(material):
    split = _routed_split(material)
    measure = _of_routing(material, split, lambda data: len(data["dead_experts"]),
                          column(f"dead experts, {split}", 1))
    return replace(
        measure, cells={label: {"value": cell["value"]} for label, cell in measure.cells.items()},
        note="Dead: an expert with less than a tenth of an even share of the load.")


def _images_of(split):
    return NAMES.get(split, f"{split} images")


def _of_routing(material, split, figure_of, about):
    found, singles = [], {}
    for routing in in_order(material):
        value = figure_of(routing.data)
        if routing.data["split"] == split and value is not None:
            singles.setdefault(routing.label, {})[routing.seed] = value
            found.append(routing.file)
    return Measure(about, about["name"],
                   {label: _mean(values.values(), 0) for label, values in singles.items()},
                   singles, {}, found)


def _time_of_batch(material):
    """Relative to Dense, of the first benchmark."""
    measure = Measure(column("a batch / Dense", 3), "batch", {})
    if not material.inferences:
        return measure
    result = material.inferences[0]
    device = "gpu" if "cuda" in result.data["device"].lower() else "cpu"
    for head in result.data["heads"]:
        ratio, label = head.get("relative_to_dense"), _model_of(material, head, result)
        if ratio and label:
            known = head["host"]["confidence"] >= LEVEL
            measure.cells[label] = {"value": ratio["median"],
                                    "interval": ratio["interval"] if known else None}
    measure.published = _published(material, measure.cells,
                                   lambda known: paper.time_over_dense(known, device))
    measure.sources = [result.file]
    passes = len(result.data["heads"][0]["host"]["times_ms"])
    weights = " and ".join(sorted({head["weights"] for head in result.data["heads"]
                                   if head["weights"]}))
    measure.of = f"{result.data['settings']['batch']} images, {result.data['device']}" + (
        f", {weights} weights" if weights else "")
    measure.sample = f"{measure.of}: n = {passes} passes a head; no seeds"
    return measure


def _model_of(material, head, result):
    """The model that was measured: that of the run whose weights it had, or the only one of that
    head, if it is of these sizes."""
    run = run_of(material.runs, head)
    if run and run.head == head["head"]:
        return run.label
    labels = [label for label in material.labels if head_of(material, label) == head["head"]]
    if len(labels) != 1:
        return None
    sizes = result.data["settings"]
    fits = all(same(sizes[key], run.settings[key]) for run in material.of(labels[0])
               for key in SIZES if key in sizes and key in run.settings)
    return labels[0] if fits else None
