"""Learning curves, ours and the paper's."""

from reporting import paper
from reporting.blocks import figure, missing, panel, samples_of, section
from reporting.sections.over_epochs import band

CURVES = [("validation", "accuracy"), ("train", "accuracy"), ("validation", "loss"),
          ("train", "loss")]
NAMES = {"train": "training", "validation": "validation"}
AXES = {"accuracy": {"label": "accuracy", "unit": "%", "scale": 100},
        "loss": {"label": "loss", "unit": "nats"}}
EPOCH = {"label": "epoch", "whole": True}


def build(material):
    runs = [run for run in material.runs if run.epochs]
    if not runs:
        return section("learning", "Learning curves", "", [
            missing("Learning curves: no run has a metrics.jsonl that can be read.")])
    panels = [_panel(material, part, figure_of) for part, figure_of in CURVES]
    blocks = [figure("learning-curves", "Learning curves", panels,
                     [run.folder / "metrics.jsonl" for run in runs],
                     ["The mean over seeds; the band is from the least to the greatest of them. "
                      "Training figures are of the batches as they were trained on, with "
                      "augmentation, noise and dropout."]),
              _published(material)]
    return section("learning", "Learning curves", "", [block for block in blocks if block])


def _panel(material, part, of):
    lines, samples = [], []
    for style, label in enumerate(material.labels):
        runs = [run for run in material.of(label) if run.epochs]
        if runs:
            values = [[epoch[part][of] for epoch in run.epochs] for run in runs]
            lines.append({"label": label, "style": style, **band(values)})
            samples.append((label, [run.seed for run in runs]))
    return panel(f"{NAMES[part]}-{of}", "lines", f"{NAMES[part]} {of}".capitalize(),
                 samples_of(samples), {"x": EPOCH, "y": AXES[of], "lines": lines})


def _published(material):
    heads = {run.head: material.labels.index(run.label) for run in reversed(material.runs)}
    heads = {head: style for head, style in sorted(heads.items(), key=lambda entry: entry[1])
             if paper.of_head(head)}
    if not heads:
        return None
    panels = []
    for part, of in CURVES:
        name = f"{part}_{of}"
        lines = [{"label": paper.of_head(head)["name"], "style": style,
                  "y": paper.of_head(head)["curves"][name],
                  "x": list(range(1, len(paper.of_head(head)["curves"][name]) + 1))}
                 for head, style in heads.items()]
        panels.append(panel(f"paper-{NAMES[part]}-{of}", "lines",
                            f"{NAMES[part]} {of}, paper".capitalize(),
                            "The paper's runs: seed 42 (n = 1)",
                            {"x": EPOCH, "y": AXES[of], "lines": lines}))
    return figure("learning-curves-paper", "The paper's learning curves", panels,
                  ["tools/reporting/paper.json"],
                  ["Its training loss includes the balance losses."])
