"""Fig. 4: how the use of experts develops."""

from reporting import paper
from reporting.blocks import figure, missing, panel, sample_of, samples_of, section, slug
from reporting.sections.over_epochs import band

EPOCH = {"label": "epoch", "whole": True}
SHARE = {"label": "mean routing weight", "unit": "%", "scale": 100, "bottom": 0}


def build(material):
    routed = {label: [run for run in material.of(label) if routing_of(run)]
              for label in material.labels}
    routed = {label: runs for label, runs in routed.items() if runs}
    if not routed:
        return section("utilisation", "Use of experts over epochs", "", [
            missing("Fig. 4: no run with experts has a metrics.jsonl that can be read.")])
    sources = [run.folder / "metrics.jsonl" for runs in routed.values() for run in runs]
    panels = [_experts(run, more=place > 0) for runs in routed.values()
              for place, run in enumerate(runs)]
    blocks = [
        figure("fig-4", "Fig. 4. Utilisation of experts over epochs", panels, sources,
               ["Mean routing weight of each expert over the training images of an epoch. Experts "
                "of different seeds are not the same, so every seed has its own chart."]),
        _published(routed),
        figure("balance", "Balance over epochs", [
            _measure(routed, material, "utilisation_cv", "variation of utilisation",
                     {"label": "deviation / mean", "bottom": 0}),
            _measure(routed, material, "gate_entropy", "entropy of the gate",
                     {"label": "entropy", "unit": "nats", "bottom": 0}),
            _dead(routed, material)], sources,
            ["Over training images; mean over seeds, band from least to greatest. Dead: an expert "
             "with less than a tenth of an even share of the load."])]
    return section("utilisation", "Use of experts over epochs", "",
                   [block for block in blocks if block])


def routing_of(run):
    """Figures of training, epoch by epoch."""
    return [epoch["train"]["routing"] for epoch in run.epochs if epoch["train"].get("routing")]


def _experts(run, more):
    figures = routing_of(run)
    experts = len(figures[0]["utilisation"])
    return _lines(f"fig-4-{slug(run.label)}-seed-{run.seed}", f"{run.label}, seed {run.seed}",
                  sample_of(run.label, [run.seed]), [f["utilisation"] for f in figures], experts,
                  more)


def _lines(name, title, sample, per_epoch, experts, more=False):
    lines = [{"label": f"expert {e}", "style": e, "x": list(range(1, len(per_epoch) + 1)),
              "y": [epoch[e] for epoch in per_epoch]} for e in range(experts)]
    return panel(name, "lines", title, sample, {
        "x": EPOCH, "y": SHARE, "lines": lines,
        "level": {"label": "even share", "value": 1 / experts}}, more)


def _published(routed):
    panels = []
    for head in {run.head: None for runs in routed.values() for run in runs}:
        published = paper.of_head(head)
        if published and "utilisation" in published:
            panels.append(_lines(f"fig-4-paper-{head}", f"{published['name']}, paper",
                                 "The paper's run: seed 42 (n = 1)", published["utilisation"],
                                 len(published["utilisation"][0])))
    return panels and figure("fig-4-paper", "Fig. 4 as published", panels,
                             ["tools/reporting/paper.json"])


def _measure(routed, material, key, title, axis):
    lines = [{"label": label, "style": material.labels.index(label),
              **band([[figures[key] for figures in routing_of(run)] for run in runs])}
             for label, runs in routed.items()]
    return panel(slug(key), "lines", title.capitalize(), _sample(routed),
                 {"x": EPOCH, "y": axis, "lines": lines})


def _dead(routed, material):
    lines = [{"label": label, "style": material.labels.index(label),
              **band([[len(figures["dead_experts"]) for figures in routing_of(run)]
                      for run in runs])} for label, runs in routed.items()]
    return panel("dead-experts", "lines", "Dead experts", _sample(routed),
                 {"x": EPOCH, "lines": lines,
                  "y": {"label": "dead experts", "bottom": 0, "whole": True}})


def _sample(routed):
    return samples_of((label, [run.seed for run in runs]) for label, runs in routed.items())
