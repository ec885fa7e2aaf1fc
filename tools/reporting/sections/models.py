"""Table I, what was run, and where the settings differ from the published ones."""

from reporting import paper
from reporting.blocks import column, missing, section, table
from reporting.read import data_set
from reporting.read.settings import differing, of_model


def build(material):
    if not material.runs:
        blocks = [missing("Runs: no training's folder was given or could be read.")]
    else:
        blocks = [_models(material), _runs(material)]
        blocks += [block for block in (_between(material), _from_paper(material)) if block]
    return section("models", "Models and runs", "", blocks)


def _models(material):
    rows = []
    for label in material.labels:
        runs = material.of(label)
        if not runs:
            continue
        settings = runs[0].settings
        parameters = next((run.summary["parameters"] for run in runs if run.summary), None)
        published = paper.of_head(runs[0].head)
        rows.append([label, *_experts(settings), _balance(settings), settings.get("width"),
                     parameters, published and published["parameters"]])
    columns = [column("model"), column("experts (width)"), column("active"), column("balance"),
               column("backbone's width"), column("parameters"),
               column("parameters, paper")]
    return table("table-1", "Table I. Models", columns, rows,
                 [run.folder for run in material.runs],
                 ["The paper's backbone has width 64, its experts 64 and its dense layer 512."])


def _experts(settings):
    if settings["head"] == "dense":
        return "\u2013", "\u2013"
    active = {"soft": "all", "hard": "1"}.get(settings["head"], settings.get("k"))
    return f"{settings.get('experts')} ({settings.get('expert-hidden')})", active


def _balance(settings):
    weights = {"dense": [], "soft": ["kl"]}.get(settings["head"], ["importance", "load"])
    told = [f"{name} {settings.get(f'{name}-weight')}" for name in weights]
    if settings["head"] in ("sparse", "hard") and settings.get("gate-noise") == "on":
        told.append("noise")
    return ", ".join(told) or "\u2013"


def _runs(material):
    rows = []
    for label in material.labels:
        for run in material.of(label):
            time = (run.epochs[-1].get("time") or {}) if run.epochs else {}
            build = run.build or {}
            rows.append([label, run.seed, len(run.epochs), data_set.description(run.settings),
                         time.get("device"), time.get("images_per_second"),
                         f"{build.get('git', '?')}, {build.get('compiler', '?')}",
                         str(run.folder)])
    columns = [column("model"), column("seed"), column("epochs done"), column("data"),
               column("device"), column("images/s, last epoch", 0), column("program"),
               column("folder")]
    return table("runs", "Runs", columns, rows, [run.folder for run in material.runs])


def _between(material):
    """Settings in which models of this report differ beyond what belongs to their heads."""
    shared = [of_model(material.of(label)[0].settings) for label in material.labels
              if material.of(label)]
    keys = [key for key in differing(shared) if key != "head" and
            all(key in settings for settings in shared)]
    if not keys:
        return None
    rows = [[key, *(settings[key] for settings in shared)] for key in keys]
    names = [label for label in material.labels if material.of(label)]
    return table("between-models", "Settings in which the models differ",
                 [column("setting"), *(column(name) for name in names)], rows,
                 [run.folder for run in material.runs])


def _from_paper(material):
    found = {label: {key: f"{here} (paper: {theirs})" for key, theirs, here
                     in paper.differences(material.of(label)[0].settings)}
             for label in material.labels if material.of(label)}
    keys = sorted({key for differences in found.values() for key in differences})
    if not keys:
        return None
    rows = [[key, *(differences.get(key) for differences in found.values())] for key in keys]
    notes = [*paper.notes("accuracy"),
             "Compared with configs/paper/, which has what the published code did; \u2013: as "
             "there, or without meaning for the head."]
    return table("differences", "Where the settings differ from the paper's",
                 [column("setting"), *(column(label) for label in found)], rows,
                 [run.folder for run in material.runs], notes)
