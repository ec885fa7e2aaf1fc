"""Fig. 7: the loss along directions, with routing free and fixed."""

from reporting import paper
from reporting.blocks import (column, figure, missing, panel, percent, sample_of, section, slug,
                              table)
from reporting.sections.curvature import NAMES, grouped

LINES = [("routing free", "loss"), ("sets fixed", "loss_fixed_sets"),
         ("sets and weights fixed", "loss_fixed_weights")]


def build(material):
    sweeps = [(label, split, analysis, sweep) for label, split, analyses in grouped(material)
              for analysis in analyses
              for sweep in (analysis.data.get("landscape") or {}).get("sweeps", [])]
    if not sweeps:
        return section("landscape", "Loss along directions", "", [
            missing("Fig. 7: no curvature analysis has a sweep.")])
    shown, panels = set(), []
    for label, split, analysis, sweep in sweeps:
        key = (label, split, sweep["name"])
        panels.append(_panel(*key, analysis, sweep, more=key in shown or split == "val"))
        shown.add(key)
    sources = [analysis.file for _, _, analysis, _ in sweeps]
    blocks = [figure("fig-7", "Fig. 7. Loss along directions", panels, sources,
                     ["alpha is the step along a direction of length 1 in all weights. Fixed: "
                      "every sample keeps its set of experts, or its set and its weights, as they "
                      "are at alpha = 0. Rerouted: samples with another set (SoftMoE: another "
                      "first expert) than at alpha = 0. line-top-1 is the eigenvector of the "
                      "largest eigenvalue of that split's loss."]),
              _published(sweeps), _table(sweeps, sources)]
    return section("landscape", "Loss along directions", "",
                   [block for block in blocks if block])


def _meaningful(share, loss):
    """Without the shares of little growth: below 1 % of the loss a point, on average."""
    little = (share.get("growth") or 0) < 0.01 * loss * (share.get("points") or 1)
    return {"growth": share.get("growth")} if little else share


def _values(points, key):
    if key == "loss":
        return [point["loss"] for point in points]
    return [(point.get("routing") or {}).get(key) for point in points]


def _rerouted(points):
    values = _values(points, "rerouted")
    return None if any(value is None for value in values) else values


def _panel(label, split, name, analysis, sweep, more):
    points = sweep["points"]
    losses = [{"label": text, "values": _values(points, key), "style": style}
              for style, (text, key) in enumerate(LINES)]
    losses = [line for line in losses if any(v is not None for v in line["values"])]
    seed = "" if analysis.seed is None else f", seed {analysis.seed}"
    title = f"{label}{seed}, {split}, {name}"
    return panel(f"fig-7-{slug(title)}", "sweep", title,
                 f"{sample_of(label, [analysis.seed])}, {analysis.data['samples']['count']} "
                 f"{NAMES[split]}",
                 {"alpha": [point["coordinates"][0] for point in points], "losses": losses,
                  "rerouted": _rerouted(points)}, more)


def _published(sweeps):
    heads = {analysis.data["settings"]["head"]: None for _, _, analysis, _ in sweeps}
    published = [paper.of_head(head) for head in heads if paper.of_head(head)]
    if not published:
        return None
    panels = [panel(f"fig-7-paper-{slug(one['name'])}", "sweep", f"{one['name']}, train, paper",
                    "The paper's run: seed 42 (n = 1), 1000 training images",
                    {"alpha": one["sweep"]["alphas"], "rerouted": None,
                     "losses": [{"label": LINES[0][0], "values": one["sweep"]["losses"]}]})
              for one in published]
    return figure("fig-7-paper", "Fig. 7 as published", panels, ["tools/reporting/paper.json"],
                  paper.notes("sweeps"))


def _table(sweeps, sources):
    rows = []
    for label, split, analysis, sweep in sweeps:
        losses = [value for value in _values(sweep["points"], "loss") if value is not None]
        rerouted = _rerouted(sweep["points"])
        share = _meaningful(sweep.get("routing_share") or {}, analysis.data["loss"])
        rows.append([label, analysis.seed, split, sweep["name"], analysis.data["loss"],
                     max(losses, default=None), rerouted and max(rerouted), share.get("growth"),
                     share.get("sets"), share.get("weights")])
    return table("landscape", "What routing has to do with the growth of the loss", [
        column("model"), column("seed"), column("images of"), column("line"),
        column("loss at alpha = 0", 4, 1, "nats"), column("highest loss", 3, 1, "nats"),
        percent("most rerouted", 1), column("growth, summed", 3, 1, "nats"),
        column("share by sets", 2), column("share by sets and weights", 2)], rows, sources,
        ["Share: (L - L_fixed) over (L - L(0)), each summed over the points where the loss L has "
         "grown. 0: it grows as much with routing fixed; 1: it does not grow then; negative: "
         "routing holds the growth back. Of growth below 1 % of the loss a point a share means "
         "nothing, and is not shown."])
